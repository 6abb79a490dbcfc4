"""`segue webhook send`: one event, signed as Clerk's are; Svix's own library checks it."""

import json
import os
import subprocess

import pytest
from svix.webhooks import Webhook, WebhookVerificationError

from harness.emulator import SECRET_KEY, WEBHOOK_SECRET
from harness.receiver import Receiver


@pytest.fixture
def inbox():
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def send(binary, emulator, logs):
    def run(*words: str, **environment: str) -> subprocess.CompletedProcess:
        known = {"CLERK_WEBHOOK_SIGNING_SECRET": WEBHOOK_SECRET, "CLERK_SECRET_KEY": SECRET_KEY, "CLERK_API_URL": emulator.url}
        made = {name: value for name, value in (os.environ | known | environment).items() if value}
        result = subprocess.run([str(binary), "webhook", "send", *words], capture_output=True, text=True, env=made)
        with (logs / "webhook-send.log").open("a") as log:
            log.write(result.stdout + result.stderr)
        return result

    return run


def test_an_event_from_a_file_is_sent_byte_for_byte(send, inbox, tmp_path):
    content = b'{ "type":"user.created",\n "data": {"id": "user_1", "name": "\xc3\x9cml\xc3\xa4ut"} }\n'
    (tmp_path / "event.json").write_bytes(content)
    result = send("--file", str(tmp_path / "event.json"), inbox.url)
    assert (result.returncode, result.stderr) == (0, "")
    [delivery] = inbox.deliveries
    assert delivery.content == content and delivery.event(WEBHOOK_SECRET)["data"]["id"] == "user_1"
    assert result.stdout == f"{delivery.id} user.created: 204\n"


@pytest.mark.parametrize("kind", ["user.created", "user.updated", "user.deleted"])
def test_an_event_is_made_from_an_emulated_user(send, inbox, emulator, kind):
    one = emulator.user()
    result = send("--type", kind, "--user", one, inbox.url, "--json")
    assert result.returncode == 0, result.stderr
    event = inbox.deliveries[0].event(WEBHOOK_SECRET)
    assert (event["type"], event["data"]["id"]) == (kind, one)
    assert event["instance_id"] == emulator.ask("GET", "/jwks").json()["keys"][0]["kid"]
    said = json.loads(result.stdout)
    assert said == {"id": inbox.deliveries[0].id, "type": kind, "deliveries": [{"status": 204}]}


def test_an_event_is_made_from_an_emulated_session(send, inbox, emulator):
    one = emulator.user()
    session = emulator.ask("POST", "/sessions", json={"user_id": one}).json()["id"]
    assert send("--type", "session.revoked", "--session", session, inbox.url).returncode == 0
    data = inbox.deliveries[0].event(WEBHOOK_SECRET)["data"]
    assert (data["id"], data["user"]["id"]) == (session, one)


def test_an_event_is_sent_again_under_its_id(send, inbox, tmp_path):
    (tmp_path / "event.json").write_text("{}")
    assert send("--file", str(tmp_path / "event.json"), "--id", "msg_again", "--times", "3", inbox.url).returncode == 0
    assert [delivery.id for delivery in inbox.deliveries] == ["msg_again"] * 3


def test_an_old_event_is_refused_by_who_checks_its_time(send, inbox, tmp_path):
    (tmp_path / "event.json").write_text("{}")
    assert send("--file", str(tmp_path / "event.json"), "--age", "10m", inbox.url).returncode == 0
    with pytest.raises(WebhookVerificationError, match="too old"):
        inbox.deliveries[0].event(WEBHOOK_SECRET)


def test_a_dry_run_sends_nothing_and_prints_what_verifies(send, inbox, tmp_path):
    (tmp_path / "event.json").write_text('{"type":"user.created"}')
    result = send("--file", str(tmp_path / "event.json"), "--dry-run", inbox.url)
    head, _, content = result.stdout.partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines()[1:])
    Webhook(WEBHOOK_SECRET).verify(content.rstrip("\n"), fields)
    assert not inbox.deliveries


@pytest.mark.parametrize(("statuses", "times", "code"), [([400], "1", 1), ([500, 204], "2", 3), ([301], "1", 1)])
def test_the_exit_code_says_how_it_went(send, inbox, tmp_path, statuses, times, code):
    (tmp_path / "event.json").write_text("{}")
    inbox.statuses = statuses
    assert send("--file", str(tmp_path / "event.json"), "--times", times, inbox.url).returncode == code


def test_an_event_whose_answer_is_lost_is_not_sent_again_in_secret(send, inbox, tmp_path):
    (tmp_path / "event.json").write_text("{}")
    inbox.statuses = [204, 0]
    assert send("--file", str(tmp_path / "event.json"), "--times", "2", inbox.url).returncode == 3
    assert len(inbox.deliveries) == 2


def test_a_receiver_that_is_away_is_exit_code_5(send, inbox, tmp_path):
    (tmp_path / "event.json").write_text("{}")
    inbox.close()
    assert send("--file", str(tmp_path / "event.json"), inbox.url).returncode == 5


@pytest.mark.parametrize(
    "words",
    [
        [], ["--file", "x"], ["URL"], ["--type", "user.created", "URL"], ["--type", "user.promoted", "--user", "user_1", "URL"],
        ["--type", "user.created", "--session", "sess_1", "URL"], ["--file", "x", "--user", "user_1", "URL"],
        ["--type", "user.created", "--user", "../x", "URL"], ["--file", "x", "--times", "0", "URL"],
        ["--type", "session.ended", "--user", "user_1", "URL"], ["--file", "x", "--id", "a b", "URL"],
    ],
)  # fmt: skip
def test_words_that_make_no_sense_are_exit_code_2(send, words):
    assert send(*words).returncode == 2


@pytest.mark.parametrize(
    "environment",
    [{"CLERK_WEBHOOK_SIGNING_SECRET": ""}, {"CLERK_WEBHOOK_SIGNING_SECRET": "whsec_short"}, {"CLERK_WEBHOOK_SIGNING_SECRET": "x" * 40},
     {"CLERK_SECRET_KEY": ""}],
)  # fmt: skip
def test_what_is_missing_is_exit_code_4(send, inbox, environment):
    result = send("--type", "user.created", "--user", "user_1", inbox.url, **environment)
    assert result.returncode == 4, result.stderr
    assert not inbox.deliveries


def test_clerk_s_own_address_is_known(send):
    assert "https://api.clerk.com" in send("--help").stdout


def test_a_user_that_is_not_there_is_exit_code_1(send, inbox):
    assert send("--type", "user.created", "--user", "user_none", inbox.url).returncode == 1
    assert not inbox.deliveries
