"""Invitations: asked for the old way, mailed, and accepted once by a deliberate act. Whatever else is done with one links nobody."""

import json
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import gateway as gateways
from harness import leaks, legacy
from harness.gateway import BINARY
from harness.mail import Authority, MailServer, html_of, text_of
from harness.processes import free_port

SITE = "http://127.0.0.1"


@pytest.fixture(scope="module")
def mail(users):
    """One for each kind of database: their users have the same addresses."""
    server = MailServer()
    yield server
    server.stop()


def with_invitations(made: dict, url: str, **more: object) -> dict:
    made["smtp"] = {"url": url, "from": "Example <no-reply@example.com>", "replyTo": "help@example.com"}
    made["invitations"] = {
        "path": "/auth/migrate/initiate", "page": "/migrate", "url": SITE, "site": "Example", "perUserPerHour": 20,
        "perClientPerHour": 10_000, "signIn": "https://app.example.com/sign-in",
    } | more  # fmt: skip
    made["directory"]["users"]["name"] = "name"
    return made


@pytest.fixture(scope="module")
def gateway(start_gateway, origin, clerk, users, mail):
    return start_gateway(with_invitations(gateways.settings(origin, clerk, users), mail.url), clerk, users)


def ask(gateway, user: str, **more):
    return gateway.request("POST", "/auth/migrate/initiate", bearer=legacy.token(user), **more)


def invited(gateway, mail, users, address: str, **more) -> tuple[str, str]:
    """Somebody who has asked: the row, and the token of their letter."""
    user = users.add(address, **more)
    answer = ask(gateway, user)
    assert answer.status_code == 200, answer.text
    return user, mail.token(address)


def look(gateway, clerk, token: str, clerk_user: str | None, *, accept: str = "application/json", **cookies):
    cookies |= {"segue-invitation": token} | ({"__session": clerk.token(clerk_user)} if clerk_user else {})
    return gateway.get("/migrate", cookies=cookies, headers={"Accept": accept})


def accept(gateway, clerk, token: str, clerk_user: str | None, *, pair: str | None = None, headers=None, **cookies):
    """The POST of the page, by somebody who has seen it."""
    if pair is None:
        pair = look(gateway, clerk, token, clerk_user, **cookies).json().get("pair", "0" * 64)
    cookies |= {"segue-invitation": token} | ({"__session": clerk.token(clerk_user)} if clerk_user else {})
    headers = {"Sec-Fetch-Site": "same-origin"} if headers is None else headers
    return gateway.request("POST", "/migrate", cookies=cookies, headers=headers, content=f"pair={pair}&mine=yes")


def refused(answer, code: str, status: int):
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text


def nobody_was_linked(users, user: str, *clerk_users: str) -> None:
    assert users.link_of(user) is None
    assert all(users.linked_to(clerk_user) == [] for clerk_user in clerk_users)


# Asking.


