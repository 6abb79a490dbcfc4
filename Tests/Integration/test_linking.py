"""The first Clerk session of each person: linked once, by proof, and never to a row that somebody else can claim."""

import pytest

from harness import legacy
from harness.clerk import identifier
from harness.gateway import seen


def refused(answer, code, status=403):
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text


def test_the_first_session_with_a_verified_e_mail_links_its_row(gateway, clerk, users):
    user = users.add("first@example.com")
    clerk_user = clerk.add_user("First@Example.com")
    answer = gateway.get("/dual/x", bearer=clerk.token(clerk_user))
    assert seen(answer, "X-User-Id") == [user]
    assert users.link_of(user) == clerk_user
    assert seen(gateway.get("/clerk/x", bearer=clerk.token(clerk_user)), "X-User-Id") == [user]


def test_the_same_person_has_one_id_before_and_after(gateway, clerk, users):
    user = users.add("same@example.com")
    before = seen(gateway.get("/dual/x", bearer=legacy.token(user)), "X-User-Id")
    after = seen(gateway.get("/dual/x", bearer=clerk.token(clerk.add_user("same@example.com"))), "X-User-Id")
    assert before == after == [user]


def test_a_second_clerk_user_cannot_take_a_linked_row(gateway, clerk, users):
    user = users.add("taken@example.com")
    first, second = clerk.add_user("taken@example.com"), clerk.add_user("taken@example.com")
    assert gateway.get("/dual/x", bearer=clerk.token(first)).status_code == 200
    refused(gateway.get("/dual/x", bearer=clerk.token(second)), "row_already_linked")
    assert users.link_of(user) == first


def test_an_external_id_links_without_an_e_mail_match(gateway, clerk, users):
    user = users.add("old-address@example.com")
    clerk_user = clerk.add_user("new-address@example.com", external_id=user)
    assert seen(gateway.get("/dual/x", bearer=clerk.token(clerk_user)), "X-User-Id") == [user]


def test_an_external_id_that_names_nobody_is_refused(gateway, clerk, users):
    users.add("external@example.com")
    clerk_user = clerk.add_user("external@example.com", external_id="00000000-0000-4000-8000-00000000beef")
    refused(gateway.get("/dual/x", bearer=clerk.token(clerk_user)), "external_id_unknown")


def test_a_legacy_session_and_a_verified_e_mail_link_even_a_privileged_row(gateway, clerk, users):
    admin = users.add("admin-both@example.com", role="admin")
    clerk_user = clerk.add_user("admin-both@example.com")
    answer = gateway.get(
        "/dual/x", cookies={"__session": clerk.token(clerk_user)}, headers={"Authorization": f"Bearer {legacy.token(admin)}"}
    )
    assert seen(answer, "X-User-Id") == [admin]
    assert users.link_of(admin) == clerk_user


# The attacker's list: none of these may create a link.

