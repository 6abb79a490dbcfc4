"""The application's tables, in either of the two shapes that its documents describe."""

import os

import psycopg
from psycopg.rows import dict_row

connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, row_factory=dict_row)


def rows(sql: str, *values: object) -> list[dict]:
    return connection.execute(sql, values).fetchall()


def row(sql: str, *values: object) -> dict | None:
    return connection.execute(sql, values).fetchone()


_columns = {one["column_name"] for one in rows("SELECT column_name FROM information_schema.columns WHERE table_name = 'users'")}
ID, DIGEST = ("user_id", "password_hash") if "user_id" in _columns else ("id", "hashed_password")
HAS_SESSIONS = row("SELECT to_regclass('sessions') AS name")["name"] is not None