def test_an_invitation_is_asked_for_mailed_and_accepted(gateway, clerk, users, mail):
    user = users.add("ada@old.example")
    users.execute(f"UPDATE users SET name = 'Ada Lovelace' WHERE id = '{user}'")
    answer = ask(gateway, user)
    assert answer.status_code == 200
    assert answer.json()["message"] == "Migration invitation sent successfully"
    left = time.mktime(time.strptime(answer.json()["expires_at"], "%Y-%m-%dT%H:%M:%SZ")) - time.mktime(time.gmtime())
    assert 86_300 < left <= 86_400
    [letter] = mail.to("ada@old.example")
    assert (letter["From"], letter["To"]) == ("Example <no-reply@example.com>", "Ada Lovelace <ada@old.example>")
    assert (letter["Reply-To"], letter["X-MailFrom"]) == ("help@example.com", "no-reply@example.com")
    assert letter["Subject"] == "Take your Example account along"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert "Hello Ada Lovelace," in text_of(letter) and "24 hours" in text_of(letter)
    assert f'href="{SITE}/migrate?token=' in html_of(letter)
    token = mail.token("ada@old.example")
    assert token not in "".join(map(str, users.query("SELECT * FROM " + table(users))))

    # The link: the token leaves the address bar at once.
    first = gateway.get(f"/migrate?token={token}", headers={"Accept": "text/html"})
    assert (first.status_code, first.headers["Location"]) == (303, "/migrate")
    assert first.headers["Referrer-Policy"] == "no-referrer" and first.headers["Cache-Control"] == "no-store"
    cookie = first.headers["Set-Cookie"]
    assert re.fullmatch(rf"segue-invitation={token}; Path=/migrate; Max-Age=86400; HttpOnly; SameSite=Lax", cookie)

    # Nobody is signed in yet: the page says whose it is, and where to sign in.
    page = look(gateway, clerk, token, None, accept="text/html")
    assert page.status_code == 200 and "a•••@old.example" in page.text and "ada@old.example" not in page.text
    assert "https://app.example.com/sign-in?redirect_url=http%3A%2F%2F127.0.0.1%2Fmigrate" in page.text
    assert "<form" not in page.text and token not in page.text

    clerk_user = clerk.add_user("ada@new.example")
    page = look(gateway, clerk, token, clerk_user, accept="text/html")
    assert "ada@new.example" in page.text and "ada@old.example" in page.text and "<form" in page.text
    assert token not in page.text and page.headers["Referrer-Policy"] == "same-origin"
    nobody_was_linked(users, user, clerk_user)

    done = accept(gateway, clerk, token, clerk_user)
    assert done.json() == {"status": "success", "migrated": True, "user_id": user}
    assert "segue-invitation=; " in done.headers["Set-Cookie"] and "Max-Age=0" in done.headers["Set-Cookie"]
    assert users.link_of(user) == clerk_user
    assert gateway.get("/clerk/x", bearer=clerk.token(clerk_user)).status_code == 200
    refused(ask(gateway, user), "already_migrated", 400)
    assert ask(gateway, user).json()["error"] == "User already migrated to Clerk"
    ledger = json.loads(gateway.run("ledger", "list", "--user", user, "--json").stdout)
    assert [row["rule"] for row in rows_of(ledger)] == ["invitation"]


def rows_of(ledger) -> list[dict]:
    return ledger if isinstance(ledger, list) else ledger.get("entries", ledger.get("rows"))


def table(users) -> str:
    return "segue.invitations" if type(users).__name__.startswith("Postgres") else "segue_invitations"


def test_who_is_not_signed_in_the_old_way_is_sent_nothing(gateway, clerk, users, mail):
    count = len(mail.letters)
    answer = gateway.request("POST", "/auth/migrate/initiate")
    refused(answer, "credentials_missing", 401)
    assert answer.json()["error"] == "Authentication required"
    refused(gateway.request("POST", "/auth/migrate/initiate", bearer=clerk.token(clerk.add_user("x@new.example"))), "token_invalid", 401)
    refused(gateway.request("POST", "/auth/migrate/initiate", bearer=legacy.token("1", secret="x" * 40)), "token_invalid", 401)
    refused(gateway.get("/auth/migrate/initiate", bearer=legacy.token("1")), "method_not_allowed", 405)
    assert len(mail.letters) == count


def test_another_site_cannot_ask_in_somebodys_name(gateway, users, mail):
    user = users.add("asked-by-others@old.example")
    cookies = {"session_token": users.add_session(user)}
    for fields in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        refused(gateway.request("POST", "/auth/migrate/initiate", cookies=cookies, headers=fields), "cross_site", 403)
    assert mail.to("asked-by-others@old.example") == []
    own = {"Origin": "https://app.example.com"}
    assert gateway.request("POST", "/auth/migrate/initiate", cookies=cookies, headers=own).status_code == 200


def test_a_privileged_user_is_sent_nothing(gateway, users, mail):
    refused(ask(gateway, users.add("root@old.example", role="admin")), "privileged_row", 403)
    assert mail.to("root@old.example") == []


