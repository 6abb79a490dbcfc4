"""Behind PgBouncer in transaction mode: no prepared statements, and LISTEN on a connection past it."""

import pytest

from harness import legacy
from harness.gateway import seen, settings
from harness.load import Load
from harness.pgbouncer import PgBouncer
from harness.processes import wait_until
from harness.users import PostgresUsers


@pytest.fixture(scope="module")
def users(postgres):
    return PostgresUsers(postgres)


@pytest.fixture(scope="module")
def gateway(start_gateway, origin, clerk, users, postgres, logs, tmp_path_factory):
    pooler = PgBouncer(postgres, tmp_path_factory.mktemp("pgbouncer"), logs / "pgbouncer.log")
    made = settings(origin, clerk, users)
    made["directory"] |= {"url": pooler.url(users.database), "prepared": False, "directUrl": users.url}
    yield start_gateway(made, clerk, users)
    pooler.stop()


def test_everything_that_asks_the_database_works(gateway, clerk, users):
    user = users.add("ada@example.com")
    assert seen(gateway.get("/legacy/x", bearer=legacy.token(user)), "X-User-Id") == [user]
    assert seen(gateway.get("/legacy/x", cookies={"session_token": users.add_session(user)}), "X-User-Id") == [user]
    clerk_user = clerk.add_user("ada@example.com")
    assert seen(gateway.get("/clerk/x", bearer=clerk.token(clerk_user)), "X-User-Id") == [user]
    assert users.link_of(user) == clerk_user
    wait_until(lambda: gateway.run("ledger", "verify").returncode == 0, "the link is sealed in the ledger")


def test_many_at_once_share_two_connections(gateway, users):
    people = [users.add(f"{number}@example.com") for number in range(40)]

    def send(client, number):
        return client.get(f"{gateway.url}/legacy/x", headers={"Authorization": f"Bearer {legacy.token(people[number % 40])}"})

    with Load(send, threads=8) as load:
        wait_until(lambda: load.answered > 300, "the load runs", seconds=60)
    assert load.statuses() == {200}, load.outcomes


def test_a_link_that_goes_away_is_told_past_the_pooler(gateway, clerk, users):
    user = users.add("bob@example.com")
    clerk_user = clerk.add_user("bob@example.com")
    assert gateway.get("/clerk/x", bearer=clerk.token(clerk_user)).status_code == 200
    users.execute(f"UPDATE users SET role = 'admin', clerk_user_id = NULL WHERE id = '{user}'")
    users.execute(f"DELETE FROM segue.links WHERE user_id = '{user}'")
    users.execute(f"SELECT pg_notify('segue', 'user {user}')")
    refused = lambda: gateway.get("/clerk/x", bearer=clerk.token(clerk_user)).status_code == 403  # noqa: E731
    wait_until(refused, "nobody is believed to be linked any more")
