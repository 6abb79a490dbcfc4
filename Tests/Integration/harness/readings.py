"""Two readers of requests, that share nothing with Segue, nor with each other."""

from dataclasses import dataclass

import h11


@dataclass(frozen=True)
class Request:
    method: bytes
    target: bytes
    fields: tuple[tuple[bytes, bytes], ...]
    content: bytes

    @property
    def case(self) -> bytes:
        return dict(self.fields).get(b"x-case", b"")


def read_by_h11(data: bytes) -> list[Request]:
    if not data:
        return []  # To h11 it would be the end of the connection.
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
    connection.receive_data(data)
    found = []
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA or event is h11.PAUSED:
            assert not connection.trailing_data[0], connection.trailing_data
            return found
        if isinstance(event, h11.Request):
            head, content = event, b""
        elif isinstance(event, h11.Data):
            content += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            found.append(Request(bytes(head.method), bytes(head.target), tuple(head.headers), content))
            connection.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
            connection.send(h11.EndOfMessage())
            connection.start_next_cycle()


def read_by_hand(data: bytes) -> list[Request]:
    """RFC 9112 and no forgiveness: cut at line ends. A request that breaks off is none."""
    found = []
    while b"\r\n\r\n" in data:
        head, _, data = data.partition(b"\r\n\r\n")
        request_line, *lines = head.split(b"\r\n")
        method, target, version = request_line.split(b" ")
        assert version == b"HTTP/1.1"
        fields = tuple((name.lower(), value.strip(b" \t")) for name, _, value in (line.partition(b":") for line in lines))
        lengths = [value for name, value in fields if name == b"content-length"]
        codings = [value for name, value in fields if name == b"transfer-encoding"]
        assert len(lengths) + len(codings) <= 1, head
        length = int(lengths[0]) if lengths else 0
        read = read_chunks(data) if codings else (data[:length], data[length:]) if len(data) >= length else None
        if read is None:
            return found
        content, data = read
        found.append(Request(method, target, fields, content))
    return found


def read_chunks(data: bytes) -> tuple[bytes, bytes] | None:
    content = b""
    while True:
        size, end, data = data.partition(b"\r\n")
        if not end:
            return None
        length = int(size, 16)
        assert size == b"%x" % length or size == b"%X" % length, size
        if len(data) < length + 2:
            return None
        content += data[:length]
        assert data[length : length + 2] == b"\r\n"
        data = data[length + 2 :]
        if length == 0:
            return content, data
