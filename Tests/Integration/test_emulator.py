"""The emulator, as Clerk's own Python SDK sees it, and the gateway in front of an application with it."""

import re
import uuid

import httpx
import pytest
from clerk_backend_api import Clerk, models
from clerk_backend_api.security import TokenVerificationError, TokenVerificationErrorReason

from harness.emulator import SECRET_KEY
from harness.gateway import seen, settings
from harness.processes import wait_until

BCRYPT = "$2b$12$" + "a" * 53


def test_the_sdk_creates_reads_changes_and_deletes_a_user(emulator):
    users = emulator.sdk.users
    created = users.create(email_address=["sdk@example.com"], first_name="Ada", external_id="row-1", skip_password_requirement=True)
    assert created.id.startswith("user_")
    assert created.email_addresses[0].email_address == "sdk@example.com"
    assert users.get(user_id=created.id).external_id == "row-1"
    assert users.update(user_id=created.id, first_name="Grace").first_name == "Grace"
    assert [user.id for user in users.list(request={"email_address": ["sdk@example.com"]})] == [created.id]
    assert [user.id for user in users.list(request={"external_id": ["row-1"]})] == [created.id]
    assert users.count(request={"email_address": ["sdk@example.com"]}).total_count == 1
    assert users.delete(user_id=created.id).deleted
    with pytest.raises(models.ClerkErrors) as gone:
        users.get(user_id=created.id)
    assert gone.value.data.errors[0].code == "resource_not_found"


def test_the_printed_settings_are_those_of_the_instance(emulator):
    output = wait_until(lambda: "listens on" in emulator.process.output and emulator.process.output, "the emulator says where it listens")
    lines = output.splitlines()
    assert f"CLERK_API_URL={emulator.own_url}" in lines
    assert f"SEGUE_CLERK_ISSUER={emulator.issuer}" in lines
    assert f"SEGUE_CLERK_JWKS_URL={emulator.own_url}/.well-known/jwks.json" in lines
    assert any(re.fullmatch(r"CLERK_PUBLISHABLE_KEY=pk_test_[A-Za-z0-9+/=]+", line) for line in lines)
    assert SECRET_KEY not in output


def test_the_sdk_understands_a_user_with_everything(emulator):
    name = uuid.uuid4().hex[:12]
    users = emulator.sdk.users
    user = users.create(
        external_id=name, first_name="Ada", last_name="Lovelace", email_address=[f"{name}@example.com", f"{name}2@example.com"],
        email_address_identification_status=["verified", "reserved"], phone_number=["+491701234567"], username=name,
        password_digest=BCRYPT, password_hasher="bcrypt", public_metadata={"plan": "pro"}, created_at="2012-10-20T07:15:20.902Z",
    )  # fmt: skip
    assert re.fullmatch(r"user_\w{27}", user.id)
    assert (user.external_id, user.created_at, user.password_enabled) == (name, 1350717320902, True)
    assert [bool(address.reserved) for address in user.email_addresses] == [False, True]
    assert user.email_addresses[0].verification.status == "verified"
    assert users.update_metadata(user_id=user.id, public_metadata={"plan": None, "seats": 2}).public_metadata == {"seats": 2}
    assert users.ban(user_id=user.id).banned


def test_the_sdk_filters_and_orders_users(emulator):
    users, name = emulator.sdk.users, uuid.uuid4().hex[:12]
    made = [users.create(username=f"{name}{n}", external_id=f"{name}{n}", email_address=[f"{name}{n}@example.com"]) for n in range(5)]
    addresses = [f"{name}1@example.com", f"{name}2@EXAMPLE.com", "nobody@example.com"]
    assert {user.id for user in users.list(request={"email_address": addresses})} == {made[1].id, made[2].id}
    wanted = {"external_id": [f"+{name}3", f"{name}4"], "order_by": "+username"}
    assert [user.id for user in users.list(request=wanted)] == [made[3].id, made[4].id]
    others = {"query": name, "external_id": [f"-{name}3", f"-{name}4"]}
    assert {user.id for user in users.list(request=others)} == {user.id for user in made[:3]}


def test_the_sdk_pages_through_users(emulator):
    created = [
        emulator.sdk.users.create(email_address=[f"page-{number}@example.com"], skip_password_requirement=True).id for number in range(25)
    ]
    pages = [
        [user.id for user in emulator.sdk.users.list(request={"limit": 10, "offset": offset, "query": "page-"})]
        for offset in (0, 10, 20)
    ]
    assert [len(page) for page in pages] == [10, 10, 5]
    assert sorted(user for page in pages for user in page) == sorted(created)


def test_the_sdk_is_told_which_field_is_taken(emulator):
    emulator.sdk.users.create(email_address=["taken@example.com"], skip_password_requirement=True)
    with pytest.raises(models.ClerkErrors) as refusal:
        emulator.sdk.users.create(email_address=["taken@example.com"], skip_password_requirement=True)
    assert refusal.value.data.errors[0].code == "form_identifier_exists"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"email_address": ["x"]}, "form_param_format_invalid"),
        ({"username": "x", "password": "short"}, "form_password_length_too_short"),
        ({"username": "x", "password_digest": BCRYPT}, "form_param_missing"),
        ({"username": "x", "password_digest": "x", "password_hasher": "bcrypt"}, "form_password_digest_invalid_code"),
        ({"first_name": "X"}, "form_data_missing"),
    ],
)
def test_the_sdk_is_told_what_is_wrong_with_a_user(emulator, fields, code):
    with pytest.raises(models.ClerkErrors) as refusal:
        emulator.sdk.users.create(**fields)
    assert (refusal.value.raw_response.status_code, refusal.value.data.errors[0].code) == (422, code)


