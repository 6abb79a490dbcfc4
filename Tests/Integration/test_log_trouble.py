"""What becomes of requests when their log cannot be written: nothing."""

import os
import signal
import subprocess

import pytest

from harness.gateway import settings
from harness.load import Load
from harness.processes import wait_until


@pytest.fixture
def logging_to(start_gateway, origin):
    """A gateway whose standard output is this descriptor."""

    def start(output: int):
        gateway = start_gateway(settings(origin), serve=False)
        process = gateway.process
        process.running = subprocess.Popen(
            process.command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.DEVNULL,
            env=os.environ | process.environment,
        )  # fmt: skip
        process.wait_listening(gateway.port)
        return gateway

    return start


def under_load(gateway) -> None:
    """More lines than any pipe and the queue hold: 4 MiB at some 400 bytes."""
    padding = "x" * 4000
    with Load(lambda client, _: client.get(f"{gateway.url}/public/{padding}"), threads=4) as load:
        wait_until(lambda: gateway.metric("segue_log_dropped_total") > 0, "lines are dropped", seconds=60)
    assert load.statuses() == {200}, load.outcomes


def test_a_pipe_that_nobody_reads_stalls_no_request_and_no_end(logging_to):
    reader, writer = os.pipe()
    try:
        gateway = logging_to(writer)
        under_load(gateway)
        gateway.process.send(signal.SIGTERM)
        assert gateway.process.wait(seconds=20) == 0
    finally:
        os.close(writer)
        os.close(reader)


def test_a_pipe_that_is_read_again_is_written_again_in_whole_lines(logging_to):
    reader, writer = os.pipe()
    try:
        gateway = logging_to(writer)
        under_load(gateway)
        os.close(writer)
        writer = -1
        gateway.process.send(signal.SIGTERM)
        with os.fdopen(reader, "rb") as pipe:
            reader = -1
            lines = pipe.read().splitlines()
        assert gateway.process.wait() == 0
        assert all(line.startswith(b"{") and line.endswith(b"}") for line in lines)
        assert b'"stopped"' in lines[-1]
    finally:
        for descriptor in (reader, writer):
            if descriptor >= 0:
                os.close(descriptor)


def test_a_full_disk_costs_lines_and_nothing_else(logging_to):
    """Every write to /dev/full fails with ENOSPC."""
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        gateway = logging_to(full)
        for _ in range(50):
            assert gateway.get("/public/x").status_code == 200
        wait_until(lambda: gateway.metric("segue_log_dropped_total") > 0, "the lost lines are counted")
        gateway.process.send(signal.SIGTERM)
        assert gateway.process.wait() == 0
    finally:
        os.close(full)
