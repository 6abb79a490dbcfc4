"""`segue undo`: what the ledger records is taken back, a whole batch at once, and nobody who has signed in loses their Clerk user."""

import json
import os
import pty
import re
import subprocess
import uuid

import pytest

from harness import gateway as gateways, legacy
from harness.batch import Batch
from harness.emulator import WEBHOOK_SECRET
from harness.processes import wait_until
from harness.users import PostgresUsers

#: Segue's own tables whose rows may differ afterwards: the ledger is appended to, and its head moves on; what is still to be done for
#: whom, and when Clerk may be asked next, is written by every run of a migration; who is gone from Clerk is known for ever.
APART = ("segue.ledger", "segue.meta", "segue.people", "segue.migrators", "segue.budget", "segue.clerk_users")


@pytest.fixture(scope="module")
def people(postgres) -> PostgresUsers:
    return PostgresUsers(postgres)


@pytest.fixture(scope="module")
def front(start_gateway, origin, people, emulator):
    """Settings for the commands; no gateway runs, so that nothing changes but what the commands do."""
    made = gateways.settings(origin, None, people)
    made["clerk"] = emulator.settings()
    return start_gateway(made, None, people, serve=False, environment={"CLERK_SECRET_KEY": emulator.secret_key})


def dump(people: PostgresUsers) -> str:
    """Everything in the database but the ledger and the places of sequences."""
    without = [f"--exclude-table-data={table}" for table in APART]
    result = subprocess.run(
        ["pg_dump", "--inserts", *without, people.url], capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = [line for line in result.stdout.splitlines() if "pg_catalog.setval" not in line and not line.startswith("\\")]
    return "\n".join(sorted(line for line in lines if line.startswith("INSERT")) + [line for line in lines if not line.startswith("INSERT")])


def clerk_users(emulator) -> list[dict]:
    """Everything that the emulator says of its users."""
    users = emulator.ask("GET", "/users", params={"limit": 500}).json()
    return sorted(users, key=lambda user: user["id"])


def entries(people, where: str) -> list[tuple[str, ...]]:
    return people.query(f"SELECT id, action, user_id, clerk_user_id, rule, detail FROM segue.ledger WHERE {where} ORDER BY id")


def undo(front, *words: str, code: int = 0) -> dict:
    result = front.run("undo", *words, "--json", "--rate", "9000")
    assert result.returncode == code, result.stdout + result.stderr
    return json.loads(result.stdout)


def test_a_batch_is_undone_and_everything_is_as_it_was(front, people, emulator):
    bystander = Batch(people, emulator)
    bystander.add()
    migrated_before = people.add("before@example.com")
    people.execute(f"UPDATE users SET migrated_at = '2020-01-01' WHERE id = '{migrated_before}'")
    batch = Batch(people, emulator)
    members = [people.add(f"{uuid.uuid4().hex[:12]}@example.com") for _ in range(3)] + [migrated_before]
    before, clerk_before = dump(people), clerk_users(emulator)

    for user in members:
        batch.add(user)
    assert (dump(people), clerk_users(emulator)) != (before, clerk_before)
    during, clerk_during = dump(people), clerk_users(emulator)

    rehearsal = undo(front, batch.name, "--dry-run")
    assert [step["reverse"] for step in rehearsal["steps"]] == ["unlink", "delete_clerk_user"] * 4
    assert rehearsal["left"] == [] and rehearsal["undone"] == 0
    refused = front.run("undo", batch.name)
    assert (refused.returncode, "--yes to undo 8 entries" in refused.stderr) == (4, True)
    assert refused.stdout.count("  =>  the link is taken away") == 4
    assert (dump(people), clerk_users(emulator)) == (during, clerk_during), "nothing is done without a yes"

    done = undo(front, batch.name, "--yes", "--reason", "the wrong cohort", "--actor", "grace")
    assert (done["undone"], done["left"]) == (8, [])
    assert dump(people) == before
    assert clerk_users(emulator) == clerk_before
    undone = entries(people, f"action = 'undo' AND actor = 'grace'")
    numbers = [row[0] for row in entries(people, f"batch = '{batch.name}'")]
    assert sorted(row[5] for row in undone) == sorted(f"entry {number}: the wrong cohort" for number in numbers)
    assert {row[4] for row in undone} == {"link", "create_clerk_user"}

    again = front.run("undo", batch.name, "--yes")
    assert (again.returncode, "it was undone before" in again.stderr) == (0, True)
    assert len(entries(people, "action = 'undo' AND actor = 'grace'")) == 8
    assert front.run("ledger", "verify").returncode == 0


def test_a_migration_is_undone_and_can_be_run_again(front, people, emulator):
    """The command's own batch, with somebody who signs in between."""
    people.execute("DELETE FROM users")
    linked, linked_clerk = Batch(people, emulator).add()
    rows = {people.add(f"{uuid.uuid4().hex[:12]}@example.com") for _ in range(4)}
    seen = next(iter(rows))
    before, clerk_before = dump(people), clerk_users(emulator)
    wave = ("migrate", "--no-backup", "--json", "--batch")
    assert json.loads(front.run(*wave, "wave-1").stdout)["batch"] == "wave-1"
    assert all(people.link_of(user) for user in rows)
    emulator.session_token(people.link_of(seen))

    done = undo(front, "wave-1", "--yes", code=3)
    assert done["undone"] == 6 and {left["user_id"] for left in done["left"]} == {seen}
    kept = people.link_of(seen)
    assert kept and people.link_of(linked) == linked_clerk
    people.execute(
        f"UPDATE users SET clerk_user_id = NULL, migrated_at = NULL WHERE id = '{seen}'; DELETE FROM segue.links WHERE user_id = '{seen}'"
    )
    assert dump(people) == before, "everything but who has signed in"
    assert [user for user in clerk_users(emulator) if user["id"] != kept] == clerk_before

    emulator.ask("DELETE", f"/users/{kept}")
    assert front.run(*wave, "wave-2").returncode == 0
    assert all(people.link_of(user) for user in rows)
    assert undo(front, "wave-2", "--yes")["undone"] == 8
    assert dump(people) == before and clerk_users(emulator) == clerk_before


@pytest.mark.parametrize("sight", ["clerk", "gateway"])
def test_who_has_signed_in_since_is_named_and_left(front, people, emulator, sight):
    batch = Batch(people, emulator)
    (user, clerk_user), (other, other_clerk) = batch.add(), batch.add()
    if sight == "clerk":
        emulator.session_token(clerk_user)
    else:
        people.execute(f"UPDATE segue.links SET first_session_at = now() WHERE user_id = '{user}'")
    done = undo(front, batch.name, "--yes", code=3)
    assert [(left["user_id"], left["action"], left["reason"]) for left in done["left"]] == [
        (user, "create_clerk_user", "signed_in"), (user, "link", "signed_in"),
    ]  # fmt: skip
    assert (people.link_of(user), people.link_of(other)) == (clerk_user, None)
    assert emulator.ask("GET", f"/users/{clerk_user}").status_code == 200
    assert emulator.ask("GET", f"/users/{other_clerk}").status_code == 404
    said = front.run("undo", batch.name, "--yes")
    assert said.returncode == 4 and user in said.stdout and "signed in since" in said.stdout


def test_what_something_later_rests_on_is_refused(front, people, emulator):
    batch = Batch(people, emulator)
    user, clerk_user = batch.add()
    [(created, *_), (linked, *_)] = entries(people, f"batch = '{batch.name}'")
    refused = undo(front, created, "--yes", code=4)
    assert refused["left"][0]["reason"] == "later_entry" and f"segue undo {linked} first" in refused["left"][0]["text"]
    assert emulator.ask("GET", f"/users/{clerk_user}").status_code == 200

    assert front.run("unlink", user, "--reason", "two people").returncode == 0
    refused = undo(front, batch.name, "--yes", code=4)
    assert {left["reason"] for left in refused["left"]} == {"later_entry"}

    [(unlinked, *_)] = entries(people, f"user_id = '{user}' AND action = 'unlink'")
    assert undo(front, unlinked, "--yes")["undone"] == 1
    assert people.link_of(user) == clerk_user
    assert people.query(f"SELECT rule, linked_at = '2026-11-21 04:05:06.789+00' FROM segue.links WHERE user_id = '{user}'") == [("migrated", "t")]
    assert undo(front, batch.name, "--yes")["undone"] == 2
    assert people.link_of(user) is None
    assert emulator.ask("GET", f"/users/{clerk_user}").status_code == 404


def test_a_batch_whose_run_goes_on_is_not_undone(front, people, emulator):
    batch = Batch(people, emulator)
    user, clerk_user = batch.add()
    now = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
    people.execute(f"INSERT INTO segue.migrators VALUES ('alive', '{batch.name}', {now} + 60000), ('dead', 'other', 0)")
    for words in [(batch.name,), ("--since", "2020-01-01")]:
        result = front.run("undo", *words, "--yes")
        assert (result.returncode, f"the run {batch.name} goes on" in result.stderr) == (4, True), result.stderr
    assert people.link_of(user) == clerk_user
    people.execute("UPDATE segue.migrators SET seen_at_ms = 0")
    assert undo(front, batch.name, "--yes")["undone"] == 2


def test_a_clerk_user_that_is_gone_already_is_no_trouble(front, people, emulator):
    batch = Batch(people, emulator, links=False)
    (_, clerk_user), _ = batch.add(), batch.add()
    emulator.ask("DELETE", f"/users/{clerk_user}")
    assert undo(front, batch.name, "--yes")["undone"] == 2


def test_an_instance_that_knows_nobody_is_taken_for_the_wrong_one(front, people, emulator):
    batch = Batch(people, emulator)
    user, clerk_user = batch.add()
    emulator.ask("DELETE", f"/users/{clerk_user}")
    refused = front.run("undo", batch.name, "--yes")
    assert (refused.returncode, "another instance's" in refused.stderr) == (4, True), refused.stderr
    assert people.link_of(user) == clerk_user
    assert undo(front, batch.name, "--yes", "--gone")["undone"] == 2
    known = people.query(f"SELECT 1 FROM segue.clerk_users WHERE clerk_user_id = '{clerk_user}' AND deleted_at IS NOT NULL")
    assert known == [], "what an operator says of Clerk is not what Clerk says"


@pytest.mark.parametrize(("step", "left"), [("not-null", "unlink"), ("null-hashes", "all"), ("drop-hash-column", "all"), ("keep-columns", None)])
def test_what_the_end_of_a_migration_rests_on_is_refused(front, people, emulator, step, left):
    batch = Batch(people, emulator)
    user, clerk_user = batch.add()
    people.execute(f"INSERT INTO segue.ledger (at, actor, action, rule) VALUES (now(), 'ada', 'finalize', '{step}')")
    try:
        done = undo(front, batch.name, "--dry-run", code=0 if left is None else 4)
        assert {one["reason"] for one in done["left"]} == (set() if left is None else {"later_entry"})
        assert len(done["steps"]) == (2 if left is None else 0)
    finally:
        people.execute("DELETE FROM segue.ledger WHERE action = 'finalize'")
    assert people.link_of(user) == clerk_user


def test_what_the_database_refuses_is_known_before_anybody_is_deleted(front, people, emulator):
    batch = Batch(people, emulator)
    user, clerk_user = batch.add()
    people.execute(f"ALTER TABLE users ADD CONSTRAINT linked CHECK (id <> '{user}' OR clerk_user_id IS NOT NULL)")
    try:
        done = undo(front, batch.name, "--yes", code=3)
        assert {one["reason"] for one in done["left"]} == {"database_refused"} and "linked" in done["left"][0]["text"]
        assert people.link_of(user) == clerk_user and emulator.ask("GET", f"/users/{clerk_user}").status_code == 200
        assert entries(people, f"user_id = '{user}' AND action = 'undo'") == []
    finally:
        people.execute("ALTER TABLE users DROP CONSTRAINT linked")
    assert undo(front, batch.name, "--yes")["undone"] == 2


@pytest.mark.parametrize("external_id", ["somebody-else", ""])
def test_a_clerk_user_of_whom_clerk_says_otherwise_by_now_stays(front, people, emulator, external_id):
    batch = Batch(people, emulator, links=False)
    _, clerk_user = batch.add()
    emulator.ask("PATCH", f"/users/{clerk_user}", json={"external_id": external_id})
    assert undo(front, batch.name, "--yes", code=4)["left"][0]["reason"] == "other_external_id"
    assert emulator.ask("GET", f"/users/{clerk_user}").status_code == 200


def test_a_row_of_the_ledger_alone_deletes_nobody(front, people, emulator):
    """Whoever may write the ledger may write lies into it; Clerk must say so too."""
    batch = Batch(people, emulator, links=False)
    user, clerk_user = batch.add()
    emulator.ask("PATCH", f"/users/{clerk_user}/metadata", json={"private_metadata": {"segue_batch": None}})
    assert undo(front, batch.name, "--yes", code=4)["left"][0]["reason"] == "not_ours"
    assert emulator.ask("GET", f"/users/{clerk_user}").status_code == 200


def test_who_signs_in_while_clerk_makes_us_wait_is_left(front, people, emulator):
    batch = Batch(people, emulator)
    user, clerk_user = batch.add()
    emulator.control("faults", kind="refuse", endpoint="DELETE /v1/users/{id}", status=429, retry_after=2)
    process = subprocess.Popen(
        [str(gateways.BINARY), "undo", batch.name, "--yes", "--json", str(front.file)], text=True, stdout=subprocess.PIPE,
        env=os.environ | front.environment,
    )  # fmt: skip
    wait_until(lambda: emulator.look("status")["faults"] == 0, "the deletion was refused")
    emulator.session_token(clerk_user)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 3, said
    assert {left["reason"] for left in json.loads(said)["left"]} == {"signed_in"}
    assert people.link_of(user) == clerk_user, "the link stays with its Clerk user"
    assert people.query(f"SELECT 1 FROM segue.clerk_users WHERE clerk_user_id = '{clerk_user}' AND deleted_at IS NOT NULL") == []
    assert emulator.ask("GET", f"/users/{clerk_user}").status_code == 200


def test_what_clerk_tells_of_a_run_and_of_its_end_leaves_nobody_behind(start_gateway, origin, postgres, emulator):
    """With webhooks on: some are linked by a message before the run could, and each deletion is told while it is undone."""
    people = PostgresUsers(postgres)
    made = gateways.settings(origin, emulator, people)
    made["clerk"] = emulator.settings() | {"webhooks": {"path": "/hooks", "secrets": ["${WEBHOOK_ONE}"]}}
    environment = {"CLERK_SECRET_KEY": emulator.secret_key, "WEBHOOK_ONE": WEBHOOK_SECRET}
    gateway = start_gateway(made, None, people, environment=environment)
    rows = [people.add(f"{uuid.uuid4().hex[:12]}@example.com") for _ in range(30)]
    emulator.control("webhooks", url=gateway.url + "/hooks", secret=WEBHOOK_SECRET)
    try:
        assert gateway.run("migrate", "--no-backup", "--batch", "told").returncode == 0
        assert undo(gateway, "told", "--yes")["undone"] == 60
        wait_until(lambda: all(message["state"] == "delivered" for message in emulator.look("deliveries")), "delivered")
    finally:
        emulator.control("webhooks", url=None)
    assert not any(people.link_of(row) for row in rows)
    assert people.query("SELECT count(*) FROM segue.links") == [("0",)], "no link and no tombstone"
    assert {gateway.get("/legacy/x", bearer=legacy.token(row)).status_code for row in rows} == {200}
    assert gateway.run("migrate", "--no-backup").returncode == 0
    assert all(people.link_of(row) for row in rows)


@pytest.mark.parametrize("is_first", [False, True])
def test_a_link_that_a_webhook_made_of_a_runs_user_is_taken_back_with_the_run(front, people, emulator, is_first):
    batch = Batch(people, emulator)
    user, clerk_user = batch.add()
    people.execute(f"UPDATE segue.ledger SET batch = NULL, rule = 'external_id' WHERE action = 'link' AND user_id = '{user}'")
    if is_first:  # The message came before the reply to the run.
        people.execute(
            f"""
            WITH made AS (DELETE FROM segue.ledger WHERE action = 'create_clerk_user' AND user_id = '{user}' RETURNING *)
            INSERT INTO segue.ledger (at, actor, action, user_id, clerk_user_id, batch)
            SELECT at, actor, action, user_id, clerk_user_id, batch FROM made
            """
        )
    other = Batch(people, emulator)
    other.add()
    assert undo(front, batch.name, "--yes")["undone"] == 2
    assert people.link_of(user) is None and emulator.ask("GET", f"/users/{clerk_user}").status_code == 404
    assert people.link_of(other.members[0][0]) == other.members[0][1]


def test_a_link_that_was_undone_stays_away(front, people, emulator):
    """No rule makes it again: it was an operator's word."""
    batch = Batch(people, emulator)
    user, clerk_user = batch.add()
    [_, (linked, *_)] = entries(people, f"batch = '{batch.name}'")
    assert undo(front, linked, "--yes")["undone"] == 1
    known = json.loads(front.run("explain", "--user", clerk_user, "--json").stdout)
    assert any(rule["code"] == "unlinked" for rule in known["rules"]), known["rules"]
    assert front.run("link", user, clerk_user, "--reason", "it was right").returncode == 0


def test_limits_and_outages_of_clerk_are_waited_for(front, people, emulator):
    batch = Batch(people, emulator)
    for _ in range(3):
        batch.add()
    delete = "DELETE /v1/users/{id}"
    emulator.control("faults", kind="refuse", endpoint=delete, status=429, retry_after=1)
    emulator.control("faults", kind="lose", endpoint=delete)
    emulator.control("faults", kind="refuse", endpoint=delete, status=503)
    emulator.control("faults", kind="refuse", endpoint="GET /v1/users", status=429, retry_after=1)
    assert undo(front, batch.name, "--yes")["undone"] == 6
    assert all(emulator.ask("GET", f"/users/{clerk_user}").status_code == 404 for _, clerk_user in batch.members)


def test_a_run_that_stops_half_way_is_gone_on_with(front, people, emulator):
    batch = Batch(people, emulator)
    user, clerk_user = batch.add()
    emulator.control("faults", kind="refuse", endpoint="DELETE /v1/users/{id}", status=401)
    stopped = undo(front, batch.name, "--yes", code=5)
    assert "clerk.secretKey" in stopped["failure"] and stopped["undone"] == 0
    assert people.link_of(user) == clerk_user, "nothing is changed here before the end of the Clerk user"
    assert undo(front, batch.name, "--yes")["undone"] == 2
    assert emulator.ask("GET", f"/users/{clerk_user}").status_code == 404


@pytest.mark.parametrize(("word", "code"), [("yes", 0), ("y", 4), ("", 4)])
def test_who_sits_at_a_terminal_is_asked(front, people, emulator, word, code):
    user, clerk_user = people.add(f"{uuid.uuid4().hex}@example.com"), emulator.user()
    assert front.run("link", user, clerk_user, "--reason", "r").returncode == 0
    [(linked, *_)] = entries(people, f"user_id = '{user}'")
    terminal, other_end = pty.openpty()
    process = subprocess.Popen(
        [str(gateways.BINARY), "undo", linked, str(front.file)], stdin=other_end, stderr=other_end, stdout=subprocess.PIPE,
        env=os.environ | front.environment,
    )  # fmt: skip
    os.close(other_end)
    os.write(terminal, f"{word}\n".encode())
    shown, _ = process.communicate(timeout=30)
    os.close(terminal)
    assert (process.returncode, b"  =>  the link is taken away" in shown) == (code, True)
    assert people.link_of(user) == (None if code == 0 else clerk_user)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("undo", "999999999"), 4, "no entry 999999999"),
        (("undo", "m-nobody"), 4, "no batch m-nobody"),
        (("undo", "--since", "2999-01-01"), 4, "no entry since"),
        (("undo", "--batch", "17"), 4, "no batch 17"),
        (("undo", "--batch", "b", "--since", "1h"), 2, "do not go together"),
        (("undo", "--since", "yesterday"), 2, "--since must be a time"),
        (("undo", "1", "--reason", "write to ada@example.com"), 2, "no addresses"),
        (("ledger", "list", "--action", "unlinked"), 2, "found unlinked, expected one of link, provision,"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(front, words, code, said):
    result = front.run(*words)
    assert (result.returncode, said in result.stderr) == (code, True), result.stdout + result.stderr


def test_an_output_that_cannot_be_written_is_named(front):
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [str(gateways.BINARY), "ledger", "verify", str(front.file)], stdout=full, stderr=subprocess.PIPE, text=True,
            env=os.environ | front.environment,
        )  # fmt: skip
    assert (result.returncode, result.stderr) == (1, "segue: standard output: No space left on device\n")


