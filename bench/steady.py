"""Two measurements that are no rows: latency at a constant rate, and what an idle connection costs."""

import math
import resource
import socket
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import load
import measure
import servers
import tokens

RATE, CLIENTS, SECONDS = 2_000, 20, 5
IDLE, SETTLED = 10_000, 5


@dataclass
class Steady:
    """One server at a constant rate: a figure a round."""

    cpu: list[float]
    p50: list[float]
    p99: list[float]


@dataclass
class Rest:
    """What is reported beside the rows."""

    rates: dict[str, Steady]
    #: Bytes of a connection that rests: server → figure.
    idle: dict[str, float]

    def as_json(self) -> dict:
        rates = {
            name: {
                "cpuMicrosecondsPerRequest": statistics.median(one.cpu), "p50Microseconds": statistics.median(one.p50),
                "p99Microseconds": statistics.median(one.p99),
            }
            for name, one in self.rates.items()
        }  # fmt: skip
        return {"constantRate": {"requestsPerSecond": RATE} | rates, "bytesPerIdleConnection": self.idle}

    def table(self) -> str:
        lines = [f"{f'{RATE:,}/s':18} {'µs/request':>10} {'p50 µs':>8} {'p99 µs':>8}   bytes of each of {IDLE:,} connections at rest"]
        rates = self.as_json()["constantRate"]
        for name in self.rates:
            one = rates[name]
            lines.append(
                f"{name:18} {one['cpuMicrosecondsPerRequest']:10.2f} {one['p50Microseconds']:8,.0f} {one['p99Microseconds']:8,.0f}"
                + (f"   {self.idle[name]:,.0f}" if name in self.idle else "")
            )
        return "\n".join(lines)


def at_constant_rate(peers: list[servers.Server], works: dict, rounds: int, site: servers.Site) -> dict[str, Steady]:
    """A constant rate of requests with a token that was seen before, by h2load, which sends by the clock and not by the
    answers. HAProxy comes twice: as it verifies, and plain, which is what Segue is held against."""
    runs = [(peer.name, peer, works["one"].path) for peer in peers]
    runs += [("haproxy plain", peer, works["relay"].path) for peer in peers if peer.name == "haproxy"]
    measured = {name: Steady([], [], []) for name, _, _ in runs}
    token = tokens.first_token(site.mint.rs256(tokens.CALLERS))
    for number in range(rounds):
        for name, peer, path in runs if number % 2 == 0 else reversed(runs):
            before = measure.cpu_seconds(peer.pid)
            micros = send(peer.url(path), token, site)
            used = measure.cpu_seconds(peer.pid) - before
            one = measured[name]
            one.cpu.append(used / len(micros) * 1e6)
            one.p50.append(percentile(micros, 50))
            one.p99.append(percentile(micros, 99))
    return measured


def send(url: str, token: str, site: servers.Site) -> list[int]:
    """The time of each request, in microseconds."""
    with tempfile.NamedTemporaryFile() as log:
        subprocess.run(
            [
                *site.pinned(site.other_cpus), "h2load", "--h1", f"-c{CLIENTS}", f"-n{RATE * SECONDS}", f"--rps={RATE // CLIENTS}",
                f"--log-file={log.name}", "-H", f"authorization: Bearer {token}", url,
            ],
            check=True, capture_output=True,
        )  # fmt: skip
        lines = [line.split("\t") for line in Path(log.name).read_text().splitlines()]
    if refused := [line[1] for line in lines if line[1] != "200"]:
        raise load.RoundFailed(f"{url}: {len(refused)} of {len(lines)} answers were not 200, the first {refused[0]}")
    return [int(line[2]) for line in lines]


def percentile(values: list[int], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(len(ordered) * percent / 100) - 1)]


def bytes_per_idle_connection(peer: servers.Server, path: str) -> float:
    """Resident memory of a connection that has been answered once and rests: 10,000 of them, five seconds later."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < IDLE + 100:
        raise load.RoundFailed(f"{IDLE} connections need as many files; the limit is {hard} (ulimit -n)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    address = peer.url(path).removeprefix("http://").partition("/")[0]
    request = f"GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n".encode()
    port = int(address.rpartition(":")[2])
    exchange(port, request).close()
    time.sleep(1)
    before = measure.resident_bytes(peer.pid)
    held = []
    try:
        for _ in range(IDLE):
            held.append(exchange(port, request))
        time.sleep(SETTLED)
        return (measure.resident_bytes(peer.pid) - before) / IDLE
    finally:
        for connection in held:
            connection.close()


def exchange(port: int, request: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(request)
    answer = b""
    while servers.ANSWER.encode() not in answer:
        piece = connection.recv(4096)
        if not piece:
            raise load.RoundFailed(f"a connection ended after {answer[:200]!r}")
        answer += piece
    return connection
