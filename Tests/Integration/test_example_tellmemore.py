"""TellMeMore's two stories: the guide's, person by person and all the way back, and the quick start's, everybody at once and to the end."""

import json

import pytest

from harness import leaks
from harness.example import Credential, Example, bearer, cookie
from harness.processes import wait_until

PAGES = ["/api/v1/auth/me", "/api/v1/sessions", "/api/v1/prompts", "/api/v1/quotas", "/api/v1/audit-logs"]
PROMPTS = ["/api/v1/prompts"]
ROUTES = ["me", "sessions", "prompts", "quotas", "audit-logs", "admin"]
CALLBACK = "/api/v1/auth/clerk-login-callback"
ADA, GRACE, TONY = "ada@lovelace.example", "grace@hopper.example", "tony@hoare.example"


@pytest.fixture
def story(request, postgres, tmp_path, logs):
    with Example(request.param, postgres, tmp_path, logs) as example:
        example.serve()
        yield example


def people(story: Example, where: str = "true") -> dict[str, str]:
    """Their internal ids, by address."""
    return dict(story.rows(f"SELECT email, to_jsonb(users) ->> '{identifier(story)}' FROM users WHERE {where} ORDER BY email"))


def identifier(story: Example) -> str:
    return "user_id" if "linked" in story.label else "id"


