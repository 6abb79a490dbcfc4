"""`segue invite`: mail for a cohort, welcomes for those whom a migration made, and Clerk's own invitations. Nobody is written to twice."""

import json
import os
import re
import signal
import subprocess
import time

import httpx
import pytest

from harness import gateway as gateways
from harness import leaks
from harness.gateway import BINARY, seen
from harness.mail import Authority, MailServer, text_of
from harness.processes import free_port, wait_until
from harness.users import PostgresUsers

PAGE = {"page": "/migrate", "url": "http://127.0.0.1", "site": "Example", "signIn": "https://app.example.com/sign-in"}


@pytest.fixture(scope="module")
def mail():
    server = MailServer()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def users(postgres):
    return PostgresUsers(postgres)


@pytest.fixture(scope="module")
def gateway(start_gateway, origin, emulator, users, mail):
    made = gateways.settings(origin, emulator, users)
    made["smtp"] = {"url": mail.url, "from": "no-reply@example.com", "perMinute": 60_000}
    made["invitations"] = PAGE | {"templates": None}
    return start_gateway(made, emulator, users)


@pytest.fixture(autouse=True)
def nobody(users, mail, gateway):
    """Each test begins with an empty table of users."""
    users.execute("TRUNCATE users CASCADE")
    users.execute("DELETE FROM segue.invitations; DELETE FROM segue.links; DELETE FROM segue.people")
    mail.letters.clear()
    mail.refused.clear()
    mail.hung_up_on.clear()


def invite(gateway, *words: str, code: int = 0) -> dict:
    result = gateway.run("invite", "--json", *words)
    assert result.returncode == code, f"{result.returncode}\n{result.stdout}{result.stderr}"
    return json.loads(result.stdout)


def status(gateway) -> dict[str, dict]:
    return {record["user_id"]: record for record in invite(gateway, "--status")["invitations"]}


def states(gateway) -> list[str]:
    return sorted(record["state"] for record in status(gateway).values())


def page(gateway, method: str, token: str, **more) -> httpx.Response:
    headers = {"Sec-Fetch-Site": "same-origin"} | more.pop("headers", {})
    return gateway.request(method, "/migrate", cookies={"segue-invitation": token}, headers=headers, **more)


def test_the_plan_comes_first_and_sends_nothing(gateway, users, mail):
    users.add("ada@example.com")
    users.add("root@example.com", role="admin")
    users.add("linked@example.com", clerk_user_id="user_x")
    users.add("no address")
    users.execute("INSERT INTO users (id, email) VALUES (gen_random_uuid(), 'Twin@example.com'), (gen_random_uuid(), 'twin@example.com')")
    plan = invite(gateway, "--all", "--dry-run")
    assert plan["to_be_invited"] == 1 and plan["kind"] == "link"
    assert plan["left_out"] == {"address_malformed": 1, "address_shared": 2, "already_linked": 1, "privileged": 1}
    text = gateway.run("invite", "--all", "--dry-run").stdout
    assert "to be invited      1   an invitation by mail from no-reply@example.com" in text
    assert "60000 mails a minute" in text and "segue link joins them" in text
    clerk = gateway.run("invite", "--all", "--dry-run", "--via", "clerk").stdout
    assert "Clerk takes 250 invitations an hour in bulk, 100 one by one" in clerk
    assert mail.letters == [] and states(gateway) == []


def test_a_cohort_is_invited_once_and_again_when_asked(gateway, users, mail):
    for number in range(7):
        users.add(f"user{number}@example.com", role="tester" if number < 5 else "user")
    report = invite(gateway, "--where", "role = tester")
    assert (report["sent"], report["failed"], report["left"]) == (5, 0, 0)
    assert sorted(letter["X-RcptTo"] for letter in mail.letters) == [f"user{number}@example.com" for number in range(5)]
    again = invite(gateway, "--all")
    assert (again["sent"], again["left_out"]) == (2, {"invited_before": 5})
    assert len(mail.letters) == 7
    first = mail.token("user0@example.com")
    assert page(gateway, "GET", first).status_code == 401
    assert invite(gateway, "--email", "USER0@example.com", "--resend")["sent"] == 1
    assert page(gateway, "GET", first).json()["code"] == "invitation_unknown"
    assert page(gateway, "GET", mail.token("user0@example.com")).status_code == 401
    assert states(gateway) == ["opened"] + ["sent"] * 6
    rows = users.query("SELECT actor, detail FROM segue.ledger WHERE action = 'invite' ORDER BY id DESC LIMIT 1")
    assert rows[0][1] == "1 person by mail"


