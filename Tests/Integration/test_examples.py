"""What holds of every example: its settings pass, its application starts behind them, and day one changes nothing. Their stories are in test_example_….py."""

import os
import signal
import subprocess
import sys

import pytest

from harness.example import EXAMPLES, NAMES, Example
from harness.processes import free_port


@pytest.mark.parametrize("name", NAMES)
def test_the_settings_of_an_example_pass_and_nothing_is_decided_on_its_first_day(postgres, tmp_path, logs, name):
    with Example(name, postgres, tmp_path, logs) as example:
        example.segue("check")
        example.serve()
        assert set(example.modes().values()) <= {"observe", "public", "deny"}
        example.assert_unchanged("/")
        example.assert_unchanged("/openapi.json")


def test_every_example_is_in_the_guide():
    guide = (EXAMPLES / "README.md").read_text()
    for folder in sorted(file.parent.name for file in EXAMPLES.glob("*/routes.json")):
        assert f"({folder}/README.md)" in guide and (EXAMPLES / folder / "README.md").exists()


def test_an_example_can_be_followed_by_hand(binary):
    """What `make example` starts and prints, the commands of the guide, and Ctrl-C."""
    port = free_port()
    running = subprocess.Popen(
        [sys.executable, EXAMPLES / "run.py", "tellmemore", str(port)], stdout=subprocess.PIPE, text=True, start_new_session=True,
        env=os.environ | {"SEGUE_BINARY": str(binary)},
    )  # fmt: skip
    assert running.stdout
    try:
        printed = []
        while not printed or "Paste the above" not in printed[-1]:
            line = running.stdout.readline()
            assert line, "it ended"
            printed.append(line)
        [commands] = (EXAMPLES / "README.md").read_text().split("```sh\n")[1:]
        script = "shopt -s expand_aliases\n" + "".join(printed) + "set -e\n" + commands.partition("```")[0].replace("8080", str(port))
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60)
        assert "HTTP/1.1 200 OK" in done.stdout and "Question 1 of" in done.stdout, done.stdout + done.stderr
        # Whoever has signed in stays.
        assert (done.returncode, "left as they are: 2" in done.stderr) == (3, True), done.stderr
    finally:
        os.killpg(running.pid, signal.SIGINT)
        assert running.wait(timeout=30) == 0
