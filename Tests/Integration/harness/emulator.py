"""`segue emulate` as a process, and the official Python SDK speaking to it."""

from pathlib import Path

import httpx
from clerk_backend_api import Clerk
from clerk_backend_api.security import VerifyTokenOptions, verify_token

from . import leaks
from .clerk import AUTHORIZED_PARTY
from .processes import Process, free_port

SECRET_KEY = leaks.secret("sk_test_integrationtests0123456789abcdefghij", "the emulator's secret key")


class Emulator:
    def __init__(self, binary: Path, log: Path):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.issuer = "https://clerk.emulated.example"
        command = [
            str(binary), "emulate", "--listen", f"127.0.0.1:{self.port}", "--issuer", self.issuer,
            "--origin", AUTHORIZED_PARTY, "--secret-key-env", "SEGUE_TEST_CLERK_KEY",
        ]  # fmt: skip
        self.process = Process(command, log, {"SEGUE_TEST_CLERK_KEY": SECRET_KEY})
        self.secret_key = SECRET_KEY
        self.sdk = Clerk(bearer_auth=SECRET_KEY, server_url=f"{self.url}/v1")

    def start(self) -> None:
        self.process.start()
        self.process.wait_listening(self.port)

    def stop(self) -> int | None:
        return self.process.stop()

    def control(self, name: str, **asked: object) -> dict:
        """`/__emulator`: what a test asks of the emulator itself."""
        answer = httpx.post(f"{self.url}/__emulator/{name}", json=asked, trust_env=False)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def session_token(self, user: str) -> str:
        """As an application in development gets one: a session, then its token."""
        session = self.sdk.sessions.create(request={"user_id": user})
        return leaks.token(self.sdk.sessions.create_token(session_id=session.id).jwt, "an emulated session token")

    def verify(self, token: str) -> dict:
        options = VerifyTokenOptions(secret_key=SECRET_KEY, api_url=self.url, authorized_parties=[AUTHORIZED_PARTY])
        return verify_token(token, options)
