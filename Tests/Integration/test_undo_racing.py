"""`segue undo` beside others who change the same links, and after runs of its own that ended in the middle."""

import json
import os
import subprocess

from test_undo import entries, front, people, undo  # noqa: F401 (fixtures)

from harness import gateway as gateways
from harness.batch import Batch
from harness.postgres import holding
from harness.processes import wait_until


def beside(front, people, transaction: str, *words: str) -> subprocess.CompletedProcess:
    """Runs a command that waits for a row which somebody changes, and who then commits."""
    other = holding(people.url, transaction)
    process = subprocess.Popen(
        [str(gateways.BINARY), *words, str(front.file)], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=os.environ | front.environment,
    )  # fmt: skip
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    wait_until(lambda: process.poll() is not None or people.query(waiting) == [("1",)], "it waits for the row")
    other.communicate("COMMIT;\n", timeout=10)
    said, errors = process.communicate(timeout=30)
    return subprocess.CompletedProcess(words, process.returncode, said, errors)


def ended(people, clerk_user: str) -> bool:
    """Whether it is noted that a Clerk user is gone."""
    return people.query(f"SELECT 1 FROM segue.clerk_users WHERE clerk_user_id = '{clerk_user}' AND deleted_at IS NOT NULL") != []


def test_a_link_that_was_made_anew_meanwhile_is_not_taken_away(front, people, emulator):
    user, clerk_user = people.add("anew@example.com"), emulator.user()
    assert front.run("link", user, clerk_user, "--reason", "r").returncode == 0
    [(linked, *_)] = entries(people, f"user_id = '{user}'")
    again = "INSERT INTO segue.ledger (at, actor, action, user_id, clerk_user_id) VALUES (now(), 'grace', '{}', '{}', '{}');"
    result = beside(
        front, people,
        f"UPDATE users SET migrated_at = now() WHERE id = '{user}';" + again.format("unlink", user, clerk_user) + again.format("link", user, clerk_user),
        "undo", linked, "--yes", "--json",
    )  # fmt: skip
    assert result.returncode == 3, result.stdout + result.stderr
    assert [left["reason"] for left in json.loads(result.stdout)["left"]] == ["later_entry"]
    assert people.link_of(user) == clerk_user


def test_the_link_that_is_taken_away_is_that_of_now(front, people, emulator):
    """Where links are in Segue's own table alone: a statement that waited for a row has its link from before."""
    user, before = people.add("now@example.com"), emulator.user()
    del front.settings["directory"]["users"]["clerkUserId"]
    front.configure(front.settings)
    try:
        assert front.run("link", user, before, "--reason", "r").returncode == 0
        result = beside(
            front, people,
            f"SELECT 1 FROM users WHERE id = '{user}' FOR UPDATE;"
            f"UPDATE segue.links SET clerk_user_id = 'user_now' WHERE user_id = '{user}'",
            "unlink", user, "--reason", "two people",
        )  # fmt: skip
        assert result.returncode == 0, result.stderr
        assert [row[3] for row in entries(people, f"user_id = '{user}' AND action = 'unlink'")] == ["user_now"]
    finally:
        front.settings["directory"]["users"]["clerkUserId"] = "clerk_user_id"
        front.configure(front.settings)


def test_a_run_that_was_killed_before_the_deletion_leaves_nobody_for_gone(front, people, emulator):
    batch = Batch(people, emulator)
    (seen, seen_clerk), (other, other_clerk) = batch.add(), batch.add()
    for clerk_user in (seen_clerk, other_clerk):
        people.execute(f"INSERT INTO segue.clerk_users VALUES ('{clerk_user}', 0, now())")
    emulator.session_token(seen_clerk)
    assert undo(front, batch.name, "--dry-run", code=3)["undone"] == 0 and ended(people, seen_clerk)
    done = undo(front, batch.name, "--yes", code=3)
    assert (done["undone"], {left["reason"] for left in done["left"]}) == (2, {"signed_in"})
    assert (ended(people, seen_clerk), ended(people, other_clerk)) == (False, True)
    # Also where nobody else is left to be undone.
    people.execute(f"UPDATE segue.clerk_users SET deleted_at = now() WHERE clerk_user_id = '{seen_clerk}'")
    undo(front, batch.name, code=4)
    assert not ended(people, seen_clerk) and people.link_of(seen) == seen_clerk


