"""Clerk's webhooks: signed by Svix's own library, taken once by two processes on one database, in any order."""

import base64
import copy
import datetime
import json
import os
import socket
import threading
import time
import uuid

import httpx
import pytest
from svix.webhooks import Webhook
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from harness import leaks, legacy
from harness.clerk import identifier
from harness.emulator import WEBHOOK_SECRET
from harness.gateway import seen, settings
from harness.processes import free_port, wait_until
from harness.users import PostgresUsers

PATH = "/api/webhooks/clerk"
#: As Svix makes them; the second without its padding, as Clerk shows some.
SECRETS = [
    leaks.secret("whsec_" + base64.b64encode(os.urandom(24)).decode(), "a webhook's secret"),
    leaks.secret("whsec_" + base64.b64encode(os.urandom(32)).decode().rstrip("="), "a webhook's other secret"),
]


@pytest.fixture(scope="module")
def users(postgres):
    return PostgresUsers(postgres)


def with_webhooks(made: dict, **linking: object) -> dict:
    made["clerk"]["webhooks"] = {"path": PATH, "secrets": ["${WEBHOOK_ONE}", "${WEBHOOK_TWO}"]}
    made["directory"]["users"] |= {"name": "name", "updatedAt": None}
    made["directory"]["sync"] = ["email", "name"]
    made["directory"]["linking"] |= linking
    return made


ENVIRONMENT = {"WEBHOOK_ONE": SECRETS[0], "WEBHOOK_TWO": SECRETS[1]}


@pytest.fixture(scope="module")
def pair(start_gateway, origin, clerk, users):
    return [
        start_gateway(with_webhooks(settings(origin, clerk, users)), clerk, users, environment=ENVIRONMENT) for _ in range(2)
    ]  # fmt: skip


@pytest.fixture
def gateway(pair):
    return pair[0]


# Clerk's side.


def event(kind: str, data: dict) -> bytes:
    attributes = {"http_request": {"client_ip": "127.0.0.1", "user_agent": "tests"}}
    return json.dumps(
        {
            "data": data, "event_attributes": attributes, "instance_id": "ins_1", "object": "event",
            "timestamp": int(time.time() * 1000), "type": kind,
        }
    ).encode()  # fmt: skip


def signed(content: bytes, *, message: str | None = None, secret: str = SECRETS[0], age: int = 0, prefix: str = "svix") -> dict[str, str]:
    message, sent = message or identifier("msg"), datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=age)
    # Svix's library wants the padding; who configures Segue may have lost it.
    padded = secret + "=" * (-len(secret.removeprefix("whsec_")) % 4)
    return {
        f"{prefix}-id": message, f"{prefix}-timestamp": str(int(sent.timestamp())),
        f"{prefix}-signature": Webhook(padded).sign(message, sent, content.decode()), "Content-Type": "application/json",
    }  # fmt: skip


def send(gateway, content: bytes, fields: dict[str, str] | list | None = None, **how: object) -> httpx.Response:
    return gateway.request("POST", PATH, content=content, headers=fields if fields is not None else signed(content, **how))