def test_mail_that_is_refused_is_trouble_on_our_side(gateway, users, mail):
    for address, answer in (("full@old.example", "452 4.2.2 mailbox full"), ("gone@old.example", "550 5.1.1 no such user")):
        mail.refused[address] = answer
        answer = ask(gateway, users.add(address))
        refused(answer, "mail_unavailable", 503)
        assert answer.json()["error"] == "Failed to send migration email" and answer.headers["Retry-After"]
    failures = users.query(f"SELECT failure FROM {table(users)} WHERE failed_at IS NOT NULL")
    assert sorted(failures) == [("the mail server answered 452",), ("the mail server answered 550",)]


def test_a_user_asks_so_often_and_no_oftener(start_gateway, origin, clerk, users, mail):
    made = with_invitations(gateways.settings(origin, clerk, users), mail.url, perUserPerHour=2, perClientPerHour=5)
    gateway = start_gateway(made | {"workers": 2}, clerk, users)
    ada, bob = users.add("often@old.example"), users.add("often-too@old.example")
    assert [ask(gateway, ada).status_code for _ in range(3)] == [200, 200, 429]
    # A reload is no way around it.
    gateway.configure(made | {"workers": 2, "csrf": {"strict": True}})
    time.sleep(0.3)
    answer = ask(gateway, ada)
    refused(answer, "too_many_attempts", 429)
    assert 0 < int(answer.headers["Retry-After"]) <= 1800
    assert ask(gateway, bob).status_code == 200
    refused(ask(gateway, bob), "too_many_attempts", 429)
    # Nor is another replica, which counts its own clients.
    gateway.stop()
    other = start_gateway(made, clerk, users)
    refused(ask(other, ada), "too_many_attempts", 429)
    assert ask(other, bob).status_code == 200, "what its client has asked in vain is not counted"


# Accepting, and whatever else is done with an invitation.


def test_an_invitation_is_used_once(gateway, clerk, users, mail):
    user, token = invited(gateway, mail, users, "once@old.example")
    ada, eve = clerk.add_user("once@new.example"), clerk.add_user("eve-once@new.example")
    assert accept(gateway, clerk, token, ada).status_code == 200
    refused(accept(gateway, clerk, token, eve), "invitation_used", 410)
    refused(look(gateway, clerk, token, eve), "invitation_used", 410)
    # Pressing the button twice is no mistake.
    assert accept(gateway, clerk, token, ada).json()["user_id"] == user
    assert users.link_of(user) == ada and users.linked_to(eve) == []
    # Not even after the link was taken away.
    gateway.run("unlink", user, "--reason", "a test")
    refused(accept(gateway, clerk, token, eve), "invitation_used", 410)
    nobody_was_linked(users, user, eve)


def test_of_many_who_press_at_once_one_is_linked(gateway, clerk, users, mail):
    user, token = invited(gateway, mail, users, "race@old.example")
    racers = [clerk.add_user(f"race-{number}@new.example") for number in range(8)]
    pairs = [look(gateway, clerk, token, racer).json()["pair"] for racer in racers]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: accept(gateway, clerk, token, one[0], pair=one[1]), zip(racers, pairs)))
    assert [answer.status_code for answer in answers].count(200) == 1
    assert sum(len(users.linked_to(racer)) for racer in racers) == 1 and users.link_of(user) in racers


def test_an_expired_invitation_links_nobody(gateway, clerk, users, mail):
    user, token = invited(gateway, mail, users, "late@old.example")
    clerk_user = clerk.add_user("late@new.example")
    pair = look(gateway, clerk, token, clerk_user).json()["pair"]
    users.execute(f"UPDATE {table(users)} SET expires_at = '2020-01-01 00:00:00.000000' WHERE user_id = '{user}'")
    refused(accept(gateway, clerk, token, clerk_user, pair=pair), "invitation_expired", 410)
    nobody_was_linked(users, user, clerk_user)