def log_in(story: Example, email: str) -> list[Credential]:
    """The old way: all that somebody gets for their password."""
    password = f"{email.partition('@')[0]}'s old password"
    answer = story.ask("/api/v1/auth/login", method="POST", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    credentials = [bearer(leaks.token(answer.json()["access_token"], "a legacy token"))]
    if session := answer.cookies.get("session_token"):
        leaks.secret(session, "a legacy session")
        credentials += [cookie("session_token", session), {"Authorization": f"Legacy {session}"}]
    return credentials


def sign_in(story: Example, emails: list[str]) -> dict[str, Credential]:
    """The new way."""
    known = story.clerk_users()
    return {email: story.sign_in(known[email]["id"]) for email in emails}


def sign_up(story: Example, email: str, status: str = "verified") -> None:
    """Somebody makes an account in Clerk by themselves."""
    story.clerk.control("users", email_addresses=[{"email_address": email, "primary": True, "status": status}])


def counts(story: Example) -> tuple[int, int, int]:
    """What both documents ask the database, and Segue's own word for it."""
    [row] = story.rows("SELECT count(*), count(clerk_user_id), count(*) - count(clerk_user_id) FROM users")
    status = story.report("status")
    counted = status["total_users"], status["migrated_users"], status["not_migrated"]
    assert counted == tuple(map(int, row))
    return counted


def foreseen(story: Example, credential: Credential) -> dict:
    """What would become of a request if its route were in `dual`."""
    token = credential["Authorization"].partition(" ")[2]
    return story.report("explain", "GET", "/api/v1/prompts", "--token", token)["modes"]["dual"]


Answers = dict[str, list[str]]


def assert_same(story: Example, before: Answers, people: dict[str, Credential], pages: list[str] = PAGES) -> None:
    """Each of them is shown what they were shown before."""
    places = [PAGES.index(page) for page in pages]
    assert story.shown(pages, people) == {email: [before[email][place] for place in places] for email in people}


@pytest.mark.parametrize("story", ["tellmemore"], indirect=True)
def test_the_guide_s_gradual_migration_and_all_the_way_back(story: Example):
    everybody = people(story)
    credentials = {email: log_in(story, email) for email in everybody}
    # A third of them with each kind.
    old = {email: credentials[email][number % 3] for number, email in enumerate(everybody)}
    at_first, whose, tables = story.shown(PAGES, old, past_segue=True), story.belongings(), story.dump()
    assert len(everybody) == 44 and all(user in at_first[email][0] for email, user in everybody.items())

    # The first day. Segue is in front, and nobody notices.
    for credential in (*credentials[ADA], {}, {"Authorization": "Legacy nobody-s"}, bearer("e30.e30.e30")):
        for page in PAGES:
            story.assert_unchanged(page, credential)
    assert story.ask(PAGES[0], {"X-User-Id": everybody[ADA]}).status_code == 401, "a client cannot say who it is"

    # Step 1: the columns that the guide's code reads are missing, and made.
    assert [text.partition(" → ")[0] for text in story.findings()["column_missing"]] == [
        'table "users" has no column "clerk_user_id"', 'table "users" has no column "migrated_at"',
    ]  # fmt: skip
    story.segue("schema", "apply", "--add")
    assert story.findings() == {} and counts(story) == (44, 0, 44)
    prompts = next(route for route in story.report("status")["routes"] if route["name"] == "prompts")
    judged = {(verdict["mode"], verdict["outcome"]) for verdict in prompts["verdicts"]}
    assert judged >= {("legacy", "legacy"), ("dual", "legacy"), ("clerk", "missing")}, "what each mode would have said is known"

    # Eight people have been to Clerk by themselves. What a flip will do for them is asked first.
    eight = list(everybody)[:8]
    assert ADA in eight
    for email in eight:
        sign_up(story, email)
    sign_up(story, GRACE, status="unverified")
    new = sign_in(story, eight)
    assert foreseen(story, new[eight[1]])["would"].startswith(f"it would link {everybody[eight[1]]} to")
    assert foreseen(story, new[ADA])["code"] == "privileged_row"
    assert counts(story) == (44, 0, 44)

    # Steps 3 and 4: routes take both kinds, and who comes from Clerk is linked on first sight.
    story.flip(ROUTES, "dual")
    refused = story.ask(PAGES[0], new[ADA])
    assert (refused.status_code, refused.json()["code"]) == (403, "privileged_row"), "an administrator is not known by an address alone"
    linked = story.ask(CALLBACK, new[ADA] | credentials[ADA][1], method="POST")
    assert linked.json() == {"status": "success", "migrated": True, "user_id": everybody[ADA]}
    told = story.ask(CALLBACK, sign_in(story, [GRACE])[GRACE], method="POST").json()
    assert (told["migrated"], told["code"]) == (False, "email_unverified"), "who is not linked is not told that they are"
    assert_same(story, at_first, new)
    assert_same(story, at_first, old, PROMPTS)
    assert counts(story) == (44, 8, 36)

    # For administrators there is a page.
    story.flip("migration-status", "dual")
    page = story.ask("/api/v1/admin/migration-status", credentials[ADA][0]).json()
    assert (page["total_users"], page["migrated_users"], page["not_migrated"]) == (44, 8, 36)
    assert story.ask("/api/v1/admin/migration-status", credentials[TONY][0]).json()["code"] == "not_privileged"

    # Steps 2 and 5: the others are created in Clerk, with their passwords. First in thought, then one, then all.
    before = story.dump()
    rehearsal = story.report("migrate", "--dry-run")
    assert (rehearsal["would_create"], rehearsal["left_out"]) == (36, 8)
    story.report("migrate", "--dry-run", "--email", TONY)
    assert story.dump() == before and TONY not in story.clerk_users()

    story.segue("migrate", "--email", TONY, "--no-backup", "--batch", "one")
    assert counts(story) == (44, 9, 35)
    known = story.clerk_users()[TONY]
    assert (known["external_id"], known["password_enabled"]) == (everybody[TONY], True)
    assert known["private_metadata"]["tokens_used"] == int(story.rows(f"SELECT tokens_used FROM users WHERE email = '{TONY}'")[0][0])
    before = story.dump()
    story.segue("migrate", "--email", TONY, "--no-backup")
    assert story.dump() == before, "once more changes nothing, migrated_at included"

    # Grace's address is taken by an account that nobody proved; a person looks, and decides.
    report = story.report("migrate", "--backup", "before.dump", "--batch", "everybody", "--rate", "9000", code=3)
    assert (report["created"], report["linked"], report["conflict"]) == (34, 34, 1), report
    assert report["causes"][0]["examples"] == [everybody[GRACE]]
    assert (story.folder / "before.dump").stat().st_size > 0
    assert everybody[GRACE] in story.segue("review")
    story.segue("link", everybody[GRACE], story.clerk_users()[GRACE]["id"], "--reason", "she showed both on the telephone")
    assert counts(story) == (44, 44, 0)
    before, known = story.dump(), story.clerk_users()
    story.segue("migrate", "--no-backup")
    assert (story.dump(), story.clerk_users()) == (before, known)

    # Everybody has both, and each still has what was theirs.
    half = list(everybody)[:22]
    new = sign_in(story, half)
    assert_same(story, at_first, new)
    assert_same(story, at_first, old)
    assert story.belongings() == whose

    # Step 6: the old login ends, route by route; on one a canary goes first.
    settings = json.loads(story.file.read_text())
    prompts = next(route for route in settings["routes"] if route["name"] == "prompts")
    prompts["canary"] = {"mode": "clerk", "percent": 50}
    story.file.write_text(json.dumps(settings, indent=2))
    wait_until(lambda: "50 %" in story.segue("status"), "the canary is there")
    held = [email for email in everybody if story.ask("/api/v1/prompts", old[email]).status_code == 401]
    assert 0 < len(held) < 44
    story.flip(ROUTES, "clerk")
    assert {story.ask(page, old[TONY]).status_code for page in PAGES} == {401}
    assert_same(story, at_first, new, PROMPTS)

    # And back. The emergency switch first: everybody has a password to go back to.
    assert "Everybody has a password to go back to" in story.segue("flip", "--all", "legacy")
    wait_until(lambda: {story.modes()[route] for route in ROUTES} == {"legacy"}, "all are back")
    assert_same(story, at_first, old, PROMPTS)
    assert story.ask(PAGES[0], new[ADA]).status_code == 401
    story.flip(ROUTES, "observe")
    story.flip("migration-status", "deny")
    undone = story.report("undo", "everybody", "--yes", "--reason", "the rollback of the guide", "--rate", "9000", code=3)
    stay = set(half) - set(eight) - {GRACE}
    assert {left["user_id"] for left in undone["left"]} == {everybody[email] for email in stay}, "who has been in keeps their account"
    assert set(story.clerk_users()) == {*stay, *eight, GRACE, TONY}
    assert counts(story) == (44, len(stay) + 10, 34 - len(stay))
    assert "links" in story.segue("schema", "revert", code=4), "it says what would be forgotten"
    story.segue("schema", "revert", "--yes")
    assert story.dump() == tables, "the database is as it was on the first day"
    assert_same(story, at_first, old)
    story.assert_unchanged(PAGES[0], old[TONY])


@pytest.mark.parametrize("story", ["tellmemore_linked"], indirect=True)
def test_the_quick_start_s_migration_of_everybody_and_its_end(story: Example):
    everybody, eight = people(story), list(people(story, "password_hash IS NULL"))
    assert (len(everybody), len(eight)) == (44, 8)
    for email, clerk_user in story.rows("SELECT email, clerk_user_id FROM users WHERE clerk_user_id IS NOT NULL"):
        story.clerk.control("users", id=clerk_user, email_addresses=[{"email_address": email, "primary": True}])
    old = {email: log_in(story, email)[0] for email in everybody if email not in eight}
    # The application itself knows what is whose: it believes Segue, and here the test speaks for Segue.
    at_first = story.shown(PAGES, {email: {"X-User-Id": user} for email, user in everybody.items()}, past_segue=True)
    whose = story.belongings()
    assert_same(story, at_first, old, PROMPTS)

    # Step 1: the state.
    story.segue("schema", "apply")
    assert story.findings() == {} and counts(story) == (44, 8, 36)
    story.flip(ROUTES, "dual")
    assert_same(story, at_first, sign_in(story, eight))

    # Step 2: in thought. Step 3: one person, looked at, and taken back once, since it can be.
    before = story.dump()
    rehearsal = story.report("migrate", "--dry-run")
    assert (rehearsal["would_create"], rehearsal["left_out"], rehearsal["password_hashers"]) == (36, 8, {"bcrypt": 36})
    story.segue("migrate", "--email", TONY, "--no-backup", "--batch", "one")
    known = story.clerk_users()[TONY]
    assert (known["external_id"], known["first_name"], known["password_enabled"]) == (everybody[TONY], "Tony", True)
    assert counts(story) == (44, 9, 35)
    story.segue("undo", "one", "--yes")
    assert story.dump() == before and TONY not in story.clerk_users()
    story.segue("migrate", "--email", TONY, "--no-backup")
    assert_same(story, at_first, sign_in(story, [TONY]))

    # Step 4: all. Grace has an account of her own already, which is hers by its proved address: she is linked, not skipped.
    sign_up(story, GRACE)
    report = story.report("migrate", "--backup", "before.dump", "--rate", "9000")
    assert (report["created"], report["linked"]) == (34, 35), report
    # Step 5: and looked at again.
    assert counts(story) == (44, 44, 0)
    new = sign_in(story, list(everybody))
    assert_same(story, at_first, new)
    assert_same(story, at_first, old)
    assert story.belongings() == whose
    assert story.run("migrate", "--verify").returncode == 0

    # What somebody writes with the new credential is theirs with the old one.
    written = story.ask("/api/v1/prompts", new[TONY], method="POST", json={"content": "Who am I?"}).json()
    assert written in story.ask("/api/v1/prompts", old[TONY]).json()
    assert story.rows(f"SELECT user_id FROM prompts WHERE id = '{written['id']}'") == [(everybody[TONY],)]
    assert story.ask(f"/api/v1/prompts/{written['id']}", new[GRACE], method="DELETE").status_code == 404
    assert story.ask(f"/api/v1/prompts/{written['id']}", old[TONY], method="DELETE").status_code == 204

    # The old login ends.
    assert story.ask("/api/v1/admin/users", new[TONY]).status_code == 403
    assert len(story.ask("/api/v1/admin/users", new[ADA]).json()) == 44
    story.flip(ROUTES, "clerk")
    assert {story.ask(page, old[TONY]).status_code for page in PAGES} == {401}
    assert_same(story, at_first, new, PROMPTS)
    assert story.report("status")["seen_with_clerk_session"] == 44
    assert story.run("reconcile").returncode == 0 and story.run("ledger", "verify").returncode == 0

    # Going back would shut eight people out, who never had a password: Segue says so, and asks.
    said = story.segue("flip", "--all", "legacy", code=4)
    assert "8 people without a password" in said and "--yes" in said

    # The clean-up. Two weeks without an old credential are waited for, or, as here, somebody says that they need not be.
    assert story.missing_at_the_end() == {"traffic", "backup"}
    story.flip("login", "deny")
    story.segue("finalize", "backup", "before-the-end.dump")
    assert story.missing_at_the_end("--days", "0") == set()
    for step in ("keep-columns", "not-null", "null-hashes", "drop-hash-column"):
        story.segue("finalize", "apply", step, "--yes", step, "--days", "0")
    assert story.columns() >= {"clerk_user_id NOT NULL", "user_id NOT NULL"} and "password_hash" not in story.columns()
    assert_same(story, at_first, new, PAGES[:4])
    assert story.run("ledger", "verify").returncode == 0
