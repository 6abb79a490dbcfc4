"""`segue doctor` and `segue schema --add` on the databases of four migrations: what their documents complain of is named, and mended."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from harness.clerk import FakeClerk
from harness.migrations import Migration
from harness.pgbouncer import PgBouncer
from harness.processes import free_port


@pytest.fixture
def migration(postgres, tmp_path):
    return lambda name: Migration(name, postgres, tmp_path)


def directory(**users: object) -> dict:
    """Settings as the code of a migration would have them: only names, and one route."""
    more = users.pop("more", {})
    mode = "clerk" if "clerkUserId" in users else "observe"
    return {
        "version": 1,
        "listen": [{"address": "127.0.0.1:0"}],
        "clerk": {"issuer": "https://clerk.app.example.com", "jwksUrl": "http://127.0.0.1:1/jwks", "authorizedParties": ["https://a.example"], "secretKey": "sk_test_0123456789abcdef"},
        "directory": {
            "url": "${DATABASE_URL}", "users": {"table": "users", "id": "id", "email": "email"} | users,
            "linking": {"legacyEmail": "trusted"},
        } | more,
        "origins": {"api": {"servers": ["http://127.0.0.1:1"]}},
        "routes": [{"name": "rest", "match": {"path": "/*"}, "origin": "api", "mode": mode}],
    }  # fmt: skip


# What the documents of each migration complain of.


def test_tellmemore_lacks_what_the_guide_s_code_reads(migration):
    it = migration("tellmemore")
    it.configure(directory(clerkUserId="clerk_user_id", migratedAt="migrated_at", passwordHash="hashed_password", createdAt="created_at"))
    errors = it.errors()
    missing = "\n".join(errors["column_missing"])
    assert '"clerk_user_id"' in missing and '"migrated_at"' in missing and missing.count("segue schema apply --add") == 2
    assert it.run("serve").returncode == 4

    # The guide adds an index only; the column is unique from its beginning here.
    assert it.run("schema", "apply").returncode == 4
    applied = it.run("schema", "apply", "--add")
    assert applied.returncode == 0, applied.stderr
    assert 'CREATE UNIQUE INDEX CONCURRENTLY' in applied.stdout
    assert not {"column_missing", "index_missing", "schema_missing"} & it.errors().keys()


def test_tellmemore_s_other_shape_is_named_column_by_column(migration):
    it = migration("tellmemore_linked")
    names = {"clerkUserId": "clerk_user_id", "migratedAt": "migrated_at", "passwordHash": "hashed_password"}
    it.configure(directory(**names))
    missing = "\n".join(it.errors()["column_missing"])
    assert 'no column "id" → did you mean user_id?' in missing
    assert 'no column "hashed_password" → did you mean password_hash?' in missing
    assert '"migrated_at"' in missing
    # With the names that are there, and rows for people who are new: name and role are NOT NULL.
    names |= {"id": "user_id", "passwordHash": "password_hash", "createdAt": "created_at"}
    linking = {"linking": {"legacyEmail": "trusted", "unknown": "provision"}, "provision": {"id": "uuid", "columns": {}}}
    it.configure(directory(**names, more=linking))
    errors = it.errors()
    assert len(errors["column_missing"]) == 1
    assert "name, role" in errors["provision_incomplete"][0]
    linking["provision"]["columns"] = {"name": "{first_name} {last_name}", "role": "user"}
    it.configure(directory(**names, more=linking))
    assert "provision_incomplete" not in it.errors()
    # The guide's last clean-up comes before everybody is linked.
    it.execute("DELETE FROM users WHERE clerk_user_id IS NULL; ALTER TABLE users ALTER COLUMN clerk_user_id SET NOT NULL")
    assert "DROP NOT NULL" in it.errors()["link_required"][0]


def test_leaflock_s_mapping_is_not_unique_and_its_block_list_goes_away(migration):
    it = migration("leaflock")
    mapping = {"mapping": {"table": "user_clerk_mappings", "userId": "user_id", "clerkUserId": "clerk_user_id"}}
    settings = directory(clerkUserId="clerk_user_id", passwordHash="password_hash", more=mapping)
    settings["legacy"] = [
        {
            "name": "jwt", "kind": "jwt", "from": ["bearer"], "algorithm": "HS256", "keys": [{"secret": "0123456789abcdef0123456789abcdef"}],
            "userId": "user_id", "revoked": "SELECT 1 FROM jwt_blacklist WHERE jti = $1",
        }
    ]  # fmt: skip
    it.configure(settings)
    assert any("user_clerk_mappings" in one and '"user_id"' in one for one in it.errors()["index_missing"])
    it.execute(
        """
        INSERT INTO user_clerk_mappings (user_id, clerk_user_id)
        SELECT id, 'user_' || n FROM users, generate_series(1, 2) n WHERE email = 'ada@example.com';
        DROP TABLE jwt_blacklist
        """
    )
    errors = it.errors()
    assert "4e15502b-d21d-4200-93d0-608b8d31efd2" in errors["duplicates"][0]
    assert "2 people" in errors["mapping_differs"][0]
    assert "legacy[0].revoked" in errors["query"][0] and "jwt_blacklist" in errors["query"][0]
    assert it.run("schema", "apply").returncode == 4


def test_railway_lacks_three_fields_and_mixes_two_kinds_of_id(migration):
    it = migration("railway")
    it.configure(
        directory(clerkUserId="clerk_user_id", firstName="first_name", lastName="last_name", active="is_active")
        | {"legacy": []}
    )
    errors = it.errors()
    missing = "\n".join(errors["column_missing"])
    for name in ("first_name", "last_name", "is_active"):
        assert f'"{name}" → ' in missing
    assert len(errors["column_missing"]) == 3
    assert "1 value of" in errors["not_clerk_ids"][0]

    planned = it.run("schema", "plan", "--add")
    assert planned.returncode == 0 and it.errors()["column_missing"], "a plan changes nothing"
    assert it.run("schema", "apply", "--add").returncode == 0
    assert "column_missing" not in it.errors()
    assert it.execute("SELECT bool_and(is_active) FROM users") == "t", "nobody is locked out by the new column"
    assert it.run("schema", "revert").returncode == 0
    columns = "SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'users'::regclass AND attnum > 0 AND NOT attisdropped"
    assert it.execute(columns) == "id clerk_user_id email name hashed_password created_at"


def test_revert_leaves_columns_that_others_added_and_asks_before_it_forgets(migration):
    it = migration("railway")
    it.execute("ALTER TABLE users ADD COLUMN first_name text")
    it.configure(directory(clerkUserId="clerk_user_id", firstName="first_name", lastName="last_name"))
    assert it.run("schema", "apply", "--add").returncode == 0
    it.execute("UPDATE users SET last_name = 'Lovelace' WHERE id = 1")
    refused = it.run("schema", "revert")
    assert refused.returncode == 4 and "1 link, ledger row or value" in refused.stderr
    assert it.run("schema", "revert", "--yes").returncode == 0
    assert it.execute("SELECT count(*) FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname IN ('first_name', 'last_name') AND NOT attisdropped") == "1"


def test_xgrowth_s_keys_and_its_missing_table_are_named(migration):
    it = migration("xgrowth")
    settings = directory(clerkUserId="id")
    settings["clerk"] |= {"publishableKey": "${NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY}", "secretKey": "${CLERK_SECRET_KEY}"}
    settings["clerk"].pop("issuer")
    settings["clerk"]["webhooks"] = {"path": "/api/webhooks/clerk", "secrets": ["${CLERK_WEBHOOK_SECRET}"]}
    it.configure(settings)
    it.environment |= {
        "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY": "pk_test_cHJlc2VudC13YXNwLTUzLmNsZXJrLmFjY291bnRzLmRldiQ", "CLERK_SECRET_KEY": "sk_live_0123456789abcdef",
        "CLERK_WEBHOOK_SECRET": "whsec_not base64",
    }  # fmt: skip
    code, findings = it.doctor()
    said = "\n".join(finding["text"] for finding in findings if finding["severity"] == "error")
    assert code == 4 and "a live secret key beside a test publishable key" in said and "sk_live_0123456789abcdef" not in said
    it.environment["CLERK_SECRET_KEY"] = "sk_test_0123456789abcdef"
    [said] = it.errors()["settings_invalid"]
    assert "clerk.webhooks.secrets[0]" in said and "does not decode" in said and "not base64" not in said
    it.environment["CLERK_WEBHOOK_SECRET"] = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
    assert "settings_invalid" not in it.errors()
    it.execute("INSERT INTO users (id) VALUES ('4711')")
    assert "1 value of" in it.errors()["not_clerk_ids"][0]
    it.execute("ALTER TABLE users RENAME TO user_accounts")
    assert "there is no table" in it.errors()["table_missing"][0]


# Other findings.


def test_a_database_that_is_away_and_one_that_refuses_are_told_apart(migration):
    it = migration("tellmemore")
    it.configure(directory() | {"clerk": {"issuer": "https://clerk.example.com", "authorizedParties": ["https://a.example"], "jwksUrl": "http://127.0.0.1:1/", "secretKey": "sk_test_0"}})
    it.environment["DATABASE_URL"] = f"postgresql://postgres@127.0.0.1:{free_port()}/app"
    code, findings = it.doctor()
    away = {finding["code"] for finding in findings if finding["severity"] == "unreachable"}
    assert away == {"database_away", "keys_unreachable", "api_unreachable", "origin_unreachable"} and code == 5


def test_a_role_that_may_not_write_is_named(migration):
    it = migration("tellmemore_linked")
    it.configure(directory(id="user_id", clerkUserId="clerk_user_id"))
    assert it.run("schema", "apply").returncode == 0
    role = f"reader_{it.database}"
    it.execute(f"CREATE ROLE {role} LOGIN; GRANT SELECT ON users TO {role}; GRANT USAGE ON SCHEMA segue TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA segue TO {role}")
    it.environment["DATABASE_URL"] = it.environment["DATABASE_URL"].replace("postgres@", f"{role}@")
    missing = "\n".join(it.errors()["privilege_missing"])
    assert 'GRANT UPDATE ("clerk_user_id") ON "users"' in missing and "INSERT segue.links" in missing
    assert "segue.clerk_messages" not in missing
    made = directory(id="user_id", clerkUserId="clerk_user_id", more={"sync": ["email"]})
    made["clerk"]["webhooks"] = {"path": "/hook", "secrets": ["${WEBHOOK}"]}
    it.environment["WEBHOOK"] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    it.configure(made)
    missing = "\n".join(it.errors()["privilege_missing"])
    for needed in ('UPDATE ("email") ON "users"', "INSERT segue.clerk_messages", "UPDATE segue.clerk_users", "DELETE segue.revocations"):
        assert needed in missing, missing


def test_addresses_that_two_rows_share_are_counted_and_not_printed(migration):
    it = migration("tellmemore")
    it.execute("INSERT INTO users (id, email) VALUES (gen_random_uuid(), 'ADA@example.com')")
    it.configure(directory())
    ambiguous = it.errors()["emails_ambiguous"][0]
    assert ambiguous.startswith("1 address ") and "ada" not in ambiguous.lower()


def test_columns_of_the_wrong_type_are_named(migration):
    it = migration("tellmemore")
    it.execute("ALTER TABLE users ADD COLUMN clerk_user_id varchar(20), ADD COLUMN is_active uuid")
    it.configure(directory(clerkUserId="clerk_user_id", active="is_active"))
    types = "\n".join(it.errors()["column_type"])
    assert "character varying(20)" in types and "uuid" in types


def test_a_pooler_in_transaction_mode_is_found_out(migration, postgres, tmp_path, logs):
    it = migration("tellmemore")
    straight = it.environment["DATABASE_URL"]
    pooler = PgBouncer(postgres, tmp_path, logs / "pgbouncer-doctor.log")
    try:
        it.environment["DATABASE_URL"] = pooler.url(it.database)
        it.configure(directory())
        assert "pooler_prepared" in it.errors()
        it.configure(directory(more={"prepared": False}))
        assert "pooler_deaf" in it.errors()
        it.configure(directory(more={"prepared": False, "directUrl": straight}))
        assert not {"pooler_prepared", "pooler_deaf"} & it.errors().keys()
    finally:
        pooler.stop()


@pytest.fixture
def wrong_clock():
    """A Clerk whose clock is an hour behind."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response_only(200)
            self.send_header("Date", self.date_time_string(self.server.now - 3600))
            self.end_headers()
            self.wfile.write(b'{"keys": []}')

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.now = time.time()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def clerk_settings(it: Migration, url: str, secret: str) -> None:
    settings = directory()
    settings["clerk"] = {
        "issuer": "https://clerk.app.example.com", "jwksUrl": f"{url}/.well-known/jwks.json", "apiUrl": url,
        "authorizedParties": ["https://a.example"], "secretKey": "${CLERK_SECRET_KEY}",
    }  # fmt: skip
    it.configure(settings)
    it.environment["CLERK_SECRET_KEY"] = secret


