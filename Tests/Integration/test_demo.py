"""`segue demo`, as `make demo` runs it: every step is named and holds, and nothing stays behind."""

import os
import re
import signal
import subprocess
from pathlib import Path

import httpx
import pytest

from harness.processes import Process, wait_until

ROOT = Path(__file__).parents[2]

STEPS = [
    "A legacy JWT arrives as the right X-User-Id",
    "A session cookie arrives as the same X-User-Id",
    "The first Clerk session is linked, and arrives as the same X-User-Id",
    "A second Clerk user with the same e-mail address cannot take that row",
    "Forged identity fields never arrive, however they are spelled",
    "A tampered token is refused with 401",
    "user_id= in the query is replaced by the caller's own id",
    "A route flips by an edit of the file, without a restart",
    "The migration status counts the linked user",
]


@pytest.fixture
def demo(binary: Path, tmp_path: Path):
    """Starts the demo, with its temporary folder in ours."""
    started: list[Process] = []

    def start(*words: str) -> Process:
        # Variables of another Clerk instance must not get in.
        foreign = {"TMPDIR": str(tmp_path), "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY": "pk_test_b3RoZXIuZXhhbXBsZS5jb20k"}
        started.append(Process([str(binary), "demo", *words], tmp_path / "demo.log", foreign, folder=ROOT))
        started[-1].start()
        return started[-1]

    yield start
    for process in started:
        process.stop()


def children(process: Process) -> list[int]:
    return [int(number) for number in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def left_behind(tmp_path: Path) -> list[Path]:
    return list(tmp_path.glob("segue-demo-*"))


def test_every_step_is_named_and_holds(demo, tmp_path):
    before = (ROOT / "routes.json").read_bytes()
    process = demo()
    assert process.wait(60) == 0, process.output
    headings = [line for line in process.output.splitlines() if re.match(r"\d\. ", line)]
    assert headings == [f"{number}. {step}" for number, step in enumerate(STEPS, 1)]
    for heading in headings:
        assert f"[ok] {heading}" in process.output
    assert "[FAILED]" not in process.output
    assert process.output.isascii() and "\x1b" not in process.output
    assert left_behind(tmp_path) == []
    assert (ROOT / "routes.json").read_bytes() == before, "the demo flips a route in a copy"


def test_a_step_that_does_not_hold_fails_the_demo(binary, tmp_path):
    settings = (ROOT / "routes.json").read_text().replace('"set": { "query"', '"require": { "query"')
    changed = tmp_path / "changed.json"
    changed.write_text(settings)
    result = subprocess.run(
        [binary, "demo", changed], capture_output=True, text=True, timeout=60, env=os.environ | {"TMPDIR": str(tmp_path)}
    )
    assert result.returncode == 1, result.stdout + result.stderr
    assert re.findall(r"^\[FAILED\] (\d)", result.stdout, re.M) == ["7"]
    assert "Not every step held" in result.stdout
    assert left_behind(tmp_path) == []


def test_settings_with_a_mistake_end_it(binary, tmp_path):
    broken = tmp_path / "broken.json"
    broken.write_text((ROOT / "routes.json").read_text().replace('"mode": "clerk"', '"mode": "clark"'))
    result = subprocess.run(
        [binary, "demo", broken], capture_output=True, text=True, timeout=60, env=os.environ | {"TMPDIR": str(tmp_path)}
    )
    assert result.returncode == 1
    assert "clark" in result.stderr
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_can_be_kept_and_used_until_it_is_told_to_end(demo, tmp_path, number):
    process = demo("--keep")
    wait_until(lambda: "until Ctrl-C" in process.output and "admin/migration-status -H" in process.output, "the demo is kept", 60)
    [gateway] = children(process)
    url = re.search(r"gateway +(http://\S+)\n", process.output)[1]
    cookie = re.search(r"-b session_token=(\S+)", process.output)[1]
    answer = httpx.get(f"{url}/api/scheduled-posts/7", cookies={"session_token": cookie}, trust_env=False)
    assert answer.status_code == 200 and "X-User-Id" in dict(answer.json()["fields"])
    assert process.stop(number) == 0
    assert not is_running(gateway)
    assert left_behind(tmp_path) == []


def test_the_gateway_ends_with_a_demo_that_is_killed(demo):
    process = demo("--keep")
    wait_until(lambda: "until Ctrl-C" in process.output, "the demo is kept", 60)
    [gateway] = children(process)
    process.stop(signal.SIGKILL)
    wait_until(lambda: not is_running(gateway), "the gateway has ended")
