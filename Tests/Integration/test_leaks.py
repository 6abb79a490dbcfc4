"""No log, metric or error of a run contains any of the secrets that it used: conftest.py searches them when all processes have
ended. That the search finds what is there is shown here."""

import pytest

from harness import leaks


def test_the_search_would_find_a_leak(tmp_path):
    planted = leaks.token("eyJhbGciOiJIUzI1NiJ9.planted-claims-0123456789.planted-signature-0123456789", "a planted token")
    (tmp_path / "some.log").write_text(f"request refused: {planted}\n")
    with pytest.raises(AssertionError, match="^2 leaks"):  # its claims and its signature
        leaks.search(tmp_path)
