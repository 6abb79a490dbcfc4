"""Whatever a client sends: two readers that share nothing with Segue, nor with each other, agree on every byte that reaches the origin,
and find there exactly the requests that were answered."""

import random
import uuid

import pytest

from harness.raw import Client, Ended
from harness.readings import read_by_h11, read_by_hand
from harness.recording import RecordingOrigin

REQUESTS = 400


class Maker:
    """Requests as they should be, and as they should not."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)

    def request(self) -> tuple[bytes, bytes, bytes]:
        """Its name, its bytes, and the content that it means to have."""
        pick, case = self.random.choice, uuid.uuid4().hex.encode()
        content = self.random.randbytes(pick([0, 1, 5, 300]))
        lines = [b"%b %b HTTP/1.1" % (pick(METHODS), pick(TARGETS)), b"Host: a", b"X-Case: " + case]
        lines += self.random.sample(FIELDS, k=self.random.randrange(4))
        framing, body = pick([self.length, self.chunks, self.length, self.chunks, self.nothing])(content)
        lines += framing
        if self.random.random() < 0.4:
            lines.insert(self.random.randrange(1, len(lines) + 1), pick(ODDITIES))
        message = b"\r\n".join(lines) + b"\r\n\r\n" + body
        if self.random.random() < 0.15:
            position = self.random.randrange(len(message))
            message = message[:position] + pick([b"\n", b"\r", b"\0", b" ", b"\t", b":", b";", b"", b"0"]) + message[position + 1 :]
            content = None
        return case, message, content if framing else b""

    def nothing(self, _: bytes) -> tuple[list[bytes], bytes]:
        return [], b""

    def length(self, content: bytes) -> tuple[list[bytes], bytes]:
        return [b"Content-Length: %d" % len(content)], content

    def chunks(self, content: bytes) -> tuple[list[bytes], bytes]:
        body, rest = b"", content
        while rest:
            size = self.random.randint(1, len(rest))
            extension = self.random.choice([b"", b"", b";a=b", b';a="b"'])
            body, rest = body + b"%x%b\r\n%b\r\n" % (size, extension, rest[:size]), rest[size:]
        trailer = self.random.choice([b"", b"", b"X-After: 1\r\n", b"Content-Length: 3\r\n"])
        return [b"Transfer-Encoding: chunked"], body + b"0\r\n" + trailer + b"\r\n"


METHODS = [b"GET", b"POST", b"PUT", b"DELETE", b"PROPFIND"]
TARGETS = [b"/public/x", b"/public/%41?q=1", b"/public//y", b"http://a/public/z", b"/public/x?a=%00;b", b"/public/;p"]
FIELDS = [
    b"Accept:*/*", b"X-Empty:", b"X-Wide:   a \t b  ", b"Cookie: a=b; c=d", b"X-Twice: 1", b"X-Twice: 2", b"Connection: keep-alive",
    b"Connection: x-twice", b"TE: trailers", b"X-High: \xff\xfe", b"User-Agent: a (b; c)", b"Keep-Alive: timeout=5",
]  # fmt: skip
ODDITIES = [
    b"Content-Length: 3", b"Content-Length: +5", b"Content-Length: 5, 5", b"Content-Length : 5", b"Transfer-Encoding: xchunked",
    b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip, chunked", b"Transfer-Encoding:\x0bchunked", b"Transfer_Encoding: chunked",
    b" folded", b"X Bad: 1", b": 1", b"Nothing", b"Host: b", b"X-Nul: a\0b", b"X-User-Id: 1", b"Connection: close, content-length",
    b"Expect: 100-continue", b"Upgrade: h2c",
]  # fmt: skip


def status_of(client: Client, message: bytes) -> int | None:
    """Of the final answer; none where the connection ends without."""
    client.send(message)
    client.finish_sending()
    try:
        answer = client.read()
        while answer.status < 200:
            answer = client.read()
        return answer.status
    except (Ended, ConnectionError):
        return None


def test_two_readings_of_what_is_forwarded_agree(relay_to, recording_origin):
    seed = random.randrange(1 << 32)
    print("seed", seed)
    origin: RecordingOrigin = recording_origin()
    gateway, maker = relay_to(origin), Maker(seed)
    meant: dict[bytes, bytes | None] = {}
    refused: set[bytes] = set()
    for _ in range(REQUESTS):
        case, message, content = maker.request()
        with Client(gateway.port) as client:
            status = status_of(client, message)
        if status == 200:
            meant[case] = content
        else:
            refused.add(case)

    read = [request for connection in origin.connections for request in read_by_h11(bytes(connection))]
    assert read == [request for connection in origin.connections for request in read_by_hand(bytes(connection))], f"seed {seed}"
    # Damage may have hit the name of the case itself.
    cases = [request.case for request in read if request.case]
    assert len(cases) == len(set(cases)), f"seed {seed}: a request arrived twice"
    assert REQUESTS / 10 < len(meant) and len(refused) > REQUESTS / 10, f"seed {seed}: a test of nothing"
    for request in read:
        if (content := meant.get(request.case)) is not None:
            assert request.content == content, f"seed {seed}: {request}"
        assert not any(name == b"x-user-id" for name, _ in request.fields), f"seed {seed}: {request}"
    assert not refused & set(cases), f"seed {seed}: a refused request reached the origin"


@pytest.mark.parametrize("reader", [read_by_h11, read_by_hand])
def test_the_readers_can_read(reader):
    message = b"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\nGET /y HTTP/1.1\r\nHost: a\r\n\r\n"
    first, second = reader(message)
    assert (first.method, first.target, first.content) == (b"POST", b"/x", b"ab")
    assert (second.method, second.target, second.content) == (b"GET", b"/y", b"")
