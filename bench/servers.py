"""The servers of a comparison: how each is configured for the same work, started on its own core and stopped.

Every peer relays to the same origin with kept-alive connections on both sides, logs nothing, and adds the usual
`X-Forwarded-*`. nginx checks nothing. HAProxy and Segue check the token's signature and set the mapped `X-User-Id`.
"""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import tokens
from rows import Variant

#: 200 bytes, as every answer of the origin.
ANSWER = "0123456789" * 20
#: In the folder of the run: where the origin finds Clerk's key set.
KEYS = "keys"
IDLE = "keepalive_timeout 300s; keepalive_requests 1000000000;"


class ServerFailed(Exception):
    pass


@dataclass(frozen=True)
class Site:
    """What the servers of one run share."""

    folder: Path
    mint: tokens.Mint
    origin_port: int
    #: Cores of the server under measurement, and of everything beside it; `None` on a machine with one core.
    server_cpus: str | None
    other_cpus: str | None

    def pinned(self, cpus: str | None) -> list[str]:
        return ["taskset", "-c", cpus] if cpus else []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A process that listens, from `start` to `stop`."""

    name = ""

    def __init__(self, site: Site):
        self.site = site
        self.process: subprocess.Popen | None = None
        self.folder = site.folder / self.name
        self.folder.mkdir()
        self.output = self.folder / "output"
        #: Where the access log goes, in the rows that have one.
        self.log = self.folder / "access.log"
        self.variant = Variant()

    def configure(self, variant: Variant) -> None:
        """Sets the server up for a row; the next start follows it."""
        self.variant = variant

    def expected(self, path: str) -> str:
        """What the first caller of every pool is to the origin."""
        return tokens.internal_id(0)

    def command(self) -> list[str]:
        raise NotImplementedError

    def cpus(self) -> str | None:
        # Two workers have the whole machine, as everybody else.
        return self.site.server_cpus if self.variant.workers == 1 else None

    def environment(self) -> dict[str, str]:
        return {}

    def start(self) -> None:
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                self.site.pinned(self.cpus()) + self.command(),
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=os.environ | self.environment(),
            )  # fmt: skip
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise ServerFailed(f"{self.name} did not start:\n{self.output.read_text(errors='replace')}")

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None

    @property
    def pid(self) -> int:
        return self.process.pid


class Nginx(Server):
    """What an origin and a peer have in common: one worker, no log, everything in the run's folder."""

    server_block = ""

    def command(self) -> list[str]:
        configuration = self.folder / "nginx.conf"
        # A worker of a root master would become another user, who may not open this folder.
        user = "user root;" if os.getuid() == 0 else ""
        scratch = " ".join(
            f"{kind}_temp_path {self.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        configuration.write_text(
            f"{user} worker_processes {self.variant.workers}; daemon off; pid {self.folder}/pid; error_log stderr warn;\n"
            "events { worker_connections 4096; }\n"
            f"http {{ access_log {self.log if self.variant.access_log else 'off'}; {IDLE} {scratch}\n{self.server_block}\n}}\n"
        )
        return ["nginx", "-p", str(self.folder), "-e", "stderr", "-c", str(configuration)]


class Origin(Nginx):
    """Answers with 200 bytes; at `/echo` with the `X-User-Id` that reached it."""

    name = "origin"

    def __init__(self, site: Site):
        self.port = site.origin_port
        self.server_block = (
            f"server {{ listen 127.0.0.1:{self.port} backlog=4096; default_type text/plain;\n"
            f'location / {{ return 200 "{ANSWER}"; }}\n'
            f"location = /jwks.json {{ root {site.folder / KEYS}; }}\n"
            'location ~ /echo$ { return 200 "user=$http_x_user_id"; } }'
        )
        super().__init__(site)

    def cpus(self) -> str | None:
        return self.site.other_cpus


class NginxPeer(Nginx):
    name = "nginx"
    checks = False

    def __init__(self, site: Site):
        self.port = free_port()
        self.server_block = (
            f"upstream origin {{ server 127.0.0.1:{site.origin_port}; keepalive 256; {IDLE} }}\n"
            f"server {{ listen 127.0.0.1:{self.port} backlog=4096; location / {{\n"
            'proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection "";\n'
            "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme;\n"
            "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; } }"
        )
        super().__init__(site)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


