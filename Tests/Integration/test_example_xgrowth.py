"""xGrowth's migration (examples/xgrowth): its document's phases 1, 2 and 3 to the end without Segue, and from there back to the first day."""

import json
import re
from subprocess import CompletedProcess

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from harness.emulator import WEBHOOK_SECRET
from harness.example import Credential, Example, bearer
from harness.processes import wait_until

POSTS = "/api/scheduled-posts"
HOOK = "/api/webhooks/clerk"
ROUTES = ("read", "create", "change", "generate", "socket")
PAGE = "https://your-domain.com"


class XGrowth(Example):
    def __init__(self, *arguments, **more):
        super().__init__("xgrowth", *arguments, environment={"CLERK_WEBHOOK_SECRET": WEBHOOK_SECRET}, **more)
        self.start = self.tables()
        self.posts: dict[str, list[str]] = {}
        for user, content in self.rows(
            "SELECT user_id, content FROM scheduled_posts p JOIN x_accounts a ON a.id = x_account_id ORDER BY p.id"
        ):
            self.posts.setdefault(user, []).append(content)
        self.handles = dict(self.rows("SELECT user_id, min(handle) FROM x_accounts GROUP BY user_id"))
        self.ada, self.grace, self.katherine, *_ = self.posts

    def __enter__(self) -> "XGrowth":
        super().__enter__()
        for user, email in self.rows("SELECT id, COALESCE(email, 'grace@example.com') FROM users"):
            self.sign_up(email.partition("@")[0], id=user)
        return self

    def sign_up(self, name: str, **more: object) -> str:
        proved = {"email_address": f"{name}@example.com", "status": "verified", "strategy": "email_code", "primary": True}
        return self.clerk.control("users", first_name=name.title(), email_addresses=[proved], **more)["id"]

    def tables(self) -> list[str]:
        """Numbers of posts that are gone are not used again."""
        return [line for line in self.dump() if "setval" not in line]

    def phase(self, number: int) -> None:
        """What the README adds to the settings."""
        blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", (self.home / "README.md").read_text(), re.DOTALL)]
        settings = merged(json.loads(self.file.read_text()), blocks[number - 2])
        adopted = self.gateway.output.count('"settings adopted"')
        self.file.write_text(json.dumps(settings, indent=2))
        wait_until(lambda: self.gateway.output.count('"settings adopted"') > adopted, "the settings are adopted")

    def metric(self, name: str) -> int:
        text = httpx.get(f"http://127.0.0.1:{self.admin_port}/metrics", trust_env=False).text
        return sum(int(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name + "{"))

    # What front ends do. They say who they are, and may bring a session.

    def read(self, user: str, session: Credential | None = None, **more: object) -> httpx.Response:
        return self.ask(f"{POSTS}?user_id={user}", session, **more)

    def contents(self, user: str, session: Credential | None = None, **more: object) -> list[str]:
        answer = self.read(user, session, **more)
        assert answer.status_code == 200, answer.text
        return [post["content"] for post in answer.json()["posts"]]

    def create(self, user: str, session: Credential | None = None, *, named: str | None = None, **more: object) -> httpx.Response:
        named = named or user
        content = {"handle": self.handles[named], "content": f"One more of {named}", "user_id": named}
        return self.ask(f"{POSTS}?user_id={user}", session, method="POST", json=content, **more)

    def generate(self, user: str, session: Credential | None = None, *, named: str | None = None) -> httpx.Response:
        named = named or user
        content = {"handle": self.handles[named], "topic": "growth", "user_id": named}
        return self.ask(f"{POSTS}/generate-ai?user_id={user}", session, method="POST", json=content)

    def change(self, post: int, user: str, session: Credential | None = None) -> httpx.Response:
        return self.ask(f"{POSTS}/{post}?user_id={user}", session, method="PUT", json={"content": "Changed"})

    def remove(self, post: int, user: str, session: Credential | None = None) -> httpx.Response:
        return self.ask(f"{POSTS}/{post}?user_id={user}", session, method="DELETE")

    def socket(self, query: str, **more: object) -> tuple[str, list[str]]:
        """Whose it says it is, and the posts that it sends."""
        with connect(f"ws://127.0.0.1:{self.port}/ws/1?{query}", **more) as socket:
            user = json.loads(socket.recv())["user"]
            socket.send("posts")
            return user, json.loads(socket.recv())["posts"]

    def uses_everything(self, user: str, session: Credential | None = None) -> None:
        """All five endpoints, and nothing is left of it."""
        assert self.contents(user, session) == self.posts[user]
        made = [self.create(user, session), self.generate(user, session)]
        assert [answer.status_code for answer in made] == [201, 201], made[0].text
        for post in (answer.json()["id"] for answer in made):
            assert self.change(post, user, session).status_code == 200
            assert self.remove(post, user, session).status_code == 200
        assert self.contents(user, session) == self.posts[user]

    def nobody_s_posts_have_moved(self) -> None:
        kept = [line for line in self.start if "INTO public.x_accounts" in line or "INTO public.scheduled_posts" in line]
        assert kept == [line for line in self.tables() if "INTO public.x_accounts" in line or "INTO public.scheduled_posts" in line]


