"""`segue finalize`: the old login ends when everything that must hold does, step by step, and stands every interruption."""

import json
import os
import pty
import signal
import subprocess
import time
from pathlib import Path

import pytest
from websockets.sync.client import connect

from harness import gateway as gateways
from harness import legacy
from harness.postgres import holding
from harness.processes import wait_until
from harness.users import PostgresUsers, SQLiteUsers

STEPS = ["keep-columns", "not-null", "null-hashes", "drop-hash-column"]


class Scene:
    """A migration that is over, in a database of its own: everybody linked and seen, every route watched for a month."""

    def __init__(self, postgres, start_gateway, origin, clerk, **changes):
        self.people = PostgresUsers(postgres)
        made = gateways.settings(origin, clerk, self.people)
        made["directory"]["users"]["passwordHash"] = "hashed_password"
        made["routes"] = [gateways.route("clerk"), gateways.route("public"), gateways.route("deny")]
        for name, value in changes.items():
            made["directory"][name] = value
        self.front = start_gateway(made, clerk, self.people, serve=False)
        self.rows = [self.person(f"user_{number:027}") for number in range(3)]
        self.watch()

    def person(self, clerk_user: str | None, seen: bool = True) -> str:
        user = self.people.add(f"{time.monotonic_ns()}@example.com", clerk_user_id=clerk_user)
        self.people.execute(f"UPDATE users SET hashed_password = '$2b$12$digest' WHERE id = '{user}'")
        if clerk_user:
            first = "now()" if seen else "NULL"
            self.people.execute(
                f"INSERT INTO segue.links (user_id, clerk_user_id, rule, linked_at, first_session_at) VALUES ('{user}', '{clerk_user}', 'found', now(), {first})"
            )
        return user

    def watch(self, days: int = 30) -> None:
        self.people.execute(
            f"""
            INSERT INTO segue.traffic SELECT route, 'watch', to_char(day AT TIME ZONE 'UTC', 'YYYY-MM-DD'), 0, day, day
            FROM unnest(ARRAY['clerk', 'public', 'deny']) route, generate_series(now() - interval '{days} days', now(), interval '1 day') day
            ON CONFLICT DO NOTHING
            """
        )

    def run(self, *words: str) -> subprocess.CompletedProcess:
        return self.front.run("finalize", *words)

    def check(self, *words: str, code: int = 4) -> dict:
        result = self.run("check", "--json", *words)
        assert result.returncode == code, result.stdout + result.stderr
        return json.loads(result.stdout)

    def missing(self, *words: str) -> dict[str, list[str]]:
        """What stands in the way, by gate."""
        report = self.check(*words)
        return {gate["gate"]: [entry["code"] for entry in gate["missing"]] for gate in report["gates"] if not gate["held"]}

    def backup(self) -> None:
        dump = self.front.folder / f"{time.monotonic_ns()}.dump"
        made = self.run("backup", str(dump))
        assert made.returncode == 0, made.stderr

    def apply(self, step: str, *words: str, code: int = 0) -> subprocess.CompletedProcess:
        result = self.run("apply", step, "--yes", step, *words)
        assert result.returncode == code, result.stdout + result.stderr
        return result

    def states(self) -> dict[str, str]:
        return {step["step"]: step["state"] for step in json.loads(self.run("check", "--json").stdout)["steps"]}

    def hashes(self) -> int:
        return int(self.people.query("SELECT count(hashed_password) FROM users")[0][0])

    def is_required(self, column: str = "clerk_user_id") -> bool:
        [(nullable,)] = self.people.query(
            f"SELECT is_nullable FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'users' AND column_name = '{column}'"
        )
        return nullable == "NO"

    def ledger(self, where: str = "action = 'finalize'") -> list[tuple[str, ...]]:
        return self.people.query(f"SELECT id, rule, detail FROM segue.ledger WHERE {where} ORDER BY id")

    def holding(self, statement: str) -> subprocess.Popen:
        """A client in a transaction that it does not end."""
        return holding(self.people.url, statement)


def end(client: subprocess.Popen) -> None:
    client.communicate("ROLLBACK;\n", timeout=10)


@pytest.fixture
def scene(postgres, start_gateway, origin, clerk) -> Scene:
    return Scene(postgres, start_gateway, origin, clerk)


@pytest.fixture
def ready(scene) -> Scene:
    scene.backup()
    return scene