def test_a_wrong_secret_key_is_refused(emulator):
    with pytest.raises(models.ClerkErrors) as refusal:
        Clerk(bearer_auth="sk_test_wrong", server_url=f"{emulator.url}/v1").users.list(request={})
    assert refusal.value.data.errors[0].code == "clerk_key_invalid"


def test_the_sdk_verifies_its_session_tokens(emulator):
    user = emulator.sdk.users.create(email_address=["verify@example.com"], skip_password_requirement=True)
    claims = emulator.verify(emulator.session_token(user.id))
    assert claims["sub"] == user.id
    assert claims["iss"] == emulator.issuer
    assert claims["v"] == 2


@pytest.mark.parametrize("version", [1, 2])
def test_the_sdk_takes_tokens_of_both_versions(emulator, version):
    user = emulator.control("users", email_address=[f"version-{version}@example.com"])["id"]
    claims = emulator.verify(emulator.control("tokens", user_id=user, version=version, claims={"plan": "pro"})["jwt"])
    assert (claims["sub"], claims["plan"], claims.get("v")) == (user, "pro", 2 if version == 2 else None)


def test_a_revoked_session_makes_no_tokens(emulator):
    sessions = emulator.sdk.sessions
    user = emulator.sdk.users.create(username=uuid.uuid4().hex)
    session = sessions.create(request={"user_id": user.id})
    assert sessions.revoke(session_id=session.id).status == "revoked"
    with pytest.raises(models.ClerkErrors):
        sessions.create_token(session_id=session.id)


@pytest.mark.parametrize("kid", ["new", "same"])
def test_the_sdk_follows_a_rotation(emulator, kid):
    user = emulator.sdk.users.create(email_address=[f"rotate-{kid}@example.com"], skip_password_requirement=True)
    emulator.verify(emulator.session_token(user.id))
    emulator.control("rotate", kid=kid)
    assert emulator.verify(emulator.session_token(user.id))["sub"] == user.id


@pytest.mark.parametrize("kid", ["new", "same"])
def test_a_token_from_before_a_rotation_is_refused(emulator, kid):
    user = emulator.control("users", username=uuid.uuid4().hex)["id"]
    emulator.control("rotate", kid="new")  # To a key that the SDK has not cached.
    old = emulator.control("tokens", user_id=user)["jwt"]
    emulator.control("rotate", kid=kid)
    emulator.verify(emulator.control("tokens", user_id=user)["jwt"])
    with pytest.raises(TokenVerificationError) as refusal:
        emulator.verify(old)
    expected = {"new": TokenVerificationErrorReason.JWK_KID_MISMATCH, "same": TokenVerificationErrorReason.TOKEN_INVALID_SIGNATURE}
    assert refusal.value.reason == expected[kid]


@pytest.mark.parametrize("changes", [{"expires_in": -10}, {"issued_ago": -20}, {"azp": "https://evil.example.com"}])
def test_the_sdk_refuses_a_bad_token(emulator, changes):
    user = emulator.control("users", username=uuid.uuid4().hex)["id"]
    with pytest.raises(TokenVerificationError):
        emulator.verify(emulator.control("tokens", user_id=user, **changes)["jwt"])


def test_an_outage_is_one_and_ends(emulator):
    keys = f"{emulator.url}/.well-known/jwks.json"
    emulator.control("outage", on=True)
    assert httpx.get(keys, trust_env=False).status_code == 503
    emulator.control("outage", on=False)
    assert httpx.get(keys, trust_env=False).status_code == 200


def test_the_sdk_refuses_a_token_of_another_key(emulator):
    user = emulator.sdk.users.create(email_address=["foreign@example.com"], skip_password_requirement=True)
    with pytest.raises(TokenVerificationError):
        emulator.verify(emulator.control("tokens", user_id=user.id, key="foreign")["jwt"])


def test_the_gateway_links_an_emulated_user_on_first_sight(start_gateway, origin, emulator, users):
    made = settings(origin, emulator, users)
    made["clerk"]["issuer"] = emulator.issuer
    gateway = start_gateway(made, emulator, users)
    # Addresses that the Backend API made are verified by `admin`, which proves nothing: so this one is linked by its external id.
    # One emulator serves the tests of both databases, and an address belongs to one of its users.
    address = f"{type(users).__name__}@example.com"
    row = users.add(address)
    user = emulator.sdk.users.create(email_address=[address], external_id=row, skip_password_requirement=True)
    answer = gateway.get("/dual/x", bearer=emulator.session_token(user.id))
    assert seen(answer, "X-User-Id") == [row]
    assert users.link_of(row) == user.id
