"""What is changed on the way to the origin: the query, and nothing that was not asked for."""

import pytest

from harness import legacy


@pytest.fixture(scope="module")
def user(users):
    return users.add("query@example.com")


@pytest.mark.parametrize(
    ("asked", "forwarded"),
    [
        ("user_id=1", "user_id={user}"),
        ("a=1&user_id=1&b=2", "a=1&user_id={user}&b=2"),
        ("user_id=1&user_id=2", "user_id={user}"),
        ("user%5fid=1", "user_id={user}"),
        ("%75ser_id=1&user_id=2&a=b", "user_id={user}&a=b"),
        ("a=1", "a=1&user_id={user}"),
        ("", "user_id={user}"),
        ("USER_ID=1", "user_id={user}"),
    ],
)
def test_every_copy_of_the_asserted_id_becomes_the_verified_one(gateway, user, asked, forwarded):
    answer = gateway.get(f"/posts/x?{asked}", bearer=legacy.token(user))
    assert answer.json()["query"] == forwarded.format(user=user)


def test_another_persons_id_is_403_where_ones_own_is_required(gateway, user):
    token = legacy.token(user)
    assert gateway.get(f"/own/x?user_id={user}", bearer=token).status_code == 200
    for query in ("user_id=someone-else", f"user_id={user}&user_id=someone-else"):
        answer = gateway.get(f"/own/x?{query}", bearer=token)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")


def test_the_query_of_other_routes_is_left_alone(gateway, user):
    answer = gateway.get("/dual/x?user_id=1&user%5Fid=2&&=", bearer=legacy.token(user))
    assert answer.json()["query"] == "user_id=1&user%5Fid=2&&="