@pytest.fixture(scope="module")
def calm(postgres, start_gateway, origin, clerk) -> Scene:
    """One for tests that put back what they change."""
    scene = Scene(postgres, start_gateway, origin, clerk)
    scene.backup()
    return scene


# What is known of the traffic.


def test_old_credentials_are_noted_for_each_route_across_restarts(postgres, start_gateway, origin, clerk):
    people = PostgresUsers(postgres)
    front = start_gateway(gateways.settings(origin, clerk, people), clerk, people)
    user = people.add("traffic@example.com")
    clerk_user = clerk.add_user("traffic@example.com", external_id=user)
    old, new = legacy.token(user), clerk.token(clerk_user)
    for _ in range(2):
        assert front.get("/dual/x", bearer=old).status_code == 200
        assert front.get("/dual/x", bearer=new).status_code == 200
        # Beside a session of Clerk's an old cookie decides nothing: it holds nobody up.
        assert front.get("/dual/x", bearer=new, cookies={"session_token": people.add_session(user)}).status_code == 200
        assert front.get("/clerk/x", bearer=old).status_code == 401
        assert front.get("/observe/x", bearer=old).status_code == 200
        assert front.stop() == 0
        front.start()
    rows = people.query("SELECT route, kind, requests FROM segue.traffic WHERE kind <> 'watch' ORDER BY 1, 2")
    assert rows == [("dual", "clerk", "4"), ("dual", "legacy", "2"), ("observe", "legacy", "2")]
    watched = people.query("SELECT DISTINCT route FROM segue.traffic WHERE kind = 'watch'")
    assert {route for (route,) in watched} == {route["name"] for route in front.settings["routes"] if route["mode"] not in ("public", "deny")}
    report = json.loads(front.run("finalize", "check", "--json").stdout)
    [traffic] = [gate for gate in report["gates"] if gate["gate"] == "traffic"]
    found = {(entry["route"], entry["code"]) for entry in traffic["missing"]}
    assert {("dual", "legacy_traffic"), ("observe", "legacy_traffic"), ("clerk", "watched_too_short")} <= found
    # Nobody is asked for a credential there.
    assert not {route for route, _ in found} & {"public", "deny"}


def test_an_open_tunnel_and_a_route_that_was_renamed_are_noted_at_the_end(postgres, start_gateway, origin, clerk):
    people = PostgresUsers(postgres)
    front = start_gateway(gateways.settings(origin, clerk, people), clerk, people)
    front.settings["shutdown"] = {"drainSeconds": 1}
    token = legacy.token(people.add("tunnel@example.com"))
    with connect(f"ws://127.0.0.1:{front.port}/dual/ws", additional_headers={"Authorization": f"Bearer {token}"}):
        assert front.get("/observe/x", bearer=token).status_code == 200
        for route in front.settings["routes"]:
            if route["name"] == "observe":
                route["name"] = "renamed"
        front.configure(front.settings)
        wait_until(lambda: 'route="renamed"' in front.admin("/metrics")[1], "the settings are adopted")
        assert front.stop() == 0
    rows = people.query("SELECT route, requests FROM segue.traffic WHERE kind = 'legacy' ORDER BY 1")
    assert rows == [("dual", "1"), ("observe", "1")]


# Gates.


def test_everything_holds(calm):
    report = calm.check(code=0)
    assert (report["ready"], report["over"], report["next"]) == (True, False, "segue finalize apply not-null")
    said = calm.run("check")
    assert said.returncode == 0 and "NOT HELD" not in said.stdout and "Next: segue finalize apply" in said.stdout


def test_routes_must_be_closed(calm):
    calm.front.settings["routes"][0]["mode"] = "dual"
    calm.front.configure(calm.front.settings)
    assert calm.missing() == {"routes": ["route_open"]}
    calm.front.settings["routes"][0] |= {"mode": "clerk", "canary": {"mode": "legacy", "percent": 1}}
    calm.front.configure(calm.front.settings)
    assert calm.missing() == {"routes": ["route_open"]}
    del calm.front.settings["routes"][0]["canary"]
    calm.front.configure(calm.front.settings)
    calm.people.execute("INSERT INTO segue.overrides VALUES ('clerk', 'legacy', 'clerk', 'grace', 1, NULL)")
    assert calm.missing() == {"routes": ["route_open_live"]}
    # A flip that was made over another mode is not in force.
    calm.people.execute("UPDATE segue.overrides SET base_mode = 'dual'")
    calm.check(code=0)
    calm.people.execute("DELETE FROM segue.overrides")