def test_who_stays_for_the_ledgers_sake_is_not_noted_as_ending(front, people, emulator):
    """The run before had no clear answer to a deletion, and since then somebody has parted the two."""
    batch = Batch(people, emulator)
    user, clerk_user = batch.add()
    people.execute(f"INSERT INTO segue.clerk_users VALUES ('{clerk_user}', 0, now())")
    assert front.run("unlink", user, "--reason", "two people").returncode == 0
    assert {left["reason"] for left in undo(front, batch.name, "--yes", code=4)["left"]} == {"later_entry"}
    assert not ended(people, clerk_user) and emulator.ask("GET", f"/users/{clerk_user}").status_code == 200


def test_a_run_that_was_killed_behind_the_last_deletion_is_gone_on_with(front, people, emulator):
    batch = Batch(people, emulator)
    user, clerk_user = batch.add()
    people.execute(f"INSERT INTO segue.clerk_users VALUES ('{clerk_user}', 0, now())")
    emulator.ask("DELETE", f"/users/{clerk_user}")
    assert undo(front, batch.name, "--yes")["undone"] == 2
    assert people.link_of(user) is None and ended(people, clerk_user)


def test_what_may_have_been_deleted_is_not_said_to_stay(front, people, emulator):
    """A reply that was lost: the deletion may be done yet, and what Clerk tells of it then is to change no row."""
    batch = Batch(people, emulator)
    user, clerk_user = batch.add()
    emulator.control("faults", kind="refuse", endpoint="DELETE /v1/users/{id}", status=503)
    emulator.control("faults", kind="refuse", endpoint="DELETE /v1/users/{id}", status=401)
    assert "clerk.secretKey" in undo(front, batch.name, "--yes", code=5)["failure"]
    assert ended(people, clerk_user) and people.link_of(user) == clerk_user
    assert undo(front, batch.name, "--yes")["undone"] == 2

    other, other_clerk = (again := Batch(people, emulator)).add()
    emulator.control("faults", kind="refuse", endpoint="DELETE /v1/users/{id}", status=401)
    undo(front, again.name, "--yes", code=5)
    assert not ended(people, other_clerk), "this one was refused for certain"


def test_a_clerk_user_who_had_two_rows_is_undone_as_planned(front, people, emulator):
    people.execute("SELECT pg_sleep(0.01)")
    [(now,)] = people.query("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')")
    one, two, first, second = people.add("one@example.com"), people.add("two@example.com"), emulator.user(), emulator.user()
    for words in [("link", one, first), ("unlink", one), ("link", two, first), ("link", one, second)]:
        assert front.run(*words, "--reason", "r").returncode == 0
    people.execute("INSERT INTO segue.ledger (at, actor, action, rule) VALUES (now(), 'ada', 'finalize', 'not-null')")
    assert front.run("link", people.add("three@example.com"), emulator.user(), "--reason", "r").returncode == 0
    done = undo(front, "--since", now, "--yes")
    assert (done["undone"], done["left"]) == (6, [])
    assert (people.link_of(one), people.link_of(two)) == (None, None)


def test_the_plan_says_who_has_come_with_a_clerk_session(front, people, emulator):
    user, clerk_user = people.add("seen@example.com"), emulator.user()
    assert front.run("link", user, clerk_user, "--reason", "r").returncode == 0
    [(linked, *_)] = entries(people, f"user_id = '{user}'")
    assert undo(front, linked, "--dry-run")["steps"][0]["seen"] is False
    people.execute(f"UPDATE segue.links SET first_session_at = now() WHERE user_id = '{user}'")
    assert undo(front, linked, "--dry-run")["steps"][0]["seen"] is True
    assert "the link is taken away, of somebody who HAS COME with a Clerk session" in front.run("undo", linked, "--dry-run").stdout
