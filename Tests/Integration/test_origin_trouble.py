"""An origin that is down, slow, broken or answers garbage: 502 or 504 with a body, never a hang, and never a truncated
answer that looks complete."""

import socket
import threading
import time

import pytest

from harness.processes import free_port
from harness.raw import Client
from harness.recording import OK

GET = b"GET /public/x HTTP/1.1\r\nHost: a\r\n\r\n"


def ask(gateway, request=GET):
    with Client(gateway.port) as client:
        return client.exchange(request)


def test_an_origin_that_is_down_is_502(relay_to):
    answer = ask(relay_to(f"http://127.0.0.1:{free_port()}"))
    assert answer.status == 502
    assert b'"code":"origin_unreachable"' in answer.content.replace(b": ", b":")


def test_an_origin_that_says_nothing_is_504(relay_to, recording_origin):
    origin = recording_origin(lambda connection, _: (connection.recv(65_536), time.sleep(60)))
    gateway = relay_to(origin, origins={"api": {"servers": [origin.url], "timeouts": {"responseSeconds": 1}}})
    assert ask(gateway).status == 504


def test_a_route_waits_for_a_connection_as_long_as_it_says(relay_to, recording_origin):
    begun, over = threading.Event(), threading.Event()

    def hold(connection, _):
        connection.recv(65_536)
        begun.set()
        over.wait(60)
        connection.sendall(OK)

    origin = recording_origin(hold)
    gateway = relay_to(
        origin,
        workers=1,
        origins={"api": {"servers": [origin.url], "connections": 1, "timeouts": {"connectSeconds": 300}}},
        routes=[
            {
                "name": "public", "match": {"path": "/public/*"}, "origin": "api", "mode": "public",
                "timeouts": {"connectSeconds": 1},
            }
        ],
    )  # fmt: skip
    with Client(gateway.port) as first:
        first.send(GET)
        assert begun.wait(10)
        # By the origin's word this would be five minutes.
        answer = ask(gateway)
        over.set()
        assert answer.status == 503
        assert b"origin_busy" in answer.content
        assert first.read().status == 200


def test_an_origin_that_hangs_up_is_502(relay_to, recording_origin):
    assert ask(relay_to(recording_origin(lambda connection, _: connection.recv(65_536)))).status == 502


@pytest.mark.parametrize(
    "garbage",
    [
        b"hello\r\n\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-A : 1\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    ],
)
def test_an_answer_that_cannot_be_framed_is_502(relay_to, recording_origin, garbage):
    assert ask(relay_to(recording_origin(garbage))).status == 502


@pytest.mark.parametrize(
    "part",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n\r\n",
    ],
)
def test_a_truncated_answer_never_looks_complete(relay_to, recording_origin, part):
    def behave(connection, _):
        connection.recv(65_536)
        connection.sendall(part)

    answer = ask(relay_to(recording_origin(behave)))
    assert answer.status == 502 or not answer.complete


def test_an_answer_that_stalls_is_cut_and_does_not_look_complete(relay_to, recording_origin):
    def behave(connection, _):
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        time.sleep(10)

    answer = ask(relay_to(recording_origin(behave), limits={"bodyIdleSeconds": 1}))
    assert answer.status == 200
    assert not answer.complete


def test_an_answer_until_close_arrives_whole(relay_to, recording_origin):
    def behave(connection, _):
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100_000)

    assert ask(relay_to(recording_origin(behave))).content == b"x" * 100_000


def test_an_origin_comes_back_by_itself(relay_to):
    port = free_port()
    gateway = relay_to(f"http://127.0.0.1:{port}")
    assert ask(gateway).status == 502
    with socket.create_server(("127.0.0.1", port)) as listener:
        listener.settimeout(10)
        with Client(gateway.port) as client:
            client.send(GET)
            connection, _ = listener.accept()
            connection.recv(65_536)
            connection.sendall(OK)
            assert client.read().status == 200
            connection.close()


def test_interim_answers_without_end_are_cut_off_and_cost_little(relay_to, recording_origin):
    cut_off = threading.Event()

    def flood(connection, _):
        data = connection.recv(65_536)
        if b"/flood" not in data:
            return connection.sendall(OK)
        try:
            while True:
                connection.sendall((b"HTTP/1.1 103 Early Hints\r\nLink: " + b"x" * 8000 + b"\r\n\r\n") * 8)
        except OSError:
            cut_off.set()

    gateway = relay_to(recording_origin(flood), workers=1)
    before = gateway.process.highest_resident_bytes()
    with Client(gateway.port) as client:
        client.send(GET.replace(b"/x", b"/flood"))
        # The client reads nothing meanwhile.
        assert cut_off.wait(10)
        assert ask(gateway).status == 200
        assert gateway.process.highest_resident_bytes() - before < 64 << 20
        answers = [client.read() for _ in range(17)]
    assert [answer.status for answer in answers] == [103] * 16 + [502]