def test_all_since_a_time_is_undone_the_latest_first(front, people, emulator):
    people.execute("SELECT pg_sleep(0.01)")
    [(now,)] = people.query("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')")
    user, clerk_user = people.add("since@example.com"), emulator.user()
    for words in [("link", user, clerk_user), ("unlink", user), ("link", user, clerk_user)]:
        assert front.run(*words, "--reason", "r").returncode == 0
    done = undo(front, "--since", now, "--yes")
    assert [step["action"] for step in done["steps"]] == ["link", "unlink", "link"]
    assert people.link_of(user) is None and done["left"] == []
    assert emulator.ask("GET", f"/users/{clerk_user}").status_code == 200, "Segue did not create it"


def test_what_a_command_does_is_sealed_when_it_ends(front, people, emulator):
    user = people.add("sealed@example.com")
    assert front.run("link", user, emulator.user(), "--reason", "r").returncode == 0
    assert people.query("SELECT count(*) FROM segue.ledger WHERE position IS NULL") == [("0",)]


def test_a_live_flip_is_ended(front, people):
    made = front.settings["routes"][0]["name"]
    assert front.run("flip", made, "deny", "--live", "--actor", "grace").returncode == 0
    [(flipped, *_)] = entries(people, "action = 'flip'")[-1:]
    assert undo(front, flipped, "--yes")["steps"][0]["reverse"] == "end_flip"
    assert people.query("SELECT count(*) FROM segue.overrides") == [("0",)]
    assert re.search(r"undo .*\(flip\)", front.run("ledger", "list", "--action", "undo").stdout)