def test_traffic_must_have_ended(calm):
    legacy_row = "INSERT INTO segue.traffic VALUES ('{route}', 'legacy', to_char(now() - interval '{age}', 'YYYY-MM-DD'), 3, now() - interval '{age}', now() - interval '{age}')"
    calm.people.execute(legacy_row.format(route="clerk", age="3 days"))
    assert calm.missing() == {"traffic": ["legacy_traffic"]}
    said = calm.run("check")
    assert "clerk: 3 requests by an old credential alone, the last at" in said.stdout and "=> wait until" in said.stdout
    calm.check("--days", "2", code=0)
    calm.check("--days", "0", code=0)
    # A route that was taken out of the settings was used all the same.
    calm.people.execute("UPDATE segue.traffic SET route = 'gone' WHERE kind = 'legacy'")
    assert calm.missing() == {"traffic": ["legacy_traffic"]}
    calm.people.execute("DELETE FROM segue.traffic WHERE kind = 'legacy'")


def test_routes_must_have_been_watched(calm):
    calm.people.execute("DELETE FROM segue.traffic WHERE route = 'clerk' AND first_at < now() - interval '5 days 1 hour'")
    assert calm.missing() == {"traffic": ["watched_too_short"]}
    calm.check("--days", "4", code=0)
    calm.watch()
    # A day without a gateway begins the count anew.
    calm.people.execute("DELETE FROM segue.traffic WHERE route = 'clerk' AND day = to_char(now() AT TIME ZONE 'UTC' - interval '7 days', 'YYYY-MM-DD')")
    assert calm.missing() == {"traffic": ["watched_too_short"]}
    calm.people.execute("DELETE FROM segue.traffic WHERE route = 'clerk'")
    assert calm.missing() == {"traffic": ["not_watched"]}
    calm.watch()


def test_people_must_be_linked_and_seen_or_waived_by_name(scene):
    unlinked, unseen = scene.person(None), scene.person("user_" + "9" * 27, seen=False)
    scene.backup()
    assert scene.missing() == {"people": ["not_linked", "not_seen"]}
    said = scene.run("check").stdout
    assert f"1 person not linked: {unlinked}" in said and f"1 person linked and never seen: {unseen}" in said
    nobody = scene.run("waive", "00000000-0000-4000-8000-000000000000", "--reason", "x")
    assert (nobody.returncode, "no such user" in nobody.stderr) == (4, True)
    assert scene.run("waive", unlinked).returncode == 2, "the ledger says why"
    file = scene.front.folder / "waived.txt"
    file.write_text(f"\ufeff{unlinked}\n\n  {unseen}\n")
    assert scene.run("waive", "--users", str(file), "--reason", "left in 2019", "--actor", "grace").returncode == 0
    file.write_text("\ufeff\n")
    nobody = scene.run("waive", "--users", str(file), "--reason", "x")
    assert (nobody.returncode, "names nobody" in nobody.stderr) == (4, True)
    assert scene.run("waive", unlinked, "--reason", "twice").returncode == 0
    scene.check(code=0)
    waivers = scene.ledger("action = 'waive' AND detail = 'left in 2019'")
    assert len(scene.ledger("action = 'waive'")) == len(waivers) == 2
    # Whom nobody has waived by a link cannot be required of the table: it says whom, and what to do.
    refused = scene.apply("not-null", code=4)
    assert f"1 row without a Clerk user, inactive and waived people included: {unlinked}" in refused.stderr
    assert scene.front.run("undo", waivers[0][0], "--yes").returncode == 0
    assert scene.missing() == {"people": ["not_linked"]}
    assert scene.run("waive", unlinked, "--reason", "again").returncode == 0
    scene.check(code=0)


def test_a_backup_must_be_younger_than_the_last_change(scene):
    assert scene.missing() == {"backup": ["no_backup"]}
    scene.backup()
    scene.check(code=0)
    scene.people.execute(f"INSERT INTO segue.ledger (at, actor, action, user_id, clerk_user_id) VALUES (now(), 'segue', 'link', '{scene.rows[0]}', 'x')")
    assert scene.missing() == {"backup": ["backup_before_change"]}
    scene.backup()
    scene.check(code=0)
    again = scene.run("backup", str(next(scene.front.folder.glob("*.dump"))))
    assert (again.returncode, "never written over" in again.stderr) == (4, True)
    scene.people.execute("UPDATE segue.ledger SET position = NULL, seal = NULL, at = now() - interval '25 hours' WHERE action = 'backup'")
    assert "backup_too_old" in scene.missing()["backup"]


