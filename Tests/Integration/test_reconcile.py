"""`segue reconcile`: where the directory and Clerk have drifted apart is named with what mends it, and nothing is changed."""

import json
import os
import subprocess
import uuid

import pytest

from harness import gateway as gateways
from harness.batch import Batch
from harness.postgres import holding
from harness.processes import wait_until
from harness.users import PostgresUsers


@pytest.fixture
def people(postgres) -> PostgresUsers:
    return PostgresUsers(postgres)


@pytest.fixture
def front(start_gateway, origin, people, emulator):
    made = gateways.settings(origin, None, people)
    made["clerk"] = emulator.settings()
    return start_gateway(made, None, people, serve=False, environment={"CLERK_SECRET_KEY": emulator.secret_key})


def reconcile(front, code: int) -> dict:
    result = front.run("reconcile", "--json")
    assert result.returncode == code, result.stdout + result.stderr
    return json.loads(result.stdout)


def test_what_is_in_order_is_passed_over_and_nothing_is_written(front, people, emulator):
    batch = Batch(people, emulator)
    for _ in range(101):
        batch.add()
    people.add("not-linked@example.com")
    emulator.user()
    tables = ["users", "segue.links", "segue.ledger", "segue.meta"]
    before = [people.query(f"SELECT * FROM {table} ORDER BY 1") for table in tables]
    assert reconcile(front, 0) == {"compared": 101, "drifts": []}
    assert "101 links compared with Clerk; all in order" in front.run("reconcile").stderr
    assert [people.query(f"SELECT * FROM {table} ORDER BY 1") for table in tables] == before


def test_who_is_linked_while_it_compares_has_not_drifted(front, people, emulator):
    batch = Batch(people, emulator, links=False)
    user, clerk_user = batch.add()
    # A run that has created somebody, and commits the link while the comparison waits for the users table.
    linking = holding(
        people.url,
        f"LOCK TABLE users; INSERT INTO segue.links (user_id, clerk_user_id, rule, linked_at) VALUES ('{user}', '{clerk_user}', 'external_id', now())",
    )
    words = [str(gateways.BINARY), "reconcile", "--json", str(front.file)]
    comparing = subprocess.Popen(words, env=os.environ | front.environment, stdout=subprocess.PIPE, text=True)
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    wait_until(lambda: comparing.poll() is not None or people.query(waiting) == [("1",)], "it waits")
    linking.communicate("COMMIT;\n", timeout=10)
    said, _ = comparing.communicate(timeout=30)
    assert (comparing.returncode, json.loads(said)["drifts"]) == (0, [])


def test_each_drift_is_named_with_its_remedy(front, people, emulator):
    batch = Batch(people, emulator)
    batch.add()
    gone, moved, bare, banned, locked, unlinked, found = (batch.add() for _ in range(7))
    emulator.ask("DELETE", f"/users/{gone[1]}")
    emulator.ask("PATCH", f"/users/{moved[1]}", json={"external_id": "somebody-else"})
    emulator.ask("POST", f"/users/{banned[1]}/ban")
    emulator.ask("POST", f"/users/{locked[1]}/lock")
    assert front.run("unlink", unlinked[0], "--reason", "r").returncode == 0
    people.execute(f"UPDATE segue.links SET clerk_user_id = 'user_recorded' WHERE user_id = '{found[0]}'")
    # Linked by a rule, and so without an external_id of ours.
    people.execute(f"UPDATE segue.ledger SET action = 'link' WHERE clerk_user_id = '{bare[1]}' AND action = 'create_clerk_user'")
    emulator.ask("PATCH", f"/users/{bare[1]}", json={"external_id": uuid.uuid4().hex})

    report = reconcile(front, 1)
    assert report["compared"] == 7
    drifts = {(drift["code"], drift["user_id"]): drift for drift in report["drifts"]}
    assert set(drifts) == {
        ("gone", gone[0]), ("other_external_id", moved[0]), ("banned", banned[0]), ("locked", locked[0]),
        ("unlinked", unlinked[0]), ("record_differs", found[0]),
    }  # fmt: skip
    assert drifts["gone", gone[0]]["remedy"].startswith(f"segue unlink {gone[0]}")
    assert "somebody-else" in drifts["other_external_id", moved[0]]["text"]
    assert "segue undo" in drifts["unlinked", unlinked[0]]["remedy"]
    lines = front.run("reconcile").stdout.splitlines()
    assert len(lines) == len(report["drifts"]) and all("  =>  " in line for line in lines)


def test_who_is_inactive_is_no_drift_and_nobody_is_told_to_let_them_in(front, people, emulator):
    batch = Batch(people, emulator)
    (user, clerk_user), _ = batch.add(), batch.add()
    people.execute(f"UPDATE segue.links SET tombstoned_at = now() WHERE user_id = '{user}'")
    emulator.ask("DELETE", f"/users/{clerk_user}")
    assert reconcile(front, 0) == {"compared": 1, "drifts": []}


def test_an_instance_that_knows_nobody_is_taken_for_the_wrong_one(front, people, emulator):
    batch = Batch(people, emulator)
    for _ in range(2):
        emulator.ask("DELETE", f"/users/{batch.add()[1]}")
    result = front.run("reconcile")
    assert (result.returncode, result.stdout, "another instance's" in result.stderr) == (4, "", True), result.stderr


def test_two_rows_of_one_clerk_user_are_both_named(front, people, emulator):
    people.execute("ALTER TABLE users DROP CONSTRAINT users_clerk_user_id_key")
    clerk_user = emulator.user()
    rows = {people.add(f"{number}@example.com", clerk_user_id=clerk_user) for number in range(2)}
    shared = [drift for drift in reconcile(front, 1)["drifts"] if drift["code"] == "shared"]
    assert {drift["user_id"] for drift in shared} == rows
    assert shared[0]["text"] == f"{shared[1]['user_id']} is linked to it too"


def test_without_a_key_and_without_clerk_it_says_so(front, people, emulator, start_gateway, origin):
    batch = Batch(people, emulator)
    batch.add()
    emulator.control("faults", kind="refuse", endpoint="GET /v1/users", status=401)
    result = front.run("reconcile")
    assert (result.returncode, "clerk.secretKey" in result.stderr) == (5, True), result.stderr
    other = start_gateway(gateways.settings(origin, None, people), None, people, serve=False)
    result = other.run("reconcile")
    assert (result.returncode, "clerk.secretKey" in result.stderr) == (4, True), result.stderr
