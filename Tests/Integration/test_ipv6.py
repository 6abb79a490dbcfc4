"""IPv6 on both sides, and in what is said about earlier hops."""

import socket

import pytest

from harness.gateway import settings
from harness.processes import free_port, wait_until

REQUEST = b"GET /public/x HTTP/1.1\r\nHost: [::1]\r\n"


def exchange(port: int, request: bytes) -> bytes:
    with socket.create_connection(("::1", port), timeout=10) as connection:
        connection.sendall(request + b"Connection: close\r\n\r\n")
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
        return answer


@pytest.fixture
def six(start_gateway, recording_origin):
    """A gateway on [::1] in front of an origin on [::1]."""

    def start(**changes):
        origin = recording_origin(address="::1")
        made = settings(f"http://[::1]:{origin.port}") | changes
        port = free_port()
        made["listen"] = [{"address": f"[::1]:{port}"}]
        gateway = start_gateway(made, serve=False)
        gateway.process.start()
        wait_until(lambda: gateway_answers(port), "it listens on [::1]")
        return port, origin

    return start


def gateway_answers(port: int) -> bool:
    try:
        return exchange(port, REQUEST).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def test_requests_come_and_go_over_ipv6(six):
    port, origin = six()
    exchange(port, REQUEST)
    assert b"\r\nX-Forwarded-For: ::1\r\n" in origin.received
    assert b"\r\nHost: [::1]\r\n" in origin.received and b"\r\nX-Forwarded-Host: [::1]\r\n" in origin.received


def test_a_trusted_network_of_ipv6_is_believed(six):
    port, origin = six(trustedProxies=["::1/128", "2001:db8::/32"])
    exchange(port, REQUEST + b"X-Forwarded-For: 2001:db8:ffff::1, 2001:db9::7\r\nForwarded: for=\"[2001:db9::7]\"\r\n")
    assert b"\r\nX-Forwarded-For: 2001:db8:ffff::1, 2001:db9::7, ::1\r\n" in origin.received
    assert b'\r\nForwarded: for="[2001:db9::7]", for="[::1]"\r\n' in origin.received


def test_a_stranger_over_ipv6_is_not_believed(six):
    port, origin = six(trustedProxies=["2001:db8::/32"])
    exchange(port, REQUEST + b"X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: https\r\n")
    assert b"127.0.0.1" not in origin.received and b"https" not in origin.received
