"""`segue migrate --dry-run`: every defect of a table is named with its remedy, no secret is shown, and nothing is written."""

import hashlib
import json
import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

from harness.gateway import BINARY
from harness.postgres import Postgres

BCRYPT = "$2b$04$cVWp4XaNU8a4v1uMRum2SO026BWLIoQMD/TXg5uZV.0P.uO8m3YEm"
TABLE = """
CREATE TABLE users (
    id integer PRIMARY KEY, email {text}, hashed_password {text}, name {text}, role {text}, clerk_user_id {text},
    is_active boolean NOT NULL DEFAULT true, created_at {time}, phone {text}, username {text}, totp {text}, codes {text},
    bio {text}, plan {text}, verified boolean NOT NULL DEFAULT true);
"""
#: Each row, and the defect that it is there for.
ROWS: dict[str, dict[str, object]] = {
    "external_id_ambiguous": {"id": -1},
    "no_identifier": {"email": None},
    "email_malformed": {"email": "ada at example.com"},
    "email_not_ascii": {"email": "adä@example.com"},
    "email_is_test": {"email": "ada+clerk_test@example.com"},
    "email_shared": {"email": "twin@example.com"},
    "phone_malformed": {"phone": "0163 2960001"},
    "phone_shared": {"phone": "+441632960001"},
    "username_malformed": {"username": "a b"},
    "username_shared": {"username": "twin_name"},
    "missing_last_name": {"name": "Plato"},
    "digest_unrecognized": {"hashed_password": "hunter2-in-plain-text"},
    "digest_unsupported": {"hashed_password": "$H$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0"},
    "digest_malformed": {"hashed_password": BCRYPT[:-1]},
    "totp_secret_malformed": {"totp": "jbsw y3dp ehpk 3pxp"},
    "backup_codes_malformed": {"codes": "<none>"},
    "created_at_in_future": {"created_at": "2999-01-01 00:00:00"},
    "public_metadata_too_large": {"bio": "a" * 9_000},
    "link_malformed": {"clerk_user_id": "4711"},
}
TWINS = [{"email": "Twin@Example.com"}, {"phone": "+441632960001"}, {"username": "Twin_Name"}]
NOTED = [
    {"role": "admin", "email": "root@example.com"},
    {"verified": False},
    {"hashed_password": None},
    {"hashed_password": "900150983cd24fb0d6963f7d28e17f72"},
    {"clerk_user_id": "user_linked"},
    {"is_active": False},
]
SECRETS = ["hunter2", BCRYPT[10:40], "9IQRaTwmfe", "jbsw y3dp", "JBSWY3DPEHPK3PXP", "900150983cd2"]


def statements(is_postgres: bool) -> str:
    sql = TABLE.format(text="text" if is_postgres else "TEXT", time="timestamptz" if is_postgres else "DATETIME")
    for number, changes in enumerate([*ROWS.values(), *TWINS, *NOTED], start=1):
        row = {
            "id": number, "email": f"user{number}@example.com", "hashed_password": BCRYPT, "name": "Ada Lovelace", "role": "user",
            "created_at": "2020-01-01 00:00:00", "totp": "JBSWY3DPEHPK3PXP", "plan": "pro" if number % 2 else "free",
        } | changes  # fmt: skip
        values = ", ".join("NULL" if value is None else str(value).lower() if isinstance(value, bool) else f"'{value}'" for value in row.values())
        sql += f"INSERT INTO users ({', '.join(row)}) VALUES ({values});\n"
    return sql


