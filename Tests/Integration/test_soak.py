"""Ten minutes of everything at once under full load: no failed request, and memory that does not grow."""

import json
import random
import re
import statistics
import subprocess
import threading
from pathlib import Path

import pytest

from harness import legacy
from harness.crowd import CrowdProcess
from harness.fast_origin import FastOrigin
from harness.gateway import IS_SANITIZED, settings
from harness.users import PostgresUsers

SECONDS = 600
PEOPLE, TOKENS, WARM_UP = 100, 2_000, 20
SCRIPT = Path(__file__).parent / "harness/requests.lua"


def requests(clerk, users: PostgresUsers, file: Path) -> None:
    """Of a hundred people: Clerk's tokens, old tokens and old sessions, and of nobody."""
    lines = []
    for number in range(PEOPLE):
        link = clerk.add_user(f"soak-{number}@example.com")
        user = users.add(f"soak-{number}@example.com", clerk_user_id=link)
        session = users.add_session(user)
        lifetime = SECONDS + 300
        for one in range(TOKENS // PEOPLE // 4):
            lines.append(f"/clerk/{number}\tAuthorization\tBearer {clerk.token(link, lifetime=lifetime)}")
            lines.append(f"/legacy/{number}\tAuthorization\tBearer {legacy.token(user, lifetime=lifetime)}")
            lines.append(f"/dual/{number}?page={one}\tCookie\tsession_token={session}")
            lines.append(f"/public/{number}\tAccept\ttext/plain")
    random.Random(1).shuffle(lines)
    file.write_text("\n".join(lines) + "\n")


def relay(gateway, file: Path, seconds: int) -> int:
    """How many requests were answered, each of them well."""
    command = ["wrk", "-t1", "-c64", f"-d{seconds}s", "-s", str(SCRIPT), gateway.url, "--", str(file)]
    output = subprocess.run(command, capture_output=True, text=True).stdout
    assert "Socket errors" not in output and "Non-2xx" not in output, output
    return int(re.search(r"(\d+) requests in", output).group(1))


class Every:
    """`with Every(3, act):` – acts every three seconds, on a thread of its own."""

    def __init__(self, seconds: float, act):
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run, args=(seconds, act), daemon=True)

    def run(self, seconds: float, act) -> None:
        while not self.over.wait(seconds):
            act()

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()


@pytest.mark.soak
@pytest.mark.timeout(SECONDS + 300)
def test_ten_minutes_of_everything_on_two_workers(start_gateway, clerk, postgres, tmp_path, logs, capsys):
    users, file, sizes = PostgresUsers(postgres), tmp_path / "requests", []
    requests(clerk, users, file)
    bad = clerk.token(next(iter(clerk.users)), lifetime=SECONDS + 300)
    with FastOrigin(tmp_path, logs) as origin:
        gateway = start_gateway(settings(origin.url, clerk, users) | {"workers": 2, "log": {"access": False}}, clerk, users)

        def reload() -> None:
            """Settings that differ: a new generation of everything that is made of them."""
            idle = 60 + len(sizes) % 7
            gateway.write(json.dumps(gateway.settings | {"limits": {"idleSeconds": idle}}))

        with (
            CrowdProcess(gateway.port, 20, "bad_tokens", "/clerk/x", bad, 2, pause=0.5),
            CrowdProcess(gateway.port, 100, "endless_head"),
            Every(3, reload),
        ):
            # Until everything has its size: caches, buffers, connections. What grows from there on is a leak.
            relay(gateway, file, WARM_UP)
            with Every(SECONDS / 200, lambda: sizes.append(gateway.process.resident_bytes())):
                count = relay(gateway, file, SECONDS)
        assert gateway.metric("segue_config_last_reload_successful") == 1
    first, last = (statistics.mean(fifth) for fifth in (sizes[: len(sizes) // 5], sizes[-len(sizes) // 5 :]))
    with capsys.disabled():
        print(f"\n{count} requests; resident: first fifth {first / 2**20:.1f} MiB, last fifth {last / 2**20:.1f} MiB ({last / first:.3f})")
    assert IS_SANITIZED or abs(last / first - 1) <= 0.05, [size >> 10 for size in sizes]
