"""Pools of tokens, minted once and kept in a folder for temporary files.

They live for ten years, so that a pool made today serves tomorrow's run; the keys stand beside them and protect nothing.
"""

import base64
import hashlib
import hmac
import json
import os
import random
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ISSUER = "https://clerk.bench.example"
AUTHORIZED_PARTY = "https://app.bench.example"
ISSUED_AT = 1_760_000_000
EXPIRES_AT = ISSUED_AT + 10 * 365 * 86_400
#: The callers of every pool, among the users of the directory: few enough to be cached, as the rows say.
CALLERS = 1_000
#: Everybody in the directory, and those who come in a day.
USERS, DAY_USERS = 100_000, 10_000


def internal_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def clerk_id(number: int) -> str:
    return f"user_{number:027d}"


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(value: dict) -> str:
    return base64url(json.dumps(value, separators=(",", ":")).encode())


def session_claims(number: int) -> dict:
    """A v2 session token of Clerk, with the claims that an instance puts there by default."""
    return {
        "azp": AUTHORIZED_PARTY, "exp": EXPIRES_AT, "fva": [5, -1], "iat": ISSUED_AT, "iss": ISSUER, "jti": f"{number:020x}",
        "nbf": ISSUED_AT - 10, "pla": "u:free", "fea": "u:export", "sid": f"sess_{number:027d}", "sts": "active",
        "sub": clerk_id(number % CALLERS), "v": 2,
    }  # fmt: skip


def legacy_claims(number: int) -> dict:
    return {"user_id": internal_id(number % CALLERS), "iat": ISSUED_AT, "exp": EXPIRES_AT, "jti": f"{number:020x}"}


def signed(key: rsa.RSAPrivateKey, claims: dict, kid: str = "ins_bench") -> str:
    """A session token, with the header that Clerk writes."""
    header = part({"alg": "RS256", "cat": "cl_B7d4PD111AAA", "kid": kid, "typ": "JWT"})
    signing_input = f"{header}.{part(claims)}"
    return f"{signing_input}.{base64url(key.sign(signing_input.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def mint_rs256(private_pem: bytes, first: int, count: int) -> list[str]:
    key = serialization.load_pem_private_key(private_pem, password=None)
    return [signed(key, session_claims(number)) for number in range(first, first + count)]


def mint_of_users(private_pem: bytes, numbers: list[int]) -> list[str]:
    """For each number a token of user `number % DAY_USERS`."""
    key = serialization.load_pem_private_key(private_pem, password=None)
    return [signed(key, session_claims(number) | {"sub": clerk_id(number % DAY_USERS)}) for number in numbers]


class Mint:
    def __init__(self, folder: Path | None = None):
        self.folder = folder or Path(tempfile.gettempdir()) / f"segue-bench-{os.getuid()}"
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.private_key = self.folder / "key.pem"
        self.public_key = self.folder / "key.pub.pem"
        if not self.public_key.exists():
            self.make_key()
        self.secret = hashlib.sha256(self.private_key.read_bytes()).hexdigest()

    def make_key(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.private_key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        self.private_key.chmod(0o600)
        self.public_key.write_bytes(
            key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        )

    def rs256(self, count: int) -> Path:
        """At least `count` distinct session tokens, one a line. The first `CALLERS` are of distinct callers."""
        pool = self.folder / "rs256.txt"
        have = sum(1 for _ in pool.open()) if pool.exists() else 0
        if have < count:
            print(f"minting {count - have} RS256 tokens (kept in {self.folder})")
            size = 1_000
            starts = range(have, count, size)
            with ProcessPoolExecutor() as workers, pool.open("a") as file:
                private_pem = self.private_key.read_bytes()
                for minted in workers.map(
                    mint_rs256, [private_pem] * len(starts), starts, [min(size, count - start) for start in starts]
                ):
                    file.writelines(token + "\n" for token in minted)
        return pool

    def hs256(self, count: int) -> Path:
        """At least `count` distinct legacy tokens, one a line."""
        pool = self.folder / "hs256.txt"
        have = sum(1 for _ in pool.open()) if pool.exists() else 0
        header = part({"alg": "HS256", "typ": "JWT"})
        with pool.open("a") as file:
            for number in range(have, count):
                signing_input = f"{header}.{part(legacy_claims(number))}"
                signature = hmac.digest(self.secret.encode(), signing_input.encode(), "sha256")
                file.write(f"{signing_input}.{base64url(signature)}\n")
        return pool


    def strangers(self, count: int) -> Path:
        """Legacy tokens of which each is another user's, as far as there are users."""
        pool = self.folder / "strangers.txt"
        have = sum(1 for _ in pool.open()) if pool.exists() else 0
        header = part({"alg": "HS256", "typ": "JWT"})
        with pool.open("a") as file:
            for number in range(have, count):
                signing_input = f"{header}.{part(legacy_claims(number) | {'user_id': internal_id(number % USERS)})}"
                file.write(f"{signing_input}.{base64url(hmac.digest(self.secret.encode(), signing_input.encode(), 'sha256'))}\n")
        return pool

    def day(self, minutes: int, requests: int) -> Path:
        """Requests of several minutes, in order: who comes is chosen by Zipf's law, and has a new token each minute."""
        pool = self.folder / f"day-{minutes}-{requests}.txt"
        if pool.exists():
            return pool
        chooser = random.Random(1)
        weights = [1 / rank for rank in range(1, DAY_USERS + 1)]
        come = [chooser.choices(range(DAY_USERS), weights, k=requests) for _ in range(minutes)]
        # Token `n` of the big pool is user `n % CALLERS`'s; here each user has one a minute.
        numbers = [sorted({user + minute * DAY_USERS for user in users}) for minute, users in enumerate(come)]
        wanted = [number for minute in numbers for number in minute]
        print(f"minting {len(wanted)} RS256 tokens of {DAY_USERS} users (kept in {self.folder})")
        minted: dict[int, str] = {}
        with ProcessPoolExecutor() as workers:
            pieces = [wanted[start : start + 1_000] for start in range(0, len(wanted), 1_000)]
            for piece, done in zip(pieces, workers.map(mint_of_users, [self.private_key.read_bytes()] * len(pieces), pieces)):
                minted.update(zip(piece, done))
        with pool.open("w") as file:
            for minute, users in enumerate(come):
                file.writelines(minted[user + minute * DAY_USERS] + "\n" for user in users)
        return pool


def first_token(pool: Path) -> str:
    with pool.open() as file:
        return file.readline().strip()


def tampered(token: str) -> str:
    """The same token with one bit of its signature changed, still canonical base64url."""
    head, _, signature = token.rpartition(".")
    return f"{head}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
