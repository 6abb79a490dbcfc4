"""The application's one connection."""

import os

import psycopg
from psycopg.rows import dict_row

connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, row_factory=dict_row)


def rows(sql: str, *values: object) -> list[dict]:
    return connection.execute(sql, values).fetchall()


def row(sql: str, *values: object) -> dict | None:
    return connection.execute(sql, values).fetchone()
