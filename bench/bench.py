#!/usr/bin/env python3
"""CPU time per request: Segue beside nginx, which checks nothing, HAProxy with `jwt_verify` and Envoy with `jwt_authn`.

    bench.py [--rows relay,one,…] [--peers segue,nginx,haproxy,envoy] [--rounds 5] [--no-steady]
    bench.py --target http://127.0.0.1:8080/path [--tokens FILE]      latency and throughput of a gateway that runs already

Each server has one worker on a core of its own; the load and the origin share the other. Rounds are interleaved, so that
what disturbs the machine disturbs everybody, and medians are compared. README.md beside this file says how to read it.
"""

import argparse
import os
import sys
import tempfile
import urllib.error
import urllib.request
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import changes
import chart
import envoy_peer
import load
import measure
import report
import servers
import steady
import tokens
from rows import ROWS, Variant

HERE = Path(__file__).parent

def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", default=",".join(ROWS), help="which work: %(default)s")
    parser.add_argument("--peers", default="segue,nginx,haproxy,envoy", help="which servers: %(default)s")
    parser.add_argument("--no-steady", action="store_true", help="leave out the constant rate and the idle connections")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds of each row (%(default)s)")
    parser.add_argument("--seconds", type=float, default=2, help="length of a round (%(default)s)")
    parser.add_argument("--connections", type=int, default=64, help="connections of the clients (%(default)s)")
    parser.add_argument("--binary", type=Path, default=os.environ.get("SEGUE_BINARY", HERE.parent / ".build/release/segue"))
    parser.add_argument("--settings", type=Path, default=HERE / "segue.routes.json", help="what Segue serves")
    parser.add_argument("--system-calls", action="store_true", help="also count Segue's system calls at saturation (strace)")
    parser.add_argument("--output", type=Path, help="where the JSON goes, and a chart beside it (bench/results/<time>.json)")
    parser.add_argument("--target", help="measure this URL instead: latency and throughput only")
    parser.add_argument("--tokens", type=Path, help="with --target: a file of bearer tokens, one a line")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    if options.target:
        return measure_target(options)
    wanted = options.peers.split(",")
    needed = ["wrk", "nginx", *([] if options.no_steady else ["h2load"]), *(["haproxy"] if "haproxy" in wanted else []), *(["strace"] if options.system_calls else [])]
    if absent := servers.missing_programs(needed):
        print(f"missing: {', '.join(absent)} (scripts/bootstrap bench installs them)", file=sys.stderr)
        return 4
    with tempfile.TemporaryDirectory(prefix="segue-bench-") as folder:
        site = make_site(Path(folder))
        origin = servers.Origin(site)
        origin.start()
        try:
            peers = make_peers(site, wanted, options)
            rows = [run_row(name, peers, site, options) for name in options.rows.split(",")]
            rest = None if options.no_steady else run_steady(peers, site, options)
        finally:
            origin.stop()
    print("\n" + report.table(rows), *([rest.table()] if rest else []), sep="\n\n")
    file = options.output or HERE / "results" / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    settings = {"rounds": options.rounds, "seconds": options.seconds, "connections": options.connections}
    run = report.write(rows, rest, settings, file)
    file.with_suffix(".svg").write_text(chart.chart(run))
    misses = report.missed(rows, rest)
    print(f"\nwritten to {file}", *[f"MISSED {miss}" for miss in misses], sep="\n")
    return 1 if misses else 0


def make_site(folder: Path) -> servers.Site:
    cores = sorted(os.sched_getaffinity(0))
    # The first core is the server's; everything else shares the others.
    server, others = (str(cores[0]), ",".join(map(str, cores[1:]))) if len(cores) > 1 else (None, None)
    return servers.Site(folder, tokens.Mint(), servers.free_port(), server, others)


def make_peers(site: servers.Site, wanted: list[str], options: argparse.Namespace) -> list[servers.Server]:
    makers = {
        "segue": lambda: servers.SeguePeer(site, options.binary.resolve(), options.settings.resolve()),
        "nginx": lambda: servers.NginxPeer(site),
        "haproxy": lambda: servers.HAProxyPeer(site),
        "envoy": lambda: envoy_peer.EnvoyPeer(site),
    }
    return [makers[name]() for name in wanted]


def run_row(name: str, peers: list[servers.Server], site: servers.Site, options: argparse.Namespace) -> report.Row:
    work = ROWS[name]
    print(f"{name}: {work.about}")
    row = report.Row(name)
    peers = [peer for peer in peers if work.only is None or peer.name in work.only]
    if work.variant.changing:
        row.changes = changes.Made()
        changes.publish(site, {})
    pool, rounds = work.slices(site.mint, options.rounds)
    try:
        for peer in peers:
            peer.configure(work.variant)
            peer.start()
            check(peer, work.path, pool)
            load.run(peer.url(work.path), work.warm_up(site.mint), options.connections, 1, site.other_cpus)
        for number, tokens_of_round in enumerate(rounds):
            # Every other round runs backwards: no server always comes first.
            for peer in peers if number % 2 == 0 else reversed(peers):
                measure_round(row, peer, tokens_of_round, site, options)
        row.hit_ratio = hit_ratio(peers) if name == "day" else None
        if options.system_calls and peers:
            count_system_calls(row, peers, rounds[0], site, options)
    finally:
        for peer in peers:
            peer.stop()
    return row


