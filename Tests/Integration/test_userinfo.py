"""Kind `userinfo`: the old application says whose a credential is, and hears nothing but that credential."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from harness import leaks
from harness.gateway import seen, settings
from harness.processes import wait_until


class Application:
    """The old application's `/me`."""

    def __init__(self):
        self.people: dict[str, str] = {}
        self.asked: list[dict[str, str]] = []
        self.together = self.most = 0
        self.answer = None
        self.slowness = 0.0
        self.lock = threading.Lock()
        application = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                fields = {name.lower(): value for name, value in self.headers.items()}
                with application.lock:
                    application.asked.append({"path": self.path} | fields)
                    application.together += 1
                    application.most = max(application.most, application.together)
                time.sleep(application.slowness)
                with application.lock:
                    application.together -= 1
                credential = fields.get("authorization", "").removeprefix("Bearer ") or fields.get("cookie", "").removeprefix("sid=")
                user = application.people.get(credential)
                status, content = application.answer or ((200, json.dumps({"user": {"id": user}})) if user else (401, "{}"))
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content.encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/me"

    def sign_in(self, user: str) -> str:
        credential = leaks.secret(f"opaque-{user}-{len(self.people)}", "a credential of the old application")
        self.people[credential] = user
        return credential


@pytest.fixture
def application():
    made = Application()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def gateway(start_gateway, origin, clerk, users, application):
    made = settings(origin, clerk, users)
    made["legacy"] = [
        {
            "name": "me", "kind": "userinfo", "from": ["bearer", "cookie:sid"], "url": application.url, "userId": "user.id",
            "cacheSeconds": 1,
        },
    ]  # fmt: skip
    return start_gateway(made, clerk, users)


def test_it_names_the_caller_and_hears_the_credential_only(gateway, application, users):
    user = users.add("userinfo-names@example.com")
    credential = application.sign_in(user)
    answer = gateway.get("/legacy/x?secret=1", cookies={"sid": credential, "other": "cookie"}, headers={"X-Private": "1"})
    assert seen(answer, "X-User-Id") == [user] and seen(answer, "X-Auth-Method") == ["legacy:me"]
    [asked] = application.asked
    assert asked["path"] == "/me" and asked["cookie"] == f"sid={credential}"
    assert set(asked) <= {"path", "host", "user-agent", "accept", "cookie"}


def test_what_arrives_together_is_asked_once_and_believed_for_a_while(gateway, application, users):
    user = users.add("userinfo-once@example.com")
    credential = application.sign_in(user)
    application.slowness = 0.3
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: gateway.get("/legacy/x", bearer=credential), range(20)))
    assert all(seen(answer, "X-User-Id") == [user] for answer in answers)
    # One question at a time; on a busy machine some come when its answer is too old.
    assert len(application.asked) < 10
    time.sleep(1.1)
    del application.people[credential]
    assert gateway.get("/legacy/x", bearer=credential).json()["code"] == "token_expired"


def test_only_so_many_questions_are_under_way(gateway, application, users):
    credentials = [application.sign_in(users.add(f"userinfo-many-{number}@example.com")) for number in range(60)]
    application.slowness = 0.2
    with ThreadPoolExecutor(60) as pool:
        answers = list(pool.map(lambda credential: gateway.get("/legacy/x", bearer=credential), credentials))
    # On a busy machine a few may wait for their turn beyond the deadline.
    assert {200} <= {answer.status_code for answer in answers} <= {200, 503}
    assert application.most <= 16


@pytest.mark.parametrize("trouble", [(500, "{}"), (302, ""), (404, "{}"), (200, "{}"), (200, "<html>"), (200, '{"user": {"id": null}}')])
def test_trouble_is_503_and_nobody_is_logged_out(gateway, application, users, trouble):
    credential = application.sign_in(users.add(f"userinfo-{abs(hash(trouble))}@example.com"))
    application.answer = trouble
    answer = gateway.get("/legacy/x", bearer=credential)
    assert (answer.status_code, answer.json()["code"]) == (503, "authentication_unavailable") and answer.headers["Retry-After"]
    application.answer = None
    assert gateway.get("/legacy/x", bearer=credential).status_code == 200


def test_a_silent_application_costs_a_deadline(gateway, application, users):
    credential = application.sign_in(users.add("userinfo-silent@example.com"))
    application.slowness = 10
    begun = time.monotonic()
    assert gateway.get("/legacy/x", bearer=credential).status_code == 503
    assert time.monotonic() - begun < 8
    assert "the old application cannot say whose a credential is" in gateway.process.log.read_text()
    assert gateway.metric("segue_userinfo_requests_total", outcome="failed") >= 1


def test_clerks_token_never_reaches_it(gateway, application, clerk, users):
    clerk_user = clerk.add_user("userinfo-clerk@example.com")
    users.add("userinfo-clerk@example.com", clerk_user_id=clerk_user)
    assert gateway.get("/dual/x", bearer=clerk.token(clerk_user)).status_code == 200
    assert gateway.get("/legacy/x", bearer=clerk.token(clerk_user)).status_code == 401
    assert application.asked == []


def test_an_unlinked_user_is_linked_beside_its_credential(gateway, application, clerk, users):
    """It is a proof like any other old credential: it opens a privileged row to the same verified address."""
    admin = users.add("userinfo-admin@example.com", role="admin")
    clerk_user = clerk.add_user("userinfo-admin@example.com")
    answer = gateway.get("/dual/x", bearer=clerk.token(clerk_user), cookies={"sid": application.sign_in(admin)})
    assert seen(answer, "X-User-Id") == [admin] and users.link_of(admin) == clerk_user
