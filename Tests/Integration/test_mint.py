"""An origin that knows only its old credential serves people from Clerk without a change: FastAPI applications that read
their own HS256 token, their own base64 token, or their own session cookie, and nothing else."""

import base64
import json
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import jwt
import pytest

from harness import gateway as gateways
from harness import leaks, legacy
from harness.clerk import identifier
from harness.gateway import Gateway
from harness.processes import Process, free_port, wait_until
from harness.users import SQLiteUsers

APP_SECRET = leaks.secret("the-old-applications-own-secret-0123456789", "the origin's secret")
INSERT = "INSERT INTO sessions (token, user_id, expires_at) VALUES ($1, $2, $3)"
EXTEND = "UPDATE sessions SET expires_at = $2 WHERE token = $1 RETURNING 1"
MINTS = {
    "jwt": {"kind": "jwt", "secret": "${OLD_APP_SECRET}", "claims": {"user_id": "{user.id}"}},
    "base64": {"kind": "base64", "claims": {"user_id": "{user.id}"}},
    "session": {"kind": "session", "to": "cookie:session_token", "insert": INSERT, "extend": EXTEND},
}


@pytest.fixture(scope="module")
def app_users(tmp_path_factory) -> SQLiteUsers:
    return SQLiteUsers(tmp_path_factory.mktemp("old-apps") / "users.sqlite")


@pytest.fixture(scope="module")
def apps(logs: Path, app_users: SQLiteUsers):
    """The three applications; their URLs by the credential that each knows."""
    urls, processes = {}, []
    for kind in MINTS:
        port = free_port()
        command = [
            sys.executable, "-m", "uvicorn", "harness.old_app:app", "--host", "127.0.0.1", "--port", str(port),
            "--no-access-log", "--log-level", "warning",
        ]  # fmt: skip
        environment = {"OLD_APP": kind, "OLD_APP_SECRET": APP_SECRET, "OLD_APP_DATABASE": str(app_users.file)}
        process = Process(command, logs / f"old-app-{kind}.log", environment, folder=Path(__file__).parent)
        process.start()
        process.wait_listening(port)
        processes.append(process)
        urls[kind] = f"http://127.0.0.1:{port}"
    yield urls
    for process in processes:
        process.stop()


@pytest.fixture(scope="module")
def front(start_gateway, apps, clerk, app_users) -> Gateway:
    """One gateway before all three: `/KIND/me` would need the origins to know the prefix, so that hosts tell them apart."""
    made = gateways.settings(apps["jwt"], clerk, app_users)
    made["legacy"][0]["keys"] = [{"secret": "${OLD_APP_SECRET}"}]
    made["origins"] = {kind: {"servers": [url]} for kind, url in apps.items()}
    made["routes"] = [
        {
            "name": kind, "match": {"host": f"{kind}.example.com", "path": "/*"}, "origin": kind, "mode": "dual",
            "mint": MINTS[kind],
        }
        for kind in apps
    ]  # fmt: skip
    return start_gateway(made, clerk, app_users, environment={"OLD_APP_SECRET": APP_SECRET})


@pytest.fixture(scope="module")
def person(clerk, app_users) -> tuple[str, str]:
    """A row of the users table and the Clerk user that is linked to it."""
    clerk_user = clerk.add_user("minted@example.com")
    return app_users.add("minted@example.com", clerk_user_id=clerk_user), clerk_user


def ask(gateway: Gateway, kind: str, **more) -> httpx.Response:
    headers = {"Host": f"{kind}.example.com"} | more.pop("headers", {})
    return gateway.get("/me", headers=headers, **more)


@pytest.mark.parametrize("kind", MINTS)
def test_without_segue_the_application_knows_nothing_of_clerk(apps, clerk, person, kind):
    token = clerk.token(person[1])
    answer = httpx.get(apps[kind] + "/me", headers={"Authorization": f"Bearer {token}"}, trust_env=False)
    assert answer.status_code == 401


