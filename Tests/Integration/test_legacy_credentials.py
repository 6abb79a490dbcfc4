"""Old credentials: the application's own JWT and its session rows."""

import hashlib
import time

import jwt
import pytest

from harness import legacy
from harness.clerk import tampered
from harness.gateway import JWT_SECRET, seen, settings
from harness.processes import free_port


@pytest.fixture(scope="module")
def user(users):
    return users.add("legacy@example.com")


def refused(answer, status=401, code="token_invalid"):
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text


@pytest.mark.parametrize("mode", ["legacy", "dual"])
def test_a_jwt_made_by_pyjwt_names_its_user(gateway, user, mode):
    answer = gateway.get(f"/{mode}/x", bearer=legacy.token(user))
    assert seen(answer, "X-User-Id") == [user]
    assert seen(answer, "X-Auth-Migrated") in (["false"], [])
    assert seen(answer, "X-Clerk-User-Id") == []


@pytest.mark.parametrize("mode", ["legacy", "dual"])
def test_a_session_cookie_names_its_user(gateway, users, user, mode):
    assert seen(gateway.get(f"/{mode}/x", cookies={"session_token": users.add_session(user)}), "X-User-Id") == [user]


def test_a_session_in_the_applications_own_scheme_names_its_user(gateway, users, user):
    answer = gateway.get("/legacy/x", headers={"Authorization": f"Legacy {users.add_session(user)}"})
    assert seen(answer, "X-User-Id") == [user]


def test_the_origin_still_gets_the_old_credential(gateway, user):
    token = legacy.token(user)
    assert seen(gateway.get("/legacy/x", bearer=token), "Authorization") == [f"Bearer {token}"]


def test_no_credential_is_401_with_a_bare_challenge(gateway):
    answer = gateway.get("/legacy/x")
    refused(answer, code="credentials_missing")
    assert "error=" not in answer.headers["www-authenticate"]


BAD_TOKENS = {
    "another secret": lambda user: legacy.token(user, secret="another-secret-that-is-long-enough-0123456789"),
    "no expiry": lambda user: legacy.token(user, exp=None),
    "a tampered signature": lambda user: tampered(legacy.token(user)),
    "no user": lambda user: legacy.token(user, user_id=None),
    "a user that is a list": lambda user: legacy.token(user, user_id=[user]),
    "not yet valid": lambda user: legacy.token(user, nbf=32_503_680_000),
    "another HMAC": lambda user: legacy.token(user, algorithm="HS512"),
    "a user that does not exist": lambda _: legacy.token("00000000-0000-4000-8000-00000000dead"),
    "a user id that the database cannot read": lambda _: legacy.token("'; DROP TABLE users; --"),
}


@pytest.mark.parametrize("name", BAD_TOKENS)
def test_a_bad_jwt_is_401(gateway, user, name):
    answer = gateway.get("/legacy/x", bearer=BAD_TOKENS[name](user))
    refused(answer)
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert answer.headers["cache-control"] == "no-store"


def test_an_unsigned_token_is_401(gateway, user):
    refused(gateway.get("/legacy/x", bearer=jwt.encode({"user_id": user, "exp": 32_503_680_000}, None, algorithm="none")))


def test_an_expired_jwt_says_so(gateway, user):
    refused(gateway.get("/legacy/x", bearer=legacy.token(user, lifetime=-60)), code="token_expired")


def test_a_revoked_jwt_is_401(gateway, users, user):
    users.execute("INSERT INTO jwt_blacklist VALUES ('revoked-token-id')")
    refused(gateway.get("/legacy/x", bearer=legacy.token(user, jti="revoked-token-id")))


def test_an_unknown_or_expired_session_is_401(gateway, users, user):
    assert gateway.get("/legacy/x", cookies={"session_token": "no-such-session-0123456789"}).status_code == 401
    assert gateway.get("/legacy/x", cookies={"session_token": users.add_session(user, expired=True)}).status_code == 401


def test_of_several_cookies_of_one_name_the_good_one_counts(gateway, users, user):
    session = users.add_session(user)
    answer = gateway.get("/legacy/x", headers={"Cookie": f"session_token=stale-0123456789; session_token={session}"})
    assert seen(answer, "X-User-Id") == [user]


def test_several_authorization_fields_are_400(gateway, user):
    fields = [("Authorization", f"Bearer {legacy.token(user)}"), ("Authorization", f"Bearer {legacy.token(user)}")]
    assert gateway.get("/legacy/x", headers=fields).status_code == 400


def test_a_legacy_credential_is_no_use_on_a_clerk_route(gateway, users, user):
    assert gateway.get("/clerk/x", bearer=legacy.token(user)).status_code == 401
    assert gateway.get("/clerk/x", cookies={"session_token": users.add_session(user)}).status_code == 401


