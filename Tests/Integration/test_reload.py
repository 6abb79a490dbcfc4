"""Settings change without a restart; a broken file changes nothing."""

import contextlib
import copy
import json
import signal
import socket
import time

import pytest

from harness import leaks, legacy
from harness.gateway import ADMIN_TOKEN, settings
from harness.load import Load
from harness.processes import wait_until
from harness.users import PostgresUsers


@pytest.fixture
def reloading(start_gateway, origin, clerk, users):
    return start_gateway(settings(origin, clerk, users), clerk, users)


def with_mode(made: dict, name: str, mode: str) -> dict:
    changed = copy.deepcopy(made)
    next(route for route in changed["routes"] if route["name"] == name)["mode"] = mode
    return changed


def test_a_route_flips_by_an_edit_of_the_file(reloading, users):
    token = legacy.token(users.add("flip@example.com"))
    assert reloading.get("/dual/x", bearer=token).status_code == 200
    reloading.configure(with_mode(reloading.settings, "dual", "clerk"))
    wait_until(lambda: reloading.get("/dual/x", bearer=token).status_code == 401, "the flip takes effect")
    reloading.configure(with_mode(reloading.settings, "dual", "dual"))
    wait_until(lambda: reloading.get("/dual/x", bearer=token).status_code == 200, "the flip back takes effect")


@pytest.mark.parametrize("broken", ["", "{", '{"version": 1}', "colour", "mode", "origin"])
def test_a_broken_file_keeps_the_last_good_one(reloading, broken):
    made = copy.deepcopy(reloading.settings)
    match broken:
        case "colour":
            made["colour"] = "red"
        case "mode":
            made["routes"][0]["mode"] = "dial"
        case "origin":
            made["routes"][0]["origin"] = "nobody"
    reloading.write(json.dumps(made) if broken in ("colour", "mode", "origin") else broken)
    reloading.process.send(signal.SIGHUP)
    wait_until(lambda: reloading.metric("segue_config_last_reload_successful") == 0, "the refusal is counted")
    assert reloading.get("/public/x").status_code == 200
    reloading.configure(reloading.settings)
    wait_until(lambda: reloading.metric("segue_config_last_reload_successful") == 1, "the good file is taken again")


def test_a_hangup_beside_a_change_in_the_folder_loads_the_same_text_again(reloading):
    epoch = reloading.metric("segue_config_epoch")
    # Both are there when the process looks: the change first, which alone would find nothing new.
    reloading.process.send(signal.SIGSTOP)
    (reloading.folder / "unrelated").write_text("")
    reloading.process.send(signal.SIGHUP)
    reloading.process.send(signal.SIGCONT)
    wait_until(lambda: reloading.metric("segue_config_epoch") == epoch + 1, "the settings are adopted again")


def test_a_name_that_nobody_knows_keeps_the_other_origins_in_service(reloading):
    made = copy.deepcopy(reloading.settings)
    made["origins"]["lost"] = {"servers": ["http://name.invalid:80"]}
    made["routes"].append({"name": "lost", "match": {"path": "/lost"}, "origin": "lost", "mode": "public"})
    epoch = reloading.metric("segue_config_epoch")
    reloading.configure(made)
    wait_until(lambda: reloading.metric("segue_config_epoch") > epoch, "the settings are adopted", seconds=30)
    assert reloading.get("/public/x").status_code == 200
    assert reloading.get("/lost").status_code == 502


def test_the_signal_that_makes_other_servers_reopen_their_logs_does_no_harm(reloading):
    reloading.process.send(signal.SIGUSR1)
    wait_until(lambda: "SIGUSR1" in reloading.process.log.read_text(), "the log says that it does nothing")
    assert reloading.get("/public/x").status_code == 200


def test_reloads_leave_nobody_behind_who_fetches_keys(reloading, clerk):
    keys = "/.well-known/jwks.json"
    made = copy.deepcopy(reloading.settings)
    for seconds in range(11, 17):
        made["clerk"]["keys"] = {"refreshSeconds": 10, "cooldownSeconds": seconds}
        epoch, fetched = reloading.metric("segue_config_epoch"), len(clerk.asked[keys])
        reloading.configure(made)
        wait_until(lambda: reloading.metric("segue_config_epoch") > epoch, "the settings are adopted")
        wait_until(lambda: len(clerk.asked[keys]) > fetched, "their keys are fetched")
    fetched = len(clerk.asked[keys])
    wait_until(lambda: len(clerk.asked[keys]) > fetched, "the keys are fetched again", seconds=15)
    # Had each reload left a keeper, six would be due by now, or within the seconds that the reloads took.
    time.sleep(3)
    assert len(clerk.asked[keys]) == fetched + 1