class HAProxyPeer(Server):
    """`jwt_verify` as HAProxy's manual shows it; a map file of all users turns the subject into the internal id.

    It checks neither issuer nor expiry, as the manual's example does not: that makes it faster than what it stands for.
    """

    name = "haproxy"
    checks = True

    def __init__(self, site: Site):
        super().__init__(site)
        self.port = free_port()
        sessions = self.folder / "sessions.map"
        sessions.write_text("".join(f"{tokens.clerk_id(n)} {tokens.internal_id(n)}\n" for n in range(tokens.USERS)))
        legacy = self.folder / "legacy.map"
        legacy.write_text("".join(f"{tokens.internal_id(n)} {tokens.internal_id(n)}\n" for n in range(tokens.USERS)))
        self.sessions, self.legacy = sessions, legacy
        self.configuration = self.folder / "haproxy.cfg"

    def configure(self, variant: Variant) -> None:
        super().configure(variant)
        log = "  log stdout format raw local0\n" if variant.access_log else ""
        site, sessions, legacy = self.site, self.sessions, self.legacy
        self.configuration.write_text(
            f"global\n  nbthread {variant.workers}\n  maxconn 8000\n{log}"
            f"defaults\n{'  log global' if log else ''}\n{'  option httplog' if log else ''}\n  mode http\n  timeout connect 5s\n  timeout client 300s\n  timeout server 60s\n"
            "  timeout http-keep-alive 300s\n  option http-keep-alive\n  option forwardfor\n  http-reuse always\n"
            f"frontend all\n  bind 127.0.0.1:{self.port}\n"
            "  http-request set-header x-forwarded-proto http\n"
            "  http-request del-header x-user-id\n"
            "  use_backend relay if { path_beg /relay }\n"
            "  use_backend sessions if { path_beg /clerk }\n"
            "  use_backend legacy if { path_beg /legacy }\n"
            f"backend relay\n{self.origin()}"
            f"backend sessions\n{self.verifying('RS256', site.mint.public_key, '$.sub', sessions)}{self.origin()}"
            f"backend legacy\n{self.verifying('HS256', site.mint.secret, '$.user_id', legacy)}{self.origin()}"
        )
        self.configuration.chmod(0o600)

    def origin(self) -> str:
        return f"  server origin 127.0.0.1:{self.site.origin_port} pool-max-conn -1 pool-purge-delay 300s\n"

    def verifying(self, algorithm: str, key: object, claim: str, users: Path) -> str:
        return (
            "  http-request set-var(txn.bearer) http_auth_bearer\n"
            "  http-request set-var(txn.alg) var(txn.bearer),jwt_header_query('$.alg')\n"
            f"  http-request deny deny_status 401 unless {{ var(txn.alg) -m str {algorithm} }}\n"
            f'  http-request deny deny_status 401 unless {{ var(txn.bearer),jwt_verify(txn.alg,"{key}") 1 }}\n'
            f"  http-request set-var(txn.user) var(txn.bearer),jwt_payload_query('{claim}'),map_str({users})\n"
            "  http-request deny deny_status 401 unless { var(txn.user) -m found }\n"
            "  http-request set-header x-user-id %[var(txn.user)]\n"
        )

    def command(self) -> list[str]:
        return ["haproxy", "-db", "-f", str(self.configuration)]

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


class SeguePeer(Server):
    """One worker, SQLite with all users linked, settings from a file in which this run's names are expanded."""

    name = "segue"
    checks = True

    def __init__(self, site: Site, binary: Path, settings: Path):
        super().__init__(site)
        self.port, self.admin_port = free_port(), free_port()
        self.binary, self.template = binary, settings
        self.settings = self.folder / "routes.json"
        self.database = self.folder / "users.sqlite"
        if not binary.exists():
            raise ServerFailed(f"no {binary}: build it first (make build) or name it with --binary")

    def configure(self, variant: Variant) -> None:
        super().configure(variant)
        settings = json.loads(self.template.read_text())
        settings |= {"workers": variant.workers, "log": {"access": variant.access_log}}
        settings.pop("$schema", None)
        if variant.changing:
            del settings["clerk"]["jwtKey"]
            settings["clerk"]["jwksUrl"] = f"http://127.0.0.1:{self.site.origin_port}/jwks.json"
            # One rotation after another, which an instance has once in years, would soon wait for its turn.
            settings["clerk"]["keys"] = {"cooldownSeconds": 1}
        self.settings.write_text(json.dumps(settings, indent=2))

    def environment(self) -> dict[str, str]:
        return {
            "SEGUE_BENCH_PORT": str(self.port),
            "SEGUE_BENCH_ADMIN_PORT": str(self.admin_port),
            "SEGUE_BENCH_ORIGIN": f"http://127.0.0.1:{self.site.origin_port}",
            "SEGUE_BENCH_DATABASE": f"sqlite:{self.database}",
            "SEGUE_BENCH_ISSUER": tokens.ISSUER,
            "SEGUE_BENCH_PARTY": tokens.AUTHORIZED_PARTY,
            # Every user is linked, so nothing is ever asked with it.
            "CLERK_SECRET_KEY": "sk_test_of_no_instance_at_all",
            # Not CLERK_JWT_KEY, which would hold where the settings name a key set.
            "SEGUE_BENCH_JWT_KEY": self.site.mint.public_key.read_text(),
            "JWT_SECRET": self.site.mint.secret,
        }

    def start(self) -> None:
        if "SEGUE_BENCH_DATABASE" in self.settings.read_text() and not self.database.exists():
            self.make_users()
        super().start()

    def make_users(self) -> None:
        """The application's table, filled; then what Segue adds to it."""
        with sqlite3.connect(self.database) as database:
            database.execute(
                "CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, hashed_password TEXT,"
                " clerk_user_id TEXT UNIQUE, migrated_at TEXT, created_at TEXT NOT NULL)"
            )
            database.executemany(
                "INSERT INTO users VALUES (?, ?, NULL, ?, '2026-01-01T00:00:00Z', '2025-01-01T00:00:00Z')",
                ((tokens.internal_id(n), f"user{n}@bench.example", tokens.clerk_id(n)) for n in range(tokens.USERS)),
            )
        applied = subprocess.run(
            [str(self.binary), "schema", "apply", "--yes", str(self.settings)],
            capture_output=True, text=True, env=os.environ | self.environment(),
        )  # fmt: skip
        if applied.returncode != 0:
            raise ServerFailed(f"segue schema apply: {applied.stdout}{applied.stderr}")

    def command(self) -> list[str]:
        return [str(self.binary), "serve", str(self.settings)]

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


def missing_programs(names: list[str]) -> list[str]:
    return [name for name in names if shutil.which(name) is None]
