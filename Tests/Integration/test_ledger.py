"""`segue ledger` and `segue status`: what the record says, that a change to it shows, and how far a migration is."""

import hashlib
import json
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from harness import gateway as gateways
from harness.processes import wait_until

COLUMNS = ["id", "at", "actor", "action", "user_id", "clerk_user_id", "rule", "request_id", "detail"]


@pytest.fixture(scope="module")
def front(start_gateway, origin, clerk, users):
    made = gateways.settings(origin, clerk, users)
    made["directory"]["users"]["passwordHash"] = "hashed_password"
    made["routes"].append({"name": "progress", "match": {"path": "/api/admin/migration-status"}, "answer": "migrationStatus", "mode": "dual"})
    return start_gateway(made, clerk, users)


@pytest.fixture(scope="module")
def table(users) -> str:
    return "segue.ledger" if users.url.startswith("postgres") else "segue_ledger"


@pytest.fixture(scope="module")
def story(front, clerk, users, table) -> dict[str, str]:
    """A link by a rule, one by hand that is taken away again, and a batch; all of it sealed."""
    linked, by_hand = users.add("rule@example.com"), users.add("hand@example.com")
    clerk_user = clerk.add_user("rule@example.com")
    assert front.get("/clerk/x", bearer=clerk.token(clerk_user)).status_code == 200
    other = clerk.add_user("hand@example.org")
    assert front.run("link", by_hand, other, "--reason", "telephone", "--actor", "grace").returncode == 0
    assert front.run("unlink", by_hand, "--reason", "\u001b[31mred", "--actor", "grace").returncode == 2
    assert front.run("unlink", by_hand, "--reason", "the wrong one ‮ turned", "--actor", "grace").returncode == 0
    users.execute(
        f"INSERT INTO {table} (at, actor, action, user_id, clerk_user_id, detail, batch) VALUES "
        f"('2026-11-21 04:05:06.789000{'+00' if '.' in table else ''}', 'segue', 'create_clerk_user', '{linked}', '{clerk_user}', "
        f"'\u001b]0;owned\u0007é', 'm-1')"
    )
    wait_until(lambda: users.query(f"SELECT count(*) FROM {table} WHERE position IS NULL") == [("0",)], "the ledger is sealed", 20)
    return {"linked": linked, "by_hand": by_hand, "clerk_user": clerk_user}


def export(front) -> tuple[list[dict], dict]:
    result = front.run("ledger", "export")
    assert result.returncode == 0, result.stderr
    *rows, head = [json.loads(line) for line in result.stdout.splitlines()]
    return rows, head["head"]


def documented() -> str:
    """The program of docs/ledger.md."""
    page = (Path(__file__).parents[2] / "docs/ledger.md").read_text()
    return page.split("```python\n")[1].split("```")[0]


def recompute(rows: list[dict]) -> str:
    """docs/ledger.md, in Python: the seal of the last row, if every one before it holds."""
    seal = "0" * 64
    for position, row in enumerate((row for row in rows if row["position"]), start=1):
        values = [None if row[name] is None else str(row[name]) for name in COLUMNS]
        if row["batch"] is not None:
            values.append(row["batch"])
        text = seal
        for value in values:
            text += "\n-" if value is None else f"\n{len(value.encode())}:{value}"
        seal = hashlib.sha256(text.encode()).hexdigest()
        assert (row["position"], row["seal"]) == (position, seal)
    return seal


def test_an_auditor_can_recompute_every_seal(front, story):
    rows, head = export(front)
    assert len(rows) >= 4 and all(row["position"] for row in rows)
    assert {row["batch"] for row in rows} == {None, "m-1"}
    assert recompute(rows) == head["seal"] and head["position"] == len(rows)
    exported = front.run("ledger", "export").stdout
    audit = subprocess.run([sys.executable, "-c", documented()], input=exported, capture_output=True, text=True)
    assert audit.stdout.split() == [str(head["position"]), head["seal"]], audit.stderr
    altered = exported.replace("telephone", "telegraph")
    assert subprocess.run([sys.executable, "-c", documented()], input=altered, capture_output=True, text=True).returncode == 1
    assert json.loads(front.run("ledger", "verify", "--json").stdout) == {"ok": True, "sealed": len(rows), "pending": 0}