class Place:
    """A folder with settings, and a database that can be dumped."""

    def __init__(self, folder: Path, url: str):
        self.folder, self.url = folder, url
        users = {name: name for name in ("email", "name", "role", "phone", "username")} | {
            "clerkUserId": "clerk_user_id", "passwordHash": "hashed_password", "active": "is_active", "createdAt": "created_at",
            "totpSecret": "totp", "backupCodes": "codes", "emailVerified": "verified",
        }  # fmt: skip
        settings = {
            "version": 1,
            "directory": {"url": url, "users": users, "linking": {"legacyEmail": "verified-column", "privilegedRoles": ["admin"]}},
            "migrate": {"required": ["lastName"], "publicMetadata": {"bio": "bio"}},
            "origins": {"api": {"servers": ["http://127.0.0.1:1"]}},
            "routes": [{"name": "rest", "match": {"path": "/*"}, "origin": "api", "mode": "observe"}],
        }
        self.configure(settings)

    def configure(self, settings: dict) -> None:
        self.settings = settings
        (self.folder / "routes.json").write_text(json.dumps(settings))

    def run(self, *words: str) -> subprocess.CompletedProcess:
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return subprocess.run(
            [str(BINARY), "migrate", *words], capture_output=True, text=True, cwd=self.folder, env=environment, timeout=60
        )

    def rehearse(self, *words: str, code: int = 1) -> dict:
        result = self.run("--dry-run", "--json", *words)
        assert result.returncode == code, result.stdout + result.stderr
        assert result.stderr == "", "progress is for terminals"
        for secret in SECRETS:
            assert secret not in result.stdout
        return json.loads(result.stdout)


class PostgresPlace(Place):
    def __init__(self, folder: Path, server: Postgres):
        database = f"rehearsal_{os.urandom(6).hex()}"
        server.psql("postgres", f"CREATE DATABASE {database}")
        server.psql(database, statements(is_postgres=True))
        self.server, self.database = server, database
        super().__init__(folder, server.url(database))

    def query(self, sql: str) -> list:
        return self.server.psql(self.database, sql).stdout.splitlines()

    def dump(self) -> bytes:
        dumped = subprocess.run(["pg_dump", "-d", self.url], capture_output=True, check=True).stdout
        # A random word guards each dump against text that ends it.
        return b"\n".join(line for line in dumped.split(b"\n") if not line.startswith((b"\\restrict", b"\\unrestrict")))


class SQLitePlace(Place):
    def __init__(self, folder: Path, journal: str = "delete"):
        self.file = folder / "app.db"
        connection = sqlite3.connect(self.file)
        connection.execute(f"PRAGMA journal_mode = {journal}")
        connection.executescript(statements(is_postgres=False))
        connection.close()
        super().__init__(folder, f"sqlite:{self.file}")

    def query(self, sql: str) -> list:
        connection = sqlite3.connect(self.file)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def dump(self) -> bytes:
        return hashlib.sha256(self.file.read_bytes()).digest()


@pytest.fixture(params=["postgres", "sqlite", "sqlite-wal"])
def place(request, postgres, tmp_path) -> Place:
    if request.param == "postgres":
        return PostgresPlace(tmp_path, postgres)
    return SQLitePlace(tmp_path, "wal" if request.param == "sqlite-wal" else "delete")


def example(report: dict, kind: str, code: str) -> list[str]:
    [found] = [found for found in report[kind] if found["code"] == code]
    return found["examples"]


def test_every_defect_is_named_and_nothing_is_written(place):
    before = place.dump()
    report = place.rehearse()
    assert place.dump() == before

    assert {found["code"] for found in report["defects"]} == set(ROWS)
    for number, (code, changes) in enumerate(ROWS.items(), start=1):
        assert str(changes.get("id", number)) in example(report, "defects", code), code
    assert all(found["remedy"] and found["count"] == len(found["examples"]) for found in report["defects"])
    assert len(example(report, "defects", "email_shared")) == 2, "both twins"
    assert report["rows"] == len(ROWS) + len(TWINS) + len(NOTED)
    assert (report["to_be_mended"], report["left_out"], report["would_create"]) == (len(ROWS) + len(TWINS), 2, 4)

    first = len(ROWS) + len(TWINS) + 1
    assert example(report, "notes", "privileged") == [str(first)]
    assert example(report, "notes", "email_reserved") == [str(first + 1)]
    assert example(report, "notes", "no_password") == [str(first + 2)]
    assert example(report, "notes", "weak_digest") == [str(first + 3)]
    assert example(report, "skipped", "already_linked") == [str(first + 4)]
    assert example(report, "skipped", "inactive") == [str(first + 5)]
    # Without a key of Clerk's both kinds are told.
    assert [(estimate["keys"], estimate["calls"]) for estimate in report["estimates"]] == [("live", 5), ("test", 5)]
    assert all(estimate["invitation_hours"] == 1 for estimate in report["estimates"])


