"""TellMeMore's back end. It knows its own credentials, and `X-User-Id`; of Clerk it knows nothing."""

import uuid
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel

from . import people
from .database import ID, row, rows
from .people import User

app = FastAPI(title="TellMeMore", version="1")
app.include_router(people.router)


@app.get("/health")
def health() -> dict:
    return {"status": "ok"}


# Everything belongs to the internal id, and to nothing of Clerk's.


@app.get("/api/v1/sessions")
def list_sessions(user: User) -> list[dict]:
    return rows("SELECT id, title FROM chat_sessions WHERE user_id = %s ORDER BY id", user)


@app.get("/api/v1/sessions/{session_id}")
def read_session(session_id: uuid.UUID, user: User) -> dict:
    if found := row("SELECT id, title FROM chat_sessions WHERE id = %s AND user_id = %s", session_id, user):
        return found
    raise HTTPException(404, "No such session")


@app.get("/api/v1/quotas")
def read_quota(user: User) -> dict:
    return row("SELECT tokens FROM quotas WHERE user_id = %s", user) or {"tokens": 0}


@app.get("/api/v1/audit-logs")
def list_audit_logs(user: User) -> list[dict]:
    return rows("SELECT id, action FROM audit_logs WHERE user_id = %s ORDER BY id", user)


class Prompt(BaseModel):
    content: str


@app.get("/api/v1/prompts")
def list_prompts(user: User) -> list[dict]:
    return rows("SELECT id, content FROM prompts WHERE user_id = %s ORDER BY id", user)


@app.post("/api/v1/prompts", status_code=201)
def make_prompt(prompt: Prompt, user: User) -> dict:
    row("INSERT INTO audit_logs (user_id, action) VALUES (%s, 'wrote a prompt') RETURNING id", user)
    return row("INSERT INTO prompts (user_id, content) VALUES (%s, %s) RETURNING id, content", user, prompt.content)


@app.delete("/api/v1/prompts/{prompt_id}", status_code=204)
def delete_prompt(prompt_id: uuid.UUID, user: User) -> None:
    if not row("DELETE FROM prompts WHERE id = %s AND user_id = %s RETURNING id", prompt_id, user):
        raise HTTPException(404, "No such prompt")


# For administrators.


def administrator(user: User) -> str:
    if (row(f"SELECT role FROM users WHERE {ID} = %s", user) or {}).get("role") != "admin":
        raise HTTPException(403, "Administrators only")
    return user


@app.get("/api/v1/admin/users")
def list_users(_: Annotated[str, Depends(administrator)]) -> list[dict]:
    return rows(f"SELECT {ID} AS user_id, email, role FROM users ORDER BY email")