def test_the_list_shows_what_it_is_asked_for(front, story):
    def listed(*words: str) -> list[dict]:
        return json.loads(front.run("ledger", "list", *words, "--json").stdout)

    everything = listed()
    assert [row["id"] for row in everything] == sorted(row["id"] for row in everything)
    assert [row["action"] for row in listed("--user", story["by_hand"])] == ["link", "unlink"]
    assert [row["action"] for row in listed("--user", story["clerk_user"])] == ["link", "create_clerk_user"]
    assert [row["action"] for row in listed("--batch", "m-1")] == ["create_clerk_user"]
    assert {row["user_id"] for row in listed("--action", "unlink")} == {story["by_hand"]}
    assert listed("--since", "2999-01-01") == [] and len(listed("--since", "2020-01-01T00:00:00Z")) == len(everything)
    assert listed("--limit", "1") == everything[-1:]
    assert listed("--user", story["by_hand"], "--action", "link", "--since", "1h")[0]["detail"] == "telephone"


def test_nothing_in_the_ledger_commands_a_terminal(front, story):
    for words in [("list",), ("list", "--json"), ("export",)]:
        said = front.run("ledger", *words).stdout
        assert "\u001b" not in said and "‮" not in said and "é" in said
    assert "grace  unlink" in front.run("ledger", "list").stdout


@pytest.mark.parametrize("words", [("--user", "ada@example.com"), ("--since", "soon"), ("--limit", "0")])
def test_what_makes_no_sense_is_refused(front, words):
    assert front.run("ledger", "list", *words).returncode == 2


def test_an_altered_row_and_a_missing_one_are_named(front, users, table, story):
    [(number, detail)] = users.query(f"SELECT id, detail FROM {table} WHERE action = 'link' AND actor = 'grace'")
    [(position,)] = users.query(f"SELECT position FROM {table} WHERE id = {number}")
    users.execute(f"UPDATE {table} SET detail = 'nothing' WHERE id = {number}")
    result = front.run("ledger", "verify")
    assert (result.returncode, result.stdout.strip()) == (1, f"altered: row {number}, number {position} of the chain, is not what was sealed")
    assert json.loads(front.run("ledger", "verify", "--json").stdout) == {"ok": False, "altered": number, "position": int(position)}
    with pytest.raises(AssertionError):
        recompute(export(front)[0])
    users.execute(f"UPDATE {table} SET detail = '{detail}' WHERE id = {number}")
    assert front.run("ledger", "verify").returncode == 0

    users.execute(f"UPDATE {table} SET position = position + 1000000 WHERE id = {number}")
    result = front.run("ledger", "verify")
    assert (result.returncode, f"missing: number {position}" in result.stdout) == (1, True)
    users.execute(f"UPDATE {table} SET position = {position} WHERE id = {number}")
    assert front.run("ledger", "verify").returncode == 0


# How far it is.


