"""`segue serve` as a process: its settings are a dictionary that becomes `routes.json`."""

import copy
import itertools
import json
import os
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import httpx

from . import leaks
from .clerk import AUTHORIZED_PARTY, FakeClerk
from .processes import Process, free_port, wait_until
from .users import Users

BINARY = Path(os.environ.get("SEGUE_BINARY", Path(__file__).parents[3] / ".build/release/segue")).resolve()
#: A sanitizer costs time and memory of its own: under one neither is judged.
IS_SANITIZED = bool(os.environ.get("SEGUE_SANITIZER"))
JWT_SECRET = leaks.secret("integration-tests-legacy-secret-0123456789", "the legacy secret")
ADMIN_TOKEN = leaks.secret("integration-tests-admin-token-0123456789", "the admin token")
_numbers = itertools.count()


def route(mode: str, **more: object) -> dict:
    return {"name": mode, "match": {"path": f"/{mode}/*"}, "origin": "api", "mode": mode} | more


def settings(origin: str, clerk: FakeClerk | None = None, users: Users | None = None) -> dict:
    """One route for each mode, `/MODE/*`, and what they need. Tests change the copy that they get."""
    made: dict = {
        "version": 1,
        "listen": [{"address": f"127.0.0.1:{free_port()}"}],
        "admin": {"address": f"127.0.0.1:{free_port()}", "token": "${SEGUE_ADMIN_TOKEN}"},
        "origins": {"api": {"servers": [origin]}},
        "routes": [route("public")],
    }
    if clerk:
        made["clerk"] = {
            "issuer": clerk.issuer, "jwksUrl": f"{clerk.url}/.well-known/jwks.json", "apiUrl": clerk.url,
            "secretKey": "${CLERK_SECRET_KEY}", "authorizedParties": [AUTHORIZED_PARTY],
        }  # fmt: skip
    if users:
        made["directory"] = {
            "url": "${DATABASE_URL}",
            "users": {
                "table": "users", "id": "id", "email": "email", "clerkUserId": "clerk_user_id", "migratedAt": "migrated_at",
                "role": "role", "createdAt": "created_at",
            },
            "linking": {"legacyEmail": "trusted", "unknown": "refuse", "privilegedRoles": ["admin"]},
        }  # fmt: skip
        made["legacy"] = [
            {
                "name": "jwt", "kind": "jwt", "from": ["bearer"], "algorithm": "HS256", "keys": [{"secret": "${JWT_SECRET}"}],
                "userId": "user_id", "revoked": "SELECT 1 FROM jwt_blacklist WHERE jti = $1",
            },
            {
                "name": "session", "kind": "session", "from": ["cookie:session_token", "scheme:Legacy"],
                "query": users.session_query, "cacheSeconds": 1,
            },
        ]  # fmt: skip
    if clerk and users:
        made["routes"] = [
            *(route(mode) for mode in ("public", "observe", "legacy", "dual", "clerk", "deny")),
            {"name": "optional", "match": {"path": "/optional/*"}, "origin": "api", "mode": "dual", "optional": True},
            {
                "name": "posts", "match": {"path": "/posts/*"}, "origin": "api", "mode": "dual",
                "set": {"query": {"user_id": "{user.id}"}},
            },
            {
                "name": "own", "match": {"path": "/own/*"}, "origin": "api", "mode": "dual",
                "require": {"query": {"user_id": "{user.id}"}},
            },
        ]  # fmt: skip
    return made


