#!/usr/bin/env python3
"""CPU time per request: Segue beside nginx, which checks nothing, and HAProxy with `jwt_verify`.

    bench.py [--rows relay,one,…] [--peers segue,nginx,haproxy] [--rounds 5]
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
from datetime import UTC, datetime
from pathlib import Path

import load
import measure
import report
import servers
import tokens

HERE = Path(__file__).parent
ROWS = {
    "relay": "no token, no check",
    "one": "one session token, seen before",
    "thousand": "1,000 session tokens of 1,000 callers, seen before",
    "new": "every session token new, callers seen before",
    "hs256": "every legacy HS256 token new, callers seen before",
}
PATHS = {"relay": "/relay/item", "one": "/clerk/item", "thousand": "/clerk/item", "new": "/clerk/item", "hs256": "/legacy/item"}
#: Tokens of one round in the rows where each is sent once: about half a second of work.
NEW_TOKENS = {"new": 12_000, "hs256": 30_000}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", default=",".join(ROWS), help="which work: %(default)s")
    parser.add_argument("--peers", default="segue,nginx,haproxy", help="which servers: %(default)s")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds of each row (%(default)s)")
    parser.add_argument("--seconds", type=float, default=2, help="length of a round (%(default)s)")
    parser.add_argument("--connections", type=int, default=64, help="connections of the clients (%(default)s)")
    parser.add_argument("--binary", type=Path, default=os.environ.get("SEGUE_BINARY", HERE.parent / ".build/release/segue"))
    parser.add_argument("--settings", type=Path, default=HERE / "segue.routes.json", help="what Segue serves")
    parser.add_argument("--system-calls", action="store_true", help="also count Segue's system calls at saturation (strace)")
    parser.add_argument("--output", type=Path, help="where the JSON goes (bench/results/<time>.json)")
    parser.add_argument("--target", help="measure this URL instead: latency and throughput only")
    parser.add_argument("--tokens", type=Path, help="with --target: a file of bearer tokens, one a line")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    if options.target:
        return measure_target(options)
    wanted = options.peers.split(",")
    needed = ["wrk", "nginx", *(["haproxy"] if "haproxy" in wanted else []), *(["strace"] if options.system_calls else [])]
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
        finally:
            origin.stop()
    print("\n" + report.table(rows))
    file = options.output or HERE / "results" / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    report.write(rows, {"rounds": options.rounds, "seconds": options.seconds, "connections": options.connections}, file)
    misses = report.missed(rows)
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
    }
    return [makers[name]() for name in wanted]


def run_row(name: str, peers: list[servers.Server], site: servers.Site, options: argparse.Namespace) -> report.Row:
    print(f"{name}: {ROWS[name]}")
    row = report.Row(name)
    pool, rounds = slices(name, site.mint, options.rounds)
    try:
        for peer in peers:
            peer.start()
            check(peer, name, pool)
            warm_up(peer, name, site, options)
        for number, tokens_of_round in enumerate(rounds):
            # Every other round runs backwards: no server always comes first.
            for peer in peers if number % 2 == 0 else reversed(peers):
                measure_round(row, peer, tokens_of_round, site, options)
        if options.system_calls:
            count_system_calls(row, peers, rounds[0], site, options)
    finally:
        for peer in peers:
            peer.stop()
    return row


def slices(name: str, mint: tokens.Mint, rounds: int) -> tuple[Path | None, list[load.Slice]]:
    """The pool of a row, and what each round takes from it."""
    match name:
        case "relay":
            return None, [load.Slice(None)] * rounds
        case "one" | "thousand":
            count = 1 if name == "one" else tokens.CALLERS
            pool = mint.rs256(tokens.CALLERS)
            return pool, [load.Slice(pool, 0, count)] * rounds
    # The first tokens of the pool are for the warm-up, which makes the callers known.
    count = NEW_TOKENS[name]
    pool = (mint.rs256 if name == "new" else mint.hs256)(tokens.CALLERS + rounds * count)
    return pool, [load.Slice(pool, tokens.CALLERS + number * count, count, once=True) for number in range(rounds)]


def warm_up(peer: servers.Server, name: str, site: servers.Site, options: argparse.Namespace) -> None:
    known = {"relay": load.Slice(None)}.get(name) or load.Slice(
        site.mint.hs256(tokens.CALLERS) if name == "hs256" else site.mint.rs256(tokens.CALLERS), 0, tokens.CALLERS
    )
    load.run(peer.url(PATHS[name]), known, options.connections, 1, site.other_cpus)


def measure_round(
    row: report.Row, peer: servers.Server, tokens_of_round: load.Slice, site: servers.Site, options: argparse.Namespace
) -> None:
    before = measure.cpu_seconds(peer.pid)
    result = load.run(
        peer.url(PATHS[row.name]), tokens_of_round, options.connections,
        30 if tokens_of_round.once else options.seconds, site.other_cpus,
    )  # fmt: skip
    used = measure.cpu_seconds(peer.pid) - before
    if result.refused or result.broken or not result.requests:
        raise load.RoundFailed(f"{peer.name}, row {row.name}: {result}")
    row.cpu.setdefault(peer.name, []).append(used / result.requests * 1e6)
    row.requests_per_second.setdefault(peer.name, []).append(result.requests / result.seconds)
    row.p99.setdefault(peer.name, []).append(result.p99)


def count_system_calls(
    row: report.Row, peers: list[servers.Server], tokens_of_round: load.Slice, site: servers.Site, options: argparse.Namespace
) -> None:
    segue = next((peer for peer in peers if peer.name == "segue"), None)
    if segue is None or tokens_of_round.once:
        return
    calls = measure.SystemCalls(segue.pid)
    calls.start()
    # strace slows the server, so it stays saturated with the same connections.
    result = load.run(segue.url(PATHS[row.name]), tokens_of_round, options.connections, options.seconds, site.other_cpus)
    counted = calls.stop()
    row.system_calls = sum(counted.values()) / result.requests
    row.futex_per_thousand = counted.get("futex", 0) / result.requests * 1_000


def check(peer: servers.Server, name: str, pool: Path | None) -> None:
    """Before a figure is taken: the server does the work that the row says. nginx is excepted, it checks nothing."""
    if pool is None or not peer.checks:
        return
    token = tokens.first_token(pool)
    echo = peer.url(PATHS[name].rpartition("/")[0] + "/echo")
    answers = {
        "a good token": (ask(echo, token), (200, f"user={tokens.internal_id(0)}")),
        "a tampered token": (ask(echo, tokens.tampered(token))[0], 401),
        "no token": (ask(echo, None)[0], 401),
        "a forged X-User-Id": (ask(echo, token, {"X-User-Id": "root"}), (200, f"user={tokens.internal_id(0)}")),
    }
    for what, (got, expected) in answers.items():
        if got != expected:
            raise load.RoundFailed(f"{peer.name}, row {name}, {what}: got {got}, expected {expected}")


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
