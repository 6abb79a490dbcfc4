"""Callers who were confused once: what was sent to be dropped, and who is who."""

import copy

import pytest

from harness import legacy
from harness.clerk import FakeClerk, identifier
from harness.gateway import route, seen, settings
from harness.processes import wait_until


@pytest.fixture(scope="module")
def person(users):
    """A Clerk user and the row that it is linked to."""
    clerk_user = identifier("user")
    return clerk_user, users.add(f"{clerk_user}@example.com", clerk_user_id=clerk_user)


@pytest.fixture(scope="module")
def gateway(start_gateway, origin, clerk, users):
    made = settings(origin, clerk, users)
    made["legacy"][1]["from"].append("query:tok")
    owned = {"query": {"user_id": "{user.id}"}}
    made["routes"] += [
        route("clerk", name="dropping", match={"path": "/dropping/*"}, credentials={"legacy": "drop"}),
        *(route(mode, name=f"set-{mode}", match={"path": f"/set-{mode}/*"}, set=owned) for mode in ("public", "observe")),
        *(route(mode, name=f"own-{mode}", match={"path": f"/own-{mode}/*"}, require=owned) for mode in ("public", "observe")),
    ]
    return start_gateway(made, clerk, users)


@pytest.mark.parametrize("path", ["set-public", "set-observe", "own-public", "own-observe"])
def test_rules_for_the_query_wait_until_somebody_is_asked_who_they_are(gateway, users, person, path):
    for fields in ({}, {"bearer": legacy.token(person[1])}):
        answer = gateway.get(f"/{path}/x?user_id=7&a=1", **fields)
        assert answer.status_code == 200, answer.text
        assert answer.json()["query"] == "user_id=7&a=1"


def test_an_old_credential_in_the_query_is_dropped_where_the_route_says_so(gateway, clerk, users, person):
    clerk_user, user = person
    answer = gateway.get(f"/dropping/x?a=1&tok={users.add_session(user)}&b=2", bearer=clerk.token(clerk_user))
    assert seen(answer, "X-User-Id") == [user]
    assert answer.json()["query"] == "a=1&b=2"


@pytest.mark.parametrize("space", [" ", "  ", "\t", " \t", ""], ids=repr)
def test_an_old_cookie_is_dropped_behind_any_white_space(gateway, clerk, users, person, space):
    clerk_user, user = person
    session = users.add_session(user)
    cookie = f"a=1;{space}session_token={session};{space}b=2"
    answer = gateway.get("/dropping/x", bearer=clerk.token(clerk_user), headers={"Cookie": cookie})
    assert seen(answer, "X-User-Id") == [user]
    assert session not in answer.text
    assert "a=1" in "".join(seen(answer, "Cookie"))


@pytest.mark.parametrize("spelling", [str.upper, str.lower])
def test_two_spellings_of_one_uuid_are_one_person(gateway, clerk, users, person, spelling):
    if users.url.startswith("sqlite"):
        pytest.skip("a text column tells the spellings apart; a uuid column does not")
    clerk_user, user = person
    answer = gateway.get("/dual/x", bearer=legacy.token(spelling(user)), cookies={"__session": clerk.token(clerk_user)})
    assert seen(answer, "X-User-Id") == [user]


def test_another_authorized_party_while_clerk_is_away_refuses_no_valid_token(start_gateway, origin, users, person):
    clerk = FakeClerk()
    clerk_user, user = person
    gateway = start_gateway(settings(origin, clerk, users), clerk, users)
    assert gateway.get("/clerk/x", bearer=clerk.token(clerk_user)).status_code == 200
    clerk.go_away()
    changed = copy.deepcopy(gateway.settings)
    changed["clerk"]["authorizedParties"].append("https://b.example.com")
    gateway.configure(changed)
    other = clerk.token(clerk_user, azp="https://b.example.com")
    statuses = set()

    def takes_the_new_party() -> bool:
        statuses.add(gateway.get("/clerk/x", bearer=clerk.token(clerk_user)).status_code)
        return gateway.get("/clerk/x", bearer=other).status_code == 200

    wait_until(takes_the_new_party, "the new party is accepted")
    assert statuses == {200}
