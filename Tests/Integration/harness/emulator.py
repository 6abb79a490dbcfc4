"""`segue emulate` as a process behind a witness, and the official Python SDK speaking to it."""

import uuid
from pathlib import Path

import httpx
from clerk_backend_api import Clerk
from clerk_backend_api.security import VerifyTokenOptions, verify_token

from . import leaks
from .clerk import AUTHORIZED_PARTY
from .processes import Process, free_port
from .witness import Witness

SECRET_KEY = leaks.secret("sk_test_integrationtests0123456789abcdefghij", "the emulator's secret key")
WEBHOOK_SECRET = leaks.secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "the webhook's secret")


class Emulator:
    def __init__(self, binary: Path, log: Path, *options: str):
        self.port, self.own_port = free_port(), free_port()
        #: The witness's, so that every exchange is judged.
        self.url = f"http://127.0.0.1:{self.port}"
        self.own_url = f"http://127.0.0.1:{self.own_port}"
        self.issuer = "https://clerk.emulated.example"
        command = [
            str(binary), "emulate", "--listen", f"127.0.0.1:{self.own_port}", "--issuer", self.issuer,
            "--origin", AUTHORIZED_PARTY, "--secret-key-env", "SEGUE_TEST_CLERK_KEY", *options,
        ]  # fmt: skip
        self.process = Process(command, log, {"SEGUE_TEST_CLERK_KEY": SECRET_KEY})
        self.secret_key = SECRET_KEY
        self.sdk = Clerk(bearer_auth=SECRET_KEY, server_url=f"{self.url}/v1")

    def start(self) -> None:
        self.process.start()
        self.process.wait_listening(self.own_port)
        self.witness = Witness(self.port, self.own_url)

    def stop(self) -> int | None:
        """Its exit code, if every exchange was as the description says."""
        code = self.process.stop()
        faults = self.witness.stop()
        assert not faults, "\n".join(faults)
        return code

    def settings(self) -> dict:
        """What `routes.json` says of it, with its key in CLERK_SECRET_KEY."""
        return {
            "issuer": self.issuer, "jwksUrl": f"{self.url}/.well-known/jwks.json", "apiUrl": self.url,
            "secretKey": "${CLERK_SECRET_KEY}", "authorizedParties": [AUTHORIZED_PARTY],
        }  # fmt: skip

    def control(self, name: str, **asked: object) -> dict | list:
        """`/__emulator`: what a test asks of the emulator itself."""
        answer = httpx.post(f"{self.url}/__emulator/{name}", json=asked, trust_env=False)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def look(self, name: str) -> dict | list:
        return httpx.get(f"{self.url}/__emulator/{name}", trust_env=False).json()

    def ask(self, method: str, path: str, **more: object) -> httpx.Response:
        """The Backend API as it is, without the SDK's retries."""
        fields = {"Authorization": f"Bearer {SECRET_KEY}", "Clerk-API-Version": "2026-05-12"}
        return httpx.request(method, f"{self.url}/v1{path}", headers=fields, trust_env=False, timeout=30, **more)

    def user(self) -> str:
        """The id of somebody new."""
        return self.ask("POST", "/users", json={"username": uuid.uuid4().hex}).json()["id"]

    def session_token(self, user: str) -> str:
        """As an application in development gets one: a session, then its token."""
        session = self.sdk.sessions.create(request={"user_id": user})
        return leaks.token(self.sdk.sessions.create_token(session_id=session.id).jwt, "an emulated session token")

    def verify(self, token: str) -> dict:
        options = VerifyTokenOptions(secret_key=SECRET_KEY, api_url=self.url, authorized_parties=[AUTHORIZED_PARTY])
        return verify_token(token, options)