def merged(one: dict, other: dict) -> dict:
    both = {name: merged(one[name], other[name]) for name in one.keys() & other.keys() if isinstance(one[name], dict)}
    return one | other | both


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def without_bearer(session: Credential) -> str:
    return session["Authorization"].removeprefix("Bearer ")


@pytest.fixture
def xgrowth(postgres, tmp_path, logs, binary):
    with XGrowth(postgres, tmp_path, logs) as one:
        yield one


# The document's phases.


def phase_1(it: XGrowth) -> None:
    """"Current": Clerk signs people in, and the application believes the front end. Nobody notices Segue."""
    it.serve()
    session = it.sign_in(it.katherine)
    for credential in (None, session, bearer("invalid_token")):
        it.assert_unchanged(f"{POSTS}?user_id={it.ada}", credential)
    it.assert_unchanged(POSTS)
    it.assert_unchanged(f"{POSTS}/generate-ai?user_id={it.ada}", method="POST", json={"handle": "@nobody"})
    preflight = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "PUT"}
    it.assert_unchanged(f"{POSTS}/1", preflight, method="OPTIONS")
    it.assert_unchanged(HOOK, method="POST", content=b"{}")
    for user in it.posts:
        it.uses_everything(user)
        assert it.socket(f"user_id={user}") == (user, it.posts[user])
    assert it.tables() == it.start

    # Katherine names Ada, and is believed.
    assert it.contents(it.ada, session) == it.posts[it.ada]


def phase_2(it: XGrowth) -> str:
    """"Add Webhooks (Safe)": Clerk tells of people, and the front end is still believed where it brings nothing better."""
    it.segue("schema", "apply")
    [read] = [route for route in it.report("status")["routes"] if route["name"] == "read"]
    would = {(verdict["mode"], verdict["outcome"]): verdict["count"] for verdict in read["verdicts"]}
    assert would["legacy", "legacy"] > would["clerk", "missing"] > would["clerk", "clerk"] == 2, "who brings no session would be refused"
    token = without_bearer(it.sign_in(it.katherine))
    explained = it.segue("explain", "GET", f"{POSTS}?user_id={it.ada}", "--token", token, "--mode", "clerk")
    assert f"X-User-Id: {it.katherine}" in explained and "the old credential is another person's" in explained
    it.phase(2)
    for route in ROUTES:
        it.flip(route, "dual")
    for user in it.posts:
        it.uses_everything(user)
        assert it.socket(f"user_id={user}") == (user, it.posts[user])
    wait_until(lambda: it.metric("segue_insecure_requests_total") > 0, "who is believed without proof is counted")

    # Step 3, "Test Webhook Integration": a test event, and then Clerk's own.
    dorothy = it.sign_up("dorothy")
    session = it.sign_in(dorothy)
    assert refusal(it.read(dorothy, session)) == (403, "awaiting_provision")
    assert it.ask(HOOK, method="POST", json={"type": "user.created"}).status_code == 400
    sent = send_event(it, it.url, "user.created", dorothy)
    assert sent.returncode == 0, sent.stderr
    assert it.rows(f"SELECT email FROM users WHERE id = '{dorothy}'") == [("dorothy@example.com",)]
    assert it.contents(dorothy, session) == []
    it.clerk.control("webhooks", url=it.url + HOOK, secret=WEBHOOK_SECRET)
    mary = it.sign_up("mary")
    wait_until(lambda: it.rows(f"SELECT 1 FROM users WHERE id = '{mary}'"), "Clerk's own event has made the row")
    it.clerk.ask("DELETE", f"/users/{mary}")
    wait_until(lambda: not it.rows(f"SELECT 1 FROM users WHERE id = '{mary}'"), "who is deleted goes, with what Segue made for them")

    # Who brings a session is who it says, from now on.
    session = it.sign_in(it.katherine)
    assert it.contents(it.ada, session) == it.posts[it.katherine]
    wait_until(lambda: it.metric("segue_contradicted_ids_total") > 0, "the contradiction is counted")
    it.nobody_s_posts_have_moved()
    return dorothy


