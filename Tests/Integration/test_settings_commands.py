"""`segue check`, `routes` and `flip`, as an operator meets them before anything is served."""

import json
import subprocess

import pytest

from harness.clerk import AUTHORIZED_PARTY


@pytest.fixture
def file(tmp_path):
    """A small settings file with the hand of a person in it."""
    path = tmp_path / "routes.json"
    path.write_text(
        """{
  "version": 1,

  "listen": [ { "address": "127.0.0.1:8080" } ],
  "origins": { "api": { "servers": ["http://127.0.0.1:9000"] } },
  "clerk": { "issuer": "https://clerk.app.example.com", "secretKey": "${CLERK_SECRET_KEY}", "authorizedParties": ["%s"] },
  "routes": [
    { "name": "posts",  "match": { "path": "/posts/*" },  "origin": "api", "mode": "public" },
    { "name": "rest",   "match": { "path": "/*" },        "origin": "api", "mode": "observe" }
  ]
}
"""
        % AUTHORIZED_PARTY
    )
    return path


@pytest.fixture
def segue(binary, file):
    def run(*words: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [binary, *words], capture_output=True, text=True, cwd=file.parent, env={"CLERK_SECRET_KEY": "sk_test_0123456789abcdef"}
        )

    return run


def test_a_good_file_passes(segue, file):
    assert segue("check").returncode == 0
    assert segue("check", str(file)).returncode == 0


def test_a_mistake_is_named_with_its_place_and_the_nearest_name(segue, file):
    file.write_text(file.read_text().replace('"listen"', '"lisen"'))
    result = segue("check")
    assert result.returncode == 1
    assert "routes.json:4:" in result.stderr
    assert "lisen" in result.stderr and "listen" in result.stderr


def test_every_mistake_is_reported_at_once(segue, file):
    file.write_text(file.read_text().replace('"observe"', '"obverse"').replace('"origin": "api", "mode": "public"', '"origin": "apj", "mode": "public"'))
    result = segue("check", "--json")
    assert result.returncode == 1
    assert len(json.loads(result.stdout)["errors"]) >= 2


def test_an_error_never_shows_a_secret(segue, file):
    file.write_text(file.read_text().replace("${CLERK_SECRET_KEY}", "${CLERK_SECRET_KEY} "))
    result = segue("check")
    assert "0123456789abcdef" not in result.stdout + result.stderr


def test_routes_are_listed_in_the_order_in_which_they_are_tried(segue):
    listed = json.loads(segue("routes", "--json").stdout)
    names = [route["name"] for route in (listed["routes"] if isinstance(listed, dict) else listed)]
    assert names == ["posts", "rest"]


def test_a_flip_changes_one_word_of_the_file(segue, file):
    before = file.read_text()
    assert segue("flip", "posts", "observe").returncode == 0
    assert file.read_text() == before.replace('"mode": "public"', '"mode": "observe"')


def test_a_flip_that_would_break_the_file_leaves_it_alone(segue, file):
    before = file.read_text()
    assert segue("flip", "posts", "legacy").returncode != 0, "there is no legacy entry"
    assert segue("flip", "posst", "observe").returncode != 0
    assert file.read_text() == before


@pytest.mark.parametrize("words", [["serv"], ["check", "--jsn"], ["flip", "posts"], []])
def test_a_command_line_without_sense_exits_with_2(segue, words):
    result = segue(*words)
    assert result.returncode == 2
    assert result.stderr
