"""A witness between whoever asks and the emulated Clerk: it relays each exchange and holds it against our description of Clerk's
API. What is not the Backend API (the emulator's own commands, the Frontend API's key set) it relays and does not judge."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
from werkzeug.datastructures import Headers

from .clerk_api import Exchange

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


class Witness:
    def __init__(self, port: int, clerk: str):
        self.clerk = clerk
        #: Judged at the end: nobody should wait for the verdict.
        self._exchanges: list[Exchange] = []
        self._client = httpx.Client(base_url=clerk, trust_env=False, timeout=60)
        self._server = _server(port, self)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> list[str]:
        """What was wrong with a reply, or with a request of Segue's."""
        self._server.shutdown()
        self._server.server_close()
        self._client.close()
        return [fault for exchange in self._exchanges for fault in _faults(exchange)]

    def relay(self, method: str, target: str, fields: Headers, content: bytes) -> httpx.Response:
        kept = [(name, value) for name, value in fields.items() if name.lower() not in _HOP_BY_HOP]
        reply = self._client.request(method, target, headers=kept, content=content)
        if target.startswith("/v1/"):
            self._exchanges.append(Exchange(method, target, fields, content, reply))
        return reply


def _faults(exchange: Exchange) -> list[str]:
    # Tests ask for what they must not; Segue may not.
    is_ours = exchange.fields.get("User-Agent") == "segue"
    return exchange.faults_of_the_reply() + (exchange.faults_of_the_request() if is_ours else [])


def _server(port: int, witness: Witness) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Field section and content are written apart: they must not wait for each other.
        disable_nagle_algorithm = True

        def answer(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                reply = witness.relay(self.command, self.path, Headers(list(self.headers.items())), content)
            except httpx.TransportError:
                # A lost reply is lost here as well.
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response_only(reply.status_code)
            for name, value in reply.headers.items():
                if name.lower() not in _HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.content)))
            self.end_headers()
            self.wfile.write(reply.content)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 512
        daemon_threads = True

    return Server(("127.0.0.1", port), Handler)
