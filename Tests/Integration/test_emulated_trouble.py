"""Trouble on demand: rate limits, slow replies, refusals and replies that are lost, and what the gateway makes of them."""

import uuid

import httpx
import pytest
from clerk_backend_api import models

from harness.gateway import seen, settings
from harness.processes import wait_until

LIMITS = {"as": "none"}


@pytest.fixture(autouse=True)
def peace(emulator):
    """Each test makes its own trouble."""
    yield
    emulator.control("limits", **LIMITS)
    httpx.delete(f"{emulator.url}/__emulator/faults", trust_env=False)


# Rate limits.


def test_the_published_limits_of_both_kinds_of_instance(emulator):
    development = emulator.control("limits", **{"as": "development"})
    assert development["general"] == {"requests": 100, "milliseconds": 10_000}
    assert development["user_changes"] == {"requests": 10, "milliseconds": 10_000}
    assert development["invitations"] == {"requests": 100, "milliseconds": 3_600_000}
    assert development["bulk_invitations"] == {"requests": 25, "milliseconds": 3_600_000}
    assert emulator.control("limits", **{"as": "production"})["general"] == {"requests": 1_000, "milliseconds": 10_000}
    assert emulator.control("limits", **{"as": "production", "percent": 1})["general"]["requests"] == 10


def test_who_asks_too_often_is_told_when_to_come_back(emulator):
    emulator.control("limits", **{"class": "general", "requests": 3, "milliseconds": 2_500})
    replies = [emulator.ask("GET", "/users") for _ in range(4)]
    assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
    assert replies[3].json()["errors"][0]["code"] == "too_many_requests"
    assert replies[3].headers["Retry-After"] in {"2", "3"}
    assert emulator.ask("GET", "/jwks").status_code == 200, "the key set has no limit"
    with pytest.raises(models.SDKError) as refusal:
        emulator.sdk.users.count(request={})
    assert refusal.value.raw_response.status_code == 429


def test_a_window_ends(emulator):
    emulator.control("limits", **{"class": "general", "requests": 1, "milliseconds": 300})
    replies = [emulator.ask("GET", "/users") for _ in range(2)]
    assert [reply.status_code for reply in replies] == [200, 429]
    wait_until(lambda: emulator.ask("GET", "/users").status_code == 200, "the next window")


def test_changes_are_limited_for_each_user_alone(emulator):
    users = [emulator.user() for _ in range(2)]
    emulator.control("limits", **{"class": "user_changes", "requests": 2, "milliseconds": 60_000})

    def change(one: str) -> int:
        return emulator.ask("PATCH", f"/users/{one}/metadata", json={"public_metadata": {"a": 1}}).status_code

    assert [change(users[0]) for _ in range(3)] == [200, 200, 429]
    assert change(users[1]) == 200
    assert emulator.ask("GET", f"/users/{users[0]}").status_code == 200


@pytest.mark.parametrize(("name", "path"), [("invitations", "/invitations"), ("bulk_invitations", "/invitations/bulk")])
def test_invitations_have_limits_of_their_own(emulator, name, path):
    emulator.control("limits", **{"class": name, "requests": 1, "milliseconds": 60_000})
    statuses = []
    for number in range(2):
        one = {"email_address": f"{name}-{number}@example.com"}
        statuses.append(emulator.ask("POST", path, json=[one] if "bulk" in path else one).status_code)
    assert statuses == [200, 429]
    assert emulator.ask("GET", "/invitations").status_code == 200


def test_a_wrong_key_uses_nobodys_limit(emulator):
    emulator.control("limits", **{"class": "general", "requests": 1, "milliseconds": 60_000})
    for _ in range(3):
        assert httpx.get(f"{emulator.url}/v1/users", headers={"Authorization": "Bearer sk_test_x"}, trust_env=False).status_code == 401
    assert emulator.ask("GET", "/users").status_code == 200


@pytest.mark.parametrize(
    "asked",
    [{}, {"as": "staging"}, {"class": "general"}, {"class": "unlimited", "requests": 1, "milliseconds": 1}, {"as": "none", "percent": 0}],
)
def test_limits_that_make_no_sense_are_refused(emulator, asked):
    assert httpx.post(f"{emulator.url}/__emulator/limits", json=asked, trust_env=False).status_code == 422


# Faults.


def test_a_slow_reply_holds_up_nobody_else(emulator):
    emulator.control("faults", kind="slow", endpoint="GET /v1/users", milliseconds=1_000)
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(
            f"{emulator.own_url}/v1/users", headers={"Authorization": f"Bearer {emulator.secret_key}"}, timeout=0.2, trust_env=False
        )
    assert emulator.ask("GET", "/users").status_code == 200


