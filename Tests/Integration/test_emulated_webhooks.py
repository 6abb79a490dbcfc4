"""The emulator's webhooks; Svix's own library checks every signature."""

import uuid

import httpx
import pytest
from svix.webhooks import Webhook, WebhookVerificationError

from harness.emulator import WEBHOOK_SECRET
from harness.processes import wait_until
from harness.receiver import Receiver


@pytest.fixture
def receiver(emulator):
    """A receiver of all that the emulator tells, in its plain manner."""
    made = Receiver()
    emulator.control("webhooks", url=made.url, secret=WEBHOOK_SECRET)
    yield made
    emulator.control("webhooks", url=None)
    made.close()


def manner(emulator, **asked: object) -> None:
    emulator.control("webhooks", **asked)


def events(receiver: Receiver, count: int) -> list[dict]:
    return [delivery.event(WEBHOOK_SECRET) for delivery in receiver.wait(count)]


# What is told.


def test_the_life_of_a_user_is_told(emulator, receiver):
    name = uuid.uuid4().hex
    made = emulator.sdk.users.create(username=name, external_id=name)
    emulator.sdk.users.update(user_id=made.id, first_name="Grace")
    emulator.sdk.users.update_metadata(user_id=made.id, public_metadata={"plan": "pro"})
    emulator.sdk.users.delete(user_id=made.id)
    told = events(receiver, 4)
    assert [event["type"] for event in told] == ["user.created", "user.updated", "user.updated", "user.deleted"]
    assert {event["data"]["id"] for event in told} == {made.id}
    assert told[1]["data"]["first_name"] == "Grace" and told[2]["data"]["public_metadata"] == {"plan": "pro"}
    assert told[3]["data"] == {"object": "user", "id": made.id, "deleted": True, "external_id": name}


def test_an_event_is_wrapped_as_clerk_wraps_it(emulator, receiver):
    emulator.user()
    event = events(receiver, 1)[0]
    assert set(event) == {"object", "type", "data", "instance_id", "timestamp", "event_attributes"}
    assert event["object"] == "event" and event["instance_id"].startswith("ins_")
    assert event["timestamp"] == event["data"]["created_at"], "milliseconds"
    assert set(event["event_attributes"]["http_request"]) == {"client_ip", "user_agent"}


def test_the_life_of_a_session_is_told(emulator, receiver):
    one = emulator.user()
    ended, revoked = [emulator.ask("POST", "/sessions", json={"user_id": one}).json()["id"] for _ in range(2)]
    emulator.control("sessions", session_id=ended, status="ended")
    emulator.ask("POST", f"/sessions/{revoked}/revoke")
    emulator.ask("POST", f"/sessions/{revoked}/revoke")
    told = events(receiver, 5)[1:]
    assert [(event["type"], event["data"]["id"]) for event in told] == [
        ("session.created", ended), ("session.created", revoked), ("session.ended", ended), ("session.revoked", revoked),
    ]  # fmt: skip
    assert told[0]["data"]["user"]["id"] == told[0]["data"]["user_id"] == one


def test_a_ban_and_a_deletion_end_the_sessions(emulator, receiver):
    one = emulator.user()
    emulator.ask("POST", "/sessions", json={"user_id": one})
    emulator.ask("POST", f"/users/{one}/ban")
    emulator.ask("POST", f"/users/{one}/unban")
    emulator.ask("POST", "/sessions", json={"user_id": one})
    emulator.ask("DELETE", f"/users/{one}")
    assert [event["type"] for event in events(receiver, 8)] == [
        "user.created", "session.created", "user.updated", "session.revoked", "user.updated", "session.created", "session.removed",
        "user.deleted",
    ]  # fmt: skip


def test_who_signs_up_or_accepts_an_invitation_is_told(emulator, receiver):
    emulator.control("users", email_addresses=[{"email_address": f"{uuid.uuid4().hex}@example.com"}])
    made = emulator.ask("POST", "/invitations", json={"email_address": f"{uuid.uuid4().hex}@example.com"}).json()
    emulator.control("tickets", ticket=made["url"].partition("ticket=")[2])
    assert [event["type"] for event in events(receiver, 3)] == ["user.created", "user.created", "session.created"]


def test_what_is_refused_is_not_told(emulator, receiver):
    emulator.ask("POST", "/users", json={"username": 7})
    emulator.ask("DELETE", "/users/user_none")
    emulator.user()
    assert [event["type"] for event in events(receiver, 1)] == ["user.created"]


# How it arrives.


