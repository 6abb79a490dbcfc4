"""An origin that nobody has to wait for (nginx): what is measured in front of it is the gateway."""

import os
from pathlib import Path

from .processes import Process, free_port

CONFIGURATION = """
{user} worker_processes 1; daemon off; pid {folder}/pid; error_log stderr warn; worker_rlimit_nofile 20000;
events {{ worker_connections 9000; }}
http {{
    access_log off; default_type text/plain; keepalive_timeout 300s; keepalive_requests 1000000000;
    client_body_timeout 600s; {scratch}
    server {{
        listen 127.0.0.1:{port} backlog=4096; root {folder};
        location / {{ return 200 "{answer}"; }}
        # Answered when all of the content is there, and not before.
        location ~ /content$ {{ proxy_pass http://127.0.0.1:{port}; }}
        location ~ /page$ {{ try_files /page =404; }}
    }}
}}
"""
#: 200 bytes, and a page of pictures and scripts.
ANSWER, PAGE_BYTES = "0123456789" * 20, 150_000


class FastOrigin:
    def __init__(self, folder: Path, logs: Path):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder / "origin"
        self.folder.mkdir()
        (self.folder / "page").write_bytes(b"x" * PAGE_BYTES)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        (self.folder / "nginx.conf").write_text(
            CONFIGURATION.format(
                # A worker of a root master would become another user, who may not open this folder.
                user="user root;" if os.getuid() == 0 else "", folder=self.folder, port=self.port, answer=ANSWER,
                scratch=" ".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in kinds),
            )  # fmt: skip
        )
        command = ["nginx", "-p", str(self.folder), "-e", "stderr", "-c", str(self.folder / "nginx.conf")]
        self.process = Process(command, logs / "fast-origin.log")

    def __enter__(self) -> "FastOrigin":
        self.process.start()
        self.process.wait_listening(self.port)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stop()
