"""Who is calling, and how people sign in: what `dependencies.py` and `api/v1/auth.py` of the guide are."""

import os
import secrets
import time
from typing import Annotated

import bcrypt
import jwt
from fastapi import APIRouter, Cookie, Depends, Header, HTTPException, Response
from pydantic import BaseModel

from .database import DIGEST, HAS_SESSIONS, ID, row, rows

router = APIRouter(prefix="/api/v1/auth")
_SECRET = os.environ["JWT_SECRET"]


def current_user(
    x_user_id: Annotated[str | None, Header()] = None,
    authorization: Annotated[str | None, Header()] = None,
    session_token: Annotated[str | None, Cookie()] = None,
) -> str:
    # The one change that Segue asks for. Nobody else can reach this port, and Segue lets no client say it.
    if x_user_id:
        return x_user_id
    scheme, _, token = (authorization or "").partition(" ")
    if user := _of_jwt(token) if scheme == "Bearer" else _of_session(token if scheme == "Legacy" else session_token):
        return user
    raise HTTPException(401, "Not authenticated")


def _of_jwt(token: str) -> str | None:
    try:
        return jwt.decode(token, _SECRET, algorithms=["HS256"], options={"require": ["exp"]})["user_id"]
    except jwt.PyJWTError:
        return None


def _of_session(token: str | None) -> str | None:
    if not token or not HAS_SESSIONS:
        return None
    found = row("SELECT user_id FROM sessions WHERE session_token = %s AND expires_at > now()", token)
    return found and str(found["user_id"])


User = Annotated[str, Depends(current_user)]


class Login(BaseModel):
    email: str
    password: str


@router.post("/login")
def login(asked: Login, response: Response) -> dict:
    found = row(f"SELECT {ID} AS id, {DIGEST} AS digest FROM users WHERE email = %s", asked.email)
    if not found or not found["digest"] or not bcrypt.checkpw(asked.password.encode(), found["digest"].encode()):
        raise HTTPException(401, "Invalid credentials")
    user, now = str(found["id"]), int(time.time())
    if HAS_SESSIONS:
        token = secrets.token_urlsafe(32)
        rows("INSERT INTO sessions VALUES (%s, %s, now() + interval '30 days') RETURNING user_id", token, user)
        response.set_cookie("session_token", token, httponly=True, secure=True, samesite="lax")
    return {"access_token": jwt.encode({"user_id": user, "iat": now, "exp": now + 3600}, _SECRET, algorithm="HS256")}


@router.get("/me")
def me(user: User) -> dict:
    return row(f"SELECT {ID} AS user_id, email, name, role FROM users WHERE {ID} = %s", user)