def test_one_person_is_shown_as_clerk_would_be_told(place):
    before = place.dump()
    [user] = place.rehearse("--email", "ROOT@example.com", code=0)["users"]
    assert place.dump() == before
    assert user["external_id"] == str(len(ROWS) + len(TWINS) + 1)
    assert (user["email_address"], user["email_address_identification_status"]) == ("root@example.com", "verified")
    assert (user["password_hasher"], user["password_digest"], user["totp_secret"]) == ("bcrypt", "[redacted]", "[redacted]")
    assert (user["first_name"], user["last_name"], user["created_at"][:19]) == ("Ada", "Lovelace", "2020-01-01T00:00:00")
    assert user["public_metadata.migrated_from_legacy"] == "true"

    # A twin is known for one where only one of the two is asked about.
    assert {found["code"] for found in place.rehearse("--user-id", "8")["defects"]} == {"phone_shared"}
    report = place.rehearse("--email", "twin@example.com")
    assert (report["rows"], [found["code"] for found in report["defects"]]) == (2, ["email_shared"])
    assert place.dump() == before


def test_a_cohort_is_a_filter_and_never_sql(place):
    before = place.dump()
    everybody = place.rehearse()["rows"]
    some = place.rehearse("--where", "plan = pro AND id > 0")["rows"]
    assert 0 < some < everybody
    assert place.rehearse("--where", "name = '; DROP TABLE users; --'", code=0)["rows"] == 0
    for filter, code in [("plan = pro; DROP TABLE users", 2), ("lower(plan) = pro", 2), ("nosuch = 1", 4), ("id = many", 4)]:
        result = place.run("--dry-run", "--where", filter)
        assert (result.returncode, result.stdout) == (code, ""), filter
    assert place.dump() == before


def test_the_report_for_people_groups_rows_by_cause(place):
    result = place.run("--dry-run")
    assert result.returncode == 1
    assert "digest_malformed (bcrypt): 1 row: 14" in result.stdout
    assert "SET \"hashed_password\" = '$P$' || substr(\"hashed_password\", 4)" in result.stdout
    assert result.stdout.count("by invitation instead: 1 hour at 100 an hour, 1 hour in bulk at 250") == 1
    for line in result.stdout.splitlines():
        if "count(*)" in line:
            assert place.query(line[line.index("SELECT") :]), "a remedy can be pasted"
    assert "live keys: 5 calls at 1000 in 10 s: 1 second" in result.stdout
    assert not [secret for secret in SECRETS if secret in result.stdout + result.stderr]


def test_words_and_settings_that_make_no_sense_are_told_apart(place):
    assert place.run().returncode == 2, "it creates nobody yet, and does not pretend to"
    assert "--dry-run" in place.run().stderr
    assert place.run("--dry-run", "--email", "a@b.c", "--user-id", "1").returncode == 2
    assert place.run("--dry-run", "--email", "nobody@example.com").returncode == 4
    settings = place.settings
    settings["migrate"]["publicMetadata"] = {"bio": "biography"}
    place.configure(settings)
    result = place.run("--dry-run")
    assert result.returncode == 4 and "biography" in result.stderr
    settings["migrate"]["passwordHasher"] = "rot13"
    place.configure(settings)
    assert place.run("--dry-run").returncode == 2


def test_clerk_s_keys_choose_the_limits(place):
    settings = place.settings
    settings["clerk"] = {"publishableKey": "pk_test_Y2xlcmsuYXBwLmV4YW1wbGUuY29tJA", "authorizedParties": ["https://a.example"]}
    place.configure(settings)
    assert [estimate["keys"] for estimate in place.rehearse()["estimates"]] == ["test"]


def test_a_clean_table_has_nothing_to_mend(place):
    assert place.rehearse("--where", f"id > {len(ROWS) + len(TWINS)}", code=0)["to_be_mended"] == 0