def test_a_newer_invitation_ends_the_one_before(gateway, clerk, users, mail):
    user, token = invited(gateway, mail, users, "again@old.example")
    assert ask(gateway, user).status_code == 200
    clerk_user = clerk.add_user("again@new.example")
    refused(accept(gateway, clerk, token, clerk_user), "invitation_unknown", 404)
    nobody_was_linked(users, user, clerk_user)
    assert accept(gateway, clerk, mail.token("again@old.example"), clerk_user).status_code == 200


def test_an_invitation_of_another_user_links_nobody(gateway, clerk, users, mail):
    """Somebody who is another user already, by an old credential, by a link or by Clerk's word, gets no second account."""
    user, token = invited(gateway, mail, users, "hers@old.example")
    bob = users.add("bob@old.example")
    fresh, linked = clerk.add_user("fresh@new.example"), clerk.add_user("bob@old.example")
    given = clerk.add_user("given@new.example", external_id=users.add("given@old.example"))
    assert gateway.get("/dual/x", bearer=clerk.token(linked)).status_code == 200
    refused(look(gateway, clerk, token, fresh, session_token=users.add_session(bob)), "link_needs_confirmation", 403)
    pair = look(gateway, clerk, token, fresh).json()["pair"]
    refused(accept(gateway, clerk, token, fresh, pair=pair, session_token=users.add_session(bob)), "link_needs_confirmation", 403)
    refused(accept(gateway, clerk, token, linked), "clerk_user_linked", 403)
    refused(accept(gateway, clerk, token, given), "clerk_user_linked", 403)
    # Seen by one, and posted by another.
    refused(accept(gateway, clerk, token, clerk.add_user("other@new.example"), pair=pair), "link_needs_confirmation", 403)
    nobody_was_linked(users, user, fresh, given)
    assert users.linked_to(linked) == [bob]


def test_a_mailbox_of_two_rows_proves_neither(gateway, clerk, users, mail):
    """Somebody has registered the address of another once more, in another case."""
    first = users.add("TWIN@old.example")
    assert ask(gateway, first).status_code == 200
    token, clerk_user = mail.token("TWIN@old.example"), clerk.add_user("twin@new.example")
    pair = look(gateway, clerk, token, clerk_user).json()["pair"]
    second = users.add("twin@old.example")
    refused(accept(gateway, clerk, token, clerk_user, pair=pair), "ambiguous_email", 403)
    refused(accept(gateway, clerk, token, clerk_user, pair=pair, session_token=users.add_session(first)), "ambiguous_email", 403)
    for user in (first, second):
        refused(ask(gateway, user), "ambiguous_email", 403)
        nobody_was_linked(users, user, clerk_user)
    assert len(mail.to("TWIN@old.example")) == 1 and mail.to("twin@old.example") == []
    users.execute(f"DELETE FROM users WHERE id = '{second}'")
    assert accept(gateway, clerk, token, clerk_user, pair=pair).status_code == 200


def test_who_has_a_row_of_their_own_takes_no_forwarded_invitation(gateway, clerk, users, mail):
    user, token = invited(gateway, mail, users, "ada.evil@fwd.example")
    clerk_user = clerk.add_user("ada@fwd.example")
    shown = look(gateway, clerk, token, clerk_user).json()
    assert (shown["clerk"], shown["account"]) == ("ada@fwd.example", "ada.evil@fwd.example")
    own = users.add("Ada@fwd.example")
    refused(look(gateway, clerk, token, clerk_user), "link_needs_confirmation", 403)
    refused(accept(gateway, clerk, token, clerk_user, pair=shown["pair"]), "link_needs_confirmation", 403)
    for row in (user, own):
        nobody_was_linked(users, row, clerk_user)
    # What is theirs by the address is still to be had, and the old credential proves the other.
    assert accept(gateway, clerk, token, clerk_user, pair=shown["pair"], session_token=users.add_session(user)).status_code == 200