def test_a_closed_route_is_403_for_everybody(gateway, user):
    refused(gateway.get("/deny/x", bearer=legacy.token(user)), 403, "route_closed")


def test_optional_lets_nobody_pass_with_a_bad_credential(gateway, user):
    assert seen(gateway.get("/optional/x"), "X-User-Id") == []
    assert seen(gateway.get("/optional/x", bearer=legacy.token(user)), "X-User-Id") == [user]
    refused(gateway.get("/optional/x", bearer=legacy.token(user, secret=JWT_SECRET[::-1])))


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_cookie_from_another_site_cannot_write(gateway, users, user, site):
    cookies = {"session_token": users.add_session(user)}
    refused(gateway.request("POST", "/legacy/x", cookies=cookies, headers={"Sec-Fetch-Site": site}), 403, "cross_site")
    assert gateway.get("/legacy/x", cookies=cookies, headers={"Sec-Fetch-Site": site}).status_code == 200


@pytest.mark.parametrize("origin_field", ["null", "https://evil.example", "https://app.example.com.evil.example"])
def test_a_cookie_with_a_foreign_origin_cannot_write(gateway, users, user, origin_field):
    cookies = {"session_token": users.add_session(user)}
    refused(gateway.request("POST", "/legacy/x", cookies=cookies, headers={"Origin": origin_field}), 403, "cross_site")


@pytest.mark.parametrize("fields", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "https://app.example.com"}])
def test_a_cookie_from_our_own_site_or_from_no_browser_may_write(gateway, users, user, fields):
    cookies = {"session_token": users.add_session(user)}
    assert gateway.request("POST", "/legacy/x", cookies=cookies, headers=fields).status_code == 200


def test_tokens_are_revoked_by_their_digest_or_by_user_and_time(start_gateway, origin, clerk, users, user):
    postgres = users.url.startswith("postgres")
    users.execute("CREATE TABLE revoked_tokens (digest varchar PRIMARY KEY); CREATE TABLE logouts (user_id varchar, at bigint)")
    made = settings(origin, clerk, users)
    entry = made["legacy"][0]
    entry |= {"cacheSeconds": 0, "revoked": "SELECT 1 FROM revoked_tokens WHERE digest = $1", "revokedBy": "sha256"}
    gateway = start_gateway(made, clerk, users)
    token = legacy.token(user)
    assert gateway.get("/legacy/x", bearer=token).status_code == 200
    users.execute(f"INSERT INTO revoked_tokens VALUES ('{hashlib.sha256(token.encode()).hexdigest()}')")
    refused(gateway.get("/legacy/x", bearer=token))
    assert gateway.get("/legacy/x", bearer=legacy.token(user)).status_code == 200

    number = "$2::bigint" if postgres else "CAST($2 AS INTEGER)"
    entry |= {"revoked": f"SELECT 1 FROM logouts WHERE user_id = $1 AND at >= {number}", "revokedBy": "user"}
    by_user = start_gateway(made | {"listen": [{"address": f"127.0.0.1:{free_port()}"}], "admin": {"address": f"127.0.0.1:{free_port()}"}}, clerk, users)
    before, after = legacy.token(user, iat=int(time.time()) - 60), legacy.token(user)
    assert by_user.get("/legacy/x", bearer=before).status_code == 200
    users.execute(f"INSERT INTO logouts VALUES ('{user}', {int(time.time()) - 30})")
    refused(by_user.get("/legacy/x", bearer=before))
    assert by_user.get("/legacy/x", bearer=after).status_code == 200
    refused(by_user.get("/legacy/x", bearer=legacy.token(user, iat=None)))


def test_an_active_query_refuses_who_it_does_not_find(start_gateway, origin, clerk, users):
    kept, left = users.add("active-kept@example.com"), users.add("active-left@example.com")
    users.execute(f"CREATE TABLE members (user_id varchar); INSERT INTO members VALUES ('{kept}')")
    made = settings(origin, clerk, users)
    made["legacy"][0] |= {"cacheSeconds": 0, "active": "SELECT 1 FROM members WHERE user_id = $1"}
    gateway = start_gateway(made, clerk, users)
    assert seen(gateway.get("/legacy/x", bearer=legacy.token(kept)), "X-User-Id") == [kept]
    refused(gateway.get("/legacy/x", bearer=legacy.token(left)))
    users.execute("ALTER TABLE members RENAME TO former_members")
    refused(gateway.get("/legacy/x", bearer=legacy.token(kept)), 503, "authentication_unavailable")
