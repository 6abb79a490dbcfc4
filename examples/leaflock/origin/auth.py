"""The old login: bcrypt, five attempts, tokens signed with HS256, and a list of those whose owners have logged out."""

import os
import uuid
from datetime import UTC, datetime, timedelta
from typing import Annotated

import bcrypt
import jwt
from fastapi import APIRouter, Depends, Header, HTTPException
from pydantic import BaseModel

from .database import Database

router = APIRouter()
ATTEMPTS_MAX = 5
LIFETIME = timedelta(hours=24)


class Login(BaseModel):
    email: str
    password: str


def token_for(user: uuid.UUID) -> str:
    now = datetime.now(UTC)
    claims = {"user_id": str(user), "jti": uuid.uuid4().hex, "iat": now, "exp": now + LIFETIME}
    return jwt.encode(claims, os.environ["JWT_SECRET"], algorithm="HS256")


def claims_of(database: Database, authorization: Annotated[str | None, Header()] = None) -> dict:
    """JWTMiddleware."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise HTTPException(401, "Authentication required")
    try:
        claims = jwt.decode(token, os.environ["JWT_SECRET"], algorithms=["HS256"], options={"require": ["exp", "jti"]})
    except jwt.PyJWTError as error:
        raise HTTPException(401, "Invalid or expired token") from error
    if database.execute("SELECT 1 FROM jwt_blacklist WHERE jti = %s", [claims["jti"]]).fetchone():
        raise HTTPException(401, "Invalid or expired token")
    return claims


Claims = Annotated[dict, Depends(claims_of)]


def caller_by_token(database: Database, claims: Claims) -> dict:
    return user_of(database, claims["user_id"])


def caller_by_gateway(database: Database, x_user_id: Annotated[str | None, Header()] = None) -> dict:
    """What is left of it in the end: nobody but Segue can reach this application, and it says who is calling."""
    if not x_user_id:
        raise HTTPException(401, "Authentication required")
    return user_of(database, x_user_id)


def user_of(database: Database, user: str) -> dict:
    row = database.execute("SELECT id, email, mfa_enabled FROM users WHERE id = %s", [user]).fetchone()
    if row is None:
        raise HTTPException(401, "Invalid or expired token")
    return row


#: The last phase of the migration starts the application with `LEAFLOCK_AUTH=gateway`, and never asks for a token again.
caller = caller_by_gateway if os.environ.get("LEAFLOCK_AUTH") == "gateway" else caller_by_token
Caller = Annotated[dict, Depends(caller)]


@router.post("/api/v1/auth/register", status_code=201)
def register(asked: Login, database: Database) -> dict:
    digest = bcrypt.hashpw(asked.password.encode(), bcrypt.gensalt()).decode()
    made = database.execute(
        "INSERT INTO users (email, password_hash) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING id", [asked.email, digest]
    ).fetchone()
    if made is None:
        raise HTTPException(409, "This address is registered already")
    return {"token": token_for(made["id"])}


@router.post("/api/v1/auth/login")
def login(asked: Login, database: Database) -> dict:
    user = database.execute("SELECT * FROM users WHERE email = %s", [asked.email]).fetchone()
    if user is None or user["password_hash"] is None:
        raise HTTPException(401, "Invalid credentials")
    if user["failed_attempts"] >= ATTEMPTS_MAX:
        raise HTTPException(423, "Account locked")
    is_right = bcrypt.checkpw(asked.password.encode(), user["password_hash"].encode())
    attempts = 0 if is_right else user["failed_attempts"] + 1
    if attempts != user["failed_attempts"]:
        database.execute("UPDATE users SET failed_attempts = %s WHERE id = %s", [attempts, user["id"]])
        # Also when the answer is an error.
        database.commit()
    if not is_right:
        raise HTTPException(401, "Invalid credentials")
    return {"token": token_for(user["id"])}


@router.post("/api/v1/auth/logout", status_code=204)
def logout(database: Database, claims: Claims) -> None:
    expires = datetime.fromtimestamp(claims["exp"], UTC)
    database.execute("INSERT INTO jwt_blacklist (jti, expires_at) VALUES (%s, %s) ON CONFLICT DO NOTHING", [claims["jti"], expires])


@router.get("/api/v1/auth/mfa/status")
def mfa_status(caller: Caller) -> dict:
    return {"mfa_enabled": caller["mfa_enabled"]}


@router.get("/api/user")
def user(caller: Caller) -> dict:
    return {"id": str(caller["id"]), "email": caller["email"]}
