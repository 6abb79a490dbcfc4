"""One round of load, by wrk."""

import json
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("pool.lua")


@dataclass(frozen=True)
class Slice:
    """Which tokens of a pool a round sends. `once`: each at most once, and then the round is over."""

    pool: Path | None
    first: int = 0
    count: int = 1
    once: bool = False


@dataclass(frozen=True)
class Result:
    requests: int
    seconds: float
    #: Answers of 400 and above.
    refused: int
    #: Connections, reads and writes that failed, and answers that did not come.
    broken: int
    #: Latencies in microseconds.
    p50: int
    p90: int
    p99: int


class RoundFailed(Exception):
    pass


def run(url: str, tokens: Slice, connections: int, seconds: float, cpus: str | None, closes: bool = False) -> Result:
    """- closes: every request asks for the connection to be closed behind it."""
    pinned = ["taskset", "-c", cpus] if cpus else []
    command = [
        *pinned, "wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "-s", str(SCRIPT),
        *(["-H", "Connection: close"] if closes else []), url, "--",
        str(tokens.pool or "-"), str(tokens.first), str(tokens.count), "once" if tokens.once else "again",
    ]  # fmt: skip
    output = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as wrk:
        for line in wrk.stdout:
            output.append(line)
            if line == "SPENT\n":
                wrk.send_signal(signal.SIGINT)
    for line in output:
        if line.startswith("RESULT "):
            return Result(**json.loads(line.removeprefix("RESULT ")))
    raise RoundFailed(f"{' '.join(command)}\n{''.join(output)}")