def phase_3(it: XGrowth) -> dict[str, Credential]:
    """"Enable JWT Verification", on one endpoint after another; the application is the same."""
    it.phase(3)
    sessions = {user: it.sign_in(user) for user in it.posts}
    for route in ROUTES:
        it.flip(route, "clerk")
        it.uses_everything(it.ada, sessions[it.ada])
    for user, session in sessions.items():
        it.uses_everything(user, session)
    forged(it, sessions)
    sockets(it, sessions)
    cors(it, sessions)
    it.nobody_s_posts_have_moved()
    return sessions


def forged(it: XGrowth, sessions: dict[str, Credential]) -> None:
    """What was believed in phase 1. Step 7.3 wants its very words."""
    eve = sessions[it.katherine]
    assert refusal(it.read(it.ada)) == (401, "credentials_missing")
    answer = it.read(it.ada, bearer("invalid_token"))
    assert (answer.status_code, answer.json()["detail"]) == (401, "Invalid token")
    assert it.contents(it.ada, eve) == it.posts[it.katherine]
    assert it.ask(f"{POSTS}?user_id={it.ada}&user_id={it.ada}&USER_ID={it.ada}", eve).json() == it.read(it.katherine, eve).json()
    [(post,)] = it.rows(f"SELECT min(p.id) FROM scheduled_posts p JOIN x_accounts a ON a.id = x_account_id WHERE user_id = '{it.ada}'")
    for answer in (
        it.create(it.ada, eve), it.create(it.katherine, eve, named=it.ada), it.generate(it.katherine, eve, named=it.ada),
        it.change(int(post), it.ada, eve), it.remove(int(post), it.ada, eve),
    ):  # fmt: skip
        assert refusal(answer) == (403, "not_yours")
    assert it.change(int(post), it.katherine, eve).status_code == 404


def sockets(it: XGrowth, sessions: dict[str, Credential]) -> None:
    token = without_bearer(sessions[it.grace])
    for user in (it.grace, it.ada):
        assert it.socket(f"user_id={user}&token={token}") == (it.grace, it.posts[it.grace])
        assert it.socket(f"user_id={user}", subprotocols=[f"clerk.{token}"]) == (it.grace, it.posts[it.grace])
    for query in (f"user_id={it.grace}", f"user_id={it.grace}&token=invalid_token"):
        with pytest.raises(InvalidStatus) as refused:
            it.socket(query)
        assert refused.value.response.status_code == 401