def test_who_failed_is_written_to_by_the_next_run(gateway, users, mail):
    for name in ("good", "full", "gone"):
        users.add(f"{name}@example.com")
    mail.refused |= {"full@example.com": "452 full", "gone@example.com": "550 gone"}
    report = invite(gateway, "--all", code=3)
    assert (report["sent"], report["failed"]) == (1, 2)
    assert {failure["reason"]: failure["count"] for failure in report["failures"]} == {
        "the mail server answered 452": 1, "the mail server answered 550": 1,
    }  # fmt: skip
    assert states(gateway) == ["failed", "failed", "sent"]
    mail.refused.clear()
    assert invite(gateway, "--all")["sent"] == 2
    assert len(mail.letters) == 3 and states(gateway) == ["sent"] * 3


def test_a_letter_that_nobody_confirmed_is_not_sent_again_by_itself(gateway, users, mail):
    good, lost = users.add("good@example.com"), users.add("lost@example.com")
    mail.hung_up_on.add("lost@example.com")
    report = invite(gateway, "--all", code=3)
    assert (report["sent"], report["failed"], report["unclear"], report["left"]) == (1, 0, 1, 0)
    [unclear] = report["unclear_letters"]
    assert unclear["examples"] == [lost] and "did not say whether it took it" in unclear["reason"]
    assert status(gateway)[lost]["state"] == "unclear" and status(gateway)[good]["state"] == "sent"
    mail.hung_up_on.clear()
    again = gateway.run("invite", "--all", "--json")
    assert again.returncode == 0 and json.loads(again.stdout)["left_out"] == {"invited_before": 2}
    # The letter may have come: its link is as good as any.
    assert page(gateway, "GET", mail.token("lost@example.com")).status_code == 401
    assert status(gateway)[lost]["state"] == "opened"
    assert invite(gateway, "--user-id", lost, "--resend")["sent"] == 1 and len(mail.to("lost@example.com")) == 2


def test_a_mail_server_that_confirms_nothing_ends_the_run(gateway, users, mail):
    for number in range(30):
        users.add(f"mute{number}@example.com")
        mail.hung_up_on.add(f"mute{number}@example.com")
    report = invite(gateway, "--all", code=5)
    assert report["sent"] == 0 and 5 <= report["unclear"] < 12 and report["left"] == 30 - report["unclear"]
    assert "did not say whether it took it" in report["ending"]


