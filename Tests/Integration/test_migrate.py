"""`segue migrate`: everybody is created in Clerk exactly once and linked, whatever fails, dies or is started twice."""

import hashlib
import json
import os
import random
import signal
import sqlite3
import stat
import subprocess
import time
from math import ceil
from pathlib import Path

import pytest

from harness.emulator import SECRET_KEY, Emulator
from harness.gateway import BINARY
from harness.postgres import Postgres, holding
from harness.processes import wait_until

BCRYPT = "$2b$04$cVWp4XaNU8a4v1uMRum2SO026BWLIoQMD/TXg5uZV.0P.uO8m3YEm"
TABLE = """
CREATE TABLE users (
    id integer PRIMARY KEY, email text, hashed_password text, first_name text, last_name text, phone text, username text,
    totp text, codes text, plan text, verified boolean NOT NULL DEFAULT true, is_active boolean NOT NULL DEFAULT true,
    clerk_user_id text UNIQUE, migrated_at timestamptz, created_at timestamptz);
INSERT INTO users SELECT n, 'user' || n || '@example.com', '{digest}', 'Ada', 'Lovelace', NULL, NULL, NULL, NULL,
    CASE WHEN n % 2 = 0 THEN 'pro' ELSE 'free' END, true, true, NULL, NULL, '2020-01-01 00:00:00+00' FROM generate_series(1, {count}) n;
"""


