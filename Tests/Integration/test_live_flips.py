"""Flips while Segue runs: set in the directory, followed by every replica, dropped when the file has moved on; and canaries."""

import copy
import json
import os
import subprocess
import time

import pytest

from harness import legacy
from harness.gateway import ADMIN_TOKEN, BINARY, seen, settings
from harness.processes import free_port, wait_until


@pytest.fixture
def gateway(start_gateway, origin, clerk, users):
    made = settings(origin, clerk, users)
    made["directory"]["users"]["passwordHash"] = "hashed_password"
    made["login"] = {"callback": "/sign-in"}
    return start_gateway(made, clerk, users)


@pytest.fixture
def replica(start_gateway, gateway, clerk, users):
    made = copy.deepcopy(gateway.settings)
    made["listen"] = [{"address": f"127.0.0.1:{free_port()}"}]
    made["admin"]["address"] = f"127.0.0.1:{free_port()}"
    return start_gateway(made, clerk, users)


def flip(gateway, *words: str, code: int = 0) -> str:
    result = subprocess.run(
        [str(BINARY), "flip", *words], capture_output=True, text=True, timeout=60, env=os.environ | gateway.environment
    )
    assert result.returncode == code, result.stdout + result.stderr
    return result.stdout + result.stderr


def live(gateway, route: str, mode: str, *words: str, **options: int) -> str:
    return flip(gateway, route, mode, str(gateway.file), "--live", *words, **options)


def report(gateway, name: str) -> dict:
    [route] = [route for route in json.loads(gateway.admin("/readyz")[1])["routes"] if route["name"] == name]
    return route


def mode(gateway, name: str) -> str:
    return report(gateway, name)["mode"]


def log_of(gateway) -> str:
    return gateway.process.log.read_text()


def follows(gateway, name: str, expected: str, seconds: float = 1.0) -> None:
    """Within a second; a machine that is busy with other tests gets a little more."""
    begun = time.monotonic()
    wait_until(lambda: mode(gateway, name) == expected, f"{name} is in mode {expected}")
    assert time.monotonic() - begun < seconds + 4


def test_every_replica_follows_a_live_flip_and_its_end(gateway, replica, users):
    user = users.add("live-flip@example.com")
    token = legacy.token(user)
    for one in (gateway, replica):
        assert one.get("/dual/x", bearer=token).status_code == 200
    said = live(gateway, "dual", "clerk", "--actor", "ada")
    assert "live" in said and "segue flip dual dual" in said
    for one in (gateway, replica):
        follows(one, "dual", "clerk")
        wait_until(lambda one=one: one.get("/dual/x", bearer=token).status_code == 401, "the flip is in force")
        route = report(one, "dual")
        assert route["file"] == "dual" and route["override"]["mode"] == "clerk" and route["override"]["actor"] == "ada"
        assert one.metric("segue_route_mode_info", route="dual", mode="clerk") == 1
        assert one.metric("segue_route_override_info", route="dual", base="dual") == 1
        assert "a route was flipped live" in log_of(one)
    assert "clerk (live; file: dual)" in gateway.run("routes").stdout
    [shown] = [route for route in json.loads(gateway.run("routes", "--json").stdout)["routes"] if route["name"] == "dual"]
    assert (shown["mode"], shown["file"], shown["override"]["actor"]) == ("clerk", "dual", "ada")
    assert json.loads(gateway.file.read_text()) == gateway.settings
    live(gateway, "dual", "dual")
    for one in (gateway, replica):
        follows(one, "dual", "dual")
        wait_until(lambda one=one: one.get("/dual/x", bearer=token).status_code == 200, "the flip has ended")
    state = "segue." if users.url.startswith("postgres") else "segue_"
    rows = users.query(f"SELECT rule, detail FROM {state}ledger WHERE action = 'flip' AND actor = 'ada' AND detail = 'dual'")
    assert ("dual -> clerk", "dual") in rows


