"""Upgrades: a tunnel in both directions at once, opened only after the origin's 101."""

import json

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from harness.clerk import AUTHORIZED_PARTY
from harness.gateway import settings
from harness.raw import Client
from harness.recording import OK


def test_messages_pass_both_ways(relay):
    with connect(f"ws://127.0.0.1:{relay.port}/public/ws") as socket:
        json.loads(socket.recv())
        for message in ("hello", b"\x00\x01", "x" * 1_000_000):
            socket.send(message)
            assert socket.recv() == message


def test_both_directions_flow_at_once(relay):
    with connect(f"ws://127.0.0.1:{relay.port}/public/ws", max_size=None) as socket:
        socket.recv()
        for number in range(200):
            socket.send(f"{number} " + "x" * 10_000)
        for number in range(200):
            assert socket.recv().startswith(f"{number} ")


def test_a_verified_caller_reaches_the_socket(gateway, clerk, users):
    user = users.add("socket@example.com")
    session = users.add_session(user)
    fields = {"Authorization": f"Legacy {session}", "X-User-Id": "root"}
    with connect(f"ws://127.0.0.1:{gateway.port}/dual/ws", additional_headers=fields) as socket:
        assert json.loads(socket.recv())["fields"]["x-user-id"] == user


def test_without_a_credential_there_is_no_socket(gateway):
    with pytest.raises(InvalidStatus) as refusal, connect(f"ws://127.0.0.1:{gateway.port}/dual/ws"):
        pass
    assert refusal.value.response.status_code == 401


def test_another_site_cannot_open_a_socket_with_a_cookie(gateway, users):
    session = users.add_session(users.add("csrf-socket@example.com"))
    url = f"ws://127.0.0.1:{gateway.port}/dual/ws"
    with pytest.raises(InvalidStatus) as refusal:
        connect(url, origin="https://evil.example", additional_headers={"Cookie": f"session_token={session}"})
    assert refusal.value.response.status_code == 403
    with connect(url, origin=AUTHORIZED_PARTY, additional_headers={"Cookie": f"session_token={session}"}) as socket:
        assert json.loads(socket.recv())


def test_an_upgrade_that_the_origin_declines_is_an_ordinary_answer(relay_to, recording_origin):
    gateway = relay_to(recording_origin())
    with Client(gateway.port) as client:
        request = b"GET /public/x HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: chat\r\n\r\n"
        assert client.exchange(request).content == b"ok"
        assert client.exchange(b"GET /public/x HTTP/1.1\r\nHost: a\r\n\r\n").content == b"ok"


def test_bytes_before_the_101_are_not_taken_for_the_new_protocol(relay_to, recording_origin):
    """A client that sends ahead must not reach an origin that declines with a second request of its own making."""
    origin = recording_origin()
    gateway = relay_to(origin)
    with Client(gateway.port) as client:
        client.send(
            b"GET /public/x HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: chat\r\n\r\n"
            b"GET /clerk/secret HTTP/1.1\r\nHost: a\r\nX-User-Id: root\r\n\r\n"
        )
        assert client.read().status == 200
        client.read()
    assert b"root" not in origin.received
    assert b"/clerk/secret" not in origin.received


def test_upgrades_beyond_the_limit_are_refused_and_take_no_place_of_requests(relay_to, recording_origin):
    def behave(connection, _):
        while request := connection.recv(65_536):
            if b"Upgrade" not in request:
                connection.sendall(OK)
                continue
            connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
            while connection.recv(65_536):
                pass

    origin = recording_origin(behave)
    upgrade = (
        b"GET /public/ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    gateway = relay_to(
        origin, workers=1, limits={"tunnels": 2}, origins={"api": {"servers": [origin.url], "connections": 1}}
    )
    with Client(gateway.port) as first, Client(gateway.port) as second, Client(gateway.port) as third:
        assert [first.exchange(upgrade).status, second.exchange(upgrade).status] == [101, 101]
        refusal = third.exchange(upgrade)
        assert (refusal.status, refusal.first("Retry-After")) == (503, "5")
        assert b"tunnels_full" in refusal.content
        assert third.exchange(b"GET /public/x HTTP/1.1\r\nHost: a\r\n\r\n").status == 200


def token_route(start_gateway, origin, clerk, users):
    made = settings(origin, clerk, users)
    made["routes"].append(
        {
            "name": "tokens", "match": {"path": "/tokens/*"}, "origin": "api", "mode": "clerk",
            "upgradeFrom": ["query:token", "protocol:clerk."],
        }
    )  # fmt: skip
    return start_gateway(made, clerk, users)


def test_a_browser_brings_clerks_token_in_the_query_or_as_a_subprotocol(start_gateway, origin, clerk, users):
    gateway = token_route(start_gateway, origin, clerk, users)
    clerk_user = clerk.add_user("socket-token@example.com")
    user = users.add("socket-token@example.com", clerk_user_id=clerk_user)
    token = clerk.token(clerk_user)
    with connect(f"ws://127.0.0.1:{gateway.port}/tokens/ws?room=4&token={token}") as socket:
        hello = json.loads(socket.recv())
        assert hello["fields"]["x-user-id"] == user and hello["query"] == "room=4"
    # The client library refuses a subprotocol that it did not offer, as a browser does; and none where it offered some.
    with connect(f"ws://127.0.0.1:{gateway.port}/tokens/ws", subprotocols=[f"clerk.{token}"]) as socket:
        hello = json.loads(socket.recv())
        assert hello["fields"]["x-user-id"] == user and "sec-websocket-protocol" not in hello["fields"]
        assert socket.subprotocol == f"clerk.{token}"
    with connect(f"ws://127.0.0.1:{gateway.port}/tokens/ws", subprotocols=["chat", f"clerk.{token}"]) as socket:
        assert json.loads(socket.recv())["fields"]["sec-websocket-protocol"] == "chat"
    assert gateway.get(f"/tokens/x?token={token}").status_code == 401
    assert gateway.get(f"/clerk/x?token={token}").status_code == 401
