"""Everybody's notes, and those that others share with them."""

import uuid

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from .auth import Caller
from .database import Database

router = APIRouter(prefix="/api/v1/notes")


class Note(BaseModel):
    title: str
    content: str


@router.get("")
def notes(caller: Caller, database: Database) -> dict:
    own = database.execute("SELECT id, title, content FROM notes WHERE user_id = %s ORDER BY created_at, id", [caller["id"]])
    shared = database.execute(
        "SELECT id, title, content FROM notes WHERE id IN (SELECT note_id FROM note_shares WHERE user_id = %s) ORDER BY created_at, id",
        [caller["id"]],
    )
    return {"notes": own.fetchall(), "shared": shared.fetchall()}


@router.post("", status_code=201)
def create(note: Note, caller: Caller, database: Database) -> dict:
    sql = "INSERT INTO notes (user_id, title, content) VALUES (%s, %s, %s) RETURNING id, title, content"
    return database.execute(sql, [caller["id"], note.title, note.content]).fetchone()


@router.get("/{note}")
def read(note: uuid.UUID, caller: Caller, database: Database) -> dict:
    return found(database.execute("SELECT id, title, content FROM notes WHERE id = %s AND user_id = %s", [note, caller["id"]]))


@router.put("/{note}")
def change(note: uuid.UUID, new: Note, caller: Caller, database: Database) -> dict:
    sql = "UPDATE notes SET title = %s, content = %s WHERE id = %s AND user_id = %s RETURNING id, title, content"
    return found(database.execute(sql, [new.title, new.content, note, caller["id"]]))


@router.delete("/{note}", status_code=204)
def remove(note: uuid.UUID, caller: Caller, database: Database) -> None:
    found(database.execute("DELETE FROM notes WHERE id = %s AND user_id = %s RETURNING id", [note, caller["id"]]))


def found(cursor) -> dict:
    row = cursor.fetchone()
    if row is None:
        raise HTTPException(404, "No such note")
    return row
