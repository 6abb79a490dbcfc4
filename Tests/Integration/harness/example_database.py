"""The database of an example: what is in it, whose it is, and whether it is as it was."""

import subprocess
import uuid
from pathlib import Path

from .postgres import Postgres


class ExampleDatabase:
    def __init__(self, server: Postgres, name: str, files: list[Path]):
        self.server, self.database = server, f"{name}_{uuid.uuid4().hex[:12]}"
        server.psql("postgres", f"CREATE DATABASE {self.database}")
        for file in files:
            server.load(self.database, file)

    def rows(self, sql: str) -> list[tuple[str, ...]]:
        return [tuple(line.split("\t")) for line in self.server.psql(self.database, sql).stdout.splitlines()]

    def belongings(self, table: str = "users") -> dict[str, list[tuple[str, ...]]]:
        """For each column that refers to a person, every row with its owner's id: whose is what."""
        references = self.rows(
            f"""
            SELECT conrelid::regclass, attname FROM pg_constraint, pg_attribute
            WHERE contype = 'f' AND confrelid = '{table}'::regclass AND attrelid = conrelid AND attnum = conkey[1] ORDER BY 1, 2
            """
        )
        return {
            f"{other}.{column}": self.rows(f"SELECT {column}, to_jsonb(row) FROM {other} row WHERE {column} IS NOT NULL ORDER BY 1, 2")
            for other, column in references
        }

    def columns(self, table: str = "users") -> set[str]:
        sql = f"SELECT attname || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END FROM pg_attribute WHERE attrelid = '{table}'::regclass"
        return {name for (name,) in self.rows(f"{sql} AND attnum > 0 AND NOT attisdropped")}

    def dump(self) -> list[str]:
        """The application's own part of the database; rows stand in the order of their text, since PostgreSQL promises none."""
        result = subprocess.run(
            ["pg_dump", "--inserts", "--exclude-schema=segue", self.server.url(self.database)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        # Newer versions of pg_dump put a random word behind \restrict.
        lines = [line for line in result.stdout.splitlines() if not line.startswith("\\")]
        return [line for line in lines if not line.startswith("INSERT")] + sorted(line for line in lines if line.startswith("INSERT"))
