"""A client cannot say who it is: identity fields never pass, under any spelling, on any path."""

import pytest

from harness import legacy
from harness.gateway import seen, settings
from harness.raw import Client

SPELLINGS = ["X-User-Id", "x-user-id", "X_User_Id", "x_user_id", "X.User.Id", "X-User.Id", "X!User!Id", "X-USER_ID"]
FORGED = "00000000-dead-4000-8000-000000000000"


@pytest.fixture(scope="module")
def user(users):
    return users.add("fields@example.com")


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("mode", ["public", "observe", "optional"])
def test_a_forged_field_never_arrives_without_a_credential(gateway, mode, spelling):
    assert seen(gateway.get(f"/{mode}/x", headers={spelling: FORGED}), "X-User-Id") == []


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_forged_field_gives_way_to_the_verified_one(gateway, user, spelling):
    answer = gateway.get("/dual/x", bearer=legacy.token(user), headers={spelling: FORGED})
    assert seen(answer, "X-User-Id") == [user]


def test_duplicates_are_all_removed(gateway, user):
    fields = [("X-User-Id", FORGED), ("x_user_id", FORGED), ("X-User-Id", FORGED)]
    assert seen(gateway.get("/legacy/x", bearer=legacy.token(user), headers=fields), "X-User-Id") == [user]


@pytest.mark.parametrize("option", ["X-User-Id", "x-user-id, close", "keep-alive, X-User-Id"])
def test_connection_cannot_remove_the_verified_field(gateway, user, option):
    with Client(gateway.port) as client:
        answer = client.exchange(
            f"GET /legacy/x HTTP/1.1\r\nHost: a\r\nConnection: {option}\r\nX-User-Id: {FORGED}\r\n"
            f"Authorization: Bearer {legacy.token(user)}\r\n\r\n".encode()
        )
    assert answer.status == 200
    assert f'["x-user-id","{user}"]'.encode() in answer.content
    assert FORGED.encode() not in answer.content


@pytest.mark.parametrize("name", ["X-Clerk-User-Id", "X-Auth-Method", "X-Auth-Migrated", "x_auth_method", "X.Auth.Migrated"])
def test_the_other_fields_that_segue_sets_are_protected_alike(gateway, user, name):
    for path, bearer in (("/public/x", None), ("/legacy/x", legacy.token(user))):
        assert "forged" not in seen(gateway.get(path, bearer=bearer, headers={name: "forged"}), name)


def test_fields_that_are_switched_off_are_stripped_all_the_same(start_gateway, origin, clerk, users):
    made = settings(origin, clerk, users) | {"identity": {"userId": "X-User-Id", "method": None, "migrated": None}}
    gateway = start_gateway(made, clerk, users)
    answer = gateway.get("/legacy/x", bearer=legacy.token(users.add("off@example.com")), headers={"X-Auth-Method": "forged"})
    assert seen(answer, "X-Auth-Method") == []


def test_a_field_name_of_ones_own_is_protected_too(start_gateway, origin, clerk, users):
    user = users.add("named@example.com")
    gateway = start_gateway(settings(origin, clerk, users) | {"identity": {"userId": "X-Account"}}, clerk, users)
    assert seen(gateway.get("/legacy/x", bearer=legacy.token(user), headers={"x_account": FORGED}), "X-Account") == [user]
