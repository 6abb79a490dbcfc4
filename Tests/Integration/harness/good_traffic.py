"""Good traffic, and how long it waits: by h2load, which is cheap and sends by the clock and not by the answers."""

import math
import os
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

#: Far below what a core can serve: measured is the wait behind others, not the wait for a processor.
PER_SECOND, CLIENTS, SECONDS = 500, 10, 4
#: The clients start one after the other, so that their requests are spread evenly: ten at once would wait for each other.
APART_MILLISECONDS = 1000 // PER_SECOND


@contextmanager
def elsewhere() -> Iterator[set[int]]:
    """Whatever is started inside keeps off one processor, the one that is given: the gateway's. Good and bad clients and the
    origin are other machines in truth; here they share what is left, so that nobody's wait for a processor is measured as a
    wait for the gateway. On a machine with one processor all share it."""
    everywhere = os.sched_getaffinity(0)
    own = {min(everywhere)}
    os.sched_setaffinity(0, everywhere - own or own)
    try:
        yield own
    finally:
        os.sched_setaffinity(0, everywhere)


def p99(url: str, token: str) -> int:
    """Of one slice, in microseconds. Every answer must be a good one."""
    count = PER_SECOND * SECONDS
    with tempfile.NamedTemporaryFile() as log:
        subprocess.run(
            ["h2load", "--h1", f"-c{CLIENTS}", "--rate=1", f"--rate-period={APART_MILLISECONDS}ms", f"-n{count}",
             f"--rps={PER_SECOND // CLIENTS}", f"--log-file={log.name}", "-H", f"authorization: Bearer {token}", url],
            check=True, capture_output=True,
        )  # fmt: skip
        lines = [line.split("\t") for line in Path(log.name).read_text().splitlines()]
    bad = [line[1] for line in lines if line[1] != "200"]
    assert len(lines) == count and not bad, f"{len(bad)} of {len(lines)} answers are not 200: {sorted(set(bad))}"
    return sorted(int(line[2]) for line in lines)[math.ceil(count * 0.99) - 1]


@dataclass
class Comparison:
    """Slices alone and slices beside something bad, in turn, so that a machine that changes meanwhile changes both. The medians
    are compared: one slice may have met something that is neither."""

    what: str
    alone: list[int] = field(default_factory=list)
    beside: list[int] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return statistics.median(self.beside) / statistics.median(self.alone)

    def __str__(self) -> str:
        return f"{self.what}: p99 {self.ratio:.2f} of what it is alone; µs alone {self.alone}, beside them {self.beside}"