def test_a_ledger_that_was_tampered_with_ends_nothing(ready):
    ready.people.execute("UPDATE segue.ledger SET actor = 'mallory' WHERE action = 'backup'")
    assert ready.missing() == {"ledger": ["ledger_broken"]}
    assert "not everything that must hold does" in ready.apply("null-hashes", code=4).stderr
    assert ready.hashes() == 3


# Steps.


def test_the_whole_end(ready):
    assert ready.states() == {"keep-columns": "needless", "not-null": "open", "null-hashes": "open", "drop-hash-column": "blocked"}
    for step in STEPS[1:]:
        unsaid = ready.run("apply", step)
        assert (unsaid.returncode, f"say --yes {step}" in unsaid.stderr) == (4, True), unsaid.stderr
        said = ready.apply(step, "--reason", "the end", "--actor", "grace")
    assert ready.is_required() and ready.people.query("SELECT column_name FROM information_schema.columns WHERE column_name = 'hashed_password' AND table_schema = 'public'") == []
    assert "To take Segue out, in this order" in said.stdout and "whose \"clerk_user_id\" is the claim sub" in said.stdout
    assert [(rule, detail) for _, rule, detail in ready.ledger() if rule != "keep-columns"] == [
        ("not-null", '"clerk_user_id" of "users": the end'),
        ("null-hashes", 'begun on "hashed_password" of "users": the end'),
        ("null-hashes", 'done: 3 in "hashed_password" of "users": the end'),
        ("drop-hash-column", '"hashed_password" of "users": the end'),
    ]
    assert ready.front.run("ledger", "verify").returncode == 0
    report = ready.check(code=0)
    assert report["over"] and report["next"] is None
    assert {step["state"] for step in report["steps"]} <= {"done", "needless"}
    for step in STEPS:
        ready.apply(step)
    assert len([row for row in ready.ledger() if row[1] != "keep-columns"]) == 4, "what is done is not done twice"


def test_what_can_be_undone_is(ready):
    ready.apply("not-null")
    ready.apply("null-hashes")
    entries = {rule: number for number, rule, _ in ready.ledger()}
    assert ready.front.run("undo", entries["null-hashes"], "--yes").returncode == 4
    refused = ready.front.run("unlink", ready.rows[0], "--reason", "x")
    assert (refused.returncode, "take not-null back first" in refused.stderr) == (4, True)
    ready.front.settings["directory"]["linking"]["afterDelete"] = "unlink"
    ready.front.configure(ready.front.settings)
    assert "whom Clerk deletes is deactivated instead" in ready.front.run("doctor").stdout
    ready.front.settings["directory"]["linking"]["afterDelete"] = "deactivate"
    ready.front.configure(ready.front.settings)
    assert ready.front.run("undo", entries["not-null"], "--yes").returncode == 0
    assert not ready.is_required() and ready.states()["not-null"] == "open"
    ready.apply("not-null")
    assert ready.is_required()


def test_columns_that_segue_added_are_kept(postgres, start_gateway, origin, clerk):
    scene = Scene(postgres, start_gateway, origin, clerk)
    scene.people.execute("INSERT INTO segue.meta VALUES ('added:column:clerk_user_id', 'ALTER TABLE users DROP COLUMN clerk_user_id')")
    scene.backup()
    assert scene.check(code=0)["next"] == "segue finalize apply keep-columns"
    scene.people.execute("INSERT INTO segue.meta VALUES ('added:column:a:b', 'x'), ('added:users_x:y_key', 'x')")
    assert "a:b, clerk_user_id, users_x:y_key" in scene.apply("keep-columns").stderr
    assert scene.states()["keep-columns"] == "needless"
    assert scene.front.run("schema", "revert", "--yes").returncode == 0
    assert scene.people.query("SELECT count(clerk_user_id) FROM users") == [("3",)]


