"""SIGTERM: what is under way is finished, nothing new begins, and the exit code is 0."""

import signal
import threading
import time

import httpx
import pytest

from harness.processes import listens, wait_until
from harness.raw import Client


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_request_under_way_is_finished_and_the_exit_code_is_0(relay_to, origin, number):
    gateway = relay_to(origin)
    answers = []
    asking = threading.Thread(target=lambda: answers.append(gateway.get("/public/slow?seconds=1.5")))
    asking.start()
    time.sleep(0.5)
    gateway.process.send(number)
    wait_until(lambda: not listens(gateway.port), "new connections are refused")
    asking.join()
    assert answers[0].status_code == 200
    assert gateway.process.wait() == 0


def test_a_streamed_answer_is_finished(relay_to, origin):
    gateway = relay_to(origin)
    with httpx.stream("GET", f"{gateway.url}/public/stream?count=10&pause=0.1", trust_env=False) as answer:
        gateway.process.send(signal.SIGTERM)
        assert answer.read().decode().splitlines()[-1] == "piece 9"
    assert gateway.process.wait() == 0


def test_idle_connections_do_not_hold_it_up(relay_to, origin):
    gateway = relay_to(origin, shutdown={"drainSeconds": 300})
    clients = [Client(gateway.port) for _ in range(50)]
    for client in clients:
        assert client.exchange(b"GET /public/x HTTP/1.1\r\nHost: a\r\n\r\n").status == 200
    gateway.process.send(signal.SIGTERM)
    assert gateway.process.wait() == 0


def test_a_request_that_never_ends_is_given_up_at_the_deadline(relay_to, recording_origin):
    asked, over = threading.Event(), threading.Event()

    def say_nothing(connection, _):
        connection.recv(65_536)
        asked.set()
        over.wait()

    gateway = relay_to(recording_origin(say_nothing), shutdown={"drainSeconds": 1})
    with Client(gateway.port) as client:
        client.send(b"GET /public/x HTTP/1.1\r\nHost: a\r\n\r\n")
        assert asked.wait(10)
        gateway.process.send(signal.SIGTERM)
        gateway.process.wait()
    over.set()


def test_while_it_drains_it_is_alive_and_not_ready(relay_to, origin):
    gateway = relay_to(origin)
    with Client(gateway.port, timeout=30) as client:
        client.send(b"GET /public/slow?seconds=2 HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.3)
        gateway.process.send(signal.SIGTERM)
        wait_until(lambda: gateway.admin("/readyz")[0] == 503, "it says that it is not ready")
        assert gateway.admin("/healthz")[0] == 200
        answer = client.read()
        assert answer.status == 200
        assert answer.first("Connection") == "close"
    assert gateway.process.wait() == 0
