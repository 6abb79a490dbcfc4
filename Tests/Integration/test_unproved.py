"""Old credentials that prove nothing: an unsigned token, and an id that the client asserts. They let old clients in, and no more."""

import base64
import json
import os
import subprocess

import pytest

from harness import legacy
from harness.gateway import BINARY, seen, settings
from harness.processes import wait_until

BASE64 = {"name": "base64", "kind": "base64", "from": ["bearer", "header:X-Token"], "userId": "user_id", "insecure": True}
ASSERTED = {"name": "asserted", "kind": "asserted", "from": ["query:user_id", "cookie:uid"], "insecure": True}
BOTH = [BASE64, ASSERTED]


def unsigned(user: str) -> str:
    return base64.b64encode(json.dumps({"user_id": user}).encode()).decode()


def with_entries(made: dict, entries: list[dict], **linking: str) -> dict:
    made["legacy"] = made["legacy"] + entries
    made["directory"]["linking"] |= linking
    if "unknown" in linking:
        made["directory"]["provision"] = {"id": "uuid", "columns": {}}
    return made


@pytest.fixture(scope="module")
def gateway(start_gateway, origin, clerk, users):
    return start_gateway(with_entries(settings(origin, clerk, users), BOTH), clerk, users)


@pytest.fixture(scope="module")
def provisioning(start_gateway, origin, clerk, users):
    return start_gateway(with_entries(settings(origin, clerk, users), BOTH, unknown="provision"), clerk, users)


def test_they_pass_where_old_credentials_do_and_are_counted(gateway, users):
    user = users.add("unproved@example.com")
    for answer in (
        gateway.get("/legacy/x", bearer=unsigned(user)), gateway.get("/dual/x", headers={"X-Token": unsigned(user)}),
        gateway.get(f"/legacy/x?user_id={user}"), gateway.get("/dual/x", cookies={"theme": "dark", "uid": user}),
    ):  # fmt: skip
        assert seen(answer, "X-User-Id") == [user]
    assert seen(gateway.get(f"/legacy/x?user_id={user}"), "X-Auth-Method") == ["legacy:asserted"]
    assert gateway.get("/clerk/x", bearer=unsigned(user)).status_code == 401
    assert gateway.get(f"/clerk/x?user_id={user}").status_code == 401
    wait_until(lambda: gateway.metric("segue_insecure_requests_total", route="legacy") >= 3, "they are counted")


def attempts(gateway, token: str, victim: str):
    """A Clerk session beside each way of claiming to be the victim."""
    for mode in ("dual", "clerk"):
        yield gateway.get(f"/{mode}/x", bearer=token, headers={"X-Token": unsigned(victim)})
        yield gateway.get(f"/{mode}/x?user_id={victim}", bearer=token)
        yield gateway.get(f"/{mode}/x", bearer=token, cookies={"uid": victim})
        yield gateway.get(f"/{mode}/x", cookies={"__session": token, "uid": victim})
        yield gateway.get(f"/{mode}/x", cookies={"__session": token}, headers={"Authorization": f"Bearer {unsigned(victim)}"})


def test_no_link_is_created_by_a_victims_unproved_credential(gateway, clerk, users):
    victim = users.add("victim-created@example.com")
    token = clerk.token(clerk.add_user("eve-created@example.com"))
    for answer in attempts(gateway, token, victim):
        assert (answer.status_code, answer.json()["code"]) == (403, "not_registered")
    assert users.link_of(victim) is None


def test_no_link_is_confirmed_by_one(gateway, clerk, users):
    """The proof that a privileged row needs is a secure credential, and an address that Clerk has not verified stays so."""
    admin = users.add("admin-confirmed@example.com", role="admin")
    token = clerk.token(clerk.add_user("admin-confirmed@example.com"))
    for answer in attempts(gateway, token, admin):
        assert (answer.status_code, answer.json()["code"]) == (403, "privileged_row")
    victim = users.add("victim-confirmed@example.com")
    token = clerk.token(clerk.add_user("victim-confirmed@example.com", verified=False))
    for answer in attempts(gateway, token, victim):
        assert (answer.status_code, answer.json()["code"]) == (403, "email_unverified")
    assert users.link_of(admin) is None and users.link_of(victim) is None


