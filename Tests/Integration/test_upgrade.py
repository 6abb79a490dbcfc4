"""`login.upgrade`: an old session signs its owner in to Clerk, once, by whichever replica."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import gateway as gateways
from harness import leaks, legacy
from harness.clerk import AUTHORIZED_PARTY
from harness.processes import wait_until
from harness.users import PostgresUsers

PATH = "/_segue/upgrade"
PAGE = {"Origin": AUTHORIZED_PARTY, "Sec-Fetch-Site": "same-site"}


@pytest.fixture(scope="module")
def people(postgres) -> PostgresUsers:
    return PostgresUsers(postgres)


@pytest.fixture(scope="module")
def replicas(start_gateway, origin, people, emulator):
    """Two, with one database and one Clerk."""
    started = []
    for _ in range(2):
        made = gateways.settings(origin, None, people)
        made["clerk"] = emulator.settings()
        made["login"] = {"upgrade": PATH}
        # As `uuid` and `citext` compare.
        made["legacy"][1]["query"] = people.session_query.replace("token = $1", "lower(token) = lower($1)")
        made["routes"] = [gateways.route("dual"), gateways.route("clerk")]
        started.append(start_gateway(made, None, people, environment={"CLERK_SECRET_KEY": emulator.secret_key}))
    return started


@pytest.fixture
def ada(people, emulator) -> tuple[str, str]:
    """Somebody who was migrated: the row and the Clerk user."""
    user = people.add(f"{uuid.uuid4().hex[:12]}@example.com")
    clerk_user = emulator.ask("POST", "/users", json={"external_id": user, "username": uuid.uuid4().hex}).json()["id"]
    people.execute(f"UPDATE users SET clerk_user_id = '{clerk_user}' WHERE id = '{user}'")
    return user, clerk_user


def upgrade(front, session: str, **fields: str):
    return front.request("POST", PATH, cookies={"session_token": session}, headers=PAGE | fields)


def test_a_ticket_signs_its_owner_in(replicas, people, emulator, ada):
    user, clerk_user = ada
    session = people.add_session(user)
    answer = upgrade(replicas[0], session)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    assert answer.json()["expires_in_seconds"] == 60
    # What ClerkJS does with it.
    signed_in = emulator.control("tickets", ticket=answer.json()["ticket"])
    assert signed_in["user_id"] == clerk_user
    token = emulator.sdk.sessions.create_token(session_id=signed_in["session_id"]).jwt
    assert gateways.seen(replicas[1].get("/clerk/x", bearer=token), "X-User-Id") == [user]
    # The old session is as good as before, for who has not signed in yet in another tab.
    assert gateways.seen(replicas[1].get("/dual/x", cookies={"session_token": session}), "X-User-Id") == [user]
    entries = people.query(f"SELECT clerk_user_id, detail FROM segue.ledger WHERE action = 'upgrade' AND user_id = '{user}'")
    assert entries == [(clerk_user, "")]
    stored = people.query(f"SELECT credential FROM segue.upgrades WHERE user_id = '{user}'")
    assert len(stored) == 1 and session not in stored[0][0]
    wait_until(lambda: replicas[0].run("ledger", "verify").returncode == 0, "the ledger is whole")


def test_once_for_each_session_whichever_replica_is_asked(replicas, people, emulator, ada):
    user, _ = ada
    sessions = [people.add_session(user) for _ in range(2)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: upgrade(replicas[number % 2], sessions[0]), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"already_upgraded"}
    spelled = leaks.secret(sessions[0].upper(), "a legacy session")
    assert gateways.seen(replicas[0].get("/dual/x", cookies={"session_token": spelled}), "X-User-Id") == [user]
    assert upgrade(replicas[0], spelled).json()["code"] == "already_upgraded", "nor is it another one in another spelling"
    assert upgrade(replicas[1], sessions[1]).status_code == 200, "another session of theirs is another one"


def test_a_user_whom_clerk_has_lost_uses_nothing_up(replicas, people, emulator, ada):
    user, _ = ada
    session = people.add_session(user)
    emulator.ask("DELETE", f"/users/{ada[1]}")
    gone = upgrade(replicas[0], session)
    assert (gone.status_code, gone.json()["code"]) == (403, "clerk_user_unknown"), gone.text
    assert people.query(f"SELECT count(*) FROM segue.upgrades WHERE user_id = '{user}'") == [("0",)]
    assert people.query(f"SELECT count(*) FROM segue.ledger WHERE action = 'upgrade' AND user_id = '{user}'") == [("0",)]


def test_a_ledger_that_takes_no_entry_uses_nothing_up(replicas, people, ada):
    user, _ = ada
    session = people.add_session(user)
    people.execute(f"ALTER TABLE segue.ledger ADD CONSTRAINT not_this_user CHECK (user_id <> '{user}') NOT VALID")
    try:
        answer = upgrade(replicas[0], session)
        assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
    finally:
        people.execute("ALTER TABLE segue.ledger DROP CONSTRAINT not_this_user")
    assert people.query(f"SELECT count(*) FROM segue.upgrades WHERE user_id = '{user}'") == [("0",)]
    assert upgrade(replicas[1], session).status_code == 200


def test_two_peoples_credentials_are_nobodys(replicas, people, emulator, ada):
    user, clerk_user = ada
    eve = people.add(f"{uuid.uuid4().hex[:12]}@example.com")
    eves_clerk_user = emulator.ask("POST", "/users", json={"external_id": eve, "username": uuid.uuid4().hex}).json()["id"]
    people.execute(f"UPDATE users SET clerk_user_id = '{eves_clerk_user}' WHERE id = '{eve}'")
    planted, session = people.add_session(eve), people.add_session(user)
    for sent in (
        {"headers": PAGE | {"Cookie": f"session_token={planted}; session_token={session}"}},
        {"headers": PAGE | {"Cookie": f"session_token={session}; session_token={planted}"}},
        {"headers": PAGE | {"Cookie": f"session_token={planted}"}, "bearer": legacy.token(user)},
    ):
        refused = replicas[0].request("POST", PATH, **sent)
        assert (refused.status_code, refused.json()["code"]) == (401, "identity_conflict"), refused.text
    answer = upgrade(replicas[1], session)
    assert answer.status_code == 200, "what was refused is not used up"
    assert emulator.control("tickets", ticket=answer.json()["ticket"])["user_id"] == clerk_user


def test_who_is_not_to_be_upgraded(replicas, people, emulator, ada):
    front, (user, clerk_user) = replicas[0], ada
    assert upgrade(front, people.add_session(user, expired=True)).status_code == 401
    session = people.add_session(user)
    for fields in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": f"{AUTHORIZED_PARTY}.evil.example"}):
        refused = upgrade(front, session, **fields)
        assert (refused.status_code, refused.json()["code"]) == (403, "cross_site")
    silent = front.request("POST", PATH, cookies={"session_token": session})
    assert (silent.status_code, silent.json()["code"]) == (403, "cross_site")
    for change, code in (("role = 'admin'", "privileged_row"), ("clerk_user_id = NULL", "not_migrated")):
        people.execute(f"UPDATE users SET {change} WHERE id = '{user}'")
        refused = upgrade(front, session)
        assert (refused.status_code, refused.json()["code"]) == (403, code)
        people.execute(f"UPDATE users SET role = 'user', clerk_user_id = '{clerk_user}' WHERE id = '{user}'")
    beside = front.request(
        "POST", PATH, cookies={"session_token": session, "__session": emulator.session_token(clerk_user)}, headers=PAGE
    )
    assert (beside.status_code, beside.json()["code"]) == (409, "already_signed_in")
    assert people.query(f"SELECT count(*) FROM segue.upgrades WHERE user_id = '{user}'") == [("0",)]
    assert upgrade(front, session).status_code == 200, "what was refused is not used up"


def test_trying_often_is_slowed_down(replicas, people, ada):
    user, _ = ada
    token = legacy.token(user)
    answers = [replicas[0].request("POST", PATH, bearer=token) for _ in range(12)]
    assert answers[0].status_code == 200 and answers[-1].status_code == 429 and int(answers[-1].headers["Retry-After"]) > 0


def test_clerk_that_is_away_is_waited_for(start_gateway, origin, people, emulator, ada):
    made = gateways.settings(origin, None, people)
    made["clerk"] = emulator.settings() | {"apiUrl": "http://127.0.0.1:1"}
    made["login"] = {"upgrade": PATH}
    made["routes"] = [gateways.route("dual")]
    front = start_gateway(made, None, people, environment={"CLERK_SECRET_KEY": emulator.secret_key})
    session = people.add_session(ada[0])
    for _ in range(2):
        answer = upgrade(front, session)
        assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
    made["clerk"]["apiUrl"] = emulator.url
    front.configure(made)
    wait_until(lambda: upgrade(front, session).status_code == 200, "Clerk is back, and the session was not used up")
