"""Ten minutes of relay under load: no failed request, and memory that does not grow."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from harness.gateway import settings
from harness.processes import free_port

sys.path.append(str(Path(__file__).parents[2] / "bench"))

MINUTES = 10


@pytest.mark.soak
@pytest.mark.timeout(MINUTES * 60 + 120)
def test_ten_minutes_of_relay_on_two_workers(start_gateway, tmp_path):
    import servers
    import tokens

    origin = servers.Origin(servers.Site(tmp_path, tokens.Mint(tmp_path / "mint"), free_port(), None, None))
    origin.start()
    try:
        gateway = start_gateway(settings(f"http://127.0.0.1:{origin.port}") | {"workers": 2, "log": {"access": False}})
        sizes: list[int] = []
        over = threading.Event()

        def watch() -> None:
            while not over.wait(30):
                sizes.append(gateway.process.resident_bytes())

        watching = threading.Thread(target=watch)
        watching.start()
        result = subprocess.run(
            ["wrk", "-t1", "-c64", f"-d{MINUTES * 60}s", f"{gateway.url}/public/x"], capture_output=True, text=True
        )
        over.set()
        watching.join()
    finally:
        origin.stop()
    assert "Socket errors" not in result.stdout and "Non-2xx" not in result.stdout, result.stdout
    # After the first half minute everything has its size; what grows from there on is a leak.
    assert sizes[-1] - sizes[0] < 4 << 20, [size >> 10 for size in sizes]
