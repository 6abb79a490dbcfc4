"""Railway's story: what the plan calls broken is found and mended before it breaks anything, the way back is tried first, and then 23 routers are
flipped one at a time, each tested alone."""

import base64
import json
from collections.abc import Iterable

import pytest

from harness.example import Credential, Example, bearer, cookie

WITH_CLERK = ["users", "onboarding", "peers", "jobs", "chat", "auth_clerk"]
WITH_OLD_TOKENS = [
    "courses", "conversations", "profiles", "lessons", "quizzes", "progress", "badges", "teams", "messages", "search", "files", "settings",
    "notifications", "reports", "billing", "feedback", "webhooks",
]  # fmt: skip
ROUTERS = WITH_CLERK + WITH_OLD_TOKENS
ADA, EDSGER, GRACE, MARY = (f"{name}@example.com" for name in ("ada", "edsger", "grace", "mary"))


@pytest.fixture
def story(postgres, tmp_path, logs):
    with Example("railway", postgres, tmp_path, logs) as example:
        example.serve()
        yield example


def unsigned(user: int) -> Credential:
    """What anybody can write."""
    return bearer(base64.b64encode(json.dumps({"user_id": user}).encode()).decode())


def log_in(story: Example, email: str) -> Credential:
    answer = story.ask(
        "/users/login", method="POST", json={"email": email, "password": f"{email.partition('@')[0]}'s old password"}
    )
    return bearer(answer.json()["token"])


def sign_in(story: Example, emails: Iterable[str]) -> dict[str, Credential]:
    known = story.clerk_users()
    return {email: story.sign_in(known[email]["id"]) for email in emails}


