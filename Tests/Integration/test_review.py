"""What a person settles: the page on which two accounts are joined, and `segue review`, `link` and `unlink`."""

import json
import re
import signal
import time
import uuid

import pytest

from harness import gateway as gateways
from harness.clerk import identifier
from harness.gateway import seen
from harness.processes import wait_until
from harness.raw import Client

PAGE = "/account/confirm"


@pytest.fixture(scope="module")
def front(start_gateway, origin, clerk, users):
    made = gateways.settings(origin, clerk, users)
    made["directory"]["linking"]["confirmation"] = PAGE
    made["login"] = {"callback": "/api/auth/clerk-login-callback"}
    return start_gateway(made, clerk, users)


def people(clerk, users) -> tuple[str, str]:
    """A row and a Clerk user of one person, with two addresses."""
    number = uuid.uuid4().hex[:8]
    return users.add(f"old-{number}@example.com"), clerk.add_user(f"new-{number}@example.org")


def browser(clerk, users, user, clerk_user) -> dict[str, str]:
    return {"__session": clerk.token(clerk_user), "session_token": users.add_session(user)}


def ledger(users) -> list[tuple[str, ...]]:
    table = "segue.ledger" if users.url.startswith("postgres") else "segue_ledger"
    return users.query(f"SELECT actor, action, user_id, clerk_user_id, rule, detail FROM {table} ORDER BY id")


# The page.