def test_clerk_s_keys_its_secret_key_and_its_clock_are_looked_at(migration, clerk: FakeClerk, wrong_clock):
    it = migration("tellmemore")
    clerk_settings(it, clerk.url, clerk.secret_key)
    assert {"keys", "secret_key", "clock"} <= {finding["code"] for finding in it.doctor()[1] if finding["severity"] == "ok"}
    clerk_settings(it, clerk.url, "sk_test_of_somebody_else")
    assert "secret_key_refused" in it.errors()
    clerk_settings(it, wrong_clock, clerk.secret_key)
    errors = it.errors()
    assert "36" in errors["clock_wrong"][0] and "s ahead" in errors["clock_wrong"][0] and "keys_unusable" in errors


def test_keys_of_two_instances_are_told_apart(migration, clerk: FakeClerk):
    it, other = migration("tellmemore"), FakeClerk()
    clerk_settings(it, clerk.url, clerk.secret_key)
    settings = it.settings
    settings["clerk"]["jwksUrl"] = f"{other.url}/.well-known/jwks.json"
    it.configure(settings)
    assert "instances_differ" in it.errors()
    settings["clerk"]["jwtKey"] = clerk.key.pem()
    it.configure(settings)
    assert "jwt_key_unknown" in it.errors()
    other.go_away()
