"""What changes while a round runs: the mode of a route, by the command that an operator uses, and Clerk's keys."""

import base64
import json
import os
import subprocess
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

import load
import servers
import tokens

#: Seconds of a round, between two flips in it, and until its rotation.
ROUND, FLIP, ROTATION = 4, 0.5, 1.0


@dataclass
class Made:
    flips: int = 0
    rotations: int = 0


class Changes:
    """In a `with`: flips a route that nobody asks for, and once has Clerk sign with a key that it did not have before."""

    def __init__(self, segue: servers.SeguePeer, site: servers.Site, made: Made):
        self.segue, self.site, self.made = segue, site, made
        self.over, self.failure = threading.Event(), None
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        # Each generation of keys takes a moment to make, which is not the gateway's.
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.before = metrics(self.segue)
        self.flips = self.rotations = 0
        self.thread.start()
        return self

    def __exit__(self, kind, *_) -> None:
        self.over.set()
        self.thread.join()
        if kind is not None:
            return
        if self.failure:
            raise self.failure
        self.check()
        self.made.flips += self.flips
        self.made.rotations += self.rotations

    def run(self) -> None:
        try:
            began = time.monotonic()
            while not self.over.wait(FLIP):
                self.flip()
                if self.rotations == 0 and time.monotonic() - began >= ROTATION:
                    self.rotate()
        except Exception as failure:  # Shown by whoever waits for the round.
            self.failure = failure

    def flip(self) -> None:
        mode = "clerk" if (self.made.flips + self.flips) % 2 == 0 else "dual"
        subprocess.run(
            [*self.site.pinned(self.site.other_cpus), str(self.segue.binary), "flip", "legacy", mode, str(self.segue.settings)],
            check=True, capture_output=True, env=os.environ | self.segue.environment(),
        )  # fmt: skip
        self.flips += 1

    def rotate(self) -> None:
        """The new key is published, then used: its first token must be accepted."""
        name = f"ins_{os.urandom(13).hex()}"
        publish(self.site, {name: self.key.public_key()})
        token = tokens.signed(self.key, tokens.session_claims(0), name)
        request = urllib.request.Request(self.segue.url("/clerk/item"), headers={"Authorization": f"Bearer {token}"})
        while True:
            try:
                urllib.request.urlopen(request, timeout=10).close()
                self.rotations += 1
                return
            except urllib.error.HTTPError as refusal:
                # Asked to wait for the key, as fetches are limited; refused as wrong it may not be.
                if refusal.code != 503 or self.over.wait(float(refusal.headers["Retry-After"])):
                    raise

    def check(self) -> None:
        """A change that nobody followed would be cheap."""
        deadline = time.monotonic() + 5
        while True:
            now = metrics(self.segue)
            fetches, epochs = (now[name] - self.before[name] for name in (FETCHES, EPOCH))
            if fetches >= self.rotations and epochs >= self.flips:
                return
            if time.monotonic() > deadline:
                raise load.RoundFailed(
                    f"changes: {self.flips} flips and {self.rotations} rotations, but {epochs:.0f} reloads and {fetches:.0f} fetches of keys"
                )
            time.sleep(0.05)


FETCHES, EPOCH = 'segue_jwks_refresh_total{outcome="ok"}', "segue_config_epoch"


def metrics(segue: servers.SeguePeer) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{segue.admin_port}/metrics", timeout=10) as answer:
        lines = (line.rpartition(" ") for line in answer.read().decode().splitlines() if not line.startswith("#"))
        return {name: float(value) for name, _, value in lines}


def publish(site: servers.Site, keys: dict[str, rsa.RSAPublicKey]) -> None:
    """The key that signs the pools, and these beside it; replaced as a whole."""
    standing = serialization.load_pem_public_key(site.mint.public_key.read_bytes())
    written = [jwk(name, key) for name, key in ({"ins_bench": standing} | keys).items()]
    folder = site.folder / servers.KEYS
    folder.mkdir(exist_ok=True)
    part = folder / "next"
    part.write_text(json.dumps({"keys": written}))
    part.replace(folder / "jwks.json")


def jwk(name: str, key: rsa.RSAPublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    n, e = (
        base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8)).rstrip(b"=").decode()
        for number in (numbers.n, numbers.e)
    )
    return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": name, "n": n, "e": e}