def test_two_addresses_are_joined_on_the_page(front, clerk, users):
    user, clerk_user = people(clerk, users)
    cookies = browser(clerk, users, user, clerk_user)
    refused = front.get("/dual/x", cookies=cookies)
    assert (refused.status_code, refused.json()["code"], refused.json()["confirm"]) == (403, "link_needs_confirmation", PAGE)
    assert users.link_of(user) is None

    page = front.get(PAGE, cookies=cookies, headers={"Accept": "text/html"})
    assert page.status_code == 200 and "<script" not in page.text
    assert re.search(r"<dd>old-\w+@example\.com</dd>", page.text) and re.search(r"<dd>new-\w+@example\.org</dd>", page.text)
    assert page.headers["cache-control"] == "no-store" and "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert users.link_of(user) is None, "a GET never links"

    [pair] = re.findall(r'name="pair" value="(\w+)"', page.text)
    form = {"pair": pair, "mine": "yes"}
    answer = front.request(
        "POST", PAGE, cookies=cookies, data=form, headers={"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    )
    assert answer.status_code == 200, answer.text
    assert users.link_of(user) == clerk_user
    assert seen(front.get("/clerk/x", bearer=clerk.token(clerk_user)), "X-User-Id") == [user]
    assert ("segue", "link", user, clerk_user, "confirmed", "") in ledger(users)


@pytest.mark.parametrize("fields", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://app.example.com"}, {"Origin": "null"}])
def test_no_other_page_confirms(front, clerk, users, fields):
    user, clerk_user = people(clerk, users)
    cookies = browser(clerk, users, user, clerk_user)
    pair = front.get(PAGE, cookies=cookies).json()["pair"]
    answer = front.request("POST", PAGE, cookies=cookies, data={"pair": pair, "mine": "yes"}, headers=fields)
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert users.link_of(user) is None


def test_a_form_that_trickles_is_given_up(front):
    """However steadily it comes: who proves two accounts does so now, not in an hour."""
    client = Client(front.port, timeout=0.2)
    client.send(f"POST {PAGE} HTTP/1.1\r\nHost: a\r\nOrigin: http://a\r\nContent-Length: 4096\r\n\r\n".encode())
    for _ in range(150):
        client.send(b"x")
        try:
            answer = client.read()
            break
        except TimeoutError:
            continue
    else:
        pytest.fail("it is read on and on")
    assert answer.status == 408 and b'"request_timeout"' in answer.content
    client.socket.close()


def test_a_clerk_user_who_asks_too_often_waits(front, clerk, users):
    user, clerk_user = people(clerk, users)
    cookies = browser(clerk, users, user, clerk_user)
    began = time.monotonic()
    answers = [front.get(PAGE, cookies=cookies) for _ in range(20)]
    # Settings that are read again are no way round it, and neither is another worker.
    epoch = front.metric("segue_config_epoch")
    front.process.send(signal.SIGHUP)
    wait_until(lambda: front.metric("segue_config_epoch") > epoch, "the settings are adopted")
    answers += [front.get(PAGE, cookies=cookies) for _ in range(20)]
    earned = int(time.monotonic() - began) // 6 + 1
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 10 <= len(answers) - len(refused) <= 10 + earned
    assert refused[0].json()["code"] == "too_many_attempts" and 0 < int(refused[0].headers["retry-after"]) <= 6


def test_the_callback_says_where_to_confirm(front, clerk, users):
    user, clerk_user = people(clerk, users)
    answer = front.request(
        "POST", "/api/auth/clerk-login-callback", cookies=browser(clerk, users, user, clerk_user),
        headers={"Sec-Fetch-Site": "same-origin"},
    )  # fmt: skip
    assert answer.json() | {"detail": ""} == {
        "status": "not_linked", "migrated": False, "code": "link_needs_confirmation", "detail": "", "confirm": PAGE,
    }  # fmt: skip


# The commands.


def test_what_was_refused_waits_and_a_link_by_hand_settles_it(front, clerk, users):
    user = users.add("twice@example.com")
    clerk_user = clerk.add_user("twice@example.com", verified=False)
    assert front.get("/dual/x", bearer=clerk.token(clerk_user)).json()["code"] == "email_unverified"
    waiting = [row for row in json.loads(front.run("review", "--json").stdout) if row["clerk_user_id"] == clerk_user]
    assert [(row["candidate"], row["code"], row["count"]) for row in waiting] == [(user, "email_unverified", 1)]
    assert clerk_user in front.run("review").stdout

    result = front.run("link", user, clerk_user, "--reason", "telephone, ticket 17", "--actor", "grace", "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == {"status": "linked", "user_id": user, "clerk_user_id": clerk_user}
    assert users.link_of(user) == clerk_user
    assert ("grace", "link", user, clerk_user, "manual", "telephone, ticket 17") in ledger(users)
    assert clerk_user not in front.run("review").stdout
    assert front.run("link", user, clerk_user, "--reason", "again").returncode == 0


def test_a_link_that_was_taken_away_stays_away(front, clerk, users):
    user = users.add("apart@example.com")
    clerk_user = clerk.add_user("apart@example.com")
    assert front.get("/clerk/x", bearer=clerk.token(clerk_user)).status_code == 200
    result = front.run("unlink", user, "--reason", "two people")
    assert result.returncode == 0 and clerk_user in result.stdout
    assert users.link_of(user) is None
    gateways.wait_until(
        lambda: front.get("/clerk/x", bearer=clerk.token(clerk_user)).json().get("code") == "unlinked", "the link is forgotten", 10
    )
    assert users.link_of(user) is None
    assert front.run("unlink", user, "--reason", "again").returncode == 4
    assert front.run("link", user, clerk_user, "--reason", "it was one person").returncode == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("link", "nobody", "user_x", "--reason", "r", "--unchecked"), 4, "there is no user"),
        (("link", "nobody", "x", "--reason", "r"), 2, "no Clerk user id"),
        (("link", "nobody", "user_x"), 2, "--reason"),
        (("unlink", "nobody", "--reason", "write to ada@example.com"), 2, "no addresses"),
        (("unlink", "nobody", "--reason", "r"), 4, "there is no user"),
        (("review", "--dismiss", "user_nobody", "--reason", "r"), 1, "nothing waits"),
        (("review", "--reason", "r"), 2, "--dismiss"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(front, words, code, said):
    result = front.run(*words)
    assert (result.returncode, said in result.stderr) == (code, True), result.stderr


def test_a_link_by_hand_is_held_to_the_truth(front, clerk, users):
    user, other = users.add("held@example.com"), users.add("other-held@example.com")
    clerk_user = clerk.add_user("held@example.org")
    assert front.run("link", user, identifier("user"), "--reason", "r").returncode == 4, "Clerk knows nobody of that id"
    assert front.run("link", user, clerk_user, "--reason", "r").returncode == 0
    assert front.run("link", other, clerk_user, "--reason", "r").returncode == 4
    assert front.run("link", user, clerk.add_user("more@example.org"), "--reason", "r").returncode == 4
    assert (users.link_of(user), users.link_of(other)) == (clerk_user, None)


def test_a_refusal_may_stand(front, clerk, users):
    clerk_user = clerk.add_user("stands@example.com", verified=False)
    users.add("stands@example.com")
    front.get("/dual/x", bearer=clerk.token(clerk_user))
    assert front.run("review", "--dismiss", clerk_user, "--reason", "a test account", "--actor", "grace").returncode == 0
    assert clerk_user not in front.run("review").stdout
    assert any(row[:2] == ("grace", "dismiss") and row[3] == clerk_user for row in ledger(users))
    assert front.run("ledger", "verify").returncode == 0