def cors(it: XGrowth, sessions: dict[str, Credential]) -> None:
    """Step 6.2, for the application and for Segue's own answers."""
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization"}
    allowed = it.ask(f"{POSTS}/1", asked, method="OPTIONS")
    assert (allowed.status_code, allowed.headers["Access-Control-Allow-Origin"]) == (204, PAGE)
    assert refusal(it.ask(f"{POSTS}/1", asked | {"Origin": "https://evil.example"}, method="OPTIONS")) == (403, "cross_origin")
    for credential, status in ((sessions[it.ada], 200), (bearer("invalid_token"), 401)):
        answer = it.read(it.ada, credential | {"Origin": PAGE})
        assert (answer.status_code, answer.headers.get_list("Access-Control-Allow-Origin")) == (status, [PAGE])


def a_hundred_an_hour(it: XGrowth, sessions: dict[str, Credential]) -> None:
    """The application's own limit counts people, and not the gateway's one address."""
    answers = [it.read(it.ada, sessions[it.ada]).status_code for _ in range(101)]
    assert answers[-1] == 429 and set(answers) == {200, 429}
    assert it.read(it.grace, sessions[it.grace]).status_code == 200


def without_segue(it: XGrowth, sessions: dict[str, Credential], dorothy: str) -> None:
    """The end: the application verifies tokens itself, and nobody needs a gateway for it."""
    it.contents(dorothy, it.sign_in(dorothy))
    it.flip("rest", "public")
    it.segue("finalize", "backup", "before-the-end.dump")
    said = it.segue("finalize", "apply", "keep-columns", "--yes", "keep-columns", "--days", "0")
    assert "The application verifies Clerk's session tokens itself" in said and HOOK in said
    it.application.stop()
    it.environment["XGROWTH_PHASE"] = "3"
    it.application.start()
    it.application.wait_listening(it.origin_port)
    for user, session in sessions.items():
        assert it.contents(user, session, past_segue=True) == it.posts[user]
    assert it.contents(it.ada, sessions[it.grace], past_segue=True) == it.posts[it.grace]
    for credential in (None, bearer("invalid_token")):
        answer = it.read(it.ada, credential, past_segue=True)
        assert (answer.status_code, answer.json()) == (401, {"detail": "Invalid token"})
    joan = it.sign_up("joan")
    assert send_event(it, it.origin, "user.created", joan).returncode == 0
    assert it.rows(f"SELECT email FROM users WHERE id = '{joan}'") == [("joan@example.com",)]


def send_event(it: XGrowth, to: str, kind: str, user: str) -> CompletedProcess:
    return it.run("webhook", "send", "--type", kind, "--user", user, "--secret-env", "CLERK_WEBHOOK_SECRET", to + HOOK)


def back_to_the_first_day(it: XGrowth) -> None:
    """The modes back, then all that was written: the front end is believed as before, and the tables are as they were."""
    it.segue("flip", "--all", "legacy", "--yes")
    wait_until(lambda: all(it.modes()[route] == "legacy" for route in ROUTES), "every route is back")
    for user in it.posts:
        it.uses_everything(user)
    it.clerk.control("webhooks", url=None)
    it.file.write_text((it.home / "routes.json").read_text())
    wait_until(lambda: set(it.modes().values()) == {"observe"}, "the settings of the first day are back")
    # Dorothy's row goes, too; Mary went by herself, which nothing takes back.
    left = it.report("undo", "--since", "1h", "--yes", code=3)["left"]
    assert {entry["action"] for entry in left} == {"provision", "remove"} and len({entry["user_id"] for entry in left}) == 1
    it.segue("schema", "revert", "--yes")
    assert it.tables() == it.start
    for user in it.posts:
        it.assert_unchanged(f"{POSTS}?user_id={user}")
        assert it.socket(f"user_id={user}") == (user, it.posts[user])


def test_to_the_end(xgrowth):
    phase_1(xgrowth)
    dorothy = phase_2(xgrowth)
    sessions = phase_3(xgrowth)
    a_hundred_an_hour(xgrowth, sessions)
    without_segue(xgrowth, sessions, dorothy)


def test_all_the_way_back(xgrowth):
    phase_1(xgrowth)
    phase_2(xgrowth)
    phase_3(xgrowth)
    back_to_the_first_day(xgrowth)
