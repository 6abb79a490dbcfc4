"""The old way, `get_current_user_unified`: a token of Base64 that nobody signed. Segue changes nothing here."""

import base64
import binascii
import json
from typing import Annotated

import bcrypt
from fastapi import Header, HTTPException
from pydantic import BaseModel

from .database import row


def get_current_user_unified(authorization: Annotated[str | None, Header()] = None) -> int:
    scheme, _, token = (authorization or "").partition(" ")
    try:
        user = json.loads(base64.b64decode(token, validate=True))["user_id"] if scheme == "Bearer" else None
    except (binascii.Error, ValueError, KeyError, TypeError):
        user = None
    if not isinstance(user, int):
        raise HTTPException(401, "Invalid token")
    return user


class Login(BaseModel):
    email: str
    password: str


def log_in(asked: Login) -> dict:
    found = row("SELECT id, hashed_password FROM users WHERE email = %s", asked.email)
    if not found or not bcrypt.checkpw(asked.password.encode(), found["hashed_password"].encode()):
        raise HTTPException(401, "Invalid credentials")
    return {"token": base64.b64encode(json.dumps({"user_id": found["id"]}).encode()).decode()}