def outcome(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return answer.json()["outcome"]


def tell(gateway, clerk, kind: str, user: str, **how: object) -> str:
    data = clerk.users[user] if kind != "user.deleted" else {"id": user, "object": "user", "deleted": True}
    return outcome(send(gateway, event(kind, data), **how))


def session_event(kind: str, token_claims: dict) -> bytes:
    now = int(time.time() * 1000)
    return event(
        kind,
        {
            "id": token_claims["sid"], "object": "session", "user_id": token_claims["sub"], "client_id": identifier("client"),
            "status": kind.partition(".")[2], "actor": None, "last_active_at": now, "expire_at": now, "abandon_at": now,
            "created_at": now, "updated_at": now, "user": None,
        },
    )  # fmt: skip


@pytest.fixture
def person(clerk, users):
    """Somebody with a row, whom Clerk knows with the same address."""
    address = f"{uuid.uuid4().hex[:12]}@example.com"
    return users.add(address), clerk.add_user(address)


# Signatures.


@pytest.mark.parametrize("secret", SECRETS, ids=["24 bytes", "32 bytes"])
@pytest.mark.parametrize("prefix", ["svix", "webhook"])
def test_each_secret_signs_under_both_names(gateway, clerk, secret, prefix):
    assert tell(gateway, clerk, "user.created", clerk.add_user("nobody@nowhere.example"), secret=secret, prefix=prefix) == "not_linked"


def changed(name: str, value: str | None):
    def change(fields: dict[str, str]) -> list[tuple[str, str]]:
        return [(field, content) for field, content in (fields | {name: value}).items() if content is not None]

    return change


def signature(change):
    return lambda fields: list((fields | {"svix-signature": change(fields["svix-signature"])}).items())


BAD = {
    "no id": changed("svix-id", None), "no timestamp": changed("svix-timestamp", None),
    "no signature": changed("svix-signature", None), "another id": changed("svix-id", "msg_other"),
    "an empty id": changed("svix-id", ""), "a dotted id": changed("svix-id", "msg.1"),
    "a later timestamp": lambda fields: list((fields | {"svix-timestamp": str(int(fields["svix-timestamp"]) + 1)}).items()),
    "a fraction": lambda fields: list((fields | {"svix-timestamp": fields["svix-timestamp"] + ".9"}).items()),
    "no number": changed("svix-timestamp", "soon"), "an empty signature": changed("svix-signature", ""),
    "no comma": changed("svix-signature", "v1"), "another version": signature(lambda text: text.replace("v1,", "v2,")),
    "an asymmetric one": signature(lambda text: text.replace("v1,", "v1a,")),
    "URL-safe letters": signature(lambda text: "v1," + base64.urlsafe_b64encode(b"\xff" * 32).decode()),
    "half a signature": signature(lambda text: text[: len(text) // 2]), "two ids": lambda fields: [*fields.items(), ("svix-id", fields["svix-id"])],
    "a mixture of names": lambda fields: [(name.replace("svix-s", "webhook-s"), value) for name, value in fields.items()],
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_no_other_fields_pass(gateway, clerk, person, users, name):
    content = event("user.created", clerk.users[person[1]])
    answer = send(gateway, content, BAD[name](signed(content)))
    assert (answer.status_code, answer.json()["code"]) == (400, "webhook_unverified")
    assert users.link_of(person[0]) is None


def test_entries_that_are_no_match_are_passed_over(gateway, clerk):
    content = event("user.created", clerk.users[clerk.add_user("nobody@nowhere.example")])
    fields = signed(content)
    other = Webhook("whsec_" + base64.b64encode(os.urandom(24)).decode()).sign("msg_1", datetime.datetime.now(datetime.UTC), "{}")
    fields["svix-signature"] = f"nothing v2,AAAA v1,*** {other} {fields['svix-signature']}"
    assert outcome(send(gateway, content, fields)) == "not_linked"


@pytest.mark.parametrize(("age", "passes"), [(-310, False), (-280, True), (280, True), (310, False), (86_400, False)])
def test_stale_and_future_timestamps_are_refused(gateway, clerk, age, passes):
    content = event("user.created", clerk.users[clerk.add_user("nobody@nowhere.example")])
    assert send(gateway, content, age=age).status_code == (200 if passes else 400)


def test_another_secret_and_a_changed_byte_are_refused(gateway, clerk, person, users):
    content = event("user.created", clerk.users[person[1]])
    stranger = "whsec_" + base64.b64encode(os.urandom(24)).decode()
    assert send(gateway, content, secret=stranger).status_code == 400
    fields = signed(content)
    for place in (0, len(content) // 2, len(content) - 1):
        damaged = bytearray(content)
        damaged[place] ^= 1
        assert send(gateway, bytes(damaged), fields).status_code == 400
    assert send(gateway, content + b" ", fields).status_code == 400
    assert users.link_of(person[0]) is None
    assert outcome(send(gateway, content, fields)) == "linked"


def test_nothing_but_an_event_s_size_is_read(gateway):
    content = b" " * 262_145
    assert send(gateway, content, signed(content)).status_code == 413
    chunks = (b"x" * 65_536 for _ in range(5))
    assert gateway.request("POST", PATH, content=chunks, headers=signed(b"x")).status_code == 413
    assert gateway.get(PATH).status_code == 405


def test_an_event_that_cannot_be_read_is_not_taken(gateway):
    for content in (b"", b"[]", b'{"type":"user.deleted","data":{}}', b'{"type":"user.updated","data":{"id":"user_1"}}'):
        answer = send(gateway, content)
        assert (answer.status_code, answer.json()["code"]) == (400, "webhook_unread")


def test_events_of_no_concern_are_counted_and_no_more(gateway):
    before = gateway.metric("segue_webhook_events_total", type="other", outcome="ignored")
    for kind in ("email.created", "organization.deleted", "session.created", "never.heard.of"):
        assert outcome(send(gateway, event(kind, {"id": "x"}))) == "ignored"
    assert gateway.metric("segue_webhook_events_total", type="other", outcome="ignored") == before + 4


# Once, and in any order.


def test_a_told_user_is_linked_before_they_come(pair, clerk, users, person):
    row, clerk_user = person
    asked = len(clerk.asked.get(f"/v1/users/{clerk_user}", []))
    assert tell(pair[0], clerk, "user.created", clerk_user) == "linked"
    assert users.link_of(row) == clerk_user
    assert len(clerk.asked[f"/v1/users/{clerk_user}"]) == asked + 1
    for gateway in pair:
        assert seen(gateway.get("/clerk/x", bearer=clerk.token(clerk_user)), "X-User-Id") == [row]


def test_the_rules_are_those_of_a_first_request(gateway, clerk, users):
    for changes in (dict(verified=False), dict(strategy="admin"), dict(banned=True)):
        address = f"{uuid.uuid4().hex[:12]}@example.com"
        row, clerk_user = users.add(address), clerk.add_user(address, **changes)
        assert tell(gateway, clerk, "user.created", clerk_user) in ("not_linked", "revoked")
        assert users.link_of(row) is None
        assert users.query(f"SELECT * FROM segue.reviews WHERE clerk_user_id = '{clerk_user}'") == [], "nobody was refused anything"


def test_an_event_is_no_evidence(gateway, clerk, users):
    """It may be old, and Clerk's word is asked for: the address in it has been given up since."""
    row, clerk_user = users.add("given-up@example.com"), clerk.add_user("given-up@example.com")
    old = event("user.created", copy.deepcopy(clerk.users[clerk_user]))
    clerk.users[clerk_user]["email_addresses"][0]["email_address"] = "kept@example.com"
    assert outcome(send(gateway, old)) == "not_linked"
    assert users.link_of(row) is None


def test_a_replay_does_nothing_also_after_a_restart(start_gateway, origin, clerk, users, person):
    gateway = start_gateway(with_webhooks(settings(origin, clerk, users)), clerk, users, environment=ENVIRONMENT)
    row, clerk_user = person
    message, content = identifier("msg"), event("user.created", clerk.users[clerk_user])
    assert outcome(send(gateway, content, message=message)) == "linked"
    users.execute(f"UPDATE users SET clerk_user_id = NULL WHERE id = '{row}'; DELETE FROM segue.links WHERE user_id = '{row}'")
    assert outcome(send(gateway, content, message=message)) == "duplicate"
    gateway.stop()
    gateway.process.start()
    gateway.process.wait_listening(gateway.port)
    assert outcome(send(gateway, content, message=message)) == "duplicate"
    assert users.link_of(row) is None


def at_once(*work) -> list:
    barrier, answers = threading.Barrier(len(work)), [None] * len(work)

    def run(number: int) -> None:
        barrier.wait()
        answers[number] = work[number]()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_a_duplicate_at_the_same_time_does_nothing(pair, clerk, users):
    for _ in range(5):
        address = f"{uuid.uuid4().hex[:12]}@example.com"
        row, clerk_user = users.add(address), clerk.add_user(address)
        content, message = event("user.created", clerk.users[clerk_user]), identifier("msg")
        fields = signed(content, message=message)
        answers = at_once(*[lambda number=number: send(pair[number % 2], content, fields) for number in range(8)])
        words = [outcome(answer) for answer in answers]
        assert words.count("duplicate") == 7 and users.link_of(row) == clerk_user
        [(links,)] = users.query(f"SELECT count(*) FROM segue.ledger WHERE clerk_user_id = '{clerk_user}' AND action = 'link'")
        assert links == "1"


def test_a_delivery_that_races_the_first_request_makes_one_link(pair, clerk, users):
    for _ in range(5):
        address = f"{uuid.uuid4().hex[:12]}@example.com"
        row, clerk_user = users.add(address), clerk.add_user(address)
        content, token = event("user.created", clerk.users[clerk_user]), clerk.token(clerk_user)
        answers = at_once(
            *[lambda number=number: send(pair[number % 2], content) for number in range(3)],
            *[lambda number=number: pair[number % 2].get("/dual/x", bearer=token) for number in range(5)],
        )
        assert [answer.status_code for answer in answers] == [200] * 8
        assert users.linked_to(clerk_user) == [row]
        [(links,)] = users.query(f"SELECT count(*) FROM segue.ledger WHERE clerk_user_id = '{clerk_user}' AND action = 'link'")
        assert links == "1"


def test_a_reordered_delivery_undoes_no_newer_state(pair, clerk, users, person):
    row, clerk_user = person
    first = copy.deepcopy(clerk.users[clerk_user])
    clerk.users[clerk_user] |= {"first_name": "Grace", "last_name": "Hopper", "updated_at": first["updated_at"] + 1000}
    newer = event("user.updated", clerk.users[clerk_user])
    assert outcome(send(pair[0], newer)) == "linked"
    assert outcome(send(pair[1], event("user.created", first))) == "outdated"
    assert users.query(f"SELECT name FROM users WHERE id = '{row}'") == [("Grace Hopper",)]


def test_nobody_who_is_deleted_is_brought_back(pair, clerk, users, person):
    row, clerk_user = person
    late = event("user.created", clerk.users[clerk_user])
    assert tell(pair[0], clerk, "user.deleted", clerk_user) == "revoked"
    assert outcome(send(pair[1], late)) == "outdated"
    # The session token is still good, and Clerk, in this test, still knows the user.
    answer = pair[1].get("/dual/x", bearer=clerk.token(clerk_user))
    assert answer.status_code == 401
    assert users.link_of(row) is None


def test_listed_columns_follow_and_others_do_not(pair, clerk, users, person):
    row, clerk_user = person
    assert tell(pair[0], clerk, "user.created", clerk_user) == "linked"
    user = clerk.users[clerk_user]
    user |= {"first_name": "Grace", "last_name": None, "updated_at": user["updated_at"] + 1000}
    user["email_addresses"][0]["email_address"] = f"new-{row}@example.com"
    assert tell(pair[1], clerk, "user.updated", clerk_user) == "synced"
    assert tell(pair[1], clerk, "user.updated", clerk_user) == "unchanged"
    assert users.query(f"SELECT name, email, role FROM users WHERE id = '{row}'") == [("Grace", f"new-{row}@example.com", "user")]


# Who is signed out.


def refused_everywhere_within(pair, token: str, seconds: float, statuses: set[int]) -> None:
    began = time.monotonic()
    for gateway in pair:
        answer = wait_until(
            lambda gateway=gateway: (answer := gateway.get("/dual/x", bearer=token)).status_code != 200 and answer, "the refusal"
        )
        assert answer.status_code in statuses, answer.text
    # A machine with more work than processors gets a little more.
    assert time.monotonic() - began < seconds + max(0, os.getloadavg()[0] - os.cpu_count())


def warm(pair, clerk, clerk_user) -> tuple[str, dict]:
    """A token that every replica remembers, and its claims."""
    claims = {"sid": identifier("sess")}
    token = clerk.token(clerk_user, **claims)
    for gateway in pair * 3:
        assert gateway.get("/dual/x", bearer=token).status_code == 200
    return token, claims | {"sub": clerk_user}


@pytest.mark.parametrize("kind", ["session.revoked", "session.ended", "session.removed"])
def test_an_ended_session_is_refused_on_every_replica_within_a_second(pair, clerk, person, kind):
    token, claims = warm(pair, clerk, person[1])
    other = clerk.token(person[1])
    assert outcome(send(pair[0], session_event(kind, claims))) == "revoked"
    refused_everywhere_within(pair, token, 1, {401})
    # Another session of the same person's goes on, and a new token of the ended one is refused as well.
    for gateway in pair:
        assert gateway.get("/dual/x", bearer=other).status_code == 200
        assert gateway.get("/dual/x", bearer=clerk.token(person[1], sid=claims["sid"])).json()["code"] == "token_invalid"


def test_a_deleted_user_is_refused_on_every_replica_within_a_second(pair, clerk, users, person):
    row, clerk_user = person
    token, _ = warm(pair, clerk, clerk_user)
    assert tell(pair[1], clerk, "user.deleted", clerk_user) == "deactivated"
    refused_everywhere_within(pair, token, 1, {401, 403})
    # Inactive, for the old credentials as well; the application's row is still there.
    for gateway in pair:
        answer = gateway.get("/legacy/x", bearer=legacy.token(row))
        assert (answer.status_code, answer.json()["code"]) == (403, "user_inactive")
    assert users.link_of(row) == clerk_user


def test_a_banned_user_is_refused_on_every_replica_within_a_second(pair, clerk, person):
    token, _ = warm(pair, clerk, person[1])
    user = clerk.users[person[1]]
    user |= {"banned": True, "updated_at": user["updated_at"] + 1000}
    tell(pair[0], clerk, "user.updated", person[1])
    refused_everywhere_within(pair, token, 1, {401})


@pytest.mark.parametrize("what", ["session.revoked", "user.deleted"])
def test_it_is_within_two_seconds_when_nobody_listens(pair, clerk, users, person, what):
    token, claims = warm(pair, clerk, person[1])
    # What it says last is LISTEN, or, after some silence, that it still lives.
    cut = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND (query LIKE 'LISTEN%' OR query = 'SELECT 1')"
    )
    assert len(users.query(cut)) >= 2
    if what == "session.revoked":
        assert outcome(send(pair[0], session_event(what, claims))) == "revoked"
    else:
        assert tell(pair[0], clerk, what, person[1]) == "deactivated"
    refused_everywhere_within(pair, token, 2, {401, 403})


def test_an_open_socket_ends_with_its_session(pair, clerk, person):
    """A request is judged anew each time, a tunnel once; its client is told to sign in again."""
    token, claims = warm(pair, clerk, person[1])
    url = f"ws://127.0.0.1:{pair[1].port}/dual/ws"
    ended = pair[1].metric("segue_tunnels_ended_total")
    with (
        connect(url, additional_headers={"Authorization": f"Bearer {token}"}) as socket,
        connect(url, additional_headers={"Authorization": f"Bearer {clerk.token(person[1])}"}) as other,
    ):
        socket.recv(), other.recv()
        assert outcome(send(pair[0], session_event("session.revoked", claims))) == "revoked"
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=10)
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4401, "the session is over")
        other.send("still here")
        assert other.recv(timeout=10) == "still here"
    assert pair[1].metric("segue_tunnels_ended_total") == ended + 1
    assert pair[1].metric("segue_revocations") >= 1


def test_a_revocation_outlives_a_restart(start_gateway, origin, clerk, users, person, pair):
    token, claims = warm(pair, clerk, person[1])
    assert outcome(send(pair[0], session_event("session.revoked", claims))) == "revoked"
    third = start_gateway(with_webhooks(settings(origin, clerk, users)), clerk, users, environment=ENVIRONMENT)
    assert third.get("/dual/x", bearer=token).status_code == 401


# The rest of the world.


def test_while_the_database_or_clerk_is_away_the_event_comes_again(start_gateway, origin, clerk, postgres):
    own = PostgresUsers(postgres)
    gateway = start_gateway(with_webhooks(settings(origin, clerk, own)), clerk, own, environment=ENVIRONMENT)
    row, clerk_user = own.add("away@example.com"), clerk.add_user("away@example.com")
    content, message = event("user.created", clerk.users[clerk_user]), identifier("msg")
    clerk.go_away()
    try:
        answer = send(gateway, content, message=message)
        assert answer.status_code == 503 and int(answer.headers["Retry-After"]) >= 1
    finally:
        clerk.come_back()
    own.execute("ALTER TABLE segue.clerk_messages RENAME TO away")
    assert send(gateway, content, message=message).status_code == 503
    own.execute("ALTER TABLE segue.away RENAME TO clerk_messages")
    answer = wait_until(lambda: (answer := send(gateway, content, message=message)).status_code == 200 and answer, "it is taken")
    assert outcome(answer) in ("linked", "unchanged") and own.link_of(row) == clerk_user


def test_a_row_is_made_when_clerk_tells_of_a_user(start_gateway, origin, clerk, users):
    made = with_webhooks(settings(origin, clerk, users), unknown="provision", provisionOn="webhook")
    made["directory"]["provision"] = {"id": "uuid", "columns": {"name": "{first_name} {last_name}"}}
    gateway = start_gateway(made, clerk, users, environment=ENVIRONMENT)
    clerk_user = clerk.add_user("provisioned@example.com")
    token = clerk.token(clerk_user)
    answer = gateway.get("/dual/x", bearer=token)
    assert (answer.status_code, answer.json()["code"]) == (403, "awaiting_provision")
    assert tell(gateway, clerk, "user.created", clerk_user) == "linked"
    [row] = users.linked_to(clerk_user)
    assert seen(gateway.get("/dual/x", bearer=token), "X-User-Id") == [row]


def test_events_in_another_order_lock_nobody_out(start_gateway, origin, clerk, users):
    """The address of the new user is freed by an event that comes after theirs, and theirs is not sent again."""
    made = with_webhooks(settings(origin, clerk, users), unknown="provision", provisionOn="webhook", afterDelete="remove")
    made["directory"]["provision"] = {"id": "uuid", "columns": {"name": "{first_name} {last_name}"}}
    gateway = start_gateway(made, clerk, users, environment=ENVIRONMENT)
    for how in ("user.updated", "user.deleted"):
        address = f"{uuid.uuid4().hex[:12]}@example.com"
        first = clerk.add_user(address)
        assert tell(gateway, clerk, "user.created", first) == "linked"
        if how == "user.updated":
            clerk.users[first]["email_addresses"][0]["email_address"] = "other-" + address
            clerk.users[first]["updated_at"] += 1000
        else:
            del clerk.users[first]
        second = clerk.add_user(address)
        assert tell(gateway, clerk, "user.created", second) == "not_linked"
        assert tell(gateway, clerk, how, first) in ("synced", "removed")
        assert gateway.get("/dual/x", bearer=clerk.token(second)).status_code == 200
        assert len(users.linked_to(second)) == 1


def test_an_event_older_than_the_row_changes_nothing(start_gateway, origin, clerk, users):
    """The row was made by a request, of what Clerk said then; the first event was under way for an hour."""
    made = with_webhooks(settings(origin, clerk, users), unknown="provision")
    made["directory"]["provision"] = {"id": "uuid", "columns": {"name": "{first_name} {last_name}"}}
    gateway = start_gateway(made, clerk, users, environment=ENVIRONMENT)
    address = f"{uuid.uuid4().hex[:12]}@example.com"
    clerk_user = clerk.add_user("old-" + address)
    old = event("user.created", copy.deepcopy(clerk.users[clerk_user]))
    clerk.users[clerk_user]["email_addresses"][0]["email_address"] = address
    clerk.users[clerk_user]["updated_at"] += 3_600_000
    assert gateway.get("/dual/x", bearer=clerk.token(clerk_user)).status_code == 200
    assert outcome(send(gateway, old)) == "outdated"
    assert users.query(f"SELECT email FROM users WHERE clerk_user_id = '{clerk_user}'") == [(address,)]


def test_a_row_that_takes_no_new_name_costs_neither_the_ban_nor_the_reason(start_gateway, origin, clerk, postgres):
    own = PostgresUsers(postgres)
    own.execute("ALTER TABLE users ADD CONSTRAINT short CHECK (length(name) < 30)")
    pair = [start_gateway(with_webhooks(settings(origin, clerk, own)), clerk, own, environment=ENVIRONMENT)]
    own.add("long@example.com")
    clerk_user = clerk.add_user("long@example.com")
    assert tell(pair[0], clerk, "user.created", clerk_user) == "linked"
    token, _ = warm(pair, clerk, clerk_user)
    clerk.users[clerk_user] |= {"first_name": "A" * 40, "banned": True, "updated_at": clerk.users[clerk_user]["updated_at"] + 1000}
    message = identifier("msg")
    assert tell(pair[0], clerk, "user.updated", clerk_user, message=message) == "sync_refused"
    refused_everywhere_within(pair, token, 1, {401})
    line = logged(pair[0], message)
    assert "short" in line["webhook.reason"] and "AAAA" not in line["webhook.reason"]
    # What we lack is trouble of ours, and the log says what: the column has another name now.
    own.execute("ALTER TABLE users RENAME name TO full_name")
    message = identifier("msg")
    assert send(pair[0], event("user.updated", clerk.users[clerk_user]), message=message).status_code == 503
    assert "name" in logged(pair[0], message)["webhook.reason"]


def test_who_listens_in_vain_asks(start_gateway, origin, clerk, users, person):
    """A connection that nobody answers: it is neither there nor cut."""
    silent = socket.create_server(("127.0.0.1", 0))
    pair = [start_gateway(with_webhooks(settings(origin, clerk, users)), clerk, users, environment=ENVIRONMENT)]
    made = with_webhooks(settings(origin, clerk, users))
    pair.append(start_gateway(made, clerk, users, serve=False, environment=ENVIRONMENT))
    made["directory"]["directUrl"] = users.url.replace(f":{users.server.port}/", f":{silent.getsockname()[1]}/")
    pair[1].configure(made)
    pair[1].start()
    with silent:
        row, clerk_user = person
        old = legacy.token(row)
        token, claims = warm(pair, clerk, clerk_user)
        assert outcome(send(pair[0], session_event("session.revoked", claims))) == "revoked"
        refused_everywhere_within(pair, token, 2, {401})
        assert pair[1].get("/legacy/x", bearer=old).status_code == 200
        assert tell(pair[0], clerk, "user.deleted", clerk_user) == "deactivated"
        began = time.monotonic()
        wait_until(lambda: pair[1].get("/legacy/x", bearer=old).status_code == 403, "the old credential is refused")
        assert time.monotonic() - began < 2 + max(0, os.getloadavg()[0] - os.cpu_count())


def test_the_origin_gets_the_event_too_where_it_should(start_gateway, recording_origin, clerk, users, person):
    behind = recording_origin()
    made = with_webhooks(settings(behind.url, clerk, users))
    made["clerk"]["webhooks"]["tee"] = True
    made["routes"].append({"name": "hook", "match": {"path": PATH}, "origin": "api", "mode": "public"})
    gateway = start_gateway(made, clerk, users, environment=ENVIRONMENT)
    content = event("user.created", clerk.users[person[1]])
    fields = signed(content)
    for _ in range(2):
        assert send(gateway, content, fields).status_code == 200
    assert users.link_of(person[0]) == person[1]
    assert behind.received.count(content) == 2 and behind.received.count(fields["svix-signature"].encode()) == 2
    assert send(gateway, content, signed(content + b" ")).status_code == 400
    assert behind.received.count(content) == 2


def test_the_emulator_s_own_deliveries_are_taken(start_gateway, origin, emulator, users):
    """From end to end: what an application does at Clerk is what Segue does."""
    environment = ENVIRONMENT | {"WEBHOOK_ONE": WEBHOOK_SECRET}
    gateway = start_gateway(with_webhooks(settings(origin, emulator, users)), emulator, users, environment=environment)
    emulator.control("webhooks", url=gateway.url + PATH, secret=WEBHOOK_SECRET)
    try:
        row = users.add(f"{uuid.uuid4().hex[:12]}@example.com")
        user = emulator.sdk.users.create(username=uuid.uuid4().hex, external_id=row, first_name="Ada", last_name="Example")
        wait_until(lambda: users.link_of(row) == user.id, "the told user is linked")
        emulator.sdk.users.update(user_id=user.id, first_name="Grace")
        wait_until(lambda: users.query(f"SELECT name FROM users WHERE id = '{row}'") == [("Grace Example",)], "the name follows")
        token = emulator.session_token(user.id)
        assert gateway.get("/clerk/x", bearer=token).status_code == 200
        emulator.sdk.users.delete(user_id=user.id)
        wait_until(lambda: gateway.get("/clerk/x", bearer=token).status_code in (401, 403), "the deleted user is refused")
        wait_until(lambda: gateway.get("/legacy/x", bearer=legacy.token(row)).status_code == 403, "the row is inactive")
        assert {message["state"] for message in emulator.look("deliveries")} == {"delivered"}
    finally:
        emulator.control("webhooks", url=None)


def logged(gateway, message: str) -> dict:
    return json.loads(wait_until(lambda: [one for one in gateway.process.output.splitlines() if message in one], "the line")[0])


def test_the_log_and_the_metrics_tell_what_came(gateway, clerk, person):
    message = identifier("msg")
    before = gateway.metric("segue_webhook_events_total", type="user.created", outcome="linked")
    tell(gateway, clerk, "user.created", person[1], message=message)
    assert gateway.metric("segue_webhook_events_total", type="user.created", outcome="linked") == before + 1
    assert gateway.metric("segue_webhook_lag_seconds_count") >= 1
    line = logged(gateway, message)
    assert (line["webhook.id"], line["webhook.type"], line["webhook.outcome"]) == (message, "user.created", "linked")
