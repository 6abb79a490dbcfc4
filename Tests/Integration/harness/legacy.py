"""The application's own tokens, made by PyJWT as the application makes them."""

import time
import uuid

import jwt

from . import leaks
from .gateway import JWT_SECRET


def token(user: str, *, secret: str = JWT_SECRET, lifetime: int = 3600, algorithm: str = "HS256", **changes: object) -> str:
    """A claim given as `None` is left out."""
    now = int(time.time())
    claims = {"user_id": user, "iat": now, "exp": now + lifetime, "jti": uuid.uuid4().hex} | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    return leaks.token(jwt.encode(claims, secret, algorithm=algorithm), "a legacy token")