def test_a_guessed_or_damaged_token_links_nobody(gateway, clerk, users, mail):
    user, token = invited(gateway, mail, users, "guess@old.example")
    clerk_user = clerk.add_user("guess@new.example")
    pair = look(gateway, clerk, token, clerk_user).json()["pair"]
    [(digest,)] = users.query(f"SELECT token_digest FROM {table(users)} WHERE user_id = '{user}'")
    twin = token[:-1] + "AEIMQUYcgkosw048"[("AEIMQUYcgkosw048".index(token[-1]) + 1) % 16]
    for wrong in ("", "x", token[:-1], token + "A", token.swapcase(), twin, "A" * 43, digest, digest[:43], "%00", f"{token}%0a"):
        refused(accept(gateway, clerk, wrong, clerk_user, pair=pair), "invitation_unknown", 404)
    nobody_was_linked(users, user, clerk_user)
    # Two cookies of one name: somebody has planted one.
    cookies = f"segue-invitation={token}; segue-invitation={'A' * 43}; __session={clerk.token(clerk_user)}"
    refused(gateway.get("/migrate", headers={"Cookie": cookies}), "invitation_unknown", 404)
    refused(gateway.get(f"/migrate?token={token}&token={token}"), "invitation_unknown", 404)


def test_a_get_links_nobody(gateway, clerk, users, mail):
    """Mail servers open every link, some with HEAD first, and a browser may fetch one before anybody asks for it."""
    user, token = invited(gateway, mail, users, "get@old.example")
    clerk_user = clerk.add_user("get@new.example")
    pair = look(gateway, clerk, token, clerk_user).json()["pair"]
    cookies = {"segue-invitation": token, "__session": clerk.token(clerk_user), "session_token": users.add_session(user)}
    for method in ("GET", "HEAD"):
        for kind in ("text/html", "application/json"):
            for query in ("", f"?token={token}&pair={pair}&mine=yes"):
                answer = gateway.request(method, f"/migrate{query}", cookies=cookies, headers={"Accept": kind})
                assert answer.status_code in (200, 303)
    refused(gateway.request("PUT", "/migrate", cookies=cookies), "method_not_allowed", 405)
    nobody_was_linked(users, user, clerk_user)
    assert users.query(f"SELECT 1 FROM {table(users)} WHERE user_id = '{user}' AND opened_at IS NOT NULL") != []
    assert accept(gateway, clerk, token, clerk_user).status_code == 200


def test_another_site_accepts_nothing(gateway, clerk, users, mail):
    user, token = invited(gateway, mail, users, "csrf@old.example")
    clerk_user = clerk.add_user("csrf@new.example")
    pair = look(gateway, clerk, token, clerk_user).json()["pair"]
    for fields in (
        {}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"},
        # Not even one whose pages may do anything else.
        {"Origin": "https://app.example.com"},
    ):  # fmt: skip
        refused(accept(gateway, clerk, token, clerk_user, pair=pair, headers=fields), "cross_site", 403)
    nobody_was_linked(users, user, clerk_user)


def test_without_a_good_session_nobody_is_linked(gateway, clerk, users, mail):
    user, token = invited(gateway, mail, users, "session@old.example")
    clerk_user = clerk.add_user("session@new.example")
    pair = look(gateway, clerk, token, clerk_user).json()["pair"]
    refused(accept(gateway, clerk, token, None, pair=pair, session_token=users.add_session(user)), "credentials_missing", 401)

    def post(session: str):
        cookies = {"segue-invitation": token, "__session": session}
        headers = {"Sec-Fetch-Site": "same-origin"}
        return gateway.request("POST", "/migrate", cookies=cookies, headers=headers, content=f"pair={pair}&mine=yes")

    assert post(clerk.token(clerk_user, exp=int(time.time()) - 60)).status_code == 401
    refused(post(clerk.token(clerk_user, act={"sub": "user_1"})), "impersonated", 403)
    refused(post(clerk.token(clerk_user, azp="https://evil.example")), "token_invalid", 401)
    banned = clerk.add_user("banned@new.example", banned=True)
    refused(look(gateway, clerk, token, banned), "clerk_user_blocked", 403)
    cookies = {"segue-invitation": token, "__session": clerk.token(clerk_user)}
    unticked = gateway.request(
        "POST", "/migrate", cookies=cookies, headers={"Sec-Fetch-Site": "same-origin"}, content=f"pair={pair}"
    )
    refused(unticked, "link_needs_confirmation", 403)
    nobody_was_linked(users, user, clerk_user, banned)


