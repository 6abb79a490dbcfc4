"""Too much of everything: connections, heads, content that does not come, answers that nobody reads, files that run out."""

import os
import socket
import struct
import threading

import pytest

from harness.crowd import Crowd, endless_content, endless_head, unread_answers
from harness.processes import wait_until
from harness.raw import Client, Ended

REQUEST = b"GET /public/x HTTP/1.1\r\nHost: a\r\n\r\n"


def descriptors(gateway) -> int:
    return int(gateway.metric("process_open_fds"))


@pytest.fixture
def with_few_files(relay_to, recording_origin):
    """A gateway that may open 80 files, and the connections that it has already."""

    def start(count: int):
        gateway = relay_to(recording_origin(), limits={"connections": 1000}, workers=1)
        first = Client(gateway.port)
        assert first.exchange(REQUEST).status == 200
        gateway.process.limit_files(descriptors(gateway) + count)
        return gateway, first

    return start


def test_out_of_files_those_who_are_inside_are_served_and_the_rest_come_later(with_few_files):
    gateway, first = with_few_files(20)
    crowd = [socket.create_connection(("127.0.0.1", gateway.port)) for _ in range(60)]
    try:
        wait_until(lambda: gateway.process.open_files() >= gateway.process.files_max, "its files have run out")
        assert first.exchange(REQUEST).status == 200, "its own connection to the origin is open already"
    finally:
        for connection in crowd:
            connection.close()
    wait_until(lambda: gateway.get("/public/x").status_code == 200, "newcomers are served again")
    assert gateway.metric("segue_connections_refused_total") > 0
    first.socket.close()


def test_out_of_files_for_the_origin_it_says_that_it_is_full(with_few_files):
    """A request that needs a new connection to the origin gets 503 with Retry-After: nothing is wrong with the origin."""
    gateway, first = with_few_files(20)
    waiting = [Client(gateway.port) for _ in range(16)]
    try:
        # All of them are inside before one of them asks: then the origin's connections are what is missing.
        wait_until(lambda: gateway.metric("segue_connections_open") >= 17, "they are inside")
        for client in waiting:
            client.send(b"POST /public/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        refusals = []
        for client in waiting:
            client.socket.settimeout(1)
            try:
                refusals.append(client.read())
            except (TimeoutError, Ended):
                continue
        assert refusals and all((answer.status, answer.first("Retry-After")) == (503, "1") for answer in refusals), refusals
        assert b'"overloaded"' in refusals[0].content
    finally:
        for client in (*waiting, first):
            client.socket.close()
    wait_until(lambda: gateway.get("/public/x").status_code == 200, "and goes on when there is room")


@pytest.mark.parametrize("script", [endless_head, endless_content], ids=["heads", "contents"])
def test_clients_that_never_finish_are_cut_off_and_hold_up_nobody(relay_to, recording_origin, script):
    gateway = relay_to(recording_origin(), limits={"headerSeconds": 1, "bodyIdleSeconds": 1, "connections": 2000})
    with Crowd(gateway.port, 300, script, pause=0.3 if script is endless_head else 3) as crowd:
        wait_until(lambda: gateway.metric("segue_connections_open") >= 300, "the crowd is inside", seconds=20)
        for _ in range(50):
            assert gateway.get("/public/y").status_code == 200
        wait_until(lambda: crowd.ended > 300, "who does not finish is cut off", seconds=30)
    wait_until(lambda: gateway.metric("segue_connections_open") <= 1, "nothing of them is left")


def test_answers_that_nobody_reads_cost_a_bounded_amount_of_memory(relay_to, origin):
    gateway = relay_to(origin, limits={"bodyIdleSeconds": 60})
    before = gateway.process.resident_bytes()
    with Crowd(gateway.port, 100, unread_answers("/public/bytes?count=50000000"), reads=False):
        wait_until(lambda: gateway.metric("segue_connections_open") >= 100, "the crowd is inside", seconds=20)
        for _ in range(20):
            assert gateway.get("/public/y").status_code == 200
        # 64 KiB may wait for each of them, in memory that grows by doubling, of an answer of 50 MB.
        assert gateway.process.resident_bytes() - before < 100 * (512 << 10)


def test_a_flood_of_connections_leaves_nothing_behind(relay_to, recording_origin):
    gateway = relay_to(recording_origin())
    assert gateway.get("/public/x").status_code == 200
    before = descriptors(gateway)
    for number in range(3000):
        connection = socket.create_connection(("127.0.0.1", gateway.port))
        if number % 3 == 0:
            connection.send(REQUEST[: number % len(REQUEST)])
        if number % 2 == 0:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    wait_until(lambda: descriptors(gateway) <= before + 1, "every descriptor is given back")
    assert gateway.metric("segue_connections_open") <= 1
    assert gateway.get("/public/x").status_code == 200


def test_heads_at_the_limit_are_served_and_beyond_it_refused_for_as_long_as_they_come(relay_to, recording_origin):
    gateway = relay_to(recording_origin())
    most = "".join(f"X-{number}: {'y' * 200}\r\n" for number in range(90)).encode()
    before = None
    for number in range(600):
        with Client(gateway.port) as client:
            extra = b"" if number % 2 else b"X-Z: " + b"z" * 40_000 + b"\r\n"
            answer = client.exchange(b"GET /public/x HTTP/1.1\r\nHost: a\r\n" + most + extra + b"\r\n")
            assert answer.status == (200 if number % 2 else 431)
        if number == 300:
            before = gateway.process.resident_bytes()
    assert gateway.process.resident_bytes() - before < 2 << 20


def test_an_origin_that_says_nothing_holds_up_nobody_elses(start_gateway, recording_origin):
    from harness.gateway import route, settings

    released = threading.Event()
    silent = recording_origin(lambda connection, _: released.wait(30))
    made = settings(recording_origin().url)
    made["origins"]["silent"] = {"servers": [silent.url], "connections": 4}
    made["routes"].insert(0, route("public", origin="silent", name="silent", match={"path": "/silent/*"}))
    gateway = start_gateway(made)
    waiting = [Client(gateway.port) for _ in range(200)]
    try:
        for client in waiting:
            client.send(b"GET /silent/x HTTP/1.1\r\nHost: a\r\n\r\n")
        wait_until(lambda: len(silent.connections) >= 4, "the silent origin is asked")
        for _ in range(50):
            assert gateway.get("/public/x").status_code == 200
    finally:
        released.set()
        for client in waiting:
            client.socket.close()


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_resets_in_the_middle_of_contents_leave_nothing_behind(relay_to, recording_origin):
    """Each way: clients that break their request off, and an origin that breaks its answer off."""

    def breaks_off(connection, _):
        while connection.recv(65_536):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 5000)
            return reset(connection.connection)

    gateway = relay_to(recording_origin(breaks_off))
    assert gateway.admin("/healthz")[0] == 200
    before = descriptors(gateway)
    for number in range(400):
        client = Client(gateway.port)
        if number % 2:
            client.send(b"POST /public/x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + b"y" * 10_000)
            reset(client.socket)
            continue
        try:
            answer = client.exchange(REQUEST)
            assert answer.status == 502 or not answer.complete
        except Ended:
            pass
        client.socket.close()
    # A client may break off while its worker opens a connection for it: each worker may keep one to the origin, unused.
    kept = os.cpu_count() or 1
    wait_until(lambda: descriptors(gateway) <= before + kept, "every descriptor is given back")
