"""What holds of every example: its settings pass, its application starts behind them, and day one changes nothing. Their stories are in test_example_….py."""

import pytest

from harness.example import EXAMPLES, NAMES, Example


@pytest.mark.parametrize("name", NAMES)
def test_the_settings_of_an_example_pass_and_nothing_is_decided_on_its_first_day(postgres, tmp_path, logs, name):
    with Example(name, postgres, tmp_path, logs) as example:
        example.segue("check")
        example.serve()
        assert set(example.modes().values()) <= {"observe", "public"}
        example.assert_unchanged("/")
        example.assert_unchanged("/openapi.json")


def test_every_example_is_in_the_guide():
    guide = (EXAMPLES / "README.md").read_text()
    for folder in sorted(file.parent.name for file in EXAMPLES.glob("*/routes.json")):
        assert f"({folder}/README.md)" in guide and (EXAMPLES / folder / "README.md").exists()