def test_a_refusal_comes_before_the_work_or_after_it(emulator):
    names = [uuid.uuid4().hex for _ in range(3)]
    emulator.control("faults", kind="refuse", endpoint="POST /v1/users", status=503, retry_after=7)
    emulator.control("faults", kind="refuse", endpoint="POST /v1/users", status=502, done=True)
    replies = [emulator.ask("POST", "/users", json={"username": name}) for name in names]
    assert [reply.status_code for reply in replies] == [503, 502, 200]
    assert replies[0].headers["Retry-After"] == "7"
    found = {one["username"] for one in emulator.ask("GET", f"/users?username={names[0]}&username={names[1]}").json()}
    assert found == {names[1]}, "the second was made, whatever its caller was told"


def test_a_reply_is_lost_after_the_work_is_done(emulator):
    name = uuid.uuid4().hex
    emulator.control("faults", kind="lose", endpoint="POST /v1/users")
    with pytest.raises(httpx.RemoteProtocolError):
        emulator.ask("POST", "/users", json={"username": name, "external_id": name})
    assert [one["external_id"] for one in emulator.ask("GET", f"/users?external_id={name}").json()] == [name]
    again = emulator.ask("POST", "/users", json={"username": name, "external_id": name})
    assert (again.status_code, again.json()["errors"][0]["code"]) == (422, "form_identifier_exists")


def test_a_fault_waits_for_its_turn_and_strikes_as_often_as_told(emulator):
    emulator.control("faults", kind="refuse", skip=1, times=2)
    assert emulator.look("status")["faults"] == 1
    assert [emulator.ask("GET", "/users").status_code for _ in range(4)] == [200, 500, 500, 200]
    assert emulator.look("status")["faults"] == 0


@pytest.mark.parametrize(
    "asked",
    [{}, {"kind": "explode"}, {"kind": "slow", "milliseconds": 0}, {"kind": "lose", "endpoint": "GET /v1/nothing"},
     {"kind": "refuse", "status": 200}, {"kind": "lose", "times": 0}],
)  # fmt: skip
def test_a_fault_that_makes_no_sense_is_refused(emulator, asked):
    assert httpx.post(f"{emulator.url}/__emulator/faults", json=asked, trust_env=False).status_code == 422


# The gateway before them.


@pytest.fixture
def newcomer(start_gateway, origin, emulator, users):
    """A gateway, and a user of Clerk's whom it has never seen."""
    made = settings(origin, emulator, users)
    made["clerk"]["issuer"] = emulator.issuer
    gateway = start_gateway(made, emulator, users)
    address = f"{uuid.uuid4().hex[:12]}@example.com"
    row = users.add(address)
    someone = emulator.sdk.users.create(email_address=[address], external_id=row)
    return gateway, row, emulator.session_token(someone.id)


def patient(gateway, token) -> httpx.Response:
    """The first answer that is not 503."""

    def ask() -> httpx.Response | None:
        answer = gateway.get("/dual/x", bearer=token)
        return None if answer.status_code == 503 else answer

    return wait_until(ask, "the trouble is over")


@pytest.mark.parametrize(
    "trouble",
    [
        {"kind": "refuse", "status": 500}, {"kind": "refuse", "status": 503, "retry_after": 1}, {"kind": "lose"},
    ],
    ids=["500", "503", "lost"],
)  # fmt: skip
def test_trouble_at_clerk_logs_nobody_out(emulator, newcomer, trouble):
    gateway, row, token = newcomer
    # Who asks safely, on a connection that was open already, may ask twice.
    emulator.control("faults", endpoint="GET /v1/users/{id}", times=2, **trouble)
    answer = gateway.get("/dual/x", bearer=token)
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) >= 1
    httpx.delete(f"{emulator.url}/__emulator/faults", trust_env=False)
    assert seen(patient(gateway, token), "X-User-Id") == [row]


def test_the_gateway_keeps_away_while_its_rate_is_limited(emulator, newcomer):
    gateway, row, token = newcomer
    emulator.control("limits", **{"class": "general", "requests": 0, "milliseconds": 1_000})
    answer = gateway.get("/dual/x", bearer=token)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    asked = emulator.look("status")["requests"]["GET /v1/users/{id}"]
    assert gateway.get("/dual/x", bearer=token).status_code == 503
    assert emulator.look("status")["requests"]["GET /v1/users/{id}"] == asked, "it does not ask while it was told to wait"
    emulator.control("limits", **LIMITS)
    assert seen(patient(gateway, token), "X-User-Id") == [row]
