"""Clerk's keys change, or Clerk is away: a valid token is never called invalid."""

import base64
import json
import threading
import uuid

import pytest

from harness.clerk import FakeClerk, Key, identifier
from harness.gateway import seen, settings
from harness.load import Load
from harness.processes import wait_until
from harness.raw import Client


@pytest.fixture
def own_clerk():
    instance = FakeClerk()
    yield instance
    instance.go_away()


@pytest.fixture
def linked(users):
    clerk_user = identifier("user")
    return clerk_user, users.add(f"{clerk_user}@example.com", clerk_user_id=clerk_user)


@pytest.fixture
def rotating(start_gateway, origin, own_clerk, users, tmp_path):
    return start_gateway(settings(origin, own_clerk, users) | {"stateDirectory": str(tmp_path)}, own_clerk, users)


@pytest.mark.parametrize("same_kid", [False, True], ids=["a new kid", "a new key under the old kid"])
def test_rotation_under_load_refuses_no_valid_token(rotating, own_clerk, linked, same_kid):
    clerk_user, user = linked

    def send(client, _):
        return client.get(f"{rotating.url}/clerk/x", headers={"Authorization": f"Bearer {own_clerk.token(clerk_user)}"})

    assert rotating.get("/clerk/x", bearer=own_clerk.token(clerk_user)).status_code == 200
    old = own_clerk.key
    with Load(send, threads=4) as load:
        wait_until(lambda: load.answered > 50, "the load runs")
        own_clerk.rotate(same_kid=same_kid)
        before = load.answered
        wait_until(lambda: load.answered > before + 200, "the load runs on", seconds=30)
        # A token that was signed just before the rotation lives for a minute, and is valid all that time.
        assert rotating.get("/clerk/x", bearer=own_clerk.token(clerk_user, key=old)).status_code == 200
    assert load.statuses() <= {200, 503}, load.outcomes
    assert load.without_retry_after == 0
    assert seen(rotating.get("/clerk/x", bearer=own_clerk.token(clerk_user)), "X-User-Id") == [user]


def test_clerk_away_through_a_restart_refuses_no_valid_token(rotating, own_clerk, linked):
    clerk_user, user = linked
    assert rotating.get("/clerk/x", bearer=own_clerk.token(clerk_user)).status_code == 200
    own_clerk.go_away()
    assert rotating.stop() == 0
    rotating.start()
    assert seen(rotating.get("/clerk/x", bearer=own_clerk.token(clerk_user)), "X-User-Id") == [user]
    unlinked = rotating.get("/clerk/x", bearer=own_clerk.token(identifier("user")))
    assert unlinked.status_code == 503
    assert int(unlinked.headers["retry-after"]) > 0


def test_keys_that_never_came_are_503_and_heal_by_themselves(start_gateway, origin, own_clerk, users, linked):
    clerk_user, _ = linked
    own_clerk.go_away()
    made = settings(origin, own_clerk, users)
    # Another issuer than any test before: keys kept in the directory are bound to theirs.
    own_clerk.issuer = made["clerk"]["issuer"] = f"https://clerk.{uuid.uuid4().hex}.example"
    gateway = start_gateway(made, own_clerk, users)
    answer = gateway.get("/clerk/x", bearer=own_clerk.token(clerk_user))
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert gateway.admin("/readyz")[0] == 503
    assert gateway.get("/public/x").status_code == 200
    own_clerk.come_back()
    wait_until(
        lambda: gateway.get("/clerk/x", bearer=own_clerk.token(clerk_user)).status_code == 200, "the keys arrive", seconds=30
    )


def test_ten_thousand_unknown_kids_cost_at_most_four_fetches_in_ten_seconds(rotating, own_clerk, linked):
    clerk_user, _ = linked
    assert rotating.get("/clerk/x", bearer=own_clerk.token(clerk_user)).status_code == 200
    template = own_clerk.token(clerk_user, key=Key("made up"))
    statuses: dict[int, int] = {}
    lock = threading.Lock()
    fetched_before = own_clerk.key_fetches

    def flood() -> None:
        with Client(rotating.port, timeout=30) as client:
            for _ in range(625):
                token = with_kid(template, f"ins_{uuid.uuid4().hex[:27]}")
                answer = client.exchange(f"GET /clerk/x HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
                with lock:
                    statuses[answer.status] = statuses.get(answer.status, 0) + 1

    threads = [threading.Thread(target=flood) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(statuses.values()) == 10_000
    assert set(statuses) <= {401, 503}, statuses
    times = [at for path, ats in own_clerk.asked.items() if "jwks" in path for at in ats][fetched_before:]
    for start in times:
        assert sum(start <= at < start + 10 for at in times) <= 4, [at - times[0] for at in times]
    # The flood takes nothing from those who have a good token.
    assert rotating.get("/clerk/x", bearer=own_clerk.token(clerk_user)).status_code == 200


def with_kid(token: str, kid: str) -> str:
    """The token under another `kid`; its signature no longer fits, which nobody can know before the key is found."""
    header = {"alg": "RS256", "typ": "JWT", "kid": kid}
    return base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode() + token[token.index(".") :]