def test_who_is_linked_while_a_run_goes_on_is_not_written_to(gateway, users, mail, start_gateway, emulator):
    made = gateway.settings | {"smtp": gateway.settings["smtp"] | {"perMinute": 300}}
    slow = start_gateway(made, emulator, users, serve=False)
    count = 60
    users.execute(
        f"INSERT INTO users (id, email) SELECT gen_random_uuid(), 'meanwhile' || n || '@example.com' FROM generate_series(1, {count}) n"
    )
    run = subprocess.Popen(
        [str(BINARY), "invite", "--all", "--json", str(slow.file)], env=os.environ | slow.environment, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    wait_until(lambda: len(mail.letters) >= 1, "a letter")
    users.execute("UPDATE users SET clerk_user_id = 'user_' || id")
    report = json.loads(run.communicate(timeout=60)[0])
    assert run.returncode == 0 and report["others"] > 0 and report["sent"] + report["others"] == count
    assert len(mail.letters) == report["sent"]


def test_an_accepted_invitation_links(gateway, emulator, users, mail):
    user = users.add("joins@old.example")
    assert invite(gateway, "--user-id", user)["sent"] == 1
    token = mail.token("joins@old.example")
    clerk_user = emulator.ask("POST", "/users", json={"email_address": ["joins@new.example"]}).json()["id"]
    session = emulator.session_token(clerk_user)
    cookies = {"segue-invitation": token, "__session": session}
    pair = gateway.get("/migrate", cookies=cookies).json()["pair"]
    form = f"pair={pair}&mine=yes"
    done = gateway.request("POST", "/migrate", cookies=cookies, headers={"Sec-Fetch-Site": "same-origin"}, content=form)
    assert done.json()["user_id"] == user and users.link_of(user) == clerk_user
    assert states(gateway) == ["accepted"]
    assert invite(gateway, "--all", "--resend")["left_out"] == {"already_linked": 1}


def test_two_processes_write_to_nobody_twice(gateway, users, mail):
    count = 60
    users.execute(
        f"INSERT INTO users (id, email) SELECT gen_random_uuid(), 'many' || n || '@example.com' FROM generate_series(1, {count}) n"
    )
    command = [str(BINARY), "invite", "--all", "--json", str(gateway.file)]
    environment = os.environ | gateway.environment
    runs = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    reports = [json.loads(run.communicate(timeout=60)[0]) for run in runs]
    assert sum(report["sent"] for report in reports) == count
    assert len({letter["X-RcptTo"] for letter in mail.letters}) == len(mail.letters) == count


def test_a_run_that_is_stopped_goes_on_later(gateway, users, mail, start_gateway, emulator):
    made = gateway.settings | {"smtp": gateway.settings["smtp"] | {"perMinute": 300}}
    slow = start_gateway(made, emulator, users, serve=False)
    count = 30
    users.execute(
        f"INSERT INTO users (id, email) SELECT gen_random_uuid(), 'stop' || n || '@example.com' FROM generate_series(1, {count}) n"
    )
    run = subprocess.Popen(
        [str(BINARY), "invite", "--all", "--json", str(slow.file)], env=os.environ | slow.environment, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    wait_until(lambda: len(mail.letters) >= 3, "some letters")
    run.send_signal(signal.SIGINT)
    report = json.loads(run.communicate(timeout=20)[0])
    assert run.returncode == 3 and report["ending"] == "stopped as asked"
    assert 0 < report["sent"] < count and report["left"] == count - report["sent"]
    assert invite(gateway, "--all")["sent"] == report["left"]
    assert len({letter["X-RcptTo"] for letter in mail.letters}) == len(mail.letters) == count


def test_a_mail_server_that_is_away_ends_the_run(gateway, users, start_gateway, emulator):
    made = gateway.settings | {"smtp": {"url": f"smtp://127.0.0.1:{free_port()}", "from": "a@example.com", "perMinute": 60_000}}
    away = start_gateway(made, emulator, users, serve=False)
    for number in range(30):
        users.add(f"away{number}@example.com")
    report = invite(away, "--all", code=5)
    assert report["sent"] == 0 and report["left"] > 0 and "mail server cannot be reached" in report["ending"]


@pytest.mark.parametrize("answer", ["550 5.7.1 sender rejected", "451 4.7.1 try later", "421 4.3.2 closing"])
def test_a_mail_server_that_refuses_us_ends_the_run(gateway, users, mail, answer):
    for number in range(30):
        users.add(f"refused{number}@example.com")
    before, mail.refuses_senders = mail.senders, answer
    try:
        report = invite(gateway, "--all", code=5)
    finally:
        mail.refuses_senders = None
    assert report["sent"] == 0 and report["left"] > 15 and "refuses us" in report["ending"], report
    assert mail.senders - before < 12


def test_a_mail_server_that_refuses_our_login_ends_the_run(gateway, users, start_gateway, emulator, tmp_path):
    authority = Authority(tmp_path)
    server = MailServer(authority, "the-right-password")
    try:
        smtp = {"url": server.url, "user": "segue", "password": "wrong", "startTls": True, "caFile": str(authority.file)}
        made = gateway.settings | {"smtp": smtp | {"from": "a@example.com", "perMinute": 60_000}}
        wrong = start_gateway(made, emulator, users, serve=False)
        for number in range(30):
            users.add(f"login{number}@example.com")
        report = invite(wrong, "--all", code=5)
        assert report["sent"] == 0 and report["left"] > 15 and "refuses us" in report["ending"], report
    finally:
        server.stop()


def test_who_was_begun_by_a_run_that_was_killed_is_left(gateway, users, mail):
    begun = users.add("begun@example.com")
    users.add("fresh@example.com")
    users.execute(
        "INSERT INTO segue.invitations (user_id, kind, address_digest, created_at, expires_at) "
        f"VALUES ('{begun}', 'link', 'x', now(), now() + interval '1 day')"
    )
    report = invite(gateway, "--all", code=3)
    assert (report["sent"], report["others"], report["left"]) == (1, 0, 1) and "after two minutes" in report["ending"]
    users.execute("UPDATE segue.invitations SET created_at = now() - interval '3 minutes'")
    assert invite(gateway, "--all")["sent"] == 1 and len(mail.to("begun@example.com")) == 1


def test_mail_and_clerk_count_each_others_letters(gateway, users, mail):
    users.add("by-mail@example.com")
    assert invite(gateway, "--all")["sent"] == 1
    assert invite(gateway, "--all", "--via", "clerk")["left_out"] == {"invited_before": 1}
    assert invite(gateway, "--all", "--via", "clerk", "--resend")["sent"] == 1
    assert invite(gateway, "--all")["left_out"] == {"invited_before": 1}
    assert invite(gateway, "--all", "--resend")["sent"] == 1 and len(mail.letters) == 2


def test_clerk_invites_nobody_with_a_privilege(gateway, users):
    users.add("root-by-clerk@example.com", role="admin")
    assert invite(gateway, "--all", "--via", "clerk")["left_out"] == {"privileged": 1}


def test_a_letter_without_its_link_is_refused(gateway, users, start_gateway, emulator, tmp_path):
    (tmp_path / "invitation.txt").write_text("{greeting} come along!")
    made = gateway.settings | {"invitations": PAGE | {"templates": str(tmp_path)}}
    with pytest.raises(AssertionError, match="the .txt has no {migration_url}"):
        start_gateway(made, emulator, users, serve=False)


def test_doctor_names_what_invitations_may_not_do(gateway, users, start_gateway, emulator):
    users.execute("CREATE ROLE inviting LOGIN; GRANT USAGE ON SCHEMA public, segue TO inviting")
    try:
        users.execute("GRANT ALL ON ALL TABLES IN SCHEMA public, segue TO inviting; REVOKE UPDATE ON segue.invitations FROM inviting")
        limited = start_gateway(gateway.settings, emulator, users, serve=False)
        limited.environment = limited.environment | {"DATABASE_URL": re.sub("//[^@/]*@", "//inviting@", users.url)}
        said = limited.run("doctor").stdout
        assert "segue.invitations" in said and "UPDATE" in said and "segue.upgrades" not in said, said
    finally:
        users.execute("DROP OWNED BY inviting; DROP ROLE inviting")


def mail_findings(gateway) -> list[tuple[str, str, str]]:
    findings = json.loads(gateway.run("doctor", "--json").stdout)["findings"]
    return [(found["severity"], found["code"], found["text"]) for found in findings if found["area"] == "mail"]


def test_doctor_visits_the_mail_server_and_sends_nothing(gateway, users, mail, start_gateway, emulator, tmp_path):
    def visit(smtp: dict) -> tuple[str, str, str]:
        made = gateway.settings | {"smtp": {"from": "a@example.com", "timeoutSeconds": 20} | smtp}
        [found] = mail_findings(start_gateway(made, emulator, users, serve=False))
        return found

    authority = Authority(tmp_path)
    server = MailServer(authority, "the-right-password")
    try:
        login = {"url": server.url, "user": "segue", "password": "the-right-password", "startTls": True, "caFile": str(authority.file)}
        assert visit(login) == ("ok", "mail", f"{server.url} takes mail from us, over TLS, logged in as segue")
        assert visit({"url": mail.url}) == ("ok", "mail", f"{mail.url} takes mail from us")
        severity, code, text = visit(login | {"password": "wrong"})
        assert (severity, code) == ("error", "mail_refused") and "535" in text and "wrong" not in text
        severity, code, text = visit({key: value for key, value in login.items() if key != "caFile"})
        assert (severity, code) == ("error", "mail_without_tls") and "certificate" in text
        severity, code, text = visit({"url": mail.url, "startTls": True})
        assert (severity, code) == ("error", "mail_without_tls") and "STARTTLS" in text
        severity, code, text = visit(login | {"url": mail.url, "startTls": False})
        assert (severity, code) == ("warning", "mail_without_login") and "smtp.user is segue" in text
        assert visit({"url": f"smtp://127.0.0.1:{free_port()}"})[:2] == ("unreachable", "mail_unreachable")
        assert server.letters == mail.letters == [] and server.senders == 0
    finally:
        server.stop()


# Welcomes.


@pytest.fixture
def made_in_clerk(gateway, emulator, users):
    """Somebody whom `segue migrate` has made in Clerk."""

    def make(address: str) -> tuple[str, str]:
        user = users.add(address)
        gateway.run("migrate", "--no-backup", "--user-id", user)
        clerk_user = users.link_of(user)
        assert clerk_user
        return user, clerk_user

    return make


def test_who_was_made_in_clerk_is_welcomed_and_let_in_once(gateway, emulator, users, mail, made_in_clerk):
    user, clerk_user = made_in_clerk("welcome@example.com")
    users.add("unlinked@example.com")
    report = invite(gateway, "--created", "--all")
    assert (report["sent"], report["left_out"]) == (1, {"not_created": 1})
    [letter] = mail.letters
    assert letter["X-RcptTo"] == "welcome@example.com" and "3 days" in text_of(letter)
    assert "ticket" not in text_of(letter)
    token = mail.token("welcome@example.com")
    # A mail server opens the link: nothing is used up.
    for _ in range(3):
        assert gateway.get(f"/migrate?token={token}", headers={"Accept": "text/html"}).status_code == 303
    shown = page(gateway, "GET", token, headers={"Accept": "text/html"})
    assert "w•••@example.com" in shown.text and "form-action 'self' https://app.example.com;" in shown.headers["Content-Security-Policy"]
    assert states(gateway) == ["opened"]
    assert emulator.ask("GET", f"/users/{clerk_user}").json()["last_sign_in_at"] is None
    crossed = page(gateway, "POST", token, headers={"Sec-Fetch-Site": "cross-site"})
    assert crossed.json()["code"] == "cross_site"
    let_in = page(gateway, "POST", token, headers={"Accept": "text/html"})
    assert let_in.status_code == 303 and let_in.headers["Referrer-Policy"] == "no-referrer"
    start, _, ticket = let_in.headers["Location"].partition("?__clerk_ticket=")
    assert start == "https://app.example.com/sign-in"
    leaks.secret(ticket, "a sign-in ticket")
    assert emulator.control("tickets", ticket=ticket)["user_id"] == clerk_user
    assert seen(gateway.get("/clerk/x", bearer=emulator.session_token(clerk_user)), "X-User-Id") == [user]
    assert page(gateway, "POST", token).json()["code"] == "invitation_used"
    assert states(gateway) == ["accepted"]
    # Seen with a Clerk session: nobody welcomes them again.
    wait_until(lambda: users.query("SELECT 1 FROM segue.links WHERE first_session_at IS NOT NULL"), "the first session is noted")
    assert invite(gateway, "--created", "--all", "--resend")["left_out"] == {"not_created": 2}


def test_a_welcome_is_no_way_in_once_its_owner_has_signed_in(gateway, users, mail, made_in_clerk):
    user, _ = made_in_clerk("signed-in@example.com")
    assert invite(gateway, "--created", "--user-id", user)["sent"] == 1
    token = mail.token("signed-in@example.com")
    assert page(gateway, "GET", token).status_code == 200
    users.execute(f"UPDATE segue.links SET first_session_at = now() WHERE user_id = '{user}'")
    for method in ("GET", "POST"):
        answer = page(gateway, method, token)
        assert (answer.status_code, answer.json()["code"]) == (410, "invitation_used")


def test_a_welcome_that_was_used_is_not_sent_again(gateway, users, mail, made_in_clerk):
    user, _ = made_in_clerk("used@example.com")
    assert invite(gateway, "--created", "--user-id", user)["sent"] == 1
    leaks.secret(page(gateway, "POST", mail.token("used@example.com")).json()["url"].partition("ticket=")[2], "a sign-in ticket")
    assert invite(gateway, "--created", "--all", "--resend")["left_out"] == {"welcome_used": 1}
    assert len(mail.letters) == 1
    # The ticket was lost on its way: nobody has come with it, and nobody can any more.
    users.execute("UPDATE segue.invitations SET accepted_at = now() - interval '3 hours'")
    assert invite(gateway, "--created", "--all")["left_out"] == {"invited_before": 1}
    assert invite(gateway, "--created", "--all", "--resend")["sent"] == 1
    assert page(gateway, "GET", mail.token("used@example.com")).json()["status"] == "ready"


def test_a_welcome_is_good_again_where_clerk_gave_no_ticket(gateway, emulator, users, mail, made_in_clerk):
    user, clerk_user = made_in_clerk("no-ticket@example.com")
    assert invite(gateway, "--created", "--user-id", user)["sent"] == 1
    token = mail.token("no-ticket@example.com")
    emulator.control("faults", kind="refuse", endpoint="POST /v1/sign_in_tokens", status=500)
    answer = page(gateway, "POST", token)
    assert (answer.status_code, answer.json()["code"]) == (503, "clerk_unavailable")
    assert page(gateway, "POST", token).json()["status"] == "success"


def test_a_welcome_to_somebody_whom_clerk_has_lost_says_so(gateway, emulator, users, mail, made_in_clerk):
    user, clerk_user = made_in_clerk("lost@example.com")
    assert invite(gateway, "--created", "--all")["sent"] == 1
    emulator.ask("DELETE", f"/users/{clerk_user}")
    answer = page(gateway, "POST", mail.token("lost@example.com"))
    assert (answer.status_code, answer.json()["code"]) == (410, "invitation_outdated"), answer.text


def test_nobody_is_let_in_by_a_mailbox_that_proves_nothing(gateway, users, mail, made_in_clerk, start_gateway, emulator):
    user, _ = made_in_clerk("mailbox@example.com")
    made = gateway.settings | {"directory": gateway.settings["directory"] | {"linking": {"legacyEmail": "untrusted"}}}
    unproved = start_gateway(made, emulator, users, serve=False)
    assert invite(unproved, "--created", "--all")["left_out"] == {"address_unproved": 1}
    assert invite(gateway, "--created", "--user-id", user)["sent"] == 1
    users.execute(f"UPDATE users SET role = 'admin' WHERE id = '{user}'")
    assert page(gateway, "POST", mail.token("mailbox@example.com")).json()["code"] == "privileged_row"
    assert invite(gateway, "--created", "--all", "--resend")["left_out"] == {"privileged": 1}


def test_a_welcome_of_a_link_that_was_taken_away_lets_nobody_in(gateway, users, mail, made_in_clerk):
    user, _ = made_in_clerk("undone@example.com")
    assert invite(gateway, "--created", "--user-id", user)["sent"] == 1
    gateway.run("unlink", user, "--reason", "a test")
    assert page(gateway, "POST", mail.token("undone@example.com")).json()["code"] == "invitation_outdated"


# Clerk's own.


def clerks(emulator) -> list[dict]:
    return emulator.ask("GET", "/invitations", params={"limit": 500, "query": "by-clerk"}).json()


def test_clerk_invites_people_without_a_user_there(gateway, emulator, users, mail):
    for number in range(12):
        users.add(f"by-clerk{number}@example.com")
    taken = users.add("by-clerk-taken@example.com")
    emulator.ask("POST", "/users", json={"email_address": ["by-clerk-taken@example.com"]})
    emulator.ask("POST", "/invitations", json={"email_address": "by-clerk3@example.com", "notify": False})
    report = invite(gateway, "--via", "clerk", "--all")
    assert (report["sent"], report["failed"], report["left_out"]) == (12, 0, {"in_clerk": 1})
    found = clerks(emulator)
    assert {one["email_address"] for one in found} == {f"by-clerk{number}@example.com" for number in range(12)} and len(found) == 12
    assert mail.letters == [] and taken not in status(gateway)
    assert invite(gateway, "--via", "clerk", "--all")["sent"] == 0 and len(clerks(emulator)) == 12
    ids = {row[0] for row in users.query("SELECT id FROM users WHERE email LIKE 'by-clerk_@%'")}
    assert {one["public_metadata"].get("legacy_user_id") for one in found if one["public_metadata"]} >= ids - {
        users.query("SELECT id FROM users WHERE email = 'by-clerk3@example.com'")[0][0]
    }


# The command line.


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "say --email, --user-id, --where or --all"),
        (["--all", "--email", "a@b"], "--all does not go with"),
        (["--all", "--via", "pigeon"], "expected mail or clerk"),
        (["--all", "--created", "--via", "clerk"], "--created does not go with --via clerk"),
        (["--status", "--all"], "--status is about all"),
        (["--where", "x ="], "--where"),
        (["--everybody"], "there is no option --everybody"),
    ],
)
def test_what_makes_no_sense_is_refused(gateway, words, said):
    result = gateway.run("invite", *words)
    assert result.returncode == 2 and said in result.stderr


def test_nobody_is_found(gateway):
    assert gateway.run("invite", "--email", "nobody@example.com").returncode == 4
    assert gateway.run("invite", "--where", "nothing = 1", "--dry-run").returncode == 4
