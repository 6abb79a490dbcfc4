"""A Clerk of our own making, on PyJWT: it shares no code with the emulator or the gateway, so that a mistake made twice
in Swift still shows here. Its keys can be rotated, and it can be away."""

import json
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from werkzeug.datastructures import Headers

from . import leaks
from .clerk_api import Exchange
from .processes import free_port

AUTHORIZED_PARTY = "https://app.example.com"
SESSION_CATEGORY = "cl_B7d4PD111AAA"


def identifier(prefix: str) -> str:
    return f"{prefix}_{uuid.uuid4().hex[:27]}"


class Key:
    def __init__(self, kid: str):
        self.kid = kid
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def jwk(self) -> dict:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key()))
        return {"use": "sig", "kty": "RSA", "kid": self.kid, "alg": "RS256", "n": public["n"], "e": public["e"]}

    def pem(self) -> str:
        return (
            self.private.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )


class FakeClerk:
    def __init__(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.issuer = "https://clerk.app.example.com"
        self.secret_key = leaks.secret(f"sk_test_{uuid.uuid4().hex}", "Clerk's secret key")
        self.key = Key(identifier("ins"))
        #: What the JWK set shows; a retired key may stay a while.
        self.shown = [self.key]
        self.users: dict[str, dict] = {}
        #: How often each path was asked.
        self.asked: dict[str, list[float]] = {}
        self._exchanges: list[Exchange] = []
        #: Seconds that every answer waits.
        self.slowness = 0.0
        self._server: ThreadingHTTPServer | None = None
        self.come_back()

    # Being there or not.

    def come_back(self) -> None:
        clerk = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                time.sleep(clerk.slowness)
                status, content = clerk.answer(self.path.partition("?")[0], self.headers.get("Authorization"))
                data = json.dumps(content).encode()
                clerk.note("GET", self.path, Headers(list(self.headers.items())))
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                # A connection must not outlive the server: being away means away.
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 512
            daemon_threads = True

        self._server = Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def go_away(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def answer(self, path: str, authorization: str | None) -> tuple[int, object]:
        self.asked.setdefault(path, []).append(time.monotonic())
        if path == "/.well-known/jwks.json":
            return 200, {"keys": [key.jwk() for key in self.shown]}
        if authorization != f"Bearer {self.secret_key}":
            return 401, problem("clerk_key_invalid", "The provided Clerk Secret Key is invalid.")
        if path == "/v1/jwks":
            return 200, {"keys": [key.jwk() for key in self.shown]}
        if path.startswith("/v1/users/") and (user := self.users.get(path.removeprefix("/v1/users/"))):
            return 200, user
        return 404, problem("resource_not_found", "not found")

    def note(self, method: str, target: str, fields: Headers) -> None:
        """Every request to the Backend API must be one that Clerk's API describes: see `faults`."""
        if target.startswith("/v1/"):
            self._exchanges.append(Exchange(method, target, fields, b"", httpx.Response(200)))

    @property
    def faults(self) -> list[str]:
        """Where a request of Segue's differed from our description of Clerk's API. Of many alike a few stand for all."""
        return [fault for exchange in self._exchanges[:500] for fault in exchange.faults_of_the_request()]

    @property
    def key_fetches(self) -> int:
        return sum(len(times) for path, times in self.asked.items() if path.endswith("jwks.json") or path.endswith("/jwks"))

    # Keys.

    def rotate(self, *, same_kid: bool = False, keep_old: bool = False) -> None:
        """Clerk's `kid` is the instance id: a new key may come under the old name."""
        new = Key(self.key.kid if same_kid else identifier("ins"))
        self.shown = [new, *([self.key] if keep_old else [])]
        self.key = new

    # People.

    def add_user(
        self, email: str, *, verified: bool = True, strategy: str = "email_code", external_id: str | None = None, **more: object
    ) -> str:
        user, address = identifier("user"), identifier("idn")
        now = int(time.time() * 1000)
        self.users[user] = {
            "id": user, "object": "user", "external_id": external_id, "primary_email_address_id": address,
            "primary_phone_number_id": None, "primary_web3_wallet_id": None, "username": None, "first_name": "Ada",
            "last_name": "Example", "image_url": "", "has_image": False, "public_metadata": {}, "private_metadata": {},
            "unsafe_metadata": {}, "phone_numbers": [], "web3_wallets": [], "passkeys": [], "password_enabled": True,
            "two_factor_enabled": False, "totp_enabled": False, "backup_code_enabled": False, "external_accounts": [],
            "saml_accounts": [], "enterprise_accounts": [], "last_sign_in_at": now, "banned": False, "locked": False,
            "created_at": now, "updated_at": now, "delete_self_enabled": True, "create_organization_enabled": True,
            "last_active_at": now, "legal_accepted_at": None,
            "email_addresses": [
                {
                    "id": address, "object": "email_address", "email_address": email, "reserved": False, "linked_to": [],
                    "created_at": now, "updated_at": now, "matches_sso_connection": False,
                    "verification": {
                        "object": "verification", "status": "verified" if verified else "unverified",
                        "strategy": strategy, "attempts": 1, "expire_at": now + 600_000,
                    },
                }
            ],
        } | more  # fmt: skip
        return user

    # Session tokens.

    def claims(self, user: str, *, lifetime: int = 60, **changes: object) -> dict:
        now = int(time.time())
        claims = {
            "azp": AUTHORIZED_PARTY, "exp": now + lifetime, "fva": [0, -1], "iat": now, "iss": self.issuer,
            "jti": uuid.uuid4().hex[:20], "nbf": now - 10, "pla": "u:free", "fea": "u:export", "sid": identifier("sess"),
            "sts": "active", "sub": user, "v": 2,
        } | changes  # fmt: skip
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, user: str, *, key: Key | None = None, header: dict | None = None, **changes: object) -> str:
        """A v2 session token; a claim given as `None` is left out."""
        key = key or self.key
        return leaks.token(
            jwt.encode(
                self.claims(user, **changes), key.private, algorithm="RS256",
                headers={"kid": key.kid, "cat": SESSION_CATEGORY} | (header or {}),
            ),
            "a session token",
        )  # fmt: skip


def problem(code: str, message: str) -> dict:
    return {"errors": [{"message": message, "long_message": message, "code": code, "meta": {}}], "clerk_trace_id": uuid.uuid4().hex}


def tampered(token: str) -> str:
    """The same token with one character of its signature changed, still canonical base64url."""
    head, _, signature = token.rpartition(".")
    return f"{head}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