ATTACKS = {
    "an unverified address": (dict(verified=False), {}, "email_unverified"),
    "an address that a back end declared verified": (dict(strategy="admin"), {}, "email_verified_by_admin"),
    "an impersonated session": ({}, dict(act={"iss": "https://dashboard.clerk.com", "sid": "sess_1", "sub": "user_1"}), "impersonated"),
    "a banned user": (dict(banned=True), {}, "clerk_user_blocked"),
    "a locked user": (dict(locked=True), {}, "clerk_user_blocked"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_nobody_is_linked_by(gateway, clerk, users, name):
    of_user, of_token, code = ATTACKS[name]
    address = f"{name.replace(' ', '-')}@example.com"
    user = users.add(address)
    clerk_user = clerk.add_user(address, **of_user)
    refused(gateway.get("/dual/x", bearer=clerk.token(clerk_user, **of_token)), code)
    assert users.link_of(user) is None


# With the victim's own session, stolen or left in a shared browser, the rule of the old credential is the one to break.
STOLEN = {
    "another address": (dict(), {}, "link_needs_confirmation"),
    "an unverified address": (dict(verified=False), {}, "email_unverified"),
    "an address that a back end declared verified": (dict(strategy="admin"), {}, "email_verified_by_admin"),
    "a test address": (dict(), {}, "email_is_test"),
    "an impersonated session": (dict(), dict(act={"sub": "user_1"}), "impersonated"),
}


@pytest.mark.parametrize("name", STOLEN)
def test_nobody_is_linked_by_a_stolen_session_beside(gateway, clerk, users, name):
    of_user, of_token, code = STOLEN[name]
    address = f"stolen-{name.replace(' ', '-')}{'+clerk_test' if 'test' in name else ''}@example.com"
    victim = users.add(address)
    eve = clerk.add_user("eve@example.com" if name == "another address" else address, **of_user)
    cookies = {"__session": clerk.token(eve, **of_token), "session_token": users.add_session(victim)}
    refused(gateway.get("/dual/x", cookies=cookies), code)
    assert users.link_of(victim) is None and users.linked_to(eve) == []


def test_nobody_is_linked_by_what_a_token_claims(gateway, clerk, users):
    """A session token's template is the front end's to fill: only what Clerk's API says of the user is evidence."""
    victim = users.add("claimed@example.com")
    eve = clerk.add_user("eve-claims@example.com")
    claims = dict(email="claimed@example.com", email_verified=True, primary_email="claimed@example.com", external_id=victim)
    refused(gateway.get("/dual/x", bearer=clerk.token(eve, **claims)), "not_registered")
    assert users.link_of(victim) is None


def test_an_external_id_does_not_take_a_linked_row(gateway, clerk, users):
    user, owner = users.add("linked-by-id@example.com"), clerk.add_user("linked-by-id@example.com")
    assert gateway.get("/dual/x", bearer=clerk.token(owner)).status_code == 200
    refused(gateway.get("/dual/x", bearer=clerk.token(clerk.add_user("eve-id@example.com", external_id=user))), "row_already_linked")
    assert users.link_of(user) == owner


def test_nobody_is_linked_by_a_test_address(gateway, clerk, users):
    user = users.add("victim+clerk_test@example.com")
    clerk_user = clerk.add_user("victim+clerk_test@example.com")
    refused(gateway.get("/dual/x", bearer=clerk.token(clerk_user)), "email_is_test")
    assert users.link_of(user) is None


def test_nobody_is_linked_by_a_secondary_address(gateway, clerk, users):
    user = users.add("secondary@example.com")
    clerk_user = clerk.add_user("primary@example.com")
    [primary] = clerk.users[clerk_user]["email_addresses"]
    secondary = primary | {"id": identifier("idn"), "email_address": "secondary@example.com"}
    clerk.users[clerk_user]["email_addresses"].append(secondary)
    refused(gateway.get("/dual/x", bearer=clerk.token(clerk_user)), "not_registered")
    assert users.link_of(user) is None


def test_nobody_is_linked_by_a_unicode_twin(gateway, clerk, users):
    user = users.add("kim@example.com")
    # U+212A KELVIN SIGN lower-cases to k, and U+0131 upper-cases to I: ASCII case only.
    for twin in ("\u212aim@example.com", "k\u0131m@example.com"):
        refused(gateway.get("/dual/x", bearer=clerk.token(clerk.add_user(twin))), "email_not_ascii")
    assert users.link_of(user) is None


def test_two_rows_that_differ_by_case_only_are_ambiguous(gateway, clerk, users):
    one, two = users.add("twin@example.com"), users.add("Twin@example.com")
    refused(gateway.get("/dual/x", bearer=clerk.token(clerk.add_user("twin@example.com"))), "ambiguous_email")
    assert users.link_of(one) is None
    assert users.link_of(two) is None


def test_a_privileged_row_is_not_linked_by_e_mail_alone(gateway, clerk, users):
    admin = users.add("root@example.com", role="admin")
    refused(gateway.get("/dual/x", bearer=clerk.token(clerk.add_user("root@example.com"))), "privileged_row")
    assert users.link_of(admin) is None


def test_a_planted_cookie_of_another_person_links_nobody(gateway, clerk, users):
    """Login CSRF: the attacker's session cookie in the victim's browser must not tie their accounts together."""
    attacker = users.add("attacker@example.com")
    victim = clerk.add_user("victim@example.com")
    answer = gateway.get("/dual/x", cookies={"__session": clerk.token(victim), "session_token": users.add_session(attacker)})
    refused(answer, "link_needs_confirmation")
    assert users.link_of(attacker) is None
    assert users.linked_to(victim) == []


def test_somebody_without_a_row_is_told_so(gateway, clerk, users):
    refused(gateway.get("/dual/x", bearer=clerk.token(clerk.add_user("nobody@example.com"))), "not_registered")


def test_a_session_of_a_user_whom_clerk_no_longer_knows_is_401(gateway, clerk):
    refused(gateway.get("/dual/x", bearer=clerk.token(identifier("user"))), "clerk_user_unknown", 401)


def test_observe_links_nobody(gateway, clerk, users):
    user = users.add("observed@example.com")
    assert gateway.get("/observe/x", bearer=clerk.token(clerk.add_user("observed@example.com"))).status_code == 200
    assert users.link_of(user) is None


def test_refusals_wait_for_review_once_each(gateway, clerk, users):
    users.add("review@example.com", role="admin")
    clerk_user = clerk.add_user("review@example.com")
    for _ in range(3):
        refused(gateway.get("/dual/x", bearer=clerk.token(clerk_user)), "privileged_row")
    table = "segue.reviews" if users.url.startswith("postgres") else "segue_reviews"
    assert len(users.query(f"SELECT * FROM {table} WHERE clerk_user_id = '{clerk_user}'")) == 1