def test_no_link_is_contested_by_one(gateway, clerk, users):
    victim = users.add("victim-contested@example.com")
    for number in range(10):
        own = users.add(f"contested-{number}@example.com")
        clerk_user = clerk.add_user(f"contested-{number}@example.com")
        answer = list(attempts(gateway, clerk.token(clerk_user), victim))[number]
        assert seen(answer, "X-User-Id") == [own] and users.link_of(own) == clerk_user
    assert users.link_of(victim) is None


def test_nor_is_a_new_row(provisioning, clerk, users):
    victim = users.add("victim-new@example.com")
    for number in range(10):
        clerk_user = clerk.add_user(f"new-{number}@example.com")
        answer = list(attempts(provisioning, clerk.token(clerk_user), victim))[number]
        assert answer.status_code == 200 and users.linked_to(clerk_user) == seen(answer, "X-User-Id")
    assert users.link_of(victim) is None


def test_a_caller_who_contradicts_is_who_they_proved_to_be_and_is_reported(gateway, clerk, users):
    clerk_user = clerk.add_user("contradicts@example.com")
    own, victim = users.add("contradicts@example.com", clerk_user_id=clerk_user), users.add("contradicted@example.com")
    before = gateway.metric("segue_contradicted_ids_total")
    answer = gateway.get(f"/dual/x?user_id={victim}&page=2", bearer=clerk.token(clerk_user))
    assert seen(answer, "X-User-Id") == [own] and answer.json()["query"] == "page=2"
    wait_until(lambda: gateway.metric("segue_contradicted_ids_total") == before + 1, "it is counted")
    wait_until(lambda: '"auth.reason":"asserted_id_contradicted"' in gateway.process.log.read_text(), "the log says so")
    answer = gateway.get(f"/dual/x?user_id={own}", bearer=clerk.token(clerk_user))
    assert answer.json()["query"] == f"user_id={own}" and gateway.metric("segue_contradicted_ids_total") == before + 1


def test_a_secure_old_credential_outweighs_an_asserted_id(gateway, users):
    own, victim = users.add("outweighs@example.com"), users.add("outweighed@example.com")
    assert seen(gateway.get(f"/legacy/x?user_id={victim}", bearer=legacy.token(own)), "X-User-Id") == [own]
    assert gateway.get(f"/legacy/x?user_id={victim}&user_id={own}").status_code == 401


def serve(gateway, **environment: str) -> subprocess.Popen:
    return subprocess.Popen(
        [str(BINARY), "serve", str(gateway.file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | gateway.environment | environment,
    )  # fmt: skip


def test_beyond_this_machine_they_need_a_word_in_the_environment(start_gateway, origin, clerk, users):
    made = with_entries(settings(origin, clerk, users), BOTH)
    port = made["listen"][0]["address"].rpartition(":")[2]
    made["listen"] = [{"address": f"0.0.0.0:{port}"}]
    gateway = start_gateway(made, clerk, users, serve=False)
    refused = serve(gateway)
    said = refused.communicate(timeout=20)[1]
    assert refused.returncode == 4 and "SEGUE_ALLOW_INSECURE=1" in said and '"base64", "asserted"' in said
    checked = gateway.run("check")
    assert checked.returncode == 0 and "INSECURE" in checked.stdout + checked.stderr
    # With the word it runs; the port is this machine's only for the moment that it takes to say so.
    made["listen"] = [{"address": f"127.0.0.1:{port}"}]
    gateway.configure(made)
    gateway.start()
    wait_until(lambda: "INSECURE: legacy" in gateway.process.log.read_text(), "the start warns")


def test_a_reload_may_not_bring_them_to_an_open_listener(start_gateway, origin, clerk, users):
    made = settings(origin, clerk, users)
    port = made["listen"][0]["address"].rpartition(":")[2]
    gateway = start_gateway(made, clerk, users)
    # The file names an open address, which changes with the next start; the process listens on loopback and takes the entry.
    gateway.configure(with_entries(json.loads(json.dumps(made)), [ASSERTED]) | {"listen": [{"address": f"0.0.0.0:{port}"}]})
    user = users.add("reload-unproved@example.com")
    wait_until(lambda: gateway.get(f"/legacy/x?user_id={user}").status_code == 200, "the entry is adopted")
