"""HTTP/1.1 by hand, for what no client library would send or show."""

import socket
from dataclasses import dataclass


@dataclass
class Answer:
    status: int
    fields: list[tuple[str, str]]
    content: bytes
    #: Whether the framing said where the content ends, and it came that far.
    complete: bool

    def all(self, name: str) -> list[str]:
        return [value for field, value in self.fields if field.lower() == name.lower()]

    def first(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)


class Ended(Exception):
    """The other side closed where more was due."""


class Client:
    """One connection to a server; answers are read one at a time."""

    def __init__(self, port: int, timeout: float = 10):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.buffer = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def finish_sending(self) -> None:
        self.socket.shutdown(socket.SHUT_WR)

    def read(self, method: str = "GET") -> Answer:
        """The next answer, 1xx included."""
        head = self._until(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ")[1])
        fields = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines[1:] if line)]
        answer = Answer(status, fields, b"", complete=True)
        if method == "HEAD" or status < 200 or status in (204, 304):
            return answer
        try:
            if (answer.first("Transfer-Encoding") or "").lower().endswith("chunked"):
                self._read_chunks(answer)
            elif (length := answer.first("Content-Length")) is not None:
                answer.content = self._exactly(int(length))
            else:
                answer.content, answer.complete = self.read_to_end(), False
        except Ended as ended:
            answer.content += ended.args[0]
            answer.complete = False
        return answer

    def exchange(self, data: bytes, method: str = "GET") -> Answer:
        self.send(data)
        return self.read(method)

    def read_to_end(self) -> bytes:
        data, self.buffer = self.buffer, b""
        try:
            while piece := self.socket.recv(65_536):
                data += piece
        except ConnectionResetError:
            pass
        return data

    def is_closed(self, seconds: float = 5) -> bool:
        """Whether the other side ends the connection without sending more."""
        self.socket.settimeout(seconds)
        try:
            return self.buffer == b"" and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False

    def _read_chunks(self, answer: Answer) -> None:
        while size := int(self._until(b"\r\n").split(b";")[0], 16):
            answer.content += self._exactly(size)
            self._exactly(2)
        while self._until(b"\r\n") != b"\r\n":
            pass

    def _until(self, end: bytes) -> bytes:
        while end not in self.buffer:
            self._more()
        head, self.buffer = self.buffer[: self.buffer.index(end) + len(end)], self.buffer[self.buffer.index(end) + len(end) :]
        return head

    def _exactly(self, count: int) -> bytes:
        while len(self.buffer) < count:
            self._more()
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def _more(self) -> None:
        try:
            piece = self.socket.recv(65_536)
        except ConnectionResetError:
            piece = b""
        if not piece:
            left, self.buffer = self.buffer, b""
            raise Ended(left)
        self.buffer += piece

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()


def read_request(connection) -> bytes:
    """One request with its content, as an origin reads it; empty when the client is gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65_536)
        if not piece:
            return b""
        data += piece
    head, _, content = data.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
    if b"chunked" in fields.get(b"transfer-encoding", b""):
        done = lambda: content.endswith(b"0\r\n\r\n")  # noqa: E731
    else:
        done = lambda: len(content) >= int(fields.get(b"content-length", b"0"))  # noqa: E731
    while not done():
        piece = connection.recv(65_536)
        if not piece:
            break
        content += piece
    return head + b"\r\n\r\n" + content
