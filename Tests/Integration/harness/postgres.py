"""A real PostgreSQL in a temporary folder, on loopback TCP only."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from .processes import Process, free_port, wait_until

ROOT_STAND_IN = "postgres"


def program(name: str) -> str:
    """Debian keeps the server's programs away from PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]), reverse=True)
    if found:
        return str(found[0])
    if on_path := shutil.which(name):
        return on_path
    raise FileNotFoundError(f"no {name}: scripts/bootstrap test installs PostgreSQL")


# The one in PATH is a wrapper in Perl, which costs more than most of what it is asked for here.
PSQL = program("psql")


def holding(url: str, statement: str) -> subprocess.Popen:
    """A client in a transaction that it does not end by itself: its input is."""
    client = subprocess.Popen(
        [PSQL, "-X", "-q", "-At", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=os.environ | {"PGAPPNAME": "report"},
    )  # fmt: skip
    client.stdin.write(f"BEGIN; {statement}; SELECT 'held';\n")
    client.stdin.flush()
    while client.stdout.readline() != "held\n":
        assert client.poll() is None
    return client


class Postgres:
    def __init__(self, log: Path):
        self.folder = Path(tempfile.mkdtemp(prefix="segue-postgres-"))
        self.port = free_port()
        # PostgreSQL refuses to run as root: then it runs as the user that Debian's package made.
        as_user: list[str] = []
        if os.getuid() == 0:
            user = pwd.getpwnam(ROOT_STAND_IN)
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        self.data = self.folder / "data"
        subprocess.run(
            [*as_user, program("initdb"), "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"],
            check=True, capture_output=True, cwd="/",
        )  # fmt: skip
        options = {
            "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "", "fsync": "off",
            "synchronous_commit": "off", "full_page_writes": "off", "max_connections": 200, "log_min_messages": "warning",
        }  # fmt: skip
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self.process = Process([*as_user, program("postgres"), "-D", str(self.data), *settings], log, folder=Path("/"))
        self.start()

    def start(self) -> None:
        self.process.start()
        self.process.wait_listening(self.port)
        # It listens before it is ready to answer.
        wait_until(lambda: self.psql("postgres", "SELECT 1", check=False).returncode == 0, "PostgreSQL answers")

    def stop(self) -> None:
        """At once, with clients connected: what an operator's restart does (`fast`)."""
        self.process.stop(signal.SIGINT)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def load(self, database: str, file: Path) -> None:
        subprocess.run([PSQL, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.url(database), "-f", file], check=True, capture_output=True)

    def psql(self, database: str, sql: str, check: bool = True) -> subprocess.CompletedProcess:
        return subprocess.run(
            [PSQL, "-X", "-q", "-At", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", self.url(database), "-c", sql],
            capture_output=True, text=True, check=check,
        )  # fmt: skip