class Site:
    """A users table, Segue's settings for it, and an emulated Clerk."""

    def __init__(self, folder: Path, server: Postgres, clerk: Emulator, count: int, url: str | None = None):
        self.folder, self.server, self.clerk, self.url = folder, server, clerk, url or clerk.own_url
        self.database = f"site_{os.urandom(6).hex()}"
        server.psql("postgres", f"CREATE DATABASE {self.database}")
        server.psql(self.database, TABLE.format(digest=BCRYPT, count=count))
        users = {name: name for name in ("email", "phone", "username")} | {
            "clerkUserId": "clerk_user_id", "migratedAt": "migrated_at", "passwordHash": "hashed_password", "createdAt": "created_at",
            "firstName": "first_name", "lastName": "last_name", "totpSecret": "totp", "backupCodes": "codes",
            "emailVerified": "verified", "active": "is_active",
        }  # fmt: skip
        self.settings = {
            "version": 1,
            "clerk": {
                "secretKey": "${CLERK_SECRET_KEY}", "issuer": clerk.issuer, "jwksUrl": f"{clerk.own_url}/.well-known/jwks.json",
                "apiUrl": self.url, "authorizedParties": ["https://app.example.com"],
            },
            "directory": {"url": server.url(self.database), "users": users, "linking": {"legacyEmail": "verified-column"}},
            "migrate": {"publicMetadata": {"plan": "plan"}},
            "origins": {"api": {"servers": ["http://127.0.0.1:1"]}},
            "routes": [{"name": "rest", "match": {"path": "/*"}, "origin": "api", "mode": "observe"}],
        }  # fmt: skip
        self.configure()
        self.segue("schema", "apply")

    def configure(self) -> None:
        (self.folder / "routes.json").write_text(json.dumps(self.settings))

    def environment(self, key: str = SECRET_KEY) -> dict[str, str]:
        return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | {"CLERK_SECRET_KEY": key}

    def segue(self, *words: str, code: int = 0, key: str = SECRET_KEY) -> subprocess.CompletedProcess:
        result = subprocess.run(
            [str(BINARY), *words], capture_output=True, text=True, cwd=self.folder, env=self.environment(key), timeout=100
        )
        assert result.returncode == code, f"{words}: {result.returncode}\n{result.stdout}{result.stderr}"
        return result

    def migrate(self, *words: str, code: int = 0, key: str = SECRET_KEY) -> dict:
        result = self.segue("migrate", "--json", "--no-backup", *words, code=code, key=key)
        assert BCRYPT[10:40] not in result.stdout + result.stderr
        return json.loads(result.stdout)

    def begin(self, *words: str) -> subprocess.Popen:
        return self.begin_segue("migrate", "--json", "--no-backup", *words)

    def begin_segue(self, *words: str) -> subprocess.Popen:
        return subprocess.Popen(
            [str(BINARY), *words], cwd=self.folder, env=self.environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def query(self, sql: str) -> list[str]:
        return self.server.psql(self.database, sql).stdout.splitlines()

    def states(self) -> dict[str, int]:
        rows = self.query("SELECT state, count(*) FROM segue.people GROUP BY state")
        return {state: int(count) for state, count in (row.split("\t") for row in rows)}

    def clerk_users(self) -> list[dict]:
        users: list[dict] = []
        while page := self.clerk.ask("GET", "/users", params={"limit": 500, "offset": len(users)}).json():
            users += page
        return users

    def must_be_whole(self, count: int) -> None:
        """Everybody is in Clerk once, and linked to nobody else."""
        users = self.clerk_users()
        assert sorted(int(user["external_id"]) for user in users) == list(range(1, count + 1))
        linked = dict(row.split("\t") for row in self.query("SELECT id, clerk_user_id FROM users ORDER BY id"))
        assert linked == {user["external_id"]: user["id"] for user in users}
        assert linked == dict(row.split("\t") for row in self.query("SELECT user_id, clerk_user_id FROM segue.links"))
        for action in ("create_clerk_user", "link"):
            rows = self.query(f"SELECT user_id FROM segue.ledger WHERE action = '{action}'")
            assert sorted(map(int, rows)) == list(range(1, count + 1)), f"{action}, once for each"
        assert self.query("SELECT user_id, state, code, owner FROM segue.people WHERE state <> 'linked' OR owner IS NOT NULL") == []


@pytest.fixture
def clerk(binary, logs):
    one = Emulator(binary, logs / "migrate-clerk.log")
    one.start()
    yield one
    one.stop()


@pytest.fixture
def site(tmp_path, postgres, clerk):
    def make(count: int, **more) -> Site:
        return Site(tmp_path, postgres, clerk, count, **more)

    return make


def calls(clerk: Emulator) -> dict[str, int]:
    """Of the Backend API alone."""
    return {name: count for name, count in clerk.look("status")["requests"].items() if " /v1/" in name}


FAULTS = [
    {"kind": "refuse", "status": 500},
    {"kind": "refuse", "status": 500, "done": True},
    {"kind": "refuse", "status": 503, "retry_after": 1},
    {"kind": "refuse", "status": 429, "retry_after": 1},
    {"kind": "slow", "milliseconds": 700},
    {"kind": "lose"},
]


def drill(site: Site, count: int, kills: int, faults: int, rate: int) -> None:
    """Two processes at once, killed again and again, while Clerk fails in every way it can."""
    clerk, chance = site.clerk, random.Random()
    clerk.control("limits", **{"class": "general", "requests": rate, "milliseconds": 10_000})
    for number in range(faults):
        endpoint = "GET /v1/users" if number % 7 == 6 else "POST /v1/users"
        most = max(1, count // 100) if endpoint.startswith("GET") else count
        clerk.control("faults", endpoint=endpoint, skip=chance.randrange(most), **FAULTS[number % len(FAULTS)])
    words = ("--rate", str(rate * 9 // 10), "--batch", "drill")
    for _ in range(kills):
        running = [site.begin(*words), site.begin(*words)]
        time.sleep(chance.uniform(0.1, max(0.5, count / rate * 10 / kills)))
        os.kill(chance.choice(running).pid, signal.SIGKILL)
        # The other one goes on for a while, and then goes in peace.
        time.sleep(chance.uniform(0, 0.2))
        for process in running:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
    last = [site.begin(*words), site.begin(*words)]
    for process in last:
        said, errors = process.communicate(timeout=300)
        assert process.returncode == 0, said + errors

    status = clerk.look("status")
    made = status["requests"]
    spent = made["POST /v1/users"] + made["GET /v1/users"]
    assert status["limited"] == 0, "never above the limits"
    struck = faults - status["faults"]
    most = count + ceil(count / 100) + 2 * struck + 4 * kills
    assert spent <= most, f"{made}, {struck} faults, {kills} kills: {spent} calls, expected at most {most}"
    site.must_be_whole(count)
    assert json.loads(site.segue("ledger", "verify", "--json").stdout)["ok"]


def test_everybody_is_created_once_whatever_fails(site):
    drill(site(500), 500, kills=4, faults=20, rate=2_000)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_twenty_thousand_are_created_once_whatever_fails(site):
    drill(site(20_000), 20_000, kills=20, faults=200, rate=8_000)


def test_clerk_is_told_everything_and_rows_are_linked(site, clerk):
    # Through the witness: each exchange is held against the published API.
    place = site(4, url=clerk.url)
    place.query(
        "UPDATE users SET verified = false, phone = '+441632960001', username = 'ada_l', totp = 'JBSWY3DPEHPK3PXP', "
        "codes = 'one-two three-four' WHERE id = 1; UPDATE users SET hashed_password = NULL WHERE id = 2; "
        "UPDATE users SET is_active = false WHERE id = 3"
    )
    report = place.migrate("--batch", "first")
    assert (report["created"], report["linked"], report["skipped"]) == (3, 3, 0)
    users = {user["external_id"]: user for user in place.clerk_users()}
    assert set(users) == {"1", "2", "4"}, "who is inactive is not created"
    ada = users["1"]
    assert (ada["first_name"], ada["last_name"], ada["username"]) == ("Ada", "Lovelace", "ada_l")
    assert ada["created_at"] == 1_577_836_800_000
    assert ada["public_metadata"] == {"migrated_from_legacy": True, "legacy_user_id": "1", "plan": "free"}
    assert ada["private_metadata"] == {"segue_batch": "first"}, "what makes them ours to take back"
    assert (ada["password_enabled"], ada["totp_enabled"], ada["backup_code_enabled"]) == (True, True, True)
    [address] = ada["email_addresses"]
    assert (address["reserved"], address["verification"]) != (False, None)
    assert users["2"]["password_enabled"] is False
    assert users["4"]["email_addresses"][0]["verification"]["status"] == "verified"
    assert place.query("SELECT count(*) FROM users WHERE clerk_user_id IS NOT NULL AND migrated_at IS NOT NULL") == ["3"]
    assert place.query("SELECT DISTINCT batch FROM segue.ledger") == ["first"]

    # Running it again does nothing more.
    before = calls(clerk)
    assert place.migrate()["linked"] == 0
    assert calls(clerk) == before


def test_who_is_in_clerk_already_is_linked_and_not_created(site, clerk):
    place = site(3)
    there = clerk.ask("POST", "/users", json={"external_id": "2", "email_address": ["user2@example.com"]}).json()["id"]
    report = place.migrate()
    assert (report["created"], report["found_in_clerk"], report["linked"]) == (2, 1, 3)
    assert place.query("SELECT clerk_user_id FROM users WHERE id = 2") == [there]
    assert place.query("SELECT count(*) FROM segue.ledger WHERE action = 'create_clerk_user'") == ["2"]


def test_the_rehearsal_knows_who_is_in_clerk_already_and_writes_nothing(site, clerk):
    place = site(250)
    clerk.ask("POST", "/users", json={"external_id": "2", "email_address": ["user2@example.com"]})
    clerk.ask("POST", "/users", json={"email_address": ["User203@example.com"]})
    before = calls(clerk)
    report = json.loads(place.segue("migrate", "--dry-run", "--json").stdout)
    notes = {note["code"]: note["examples"] for note in report["notes"]}
    assert report["clerk_asked"] and (notes["in_clerk"], notes["email_in_clerk"]) == (["2"], ["203"])
    assert calls(clerk)["GET /v1/users"] - before.get("GET /v1/users", 0) == 6, "two for each hundred"
    assert calls(clerk)["POST /v1/users"] == before["POST /v1/users"]
    assert place.states() == {}
    clerk.control("outage", on=True)
    report = json.loads(place.segue("migrate", "--dry-run", "--json").stdout)
    assert (report["clerk_asked"], report["would_create"]) == (False, 250)
    assert "503" in report["clerk_not_asked"]


def test_an_address_that_is_taken_goes_by_the_linking_rules(site, clerk):
    place = site(4)
    # Declared by some back end, proved by its owner, and of somebody with another row.
    clerk.ask("POST", "/users", json={"email_address": ["User1@example.com"]})
    proved = clerk.control("users", email_addresses=[{"email_address": "user2@example.com", "primary": True}])["id"]
    clerk.ask("POST", "/users", json={"external_id": "elsewhere", "email_address": ["user3@example.com"]})
    report = place.migrate(code=3)
    assert (report["created"], report["linked"], report["conflict"]) == (1, 2, 2), json.dumps(report)
    assert {cause["code"]: cause["examples"] for cause in report["causes"]} == {
        "email_verified_by_admin": ["1"],
        "external_id_unknown": ["3"],
    }
    assert place.query("SELECT clerk_user_id FROM users WHERE id = 2") == [proved]
    assert place.query("SELECT rule FROM segue.links WHERE user_id = '2'") == ["verified_email"]
    assert place.query("SELECT count(*) FROM segue.ledger WHERE batch IS NULL") == ["0"]
    assert place.query("SELECT candidate, code FROM segue.reviews ORDER BY 1") == ["1\temail_verified_by_admin", "3\texternal_id_unknown"]

    # A person settles one of them; the run goes on from there.
    holder = next(user["id"] for user in place.clerk_users() if user["email_addresses"][0]["email_address"] == "User1@example.com")
    place.segue("link", "1", holder, "--reason", "showed both")
    assert (after := place.migrate(code=3))["conflict"] == 1, after
    assert place.states() == {"linked": 2, "conflict": 1, "skipped": 1}


def test_what_clerk_refuses_is_named_and_stops_nobody_else(site, clerk):
    place = site(3)
    place.query("UPDATE users SET username = 'same_name' WHERE id IN (1, 2)")
    clerk.control("faults", kind="refuse", endpoint="POST /v1/users", status=422)
    report = place.migrate(code=3)
    # The twins are the rules' own finding; the one whom Clerk refuses is named with Clerk's code.
    assert (report["linked"], report["failed"], report["to_be_mended"]) == (0, 1, 2)
    assert report["causes"][0]["remedy"]
    place.query("UPDATE users SET username = NULL")
    assert place.migrate()["linked"] == 3
    place.must_be_whole(3)


def test_a_key_that_is_refused_stops_the_run_at_once(site, clerk):
    place = site(250)
    report = place.migrate(code=5, key="sk_test_another")
    assert "clerk.secretKey" in report["ending"]
    assert (report["finished"], report["created"]) == (False, 0)
    assert sum(calls(clerk).values()) <= 1
    assert place.states() == {"planned": 250}
    assert place.query("SELECT count(*) FROM segue.people WHERE owner IS NOT NULL") == ["0"], "nobody is held by who is gone"
    assert place.migrate("--rate", "9000")["linked"] == 250


def test_who_is_linked_while_another_process_plans_is_not_planned_again(site):
    place = site(3)
    place.query("INSERT INTO segue.people (user_id, state, updated_at) VALUES (2, 'created', now())")
    # A process that links, and commits while another one waits for the row with the words that it has read before.
    linking = holding(
        place.server.url(place.database),
        "UPDATE segue.people SET state = 'linked', clerk_user_id = 'user_2' WHERE user_id = '2';"
        "UPDATE users SET clerk_user_id = 'user_2' WHERE id = 2;"
        "INSERT INTO segue.links (user_id, clerk_user_id, rule, request_id, linked_at) VALUES ('2', 'user_2', 'external_id', '', now())",
    )
    planning = place.begin()
    wait_until(lambda: place.query("SELECT count(*) FROM pg_locks WHERE NOT granted") == ["1"], "it waits for the row")
    linking.communicate("COMMIT;\n", timeout=10)
    said, errors = planning.communicate(timeout=60)
    assert planning.returncode == 0, said + errors
    assert place.query("SELECT user_id, state, code FROM segue.people ORDER BY user_id") == ["1\tlinked\t", "2\tlinked\t", "3\tlinked\t"]

    # Whose link was taken back is planned again by the next run, and nobody else.
    place.query("UPDATE users SET clerk_user_id = NULL WHERE id = 3; DELETE FROM segue.links WHERE user_id = '3'")
    assert place.migrate()["linked"] == 1
    assert place.states() == {"linked": 3}


def test_ctrl_c_ends_it_cleanly_and_the_next_run_goes_on(site, clerk):
    place = site(300)
    running = place.begin("--rate", "300")
    wait_until(lambda: place.states().get("linked", 0) > 5, "some are linked")
    running.send_signal(signal.SIGINT)
    said, _ = running.communicate(timeout=30)
    report = json.loads(said)
    assert (running.returncode, report["finished"]) == (3, False)
    assert "run the same command again" in report["ending"]
    assert place.query("SELECT count(*) FROM segue.people WHERE owner IS NOT NULL") == ["0"]
    place.migrate("--rate", "9000")
    place.must_be_whole(300)


def test_a_cohort_is_migrated_alone(site):
    place = site(20)
    assert place.migrate("--where", "plan = pro")["linked"] == 10
    assert place.query("SELECT count(*) FROM users WHERE (clerk_user_id IS NOT NULL) <> (plan = 'pro')") == ["0"]
    assert place.migrate("--email", "USER1@example.com")["linked"] == 1
    assert place.migrate("--user-id", "3")["linked"] == 1
    assert place.states() == {"linked": 12}
    place.migrate()
    place.must_be_whole(20)


def test_the_dump_is_made_first_and_its_digest_is_in_the_ledger(site):
    place = site(3)
    refused = place.segue("migrate", code=2)
    assert "--backup" in refused.stderr and "--no-backup" in refused.stderr
    place.segue("migrate", "--backup", "before.dump")
    file = place.folder / "before.dump"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert place.query("SELECT detail FROM segue.ledger WHERE action = 'migrate'") == [f"backup sha256:{digest} up to entry 0"]
    listing = subprocess.run(["pg_restore", "--list", file], capture_output=True, text=True, check=True).stdout
    assert "TABLE DATA public users" in listing
    again = place.segue("migrate", "--backup", "before.dump", code=4)
    assert "never written over" in again.stderr


def test_a_dump_that_fails_stops_the_run(site, clerk):
    place = site(3)
    place.settings["directory"]["directUrl"] = "postgresql://nobody@127.0.0.1:1/none"
    place.configure()
    result = place.segue("migrate", "--backup", "before.dump", code=5)
    assert "cannot be asked" in result.stderr
    assert calls(clerk).get("POST /v1/users", 0) == 0


def test_the_database_may_go_away_for_a_while(site, postgres):
    place = site(200)
    running = place.begin("--rate", "400")
    wait_until(lambda: place.states().get("linked", 0) > 5, "some are linked")
    postgres.stop()
    time.sleep(1)
    postgres.start()
    said, errors = running.communicate(timeout=90)
    assert running.returncode == 0, said + errors
    place.must_be_whole(200)


def test_with_sqlite_too(site, tmp_path):
    place = site(1)
    file = tmp_path / "app.db"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, hashed_password TEXT, clerk_user_id TEXT UNIQUE)")
    rows = [(number, f"lite{number}@example.com", BCRYPT) for number in range(1, 251)]
    connection.executemany("INSERT INTO users (id, email, hashed_password) VALUES (?, ?, ?)", rows)
    connection.commit()
    users = {"email": "email", "clerkUserId": "clerk_user_id", "passwordHash": "hashed_password"}
    place.settings["directory"] |= {"url": f"sqlite:{file}", "users": users, "linking": {"legacyEmail": "trusted"}}
    place.settings["migrate"] = {}
    place.configure()
    place.segue("schema", "apply")
    assert "linked            250" in place.segue("migrate", "--backup", "before.db", "--rate", "9000").stdout
    linked = dict(connection.execute("SELECT CAST(id AS TEXT), clerk_user_id FROM users"))
    assert linked == {user["external_id"]: user["id"] for user in place.clerk_users()}
    assert stat.S_IMODE((tmp_path / "before.db").stat().st_mode) == 0o600
    copy = sqlite3.connect(tmp_path / "before.db")
    assert copy.execute("SELECT count(*), count(clerk_user_id) FROM users").fetchone() == (250, 0)
    assert json.loads(place.segue("ledger", "verify", "--json").stdout)["ok"]


def test_a_run_is_undone_and_may_be_run_again(site, clerk):
    place = site(30)

    def dump() -> list[str]:
        # A random word guards each dump against text that ends it.
        words = ["pg_dump", "--exclude-schema=segue", "-d", place.server.url(place.database)]
        lines = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
        # Rows stand in the order in which they were written last.
        return [line for line in sorted(lines) if not line.startswith(("\\restrict", "\\unrestrict"))]

    before = dump()
    place.migrate("--batch", "first", "--rate", "9000")
    place.must_be_whole(30)
    place.segue("undo", "first", "--yes", "--reason", "the wrong instance", "--rate", "9000")
    assert dump() == before
    assert place.clerk_users() == []
    assert json.loads(place.segue("ledger", "verify", "--json").stdout)["ok"]
    assert place.migrate("--batch", "second", "--rate", "9000")["created"] == 30
    assert place.states() == {"linked": 30}
    assert len(place.clerk_users()) == 30


@pytest.mark.parametrize("words", [("undo", "first", "--yes"), ("reconcile",)], ids=lambda words: words[0])
def test_whoever_calls_clerk_beside_a_run_waits_for_its_turn(site, clerk, words):
    place = site(3)
    place.migrate("--batch", "first")
    # Others have reserved every call of the next hour.
    place.query("UPDATE segue.budget SET next_at_us = next_at_us + 3600000000")
    [last], before = place.query("SELECT next_at_us FROM segue.budget"), calls(clerk)
    running = place.begin_segue(*words)
    try:
        wait_until(lambda: place.query("SELECT next_at_us FROM segue.budget") > [last], "it has reserved a call of its own")
        assert calls(clerk) == before
    finally:
        running.kill()
        running.communicate()
    assert place.states() == {"linked": 3}


def test_who_was_created_is_known_whatever_became_of_the_row(site, clerk):
    place = site(4)
    place.migrate()
    # As a process leaves it that is killed between Clerk's answer and its note of it.
    place.segue("undo", "--since", "1h", "--yes")
    for number in (1, 2, 3):
        clerk.ask(
            "POST", "/users", json={"external_id": str(number), "username": f"user{number}", "private_metadata": {"segue_batch": "x"}}
        )
    place.query("UPDATE segue.people SET state = 'creating'; UPDATE users SET is_active = false WHERE id = 1; DELETE FROM users WHERE id = 2")
    report = place.migrate(code=3)
    assert {cause["code"]: cause["examples"] for cause in report["causes"]} == {"row_changed": ["1"], "row_gone": ["2"]}
    noted = place.query("SELECT user_id FROM segue.ledger WHERE action = 'create_clerk_user' AND batch LIKE 'migrate-%' AND id > 10")
    assert {"1", "2", "3"} <= set(noted), "what we have made is in the ledger"
    assert place.query("SELECT count(*) FROM users WHERE clerk_user_id IS NOT NULL") == ["2"]


def test_whom_somebody_else_creates_is_not_ours_to_take_back(site, clerk):
    place = site(300)
    running = place.begin("--rate", "300", "--batch", "first")
    wait_until(lambda: place.states().get("linked", 0) > 5, "some are linked")
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=30)
    [begun] = place.query("SELECT min(user_id) FROM segue.people WHERE state = 'creating'")
    theirs = clerk.ask("POST", "/users", json={"external_id": begun, "username": "theirs"}).json()["id"]
    place.migrate("--rate", "9000", "--batch", "second")
    place.segue("undo", "second", "--yes", "--rate", "9000")
    assert clerk.ask("GET", f"/users/{theirs}").status_code == 200


def test_a_row_that_the_database_refuses_keeps_nobody_else(site):
    place = site(20)
    place.query(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$; "
        "CREATE TRIGGER refuse BEFORE UPDATE ON users FOR EACH ROW WHEN (OLD.id = 1) EXECUTE FUNCTION refuse()"
    )
    report = place.migrate(code=3)
    assert (report["linked"], report["conflict"]) == (19, 1)
    assert report["causes"][0]["code"] == "database_refused"
    place.query("DROP TRIGGER refuse ON users")
    place.migrate()
    place.must_be_whole(20)


def test_a_user_of_whom_clerk_never_speaks_clearly_keeps_nobody_else(site, clerk):
    place = site(1)
    place.migrate()
    place.query("INSERT INTO users (id, email) SELECT n, 'user' || n || '@example.com' FROM generate_series(2, 40) n")
    clerk.control("faults", kind="refuse", endpoint="POST /v1/users", status=500, times=8)
    assert place.migrate()["linked"] == 39
    place.must_be_whole(40)


def test_ctrl_c_is_heard_while_clerk_wants_us_to_wait(site, clerk):
    place = site(50)
    clerk.control("faults", kind="refuse", endpoint="POST /v1/users", status=429, retry_after=300, times=100)
    running = place.begin()
    wait_until(lambda: calls(clerk).get("POST /v1/users", 0) > 0, "Clerk was asked")
    time.sleep(1)
    asked = calls(clerk)["POST /v1/users"]
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=20)
    assert running.returncode == 3
    assert calls(clerk)["POST /v1/users"] == asked <= 32, "after a 429 nobody asks"


def test_what_cannot_be_written_is_known_before_anybody_is_created(site, clerk):
    place = site(2)
    assert "/nowhere/report.json" in place.segue("migrate", "--no-backup", "--report", "/nowhere/report.json", code=4).stderr
    assert "/nowhere/dump" in place.segue("migrate", "--backup", "/nowhere/dump", code=4).stderr
    assert "expected a letter" in place.segue("migrate", "--no-backup", "--batch", "12", code=2).stderr
    assert calls(clerk).get("POST /v1/users", 0) == 0
    place.segue("migrate", "--no-backup", "--report", "report.json")
    assert json.loads((place.folder / "report.json").read_text())["linked"] == 2
