"""Whatever an origin answers, by raw bytes: no client reads it as two answers, and nobody else reads any of it."""

import re
import time
import uuid

import pytest

from harness.gateway import settings
from harness.processes import wait_until
from harness.raw import Client, Ended, read_request
from harness.recording import RecordingOrigin

EVIL = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"

#: Heads that mean two things, or nothing.
REFUSED = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok", b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok", b"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nok",
    b"HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nok", b"HTTP/1.1 200 OK\r\nContent-Length: 2_0\r\n\r\nok", b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok",
    b"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551618\r\n\r\nok", b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n\r\n0\r\n\r\n",
    b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: 1\r\n Content-Length: 2\r\nContent-Length: 9\r\n\r\nok",
    b"HTTP/1.1 200 OK\r\n X: 1\r\nContent-Length: 2\r\n\r\nok", b"HTTP/1.1 200 OK\r\nX: \x00\r\nContent-Length: 2\r\n\r\nok", b"HTTP/1.1 200 OK\r\nX: 1\rY: 2\r\nContent-Length: 2\r\n\r\nok",
    b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", b"HTTP/1.1 200 OK\r\nX: 1\nContent-Length: 2\r\n\r\nok", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\nok",
    b"HTTP/1.1 200 OK\r\n: 1\r\nContent-Length: 2\r\n\r\nok", b"HTTP/1.1 200 OK\r\nnothing\r\nContent-Length: 2\r\n\r\nok", b"HTTP/1.1 200 OK\r\nX Y: 1\r\nContent-Length: 2\r\n\r\nok",
    b"HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok", b"HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nok", b"HTTP/1.1 099 OK\r\nContent-Length: 2\r\n\r\nok",
    b"HTTP/1.1 600 OK\r\nContent-Length: 2\r\n\r\nok", b"HTTP/1.1 +20 OK\r\nContent-Length: 2\r\n\r\nok", b"HTTP/1.1  200 OK\r\nContent-Length: 2\r\n\r\nok",
    b"HTTP/1.1\t200 OK\r\nContent-Length: 2\r\n\r\nok", b" HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", b"HTTP/2 200\r\nContent-Length: 2\r\n\r\nok",
    b"HTTP/1.10 200 OK\r\nContent-Length: 2\r\n\r\nok", b"HTTP/0.9 200 OK\r\nContent-Length: 2\r\n\r\nok", b"http/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    b"ICY 200 OK\r\n\r\nok", b"ok", b"<html>ok</html>\r\n\r\n", b"\r\n\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 O\x00K\r\nContent-Length: 2\r\n\r\nok",
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\nContent-Length: 2\r\n\r\nok", b"HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\n X: 1\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x00\x00\x12\x04\x00\x00\x00\x00\x00",
]  # fmt: skip

