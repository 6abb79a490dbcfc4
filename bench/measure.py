"""CPU time and system calls of a running server, read from the kernel."""

import os
import re
import subprocess
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def process_tree(root: int) -> list[int]:
    """The process and its descendants: a master and its workers are one server."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                # The name in parentheses may hold spaces: the parent is the second field after it.
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    tree = [root]
    for process in tree:
        tree += [child for child, parent in parents.items() if parent == process]
    return tree


def cpu_seconds(root: int) -> float:
    """User and system time of every living thread of the tree.

    `schedstat` counts nanoseconds; where the kernel has none, `stat` counts ticks of 10 ms.
    """
    total = 0.0
    for process in process_tree(root):
        for thread in Path(f"/proc/{process}/task").iterdir():
            try:
                total += int((thread / "schedstat").read_text().split()[0]) / 1e9
            except FileNotFoundError:
                fields = (thread / "stat").read_text().rpartition(")")[2].split()
                total += (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND
    return total


def resident_bytes(root: int) -> int:
    page = os.sysconf("SC_PAGE_SIZE")
    return sum(int(Path(f"/proc/{process}/statm").read_text().split()[1]) * page for process in process_tree(root))


class SystemCalls:
    """Counts the system calls of a server between `start` and `stop`, with `strace -c`."""

    def __init__(self, root: int):
        self.root = root

    def start(self) -> None:
        attach = [option for process in process_tree(self.root) for option in ("-p", str(process))]
        self.strace = subprocess.Popen(
            ["strace", "-c", "-f", "-U", "name,calls", *attach], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        )

    def stop(self) -> dict[str, int]:
        self.strace.send_signal(2)
        _, summary = self.strace.communicate(timeout=20)
        rows = re.findall(r"^(\w+)\s+(\d+)\s*$", summary, re.MULTILINE)
        return {name: int(calls) for name, calls in rows if name != "total"}
