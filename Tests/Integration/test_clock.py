"""The system's clock is set while the gateway runs: forwards, as after a sleep of the machine, and backwards."""

import os
from pathlib import Path

import pytest

from harness import legacy
from harness.clerk import identifier
from harness.gateway import settings
from harness.processes import wait_until
from harness.users import PostgresUsers

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
HOUR = 3600


class SetClock:
    """The wall clock of one process, by libfaketime; its monotonic clock stays the system's."""

    def __init__(self, gateway, folder: Path):
        self.file = folder / "clock"
        self.set(0)
        # The library sets a variable where it is loaded first, which moves the environment, next to which Swift looks for the
        # arguments: so that is done in another program, which goes on as ours.
        gateway.process.command.insert(0, "env")
        gateway.process.environment |= {
            "LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }  # fmt: skip

    def set(self, seconds: int) -> None:
        draft = self.file.with_suffix(".draft")
        draft.write_text(f"{seconds:+d}s\n")
        os.replace(draft, self.file)


@pytest.fixture(scope="module")
def users(postgres):
    return PostgresUsers(postgres)


@pytest.fixture
def clocked(start_gateway, origin, clerk, users, tmp_path):
    assert LIBRARY, "no libfaketime: scripts/bootstrap test installs it"
    made = settings(origin, clerk, users)
    # One worker: another would not have remembered.
    made["workers"] = 1
    made["legacy"][1]["cacheSeconds"] = 2
    gateway = start_gateway(made, clerk, users, serve=False)
    clock = SetClock(gateway, tmp_path)
    gateway.start()
    return gateway, clock


def test_set_back_it_forgets_what_it_would_believe_for_too_long(clocked, users):
    gateway, clock = clocked
    user = users.add("ada@example.com")
    session = users.add_session(user)
    assert gateway.get("/legacy/x", cookies={"session_token": session}).status_code == 200
    clock.set(-HOUR)
    users.execute(f"DELETE FROM sessions WHERE token = '{session}'")
    refused = lambda: gateway.get("/legacy/x", cookies={"session_token": session}).status_code == 401  # noqa: E731
    wait_until(refused, "a session that was ended is not believed for an hour", seconds=15)
    assert gateway.metric("segue_clock_steps_total") >= 1


def test_set_forwards_and_back_it_goes_on_and_judges_by_the_time_that_it_is(clocked, clerk, users):
    gateway, clock = clocked
    link = identifier("user")
    user = users.add("bob@example.com", clerk_user_id=link)
    old, new = legacy.token(user, lifetime=HOUR // 2), clerk.token(link)
    for _ in range(3):
        assert gateway.get("/legacy/x", bearer=old).status_code == 200
        assert gateway.get("/clerk/x", bearer=new).status_code == 200
        clock.set(HOUR)
        expired = lambda: gateway.get("/legacy/x", bearer=old).status_code == 401  # noqa: E731
        wait_until(expired, "a token that is over is refused, remembered or not")
        assert gateway.get("/clerk/x", bearer=new).json()["code"] == "token_expired"
        assert gateway.admin("/readyz")[0] == 200 and gateway.get("/public/x").status_code == 200
        clock.set(0)
        wait_until(lambda: gateway.get("/legacy/x", bearer=old).status_code == 200, "and passes when the clock is right again")
