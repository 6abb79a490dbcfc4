"""Invitations, sign-in tokens and sessions of the emulator, as Clerk's own Python SDK sees them."""

import re
import uuid

import pytest
from clerk_backend_api import models
from clerk_backend_api.security import TokenVerificationError


@pytest.fixture
def address():
    return f"{uuid.uuid4().hex[:12]}@example.com"


def refused(call, status: int, code: str):
    with pytest.raises(models.ClerkErrors) as refusal:
        call()
    assert (refusal.value.raw_response.status_code, refusal.value.data.errors[0].code) == (status, code)
    return refusal.value.data.errors[0]


# Invitations.


def test_an_invitation_is_made_listed_and_revoked(emulator, address):
    invitations = emulator.sdk.invitations
    made = invitations.create(request={"email_address": address, "public_metadata": {"row": "7"}, "expires_in_days": 2})
    assert re.fullmatch(r"inv_\w{27}", made.id)
    assert (made.status, made.email_address, made.public_metadata) == ("pending", address, {"row": "7"})
    assert made.expires_at - made.created_at == 2 * 86_400_000
    assert "ticket=" in made.url
    assert [one.id for one in invitations.list(query=address)] == [made.id]
    assert invitations.revoke(invitation_id=made.id).status == "revoked"
    assert invitations.list(query=address) == []
    assert [one.id for one in invitations.list(query=address, status="revoked")] == [made.id]
    refused(lambda: invitations.revoke(invitation_id=made.id), 400, "invitation_already_revoked")


def test_an_address_is_invited_once_at_a_time(emulator, address):
    invitations = emulator.sdk.invitations
    first = invitations.create(request={"email_address": address})
    problem = refused(lambda: invitations.create(request={"email_address": address.upper()}), 400, "duplicate_record")
    assert problem.meta == {"email_addresses": [address.upper()]}
    assert invitations.create(request={"email_address": address, "ignore_existing": True}).id != first.id


def test_who_is_a_user_is_not_invited(emulator, address):
    emulator.sdk.users.create(email_address=[address])
    refused(lambda: emulator.sdk.invitations.create(request={"email_address": address}), 422, "form_identifier_exists")
    assert emulator.sdk.invitations.create(request={"email_address": address, "ignore_existing": True}).status == "pending"
    bulk = [{"email_address": address, "ignore_existing": True}]
    refused(lambda: emulator.sdk.invitations.bulk_create(request=bulk), 422, "form_identifier_exists")


def test_many_are_invited_or_none(emulator):
    invitations, name = emulator.sdk.invitations, uuid.uuid4().hex[:12]
    asked = [{"email_address": f"{name}-{number}@example.com", "notify": False} for number in range(10)]
    assert [one.email_address for one in invitations.bulk_create(request=asked)] == [one["email_address"] for one in asked]
    fresh = {"email_address": f"{name}-new@example.com"}
    refused(lambda: invitations.bulk_create(request=[fresh, asked[3]]), 400, "duplicate_record")
    refused(lambda: invitations.bulk_create(request=[fresh, fresh]), 400, "duplicate_record")
    assert invitations.list(query=f"{name}-new") == []
    listed = invitations.list(query=name, order_by="-email_address", limit=4, offset=2)
    assert [one.email_address for one in listed] == [f"{name}-{number}@example.com" for number in (7, 6, 5, 4)]


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        ({}, 422, "form_param_missing"),
        ({"email_address": "x"}, 422, "form_param_format_invalid"),
        ({"email_address": "x@example.com", "expires_in_days": 366}, 422, "form_param_value_invalid"),
        ({"email_address": "x@example.com", "expires_in_days": 0}, 422, "form_param_value_invalid"),
        ({"email_address": "x@example.com", "redirect_url": "/here"}, 422, "form_param_format_invalid"),
        ({"email_address": "x@example.com", "template_slug": "welcome"}, 422, "form_param_value_invalid"),
        ({"email_address": "x@example.com", "role": "admin"}, 422, "form_param_unknown"),
        ([], 400, "request_body_invalid"),
    ],
)
def test_a_bad_invitation_is_refused(emulator, content, status, code):
    reply = emulator.ask("POST", "/invitations", json=content)
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        ([], 422, "form_param_missing"),
        ({"email_address": "x@example.com"}, 400, "request_body_invalid"),
        (["x@example.com"], 400, "request_body_invalid"),
        ([{"email_address": f"many-{number}@example.com"} for number in range(11)], 422, "form_param_array_size_exceeded"),
        ([{"email_address": "y@example.com"}, {"email_address": "x"}], 422, "form_param_format_invalid"),
    ],
)
def test_a_bad_list_of_invitations_is_refused(emulator, content, status, code):
    reply = emulator.ask("POST", "/invitations/bulk", json=content)
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (status, code)


@pytest.mark.parametrize("query", ["status=open", "order_by=name", "limit=0", "offset=-1"])
def test_a_bad_question_for_invitations_is_refused(emulator, query):
    assert emulator.ask("GET", f"/invitations?{query}").status_code == 422


def test_an_invitation_that_is_not_there_cannot_be_revoked(emulator):
    refused(lambda: emulator.sdk.invitations.revoke(invitation_id="inv_none"), 404, "resource_not_found")


