"""LeafLock's migration (examples/leaflock), as its document tells it: to its end in one test, and all the way back in the other."""

import json
from subprocess import CalledProcessError

import pytest

from harness import leaks
from harness.example import Credential, Example, bearer, cookie
from harness.mail import MailServer
from harness.processes import wait_until

INITIATE = "/api/v1/auth/migrate/initiate"
ROUTES = ("mfa", "user", "notes")


class LeafLock(Example):
    def __init__(self, *arguments, **more):
        #: Whoever is invited is written to.
        self.mail = MailServer()
        super().__init__("leaflock", *arguments, environment={"SMTP_URL": self.mail.url}, **more)
        self.start = self.dump()
        self.ids = {email.partition("@")[0].lower(): user for user, email in self.rows("SELECT id, email FROM users ORDER BY created_at")}
        self.whose = self.belongings_of_the_application()
        notes = [
            f"SELECT lower(email), '{kind}', n.content FROM users u JOIN {table} o ON o.user_id = u.id JOIN notes n ON n.id = {note} ORDER BY n.created_at"
            for kind, table, note in (("notes", "notes", "o.id"), ("shared", "note_shares", "o.note_id"))
        ]
        #: What each is shown, by name.
        self.notes = {name: {"notes": [], "shared": []} for name in self.ids}
        for sql in notes:
            for email, kind, content in self.rows(sql):
                self.notes[email.partition("@")[0]][kind].append(content)

    def __exit__(self, *how: object) -> None:
        self.mail.stop()
        super().__exit__(*how)

    def belongings_of_the_application(self) -> dict:
        return {name: rows for name, rows in self.belongings().items() if not name.startswith("user_clerk_mappings")}

    def log_in(self, name: str) -> Credential:
        """In the old way."""
        password = leaks.secret(f"the old password of {name}", "an old password")
        email = "Hedy@example.com" if name == "hedy" else f"{name}@example.com"
        answer = self.ask("/api/v1/auth/login", method="POST", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        return bearer(leaks.token(answer.json()["token"], "a token of LeafLock's"))

    def sign_up(self, name: str, **address: object) -> str:
        """At Clerk, by the person themselves."""
        proved = {"email_address": f"{name}@example.com", "status": "verified", "strategy": "email_code", "primary": True}
        return self.clerk.control("users", first_name=name.title(), email_addresses=[proved | address])["id"]

    def is_themselves(self, name: str, credential: Credential) -> None:
        """To the application, with all that is theirs and nothing else."""
        user = self.ask("/api/user", credential)
        assert user.status_code == 200, f"{name}: {user.text}"
        assert user.json()["id"] == self.ids[name]
        assert user.json()["email"].lower() == f"{name}@example.com"
        told = self.ask("/api/v1/notes", credential).json()
        assert all(note["content"].endswith(f" of {name}@example.com") for note in told["notes"])
        assert {kind: [note["content"] for note in notes] for kind, notes in told.items()} == self.notes[name]

    def each_is_themselves(self, credentials: dict[str, Credential]) -> None:
        """And all that belongs to people belongs to whom it belonged before."""
        for name, credential in credentials.items():
            self.is_themselves(name, credential)
        self.nobody_s_rows_have_moved()

    def nobody_s_rows_have_moved(self) -> None:
        assert self.belongings_of_the_application() == self.whose

    def links(self) -> dict[str, str]:
        """By name; the column and the mapping say the same of everybody."""
        column = dict(self.rows("SELECT id, clerk_user_id FROM users WHERE clerk_user_id IS NOT NULL"))
        assert column == dict(self.rows("SELECT user_id, clerk_user_id FROM user_clerk_mappings"))
        names = {user: name for name, user in self.ids.items()}
        return {names[user]: clerk_user for user, clerk_user in column.items()}

    def execute(self, sql: str) -> None:
        self.server.psql(self.database, sql)

    def settings(self) -> dict:
        return json.loads(self.file.read_text())

    def configure(self, settings: dict) -> None:
        """It holds when this returns."""
        adopted = self.gateway.output.count('"settings adopted"')
        self.file.write_text(json.dumps(settings, indent=2))
        wait_until(lambda: self.gateway.output.count('"settings adopted"') > adopted, "the settings are adopted")


def refusal_of_page(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def refusal(answer) -> tuple[int, str]:
    """In the shape that LeafLock's clients know."""
    assert isinstance(answer.json()["error"], str) and "detail" not in answer.json()
    return answer.status_code, answer.json().get("code", "")


@pytest.fixture
def leaflock(postgres, tmp_path, logs, binary):
    with LeafLock(postgres, tmp_path, logs) as one:
        yield one


# The document's phases.


def the_first_day(it: LeafLock) -> dict[str, Credential]:
    """Segue stands in front. Nothing was done to the database, and nobody notices."""
    it.serve()
    tokens = {name: it.log_in(name) for name in it.ids if name != "joan"}
    early = it.sign_in(it.sign_up("early"))
    for credential in (*tokens.values(), early, bearer("no.token.atall"), None):
        for path in ("/api/user", "/api/v1/notes", "/api/v1/auth/mfa/status"):
            it.assert_unchanged(path, credential)
    it.assert_unchanged("/nothing/here")
    for name, token in tokens.items():
        it.is_themselves(name, token)
    assert it.dump() == it.start
    return tokens


def both_ways_in(it: LeafLock, tokens: dict[str, Credential]) -> None:
    """Phase 1, "dual authentication": one route after another, and everybody is served all the time."""
    assert any("user_clerk_mappings" in text and "user_id" in text for text in it.findings()["index_missing"])
    it.segue("schema", "apply")
    # What a flip would have done to each of the requests so far.
    [notes] = [route for route in it.report("status")["routes"] if route["name"] == "notes"]
    would = {(verdict["mode"], verdict["outcome"]): verdict["count"] for verdict in notes["verdicts"]}
    assert would["dual", "legacy"] == would["clerk", "invalid"] - 1 == 2 * len(tokens) and would["dual", "clerk"] == 1, would
    for route in ROUTES:
        it.flip(route, "dual")
        for name in ("ada", "annie"):
            it.is_themselves(name, tokens[name])
    assert refusal(it.ask("/api/user")) == (401, "credentials_missing")
    assert refusal(it.ask("/api/user", bearer("no.token.atall"))) == (401, "token_invalid")

    # The two requests of "Test in Development": one field, two issuers.
    clerk_user = it.sign_up("ada")
    session = it.sign_in(clerk_user)
    for credential in (tokens["ada"], session):
        assert it.ask("/api/v1/auth/mfa/status", credential).json() == {"mfa_enabled": True}
        it.is_themselves("ada", credential)
    assert it.links() == {"ada": clerk_user}
    # The column and the mapping were written by one transaction.
    [(one,)] = it.rows(f"SELECT u.xmin = m.xmin FROM users u JOIN user_clerk_mappings m ON user_id = u.id WHERE u.id = '{it.ids['ada']}'")
    assert one == "t"
    # What she writes with one is hers with the other.
    note = it.ask("/api/v1/notes", session, method="POST", json={"title": "New", "content": "Written with Clerk's session"}).json()
    assert it.ask(f"/api/v1/notes/{note['id']}", tokens["ada"]).json() == note
    assert it.ask(f"/api/v1/notes/{note['id']}", tokens["annie"]).status_code == 404
    assert it.ask(f"/api/v1/notes/{note['id']}", tokens["ada"], method="DELETE").status_code == 204
    # The mapping can no longer say two things of one person.
    with pytest.raises(CalledProcessError, match="user_clerk_mappings"):
        it.execute(f"INSERT INTO user_clerk_mappings (user_id, clerk_user_id) VALUES ('{it.ids['ada']}', 'user_another')")


def log_out(it: LeafLock) -> None:
    """The block list holds at Segue, too."""
    token = it.log_in("grace")
    it.is_themselves("grace", token)
    assert it.ask("/api/v1/auth/logout", token, method="POST").status_code == 204
    answer = it.ask("/api/user", token)
    assert refusal(answer) == (401, "token_invalid") and answer.headers["WWW-Authenticate"].startswith("Bearer")


def those_who_come(it: LeafLock, tokens: dict[str, Credential]) -> None:
    """Phase 2, "Gradual": whoever signs in with Clerk is linked, once they have proved who they are."""
    for name in ("grace", "hedy", "joan"):
        it.is_themselves(name, it.sign_in(it.sign_up(name)))
    # Somebody registers with a stranger's address at Clerk, and cannot prove it.
    eve = it.sign_up("margaret", status="unverified")
    assert refusal(it.ask("/api/user", it.sign_in(eve))) == (403, "email_unverified")
    it.clerk.ask("DELETE", f"/users/{eve}")
    # Katherine never proved her address to LeafLock: she brings the old token once, beside the new session.
    session = it.sign_in(it.sign_up("katherine"))
    assert refusal(it.ask("/api/user", session)) == (403, "legacy_email_unverified")
    [waiting] = [row for row in it.report("review") if row["code"] == "legacy_email_unverified"]
    assert waiting["candidate"] == it.ids["katherine"]
    it.is_themselves("katherine", tokens["katherine"] | cookie("__session", session["Authorization"].removeprefix("Bearer ")))
    it.is_themselves("katherine", session)
    assert set(it.links()) == {"ada", "grace", "hedy", "joan", "katherine"}

    # "Enable New User Registration": through Clerk, and no longer in the old way.
    it.flip("register", "deny")
    asked = {"email": "dorothy@example.com", "password": "long enough"}
    assert refusal(it.ask("/api/v1/auth/register", method="POST", json=asked)) == (403, "route_closed")
    session = it.sign_in(it.sign_up("dorothy"))
    assert it.ask("/api/v1/notes", session).json() == {"notes": [], "shared": []}
    it.notes["dorothy"] = {"notes": [], "shared": []}
    [(it.ids["dorothy"],)] = it.rows("SELECT id FROM users WHERE email = 'dorothy@example.com' AND password_hash IS NULL AND email_verified")


def those_who_are_invited(it: LeafLock, tokens: dict[str, Credential]) -> None:
    """Phase 2, "Invitation": Radia's account at Clerk has another address, and she says that it is hers."""
    assert refusal(it.ask(INITIATE, method="POST")) == (401, "credentials_missing")
    asked = it.ask(INITIATE, tokens["radia"], method="POST").json()
    assert asked["message"] == "Migration invitation sent successfully" and asked["expires_at"]
    token, clerk_user = it.mail.token("radia@example.com"), it.sign_up("radia", email_address="radia@work.example")
    session = it.sign_in(clerk_user)
    signed_in = cookie("segue-invitation", token)
    signed_in["Cookie"] += f"; __session={session['Authorization'].removeprefix('Bearer ')}"
    # To look at it links nobody, nor does another site's page.
    shown = it.ask("/migrate", signed_in).json()
    answer = {"method": "POST", "content": f"pair={shown['pair']}&mine=yes"}
    assert refusal_of_page(it.ask("/migrate", signed_in | {"Sec-Fetch-Site": "cross-site"}, **answer)) == (403, "cross_site")
    assert "radia" not in it.links()
    accepted = it.ask("/migrate", signed_in | {"Sec-Fetch-Site": "same-origin"}, **answer)
    assert accepted.json() == {"status": "success", "migrated": True, "user_id": it.ids["radia"]}
    it.is_themselves("radia", session)
    assert it.ask(INITIATE, tokens["radia"], method="POST").json()["error"] == "User already migrated to Clerk"


def everybody_else(it: LeafLock) -> None:
    """Phase 2, all at once: with their passwords; Barbara has been at Clerk before us."""
    barbara = it.sign_up("barbara")
    rehearsal = it.report("migrate", "--dry-run")
    assert (rehearsal["would_create"], rehearsal["left_out"], rehearsal["to_be_mended"]) == (3, 7, 0)
    it.segue("migrate", "--backup", "before.dump", "--batch", "everybody")
    links = it.links()
    assert set(links) == set(it.ids) and links["barbara"] == barbara
    made = it.clerk.ask("GET", f"/users/{links['margaret']}").json()
    assert made["external_id"] == it.ids["margaret"] and made["password_enabled"]


def the_dashboard(it: LeafLock) -> None:
    """The six numbers of `MigrationDashboard`, and the query of "User Migration Progress" beside them."""
    told = it.report("status")["metrics"]
    [(migrated, legacy, total)] = it.rows(
        """
        SELECT COUNT(*) FILTER (WHERE clerk_user_id IS NOT NULL) as migrated_users,
        COUNT(*) FILTER (WHERE clerk_user_id IS NULL) as legacy_users, COUNT(*) as total_users FROM users
        """
    )
    assert (told["migratedUsers"], 0, told["totalUsers"]) == (int(migrated), int(legacy), int(total)) == (len(it.ids), 0, len(it.ids))
    assert told["totalErrors"] > 0 and told["totalAttempts"] > told["totalErrors"]
    assert told["errorRate"] == round(100 * told["totalErrors"] / told["totalAttempts"], 2) == round(100 - told["successRate"], 2)


def without_jwt(it: LeafLock) -> None:
    """Phase 3, "Complete Migration": everybody has been seen with Clerk's session, and nothing else counts from now on."""
    sessions = {name: it.sign_in(clerk_user) for name, clerk_user in it.links().items()}
    token = it.log_in("margaret")
    it.segue("finalize", "check", code=4)
    it.each_is_themselves(sessions)
    for route in (*ROUTES, "rest"):
        it.flip(route, "clerk")
    for route in ("login", "logout"):
        it.flip(route, "deny")
    assert refusal(it.ask("/api/user", token)) == (401, "token_invalid")

    # Nothing goes before it may: the old token was in use today, and the last dump is older than the last link.
    assert it.missing_at_the_end() == {"traffic", "backup"}
    it.segue("finalize", "backup", "before-the-end.dump")
    it.segue("finalize", "check", "--days", "0")
    for step in ("keep-columns", "not-null", "null-hashes", "drop-hash-column"):
        it.segue("finalize", "apply", step, "--yes", step, "--days", "0")
    it.each_is_themselves(sessions)

    # "Simplify Backend Middleware": the application believes the gateway. "Remove JWT configuration": here and there.
    it.application.stop()
    it.environment |= {"LEAFLOCK_AUTH": "gateway", "JWT_SECRET": ""}
    it.application.start()
    it.application.wait_listening(it.origin_port)
    settings = it.settings()
    del settings["legacy"], settings["invitations"], settings["smtp"], settings["directory"]["users"]["passwordHash"]
    for route in settings["routes"]:
        route.pop("mint", None)
    it.configure(settings)
    # "Clean Up Database", as far as it is still there.
    it.execute("DROP TABLE IF EXISTS password_reset_tokens; DROP TABLE IF EXISTS jwt_blacklist")
    it.execute("ALTER TABLE users DROP COLUMN IF EXISTS password_hash; ALTER TABLE users DROP COLUMN IF EXISTS failed_attempts")
    del it.whose["password_reset_tokens.user_id"]

    it.each_is_themselves(sessions)
    assert it.ask("/api/user", {"X-User-Id": it.ids["ada"]}).status_code == 401
    assert it.findings() == {} and "all in order" in it.segue("reconcile")
    it.segue("ledger", "verify")


def back_to_jwt(it: LeafLock, tokens: dict[str, Credential]) -> None:
    """"Revert to JWT-Only", in one command; who has no password is named first, since nothing else lets them in."""
    said = it.segue("flip", "--all", "legacy", code=4)
    assert it.ids["dorothy"] in said and it.ids["ada"] not in said
    it.segue("flip", "--all", "legacy", "--yes")
    wait_until(lambda: all(it.modes()[route] == "legacy" for route in ROUTES), "every route is back")
    links = it.links()
    it.each_is_themselves(tokens)
    for name in ("ada", "margaret"):
        assert refusal(it.ask("/api/user", it.sign_in(links[name])))[0] == 401
    # For good: "Keep only JWT variables", and the mappings, "for potential future migration".
    for route in ROUTES:
        it.segue("flip", route, "legacy")
    settings = it.settings()
    for route in settings["routes"]:
        route.pop("mint", None)
    it.configure({name: value for name, value in settings.items() if name not in ("clerk", "invitations", "smtp")})
    it.flip("register", "public")
    it.each_is_themselves(tokens)
    assert it.links() == links


def back_to_the_start(it: LeafLock, tokens: dict[str, Credential], since: str) -> None:
    """Further than the document goes: as if nobody had ever moved."""
    it.file.write_text((it.home / "routes.json").read_text())
    wait_until(lambda: it.modes()["notes"] == "observe", "the settings of the first day are back")
    # Margaret has been at Clerk since we made her an account there; that is hers now, and she is named.
    left = it.report("undo", "--since", since, "--yes", "--rate", "9000", code=3)["left"]
    assert {entry["user_id"] for entry in left} == {it.ids["margaret"]}
    it.segue("unlink", it.ids["margaret"], "--reason", "the migration was called off")
    it.segue("schema", "revert", "--yes")
    assert it.dump() == it.start
    for name, token in tokens.items():
        it.assert_unchanged("/api/v1/notes", token)
        it.is_themselves(name, token)


def test_to_the_end(leaflock):
    tokens = the_first_day(leaflock)
    both_ways_in(leaflock, tokens)
    log_out(leaflock)
    those_who_come(leaflock, tokens)
    those_who_are_invited(leaflock, tokens)
    everybody_else(leaflock)
    the_dashboard(leaflock)
    without_jwt(leaflock)


def test_all_the_way_back(leaflock):
    tokens = the_first_day(leaflock)
    both_ways_in(leaflock, tokens)
    those_who_come(leaflock, tokens)
    those_who_are_invited(leaflock, tokens)
    everybody_else(leaflock)
    leaflock.is_themselves("margaret", leaflock.sign_in(leaflock.links()["margaret"]))
    back_to_jwt(leaflock, tokens)
    back_to_the_start(leaflock, tokens, "1h")