def test_an_invitation_to_an_address_that_the_row_has_no_more_links_nobody(gateway, clerk, users, mail):
    user, token = invited(gateway, mail, users, "moved@old.example")
    clerk_user = clerk.add_user("moved@new.example")
    users.execute(f"UPDATE users SET email = 'thief@old.example' WHERE id = '{user}'")
    refused(accept(gateway, clerk, token, clerk_user), "invitation_outdated", 410)
    users.execute(f"UPDATE users SET email = 'MOVED@old.example', role = 'admin' WHERE id = '{user}'")
    refused(accept(gateway, clerk, token, clerk_user), "privileged_row", 403)
    nobody_was_linked(users, user, clerk_user)


def test_where_addresses_prove_nothing_the_old_credential_comes_along(start_gateway, origin, clerk, users, mail):
    made = with_invitations(gateways.settings(origin, clerk, users), mail.url)
    made["directory"]["linking"]["legacyEmail"] = "untrusted"
    gateway = start_gateway(made, clerk, users)
    user, token = invited(gateway, mail, users, "unproved@old.example")
    clerk_user = clerk.add_user("unproved@new.example")
    refused(accept(gateway, clerk, token, clerk_user), "legacy_email_unverified", 403)
    nobody_was_linked(users, user, clerk_user)
    assert accept(gateway, clerk, token, clerk_user, session_token=users.add_session(user)).status_code == 200
    assert users.link_of(user) == clerk_user


def test_no_log_line_and_no_metric_has_a_token(gateway, clerk, users, mail):
    user, token = invited(gateway, mail, users, "quiet@old.example")
    gateway.get(f"/migrate?token={token}", headers={"Referer": f"{SITE}/migrate?token={token}", "Accept": "text/html"})
    accept(gateway, clerk, token, clerk.add_user("quiet@new.example"))
    assert token not in gateway.admin("/metrics")[1]
    assert gateway.metric("segue_invitations_total", outcome="linked") >= 1
    assert token not in gateway.process.output


# The mail server.


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


def served(start_gateway, origin, clerk, users, smtp: dict, environment: dict | None = None):
    made = with_invitations(gateways.settings(origin, clerk, users), "smtp://127.0.0.1:1")
    made["smtp"] = {"from": "no-reply@example.com", "timeoutSeconds": 2} | smtp
    return start_gateway(made, clerk, users, environment=environment)


def test_mail_goes_over_tls_to_the_server_that_was_meant(start_gateway, origin, clerk, users, authority, tmp_path):
    password = leaks.secret("the-password-of-the-mail-server", "the mail server's password")
    server = MailServer(authority, password)
    try:
        (tmp_path / "password").write_text(password + "\n")
        smtp = {"url": server.url, "user": "segue", "startTls": True}
        environment = {"SMTP_PASSWORD_FILE": str(tmp_path / "password")}
        gateway = served(start_gateway, origin, clerk, users, smtp | {"caFile": str(authority.file)}, environment)
        user = users.add("tls@old.example")
        assert ask(gateway, user).status_code == 200
        assert [letter["X-TLS"] for letter in server.to("tls@old.example")] == ["yes"]
        # Without the authority the certificate is nobody's.
        stranger = served(start_gateway, origin, clerk, users, smtp, environment)
        refused(ask(stranger, user), "mail_unavailable", 503)
        wrong = served(start_gateway, origin, clerk, users, smtp | {"caFile": str(authority.file), "password": "wrong-password"})
        refused(ask(wrong, user), "mail_unavailable", 503)
        assert len(server.letters) == 1
    finally:
        server.stop()


