"""Many connections at once that behave badly: each sends a little, now and then, and reads nothing or little.

In thousands they are a process of their own (`CrowdProcess`), which runs when nobody else wants to: what is measured beside them
must not be the wait for a processor that the crowd itself has taken.
"""

import json
import math
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

#: What a connection sends next, given how often it has sent before; `None`: nothing more.
Script = Callable[[int], bytes | None]
#: The connections speak and come one after the other, spread over their pause: all at once would be a burst, which nobody's
#: clients are. A turn is as short as one can be without keeping a processor busy.
TURN_SECONDS, TURNS_MIN = 0.01, 20
COMING_PER_SECOND = 2_000
#: What a connection that hardly reads has room for, and takes now and then.
SIP = 2048


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
        self.leave()
        self._thread.join(timeout=30)

    def stay(self) -> None:
        """On the calling thread, until somebody makes it `leave`."""
        self._run()

    def leave(self) -> None:
        self._over.set()

    def _run(self) -> None:
        selector = selectors.DefaultSelector()
        sent: dict[socket.socket, int] = {}
        turns = max(TURNS_MIN, round(self.pause / TURN_SECONDS))
        seconds = self.pause / turns
        try:
            while not self._over.is_set():
                everybody, began = list(sent), time.monotonic()
                for turn in range(turns):
                    until = began + (turn + 1) * seconds
                    self._fill(math.ceil(COMING_PER_SECOND * seconds), selector, sent)
                    for connection in everybody[turn::turns]:
                        if connection in sent:
                            self._speak(connection, selector, sent)
                    self._listen(selector, sent, until)
        finally:
            for connection in sent:
                connection.close()

    def _fill(self, at_once: int, selector: selectors.BaseSelector, sent: dict[socket.socket, int]) -> None:
        for _ in range(min(self.count - len(sent), at_once)):
            connection = socket.socket()
            try:
                if not self.reads:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SIP)
                connection.settimeout(5)
                connection.connect(("127.0.0.1", self.port))
            except OSError:
                connection.close()
                break
            connection.setblocking(False)
            selector.register(connection, selectors.EVENT_READ)
            sent[connection] = 0
            self._speak(connection, selector, sent)
        self.open = len(sent)

    def _speak(self, connection: socket.socket, selector: selectors.BaseSelector, sent: dict[socket.socket, int]) -> None:
        piece = self.script(sent[connection])
        try:
            if piece is not None:
                connection.send(piece)
                sent[connection] += 1
            elif not self.reads and not connection.recv(SIP):
                self._drop(connection, selector, sent)
        except BlockingIOError:
            return
        except OSError:
            self._drop(connection, selector, sent)

    def _listen(self, selector: selectors.BaseSelector, sent: dict[socket.socket, int], until: float) -> None:
        if not self.reads:
            self._over.wait(max(0, until - time.monotonic()))
            return
        # Who is late still hears what was said.
        left = 0.0
        while left >= 0 and not self._over.is_set():
            for key, _ in selector.select(min(left, 0.2)):
                try:
                    if key.fileobj.recv(65_536):
                        continue
                except BlockingIOError:
                    continue
                except OSError:
                    pass
                self._drop(key.fileobj, selector, sent)
            left = until - time.monotonic()

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
    return b"POST /public/content HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" if number == 0 else b"x"


def unread_answers(path: str) -> Script:
    """Asks for much and reads none of it."""
    return lambda number: f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode() if number == 0 else None


def bad_tokens(path: str, token: str, at_once: int) -> Script:
    """Requests that no answer is waited for, each with another bad signature under the same head and claims."""
    signed, _, signature = token.rpartition(".")

    def requests(_: int) -> bytes:
        forged = [os.urandom(len(signature) // 2).hex()[: len(signature) - 8] + signature[-8:] for _ in range(at_once)]
        return b"".join(
            f"GET {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {signed}.{one}\r\n\r\n".encode() for one in forged
        )

    return requests


class CrowdProcess:
    """A crowd as a process. `script` is the name of a script above, and what it takes."""

    def __init__(self, port: int, count: int, script: str, *arguments: object, pause: float = 5, reads: bool = True):
        self.made = {
            "port": port, "count": count, "script": script, "arguments": arguments, "pause": pause, "reads": reads,
        }  # fmt: skip
        self.running: subprocess.Popen | None = None

    def __enter__(self) -> "CrowdProcess":
        self.running = subprocess.Popen(
            ["chrt", "--idle", "0", sys.executable, "-m", "harness.crowd"], stdin=subprocess.PIPE, cwd=Path(__file__).parents[1]
        )
        # Not on its command line, which everybody on the machine may read: it may be about a token.
        self.running.stdin.write(json.dumps(self.made).encode())
        self.running.stdin.close()
        return self

    def __exit__(self, *_: object) -> None:
        self.running.terminate()
        self.running.wait(30)


def main() -> None:
    made = json.load(sys.stdin)
    script = globals()[made["script"]]
    if made["arguments"]:
        script = script(*made["arguments"])
    crowd = Crowd(made["port"], made["count"], script, made["pause"], made["reads"])
    signal.signal(signal.SIGTERM, lambda *_: crowd.leave())
    crowd.stay()


if __name__ == "__main__":
    main()