def test_the_status_counts_people_by_what_they_still_need(front, clerk, users, story):
    before = json.loads(front.run("status", "--json").stdout)
    user = users.add(f"{uuid.uuid4().hex}@example.com")
    users.execute(f"UPDATE users SET hashed_password = 'x' WHERE id = '{user}'")
    refused = clerk.add_user("nobody-knows@example.com", verified=False)
    front.get("/dual/x", bearer=clerk.token(refused))
    status = json.loads(front.run("status", "--json").stdout)
    assert status["total_users"] == before["total_users"] + 1
    assert status["with_password"] == before["with_password"] + 1
    assert status["migrated_users"] == before["migrated_users"] == 1
    wait_until(lambda: json.loads(front.run("status", "--json").stdout)["seen_with_clerk_session"] == 1, "a first session is noted")
    assert status["review_queue"] == before["review_queue"] + 1
    assert status["days"][-1] == {"day": status["days"][-1]["day"], "linked": 2, "unlinked": 1}
    assert status["forecast"]["links_per_day"] == 0.14 and status["forecast"]["everybody_linked_on"] > status["days"][-1]["day"]
    metrics = status["metrics"]
    assert (metrics["migratedUsers"], metrics["totalUsers"]) == (1, status["total_users"])
    assert metrics["totalAttempts"] > 0 and metrics["successRate"] + metrics["errorRate"] == pytest.approx(100)
    assert metrics["totalErrors"] == 0
    front.get("/clerk/x", bearer=clerk.token(refused)[:-8] + "AAAAAAAA")
    assert json.loads(front.run("status", "--json").stdout)["metrics"]["totalErrors"] == 1
    cohort = json.loads(front.run("status", "--where", "role = user AND email = rule@example.com", "--json").stdout)
    assert (cohort["total_users"], cohort["migrated_users"], cohort["with_password"], cohort["seen_with_clerk_session"]) == (1, 1, 0, 1)
    assert (cohort["review_queue"], cohort["forecast"]["reason"]) == (0, "everybody_is_linked")
    assert cohort["days"] == [status["days"][-1] | {"linked": 1, "unlinked": 0}]
    assert json.loads(front.run("status", "--where", "role = nobody", "--json").stdout)["migration_percentage"] == 0
    assert front.run("status", "--where", "no_such_column = 1").returncode == 4
    assert front.run("status", "--where", "role LIKE 'u'").returncode == 2
    said = front.run("status").stdout
    assert "seen          1 with a Clerk session" in said and "everybody by 20" in said


def test_an_empty_table_is_at_nothing(start_gateway, origin, clerk, postgres):
    from harness.users import PostgresUsers

    empty = PostgresUsers(postgres)
    gateway = start_gateway(gateways.settings(origin, clerk, empty), clerk, empty, serve=False)
    status = json.loads(gateway.run("status", "--json").stdout)
    assert (status["total_users"], status["migration_percentage"], status["with_password"], status["days"]) == (0, 0, None, [])
    assert status["forecast"] == {"everybody_linked_on": None, "links_per_day": None, "reason": "empty_table"}
    assert status["metrics"] == {
        "migratedUsers": 0, "totalUsers": 0, "successRate": None, "errorRate": None, "totalAttempts": None, "totalErrors": None,
    }  # fmt: skip
    empty.add("alone@example.com")
    assert "no more were linked than unlinked" in gateway.run("status").stdout


def test_a_route_tells_administrators_how_far_it_is(front, clerk, users, story):
    root, user = users.add("root@example.com", role="admin"), users.add("nosy@example.com")
    path = "/api/admin/migration-status"
    told = front.get(path, cookies={"session_token": users.add_session(root)})
    assert told.status_code == 200 and told.headers["Cache-Control"] == "no-store"
    expected = json.loads(front.run("status", "--json").stdout)
    expected.pop("routes")
    answer = told.json()
    assert answer["metrics"]["totalAttempts"] > 0 and answer["metrics"]["successRate"] > 0
    for rate in ("totalAttempts", "totalErrors", "successRate", "errorRate"):
        answer["metrics"].pop(rate)
        expected["metrics"].pop(rate)
    assert {"total_users", "migrated_users", "not_migrated", "migration_percentage"} <= answer.keys() and answer == expected
    # It is not counted anew for everybody who asks, and a role that was taken away opens nothing at once.
    users.add("later@example.com")
    assert front.get(path, cookies={"session_token": users.add_session(root)}).json()["total_users"] == answer["total_users"]
    for session, status in ((users.add_session(user), 403), (None, 401)):
        refused = front.get(path, cookies={"session_token": session} if session else None)
        assert refused.status_code == status and "total_users" not in refused.text
    users.execute(f"UPDATE users SET role = 'user' WHERE id = '{root}'")
    assert front.get(path, cookies={"session_token": users.add_session(root)}).json()["code"] == "not_privileged"
