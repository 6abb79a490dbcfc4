"""A connection for each request: what it changed is committed with the answer, or nothing is."""

import os
from collections.abc import Iterator
from typing import Annotated

import psycopg
from fastapi import Depends
from psycopg.rows import dict_row


def connection() -> Iterator[psycopg.Connection]:
    with psycopg.connect(os.environ["DATABASE_URL"], row_factory=dict_row) as made:
        yield made


Database = Annotated[psycopg.Connection, Depends(connection, scope="function")]
