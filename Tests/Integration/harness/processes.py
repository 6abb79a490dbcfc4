"""A process under test: started, watched, measured and stopped; what it says goes to a file that is searched for secrets."""

import os
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition: Callable[[], T], what: str, seconds: float = 30) -> T:
    """The first true value of the condition; fails with `what` did not happen."""
    deadline = time.monotonic() + seconds
    while True:
        if value := condition():
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.02)


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


class Process:
    def __init__(self, command: list[str], log: Path, environment: dict[str, str] | None = None, folder: Path | None = None):
        self.command, self.log, self.environment, self.folder = command, log, environment, folder
        self.running: subprocess.Popen | None = None

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.running = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=self.folder,
                env=os.environ | (self.environment or {}),
            )  # fmt: skip

    @property
    def pid(self) -> int:
        assert self.running
        return self.running.pid

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def is_running(self) -> bool:
        return self.running is not None and self.running.poll() is None

    def wait_listening(self, port: int, seconds: float = 20) -> None:
        def ready() -> bool:
            assert self.is_running(), f"{self.command[0]} ended at its start:\n{self.output[-4000:]}"
            return listens(port)

        wait_until(ready, f"{self.command[0]} listens on {port}", seconds)

    def send(self, number: signal.Signals) -> None:
        assert self.running
        self.running.send_signal(number)

    def wait(self, seconds: float = 20) -> int:
        assert self.running
        return self.running.wait(timeout=seconds)

    def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = 20) -> int | None:
        """Its exit code; a process that does not end is killed, and that is the caller's to notice."""
        if self.running is None:
            return None
        if self.is_running():
            self.send(number)
            try:
                self.wait(seconds)
            except subprocess.TimeoutExpired:
                self.running.kill()
                self.wait()
        return self.running.returncode

    def keep_to(self, processors: set[int]) -> None:
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            os.sched_setaffinity(int(thread), processors)

    def limit_files(self, count: int) -> None:
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, (count, count))

    @property
    def files_max(self) -> int:
        return resource.prlimit(self.pid, resource.RLIMIT_NOFILE)[0]

    def open_files(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def resident_bytes(self) -> int:
        fields = Path(f"/proc/{self.pid}/statm").read_text().split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")

    def highest_resident_bytes(self) -> int:
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024
