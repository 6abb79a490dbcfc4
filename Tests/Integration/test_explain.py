"""`segue explain`: what would become of a request, and what is known of a person, with no effect and no secret shown."""

import json

import pytest

from harness import leaks, legacy
from harness.gateway import settings


@pytest.fixture(scope="module")
def gateway(start_gateway, origin, clerk, users):
    """It does not run: an explanation needs no gateway."""
    return start_gateway(settings(origin, clerk, users), clerk, users, serve=False)


def state(users) -> list:
    """Everything that an explanation could have changed."""
    prefix = "segue." if users.url.startswith("postgres") else "segue_"
    tables = ["users", *(prefix + table for table in ("links", "reviews"))]
    # The ledger without its seals, which come by themselves within a second.
    columns = "id, at, actor, action, user_id, clerk_user_id, rule, request_id, detail, batch"
    ledger = users.query(f"SELECT {columns} FROM {prefix}ledger ORDER BY id")
    return [ledger, *(users.query(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables)]


def explain(gateway, *words: str) -> dict:
    result = gateway.run("explain", *words, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_every_mode_is_explained_and_nothing_is_changed(gateway, users, clerk):
    email = "explained@example.com"
    row, user = users.add(email), clerk.add_user(email)
    session = users.add_session(row)
    token = clerk.token(user)
    before = state(users)
    told = explain(gateway, "GET", "/observe/x?page=2", "--token", token, "--header", f"Cookie: session_token={session}")
    assert state(users) == before
    assert (told["route"], told["mode"]) == ("observe", "observe")
    cookie, bearer = told["credentials"]
    assert bearer["clerk"] == {"standing": "valid", "fault": None, "subject": user, "entry": None}
    assert (cookie["legacy"]["subject"], cookie["legacy"]["entry"]) == (row, "session")
    modes = told["modes"]
    assert modes["legacy"]["user"] == row and modes["legacy"]["method"] == "legacy:session"
    assert modes["dual"]["user"] == row and "legacy_credential" in modes["dual"]["would"]
    assert modes["deny"]["code"] == "route_closed" and modes["observe"]["user"] is None
    assert f"X-User-Id: {row}" in modes["clerk"]["origin"] and "X-User-Id" not in modes["observe"]["origin"]
    assert "page=2" in modes["observe"]["origin"]
    assert session not in json.dumps(told) and token not in json.dumps(told)


def test_a_refusal_to_link_is_explained_and_not_noted_for_review(gateway, users, clerk):
    row = users.add("root-explained@example.com", role="admin")
    user = clerk.add_user("root-explained@example.com")
    before = state(users)
    told = explain(gateway, "GET", "/clerk/x", "--token", clerk.token(user))
    assert told["modes"]["clerk"]["code"] == "privileged_row"
    assert row in told["modes"]["clerk"]["would"] and state(users) == before


def test_the_words_name_each_check(gateway, users, clerk):
    user = clerk.add_user("words@example.com")
    for token, words in [
        (clerk.token(user, azp="https://evil.example"), "authorized_party"), (clerk.token(user, lifetime=-60), "expired"),
        (clerk.token(user, iss="https://other.example"), "issuer"), (legacy.token("1", secret="another-secret-of-thirty-two-bytes!"), "signature"),
    ]:  # fmt: skip
        result = gateway.run("explain", "GET", "/dual/x", "--token", token)
        assert result.returncode == 0 and f"({words})" in result.stdout, result.stdout
        assert token.split(".")[2] not in result.stdout


def test_a_path_that_no_route_takes_and_one_that_is_ambiguous(gateway):
    assert explain(gateway, "GET", "/nowhere")["code"] == "no_route"
    assert explain(gateway, "GET", "/dual/%2e%2e/x")["code"] == "path_ambiguous"
    assert explain(gateway, "GET", "/dual/a%2Fb")["code"] == "path_ambiguous"


@pytest.mark.parametrize(
    "words", [["--header", "no colon"], ["--from", "nobody"], ["--mode", "duel"], ["--header", "X: a\r\nX-User-Id: 1"]]
)
def test_words_that_make_no_request_are_refused(gateway, words):
    assert gateway.run("explain", "GET", "/dual/x", *words).returncode == 2


def test_a_person_is_found_by_id_address_and_clerk_user(gateway, users, clerk):
    email = "person@example.com"
    user = clerk.add_user(email)
    row = users.add(email, clerk_user_id=user)
    before = state(users)
    for who in (row, email.upper(), user):
        told = explain(gateway, "--user", who)
        assert [one["id"] for one in told["rows"]] == [row] and told["rows"][0]["clerkUserId"] == user
    assert state(users) == before
    assert gateway.run("explain", "--user", "nobody@example.com").returncode == 1


def test_what_somebody_has_registered_commands_no_terminal_and_forges_no_line(gateway, users):
    email = "\x1b]0;pwn\x07\x1b[2Jx\nlink     user_2victim\r\n\u202emoc.elpmaxe@\u009b31m"
    row = users.add(email)
    shown = gateway.run("explain", "--user", row)
    assert shown.returncode == 0, shown.stderr
    assert not [character for character in shown.stdout if character != "\n" and not character.isprintable()]
    assert "\\u001B]0;pwn\\u0007" in shown.stdout
    assert [line for line in shown.stdout.splitlines() if line.startswith("link")] == ["link     none"]
    assert explain(gateway, "--user", row)["rows"][0]["email"] == email


def test_what_stands_against_a_link_is_said_rule_by_rule(gateway, users, clerk):
    row = users.add("admin-person@example.com", role="admin")
    rules = {rule["premise"]: rule["code"] for rule in explain(gateway, "--user", row)["rules"]}
    assert list(rules.values()) == ["link", "link", "privileged_row"], rules
    plain = users.add("plain-person@example.com")
    assert {rule["code"] for rule in explain(gateway, "--user", plain)["rules"]} == {"link"}


def test_a_clerk_user_without_a_link_is_told_what_their_first_session_would_come_to(gateway, users, clerk):
    row = users.add("first@example.com")
    before = state(users)
    [rule] = explain(gateway, "--user", clerk.add_user("first@example.com"))["rules"]
    assert rule["code"] == "link" and row in rule["verdict"]
    [rule] = explain(gateway, "--user", clerk.add_user("first@example.com", verified=False))["rules"]
    assert rule["code"] == "email_unverified" and row in rule["verdict"]
    [rule] = explain(gateway, "--user", clerk.add_user("stranger@example.com"))["rules"]
    assert rule["code"] == "not_registered"
    assert state(users) == before


def test_a_person_s_links_reviews_and_ledger_are_shown(start_gateway, origin, clerk, users):
    gateway = start_gateway(settings(origin, clerk, users), clerk, users)
    row = users.add("linked-person@example.com")
    user = clerk.add_user("linked-person@example.com")
    assert gateway.get("/clerk/x", bearer=clerk.token(user)).status_code == 200
    refused = clerk.add_user("refused-person@example.com", verified=False)
    users.add("refused-person@example.com")
    assert gateway.get("/clerk/x", bearer=clerk.token(refused)).status_code == 403
    told = explain(gateway, "--user", row)
    assert told["links"][0]["rule"] == "verified_email" and told["ledger"][0]["action"] == "link"
    told = explain(gateway, "--user", refused)
    assert told["reviews"][0]["code"] == "email_unverified" and told["reviews"][0]["count"] == "1"


def test_what_stands_against_a_link_in_the_records_is_foreseen(gateway, users, clerk):
    """As the transaction of the link itself would find it."""
    row, user = users.add("twice@example.com"), clerk.add_user("twice@example.com")
    links = "segue.links" if users.url.startswith("postgres") else "segue_links"
    users.execute(f"INSERT INTO {links} (user_id, clerk_user_id, rule, linked_at) VALUES ('{row}', 'user_another', 'found', '2026-01-01')")
    before = state(users)
    told = explain(gateway, "GET", "/clerk/x", "--token", clerk.token(user))
    assert told["modes"]["clerk"]["code"] == "row_changed" and state(users) == before
    users.execute(f"DELETE FROM {links} WHERE user_id = '{row}'")
    assert gateway.run("link", row, user, "--reason", "asked by phone").returncode == 0
    assert gateway.run("unlink", row, "--reason", "asked again").returncode == 0
    assert explain(gateway, "GET", "/clerk/x", "--token", clerk.token(user))["modes"]["clerk"]["code"] == "unlinked"
    [rule] = explain(gateway, "--user", user)["rules"]
    assert rule["code"] == "unlinked"


def test_an_explanation_says_when_the_database_is_away(gateway):
    url = gateway.environment["DATABASE_URL"]
    gateway.environment["DATABASE_URL"] = "postgresql://postgres@127.0.0.1:1/x"
    try:
        result = gateway.run("explain", "GET", "/dual/x", "--header", f"Cookie: session_token={leaks.secret('sess-of-an-explanation', 'a session')}")
    finally:
        gateway.environment["DATABASE_URL"] = url
    assert "the directory answers nothing" in result.stderr
    assert "store_unavailable" in result.stdout and "503" in result.stdout


def flip(gateway, route: str, mode: str) -> None:
    result = gateway.run("flip", route, mode, "--live")
    assert result.returncode == 0, result.stderr


def test_a_mode_that_was_set_live_is_the_one_that_is_explained(gateway, users):
    session = users.add_session(users.add("live-explained@example.com"))
    cookie = ["--header", f"Cookie: session_token={session}"]
    flip(gateway, "dual", "clerk")
    try:
        told = explain(gateway, "GET", "/dual/x", *cookie)
        assert (told["mode"], told["file"], told["override"]["mode"], told["override"]["base"]) == ("clerk", "dual", "clerk", "dual")
        text = gateway.run("explain", "GET", "/dual/x", *cookie).stdout
        assert "mode clerk (live; file: dual)" in text and "* clerk " in text
    finally:
        flip(gateway, "dual", "dual")
    told = explain(gateway, "GET", "/dual/x", *cookie)
    assert (told["mode"], told["file"], told["override"]) == ("dual", "dual", None)


def test_in_an_emergency_nobody_is_linked_and_the_explanation_says_so(start_gateway, origin, clerk, users):
    made = settings(origin, clerk, users)
    made["login"] = {"callback": "/api/login"}
    gateway = start_gateway(made, clerk, users, serve=False)
    row = users.add("emergency-explained@example.com")
    assert "code" not in explain(gateway, "POST", "/api/login")
    assert explain(gateway, "--user", row)["linkingOpen"] is True
    assert gateway.run("flip", "--all", "legacy", "--yes").returncode == 0
    try:
        told = explain(gateway, "POST", "/api/login")
        assert (told["status"], told["code"]) == (403, "linking_closed")
        assert "403 linking_closed" in gateway.run("explain", "POST", "/api/login").stdout
        assert explain(gateway, "GET", "/clerk/x")["mode"] == "legacy"
        assert explain(gateway, "--user", row)["linkingOpen"] is False
        assert "linking  closed" in gateway.run("explain", "--user", row).stdout
    finally:
        for route in gateway.settings["routes"]:
            if route["mode"] in ("dual", "clerk"):
                flip(gateway, route["name"], route["mode"])


def test_a_canary_s_verdict_on_the_caller_is_explained(start_gateway, origin, clerk, users):
    made = settings(origin, clerk, users)
    next(route for route in made["routes"] if route["name"] == "dual")["canary"] = {"mode": "clerk", "percent": 100}
    gateway = start_gateway(made, clerk, users, serve=False)
    email = "canary-explained@example.com"
    row, user = users.add(email), clerk.add_user(email)
    cookie = ["--header", f"Cookie: session_token={users.add_session(row)}"]
    canary = explain(gateway, "GET", "/dual/x", *cookie)["canary"]
    assert (canary["mode"], canary["verdict"], canary["status"]) == ("clerk", "decides", 401)
    said = gateway.run("explain", "GET", "/dual/x", *cookie).stdout
    assert "the caller is in the canary's sample, clerk decides: 401" in said and "would get" not in said
    # The route's own mode links at first sight, and the canary finds that link.
    canary = explain(gateway, "GET", "/dual/x", "--token", clerk.token(user))["canary"]
    assert (canary["verdict"], canary["user"], canary["clerkUser"]) == ("decides", row, user)
    assert explain(gateway, "GET", "/dual/x")["canary"] is None


def test_content_that_a_route_requires_something_of_is_asked_for_and_checked(start_gateway, origin, clerk, users):
    made = settings(origin, clerk, users)
    dual = next(route for route in made["routes"] if route["name"] == "dual")
    dual["require"] = {"json": {"user_id": "{user.id}"}, "form": {"user_id": "{user.id}"}}
    gateway = start_gateway(made, clerk, users, serve=False)
    row = users.add("content-explained@example.com")
    words = ["POST", "/dual/x", "--header", f"Cookie: session_token={users.add_session(row)}", "--header", "Sec-Fetch-Site: same-origin"]
    json_type = ["--header", "Content-Type: application/json"]
    assert "give it with --data" in gateway.run("explain", *words, *json_type).stdout
    assert explain(gateway, *words, *json_type)["lacksContent"] is True
    mine = gateway.folder / "mine.json"
    mine.write_text(json.dumps({"user_id": row}))
    for data, outcome in [
        (["--data", f"user_id={row}"], None), (["--data", "user_id=somebody"], "not_yours"),
        ([*json_type, "--data", f"@{mine}"], None), ([*json_type, "--data", '{"user_id": "x"}'], "not_yours"),
        ([*json_type, "--data", '{"user_id": 1, "user_id": 2}'], "content_ambiguous"),
    ]:  # fmt: skip
        told = explain(gateway, *words, *data)
        assert (told["modes"]["dual"].get("code"), told["lacksContent"]) == (outcome, False)
    assert gateway.run("explain", *words, "--data", "@/nowhere").returncode == 1
