"""One gigabyte each way through 64 MiB of memory: streams are bounded by backpressure, not by luck."""

import json
import subprocess
import time

import pytest

from harness.raw import Client

GIGABYTE = 1 << 30
MEMORY = 64 << 20


@pytest.mark.timeout(300)
def test_a_gigabyte_each_way_at_once_stays_below_64_mib(relay_to, origin):
    gateway = relay_to(origin, limits={"bodyBytes": 2 * GIGABYTE})
    up = subprocess.Popen(
        f"head -c {GIGABYTE} /dev/zero | curl -sS --max-time 250 -H Expect: -T - {gateway.url}/public/up",
        shell=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    down = subprocess.Popen(
        ["curl", "-sS", "--max-time", "250", "-o", "/dev/null", "-w", "%{size_download}", f"{gateway.url}/public/bytes?count={GIGABYTE}"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert json.loads(up.communicate()[0])["length"] == GIGABYTE
    assert down.communicate()[0] == str(GIGABYTE)
    assert gateway.process.highest_resident_bytes() <= MEMORY


def test_a_client_that_does_not_read_holds_up_the_origin_and_not_our_memory(relay_to, origin):
    gateway = relay_to(origin)
    clients = [Client(gateway.port) for _ in range(8)]
    for client in clients:
        client.send(b"GET /public/bytes?count=200000000 HTTP/1.1\r\nHost: a\r\n\r\n")
    time.sleep(3)
    assert gateway.process.highest_resident_bytes() <= MEMORY
    for client in clients:
        client.socket.close()