def test_who_follows_an_invitation_becomes_a_user(emulator, address):
    made = emulator.sdk.invitations.create(request={"email_address": address, "public_metadata": {"row": "7"}})
    ticket = made.url.partition("ticket=")[2]
    user = emulator.sdk.users.get(user_id=emulator.control("tickets", ticket=ticket)["user_id"])
    verification = user.email_addresses[0].verification
    assert (user.email_addresses[0].email_address, user.public_metadata) == (address, {"row": "7"})
    assert (verification.status, verification.strategy) == ("verified", "ticket")
    assert [one.status for one in emulator.sdk.invitations.list(query=address)] == ["accepted"]
    refused(lambda: emulator.sdk.invitations.revoke(invitation_id=made.id), 400, "invitation_already_accepted")


def test_a_ticket_is_no_session_token(emulator, address):
    made = emulator.sdk.invitations.create(request={"email_address": address})
    with pytest.raises(TokenVerificationError):
        emulator.verify(made.url.partition("ticket=")[2])


# Sign-in tokens.


def test_a_sign_in_token_signs_in_once(emulator):
    tokens = emulator.sdk.sign_in_tokens
    user = emulator.sdk.users.create(username=uuid.uuid4().hex)
    made = tokens.create(request={"user_id": user.id, "expires_in_seconds": 60})
    assert (made.status, made.user_id) == ("pending", user.id)
    signed_in = emulator.control("tickets", ticket=made.token)
    assert emulator.sdk.sessions.get(session_id=signed_in["session_id"]).user_id == user.id
    refused(lambda: tokens.revoke(sign_in_token_id=made.id), 400, "sign_in_token_cannot_be_revoked_code")


def test_a_revoked_sign_in_token_is_worthless(emulator):
    tokens = emulator.sdk.sign_in_tokens
    user = emulator.sdk.users.create(username=uuid.uuid4().hex)
    made = tokens.create(request={"user_id": user.id})
    assert tokens.revoke(sign_in_token_id=made.id).status == "revoked"
    with pytest.raises(AssertionError, match="sign_in_token_revoked_code"):
        emulator.control("tickets", ticket=made.token)


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        ({"user_id": "user_none"}, 404, "resource_not_found"),
        ({}, 422, "form_param_missing"),
        ({"user_id": "user_none", "expires_in_seconds": 0}, 422, "form_param_value_invalid"),
        ({"user_id": "user_none", "days": 1}, 422, "form_param_unknown"),
    ],
)
def test_a_bad_sign_in_token_is_refused(emulator, content, status, code):
    reply = emulator.ask("POST", "/sign_in_tokens", json=content)
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (status, code)


def test_a_sign_in_token_that_is_not_there_cannot_be_revoked(emulator):
    refused(lambda: emulator.sdk.sign_in_tokens.revoke(sign_in_token_id="sit_none"), 404, "resource_not_found")


# Sessions.


def test_sessions_are_listed_by_their_user_client_and_status(emulator):
    sessions = emulator.sdk.sessions
    user = emulator.sdk.users.create(username=uuid.uuid4().hex)
    made = [sessions.create(request={"user_id": user.id}) for _ in range(3)]
    assert sessions.revoke(session_id=made[1].id).status == "revoked"
    listed = sessions.list(user_id=user.id)
    assert [session.id for session in listed] == [session.id for session in reversed(made)], "the newest first"
    assert [session.id for session in sessions.list(user_id=user.id, status="revoked")] == [made[1].id]
    assert [session.id for session in sessions.list(client_id=made[2].client_id)] == [made[2].id]
    assert [session.id for session in sessions.list(user_id=user.id, limit=1, offset=1)] == [made[1].id]
    assert sessions.get(session_id=made[1].id).status == "revoked"


@pytest.mark.parametrize("query", ["", "?user_id=user_1&status=open", "?user_id=user_1&limit=501"])
def test_a_bad_question_for_sessions_is_refused(emulator, query):
    assert emulator.ask("GET", f"/sessions{query}").status_code == 422


def test_a_token_lives_as_long_as_it_was_asked_to(emulator):
    user = emulator.sdk.users.create(username=uuid.uuid4().hex)
    session = emulator.sdk.sessions.create(request={"user_id": user.id})
    claims = emulator.verify(emulator.sdk.sessions.create_token(session_id=session.id, expires_in_seconds=600).jwt)
    assert claims["exp"] - claims["iat"] == 600
    template = emulator.sdk.sessions.create_token_from_template(session_id=session.id, template_name="hasura").jwt
    assert "sid" not in emulator.verify(template)


def test_who_is_banned_is_signed_out(emulator):
    user = emulator.sdk.users.create(username=uuid.uuid4().hex)
    session = emulator.sdk.sessions.create(request={"user_id": user.id})
    emulator.sdk.users.ban(user_id=user.id)
    assert emulator.sdk.sessions.get(session_id=session.id).status == "revoked"
    refused(lambda: emulator.sdk.sessions.create_token(session_id=session.id), 404, "resource_not_found")


def test_a_session_ends_in_the_browser(emulator):
    user = emulator.sdk.users.create(username=uuid.uuid4().hex)
    session = emulator.sdk.sessions.create(request={"user_id": user.id})
    emulator.control("sessions", session_id=session.id, status="ended")
    assert emulator.sdk.sessions.get(session_id=session.id).status == "ended"