def test_a_hundred_reloads_under_load_fail_no_request(reloading, users):
    token = legacy.token(users.add("reloads@example.com"))
    made = reloading.settings

    def send(client, number):
        if number % 2:
            return client.get(f"{reloading.url}/public/x")
        return client.get(f"{reloading.url}/legacy/x", headers={"Authorization": f"Bearer {token}"})

    with Load(send, threads=3) as load:
        for number in range(100):
            if number % 5 == 4:
                reloading.write('{"version": 1, "broken": ')
            else:
                reloading.write(json.dumps(with_mode(made, "dual", "clerk" if number % 2 else "dual")))
            time.sleep(0.05)
        reloading.configure(with_mode(made, "dual", "deny"))
        wait_until(lambda: reloading.get("/dual/x").status_code == 403, "the last file is the one in force")
    assert set(load.outcomes) == {(200, None)}, load.outcomes
    assert load.answered > 100


def with_connections(made: dict, count: int) -> dict:
    return made | {"directory": made["directory"] | {"connections": count}}


def test_a_hundred_changes_of_the_directory_fail_no_request_and_open_two_sets_at_most(start_gateway, origin, clerk, postgres):
    users = PostgresUsers(postgres)
    gateway = start_gateway(settings(origin, clerk, users), clerk, users)
    token = legacy.token(users.add("directories@example.com"))
    session = users.add_session(users.add("sessions@example.com"))
    most = 0

    def send(client, number):
        if number % 2:
            return client.get(f"{gateway.url}/legacy/x", headers={"Authorization": f"Bearer {token}"})
        return client.get(f"{gateway.url}/legacy/x", headers={"Cookie": f"session_token={session}"})

    with Load(send, threads=3) as load:
        for number in range(100):
            epoch = gateway.metric("segue_config_epoch")
            gateway.configure(with_connections(gateway.settings, 5 - number % 2))
            wait_until(lambda: gateway.metric("segue_config_epoch") > epoch, "the directory is replaced")
            most = max(most, users.connections())
    assert set(load.outcomes) == {(200, None)}, load.outcomes
    # A set: five for look-ups, two for links, two for legacy queries and one that listens. The reload itself asks, too.
    assert most <= 2 * 10 + 1
    wait_until(lambda: users.connections() <= 10, "what was replaced is closed")


def test_another_admin_token_opens_and_the_old_one_no_longer_does(reloading):
    page, token = "/admin/routes", leaks.secret("another-admin-token-0123456789abcdef", "another admin token")
    assert reloading.admin(page, ADMIN_TOKEN)[0] == 200
    reloading.configure(reloading.settings | {"admin": reloading.settings["admin"] | {"token": token}})
    wait_until(lambda: reloading.admin(page, token)[0] == 200, "the new token opens")
    assert reloading.admin(page, ADMIN_TOKEN)[0] == 401


def test_the_limit_on_connections_and_the_level_of_the_log_follow_the_file(reloading):
    epoch = reloading.metric("segue_config_epoch")
    reloading.configure(reloading.settings | {"workers": 1})
    wait_until(lambda: reloading.metric("segue_config_epoch") > epoch, "the settings are adopted")
    assert "change with the next start" in reloading.process.output and '"keys":"workers"' in reloading.process.output
    limits = {"connections": 1, "tunnels": 1}
    reloading.configure(reloading.settings | {"limits": limits, "log": {"level": "error"}})
    wait_until(lambda: reloading.metric("segue_config_epoch") > epoch + 1, "the settings are adopted")
    said = reloading.process.output.count('"settings adopted"')
    with contextlib.ExitStack() as held:
        clients = [held.enter_context(socket.create_connection(("127.0.0.1", reloading.port))) for _ in range(10)]
        # Each worker admits one at least, whatever the number of workers.
        answers = [client.recv(12) for client in clients[-1:]]
        assert answers == [b"HTTP/1.1 503"]
    reloading.configure(reloading.settings | {"limits": {}})
    wait_until(lambda: reloading.metric("segue_config_epoch") > epoch + 2, "the settings are adopted")
    assert reloading.process.output.count('"settings adopted"') == said, "the level is error now"


def test_a_refusal_is_logged_once_and_so_is_the_recovery(reloading):
    def said(words: str) -> int:
        return reloading.process.output.count(words)

    refusal, recovery = '"the settings were not adopted"', '"the settings file is good again"'
    reloading.write('{"version": 1, "broken": ')
    wait_until(lambda: said(refusal), "the refusal is logged")
    first = said(refusal)
    for number in range(3):
        (reloading.folder / f"unrelated-{number}").write_text("")
        time.sleep(0.3)
    assert said(refusal) == first and said(recovery) == 0
    reloading.write("{}")
    wait_until(lambda: said(refusal) > first, "another refusal is logged")
    reloading.configure(reloading.settings)
    wait_until(lambda: said(recovery) == 1, "the recovery is logged")
    (reloading.folder / "unrelated-3").write_text("")
    reloading.process.send(signal.SIGHUP)
    wait_until(lambda: said('"settings adopted"'), "the same text is adopted again")
    assert said(recovery) == 1
