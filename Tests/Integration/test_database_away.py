"""PostgreSQL goes away and comes back: 503 only for what needs it, and no restart."""

import copy
import json
import time

import pytest

from harness import legacy
from harness.clerk import identifier
from harness.gateway import settings
from harness.load import Load
from harness.postgres import Postgres
from harness.processes import wait_until
from harness.raw import Client
from harness.users import PostgresUsers


@pytest.fixture(scope="module")
def own_postgres(logs):
    server = Postgres(logs / "postgres-that-goes-away.log")
    yield server
    server.remove()


@pytest.fixture(scope="module")
def users(own_postgres):
    return PostgresUsers(own_postgres)


@pytest.fixture(scope="module")
def gateway(start_gateway, origin, clerk, users):
    return start_gateway(settings(origin, clerk, users), clerk, users)


def test_it_is_stopped_and_started_under_load(gateway, clerk, users, own_postgres):
    people = [(users.add(f"{link}@example.com", clerk_user_id=link), link) for link in (identifier("user") for _ in range(50))]
    process = gateway.process.pid

    def send(client, number):
        user, link = people[number % len(people)]
        match number % 3:
            case 0:
                return client.get(f"{gateway.url}/public/x")
            case 1:
                return client.get(f"{gateway.url}/clerk/x", headers={"Authorization": f"Bearer {clerk.token(link)}"})
            case _:
                return client.get(f"{gateway.url}/legacy/x", headers={"Authorization": f"Bearer {legacy.token(user)}"})

    with Load(send, threads=4, pause=0.005) as load:
        for _ in range(2):
            wait_until(lambda: load.outcomes[(200, None)] > 50, "the load runs")
            own_postgres.stop()
            assert gateway.get("/public/x").status_code == 200
            time.sleep(2)
            assert gateway.admin("/healthz")[0] == 200
            own_postgres.start()
            newcomer = legacy.token(users.add(f"{time.monotonic()}@example.com"))
            wait_until(lambda: gateway.get("/legacy/x", bearer=newcomer).status_code == 200, "it heals by itself", seconds=30)
    assert load.statuses() <= {200, 503}, load.outcomes
    assert load.without_retry_after == 0
    assert gateway.process.pid == process and gateway.process.is_running()


def test_a_caller_who_is_known_passes_while_it_is_away(gateway, clerk, users, own_postgres):
    link = identifier("user")
    users.add("cached@example.com", clerk_user_id=link)
    assert gateway.get("/clerk/x", bearer=clerk.token(link)).status_code == 200
    own_postgres.stop()
    try:
        assert gateway.get("/clerk/x", bearer=clerk.token(link)).status_code in (200, 503)
        answer = gateway.get("/legacy/x", headers={"Authorization": "Legacy never-seen-before-0123456789"})
        assert answer.status_code == 503, "a session that cannot be looked up is not called invalid"
        assert int(answer.headers["retry-after"]) > 0
        status, text = gateway.admin("/readyz")
        # Degraded and not unready: a balancer that took every replica away would log everybody out.
        assert (status, json.loads(text)["status"]) == (200, "degraded")
        assert "directory_away" in text
    finally:
        own_postgres.start()
    wait_until(lambda: json.loads(gateway.admin("/readyz")[1])["status"] == "ready", "it is ready again", seconds=30)


def test_an_observed_request_passes_and_is_counted_as_unavailable(gateway, own_postgres):
    def unavailable() -> float:
        return gateway.metric("segue_shadow_total", route="observe", mode="legacy", outcome="unavailable")

    before = unavailable()
    own_postgres.stop()
    try:
        answer = gateway.get("/observe/x", headers={"Authorization": "Legacy observed-0123456789abcdef"})
        assert answer.status_code == 200, "day one changes nothing"
        wait_until(lambda: unavailable() == before + 1, "it is counted")
        # Without a credential there is nothing to ask.
        assert gateway.get("/observe/x").status_code == 200
        assert unavailable() == before + 1
    finally:
        own_postgres.start()
    wait_until(lambda: json.loads(gateway.admin("/readyz")[1])["status"] == "ready", "it is ready again", seconds=30)


def test_who_is_known_stays_so_across_a_flip_while_it_is_away(gateway, clerk, users, own_postgres):
    link = identifier("user")
    users.add(f"{link}@example.com", clerk_user_id=link)
    request = f"GET /clerk/x HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {clerk.token(link)}\r\n\r\n".encode()
    flipped = copy.deepcopy(gateway.settings)
    next(route for route in flipped["routes"] if route["name"] == "legacy")["mode"] = "deny"
    made = gateway.settings
    # One connection, and so one worker, which keeps its callers for itself.
    with Client(gateway.port) as client:
        assert client.exchange(request).status == 200
        own_postgres.stop()
        try:
            gateway.configure(flipped)
            wait_until(lambda: gateway.get("/legacy/x").json()["code"] == "route_closed", "the flip is in force")
            assert client.exchange(request).status == 200
        finally:
            own_postgres.start()
            gateway.configure(made)