def test_it_survives_a_restart_before_the_first_request(gateway, users):
    live(gateway, "dual", "deny")
    follows(gateway, "dual", "deny")
    gateway.stop()
    gateway.process.start()
    gateway.process.wait_listening(gateway.port)
    assert gateway.get("/dual/x").json()["code"] == "route_closed"
    live(gateway, "dual", "dual")


def test_it_ends_by_itself(gateway):
    live(gateway, "dual", "deny", "--for", "2s")
    follows(gateway, "dual", "deny")
    follows(gateway, "dual", "dual", seconds=3)
    assert "a live flip was dropped: its time is over" in log_of(gateway)
    live(gateway, "dual", "dual")


@pytest.mark.parametrize(("written", "why"), [("clerk", "the file says the same"), ("legacy", "the file has changed, to legacy")])
def test_it_is_dropped_when_the_file_moves_on_and_does_not_come_back(gateway, users, written, why):
    live(gateway, "dual", "clerk")
    follows(gateway, "dual", "clerk")
    made = copy.deepcopy(gateway.settings)
    route = next(route for route in made["routes"] if route["name"] == "dual")
    route["mode"] = written
    gateway.configure(made)
    wait_until(lambda: f"a live flip was dropped: {why}" in log_of(gateway), "the override is dropped")
    assert mode(gateway, "dual") == written and "override" not in report(gateway, "dual")
    route["mode"] = "dual"
    gateway.configure(made)
    wait_until(lambda: mode(gateway, "dual") == "dual", "the file is adopted")
    time.sleep(1.2)
    assert mode(gateway, "dual") == "dual"
    live(gateway, "dual", "dual")


def test_what_cannot_be_is_refused_before_anything_is_written(gateway):
    assert "has no route" in flip(gateway, "duel", "clerk", str(gateway.file), "--live", code=1)
    assert "--all goes to legacy" in flip(gateway, "--all", "clerk", str(gateway.file), code=2)
    assert "are for --live" in flip(gateway, "dual", "clerk", str(gateway.file), "--for", "1h", code=2)
    assert "->" in live(gateway, "dual", "deny", "--dry-run")
    time.sleep(1)
    assert mode(gateway, "dual") == "dual"


def test_the_emergency_switch_asks_where_nobody_can_know_who_is_locked_out(start_gateway, origin, clerk, users):
    gateway = start_gateway(settings(origin, clerk, users), clerk, users)
    said = flip(gateway, "--all", "legacy", str(gateway.file), code=4)
    assert "would be locked out; say --yes" in said
    time.sleep(1)
    assert mode(gateway, "dual") == "dual"


def test_the_emergency_switch_lists_who_has_no_way_back_and_keeps_links(gateway, clerk, users):
    clerk_user = clerk.add_user("stranded@example.com")
    stranded = users.add("stranded@example.com")
    assert gateway.get("/dual/x", bearer=clerk.token(clerk_user)).status_code == 200
    said = flip(gateway, "--all", "legacy", str(gateway.file), code=4)
    assert "without a password" in said and "say --yes" in said
    assert mode(gateway, "dual") == "dual"
    users.execute(f"UPDATE users SET hashed_password = 'x' WHERE id <> '{stranded}'")
    assert stranded in flip(gateway, "--all", "legacy", str(gateway.file), "--dry-run")
    said = flip(gateway, "--all", "legacy", str(gateway.file), "--yes", "--actor", "night shift")
    assert "1 person without a password" in said
    for name in ("dual", "clerk", "optional", "posts", "own"):
        follows(gateway, name, "legacy")
    assert [mode(gateway, name) for name in ("public", "observe", "deny")] == ["public", "observe", "deny"]
    wait_until(lambda: gateway.get("/clerk/x", bearer=clerk.token(clerk_user)).status_code == 401, "Clerk's sessions are not taken")
    nobody = clerk.add_user("not-linked-now@example.com")
    users.add("not-linked-now@example.com")
    assert gateway.get("/dual/x", bearer=clerk.token(nobody)).status_code == 401
    answer = gateway.request("POST", "/sign-in", bearer=clerk.token(nobody))
    assert (answer.status_code, answer.json()["code"]) == (403, "linking_closed")
    assert users.linked_to(nobody) == [] and users.link_of(stranded) == clerk_user
    assert seen(gateway.get("/clerk/x", bearer=legacy.token(stranded)), "X-User-Id") == [stranded]
    for name, back in {"dual": "dual", "clerk": "clerk", "optional": "dual", "posts": "dual", "own": "dual"}.items():
        live(gateway, name, back)
    follows(gateway, "clerk", "clerk")


