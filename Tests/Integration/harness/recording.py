"""An origin of bare sockets: it records every byte that reaches it and answers with the bytes that a test scripts."""

import socket
import threading
from collections.abc import Callable

from .raw import read_request

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Behaviour = Callable[[socket.socket, "RecordingOrigin"], None]


class RecordingOrigin:
    def __init__(self, behaviour: Behaviour | bytes = OK, address: str = "127.0.0.1"):
        self.behaviour = behaviour
        #: The bytes of each connection, in the order of their arrival.
        self.connections: list[bytearray] = []
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.listener = socket.create_server((address, 0), family=family, backlog=1024)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def received(self) -> bytes:
        return b"".join(bytes(connection) for connection in self.connections)

    def close(self) -> None:
        self.listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(Recorded(connection, self),), daemon=True).start()

    def _serve(self, connection: "Recorded") -> None:
        behaviour = self.behaviour
        with connection:
            try:
                if isinstance(behaviour, bytes):
                    while read_request(connection):
                        connection.sendall(behaviour)
                else:
                    behaviour(connection, self)
            except OSError:
                return


class Recorded:
    """A connection whose received bytes are kept."""

    def __init__(self, connection: socket.socket, origin: RecordingOrigin):
        self.connection, self.kept = connection, bytearray()
        # What a script sends is under way at once, and not when the piece before it has been acknowledged.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        origin.connections.append(self.kept)

    def recv(self, size: int) -> bytes:
        data = self.connection.recv(size)
        self.kept.extend(data)
        return data

    def sendall(self, data: bytes) -> None:
        self.connection.sendall(data)

    def shutdown(self, how: int) -> None:
        self.connection.shutdown(how)

    def settimeout(self, seconds: float | None) -> None:
        self.connection.settimeout(seconds)

    def __enter__(self) -> "Recorded":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
