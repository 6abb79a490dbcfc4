"""What can be known about the image without a Docker engine."""

import re
import shlex
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: In every debian:12-slim.
IN_THE_BASE = {"libc6", "libgcc-s1"}


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    return [tuple(line.split(None, 1)) for line in text.splitlines() if line.strip()]


def installed_packages(stage: int) -> set[str]:
    """What `apt-get install` of one stage names."""
    stages: list[list[str]] = []
    for word, rest in instructions():
        if word == "FROM":
            stages.append([])
        elif word == "RUN":
            stages[-1].append(rest)
    [command] = re.findall(r"apt-get install ([^&]*)", " ".join(stages[stage]))
    return {word for word in shlex.split(command) if not word.startswith("--")}


def package_of(library: str) -> str:
    # Debian's index may know the file with or without /usr (its directories are merged).
    found = subprocess.run(["dpkg", "--search", f"*/{library}"], capture_output=True, text=True).stdout
    return found.partition(":")[0]


def test_everything_that_is_copied_exists_and_is_not_ignored():
    ignored = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert ignored[0] == "*", "the context is closed but for what is named"
    open_again = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    copied = [rest.split()[0] for word, rest in instructions() if word == "COPY" and not rest.startswith("--from")]
    assert copied
    for source in copied:
        assert (ROOT / source).exists(), source
        assert any(fnmatch(source.removeprefix("./"), name) for name in open_again), f"{source} is ignored"


def test_every_shared_library_of_the_binary_is_in_the_image_and_none_else(binary):
    dynamic = subprocess.run(["readelf", "--dynamic", binary], capture_output=True, text=True, check=True).stdout
    needed = {package_of(name) for name in re.findall(r"NEEDED.*\[([^\]]+)\]", dynamic)}
    assert "" not in needed
    assert needed - IN_THE_BASE == installed_packages(1) - {"ca-certificates"}


def test_what_the_build_needs_is_what_bootstrap_installs():
    bootstrap = {
        package
        for line in (ROOT / "scripts/bootstrap").read_text().splitlines()
        if line.startswith("build|")
        for package in [line.split("|")[1]]
    }
    assert installed_packages(0) == bootstrap


def test_it_does_not_run_as_root_and_tells_its_health():
    by_word = dict(instructions())
    assert by_word["USER"] == "65532:65532"
    assert '"segue", "healthcheck"' in by_word["HEALTHCHECK"]


def test_it_links_no_swift_library(binary):
    """The image has no Swift runtime: the standard library is inside the binary."""
    found = subprocess.run(["ldd", binary], capture_output=True, text=True, check=True).stdout
    assert "libswift" not in found
    assert "not found" not in found


@pytest.mark.parametrize("word", ["serve", "healthcheck"])
def test_the_commands_that_the_image_runs_exist(binary, word):
    assert subprocess.run([binary, word, "--help"], capture_output=True).returncode == 0