def test_a_canary_holds_the_same_people_on_every_replica_and_more_of_them_as_it_grows(start_gateway, origin, clerk, users):
    def start(percent: int):
        made = settings(origin, clerk, users)
        next(route for route in made["routes"] if route["name"] == "dual")["canary"] = {"mode": "clerk", "percent": percent}
        return start_gateway(made, clerk, users)

    people = [users.add(f"canary-{number}@example.com") for number in range(40)]
    tokens = {user: legacy.token(user) for user in people}
    gateway, replica = start(50), start(50)

    def refused(one) -> set[str]:
        return {user for user, token in tokens.items() if one.get("/dual/x", bearer=token).status_code == 401}

    held = refused(gateway)
    assert 5 < len(held) < 35 and refused(replica) == held
    assert gateway.get("/legacy/x", bearer=tokens[next(iter(held))]).status_code == 200
    wait_until(lambda: gateway.metric("segue_canary_total", route="dual", mode="dual", outcome="legacy") >= len(held), "counted")
    assert gateway.metric("segue_canary_total", route="dual", mode="clerk", outcome="invalid") == len(held)
    [report] = [route for route in json.loads(gateway.admin("/admin/routes", ADMIN_TOKEN)[1]) if route["name"] == "dual"]
    assert report["canary"] == {"mode": "clerk", "percent": 50}
    assert {"mode": "clerk", "outcome": "invalid", "count": len(held)} in report["verdicts"]
    status = gateway.run("status").stdout
    assert "dual: dual (50 % clerk)" in status and f"clerk: invalid {len(held)}" in status
    assert report in json.loads(gateway.run("status", "--json").stdout)["routes"]
    made = copy.deepcopy(gateway.settings)
    next(route for route in made["routes"] if route["name"] == "dual")["canary"]["percent"] = 80
    gateway.configure(made)
    wait_until(lambda: report_canary(gateway) == 80, "the share has grown")
    assert held < refused(gateway)
    for user in people:
        assert users.link_of(user) is None


def report_canary(gateway) -> int:
    return report(gateway, "dual")["canary"]["percent"]


def test_in_observe_every_modes_verdict_is_counted_and_nobody_is_linked(gateway, clerk, users):
    user = users.add("observed@example.com")
    clerk_user = clerk.add_user("observed@example.com")
    before = gateway.metric("segue_shadow_total", route="observe", mode="clerk", outcome="clerk")
    assert gateway.get("/observe/x", bearer=clerk.token(clerk_user)).status_code == 200
    assert gateway.get("/observe/x", bearer=legacy.token(user)).status_code == 200
    assert gateway.get("/observe/x").status_code == 200
    wait_until(lambda: gateway.metric("segue_shadow_total", route="observe", mode="clerk", outcome="clerk") == before + 1, "counted")
    wait_until(lambda: gateway.metric("segue_shadow_total", route="observe", mode="clerk", outcome="invalid") >= 1, "counted")
    wait_until(lambda: gateway.metric("segue_shadow_total", route="observe", mode="dual", outcome="legacy") >= 1, "counted")
    wait_until(lambda: gateway.metric("segue_shadow_total", route="observe", mode="legacy", outcome="missing") >= 1, "counted")
    assert users.link_of(user) is None
