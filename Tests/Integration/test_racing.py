"""Two processes, one database, many first requests of one new Clerk user at once: one link, and nobody is refused."""

import threading

import pytest

from harness.gateway import settings
from harness.raw import Client
from harness.users import PostgresUsers


@pytest.fixture(scope="module")
def users(postgres):
    return PostgresUsers(postgres)


@pytest.fixture(scope="module")
def pair(start_gateway, origin, clerk, users):
    return [start_gateway(settings(origin, clerk, users), clerk, users) for _ in range(2)]


def at_once(requests: list[tuple[int, str]]) -> list[int]:
    """Sends every (port, token) at the same moment; the statuses."""
    barrier = threading.Barrier(len(requests))
    statuses: list[int] = []

    def ask(port: int, token: str) -> None:
        with Client(port, timeout=30) as client:
            barrier.wait()
            answer = client.exchange(f"GET /dual/status?code=200 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
            statuses.append(answer.status)

    threads = [threading.Thread(target=ask, args=request) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def race_for_one_user(pair, clerk, users, name: str, requests: int) -> None:
    user = users.add(f"{name}@example.com")
    clerk_user = clerk.add_user(f"{name}@example.com")
    token = clerk.token(clerk_user)
    statuses = at_once([(pair[number % 2].port, token) for number in range(requests)])
    assert statuses == [200] * requests
    assert users.link_of(user) == clerk_user
    assert users.linked_to(clerk_user) == [user]


def race_of_two_users(pair, clerk, users, name: str, requests: int) -> None:
    user = users.add(f"{name}@example.com")
    rivals = [clerk.add_user(f"{name}@example.com") for _ in range(2)]
    tokens = [clerk.token(rival) for rival in rivals]
    statuses = at_once([(pair[number % 2].port, tokens[number // 2 % 2]) for number in range(requests)])
    assert set(statuses) == {200, 403}
    assert users.link_of(user) in rivals
    assert sum(len(users.linked_to(rival)) for rival in rivals) == 1


def test_one_link_for_one_user(pair, clerk, users):
    for number in range(5):
        race_for_one_user(pair, clerk, users, f"race-{number}", 40)


def test_one_link_for_two_users_with_one_e_mail(pair, clerk, users):
    for number in range(5):
        race_of_two_users(pair, clerk, users, f"rivals-{number}", 40)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_two_hundred_at_once_fifty_times(pair, clerk, users):
    for number in range(50):
        race_for_one_user(pair, clerk, users, f"soak-{number}", 200)
        race_of_two_users(pair, clerk, users, f"soak-rivals-{number}", 200)
