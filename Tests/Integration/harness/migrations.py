"""Copies of the applications in `migrations/`: a database of their own in the tests' PostgreSQL, and `segue` run on it."""

import json
import os
import subprocess
import uuid
from pathlib import Path

from .gateway import BINARY
from .postgres import Postgres

FOLDER = Path(__file__).parents[1] / "migrations"
NAMES = ["tellmemore", "tellmemore_linked", "leaflock", "railway", "xgrowth"]


class Migration:
    def __init__(self, name: str, server: Postgres, folder: Path):
        self.name, self.server, self.folder = name, server, folder
        self.database = f"{name}_{uuid.uuid4().hex[:12]}"
        server.psql("postgres", f"CREATE DATABASE {self.database}")
        server.load(self.database, FOLDER / f"{name}.sql")
        self.openapi = FOLDER / f"{name}.openapi.json"
        self.file = folder / "routes.json"
        self.environment = {"DATABASE_URL": server.url(self.database)}

    def execute(self, sql: str) -> str:
        return self.server.psql(self.database, sql).stdout.strip()

    def run(self, *words: object) -> subprocess.CompletedProcess:
        # Nothing of this machine's own environment may stand in for what the test says.
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | self.environment
        return subprocess.run(
            [str(BINARY), *map(str, words)], capture_output=True, text=True, cwd=self.folder, env=environment, timeout=60
        )

    def init(self, *words: object) -> dict:
        """What `segue init` found, and did not."""
        result = self.run("init", "--openapi", self.openapi, "--json", *words)
        assert result.returncode == 0, result.stdout + result.stderr
        return json.loads(result.stdout)

    @property
    def settings(self) -> dict:
        return json.loads(self.file.read_text())

    def configure(self, settings: dict) -> None:
        self.file.write_text(json.dumps(settings, indent=2))

    def doctor(self) -> tuple[int, list[dict]]:
        result = self.run("doctor", "--json")
        assert result.stdout, result.stderr
        return result.returncode, json.loads(result.stdout)["findings"]

    def errors(self) -> dict[str, list[str]]:
        """What the doctor finds wrong, by code."""
        found: dict[str, list[str]] = {}
        for finding in self.doctor()[1]:
            if finding["severity"] in ("error", "warning"):
                found.setdefault(finding["code"], []).append(f"{finding['text']} → {finding['remedy']}")
        return found