def test_a_delivery_is_signed_for_its_content_and_time(emulator, receiver):
    emulator.user()
    delivery = receiver.wait(1)[0]
    assert delivery.fields["content-type"] == "application/json" and delivery.id.startswith("msg_")
    delivery.event(WEBHOOK_SECRET)
    for name, value in [("svix-id", "msg_other"), ("svix-timestamp", str(int(delivery.fields["svix-timestamp"]) - 1))]:
        with pytest.raises(WebhookVerificationError):
            Webhook(WEBHOOK_SECRET).verify(delivery.content, delivery.fields | {name: value})
    with pytest.raises(WebhookVerificationError):
        Webhook(WEBHOOK_SECRET).verify(delivery.content + b" ", delivery.fields)
    with pytest.raises(WebhookVerificationError):
        delivery.event("whsec_" + "A" * 32)


def test_events_arrive_twice_under_one_id(emulator, receiver):
    manner(emulator, copies=2)
    emulator.user()
    first, second = receiver.wait(2)
    assert first.id == second.id and first.content == second.content


def test_events_arrive_late(emulator, receiver):
    manner(emulator, delay_milliseconds=600)
    emulator.user()
    assert emulator.look("deliveries")[-1]["state"] == "due" and not receiver.deliveries
    event = events(receiver, 1)[0]
    [attempt] = emulator.look("deliveries")[-1]["attempts"]
    assert attempt["at"] - event["timestamp"] >= 600


@pytest.mark.parametrize(("order", "expected"), [("made", [0, 1, 2]), ("reversed", [2, 1, 0])])
def test_events_arrive_in_the_order_that_was_asked_for(emulator, receiver, order, expected):
    manner(emulator, hold=True)
    made = [emulator.user() for _ in range(3)]
    assert {one["state"] for one in emulator.look("deliveries")[-3:]} == {"held"}
    emulator.control("deliveries/release", order=order)
    assert [event["data"]["id"] for event in events(receiver, 3)] == [made[index] for index in expected]


def test_a_failed_delivery_is_tried_again(emulator, receiver):
    manner(emulator, retry_milliseconds=[10, 20])
    receiver.statuses = [500, 302]
    emulator.user()
    attempts = receiver.wait(3)
    assert len({one.id for one in attempts}) == 1
    for one in attempts:
        one.event(WEBHOOK_SECRET)
    state = delivered(emulator)
    assert [one.get("status") or one["error"] for one in state["attempts"]] == ["status 500", "status 302", 204]


def test_a_delivery_is_given_up_in_the_end(emulator, receiver):
    manner(emulator, retry_milliseconds=[10])
    receiver.statuses = [500, 500]
    emulator.user()
    receiver.wait(2)
    assert delivered(emulator)["state"] == "failed"


def test_a_receiver_can_forbid_further_attempts(emulator, receiver):
    manner(emulator, retry_milliseconds=[10])
    receiver.statuses, receiver.answer_fields = [410], {"webhook-delivery": "abort-message"}
    emulator.user()
    assert delivered(emulator) | {"id": ""} == {
        "id": "", "type": "user.created", "state": "failed", "attempts": [{"at": emulator.look("deliveries")[-1]["attempts"][0]["at"], "status": 410}],
    }  # fmt: skip


def test_a_message_is_sent_again_by_hand(emulator, receiver):
    emulator.user()
    message = receiver.wait(1)[0].id
    emulator.control("deliveries/replay", id=message)
    assert {one.id for one in receiver.wait(2)} == {message}


def test_a_receiver_that_is_away_gets_it_later(emulator):
    receiver = Receiver()
    receiver.close()
    manner(emulator, url=receiver.url, secret=WEBHOOK_SECRET, retry_milliseconds=[10_000])
    emulator.user()
    wait_for_attempts(emulator, 1)
    assert "error" in emulator.look("deliveries")[-1]["attempts"][0]
    emulator.control("webhooks", url=None)


@pytest.mark.parametrize(
    "asked",
    [{"url": "http://127.0.0.1:1/"}, {"url": "http://127.0.0.1:1/", "secret": "secret"},
     {"url": "http://127.0.0.1:1/", "secret": "whsec_c2hvcnQ="}, {"copies": 0}, {"retry_milliseconds": ["5 s"]}],
)  # fmt: skip
def test_webhooks_that_make_no_sense_are_refused(emulator, asked):
    assert httpx.post(f"{emulator.url}/__emulator/webhooks", json=asked, trust_env=False).status_code == 422


def wait_for_attempts(emulator, count: int) -> dict:
    def last() -> dict | None:
        message = emulator.look("deliveries")[-1]
        return message if len(message["attempts"]) >= count else None

    return wait_until(last, f"{count} attempts")


def delivered(emulator) -> dict:
    """The last message, once its fate is known."""
    return wait_until(
        lambda: emulator.look("deliveries")[-1]["state"] in {"delivered", "failed"} and emulator.look("deliveries")[-1], "a fate"
    )
