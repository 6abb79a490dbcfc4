"""Comes last: no log, metric or error of the whole run contains any of the secrets that it used."""

import pytest

from harness import leaks


def test_the_search_would_find_a_leak(tmp_path):
    planted = leaks.token("eyJhbGciOiJIUzI1NiJ9.planted-claims-0123456789.planted-signature-0123456789", "a planted token")
    (tmp_path / "some.log").write_text(f"request refused: {planted}\n")
    assert len(leaks.found_in(tmp_path)) == 2, "its claims and its signature"


def test_nothing_that_was_written_contains_a_secret(logs):
    written = sum(file.stat().st_size for file in logs.iterdir())
    if not written:
        pytest.skip("no process ran, so there is nothing to search")
    found = leaks.found_in(logs)
    assert not found, f"{len(found)} leaks, of {leaks.registered()} secrets in {written} bytes:\n" + "\n".join(found[:20])