def test_one_router_after_the_other(story: Example):
    everybody = {email: int(user) for email, user in story.rows("SELECT email, id FROM users ORDER BY id")}
    old = {email: log_in(story, email) for email in everybody}
    assert old[GRACE] == unsigned(everybody[GRACE]), "this is what a password buys"
    # The application believes Segue, and here the test speaks for Segue; the routers with old tokens are asked with these.
    said = {router: story.shown([f"/{router}"], old, past_segue=True) for router in WITH_OLD_TOKENS}
    by_segue = {email: {"X-User-Id": str(user)} for email, user in everybody.items()}
    said |= {router: story.shown([f"/{router}"], by_segue, past_segue=True) for router in WITH_CLERK}
    whose, tables = story.belongings(), story.dump()

    # The first day. Who comes from Clerk meets the broken synchronisation, with Segue as without.
    stranger = story.clerk.control(
        "users", email_addresses=[{"email_address": MARY, "primary": True}], first_name="Mary", last_name="Jackson"
    )["id"]
    mary = story.sign_in(stranger)
    for router in ROUTERS:
        for credential in (old[ADA], mary, {}, bearer("bm8=")):
            story.assert_unchanged(f"/{router}", credential)
    assert [story.ask(f"/{router}", mary).status_code for router in WITH_CLERK] == [500] * 6

    # Phase 1. Step 1: what is missing, and what is mixed up, is named; nothing has been flipped, so nothing is broken by it.
    found = story.findings()
    assert sorted(text.split('"')[3] for text in found["column_missing"]) == ["first_name", "is_active", "last_name"]
    assert found["not_clerk_ids"][0].startswith("2 values")
    assert "--add" in story.segue("schema", "apply", code=4)
    [mixed_up] = story.report("migrate", "--dry-run", code=1)["defects"]
    assert (mixed_up["code"], mixed_up["count"]) == ("link_malformed", 2), "they do not count as linked"
    story.rows(r"UPDATE users SET clerk_user_id = NULL WHERE clerk_user_id NOT LIKE 'user\_%' RETURNING id")
    mended = story.dump()
    assert len(set(mended) - set(tables)) == 2
    story.segue("schema", "apply", "--add")
    assert set(story.findings()) == {"settings_warning"}, "but for old tokens that prove nothing"

    # Phase 6.2: the way back, before anybody depends on it.
    story.segue("migrate", "--backup", "before.dump", "--batch", "rehearsal", "--rate", "9000")
    assert story.report("status")["migrated_users"] == 12
    story.flip("courses", "dual")
    assert story.shown(["/courses"], old) == said["courses"]
    story.flip("courses", "observe")
    story.segue("undo", "rehearsal", "--yes", "--reason", "the rehearsal", "--rate", "9000")
    story.segue("schema", "revert", "--yes")
    assert story.dump() == mended and story.belongings() == whose
    assert set(story.clerk_users()) == {MARY}

    # Phase 2: everybody gets an account in Clerk with their password. Edsger has made one by himself, and an address that any old token could have
    # written into the table is no proof that he is he: a person decides.
    story.segue("schema", "apply", "--add")
    edsger = story.clerk.control("users", email_addresses=[{"email_address": EDSGER, "primary": True}])["id"]
    report = story.report("migrate", "--no-backup", "--rate", "9000", code=3)
    assert (report["linked"], report["conflict"]) == (11, 1)
    story.segue("link", str(everybody[EDSGER]), edsger, "--reason", "called back at the number that we have")
    assert story.report("status")["migrated_users"] == 12
    new = sign_in(story, everybody)

    # Phase 3: one router at a time. It shows everybody what was theirs, by both credentials; the next one is as it was.
    for router, following in zip(ROUTERS, [*ROUTERS[1:], None], strict=True):
        story.flip(router, "dual")
        assert story.shown([f"/{router}"], old) == said[router]
        assert story.shown([f"/{router}"], new) == said[router]
        assert story.ask(f"/{router}", bearer("bm8=")).status_code == 401
        if following:
            story.assert_unchanged(f"/{following}", old[ADA])
            story.assert_unchanged(f"/{following}", mary)

    # Step 2: the synchronisation works. Mary is new: she gets a row in all its columns, and what she writes is hers.
    assert story.ask("/courses", mary).json() == []
    row = story.rows(f"SELECT id, email, name, first_name, last_name, is_active, clerk_user_id = '{stranger}' FROM users WHERE email = '{MARY}'")
    assert [fields[1:] for fields in row] == [(MARY, "Mary Jackson", "Mary", "Jackson", "t", "t")]
    written = story.ask("/courses", mary, method="POST", json={"text": "Trajectories"}).json()
    assert story.rows(f"SELECT owner_id FROM courses WHERE id = {written['id']}") == [row[0][:1]]
    assert story.ask(f"/courses/{written['id']}", new[ADA]).status_code == 404

    # Phase 5.2: two credentials in one request. Ada's session is hers; that somebody wrote Grace's number beside it changes nothing.
    both = unsigned(everybody[GRACE]) | cookie("__session", new[ADA]["Authorization"].removeprefix("Bearer "))
    assert story.ask("/courses", both).text == said["courses"][ADA][0]
    assert story.metric("segue_contradicted_ids_total") == 1

    # Phase 5: the old tokens end.
    assert story.ask("/courses", unsigned(everybody[GRACE])).status_code == 200, "by whoever knows her number"
    assert story.metric("segue_insecure_requests_total", route="courses") > 0
    story.flip(ROUTERS, "clerk")
    for router in ROUTERS:
        assert story.ask(f"/{router}", unsigned(everybody[GRACE])).status_code == 401
        assert story.shown([f"/{router}"], new) == said[router]
    hers = row[0][0]
    assert {column: [row for row in rows if row[0] != hers] for column, rows in story.belongings().items()} == whose

    # Step 5: what the old login leaves behind goes.
    story.flip("login", "deny")
    story.segue("finalize", "backup", "before-the-end.dump")
    assert story.missing_at_the_end("--days", "0") == set()
    for step in ("keep-columns", "not-null", "null-hashes", "drop-hash-column"):
        story.segue("finalize", "apply", step, "--yes", step, "--days", "0")
    assert story.columns() == {
        "id NOT NULL", "email NOT NULL", "name", "created_at", "clerk_user_id NOT NULL", "first_name", "last_name", "is_active NOT NULL",
    }  # fmt: skip
    for router in ROUTERS:
        assert story.shown([f"/{router}"], new) == said[router]
    assert story.run("reconcile").returncode == 0 and story.run("ledger", "verify").returncode == 0
