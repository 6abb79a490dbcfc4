"""Messages that were confused once: a client or an origin that breaks the rules harms nobody but itself."""

import threading
import time

import pytest
from websockets.sync.client import connect

from harness.gateway import route
from harness.raw import Client
from harness.recording import OK

GET = b"GET /public/%s HTTP/1.1\r\nHost: a\r\n\r\n"

# A refused head leaves nothing behind that the access log or a request id could be read from.

MALFORMED = {
    "a field name with a space": b"GET /public/x HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n",
    "a bad line behind an id": b"GET /public/x HTTP/1.1\r\nHost: a\r\nX-Request-Id: a\r\nBad Header: x\r\n\r\n",
    "a line without a colon": b"GET /public/x HTTP/1.1\r\nHost: a\r\nX-Request-Id: a\r\nnothing\r\n\r\n",
    "an empty field name": b"GET /public/x HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n",
    "a bad escape behind a query": b"GET /public/%zz?a=b HTTP/1.1\r\nHost: a\r\n\r\n",
    "a host that is none": b"GET /public/x HTTP/1.1\r\nX-Request-Id: a\r\nHost: a b/c\r\n\r\n",
    "a request line of one word": b"GET\r\nHost: a\r\n\r\n",
    "a TLS greeting": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "HTTP/2 with prior knowledge": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "nothing but line ends": b"\r\n" * 50,
    "too many fields": b"GET /public/x HTTP/1.1\r\nHost: a\r\nX-Request-Id: a\r\n" + b"A: b\r\n" * 5000 + b"\r\n",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_head_ends_its_own_connection_only(relay, name):
    with Client(relay.port) as neighbour, Client(relay.port, timeout=3) as client:
        assert neighbour.exchange(GET % b"before").status == 200
        client.send(MALFORMED[name])
        client.finish_sending()
        try:
            assert client.read_to_end()[:10] in (b"", b"HTTP/1.1 4", b"HTTP/1.1 5")
        except ConnectionResetError:
            pass
        assert neighbour.exchange(GET % b"after").status == 200
    assert relay.process.is_running()


@pytest.mark.parametrize("part", [b"GET /public/x HTTP/1.1\r\n", b"GET /public/x HTTP/1.1\r\nX-Request-Id: a\r\nHo"])
def test_a_head_that_stops_half_way_ends_its_own_connection_only(relay_to, recording_origin, part):
    gateway = relay_to(recording_origin(), limits={"headerSeconds": 1})
    with Client(gateway.port) as client:
        assert client.exchange(part).status == 408
        assert client.is_closed()
    with Client(gateway.port) as next_client:
        assert next_client.exchange(GET % b"x").status == 200


# One client's bytes are never another's answer, nor a part of the next request.


EMPTY = {
    "HEAD": b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n",
    "DELETE": b"HTTP/1.1 204 No Content\r\n\r\n",
    "GET": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 50\r\n\r\n",
}


@pytest.mark.parametrize("method", EMPTY)
@pytest.mark.parametrize("pause", [0, 0.002], ids=["at once", "a moment later"])
def test_content_behind_an_empty_answer_never_reaches_the_next_client(relay_to, recording_origin, method, pause):
    stray = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nEVIL ANSWER"

    def behave(connection, _):
        while data := connection.recv(65_536):
            if b"/empty" not in data:
                connection.sendall(OK)
                continue
            connection.sendall(EMPTY[method])
            time.sleep(pause)
            connection.sendall(stray)

    origin = recording_origin(behave)
    gateway = relay_to(origin, workers=1, origins={"api": {"servers": [origin.url], "connections": 1}})
    for _ in range(5):
        with Client(gateway.port) as attacker, Client(gateway.port) as victim:
            attacker.send((GET % b"empty").replace(b"GET", method.encode()) + GET % b"pipelined")
            victim.send(GET % b"victim")
            assert attacker.read(method).status == int(EMPTY[method][9:12])
            assert attacker.read().content == b"ok"
            assert victim.read().content == b"ok"


def test_a_refusal_behind_forwarded_content_does_not_swallow_the_next_request(relay_to, recording_origin):
    def behave(connection, _):
        data = connection.recv(65_536)
        while data.startswith(b"POST") and not data.endswith(b"A" * 30):
            data += connection.recv(65_536)
        if data.startswith(b"GET"):
            connection.sendall(OK)

    origin = recording_origin(behave)
    gateway = relay_to(origin)
    with Client(gateway.port) as client:
        client.send(
            b"POST /public/x HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n" + b"A" * 30
            + b"GET /public/aaaaaaaaaaaaaaaaGET /public/smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
        )  # fmt: skip
        assert client.read().status == 502
        rest = client.read_to_end()
    # The second request is malformed as it was sent: no part of it may be skipped to make it a good one.
    assert not rest or rest.startswith(b"HTTP/1.1 4")
    assert b"smuggled" not in origin.received


def test_an_upload_goes_on_behind_an_early_answer(relay_to, recording_origin):
    size = 5_000_000

    def behave(connection, _):
        head, _, content = connection.recv(65_536).partition(b"\r\n\r\n")
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        time.sleep(1)
        length = len(content)
        while length < size and (piece := connection.recv(65_536)):
            length += len(piece)
        connection.sendall(b"%x\r\n%d\r\n0\r\n\r\n" % (len(str(length)), length))

    gateway = relay_to(recording_origin(behave))
    with Client(gateway.port, timeout=15) as client:
        request = b"POST /public/x HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size + bytes(size)
        sending = threading.Thread(target=client.send, args=(request,))
        sending.start()
        answer = client.read()
        sending.join(5)
    assert (answer.complete, answer.content) == (True, b"abc%d" % size)


# An origin's broken answer is a 502, and costs nobody else anything.


def test_a_response_head_beyond_every_limit_is_502_and_its_worker_lives(relay_to, recording_origin):
    huge = b"HTTP/1.1 200 " + b"r" * 8179 + b"\r\n" + b"".join(b"X-%05d: %s\r\n" % (number, b"v" * 1000) for number in range(70))

    def behave(connection, _):
        data = connection.recv(65_536)
        if b"/public/huge" in data:
            connection.sendall(huge)
            time.sleep(2)
        else:
            connection.sendall(OK)

    gateway = relay_to(recording_origin(behave), workers=1)
    with Client(gateway.port) as client:
        assert client.exchange(GET % b"huge").status == 502
    with Client(gateway.port) as client:
        assert client.exchange(GET % b"x").status == 200


def test_a_broken_first_chunk_is_502(relay_to, recording_origin):
    gateway = relay_to(recording_origin(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n"))
    with Client(gateway.port) as client:
        answer = client.exchange(GET % b"x")
        assert (answer.status, answer.complete) == (502, True)


# Fields and protocols that would change what the origin does.


def test_h2c_goes_on_as_a_plain_request(relay_to, recording_origin):
    origin = recording_origin()
    gateway = relay_to(origin)
    with Client(gateway.port) as client:
        answer = client.exchange(
            b"GET /public/x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\n"
            b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"
        )
        assert (answer.status, answer.content) == (200, b"ok")
    received = origin.received.lower()
    assert b"upgrade" not in received
    assert b"http2-settings" not in received


def test_a_101_that_h2c_asked_for_opens_no_tunnel(relay_to, recording_origin):
    origin = recording_origin(b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n")
    gateway = relay_to(origin)
    with Client(gateway.port) as client:
        assert client.exchange(b"GET /public/x HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n").status == 502


def test_websocket_is_still_handed_over(relay):
    with connect(f"ws://127.0.0.1:{relay.port}/public/ws") as websocket:
        websocket.recv()
        websocket.send("hello")
        assert websocket.recv() == "hello"


@pytest.mark.parametrize(
    "name",
    [
        "X-HTTP-Method-Override", "X_HTTP_Method_Override", "x.http.method.override", "X_HTTP_Method", "X_Method_Override",
        "X-Real-IP", "X_Real_IP", "X-Original-URL", "X_Original_URL", "X-Rewrite-URL", "X_Rewrite_URL",
    ],
)  # fmt: skip
def test_no_field_overrides_what_was_matched(relay_to, recording_origin, name):
    origin = recording_origin()
    gateway = relay_to(origin, routes=[route("public", match={"path": "/public/*", "methods": ["POST"]})])
    with Client(gateway.port) as client:
        request = f"POST /public/x HTTP/1.1\r\nHost: a\r\n{name}: overridden\r\nX-Kept: kept\r\nContent-Length: 0\r\n\r\n"
        assert client.exchange(request.encode()).status == 200
    assert b"X-Kept: kept" in origin.received
    assert b"overridden" not in origin.received


def test_a_request_without_host_arrives_with_one(relay_to, recording_origin):
    origin = recording_origin()
    gateway = relay_to(origin)
    with Client(gateway.port) as client:
        assert client.exchange(b"GET /public/x HTTP/1.0\r\n\r\n").status == 200
    lines = [line.lower() for line in origin.received.split(b"\r\n")]
    assert [line for line in lines if line.startswith(b"host:")] == [f"host: 127.0.0.1:{origin.port}".encode()]
    assert b"x-forwarded-host:" not in [line.strip() for line in lines], "an empty host is worse than none"
