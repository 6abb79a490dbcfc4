"""One connection for all: each statement is a transaction."""

import os

import psycopg
from psycopg.rows import dict_row

_connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, row_factory=dict_row)


def rows(sql: str, *values: object) -> list[dict]:
    return _connection.execute(sql, values).fetchall()


def row(sql: str, *values: object) -> dict | None:
    return next(iter(rows(sql, *values)), None)
