"""`segue migrate --verify`, and passwords that change in the old system after Clerk was told them."""

import json

import pytest

from harness.emulator import Emulator
from test_migrate import Site

#: Of another password, and with another salt.
OTHER = "$2b$04$7EqJtq98hPqEX7fNZaFWoOa5QaXgXyj7cq7d7DPFBF1Hpzj9Iyx5m"


@pytest.fixture
def clerk(binary, logs):
    one = Emulator(binary, logs / "verify-clerk.log")
    one.start()
    yield one
    one.stop()


@pytest.fixture
def site(tmp_path, postgres, clerk):
    """Five people, each with everything, migrated. The emulator is asked through the witness of the published API."""
    place = Site(tmp_path, postgres, clerk, 5, url=clerk.url)
    place.query(
        "UPDATE users SET phone = '+4416329600' || lpad(id::text, 2, '0'), username = 'user_' || id, "
        "totp = 'JBSWY3DPEHPK3PXP', codes = 'one-two three-four'"
    )
    assert place.migrate()["linked"] == 5
    return place


def verify(site: Site, *words: str, code: int = 0) -> dict:
    return json.loads(site.segue("migrate", "--verify", "--json", *words, code=code).stdout)


def differences(report: dict) -> dict[str, list[str]]:
    return {one["code"]: one["examples"] for one in report["differences"]}


def clerk_user(site: Site, row: int) -> dict:
    return site.clerk.ask("GET", "/users", params={"external_id": str(row)}).json()[0]


def sign_in(site: Site, row: int) -> None:
    user = clerk_user(site, row)["id"]
    ticket = site.clerk.ask("POST", "/sign_in_tokens", json={"user_id": user, "expires_in_seconds": 60}).json()
    site.clerk.control("tickets", ticket=ticket["token"])


def test_what_was_migrated_is_there_field_by_field(site):
    before = site.query("SELECT count(*) FROM segue.ledger")
    report = verify(site)
    assert (report["rows"], report["compared"], report["clean"], report["differences"]) == (5, 5, True, [])
    assert "everything is in Clerk as the rows have it" in site.segue("migrate", "--verify").stdout
    assert site.query("SELECT count(*) FROM segue.ledger") == before


def test_what_differs_is_named_with_whom(site):
    site.clerk.ask("PATCH", f"/users/{clerk_user(site, 1)['id']}", json={"first_name": "Augusta"})
    site.clerk.ask("DELETE", f"/users/{clerk_user(site, 2)['id']}")
    site.query("UPDATE users SET plan = 'gold' WHERE id = 3; UPDATE users SET email = 'new@example.com' WHERE id = 4")
    report = verify(site, code=1)
    assert differences(report) == {
        "first_name": ["1"], "gone": ["2"], "public_metadata.plan": ["3"], "email_address": ["4"],
    }  # fmt: skip
    text = site.segue("migrate", "--verify", code=1).stdout
    assert "gone: 1 person: 2" in text and "example.com" not in text
    assert verify(site, "--user-id", "5")["clean"] and not verify(site, "--user-id", "1", code=1)["clean"]
    assert verify(site, "--where", "id > 4")["rows"] == 1


def test_links_that_were_lost_are_found(site):
    site.query("UPDATE users SET clerk_user_id = NULL WHERE id = 1; DELETE FROM segue.links WHERE user_id = '1'")
    site.query("INSERT INTO users (id, email) VALUES (6, 'six@example.com')")
    report = verify(site, code=1)
    assert differences(report) == {"not_linked": ["1"]} and report["not_migrated"] == 1


def test_it_says_what_is_missing(site):
    assert "no row" in site.segue("migrate", "--verify", "--email", "nobody@example.com", code=4).stderr
    assert "goes neither" in site.segue("migrate", "--verify", "--no-backup", code=2).stderr
    assert "do not go together" in site.segue("migrate", "--verify", "--dry-run", code=2).stderr
    site.clerk.control("faults", kind="refuse", endpoint="GET /v1/users", status=401)
    assert "Clerk cannot be asked" in site.segue("migrate", "--verify", code=5).stderr
    del site.settings["clerk"]["secretKey"]
    site.configure()
    assert "clerk.secretKey" in site.segue("migrate", "--verify", code=4, key="").stderr


def test_a_password_that_changes_after_the_run_is_told_again(site):
    told = clerk_user(site, 1)["password_last_updated_at"]
    others = clerk_user(site, 2)["password_last_updated_at"]
    site.query(f"UPDATE users SET hashed_password = '{OTHER}' WHERE id = 1")
    assert differences(verify(site, code=1)) == {"password_changed": ["1"]}
    rehearsal = json.loads(site.segue("migrate", "--dry-run", "--json").stdout)
    assert [note["examples"] for note in rehearsal["notes"] if note["code"] == "digest_changed"] == [["1"]]
    report = site.migrate()
    assert (report["passwords_renewed"], report["created"], report["linked"]) == (1, 0, 1)
    assert clerk_user(site, 1)["password_last_updated_at"] > told
    assert clerk_user(site, 2)["password_last_updated_at"] == others
    assert verify(site)["clean"]
    again = site.migrate()
    assert (again["passwords_renewed"], again["linked"]) == (0, 0)
    site.must_be_whole(5)


def test_who_has_signed_in_keeps_the_password_that_clerk_has_and_is_listed_once(site):
    sign_in(site, 2)
    told = clerk_user(site, 2)["password_last_updated_at"]
    site.query(f"UPDATE users SET hashed_password = '{OTHER}' WHERE id = 2")
    report = verify(site)
    assert differences(report) == {"password_changed": ["2"]} and report["differences"][0]["signed_in_since"]
    report = site.migrate()
    assert report["passwords_renewed"] == 0
    assert [(cause["state"], cause["code"], cause["examples"]) for cause in report["causes"]] == [("linked", "digest_changed", ["2"])]
    assert clerk_user(site, 2)["password_last_updated_at"] == told
    assert site.migrate()["causes"] == []


def test_a_reply_that_is_lost_is_asked_for_again(site):
    site.query(f"UPDATE users SET hashed_password = '{OTHER}' WHERE id < 3")
    for kind in ({"kind": "lose"}, {"kind": "refuse", "status": 503}, {"kind": "refuse", "status": 429, "retry_after": 1}):
        site.clerk.control("faults", endpoint="PATCH /v1/users/{id}", **kind)
    assert site.migrate()["passwords_renewed"] == 2
    assert verify(site)["clean"]
