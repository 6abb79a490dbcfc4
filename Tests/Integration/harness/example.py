"""An application of `examples/` as it runs: its database, itself, an emulated Clerk, and Segue in front of it all."""

import itertools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import httpx

from . import leaks
from .clerk import AUTHORIZED_PARTY
from .emulator import SECRET_KEY, Emulator
from .example_database import ExampleDatabase
from .gateway import ADMIN_TOKEN, BINARY, total
from .postgres import Postgres
from .processes import Process, free_port, wait_until

EXAMPLES = Path(__file__).parents[3] / "examples"
NAMES = sorted(file.parent.name + file.stem.removeprefix("routes") for file in EXAMPLES.glob("*/routes*.json"))
#: The secret with which the old applications sign their own tokens.
JWT_SECRET = leaks.secret("the-old-application-s-own-secret-0123456789", "an old application's secret")
_numbers = itertools.count()

#: A credential is the fields that carry it.
Credential = dict[str, str]


def bearer(token: str) -> Credential:
    return {"Authorization": f"Bearer {token}"}


def cookie(name: str, value: str) -> Credential:
    return {"Cookie": f"{name}={value}"}


class Example(ExampleDatabase):
    """`with Example(…) as one:` runs the application and Clerk; `serve` puts Segue in front, the commands work without it.

    An application in two shapes has files for both: `tellmemore_linked` is the folder `tellmemore` with `schema_linked.sql`."""

    def __init__(
        self, name: str, server: Postgres, folder: Path, logs: Path, *, port: int = 0, environment: dict[str, str] | None = None
    ):
        directory, underscore, shape = name.partition("_")
        self.home, self.folder, self.logs = EXAMPLES / directory, folder, logs
        self.label = f"{name}-{next(_numbers)}"
        super().__init__(server, name, [self.home / f"{file}{underscore}{shape}.sql" for file in ("schema", "data")])
        #: A copy, since flips edit it.
        self.file = folder / "routes.json"
        shutil.copyfile(self.home / f"routes{underscore}{shape}.json", self.file)

        self.port, self.origin_port, self.admin_port = port or free_port(), free_port(), free_port()
        self.url, self.origin = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{self.origin_port}"
        self.clerk = Emulator(BINARY, self._log("clerk"))
        self.environment = {
            "DATABASE_URL": server.url(self.database), "JWT_SECRET": JWT_SECRET, "ORIGIN_PORT": str(self.origin_port),
            "SEGUE_LISTEN": f"127.0.0.1:{self.port}", "SEGUE_ADMIN_LISTEN": f"127.0.0.1:{self.admin_port}", "SEGUE_ADMIN_TOKEN": ADMIN_TOKEN,
            "CLERK_SECRET_KEY": SECRET_KEY, "CLERK_API_URL": self.clerk.url, "SEGUE_CLERK_ISSUER": self.clerk.issuer,
            "SEGUE_CLERK_JWKS_URL": f"{self.clerk.url}/.well-known/jwks.json", "SEGUE_AUTHORIZED_PARTY": AUTHORIZED_PARTY,
        } | (environment or {})  # fmt: skip
        self.application = Process(
            [
                sys.executable, "-m", "uvicorn", "origin.app:app", "--host", "127.0.0.1", "--port", str(self.origin_port),
                "--no-access-log", "--log-level", "warning", "--timeout-keep-alive", "60", "--no-date-header",
            ],
            self._log("origin"), self.environment, self.home,
        )  # fmt: skip
        self.gateway = Process([str(BINARY), "serve", str(self.file)], self._log("gateway"), self.environment)
        self._client = httpx.Client(trust_env=False, timeout=30)

    def _log(self, of: str) -> Path:
        return self.logs / f"example-{self.label}-{of}.log"

    # Its life.

    def __enter__(self) -> "Example":
        self.application.start()
        self.clerk.start()
        self.application.wait_listening(self.origin_port)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._client.close()
        code = self.gateway.stop()
        self.application.stop()
        emulator = self.clerk.stop()
        assert kind or (code, emulator) in ((0, 0), (None, 0)), f"gateway: {code}, emulator: {emulator}"

    def serve(self) -> None:
        self.gateway.start()
        self.gateway.wait_listening(self.port)

    # Segue's commands, with the settings of the example.

    def run(self, *words: str) -> subprocess.CompletedProcess:
        # Nothing of this machine's own environment may stand in for what the example says.
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | self.environment
        result = subprocess.run(
            [str(BINARY), *words], capture_output=True, text=True, cwd=self.folder, env=environment, timeout=60
        )
        with self._log("commands").open("a") as log:
            log.write(result.stdout + result.stderr)
        return result

    def segue(self, *words: str, code: int = 0) -> str:
        """What the command prints."""
        result = self.run(*words)
        assert result.returncode == code, f"segue {' '.join(words)}: {result.returncode}\n{result.stdout}{result.stderr}"
        return result.stdout + result.stderr

    def report(self, *words: str, code: int = 0) -> dict:
        """What the command prints for programs."""
        result = self.run(*words, "--json")
        assert result.returncode == code, f"segue {' '.join(words)}: {result.returncode}\n{result.stdout}{result.stderr}"
        return json.loads(result.stdout)

    def findings(self, code: int = 0) -> dict[str, list[str]]:
        """What `segue doctor` finds, but for what is as it should be: texts and remedies by code."""
        found: dict[str, list[str]] = {}
        for finding in self.report("doctor", code=code)["findings"]:
            if finding["severity"] != "ok":
                found.setdefault(finding["code"], []).append(f"{finding['text']} → {finding['remedy']}")
        return found

    def ready(self) -> dict:
        return self._client.get(f"http://127.0.0.1:{self.admin_port}/readyz").json()

    def missing_at_the_end(self, *words: str) -> set[str]:
        """The gates that `segue finalize check` finds closed."""
        result = self.run("finalize", "check", "--json", *words)
        assert result.returncode in (0, 4), result.stdout + result.stderr
        return {gate["gate"] for gate in json.loads(result.stdout)["gates"] if not gate["held"]}

    def modes(self) -> dict[str, str]:
        """The mode in force of each route."""
        return {route["name"]: route["mode"] for route in self.ready()["routes"]}

    def metric(self, name: str, **labels: str) -> float:
        return total(self._client.get(f"http://127.0.0.1:{self.admin_port}/metrics").text, name, **labels)

    def flip(self, routes: str | list[str], mode: str) -> None:
        """In the file, one after the other, as an operator does it; all hold when this returns."""
        names = [routes] if isinstance(routes, str) else routes
        for name in names:
            self.segue("flip", name, mode)
        wait_until(lambda: {self.modes()[name] for name in names} == {mode}, f"{', '.join(names)}: in mode {mode}")

    # Requests.

    def ask(
        self, path: str, credential: Credential | None = None, *, method: str = "GET", past_segue: bool = False, **more: object
    ) -> httpx.Response:
        """Through Segue, or past it at the application itself."""
        base = self.origin if past_segue else self.url
        answer = self._client.request(method, base + path, headers=credential, **more)
        self._client.cookies.clear()
        return answer

    def shown(self, pages: list[str], people: dict[str, Credential], *, past_segue: bool = False) -> dict[str, list[str]]:
        """What the application shows each of these people on each of the pages."""
        said: dict[str, list[str]] = {}
        for person, credential in people.items():
            answers = [self.ask(page, credential, past_segue=past_segue) for page in pages]
            assert all(answer.status_code == 200 for answer in answers), f"{person}: {[answer.text for answer in answers]}"
            said[person] = [answer.text for answer in answers]
        return said

    def assert_unchanged(self, path: str, credential: Credential | None = None, *, method: str = "GET", **more: object) -> None:
        """The answer is the application's own, byte for byte; Segue adds its name and the request's number, and frames it anew."""
        before, after = (self.ask(path, credential, method=method, past_segue=past, **more) for past in (True, False))
        assert (after.status_code, after.content) == (before.status_code, before.content)
        fields, own = ([(name.lower(), value) for name, value in answer.headers.raw] for answer in (before, after))
        assert sorted(fields) == sorted(field for field in own if field[0] not in (b"via", b"x-request-id")), f"{before.headers}\n{after.headers}"

    # Clerk's side.

    def clerk_users(self) -> dict[str, dict]:
        """By their first address."""
        users = self.clerk.ask("GET", "/users", params={"limit": 500}).json()
        return {user["email_addresses"][0]["email_address"]: user for user in users}

    def sign_in(self, clerk_user: str) -> Credential:
        """A new session, as Clerk's front end sends it; a story is told with one token, and may take longer than the 60 s of Clerk's."""
        token = self.clerk.control("tokens", user_id=clerk_user, expires_in=600)["jwt"]
        return bearer(leaks.token(token, "an emulated session token"))
