"""Clients that leave before their answer, and clients that have only finished sending: both have sent a FIN."""

import socket
import struct
import threading

import pytest

from harness.processes import wait_until
from harness.raw import Client
from harness.recording import OK

GET = b"GET /public/%s HTTP/1.1\r\nHost: a\r\n\r\n"


class SlowOrigin:
    """Answers `/public/quick` at once; every other request holds its connection until Segue gives it up."""

    def __init__(self):
        self.held = self.given_up = 0
        self.lock = threading.Lock()

    def __call__(self, connection, _) -> None:
        while request := connection.recv(65_536):
            if b"/public/quick" in request:
                connection.sendall(OK)
            else:
                with self.lock:
                    self.held += 1
                connection.recv(1)
                with self.lock:
                    self.given_up += 1
                return


@pytest.mark.parametrize("departure", ["close", "reset"])
def test_clients_that_leave_do_not_use_up_the_connections_to_a_slow_origin(relay_to, recording_origin, departure):
    slow = SlowOrigin()
    origin = recording_origin(slow)
    gateway = relay_to(origin, workers=1)
    clients = [Client(gateway.port) for _ in range(300)]
    for client in clients:
        client.send(GET % b"slow")
    wait_until(lambda: slow.held == 256, "every connection is in use")
    for client in clients:
        if departure == "reset":
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.socket.close()
    with Client(gateway.port) as patient:
        assert patient.exchange(GET % b"quick").status == 200
    wait_until(lambda: slow.given_up >= 256, "the connections that they held are given up")


@pytest.mark.parametrize("departure", ["close", "reset"])
def test_the_request_of_a_client_that_leaves_while_it_waits_is_never_sent(relay_to, recording_origin, departure):
    released = threading.Event()

    def behave(connection, _):
        while connection.recv(65_536):
            released.wait(20)
            connection.sendall(OK)

    origin = recording_origin(behave)
    gateway = relay_to(origin, workers=1, origins={"api": {"servers": [origin.url], "connections": 1}})
    first, patient = Client(gateway.port), Client(gateway.port)
    first.send(GET % b"first")
    wait_until(lambda: b"/public/first" in origin.received, "the one connection is in use")
    impatient = [Client(gateway.port) for _ in range(6)]
    for client in impatient:
        client.send(GET % b"impatient")
    patient.send(GET % b"patient")
    wait_until(lambda: gateway.metric("segue_connections_open") >= 8, "everybody is inside")
    for client in impatient:
        if departure == "reset":
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.socket.close()
    # Who has closed is asked after a second, and answers with a reset.
    wait_until(lambda: gateway.metric("segue_connections_open") <= 2, "they are known to have left")
    released.set()
    assert (first.read().status, patient.read().status) == (200, 200)
    assert b"impatient" not in origin.received
    first.socket.close()
    patient.socket.close()


def test_a_client_that_only_finished_sending_waits_as_long_as_any(relay_to, origin):
    gateway = relay_to(origin)
    with Client(gateway.port) as client:
        client.send(GET % b"slow?seconds=4")
        client.finish_sending()
        statuses = [client.read().status]
        while statuses[-1] == 100:
            statuses.append(client.read().status)
    # Asked after 1 and after 3 seconds whether it is still there.
    assert statuses == [100, 100, 200]


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_who_may_not_be_asked_is_believed_to_be_there(relay_to, origin, version):
    gateway = relay_to(origin, limits={"halfClosedSeconds": 1 if version == b"1.0" else 0})
    with Client(gateway.port) as client:
        client.send(b"GET /public/slow?seconds=2 HTTP/%s\r\nHost: a\r\n\r\n" % version)
        client.finish_sending()
        assert client.read().status == 200


def test_a_client_that_resets_in_the_middle_of_a_quiet_response_ends_it(relay_to, recording_origin):
    given_up = []

    def behave(connection, _):
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        given_up.append(connection.recv(1))

    gateway = relay_to(recording_origin(behave), limits={"bodyIdleSeconds": 3600})
    client = Client(gateway.port)
    client.send(GET % b"x")
    assert client.socket.recv(65_536)
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.socket.close()
    wait_until(lambda: given_up, "the origin's connection ends")