@pytest.mark.parametrize("kind", MINTS)
def test_the_application_serves_a_clerk_user_unchanged(front, clerk, person, kind):
    user, clerk_user = person
    for _ in range(2):
        answer = ask(front, kind, bearer=clerk.token(clerk_user))
        assert (answer.status_code, answer.json()) == (200, {"id": user})
    assert ask(front, kind, cookies={"theme": "dark", "__session": clerk.token(clerk_user)}).json() == {"id": user}


def test_the_application_still_gets_its_own_credentials(front, app_users, person):
    user, _ = person
    assert ask(front, "jwt", bearer=legacy.token(user, secret=APP_SECRET)).json() == {"id": user}
    assert ask(front, "session", cookies={"session_token": app_users.add_session(user)}).json() == {"id": user}


def test_what_the_client_put_in_its_place_does_not_count(front, clerk, app_users, person):
    """A Clerk user who also sends somebody's unsigned token, or a second cookie of that name, is still themselves."""
    user, clerk_user = person
    other = app_users.add("somebody-else@example.com")
    planted = base64.b64encode(json.dumps({"user_id": other}).encode()).decode()
    cookies = {"__session": clerk.token(clerk_user)}
    answer = ask(front, "base64", cookies=cookies, headers={"Authorization": f"Basic {planted}"})
    assert answer.json() == {"id": user}
    answer = ask(front, "session", cookies=cookies | {"session_token": "planted-0123456789"})
    assert answer.json() == {"id": user}


def test_nobody_who_is_not_linked_gets_a_credential(front, clerk, app_users):
    before = app_users.query("SELECT count(*) FROM sessions")
    stranger = clerk.add_user("stranger-without-a-row@example.com")
    for kind in MINTS:
        assert ask(front, kind, bearer=clerk.token(stranger)).status_code == 403
    assert app_users.query("SELECT count(*) FROM sessions") == before


def test_one_session_is_one_row_that_ends_with_the_clerk_token(front, clerk, app_users):
    clerk_user = clerk.add_user("row@example.com")
    user = app_users.add("row@example.com", clerk_user_id=clerk_user)
    sid = identifier("sess")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(front, "session", bearer=clerk.token(clerk_user, sid=sid)), range(16)))
    assert {answer.status_code for answer in answers} == {200}
    rows = app_users.query(f"SELECT token, strftime('%s', expires_at) FROM sessions WHERE user_id = '{user}'")
    for token, _ in rows:
        leaks.secret(token, "a minted session")
    # One for each worker that served the session.
    assert 1 <= len(rows) <= 8
    assert all(float(end) <= time.time() + 66 for _, end in rows)


def test_a_row_is_extended_near_its_end_and_made_anew_when_it_is_gone(start_gateway, apps, clerk, app_users):
    clerk_user = clerk.add_user("extended@example.com")
    user = app_users.add("extended@example.com", clerk_user_id=clerk_user)
    made = gateways.settings(apps["session"], clerk, app_users) | {"workers": 1}
    made["routes"] = [
        {"name": "rest", "match": {"path": "/*"}, "origin": "api", "mode": "clerk", "mint": MINTS["session"]},
    ]
    gateway = start_gateway(made, clerk, app_users)
    sid = identifier("sess")

    def ask_with(lifetime: int) -> int:
        return gateway.get("/me", bearer=clerk.token(clerk_user, sid=sid, lifetime=lifetime)).status_code

    def rows() -> list[tuple[str, ...]]:
        return app_users.query(f"SELECT token, strftime('%s', expires_at) FROM sessions WHERE user_id = '{user}'")

    # Near its end is less than what the margin leaves: a token that ends now, and its leeway.
    assert ask_with(lifetime=-1) == 200
    [(token, end)] = rows()
    leaks.secret(token, "a minted session")
    assert ask_with(lifetime=60) == 200
    [(again, later)] = rows()
    assert again == token and float(later) > float(end)
    app_users.execute(f"DELETE FROM sessions WHERE user_id = '{user}'")
    # The application has signed everybody out: until the next extension the gateway does not know.
    assert ask_with(lifetime=60) == 401


