"""The application's own tables, in PostgreSQL or SQLite: the shape of the first migration that Segue serves."""

import sqlite3
import uuid
from pathlib import Path
from typing import Protocol

from . import leaks
from .postgres import Postgres

POSTGRES_TABLES = """
CREATE TABLE users (
    id uuid PRIMARY KEY, email varchar UNIQUE NOT NULL, hashed_password varchar, name varchar NOT NULL DEFAULT '',
    role varchar NOT NULL DEFAULT 'user', clerk_user_id varchar UNIQUE, migrated_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE sessions (token varchar PRIMARY KEY, user_id uuid NOT NULL REFERENCES users, expires_at timestamptz NOT NULL);
CREATE TABLE jwt_blacklist (jti varchar PRIMARY KEY);
"""
SQLITE_TABLES = """
CREATE TABLE users (
    id TEXT PRIMARY KEY, email TEXT UNIQUE NOT NULL, hashed_password TEXT, name TEXT NOT NULL DEFAULT '',
    role TEXT NOT NULL DEFAULT 'user', clerk_user_id TEXT UNIQUE, migrated_at TEXT,
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE sessions (token TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users, expires_at TEXT NOT NULL);
CREATE TABLE jwt_blacklist (jti TEXT PRIMARY KEY);
"""


class Users(Protocol):
    url: str
    #: What a `session` entry of `routes.json` asks.
    session_query: str

    def execute(self, sql: str) -> None: ...
    def query(self, sql: str) -> list[tuple[str, ...]]: ...


class _Users:
    def add(self, email: str, *, role: str = "user", clerk_user_id: str | None = None) -> str:
        identifier = str(uuid.uuid4())
        link = f"'{clerk_user_id}'" if clerk_user_id else "NULL"
        self.execute(
            f"INSERT INTO users (id, email, role, clerk_user_id) VALUES ('{identifier}', '{email}', '{role}', {link})"
        )
        return identifier

    def add_session(self, user: str, *, expired: bool = False) -> str:
        token = leaks.secret(f"sess-{uuid.uuid4().hex}", "a legacy session")
        expires = "2020-01-01 00:00:00" if expired else "2999-01-01 00:00:00"
        self.execute(f"INSERT INTO sessions VALUES ('{token}', '{user}', '{expires}')")
        return token

    def link_of(self, user: str) -> str | None:
        [(clerk_user_id,)] = self.query(f"SELECT clerk_user_id FROM users WHERE id = '{user}'")
        return clerk_user_id or None

    def linked_to(self, clerk_user_id: str) -> list[str]:
        return [row[0] for row in self.query(f"SELECT id FROM users WHERE clerk_user_id = '{clerk_user_id}'")]


class PostgresUsers(_Users):
    session_query = "SELECT user_id FROM sessions WHERE token = $1 AND expires_at > now()"

    def __init__(self, server: Postgres):
        self.server, self.database = server, f"app_{uuid.uuid4().hex[:12]}"
        server.psql("postgres", f"CREATE DATABASE {self.database}")
        self.url = server.url(self.database)
        self.execute(POSTGRES_TABLES)

    def execute(self, sql: str) -> None:
        self.server.psql(self.database, sql)

    def query(self, sql: str) -> list[tuple[str, ...]]:
        return [tuple(line.split("\t")) for line in self.server.psql(self.database, sql).stdout.splitlines()]

    def connections(self) -> int:
        """Those of everybody else."""
        sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        return int(self.query(sql)[0][0])


class SQLiteUsers(_Users):
    session_query = "SELECT user_id FROM sessions WHERE token = $1 AND expires_at > CURRENT_TIMESTAMP"

    def __init__(self, file: Path):
        self.file, self.url = file, f"sqlite:{file}"
        self.execute(SQLITE_TABLES)

    def execute(self, sql: str) -> None:
        with sqlite3.connect(self.file, timeout=10) as database:
            database.executescript(sql)
        database.close()

    def query(self, sql: str) -> list[tuple[str, ...]]:
        database = sqlite3.connect(self.file, timeout=10)
        try:
            return [tuple("" if value is None else str(value) for value in row) for row in database.execute(sql)]
        finally:
            database.close()