def test_a_server_without_tls_is_told_nothing(start_gateway, origin, clerk, users, mail):
    gateway = served(start_gateway, origin, clerk, users, {"url": mail.url, "startTls": True})
    refused(ask(gateway, users.add("stripped@old.example")), "mail_unavailable", 503)
    assert mail.to("stripped@old.example") == []


def test_a_server_that_says_nothing_is_given_up(start_gateway, origin, clerk, users, recording_origin):
    gateway = served(start_gateway, origin, clerk, users, {"url": f"smtp://127.0.0.1:{free_port()}", "timeoutSeconds": 1})
    started = time.monotonic()
    refused(ask(gateway, users.add("silent@old.example")), "mail_unavailable", 503)
    assert time.monotonic() - started < 10


# Settings.


@pytest.mark.parametrize(
    ("section", "value", "words"),
    [
        ("smtp", {"url": "http://x", "from": "a@b"}, "smtp.url"),
        ("smtp", {"url": "smtp://u:p@x", "from": "a@b"}, "smtp.url"),
        ("smtp", {"url": "smtp://mail.example.com"}, "smtp.from"),
        ("smtp", {"url": "smtp://mail.example.com", "from": "a b"}, "smtp.from"),
        ("smtp", {"url": "smtp://mail.example.com", "from": "a@b", "user": "x"}, "a user without a password"),
        ("smtp", {"url": "smtp://mail.example.com", "from": "a@b", "startTls": False}, "sent in clear"),
        ("smtp", {"url": "smtp://mail.example.com", "from": "a@b", "caFile": "/nowhere.pem"}, "no such file"),
        ("smtp", None, "smtp: found nothing"),
        ("invitations", None, "mail server, expected invitations"),
        ("invitations", {"page": "/migrate", "url": "http://app.example.com"}, "plain HTTP"),
        ("invitations", {"page": "/migrate", "url": "https://app.example.com/x"}, "a URL with a path"),
        ("invitations", {"page": "/migrate", "path": "/migrate", "url": "https://a.example"}, "invitations.p"),
        ("invitations", {"page": "/migrate", "url": "https://a.example", "templates": "/nowhere"}, "no file in /nowhere"),
        ("invitations", {"page": "/migrate", "url": "https://a.example"}, "no signIn"),
    ],
)
def test_what_is_missing_is_said(tmp_path, section, value, words):
    made: dict = {
        "version": 1, "clerk": {"issuer": "https://c.example", "secretKey": "sk_test_1", "authorizedParties": ["https://a.example"]},
        "directory": {
            "url": "sqlite:x", "users": {"email": "email", "clerkUserId": "c"}, "linking": {"legacyEmail": "trusted"},
        },
        "legacy": [
            {"name": "j", "kind": "jwt", "from": ["bearer"], "algorithm": "HS256", "keys": [{"secret": "x" * 40}], "userId": "id"}
        ],
        "smtp": {"url": "smtp://127.0.0.1:25", "from": "a@b"},
        "invitations": {"page": "/migrate", "url": "https://a.example", "signIn": "https://a.example/in"},
        "origins": {"api": {"servers": ["http://127.0.0.1:1"]}},
        "routes": [{"name": "r", "match": {"path": "/*"}, "origin": "api", "mode": "dual"}],
    }  # fmt: skip
    if value is None:
        del made[section]
    else:
        made[section] = value
    file = tmp_path / "routes.json"
    file.write_text(json.dumps(made))
    result = subprocess.run([str(BINARY), "check", str(file)], capture_output=True, text=True)
    assert words in result.stdout + result.stderr, result.stdout + result.stderr
