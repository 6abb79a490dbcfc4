"""Many connections at once that behave badly: each sends a little, now and then, and reads nothing or little."""

import selectors
import socket
import threading
import time
from collections.abc import Callable

#: What a connection sends next, given how often it has sent before; `None`: nothing more.
Script = Callable[[int], bytes | None]


class Crowd:
    """`with Crowd(port, 1000, script) as crowd:` – one that is cut off comes again, so that the number stays."""

    def __init__(self, port: int, count: int, script: Script, pause: float = 1.0, reads: bool = True):
        self.port, self.count, self.script, self.pause, self.reads = port, count, script, pause, reads
        self.open = 0
        #: How often the other side ended a connection.
        self.ended = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Crowd":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        selector = selectors.DefaultSelector()
        sent: dict[socket.socket, int] = {}
        try:
            while not self._over.is_set():
                self._fill(selector, sent)
                for connection in list(sent):
                    self._speak(connection, selector, sent)
                self._listen(selector, sent, time.monotonic() + self.pause)
        finally:
            for connection in sent:
                connection.close()

    def _fill(self, selector: selectors.BaseSelector, sent: dict[socket.socket, int]) -> None:
        while len(sent) < self.count and not self._over.is_set():
            try:
                connection = socket.create_connection(("127.0.0.1", self.port), timeout=5)
            except OSError:
                break
            connection.setblocking(False)
            selector.register(connection, selectors.EVENT_READ)
            sent[connection] = 0
        self.open = len(sent)

    def _speak(self, connection: socket.socket, selector: selectors.BaseSelector, sent: dict[socket.socket, int]) -> None:
        piece = self.script(sent[connection])
        if piece is None:
            return
        try:
            connection.send(piece)
            sent[connection] += 1
        except BlockingIOError:
            return
        except OSError:
            self._drop(connection, selector, sent)

    def _listen(self, selector: selectors.BaseSelector, sent: dict[socket.socket, int], until: float) -> None:
        while (left := until - time.monotonic()) > 0 and not self._over.is_set():
            if not self.reads:
                self._over.wait(left)
                return
            for key, _ in selector.select(min(left, 0.2)):
                try:
                    if key.fileobj.recv(4096):
                        continue
                except BlockingIOError:
                    continue
                except OSError:
                    pass
                self._drop(key.fileobj, selector, sent)

    def _drop(self, connection: socket.socket, selector: selectors.BaseSelector, sent: dict[socket.socket, int]) -> None:
        self.ended += 1
        selector.unregister(connection)
        connection.close()
        del sent[connection]


def endless_head(number: int) -> bytes:
    """A head that grows by a byte or a field and never ends."""
    return b"GET /public/x HTTP/1.1\r\nHost: a\r\n" if number == 0 else f"X-{number}: y\r\n".encode()


def endless_content(number: int) -> bytes:
    """A request whose content comes a byte at a time."""
    return b"POST /public/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" if number == 0 else b"x"


def unread_answers(path: str) -> Script:
    """Asks for much and reads none of it."""
    return lambda number: f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode() if number == 0 else None
