"""Three FastAPI applications that have never heard of Clerk or of Segue: each knows one credential of its own, and answers
with the user that it found by it. Which one runs, the environment says (`OLD_APP`)."""

import base64
import json
import os
import sqlite3
from collections.abc import Callable
from typing import Annotated

import jwt
from fastapi import Cookie, Depends, FastAPI, Header, HTTPException

app = FastAPI()


def bearer(authorization: Annotated[str | None, Header()] = None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise HTTPException(401, "Not authenticated")
    return token


def user_of_jwt(token: Annotated[str, Depends(bearer)]) -> str:
    try:
        return jwt.decode(token, os.environ["OLD_APP_SECRET"], algorithms=["HS256"], options={"require": ["exp"]})["user_id"]
    except jwt.PyJWTError as error:
        raise HTTPException(401, "Invalid token") from error


def user_of_base64(token: Annotated[str, Depends(bearer)]) -> str:
    try:
        return json.loads(base64.b64decode(token, validate=True))["user_id"]
    except (ValueError, KeyError) as error:
        raise HTTPException(401, "Invalid token") from error


def user_of_session(session_token: Annotated[str | None, Cookie()] = None) -> str:
    sql, database = "SELECT user_id FROM sessions WHERE token = %s AND expires_at > CURRENT_TIMESTAMP", os.environ["OLD_APP_DATABASE"]
    with sqlite3.connect(database, timeout=10) as connection:
        rows = connection.execute(sql.replace("%s", "?"), (session_token,)).fetchall()
    if not rows:
        raise HTTPException(401, "Not authenticated")
    return rows[0][0]


FINDERS: dict[str, Callable[..., str]] = {"jwt": user_of_jwt, "base64": user_of_base64, "session": user_of_session}


@app.get("/me")
def me(user: Annotated[str, Depends(FINDERS[os.environ["OLD_APP"]])]) -> dict:
    return {"id": user}
