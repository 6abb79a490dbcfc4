"""What a run found: a table for people, JSON for machines, and a verdict against the thresholds in the tree."""

import json
import os
import platform
import statistics
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from changes import Made
from rows import ROWS
from steady import Rest

HERE = Path(__file__).parent


@dataclass
class Row:
    name: str
    #: Microseconds of CPU per request: server → one figure a round.
    cpu: dict[str, list[float]] = field(default_factory=dict)
    requests_per_second: dict[str, list[float]] = field(default_factory=dict)
    p99: dict[str, list[float]] = field(default_factory=dict)
    system_calls: float | None = None
    futex_per_thousand: float | None = None
    #: Of Segue's memory of tokens, in the row where tokens are renewed.
    hit_ratio: float | None = None
    #: Flips and rotations of keys, in the row that has them.
    changes: Made | None = None

    def median(self, server: str) -> float:
        return statistics.median(self.cpu[server])

    def ratios(self) -> dict[str, float]:
        """Segue's median over each peer's."""
        if not self.cpu.get("segue"):
            return {}
        return {peer: self.median("segue") / self.median(peer) for peer in self.cpu if peer != "segue"}


def table(rows: list[Row]) -> str:
    lines = [f"{'row':10} {'server':8} {'µs/request':>10} {'lowest':>7} {'highest':>7} {'requests/s':>10} {'p99 µs':>8}  ratio"]
    for row in rows:
        ratios = row.ratios()
        for server in row.cpu:
            lines.append(
                f"{row.name:10} {server:8} {row.median(server):10.2f} {min(row.cpu[server]):7.2f} {max(row.cpu[server]):7.2f}"
                f" {statistics.median(row.requests_per_second[server]):10,.0f} {statistics.median(row.p99[server]):8,.0f}"
                + (f"  segue/{server} {ratios[server]:.2f}" if server in ratios else "")
            )
        if row.hit_ratio is not None:
            lines.append(f"{row.name:10} segue    knew {row.hit_ratio:.1%} of the tokens")
        if row.changes is not None:
            lines.append(f"{row.name:10} segue    {row.changes.flips} flips and {row.changes.rotations} rotations of keys, all followed")
        if row.system_calls is not None:
            lines.append(
                f"{row.name:10} segue    {row.system_calls:.2f} system calls per request,"
                f" {row.futex_per_thousand:.2f} futex per 1,000 requests"
            )
    return "\n".join(lines)


def added(row: Row, relay: Row, peer: str) -> float:
    """What Segue's work on a row costs on top of its plain relay, over what the peer's does on top of the peer's."""
    return (row.median("segue") - relay.median("segue")) / (row.median(peer) - relay.median(peer))


def missed(rows: list[Row], rest: Rest | None = None) -> list[str]:
    """Every threshold that the run did not meet, in words; rows and peers that did not run are not judged."""
    thresholds = json.loads((HERE / "thresholds.json").read_text())
    misses = []
    relay = next((row for row in rows if row.name == "relay"), None)
    for row in rows if relay else []:
        for peer, most in thresholds["added"].get(row.name, {}).items():
            if peer in row.cpu and peer in relay.cpu and (ratio := added(row, relay, peer)) > most:
                misses.append(f"{row.name}: {ratio:.2f} × what {peer} adds to its relay, at most {most} wanted")
    misses += missed_rest(rest, thresholds) if rest else []
    uncached, cached = (next((row for row in rows if row.name == name), None) for name in ("uncached", "hs256"))
    if uncached and cached and (ratio := uncached.median("segue") / cached.median("segue")) > thresholds["uncachedToCached"]:
        misses.append(f"uncached: {ratio:.2f} × the row where callers are known, at most {thresholds['uncachedToCached']} wanted")
    for row in rows:
        for peer, ratio in row.ratios().items():
            most = thresholds["ratios"].get(row.name, {}).get(peer)
            if most is not None and ratio > most:
                misses.append(f"{row.name}: {ratio:.2f} × {peer}, at most {most} wanted")
        if row.system_calls is not None and row.system_calls > thresholds["systemCallsPerRequest"]:
            misses.append(
                f"{row.name}: {row.system_calls:.2f} system calls per request, at most {thresholds['systemCallsPerRequest']} wanted"
            )
        # The thread that writes the log is woken by one.
        awaited = None if ROWS[row.name].variant.access_log else row.futex_per_thousand
        if awaited is not None and awaited > thresholds["futexPerThousandRequests"]:
            misses.append(
                f"{row.name}: {awaited:.2f} futex per 1,000 requests,"
                f" at most {thresholds['futexPerThousandRequests']} wanted"
            )
    return misses


def missed_rest(rest: Rest, thresholds: dict) -> list[str]:
    misses = []
    rates, wanted = rest.as_json()["constantRate"], thresholds["constantRateToHAProxyPlain"]
    if {"segue", "haproxy plain"} <= rates.keys():
        for figure, most in wanted.items():
            if (ratio := rates["segue"][figure] / rates["haproxy plain"][figure]) > most:
                misses.append(f"constant rate, {figure}: {ratio:.2f} × HAProxy plain, at most {most} wanted")
    if (idle := rest.idle.get("segue", 0)) > thresholds["bytesPerIdleConnection"]:
        misses.append(f"an idle connection takes {idle:,.0f} bytes, at most {thresholds['bytesPerIdleConnection']:,} wanted")
    return misses


def machine() -> dict:
    cpu = next((line.partition(": ")[2] for line in Path("/proc/cpuinfo").open() if line.startswith("model name")), "unknown")
    return {
        "kernel": platform.release(), "architecture": platform.machine(), "processor": cpu.strip(),
        "processors": len(os.sched_getaffinity(0)),
    }  # fmt: skip


def write(rows: list[Row], rest: Rest | None, settings: dict, file: Path) -> dict:
    """The run as it was written."""
    run = {
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "machine": machine(),
                "settings": settings,
                "rows": [
                    {
                        "row": row.name,
                        "cpuMicrosecondsPerRequest": {s: {"median": row.median(s), "rounds": row.cpu[s]} for s in row.cpu},
                        "requestsPerSecond": {s: statistics.median(row.requests_per_second[s]) for s in row.cpu},
                        "p99Microseconds": {s: statistics.median(row.p99[s]) for s in row.cpu},
                        "ratios": row.ratios(),
                        "hitRatio": row.hit_ratio,
                        "changes": asdict(row.changes) if row.changes else None,
                        "systemCallsPerRequest": row.system_calls,
                        "futexPerThousandRequests": row.futex_per_thousand,
                    }
                    for row in rows
                ],
    } | (rest.as_json() if rest else {})
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(run, indent=2) + "\n")
    return run
