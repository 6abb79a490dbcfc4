"""Good traffic beside bad, in full size: it waits at most twice as long as alone, and the crowd's memory comes back.

One worker, on a processor of its own: a second would take half of the crowd, and share a small machine with its clients. Measured is
while the crowd is there, where thousands a second may be sent away and come again, and not its first coming.
"""

import time

import pytest

from harness import legacy
from harness.crowd import CrowdProcess
from harness.fast_origin import FastOrigin
from harness.gateway import IS_SANITIZED, route, settings
from harness.good_traffic import Comparison, elsewhere, p99
from harness.processes import wait_until
from harness.users import PostgresUsers

pytestmark = [pytest.mark.soak, pytest.mark.timeout(600)]

SLOW, BAD_PER_SECOND = 10_000, 5_000
ROUNDS, SLICES = 2, 3
#: What may stay when a crowd has gone.
REST_BYTES = 16 << 20


@pytest.fixture(scope="module")
def users(postgres):
    return PostgresUsers(postgres)


@pytest.fixture
def busy(start_gateway, clerk, users, tmp_path, logs):
    """A gateway with room for the crowd, in front of an origin that has two names: what is read slowly has connections of its own."""
    with elsewhere() as own, FastOrigin(tmp_path, logs) as origin:
        made = settings(origin.url, clerk, users)
        made |= {"workers": 1, "log": {"access": False}, "limits": {"connections": 2 * SLOW}}
        # Ten thousand ask at once, and each is to get its page: they wait for its few connections, none is sent away.
        made["origins"]["pages"] = {"servers": [origin.url], "waiting": SLOW, "timeouts": {"connectSeconds": 60}}
        made["routes"].insert(0, route("public", name="pages", match={"path": "/public/page"}, origin="pages"))
        gateway = start_gateway(made, clerk, users)
        gateway.process.keep_to(own)
        yield gateway


@pytest.fixture
def person(clerk, users, request):
    """A Clerk user who is linked, and her id."""
    address = f"{request.node.name}@example.com".replace("[", "-").replace("]", "")
    link = clerk.add_user(address)
    return link, users.add(address, clerk_user_id=link)


@pytest.fixture
def compare(busy, clerk, person, capsys):
    """Measures a person's requests alone and beside a crowd, and says what came out."""

    def slices() -> list[int]:
        return [p99(f"{busy.url}/clerk/x", clerk.token(person[0])) for _ in range(SLICES)]

    def measure(what: str, crowd, is_there, meanwhile=lambda: None) -> None:
        comparison = Comparison(what)
        p99(f"{busy.url}/clerk/x", clerk.token(person[0]))
        for _ in range(ROUNDS):
            comparison.alone += slices()
            with crowd():
                wait_until(is_there, "the crowd is there", seconds=60)
                p99(f"{busy.url}/clerk/x", clerk.token(person[0]))
                meanwhile()
                comparison.beside += slices()
                meanwhile()
            wait_until(lambda: busy.metric("segue_connections_open") <= 1, "nothing of it is left", seconds=60)
            comparison.alone += slices()
        with capsys.disabled():
            print(f"\n{comparison}")
        assert IS_SANITIZED or comparison.ratio <= 2, str(comparison)

    return measure


@pytest.mark.parametrize(
    ("script", "arguments", "reads", "bytes_each"),
    [
        ("endless_head", (), True, 8 << 10),
        ("endless_content", (), True, 16 << 10),
        # Of a page that the client does not read, what the kernel has no room for waits in memory that grows by doubling.
        ("unread_answers", ("/public/page",), False, 160 << 10),
    ],
    ids=["heads", "contents", "readers"],
)
def test_ten_thousand_slow_clients(busy, compare, capsys, request, script, arguments, reads, bytes_each):
    before, refused = busy.process.resident_bytes(), busy.metric("segue_refusals_total")
    most = 0

    def more() -> int:
        return busy.process.resident_bytes() - before

    def weigh() -> None:
        nonlocal most
        most = max(most, more())

    compare(
        f"{SLOW} slow {request.node.callspec.id}", lambda: CrowdProcess(busy.port, SLOW, script, *arguments, reads=reads),
        lambda: busy.metric("segue_connections_open") >= SLOW * 0.9, weigh,
    )  # fmt: skip
    if not reads:
        assert busy.metric("segue_refusals_total") == refused, "each got its page through the few connections to the origin"
    if IS_SANITIZED:
        return
    wait_until(lambda: more() < REST_BYTES, "its memory is given back", seconds=30)
    with capsys.disabled():
        print(f"{most >> 20} MiB more while they are there, {more() >> 20} MiB afterwards")
    assert most < SLOW * bytes_each


@pytest.mark.parametrize("mode", ["clerk", "legacy"])
def test_five_thousand_bad_tokens_a_second(busy, clerk, person, compare, mode):
    token = clerk.token(person[0], lifetime=600) if mode == "clerk" else legacy.token(person[1])
    seen = [0.0, 0.0]

    def refused() -> float:
        return busy.metric("segue_refusals_total")

    def meanwhile() -> None:
        """Called in pairs: how many came between the two."""
        if seen[0]:
            rate = (refused() - seen[0]) / (time.monotonic() - seen[1])
            assert IS_SANITIZED or rate >= BAD_PER_SECOND, f"only {rate:.0f} bad tokens a second came"
            seen[:] = [0.0, 0.0]
        else:
            seen[:] = [refused(), time.monotonic()]

    before = refused()
    compare(
        f"{BAD_PER_SECOND} bad tokens a second ({mode})",
        lambda: CrowdProcess(busy.port, 62, "bad_tokens", f"/{mode}/x", token, 5, pause=0.05),
        lambda: refused() - before > BAD_PER_SECOND, meanwhile,
    )  # fmt: skip
