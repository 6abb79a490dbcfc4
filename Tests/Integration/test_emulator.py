"""The emulator, as Clerk's own Python SDK sees it, and the gateway in front of an application with it."""

import pytest
from clerk_backend_api import Clerk, models
from clerk_backend_api.security import TokenVerificationError

from harness.emulator import Emulator
from harness.gateway import seen, settings


@pytest.fixture(scope="module")
def emulator(binary, logs):
    running = Emulator(binary, logs / "emulator.log")
    running.start()
    yield running
    assert running.stop() == 0


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


@pytest.mark.parametrize("kid", ["new", "same"])
def test_the_sdk_follows_a_rotation(emulator, kid):
    user = emulator.sdk.users.create(email_address=[f"rotate-{kid}@example.com"], skip_password_requirement=True)
    emulator.verify(emulator.session_token(user.id))
    emulator.control("rotate", kid=kid)
    assert emulator.verify(emulator.session_token(user.id))["sub"] == user.id


def test_the_sdk_refuses_a_token_of_another_key(emulator):
    user = emulator.sdk.users.create(email_address=["foreign@example.com"], skip_password_requirement=True)
    with pytest.raises(TokenVerificationError):
        emulator.verify(emulator.control("tokens", user_id=user.id, key="foreign")["jwt"])


def test_the_gateway_links_an_emulated_user_on_first_sight(start_gateway, origin, emulator, users):
    made = settings(origin, emulator, users)
    made["clerk"]["issuer"] = emulator.issuer
    gateway = start_gateway(made, emulator, users)
    # Addresses that the Backend API made are verified by `admin`, which proves nothing: so this one is linked by its external id.
    row = users.add("emulated@example.com")
    user = emulator.sdk.users.create(email_address=["emulated@example.com"], external_id=row, skip_password_requirement=True)
    answer = gateway.get("/dual/x", bearer=emulator.session_token(user.id))
    assert seen(answer, "X-User-Id") == [row]
    assert users.link_of(row) == user.id
