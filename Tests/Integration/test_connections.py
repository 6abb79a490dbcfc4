"""What happens on a connection between and around requests."""

import json
import signal
import socket
import time

import pytest

from harness.processes import wait_until
from harness.raw import Client
from harness.recording import OK

GET = b"GET /public/%s HTTP/1.1\r\nHost: a\r\n\r\n"


def test_pipelined_requests_are_answered_in_order(relay):
    with Client(relay.port) as client:
        client.send(b"".join(GET % str(number).encode() for number in range(20)))
        paths = [json.loads(client.read().content)["path"] for _ in range(20)]
        assert paths == [f"/public/{number}" for number in range(20)]


def test_a_slow_first_answer_does_not_let_the_second_overtake(relay):
    with Client(relay.port) as client:
        client.send(GET % b"slow?seconds=0.5" + GET % b"quick")
        assert json.loads(client.read().content)["path"] == "/public/slow"
        assert json.loads(client.read().content)["path"] == "/public/quick"


@pytest.mark.parametrize("step", [1, 7])
def test_a_request_may_arrive_in_crumbs(relay, step):
    request = b"POST /public/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    with Client(relay.port) as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(request), step):
            client.send(request[start : start + step])
            time.sleep(0.002)
        assert json.loads(client.read().content)["length"] == 3


def test_a_client_that_finished_sending_still_gets_its_answer(relay):
    with Client(relay.port) as client:
        client.send(GET % b"slow?seconds=0.3")
        client.finish_sending()
        assert client.read().status == 200