def test_a_row_outlives_a_flip_and_not_its_statement(start_gateway, apps, clerk, app_users):
    clerk_user = clerk.add_user("flipped@example.com")
    user = app_users.add("flipped@example.com", clerk_user_id=clerk_user)
    made = gateways.settings(apps["session"], clerk, app_users) | {"workers": 1}
    gateway, sid = None, identifier("sess")

    def tokens_after(mode: str, mint: dict) -> set[str]:
        """The sessions of the application's own that there are when the route has been asked in this mode."""
        nonlocal gateway
        route = {"name": f"in-{mode}", "match": {"path": "/*"}, "origin": "api", "mode": mode, "mint": mint}
        if gateway is None:
            gateway = start_gateway(made | {"routes": [route]}, clerk, app_users)
        else:
            epoch = gateway.metric("segue_config_epoch")
            gateway.configure(gateway.settings | {"routes": [route]})
            wait_until(lambda: gateway.metric("segue_config_epoch") > epoch, "the settings are adopted")
        assert gateway.get("/me", bearer=clerk.token(clerk_user, sid=sid)).json() == {"id": user}
        found = {token for (token,) in app_users.query(f"SELECT token FROM sessions WHERE user_id = '{user}'")}
        return {leaks.secret(token, "a minted session") for token in found}

    first = tokens_after("dual", MINTS["session"])
    assert len(first) == 1
    assert tokens_after("clerk", MINTS["session"]) == tokens_after("dual", MINTS["session"]) == first
    changed = MINTS["session"] | {"insert": INSERT.replace("INSERT INTO", "INSERT  INTO")}
    assert len(tokens_after("dual", changed)) == 2


def test_the_secret_of_a_mint_is_printed_nowhere(front):
    assert APP_SECRET not in front.admin("/admin/routes", gateways.ADMIN_TOKEN)[1]


def test_an_assertion_is_checked_by_an_origin_with_the_public_key_alone(start_gateway, origin, clerk, users):
    """EdDSA: what the origin holds could sign nothing."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    leaks.secret(pem.splitlines()[1], "the key of assertions")
    made = gateways.settings(origin, clerk, users)
    made["identity"] = {"assertion": "X-Segue-Assertion", "assertionKey": "${ASSERTION_KEY}", "assertionKeyId": "a1"}
    gateway = start_gateway(made, clerk, users, environment={"ASSERTION_KEY": pem})
    clerk_user = clerk.add_user("asserted-word@example.com")
    user = users.add("asserted-word@example.com", clerk_user_id=clerk_user)
    request = uuid.uuid4().hex
    answer = gateway.get(
        "/dual/x", bearer=clerk.token(clerk_user), headers={"X-Request-Id": request, "X-Segue-Assertion": "forged"}
    )
    [word] = gateways.seen(answer, "X-Segue-Assertion")
    claims = jwt.decode(word, key.public_key(), algorithms=["EdDSA"], audience="dual", issuer="segue")
    assert (claims["sub"], claims["clerk_user_id"], claims["request_id"]) == (user, clerk_user, request)
    again = gateway.get("/dual/x", bearer=clerk.token(clerk_user), headers={"X-Request-Id": request})
    [other] = gateways.seen(again, "X-Segue-Assertion")
    other = jwt.decode(other, key.public_key(), algorithms=["EdDSA"], audience="dual", issuer="segue")
    assert len(claims["jti"]) == 32 and claims["jti"] not in (request, other["jti"])
    assert claims["exp"] - claims["iat"] == 60
    assert gateways.seen(gateway.get("/public/x", headers={"X-Segue-Assertion": "forged"}), "X-Segue-Assertion") == []