#: Answers whose end one reader puts elsewhere than another: method, and what is sent.
ENDS_EARLIER = [
    (b"HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(EVIL)), (b"HEAD", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    (b"GET", b"HTTP/1.1 204 No Content\r\n\r\n"), (b"GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: %d\r\n\r\n" % len(EVIL)),
    (b"GET", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), (b"GET", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
    (b"GET", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"), (b"GET", b"HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"),
    (b"POST", b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"), (b"GET", b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
    (b"GET", b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok"),
]  # fmt: skip

BROKEN_CONTENT = [
    b"+2\r\nok\r\n0\r\n\r\n", b"0x2\r\nok\r\n0\r\n\r\n", b"2 \r\nok\r\n0\r\n\r\n", b" 2\r\nok\r\n0\r\n\r\n", b"2\nok\r\n0\r\n\r\n", b"2\r\nokX\r\n0\r\n\r\n", b"2\r\nok0\r\n\r\n",
    b"2\r\nok\n0\r\n\r\n", b"2\r\nok\r\n0\n\r\n", b"2\r\nok\r\n0\r\n\n", b"2;\n\r\nok\r\n0\r\n\r\n", b"2\r\nok\r\n\r\n", b"\r\n2\r\nok\r\n0\r\n\r\n", b"2\r\nok\r\nfffffffffffffffff\r\n",
    b"2\r\nok\r\n0\r\nX : 1\r\n\r\n", b"2\r\nok\r\n0\r\nX: \x00\r\n\r\n", b"2\r\nok\r\n0\r\nX: 1\r\n 2\r\n\r\n",
]  # fmt: skip


class Scripted:
    """An origin that says what a test scripts for a target, and for any other target that target."""

    def __init__(self):
        self.scripts: dict[bytes, list[bytes]] = {}
        self.sent: set[bytes] = set()
        self.origin = RecordingOrigin(self.serve)

    def serve(self, connection, _) -> None:
        while request := read_request(connection):
            target = request.split(b" ")[1]
            ordinary = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(target), target)
            try:
                for piece in self.scripts.get(target, [ordinary]):
                    connection.sendall(piece)
                    time.sleep(0.02)
            finally:
                self.sent.add(target)


@pytest.fixture(scope="module")
def scripted(start_gateway):
    made = Scripted()
    yield made, start_gateway(settings(made.origin.url) | {"workers": 1}).port
    made.origin.close()


def ask(port: int, target: bytes, method: bytes = b"GET") -> bytes:
    """All that a client hears of one request and one behind it, in one run of bytes."""
    with Client(port) as client:
        client.send(b"%s %s HTTP/1.1\r\nHost: a\r\n%s\r\n" % (method, target, b"Content-Length: 0\r\n" if method == b"POST" else b""))
        try:
            answer = client.read(method.decode())
            while answer.status < 200:
                answer = client.read(method.decode())
        except Ended as ended:
            return b"broken " + ended.args[0]
        heard = b"%d %s" % (answer.status, answer.content) if answer.complete else b"broken " + answer.content
        return heard + (b"" if answer.complete else client.read_to_end())


def neighbours_are_well(scripted, target: bytes) -> None:
    """Once all of a script was sent: nobody can tell what comes while an answer is due from that answer."""
    made, port = scripted
    wait_until(lambda: target in made.sent, "the script is over")
    for _ in range(3):
        target = b"/public/" + uuid.uuid4().hex.encode()
        assert ask(port, target) == b"200 " + target


def script(scripted, *pieces: bytes) -> tuple[bytes, int]:
    target = b"/public/" + uuid.uuid4().hex.encode()
    scripted[0].scripts[target] = list(pieces)
    return target, scripted[1]


@pytest.mark.parametrize("head", REFUSED)
def test_a_head_that_means_two_things_is_502_and_nobody_elses_answer(scripted, head):
    target, port = script(scripted, head + EVIL)
    heard = ask(port, target)
    assert heard.startswith(b"502 ") and b"evil" not in heard, heard
    neighbours_are_well(scripted, target)


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize(("method", "answer"), ENDS_EARLIER)
def test_what_comes_behind_an_answer_is_nobodys(scripted, method, answer, apart):
    target, port = script(scripted, *([answer, EVIL] if apart else [answer + EVIL]))
    heard = ask(port, target, method)
    assert re.match(rb"\d+ (ok)?$", heard), heard
    neighbours_are_well(scripted, target)


@pytest.mark.parametrize("content", BROKEN_CONTENT)
def test_content_that_can_be_read_in_two_ways_never_looks_complete(scripted, content):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    for pieces in ([head + content + EVIL], [head, content, EVIL], [head + b"1\r\na\r\n", content + EVIL]):
        target, port = script(scripted, *pieces)
        heard = ask(port, target)
        assert heard.startswith((b"502 ", b"broken ")) and b"evil" not in heard, heard
        neighbours_are_well(scripted, target)


def test_fields_of_an_answer_cannot_begin_another(scripted):
    """Response splitting: what an application echoes into a field stays in that field, or there is no answer."""
    for value in (b"a\r\n\r\n" + EVIL, b"a\n\n" + EVIL, b"a\r\r" + EVIL):
        target, port = script(scripted, b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /%s\r\n\r\n" % value)
        heard = ask(port, target)
        assert b"evil" not in heard, heard
        neighbours_are_well(scripted, target)