def measure_round(
    row: report.Row, peer: servers.Server, tokens_of_round: load.Slice, site: servers.Site, options: argparse.Namespace
) -> None:
    work = ROWS[row.name]
    seconds = 30 if tokens_of_round.once else changes.ROUND if row.changes else options.seconds
    before = measure.cpu_seconds(peer.pid)
    with changes.Changes(peer, site, row.changes) if row.changes else nullcontext():
        result = load.run(
            peer.url(work.path), tokens_of_round, options.connections, seconds, site.other_cpus, closes=work.closes
        )
    used = measure.cpu_seconds(peer.pid) - before
    if result.refused or result.broken or not result.requests:
        raise load.RoundFailed(f"{peer.name}, row {row.name}: {result}")
    row.cpu.setdefault(peer.name, []).append(used / result.requests * 1e6)
    row.requests_per_second.setdefault(peer.name, []).append(result.requests / result.seconds)
    row.p99.setdefault(peer.name, []).append(result.p99)


def run_steady(peers: list[servers.Server], site: servers.Site, options: argparse.Namespace) -> steady.Rest:
    """At a constant rate, and at rest."""
    print(f"steady: {steady.RATE:,} requests/s with a token seen before; then {steady.IDLE:,} connections at rest")
    try:
        for peer in peers:
            peer.configure(Variant())
            peer.start()
        rates = steady.at_constant_rate(peers, ROWS, min(options.rounds, 5), site)
        # The peers would have to be set up for as many.
        idle = {
            peer.name: steady.bytes_per_idle_connection(peer, ROWS["relay"].path) for peer in peers if peer.name == "segue"
        }
    finally:
        for peer in peers:
            peer.stop()
    return steady.Rest(rates, idle)


def hit_ratio(peers: list[servers.Server]) -> float | None:
    """How often Segue knew the token, warm-up included."""
    segue = next((peer for peer in peers if peer.name == "segue"), None)
    if segue is None:
        return None
    with urllib.request.urlopen(f"http://127.0.0.1:{segue.admin_port}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    hits, misses = (sum(float(line.split()[-1]) for line in lines if line.startswith(f"segue_token_cache_{what}_total")) for what in ("hits", "misses"))
    return hits / (hits + misses) if hits + misses else None


def count_system_calls(
    row: report.Row, peers: list[servers.Server], tokens_of_round: load.Slice, site: servers.Site, options: argparse.Namespace
) -> None:
    segue = next((peer for peer in peers if peer.name == "segue"), None)
    if segue is None or tokens_of_round.once:
        return
    calls = measure.SystemCalls(segue.pid)
    calls.start()
    # strace slows the server, so it stays saturated with the same connections.
    result = load.run(segue.url(ROWS[row.name].path), tokens_of_round, options.connections, options.seconds, site.other_cpus)
    counted = calls.stop()
    row.system_calls = sum(counted.values()) / result.requests
    row.futex_per_thousand = counted.get("futex", 0) / result.requests * 1_000


def check(peer: servers.Server, path: str, pool: Path | None) -> None:
    """Before a figure is taken: the server does the work that the row says. nginx is excepted, it checks nothing."""
    if pool is None or not peer.checks:
        return
    # The same caller in every pool but the day's, whose first is whoever came first.
    token = tokens.first_token(pool.with_name("hs256.txt" if path.startswith("/legacy") else "rs256.txt"))
    echo = peer.url(path.rpartition("/")[0] + "/echo")
    caller = f"user={peer.expected(path)}"
    answers = {
        "a good token": (ask(echo, token), (200, caller)),
        "a tampered token": (ask(echo, tokens.tampered(token))[0], 401),
        "no token": (ask(echo, None)[0], 401),
        "a forged X-User-Id": (ask(echo, token, {"X-User-Id": "root"}), (200, caller)),
    }
    for what, (got, expected) in answers.items():
        if got != expected:
            raise load.RoundFailed(f"{peer.name}, {path}, {what}: got {got}, expected {expected}")


def ask(url: str, token: str | None, fields: dict[str, str] | None = None) -> tuple[int, str]:
    request = urllib.request.Request(url, headers=(fields or {}) | ({"Authorization": f"Bearer {token}"} if token else {}))
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode(errors="replace")


def measure_target(options: argparse.Namespace) -> int:
    count = sum(1 for _ in options.tokens.open()) if options.tokens else 1
    result = load.run(options.target, load.Slice(options.tokens, 0, count), options.connections, max(options.seconds, 10), None)
    print(f"{result.requests / result.seconds:,.0f} requests/s over {result.seconds:.0f} s on {options.connections} connections")
    print(f"latency µs: p50 {result.p50:,}  p90 {result.p90:,}  p99 {result.p99:,}")
    print(f"answers of 400 and above: {result.refused:,}; broken: {result.broken:,}")
    return 1 if result.broken or not result.requests else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (load.RoundFailed, servers.ServerFailed) as failure:
        print(f"bench: {failure}", file=sys.stderr)
        sys.exit(1)