def test_connection_close_is_honoured(relay):
    with Client(relay.port) as client:
        answer = client.exchange(b"GET /public/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert answer.status == 200
        assert answer.first("Connection") == "close"
        assert client.is_closed()


def test_http_1_0_without_keep_alive_closes(relay):
    with Client(relay.port) as client:
        answer = client.exchange(b"GET /public/stream?count=2 HTTP/1.0\r\nHost: a\r\n\r\n")
        assert answer.status == 200
        assert answer.first("Transfer-Encoding") is None, "HTTP/1.0 knows no chunks"
        assert answer.content == b"piece 0\npiece 1\n"


def test_a_100_from_the_origin_is_passed_on_before_the_content_is_sent(relay_to, recording_origin):
    def behave(connection, _):
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        assert connection.recv(65_536) == b"hello"
        connection.sendall(OK)

    gateway = relay_to(recording_origin(behave))
    with Client(gateway.port) as client:
        client.send(b"POST /public/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        assert client.read().status == 100
        client.send(b"hello")
        assert client.read().status == 200


def test_a_final_answer_to_expect_spares_the_content(relay_to, recording_origin):
    def behave(connection, _):
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
        connection.recv(65_536)

    gateway = relay_to(recording_origin(behave))
    with Client(gateway.port) as client:
        client.send(b"POST /public/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        assert client.read().status == 401


def test_103_early_hints_are_passed_on(relay_to, recording_origin):
    gateway = relay_to(recording_origin(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n" + OK))
    with Client(gateway.port) as client:
        early = client.exchange(GET % b"x")
        assert (early.status, early.first("Link")) == (103, "</a.css>; rel=preload")
        assert client.read().content == b"ok"


def test_an_early_answer_reaches_a_client_that_still_sends(relay_to, recording_origin):
    def behave(connection, _):
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\nConnection: close\r\n\r\nstop")
        time.sleep(0.2)

    gateway = relay_to(recording_origin(behave))
    with Client(gateway.port) as client:
        client.send(b"POST /public/x HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n" + b"a" * 10_000)
        answer = client.read()
        assert (answer.status, answer.content) == (413, b"stop")


def test_an_idle_connection_that_the_origin_closed_is_not_used_again(relay_to, recording_origin):
    def behave(connection, _):
        connection.recv(65_536)
        connection.sendall(OK)

    origin = recording_origin(behave)
    gateway = relay_to(origin)
    with Client(gateway.port) as client:
        for _ in range(5):
            assert client.exchange(GET % b"x").status == 200
            time.sleep(0.05)
    assert len(origin.connections) == 5


def test_a_safe_request_is_tried_once_more_when_a_kept_connection_breaks(relay_to, recording_origin):
    def behave(connection, origin):
        connection.recv(65_536)
        connection.sendall(OK)
        # Reads the next request and hangs up on it, but only on the first connection.
        connection.recv(65_536)
        if len(origin.connections) > 1:
            connection.sendall(OK)

    origin = recording_origin(behave)
    gateway = relay_to(origin)
    with Client(gateway.port) as client:
        assert client.exchange(GET % b"1").status == 200
        assert client.exchange(GET % b"2").status == 200
    assert len(origin.connections) == 2


def test_a_request_with_content_is_never_sent_twice(relay_to, recording_origin):
    def behave(connection, _):
        connection.recv(65_536)
        connection.sendall(OK)
        connection.recv(65_536)

    origin = recording_origin(behave)
    gateway = relay_to(origin)
    with Client(gateway.port) as client:
        assert client.exchange(GET % b"1").status == 200
        answer = client.exchange(b"POST /public/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
        assert answer.status == 502
    assert origin.received.count(b"POST /public/x") == 1


def test_a_client_that_goes_away_takes_its_request_to_the_origin_with_it(relay_to, recording_origin):
    gone = []

    def behave(connection, _):
        connection.recv(65_536)
        connection.settimeout(10)
        gone.append(connection.recv(1) == b"")

    gateway = relay_to(recording_origin(behave))
    with Client(gateway.port) as client:
        client.send(GET % b"x")
        time.sleep(0.3)
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    wait_until(lambda: gone, "the origin's connection ends")
    assert gone == [True]


def test_a_header_section_that_never_ends_is_given_up(relay_to, recording_origin):
    gateway = relay_to(recording_origin(), limits={"headerSeconds": 1})
    with Client(gateway.port) as client:
        client.send(b"GET /public/x HTTP/1.1\r\nHost: a\r\n")
        assert client.read().status == 408
        assert client.is_closed()


def test_an_idle_connection_is_closed_without_a_word(relay_to, recording_origin):
    gateway = relay_to(recording_origin(), limits={"idleSeconds": 1})
    with Client(gateway.port) as client:
        assert client.exchange(GET % b"x").status == 200
        assert client.is_closed(5)


def test_a_connection_that_rests_is_served_again_and_again(relay_to, recording_origin):
    """After a second without a request it has given its memory back, its task included."""
    gateway = relay_to(recording_origin(), workers=1)
    with Client(gateway.port) as client:
        for _ in range(3):
            assert client.exchange(GET % b"x").status == 200
            time.sleep(1.5)
        client.send(GET % b"x" + GET % b"y")
        assert (client.read().status, client.read().status) == (200, 200)
        time.sleep(1.5)
        client.send(b"GET /public/x HT")
        time.sleep(1.5)
        assert client.exchange(b"TP/1.1\r\nHost: a\r\n\r\n").status == 200


def test_a_connection_that_rests_is_closed_when_its_time_is_up(relay_to, recording_origin):
    gateway = relay_to(recording_origin(), limits={"idleSeconds": 3})
    with Client(gateway.port) as client:
        assert client.exchange(GET % b"x").status == 200
        time.sleep(1.5)
        assert client.is_closed(8)
    wait_until(lambda: gateway.metric("segue_connections_open") <= 1, "it is given up")


def test_a_client_that_leaves_while_its_connection_rests_is_noticed(relay_to, recording_origin):
    gateway = relay_to(recording_origin())
    clients = [Client(gateway.port) for _ in range(20)]
    for client in clients:
        assert client.exchange(GET % b"x").status == 200
    time.sleep(1.5)
    for client in clients:
        client.socket.close()
    wait_until(lambda: gateway.metric("segue_connections_open") <= 1, "nobody is counted that has left")


def test_a_drain_ends_connections_that_rest(relay_to, recording_origin):
    gateway = relay_to(recording_origin(), shutdown={"drainSeconds": 300})
    with Client(gateway.port) as client:
        assert client.exchange(GET % b"x").status == 200
        time.sleep(1.5)
        gateway.process.send(signal.SIGTERM)
        assert client.is_closed(5)
    assert gateway.process.wait() == 0