def test_a_typed_name_confirms_on_a_terminal(ready):
    def ask(answer: bytes) -> str:
        main, other = pty.openpty()
        words = [str(gateways.BINARY), "finalize", "apply", "not-null", str(ready.front.file)]
        child = subprocess.Popen(words, stdin=other, stderr=other, stdout=subprocess.DEVNULL, env=os.environ | ready.front.environment)
        os.close(other)
        said = b""
        while b"Type not-null" not in said:
            said += os.read(main, 4096)
        os.write(main, answer)
        try:
            while piece := os.read(main, 4096):
                said += piece
        except OSError:
            pass  # The terminal is gone with its last user.
        child.wait(timeout=20)
        os.close(main)
        return said.decode()

    assert "nothing was done" in ask(b"yes\n") and not ready.is_required()
    assert "NOT NULL" in ask(b"not-null\n") and ready.is_required()


def test_a_reader_that_stays_long_is_waited_for_and_then_named(ready):
    reader = ready.holding("SELECT count(*) FROM users")
    refused = ready.apply("not-null", "--wait", "1", code=1)
    assert "(report, idle in transaction) is in a transaction for" in refused.stderr and "Run it again" in refused.stderr
    # Nobody was kept waiting for longer than a second, and nothing is left behind.
    assert ready.states()["not-null"] == "open" and not ready.is_required()
    words = [str(gateways.BINARY), "finalize", "apply", "not-null", "--yes", "not-null", str(ready.front.file)]
    patient = subprocess.Popen(words, env=os.environ | ready.front.environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    waiting = "SELECT count(*) FROM pg_locks WHERE relation = 'users'::regclass AND NOT granted"
    wait_until(lambda: ready.people.query(waiting) != [("0",)], "the step waits")
    busy = ready.run("apply", "null-hashes", "--yes", "null-hashes")
    assert (busy.returncode, "another segue finalize apply is at work" in busy.stderr) == (4, True)
    end(reader)
    assert patient.wait(timeout=20) == 0 and ready.is_required() and ready.hashes() == 3


@pytest.mark.parametrize("step", ["not-null", "null-hashes"])
def test_a_step_that_was_killed_is_ended_by_doing_it_again(ready, step):
    if step == "not-null":
        # As it is found when the process dies between the constraint and its proof.
        ready.people.execute('ALTER TABLE users ADD CONSTRAINT segue_clerk_user_not_null CHECK ("clerk_user_id" IS NOT NULL) NOT VALID')
        assert ready.states()["not-null"] == "begun"
        other = ready.holding("LOCK TABLE users IN SHARE UPDATE EXCLUSIVE MODE")
    else:
        ready.people.execute(
            "INSERT INTO users (id, email, hashed_password, clerk_user_id) SELECT gen_random_uuid(), n || '@crowd.example', '$2b$', 'user_c' || n FROM generate_series(1, 3000) n;"
            "INSERT INTO segue.links (user_id, clerk_user_id, rule, linked_at, first_session_at) SELECT id::text, clerk_user_id, 'found', now(), now() FROM users ON CONFLICT DO NOTHING"
        )
        other = ready.holding("SELECT 1 FROM users WHERE id = (SELECT id FROM users ORDER BY id OFFSET 1500 LIMIT 1) FOR UPDATE")
    words = [str(gateways.BINARY), "finalize", "apply", step, "--yes", step, str(ready.front.file)]
    doomed = subprocess.Popen(words, env=os.environ | ready.front.environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    if step == "not-null":
        wait_until(lambda: ready.people.query("SELECT count(*) FROM pg_locks WHERE relation = 'users'::regclass AND NOT granted") != [("0",)], "the proof waits")
    else:
        wait_until(lambda: ready.hashes() == 2003, "the first thousand are done")
    doomed.send_signal(signal.SIGKILL)
    doomed.wait()
    end(other)
    # Its connection may outlive it by the second that it waits for a lock.
    wait_until(lambda: ready.run("apply", step, "--yes", step).returncode == 0, "the step is done", 20)
    assert ready.states()[step] == "done"
    assert (ready.is_required() if step == "not-null" else ready.hashes() == 0)
    assert ready.people.query("SELECT count(*) FROM pg_constraint WHERE conname = 'segue_clerk_user_not_null'") == [("0",)]
    assert ready.front.run("ledger", "verify").returncode == 0


def begin(scene, step: str, *words: str) -> subprocess.Popen:
    """The step, until it waits for somebody else's lock."""
    child = subprocess.Popen(
        [str(gateways.BINARY), "finalize", "apply", step, "--yes", step, *words, str(scene.front.file)],
        env=os.environ | scene.front.environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    wait_until(lambda: scene.people.query("SELECT count(*) FROM pg_locks WHERE NOT granted") != [("0",)], "the step waits")
    return child


def test_who_signs_up_meanwhile_keeps_the_password(ready):
    other = ready.holding("SELECT 1 FROM users FOR UPDATE")
    step = begin(ready, "null-hashes")
    ready.people.execute("INSERT INTO users (id, email, hashed_password) VALUES ('00000000-0000-4000-8000-000000000001', 'new@example.com', '$2b$12$new')")
    end(other)
    _, said = step.communicate(timeout=20)
    assert (step.returncode, "1 digest left" in said) == (1, True), said
    assert ready.people.query("SELECT id FROM users WHERE hashed_password IS NOT NULL") == [("00000000-0000-4000-8000-000000000001",)]
    assert ready.missing()["people"] == ["not_linked"]


def test_null_hashes_runs_beside_no_undoing(ready):
    other = ready.holding("SELECT pg_advisory_xact_lock(hashtext('segue'), hashtext('undo'))")
    step = begin(ready, "null-hashes")
    # Whose Clerk user is being deleted is as good as unlinked.
    ready.people.execute(f"INSERT INTO segue.clerk_users (clerk_user_id, updated_at_ms, deleted_at) SELECT clerk_user_id, 0, now() FROM users WHERE id = '{ready.rows[0]}'")
    assert ready.hashes() == 3
    end(other)
    assert step.wait(timeout=20) == 1
    assert ready.people.query("SELECT id FROM users WHERE hashed_password IS NOT NULL") == [(ready.rows[0],)]


def test_a_digest_that_is_written_at_the_last_moment_is_not_dropped(ready):
    ready.apply("null-hashes")
    other = ready.holding(f"UPDATE users SET hashed_password = '$2b$12$late' WHERE id = '{ready.rows[0]}'")
    step = begin(ready, "drop-hash-column")
    other.communicate("COMMIT;\n", timeout=10)
    _, said = step.communicate(timeout=20)
    assert (step.returncode, "1 row with a digest" in said) == (1, True), said
    assert ready.hashes() == 1 and ready.ledger("rule = 'drop-hash-column'") == []


def constraint(scene) -> int:
    return int(scene.people.query("SELECT count(*) FROM pg_constraint WHERE conname = 'segue_clerk_user_not_null'")[0][0])


def leave_constraint(scene) -> None:
    """As a step leaves it that is killed."""
    scene.people.execute('ALTER TABLE users ADD CONSTRAINT segue_clerk_user_not_null CHECK ("clerk_user_id" IS NOT NULL) NOT VALID')


def test_not_null_that_gives_up_takes_its_constraint_back(ready):
    leave_constraint(ready)
    # The proof waits for it; a reader would be no hindrance before the last act.
    other = ready.holding("LOCK TABLE users IN SHARE UPDATE EXCLUSIVE MODE")
    step = begin(ready, "not-null", "--wait", "1")
    dropping = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE%DROP CONSTRAINT%' AND state = 'active'"
    wait_until(lambda: ready.people.query(dropping) != [("0",)], "it gives up", 20)
    end(other)
    assert step.wait(timeout=20) == 1 and constraint(ready) == 0 and ready.states()["not-null"] == "open"


def test_what_was_begun_is_taken_back_where_it_cannot_be_ended(ready):
    unlinked = ready.person(None)
    assert ready.run("waive", unlinked, "--reason", "left").returncode == 0
    leave_constraint(ready)
    assert ready.states()["not-null"] == "begun"
    ready.apply("not-null", code=1)
    assert constraint(ready) == 0 and ready.states()["not-null"] == "blocked"
    # Also where the gates do not hold any more.
    leave_constraint(ready)
    ready.people.execute("DELETE FROM segue.ledger WHERE action = 'backup'; DELETE FROM segue.meta WHERE key = 'ledger_head'")
    refused = ready.apply("not-null", code=4)
    assert "what was begun was taken back" in refused.stderr and constraint(ready) == 0


def test_schema_revert_takes_a_constraint_with_it(scene):
    leave_constraint(scene)
    assert scene.front.run("schema", "revert", "--yes").returncode == 0
    assert constraint(scene) == 0


def part_of(dump: Path) -> Path:
    """What a dump is called until it is whole."""
    return dump.with_name(dump.name + ".part")


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_dump_that_was_cut_short_is_no_dump(scene, signal_number):
    other = scene.holding("INSERT INTO segue.ledger (at, actor, action) VALUES (now(), 'segue', 'dismiss')")
    dump = scene.front.folder / "short.dump"
    words = [str(gateways.BINARY), "finalize", "backup", str(dump), str(scene.front.file)]
    backup = subprocess.Popen(words, env=os.environ | scene.front.environment, stderr=subprocess.PIPE, text=True)
    wait_until(part_of(dump).exists, "it has begun")
    beside = scene.run("backup", str(dump))
    assert (beside.returncode, "of a backup that goes on" in beside.stderr) == (4, True), beside.stderr
    backup.send_signal(signal_number)
    _, said = backup.communicate(timeout=20)
    end(other)
    assert not dump.exists() and scene.missing() == {"backup": ["no_backup"]}
    if signal_number == signal.SIGKILL:
        assert f"{part_of(dump)} is there" in scene.run("backup", str(dump)).stderr
        part_of(dump).unlink()
    else:
        assert (backup.returncode, "no dump was made" in said, part_of(dump).exists()) == (1, True, False)
    assert scene.run("backup", str(dump)).returncode == 0 and dump.stat().st_mode & 0o077 == 0


def test_a_dump_holds_no_entry_whose_transaction_is_still_open(scene):
    entry = "INSERT INTO segue.ledger (at, actor, action, user_id, clerk_user_id) VALUES (now(), 'segue', '{action}', '{user}', 'x')"
    other = scene.holding(entry.format(action="link", user=scene.rows[0]))
    scene.people.execute(entry.format(action="dismiss", user=scene.rows[0]))
    dump = scene.front.folder / "settled.dump"
    backup = subprocess.Popen([str(gateways.BINARY), "finalize", "backup", str(dump), str(scene.front.file)], env=os.environ | scene.front.environment, stderr=subprocess.DEVNULL)
    wait_until(part_of(dump).exists, "it has begun")
    assert backup.poll() is None and part_of(dump).stat().st_size == 0
    other.communicate("COMMIT;\n", timeout=10)
    assert backup.wait(timeout=20) == 0
    scene.check(code=0)
    assert not part_of(dump).exists()
    assert "link" in subprocess.run(["pg_restore", "-a", "-t", "ledger", "-f", "-", str(dump)], capture_output=True, text=True).stdout
    scene.people.execute(entry.format(action="provision", user=scene.rows[0]))
    assert scene.missing() == {"backup": ["backup_before_change"]}


def test_rows_that_a_policy_hides_end_nothing(ready):
    ready.people.execute(
        "DROP ROLE IF EXISTS segue_tenant; CREATE ROLE segue_tenant; GRANT ALL ON users TO segue_tenant; GRANT ALL ON SCHEMA segue TO segue_tenant;"
        "GRANT ALL ON ALL TABLES IN SCHEMA segue TO segue_tenant; ALTER TABLE users ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON users USING (name = 'mine')"
    )
    ready.front.environment |= {"PGOPTIONS": "-c role=segue_tenant"}
    refused = ready.run("check")
    assert (refused.returncode, "row-level security hides rows" in refused.stderr) == (4, True), refused.stderr
    ready.people.execute("DROP POLICY own ON users; ALTER TABLE users DISABLE ROW LEVEL SECURITY")
    refused = ready.apply("drop-hash-column", code=4)
    ready.people.execute("UPDATE users SET hashed_password = NULL")
    assert "does not own" in ready.apply("drop-hash-column", code=1).stderr
    del ready.front.environment["PGOPTIONS"]
    ready.people.execute("DROP OWNED BY segue_tenant; DROP ROLE segue_tenant")


def test_a_constraint_against_a_step_is_told_in_the_databases_words(ready):
    ready.people.execute("ALTER TABLE users ADD CONSTRAINT way_in CHECK (hashed_password IS NOT NULL)")
    refused = ready.apply("null-hashes", code=1)
    assert "way_in" in refused.stderr and ready.hashes() == 3
    ready.people.execute("ALTER TABLE users DROP CONSTRAINT way_in")
    ready.apply("null-hashes")


def test_no_step_holds_the_table_in_silence_and_each_says_when_it_was_done(ready):
    ready.people.execute(
        """
        CREATE TABLE heard (tag text, silence text);
        CREATE FUNCTION hear() RETURNS event_trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO heard VALUES (tg_tag, current_setting('idle_in_transaction_session_timeout')); END $$;
        CREATE EVENT TRIGGER hear ON ddl_command_start EXECUTE FUNCTION hear()
        """
    )
    reader = ready.holding("SELECT count(*) FROM users")
    words = [str(gateways.BINARY), "finalize", "apply", "not-null", "--yes", "not-null", str(ready.front.file)]
    applied = subprocess.Popen(words, env=os.environ | ready.front.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: ready.people.query("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE%' AND wait_event_type = 'Lock'") != [], "it waits")
    [(waited,)] = ready.people.query("SELECT clock_timestamp()")
    end(reader)
    assert applied.wait(timeout=30) == 0
    assert ready.people.query("SELECT DISTINCT silence FROM heard WHERE tag = 'ALTER TABLE'") == [("5s",)]
    assert ready.people.query(f"SELECT rule FROM segue.ledger WHERE action = 'finalize' AND at > '{waited}'") == [("not-null",)]
    ready.people.execute("DROP EVENT TRIGGER hear")


def test_a_hash_column_that_is_required_and_one_that_a_view_reads(ready):
    ready.people.execute("ALTER TABLE users ALTER COLUMN hashed_password SET NOT NULL; CREATE VIEW old_logins AS SELECT hashed_password FROM users")
    ready.apply("null-hashes")
    assert ready.hashes() == 0 and not ready.is_required("hashed_password")
    refused = ready.apply("drop-hash-column", code=1)
    assert "other objects depend on it" in refused.stderr
    ready.people.execute("DROP VIEW old_logins; UPDATE users SET hashed_password = 'again' WHERE id = (SELECT min(id::text)::uuid FROM users)")
    assert "1 row with a digest" in ready.apply("drop-hash-column", code=4).stderr


@pytest.mark.parametrize(
    "words", [("apply", "null"), ("apply", "null-hashes", "--yes", "yes"), ("apply", "null-hashes", "--yes", "not-null"), ("check", "--days", "-1"), ()]
)  # fmt: skip
def test_words_that_make_no_sense(calm, words):
    result = calm.run(*words)
    assert result.returncode == 2 and calm.hashes() == 3


def test_other_tables_skip_what_makes_no_sense_there(postgres, start_gateway, origin, clerk):
    by_id = Scene(postgres, start_gateway, origin, clerk)
    by_id.people.execute("CREATE TABLE members (id text PRIMARY KEY, email text)")
    made = by_id.front.settings
    made["directory"]["users"] = {"table": "members", "id": "id", "email": "email", "clerkUserId": "id"}
    made["legacy"] = []
    made["routes"] = [gateways.route("clerk")]
    del made["directory"]["linking"]["privilegedRoles"]
    by_id.front.configure(made)
    texts = {step["step"]: step["text"] for step in json.loads(by_id.run("check", "--json").stdout)["steps"]}
    assert "cannot be NULL" in texts["not-null"] and "names no column" in texts["null-hashes"]
    by_id.people.execute("CREATE TABLE mappings (user_id uuid PRIMARY KEY, clerk text UNIQUE)")
    made["directory"]["users"] = {"table": "users", "id": "id", "email": "email"}
    made["directory"]["mapping"] = {"table": "mappings", "userId": "user_id", "clerkUserId": "clerk"}
    by_id.front.configure(made)
    texts = {step["step"]: step["text"] for step in json.loads(by_id.run("check", "--json").stdout)["steps"]}
    assert 'the links are rows of "mappings"' in texts["not-null"]


def test_sqlite_is_refused_with_the_reason(start_gateway, origin, clerk, tmp_path):
    people = SQLiteUsers(tmp_path / "users.sqlite")
    front = start_gateway(gateways.settings(origin, clerk, people), clerk, people, serve=False)
    for words in (("check",), ("apply", "null-hashes"), ("backup", str(tmp_path / "x"))):
        result = front.run("finalize", *words)
        assert (result.returncode, "needs PostgreSQL" in result.stderr) == (4, True), result.stderr
