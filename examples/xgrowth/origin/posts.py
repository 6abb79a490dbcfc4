"""The five endpoints of the document's step 5."""

import time
from collections import defaultdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel

from . import database
from .clerk_auth import VERIFIES, User

router = APIRouter(prefix="/api/scheduled-posts")
COLUMNS = "scheduled_posts.id, handle, content, scheduled_at"
JOINED = "scheduled_posts JOIN x_accounts ON x_accounts.id = x_account_id"

REQUESTS_MAX, HOUR = 100, 3600
_requests: dict[str, list[float]] = defaultdict(list)


def limited(request: Request) -> None:
    """100 requests an hour. Behind a gateway every client has one address, so that the verified id is what counts, once there is one."""
    who, now = request.headers.get("X-User-Id") or request.client.host, time.monotonic()
    _requests[who] = [at for at in _requests[who] if at > now - HOUR]
    if len(_requests[who]) >= REQUESTS_MAX:
        raise HTTPException(429, "Rate limit exceeded: 100 per 1 hour", {"Retry-After": str(int(_requests[who][0] + HOUR - now) + 1)})
    _requests[who].append(now)


class Post(BaseModel):
    handle: str
    content: str
    scheduled_at: datetime | None = None
    #: Said twice, in the query and here. The row is written for whom the content names.
    user_id: str | None = None


class Change(BaseModel):
    content: str


class Idea(BaseModel):
    handle: str
    topic: str
    user_id: str | None = None


@router.get("", dependencies=[Depends(limited)])
def posts(user_id: User, start_date: datetime | None = None, end_date: datetime | None = None) -> dict:
    return {"posts": posts_of(user_id, start_date, end_date)}


def posts_of(user_id: str, start: datetime | None = None, end: datetime | None = None) -> list[dict]:
    return database.rows(
        f"""
        SELECT {COLUMNS} FROM {JOINED} WHERE user_id = %s
        AND scheduled_at >= COALESCE(%s, '-infinity'::timestamp) AND scheduled_at <= COALESCE(%s, 'infinity'::timestamp)
        ORDER BY scheduled_posts.id
        """,
        user_id, start, end,
    )  # fmt: skip


@router.post("", status_code=201)
def create(post: Post, user_id: User) -> dict:
    return add(user_id if VERIFIES else post.user_id, post.handle, post.content, post.scheduled_at)


@router.post("/generate-ai", status_code=201)
def generate(idea: Idea, user_id: User) -> dict:
    return add(user_id if VERIFIES else idea.user_id, idea.handle, f"Seven things that nobody tells you about {idea.topic}")


@router.put("/{post}")
def change(post: int, new: Change, user_id: User) -> dict:
    return found(
        database.row(
            """
            UPDATE scheduled_posts SET content = %s FROM x_accounts
            WHERE x_accounts.id = x_account_id AND scheduled_posts.id = %s AND user_id = %s RETURNING scheduled_posts.id, content
            """,
            new.content, post, user_id,
        )
    )  # fmt: skip


@router.delete("/{post}")
def remove(post: int, user_id: User) -> dict:
    sql = "DELETE FROM scheduled_posts USING x_accounts WHERE x_accounts.id = x_account_id AND scheduled_posts.id = %s AND user_id = %s RETURNING scheduled_posts.id"
    return found(database.row(sql, post, user_id))


def add(user_id: str | None, handle: str, content: str, at: datetime | None = None) -> dict:
    return found(
        database.row(
            """
            INSERT INTO scheduled_posts (x_account_id, content, scheduled_at)
            SELECT id, %s, COALESCE(%s::timestamp, now()) FROM x_accounts WHERE user_id = %s AND handle = %s RETURNING id, content
            """,
            content, at, user_id, handle,
        )
    )  # fmt: skip


def found(row: dict | None) -> dict:
    if row is None:
        raise HTTPException(404, "Not found")
    return row
