"""Twenty-three routers: six took Clerk's sessions when the plan was written, seventeen the old tokens."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel

from .clerk_auth import get_current_user
from .database import row, rows
from .unified_auth import get_current_user_unified, log_in


class Text(BaseModel):
    text: str


def own(name: str, who: Callable[..., int], table: str = "records", owner: str = "user_id", text: str = "body") -> APIRouter:
    """The rows of whoever asks: all of them, one of them, and a new one."""
    router = APIRouter(prefix=f"/{name}", tags=[name])
    User = Annotated[int, Depends(who)]
    mine, named = f"{owner} = %s", {}
    if table == "records":
        mine, named = f"{owner} = %s AND router = '{name}'", {"router": name}

    @router.get("")
    def list_all(user: User) -> list[dict]:
        return rows(f"SELECT id, {text} FROM {table} WHERE {mine} ORDER BY id", user)

    @router.get("/{number}")
    def read(number: int, user: User) -> dict:
        if found := row(f"SELECT id, {text} FROM {table} WHERE {mine} AND id = %s", user, number):
            return found
        raise HTTPException(404, f"No such row of {name}")

    @router.post("", status_code=201)
    def make(content: Text, user: User) -> dict:
        values = {owner: user, text: content.text} | named
        columns, places = ", ".join(values), ", ".join(["%s"] * len(values))
        return row(f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING id, {text}", *values.values())

    return router


users = APIRouter(prefix="/users", tags=["users"])
users.post("/login")(log_in)


@users.get("")
def me(user: Annotated[int, Depends(get_current_user)]) -> dict:
    return row("SELECT id, email, name FROM users WHERE id = %s", user)


auth_clerk = APIRouter(prefix="/auth_clerk", tags=["auth_clerk"])


@auth_clerk.get("")
def session(user: Annotated[int, Depends(get_current_user)]) -> dict:
    return {"user_id": user}


WITH_CLERK = [users, *(own(name, get_current_user) for name in ("onboarding", "peers", "jobs", "chat")), auth_clerk]

WITH_OLD_TOKENS = [
    own("courses", get_current_user_unified, "courses", "owner_id", "title"),
    own("conversations", get_current_user_unified, "conversations", "user_id", "peer_id"),
    own("profiles", get_current_user_unified, "profiles", "user_id", "bio"),
    *(
        own(name, get_current_user_unified)
        for name in (
            "lessons", "quizzes", "progress", "badges", "teams", "messages", "search", "files", "settings", "notifications", "reports",
            "billing", "feedback", "webhooks",
        )
    ),
]  # fmt: skip
