"""PgBouncer in transaction mode: every transaction may run on another connection to PostgreSQL."""

import os
import pwd
import shutil
from pathlib import Path

from .postgres import ROOT_STAND_IN, Postgres
from .processes import Process, free_port


class PgBouncer:
    def __init__(self, server: Postgres, folder: Path, log: Path, pool: int = 2):
        program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
        assert program, "no pgbouncer: scripts/bootstrap test installs it"
        self.port = free_port()
        file = folder / "pgbouncer.ini"
        file.write_text(
            f"[databases]\n* = host=127.0.0.1 port={server.port} user=postgres\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\nauth_type = any\n"
            f"pool_mode = transaction\ndefault_pool_size = {pool}\nmax_client_conn = 200\n"
            "ignore_startup_parameters = extra_float_digits,options\n"
        )
        as_user: list[str] = []
        if os.getuid() == 0:
            # It refuses to run as root.
            user = pwd.getpwnam(ROOT_STAND_IN)
            os.chown(file, user.pw_uid, user.pw_gid)
            file.chmod(0o644)
            for parent in [folder, *folder.parents[:3]]:
                parent.chmod(parent.stat().st_mode | 0o011)
            as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        self.process = Process([*as_user, program, str(file)], log, folder=Path("/"))
        self.process.start()
        self.process.wait_listening(self.port)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        self.process.stop()
