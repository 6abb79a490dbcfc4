"""Fixtures: what a test may ask for. Everything here is a real process or a real socket on loopback."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from harness import gateway as gateways, leaks  # noqa: E402
from harness.clerk import FakeClerk  # noqa: E402
from harness.emulator import Emulator  # noqa: E402
from harness.gateway import Gateway  # noqa: E402
from harness.postgres import Postgres  # noqa: E402
from harness.processes import Process, free_port  # noqa: E402
from harness.recording import RecordingOrigin  # noqa: E402
from harness.users import PostgresUsers, SQLiteUsers, Users  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def logs(tmp_path_factory):
    """What every process of the run said. When all have ended, it must contain none of the secrets that they were given."""
    folder = tmp_path_factory.mktemp("logs")
    yield folder
    leaks.search(folder)


@pytest.fixture(scope="session")
def binary() -> Path:
    if not gateways.BINARY.exists():
        pytest.fail(f"there is no {gateways.BINARY}: make build, or set SEGUE_BINARY")
    return gateways.BINARY


@pytest.fixture(scope="session")
def postgres(logs: Path):
    server = Postgres(logs / "postgres.log")
    yield server
    server.remove()


@pytest.fixture(scope="session")
def origin(logs: Path):
    """The FastAPI application; its URL."""
    port = free_port()
    command = [
        sys.executable, "-m", "uvicorn", "harness.origin_app:app", "--host", "127.0.0.1", "--port", str(port),
        "--no-access-log", "--log-level", "warning", "--timeout-keep-alive", "60",
    ]  # fmt: skip
    process = Process(command, logs / "origin.log", folder=Path(__file__).parent)
    process.start()
    process.wait_listening(port)
    yield f"http://127.0.0.1:{port}"
    process.stop()


@pytest.fixture
def recording_origin():
    made: list[RecordingOrigin] = []

    def make(*arguments, **more) -> RecordingOrigin:
        made.append(RecordingOrigin(*arguments, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture(scope="module")
def clerk():
    instance = FakeClerk()
    yield instance
    instance.go_away()
    assert not instance.faults, "\n".join(instance.faults)


@pytest.fixture(scope="module")
def emulator(binary: Path, logs: Path, request):
    """`segue emulate`; at its end every exchange with it must have been as our description of Clerk's API says."""
    running = Emulator(binary, logs / f"emulator-{request.module.__name__}.log")
    running.start()
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def users(request, tmp_path_factory) -> Users:
    """The application's tables, once in each kind of database that Segue knows."""
    if request.param == "postgres":
        return PostgresUsers(request.getfixturevalue("postgres"))
    return SQLiteUsers(tmp_path_factory.mktemp("users") / "users.sqlite")


@pytest.fixture(scope="module")
def start_gateway(binary: Path, tmp_path_factory, logs: Path):
    """Makes a gateway from settings, applies Segue's schema where there is a directory, and starts it."""
    started: list[Gateway] = []

    def start(
        made: dict, clerk: FakeClerk | None = None, users: Users | None = None, *, serve: bool = True,
        environment: dict[str, str] | None = None,
    ) -> Gateway:
        gateway = Gateway(tmp_path_factory.mktemp("gateway"), logs, clerk, users)
        gateway.environment.update(environment or {})
        gateway.configure(made)
        if users:
            gateway.apply_schema()
        started.append(gateway)
        if serve:
            gateway.start()
        return gateway

    yield start
    codes = [(gateway.number, gateway.stop()) for gateway in started]
    assert all(code in (0, None) for _, code in codes), f"a gateway did not end well: {codes}"


@pytest.fixture(scope="module")
def gateway(start_gateway, origin: str, clerk: FakeClerk, users: Users) -> Gateway:
    """One gateway for the tests of a file: every mode, FastAPI behind it."""
    return start_gateway(gateways.settings(origin, clerk, users), clerk, users)


@pytest.fixture(scope="module")
def relay(start_gateway, origin: str) -> Gateway:
    """A gateway that only relays, in front of the FastAPI origin."""
    return start_gateway(gateways.settings(origin))


@pytest.fixture
def relay_to(start_gateway):
    """A gateway that only relays, in front of an origin of the test's own."""

    def start(origin: RecordingOrigin | str, **changes: object) -> Gateway:
        return start_gateway(gateways.settings(origin if isinstance(origin, str) else origin.url) | changes)

    return start
