"""Comes last: no log, metric or error of the whole run contains any of the secrets that it used."""

from harness import leaks


def test_nothing_that_was_written_contains_a_secret(logs):
    assert any(logs.iterdir()), "there is nothing to search"
    found = leaks.found_in(logs)
    assert not found, f"{len(found)} leaks, of {leaks.registered()} secrets:\n" + "\n".join(found[:20])
