"""`segue init` on the databases of four migrations: settings that pass, that only observe, and a list of what a person must decide."""

import json
import sqlite3

import pytest

from harness import leaks
from harness.migrations import NAMES, Migration
from harness.pgbouncer import PgBouncer
from harness.processes import free_port


@pytest.fixture
def migration(postgres, tmp_path):
    return lambda name: Migration(name, postgres, tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_init_writes_settings_that_pass_and_only_observe(migration, name):
    it = migration(name)
    it.init()
    checked = it.run("check")
    assert checked.returncode == 0 and "0 warnings" in checked.stdout, checked.stderr
    routes = it.settings["routes"]
    assert {route["mode"] for route in routes} == {"observe"} and routes[-1]["match"]["path"] == "/*"
    assert it.settings["directory"]["users"]["table"] == "users"
    assert it.settings["directory"]["linking"]["legacyEmail"] in ("verified-column", "untrusted")


def test_init_finds_what_each_application_has(migration, postgres, tmp_path):
    found = {}
    for name in NAMES:
        folder = tmp_path / name
        folder.mkdir()
        it = Migration(name, postgres, folder)
        it.environment["JWT_SECRET"] = leaks.secret("a-secret-of-the-old-application-01", "the old secret")
        it.init()
        found[name] = it.settings
    users = {name: settings["directory"]["users"] for name, settings in found.items()}
    assert users["tellmemore"]["passwordHash"] == "hashed_password" and users["tellmemore"]["clerkUserId"] == "clerk_user_id"
    assert users["tellmemore_linked"]["id"] == "user_id" and users["tellmemore_linked"]["clerkUserId"] == "clerk_user_id"
    assert users["leaflock"]["emailVerified"] == "email_verified"
    assert users["xgrowth"]["clerkUserId"] == users["xgrowth"]["id"] == "id"
    assert found["tellmemore_linked"]["directory"]["linking"]["privilegedRoles"] == ["admin"]
    assert found["leaflock"]["directory"]["mapping"]["table"] == "user_clerk_mappings"

    def entry(name: str, kind: str) -> dict | None:
        return next((entry for entry in found[name].get("legacy", []) if entry["kind"] == kind), None)

    session = entry("tellmemore", "session")
    assert session["query"] == "SELECT user_id FROM sessions WHERE session_token = $1 AND expires_at > now()"
    assert session["from"] == ["cookie:session_token"]
    assert entry("tellmemore_linked", "session") is None, "a chat is no login"
    assert entry("leaflock", "session") is None, "a reset token is no login"
    assert entry("leaflock", "jwt")["revoked"] == "SELECT 1 FROM jwt_blacklist WHERE jti = $1"
    assert len(found["railway"]["routes"]) == 24


def test_init_says_what_it_could_not_decide(migration):
    it = migration("xgrowth")
    undecided = {one["key"]: one for one in it.init()["undecided"]}
    assert "user_id" in undecided["routes[].set"]["reason"] and "5 operations" in undecided["routes[].set"]["reason"]
    assert "CLERK_PUBLISHABLE_KEY" in undecided["clerk"]["reason"]
    entry = json.loads(undecided["legacy.asserted"]["entry"])
    assert (entry["kind"], entry["from"], entry["insecure"]) == ("asserted", ["query:user_id"], True)
    assert all(one["look"] for one in undecided.values())


def test_init_says_how_a_base64_token_is_written_and_proposes_none(migration):
    it = migration("railway")
    [undecided] = [one for one in it.init()["undecided"] if one["key"] == "legacy.base64"]
    assert "legacy" not in it.settings
    # Once a person has decided, the entry is what the file lacks.
    it.configure(it.settings | {"legacy": [json.loads(undecided["entry"])]})
    checked = it.run("check")
    assert checked.returncode == 0, checked.stderr
    it.file.unlink()
    assert 'entry:   {"name":"base64"' in it.run("init", "--openapi", it.openapi).stderr


def test_init_never_overwrites_a_file_unasked(migration):
    it = migration("tellmemore")
    it.file.write_text("mine")
    refused = it.run("init")
    assert refused.returncode == 4 and "--force" in refused.stderr and it.file.read_text() == "mine"
    assert it.run("init", "--force").returncode == 0
    assert it.settings["version"] == 1


def test_init_writes_no_password(migration):
    it = migration("tellmemore")
    password = leaks.secret("hunter2-hunter2", "the password of a database")
    url = it.environment.pop("DATABASE_URL").replace("postgres@", f"postgres:{password}@")
    result = it.run("init", "--database", url, "--output", "-")
    assert result.returncode == 0, result.stderr
    assert password not in result.stdout + result.stderr
    it.file.write_text(result.stdout)
    assert it.run("check").returncode == 0
    assert "${DATABASE_URL:-postgresql://postgres@" in result.stdout


def test_init_refuses_what_it_cannot_read(migration, tmp_path):
    it = migration("tellmemore")
    (tmp_path / "openapi.yaml").write_text("openapi: 3.1.0\npaths: {}\n")
    (tmp_path / "other.json").write_text("{}")
    for words, said, code in [
        (["--openapi", "openapi.yaml"], "YAML", 1), (["--openapi", "other.json"], "no paths", 1), (["--openapi", "absent.json"], "No such file", 1),
        (["--users", "people"], "no table people", 1), (["--database", "mysql://x/y"], "postgresql://", 1),
        (["--database", f"postgresql://postgres@127.0.0.1:{free_port()}/x"], "cannot be read", 5), (["--origin", "ftp://x"], "segue check", 1),
    ]:  # fmt: skip
        result = it.run("init", *words)
        assert (result.returncode, said in result.stderr) == (code, True), result.stderr
        assert not it.file.exists()


def test_init_works_without_a_database_and_without_a_document(migration):
    it = migration("tellmemore")
    del it.environment["DATABASE_URL"]
    assert it.run("init").returncode == 0
    assert it.run("check").returncode == 0 and "directory" not in it.settings


def test_init_reads_sqlite(migration, tmp_path):
    it = migration("tellmemore")
    with sqlite3.connect(tmp_path / "app.db") as database:
        database.executescript(
            """
            CREATE TABLE user (id INTEGER PRIMARY KEY, email TEXT, password TEXT, is_admin BOOLEAN NOT NULL DEFAULT 0);
            CREATE TABLE login_session (token TEXT PRIMARY KEY, user_id INTEGER REFERENCES user(id), expires_at DATETIME);
            """
        )
    database.close()
    result = it.run("init", "--database", "sqlite:app.db")
    assert result.returncode == 0, result.stderr
    assert it.run("check").returncode == 0
    settings = it.settings
    assert settings["directory"]["url"] == "sqlite:app.db" and settings["directory"]["users"]["table"] == "user"
    assert settings["directory"]["linking"]["privilegedRoles"] == ["true", "1"]
    assert "CURRENT_TIMESTAMP" in settings["legacy"][0]["query"]
    code, findings = it.doctor()
    assert code == 5 and not [one for one in findings if one["severity"] == "error"], findings
    # The column of links is named, and may be missing while every route observes.
    [missing] = [one for one in findings if one["code"] == "column_missing"]
    assert missing["severity"] == "warning" and "segue schema apply --add" in missing["remedy"]
    assert it.run("schema", "apply").returncode == 4
    assert it.run("schema", "apply", "--add").returncode == 0
    assert "column_missing" not in it.errors()


def test_init_prepares_nothing_behind_a_pooler_in_transaction_mode(migration, postgres, tmp_path, logs):
    it = migration("tellmemore")
    pooler = PgBouncer(postgres, tmp_path, logs / "pgbouncer-init.log")
    try:
        it.environment["DATABASE_URL"] = pooler.url(it.database)
        undecided = it.init()["undecided"]
    finally:
        pooler.stop()
    assert it.settings["directory"]["prepared"] is False
    assert "directory.directUrl" in {one["key"] for one in undecided}