class Gateway:
    def __init__(self, folder: Path, logs: Path, clerk: FakeClerk | None = None, users: Users | None = None):
        self.number = next(_numbers)
        self.folder = folder / f"gateway-{self.number}"
        self.folder.mkdir()
        self.file = self.folder / "routes.json"
        self.logs = logs
        self.environment = {"JWT_SECRET": JWT_SECRET, "SEGUE_ADMIN_TOKEN": ADMIN_TOKEN}
        if clerk:
            self.environment["CLERK_SECRET_KEY"] = clerk.secret_key
        if users:
            self.environment["DATABASE_URL"] = users.url
        self.settings: dict = {}
        self.process = Process(
            [str(BINARY), "serve", str(self.file)], logs / f"gateway-{self.number}.log", self.environment
        )

    # Its life.

    def write(self, text: str) -> None:
        """Replaces the settings as an editor or a ConfigMap does: never half a file."""
        draft = self.file.with_suffix(".draft")
        draft.write_text(text)
        draft.rename(self.file)

    def configure(self, made: dict) -> None:
        self.settings = copy.deepcopy(made)
        self.write(json.dumps(self.settings, indent=2))

    def start(self) -> None:
        self.process.start()
        self.process.wait_listening(self.port)
        wait_until(lambda: self.admin("/healthz")[0] == 200, "the gateway is healthy")

    def run(self, *words: str) -> subprocess.CompletedProcess:
        """Another subcommand with the same settings and environment."""
        result = subprocess.run(
            [str(BINARY), *words, str(self.file)], capture_output=True, text=True, env=os.environ | self.environment
        )
        with (self.logs / f"gateway-{self.number}-{words[0]}.log").open("a") as log:
            log.write(result.stdout + result.stderr)
        return result

    def apply_schema(self) -> None:
        result = self.run("schema", "apply", "--yes")
        assert result.returncode == 0, result.stdout + result.stderr

    def stop(self) -> int | None:
        if self.process.is_running():
            try:
                (self.logs / f"gateway-{self.number}.metrics").write_text(self.admin("/metrics")[1])
            except OSError:
                pass
        return self.process.stop()

    # Asking it.

    @property
    def port(self) -> int:
        return int(self.settings["listen"][0]["address"].rpartition(":")[2])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def admin(self, path: str, token: str | None = None) -> tuple[int, str]:
        request = urllib.request.Request(f"http://{self.settings['admin']['address']}{path}")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()

    def get(self, path: str, *, bearer: str | None = None, cookies: dict[str, str] | None = None, **more) -> httpx.Response:
        return self.request("GET", path, bearer=bearer, cookies=cookies, **more)

    def request(
        self, method: str, path: str, *, bearer: str | None = None, cookies: dict[str, str] | None = None, headers=None, **more
    ) -> httpx.Response:
        fields = list((headers or {}).items()) if isinstance(headers, dict) or headers is None else list(headers)
        if bearer:
            fields.append(("Authorization", f"Bearer {bearer}"))
        if cookies:
            fields.append(("Cookie", "; ".join(f"{name}={value}" for name, value in cookies.items())))
        answer = httpx.request(method, self.url + path, headers=fields, timeout=30, trust_env=False, **more)
        if answer.status_code >= 400:
            # A refusal is searched for secrets as the log is.
            with (self.logs / f"gateway-{self.number}-refusals.log").open("a") as refusals:
                refusals.write(f"{answer.status_code} {answer.headers}\n{answer.text}\n")
        return answer

    def metric(self, name: str, **labels: str) -> float:
        return total(self.admin("/metrics")[1], name, **labels)


def total(metrics: str, name: str, **labels: str) -> float:
    """The sum of a metric's samples that carry these labels."""
    total = 0.0
    for line in metrics.splitlines():
        sample, _, value = line.rpartition(" ")
        if sample.partition("{")[0] == name and all(f'{label}="{text}"' in sample for label, text in labels.items()):
            total += float(value)
    return total


def seen(response: httpx.Response, name: str) -> list[str]:
    """Every value of a field that reached the FastAPI origin, whatever spelling of the name arrived."""
    assert response.status_code == 200, f"{response.status_code} {response.text}"

    def plain(text: str) -> str:
        return "".join(character if character.isalnum() else "-" for character in text.lower())

    return [value for field, value in response.json()["fields"] if plain(field) == plain(name)]
