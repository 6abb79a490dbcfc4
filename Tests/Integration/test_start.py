"""`segue serve` before it serves: what can be known to fail is refused in words, and what may heal is waited for."""

import json
import os
import subprocess

import pytest

from harness.gateway import BINARY, settings
from harness.postgres import Postgres
from harness.processes import wait_until
from harness.users import PostgresUsers


def refused(gateway, *words: str) -> str:
    """What a start said that came to nothing, after checking that it did."""
    result = subprocess.run(
        [str(BINARY), *(words or ("serve",)), str(gateway.file)], capture_output=True, text=True, timeout=20,
        env=os.environ | gateway.environment,
    )  # fmt: skip
    assert result.returncode != 0 and '"serving"' not in result.stdout, result.stdout + result.stderr
    return result.stderr


@pytest.fixture
def gateway(start_gateway, origin, clerk, users):
    """Its database is ready; it does not run yet."""
    return start_gateway(settings(origin, clerk, users), clerk, users, serve=False)


def test_a_database_without_segues_tables_is_refused_with_the_remedy(gateway, users):
    reviews = "segue.reviews" if users.url.startswith("postgres") else "segue_reviews"
    for statement in ("", f"DROP TABLE {reviews}"):
        gateway.run("schema", "revert", "--yes") if not statement else users.execute(statement)
        said = refused(gateway)
        assert "is missing: run `segue schema apply`" in said and "nothing was started" in said
        gateway.apply_schema()
    gateway.start()


def test_a_table_or_column_that_is_not_there_is_refused_by_name(gateway):
    good = gateway.settings
    gateway.configure(good | {"directory": good["directory"] | {"users": good["directory"]["users"] | {"table": "usrs"}}})
    assert "there is no table" in (said := refused(gateway)) and "usrs" in said
    gateway.configure(good | {"directory": good["directory"] | {"users": good["directory"]["users"] | {"email": "e_mail"}}})
    assert 'has no column "e_mail"; name the column that there is' in refused(gateway)
    gateway.configure(json.loads(json.dumps(good).replace("FROM sessions", "FROM session")))
    assert "].query: " in (said := refused(gateway)) and "session" in said


def test_a_path_with_a_typo_makes_no_database(gateway, users, tmp_path):
    if users.url.startswith("postgres"):
        pytest.skip("a PostgreSQL server makes no database either")
    missing = tmp_path / "ap.db"
    gateway.environment["DATABASE_URL"] = f"sqlite:{missing}"
    assert str(missing) in refused(gateway)
    assert str(missing) in refused(gateway, "schema", "apply")
    assert not missing.exists()


def test_a_change_of_the_file_to_a_database_that_does_not_fit_is_not_adopted(gateway, users):
    gateway.start()
    made = gateway.settings
    gateway.configure(made | {"directory": made["directory"] | {"users": made["directory"]["users"] | {"table": "usrs"}}})
    wait_until(lambda: "settings_broken" in gateway.admin("/readyz")[1], "the change is refused")
    assert "usrs" in gateway.admin("/readyz")[1]
    gateway.configure(made)
    wait_until(lambda: json.loads(gateway.admin("/readyz")[1])["status"] == "ready", "the file is good again")


def test_a_database_that_is_away_does_not_keep_it_from_serving(start_gateway, origin, clerk, logs):
    server = Postgres(logs / "postgres-away-at-the-start.log")
    try:
        users = PostgresUsers(server)
        gateway = start_gateway(settings(origin, clerk, users), clerk, users, serve=False)
        server.stop()
        gateway.start()
        assert gateway.get("/public/x").status_code == 200
        wait_until(lambda: "directory_away" in gateway.admin("/readyz")[1], "it says so")
        assert "the database is away: away(" not in gateway.admin("/readyz")[1], "in words, not in Swift"
        server.start()
        wait_until(lambda: json.loads(gateway.admin("/readyz")[1])["status"] == "ready", "it heals by itself", seconds=30)
    finally:
        server.remove()


def test_an_admin_address_that_another_process_has_is_refused(start_gateway, origin):
    first, second = start_gateway(settings(origin)), start_gateway(settings(origin), serve=False)
    second.configure(second.settings | {"admin": first.settings["admin"]})
    assert "Address already in use" in refused(second)
    assert first.admin("/healthz")[0] == 200


def test_an_address_that_another_gateway_has_is_refused(start_gateway, origin):
    first, second = start_gateway(settings(origin)), start_gateway(settings(origin), serve=False)
    second.configure(second.settings | {"listen": first.settings["listen"]})
    assert f":{first.port}: Address already in use" in refused(second)
    assert [first.get("/public/x").status_code for _ in range(10)] == [200] * 10


BROKEN_KEY = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"


@pytest.mark.parametrize("words", [("serve",), ("check",)])
def test_check_refuses_what_serve_refuses(gateway, words):
    made = gateway.settings
    entry = next(entry for entry in made["legacy"] if entry["kind"] == "jwt")
    broken = entry | {"name": "broken", "from": ["header:X-Old"], "algorithm": "RS256", "keys": [{"publicKey": BROKEN_KEY}]}
    gateway.configure(made | {"legacy": [*made["legacy"], broken]})
    path = f"legacy[{len(made['legacy'])}].keys[0].publicKey"
    assert f"{path}: found a key that cannot be used: the key is damaged, expected a PEM public key for RS256" in refused(gateway, *words)
    gateway.configure(made)
    gateway.environment["DATABASE_URL"] = "postgresql://app:hunter%zz2@127.0.0.1/app"
    said = refused(gateway, *words)
    assert "directory.url: found a connection string that libpq cannot read" in said
    assert "hunter" not in said
