"""A receiver of webhooks: it keeps what came, and answers as it is told."""

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from svix.webhooks import Webhook

from .processes import free_port, wait_until


@dataclass
class Delivery:
    fields: dict[str, str]
    content: bytes

    def event(self, secret: str) -> dict:
        """The event, once Svix's own library has accepted its signature."""
        Webhook(secret).verify(self.content, self.fields)
        return json.loads(self.content)

    @property
    def id(self) -> str:
        return self.fields["svix-id"]


class Receiver:
    def __init__(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/api/webhooks/clerk"
        self.deliveries: list[Delivery] = []
        #: The statuses of the next answers; 204 when there are none left, and 0 for none at all.
        self.statuses: list[int] = []
        #: Fields of every answer.
        self.answer_fields: dict[str, str] = {}
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.deliveries.append(Delivery({name.lower(): value for name, value in self.headers.items()}, content))
                status = receiver.statuses.pop(0) if receiver.statuses else 204
                if status == 0:
                    self.close_connection = True
                    return
                self.send_response_only(status)
                for name, value in receiver.answer_fields.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def wait(self, count: int) -> list[Delivery]:
        wait_until(lambda: len(self.deliveries) >= count, f"{count} deliveries, not {len(self.deliveries)}")
        return list(self.deliveries)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
