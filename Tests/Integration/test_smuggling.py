"""What two parsers could frame in two ways, by raw bytes: the origin hears nothing of it that looks like a request, and whatever the
client put behind it is never taken for one."""

import uuid

import pytest

from harness.gateway import settings
from harness.raw import Client, Ended
from harness.readings import read_by_h11, read_by_hand
from harness.recording import OK, RecordingOrigin


def smuggled(name: bytes) -> bytes:
    return b"GET /public/smuggled-%s HTTP/1.1\r\nHost: a\r\n\r\n" % name


def framed(field: bytes, content: bytes = b"") -> bytes:
    return b"POST /public/%s HTTP/1.1\r\nHost: a\r\n" + field + b"\r\n\r\n" + content


def chunks(content: bytes) -> bytes:
    return framed(b"Transfer-Encoding: chunked", content)


LENGTHS = [
    b"", b" ", b"+5", b"-5", b"-0", b"0x5", b"5_0", b"5.0", b"5e0", b"5 5", b"5,5", b"5, 6", b"5;a", b'"5"', b"\xef\xbc\x95", b"5\x00", b"5\x0b",
    b"5\x0c", b"\x0b5", b"\xa05", b"18446744073709551621", b"9223372036854775808", b"five", b",5", b"5,", b"5\r\nContent-Length: 5",
    b"5\r\nContent-Length: 6", b"5\r\ncontent-length:", b"0\r\nContent-Length: 5",
]  # fmt: skip
CODINGS = [
    b"", b",", b",chunked", b"chunked,", b"chunked, chunked", b"chunked;q=1", b'"chunked"', b"xchunked", b"chunkedx", b"chunk", b"chunked\x0b",
    b"\x0bchunked", b"chunked\x00", b"\x00chunked", b"\xa0chunked", b"chun\xc4\xb7ed", b"chun\xe2\x84\xaaed", b"identity", b"identity, chunked", b"gzip",
    b"gzip, chunked", b"chunked, gzip", b"chunked identity", b"chunked\r\nTransfer-Encoding: chunked", b"identity\r\nTransfer-Encoding: chunked",
    b"chunked\r\nTransfer-Encoding: identity", b"\r\nTransfer-Encoding: chunked", b"\r\n chunked", b"chunked\r\nContent-Length: 4",
]  # fmt: skip
LINES = [
    b"Content-Length : 5", b"Content-Length\t: 5", b"Content-Length\x00: 5", b"\x00Content-Length: 5", b"Content-Length\x0b: 5", b" Content-Length: 5",
    b"Transfer-Encoding : chunked", b"Transfer-Encoding\t: chunked", b"\tTransfer-Encoding: chunked", b"X: 1\n Transfer-Encoding: chunked",
    b"X: 1\nTransfer-Encoding: chunked", b"X: 1\rTransfer-Encoding: chunked", b"X: 1\r\r\nTransfer-Encoding: chunked", b"X: 1\n\r\nTransfer-Encoding: chunked",
    b"X: 1\x00Transfer-Encoding: chunked", b": chunked", b"Transfer-Encoding", b"Transfer-Encoding\r\n: chunked", b"Content-Length\xef\xbc\x9a 5",
    b"Content-Length: 5\r\nTransfer-Encoding: chunked", b"Transfer-Encoding: chunked\r\nContent-Length: 5", b"X:\r\n Content-Length: 5",
    b"Content-Length: 5\r\n Transfer-Encoding: chunked", b"Host: b", b"Host:", b"Host : a", b"X-\xc3\xbc: 1", b"X(1): 1", b"X 1: 1", b"X,Y: 1", b'"X": 1',
]  # fmt: skip
#: Of which servers make different hosts, or none.
HOSTS = [
    b"", b" ", b"a:80:80", b"a/b", b"u@a", b"a,b", b"a, b", b"[::1", b"::1", b"a\xff", b"%61", b"%zz", b"a:99999", b"a:-1", b"a:+1", b"a: 80", b"a?b", b"a#b", b"a\\b",
    b"*", b"*.a", b"a;b", b".", b".a", b"a..", b"a..b", b'"a"', b"a b", b"a\tb", b"a\x00", b"[v1.x]", b"http://a", b"a|b", b"a:80,b", b"a&b", b"a=b", b"a'",
]  # fmt: skip
#: `%s` is the place of the case's name.
REQUEST_LINES = [
    b"GET /public/%s HTTP/1.10", b"GET /public/%s HTTP/1.1 ", b"GET /public/%s HTTP/1.1x", b"GET /public/%s HTTP/01.1", b"GET /public/%s http/1.1",
    b"GET /public/%s HTTP/1,1", b"GET /public/%s HTTP /1.1", b"GET /public/%s HTTP/1.1\t", b"GET /public/%s HTTP/1.1\x0b", b"GET /public/%s HTTP/1",
    b"GET /public/%s HTTP/.1", b"GET /public/%s HTTP/2.0", b"GET /public/%s HTTP/0.9", b"GET /public/%s HTTP/1.2", b"GET /public/%s XTTP/1.1",
    b"GET /public/%s", b"GET /public/%s ", b"GET  /public/%s HTTP/1.1", b"GET /public/%s  HTTP/1.1", b"GET\t/public/%s\tHTTP/1.1", b" GET /public/%s HTTP/1.1",
    b"GET\x0b/public/%s HTTP/1.1", b"GET /public/%s\x0bHTTP/1.1", b"GET /public/%s x HTTP/1.1", b"GET /public/%s\x00 HTTP/1.1", b"GET /public/%s\xff HTTP/1.1",
    b"G\x00ET /public/%s HTTP/1.1", b"G[ET /public/%s HTTP/1.1", b"GET: /public/%s HTTP/1.1", b"\xffGET /public/%s HTTP/1.1", b"GET public/%s HTTP/1.1",
    b"GET ?/public/%s HTTP/1.1", b"GET http:/public/%s HTTP/1.1", b"GET http:///public/%s HTTP/1.1",
    b"GET http://b/public/%s HTTP/1.1", b"GET http://a@b/public/%s HTTP/1.1", b"GET http://b@a/public/%s HTTP/1.1", b"GET http://a:80@b/public/%s HTTP/1.1",
    b"GET http://a:99999/public/%s HTTP/1.1", b"GET http://a:8o/public/%s HTTP/1.1", b"GET http://a\\b/public/%s HTTP/1.1", b"GET http://a%2fb/public/%s HTTP/1.1",
    b"GET @a/public/%s HTTP/1.1", b"GET a:80 HTTP/1.1", b"GET ftp://a/public/%s HTTP/1.1", b"GET unix:/x|http://a/public/%s HTTP/1.1",
    b"CONNECT /public/%s HTTP/1.1", b"CONNECT a:80 HTTP/1.1", b"CONNECT http://a/public/%s HTTP/1.1", b"GET * HTTP/1.1", b"OPTIONS *?%s HTTP/1.1",
    b"GET /public/%s#a HTTP/1.1", b"GET /public/%s\r HTTP/1.1", b"GET /public/%s HTTP/1.1\rX: 1", b"GET /public/%s HTTP/1.1\nX: 1", b"PRI * HTTP/2.0",
]  # fmt: skip
#: `{}` is the place of the request that is to be smuggled.
CHUNKS = [
    b"+5\r\nhello\r\n0\r\n\r\n", b"-5\r\nhello\r\n0\r\n\r\n", b"0x5\r\nhello\r\n0\r\n\r\n", b"5_\r\nhello\r\n0\r\n\r\n", b"0_5\r\nhello\r\n0\r\n\r\n",
    b" 5\r\nhello\r\n0\r\n\r\n", b"5 \r\nhello\r\n0\r\n\r\n", b"5\t\r\nhello\r\n0\r\n\r\n", b"\r\n5\r\nhello\r\n0\r\n\r\n", b"5\nhello\r\n0\r\n\r\n", b"5\rhello\r\n0\r\n\r\n",
    b"5\r\rhello\r\n0\r\n\r\n", b"5\r\r\nhello\r\n0\r\n\r\n", b"5\x00\r\nhello\r\n0\r\n\r\n", b"g\r\nhello\r\n0\r\n\r\n", b"5,5\r\nhello\r\n0\r\n\r\n",
    b"5;a\nb\r\nhello\r\n0\r\n\r\n", b"5;a\rb\r\nhello\r\n0\r\n\r\n", b"5;\x00\r\nhello\r\n0\r\n\r\n", b"5;a=\"\n\"\r\nhello\r\n0\r\n\r\n", b"5\r\nhello\n0\r\n\r\n",
    b"5\r\nhello\r0\r\n\r\n", b"5\r\nhello0\r\n\r\n", b"5\r\nhelloX\r\n0\r\n\r\n", b"5\r\nhello\r\n\r\n0\r\n\r\n", b"5\r\nhello\r\n0\n\r\n", b"5\r\nhello\r\n0\n\n",
    b"5\r\nhello\r\n0\r\n\n", b"5\r\nhello\r\n0\r\nX: 1\n\r\n", b"5\r\nhello\r\n0\r\nX: 1\n\n", b"5\r\nhello\r\n0\r\nX : 1\r\n\r\n", b"5\r\nhello\r\n0\r\nX: 1\r\n 2\r\n\r\n",
    b"5\r\nhello\r\n0\r\n X: 1\r\n\r\n", b"5\r\nhello\r\n0\r\nX: \x00\r\n\r\n", b"5\r\nhello\r\n0\r\nX\r\n\r\n", b"5\r\nhello\r\n0\r\nX: 1\rY: 2\r\n\r\n",
    b"5\r\nhello\r\n00x\r\n\r\n", b"5\r\nhello\r\n-0\r\n\r\n", b"5\r\nhello\r\n0 0\r\n\r\n", b"10000000000000005\r\nhello\r\n0\r\n\r\n", b"ffffffffffffffff\r\nhello\r\n0\r\n\r\n",
    b"8000000000000000\r\nhello\r\n0\r\n\r\n", b"\xef\xbc\x95\r\nhello\r\n0\r\n\r\n", b"5;" + b"a" * 70_000 + b"\r\nhello\r\n0\r\n\r\n",
]  # fmt: skip

REFUSED = (
    [framed(b"Content-Length: " + value, b"hello") for value in LENGTHS]
    + [framed(b"Content-Length:" + value, b"0\r\n\r\n") for value in LENGTHS[:4]]
    + [framed(b"Transfer-Encoding: " + value, b"0\r\n\r\n") for value in CODINGS]
    + [framed(line, b"0\r\n\r\n") for line in LINES]
    + [line + b"\r\nHost: a\r\n\r\n" for line in REQUEST_LINES]
    + [b"GET /public/%s HTTP/1.1\r\nHost: " + host + b"\r\n\r\n" for host in HOSTS]
    + [b"GET /public/%s HTTP/1.1\r\n" + line + b"\r\nHost: a\r\n\r\n" for line in (b" X: 1", b"\tX: 1", b" ", b"\x00", b"\r")]
    + [b"GET /public/%s HTTP/1.1\nHost: a\n\n", b"GET /public/%s HTTP/1.1\r\nHost: a\n\r\n", b"GET /public/%s HTTP/1.1\r\nHost: a\r\n\n"]
)


@pytest.fixture(scope="module")
def wire(start_gateway):
    origin = RecordingOrigin()
    yield start_gateway(settings(origin.url)), origin
    origin.close()


def answers(port: int, message: bytes) -> list[int]:
    """The status of each answer, until the connection ends."""
    found = []
    with Client(port) as client:
        client.send(message)
        client.finish_sending()
        try:
            while True:
                found.append(client.read().status)
        except Ended:
            return found


def heard(origin: RecordingOrigin, name: bytes) -> list:
    """The complete requests with this name in their target, as both readers find them."""
    read = [request for connection in list(origin.connections) for request in read_by_h11(bytes(connection))]
    assert read == [request for connection in list(origin.connections) for request in read_by_hand(bytes(connection))]
    return [request for request in read if name in request.target]


def named(message: bytes) -> tuple[bytes, bytes]:
    name = uuid.uuid4().hex.encode()
    return message.replace(b"%s", name), name


@pytest.mark.parametrize("message", REFUSED)
def test_what_can_be_framed_in_two_ways_is_refused_and_is_the_last_of_its_connection(wire, message):
    gateway, origin = wire
    sent, name = named(message)
    found = answers(gateway.port, sent + smuggled(name))
    assert len(found) == 1 and found[0] in (400, 404, 414, 431, 501, 505), found
    assert heard(origin, name) == []


@pytest.mark.parametrize("body", CHUNKS)
def test_a_chunk_that_can_be_read_in_two_ways_never_completes_its_request(wire, body):
    gateway, origin = wire
    sent, name = named(chunks(b""))
    found = answers(gateway.port, sent + body + smuggled(name))
    assert found == [400], found
    assert heard(origin, name) == []


ACCEPTED = {
    "a length with zeros before it": (framed(b"Content-Length: 0005", b"hello"), b"hello"),
    "white space around a length": (framed(b"Content-Length: \t5 \t", b"hello"), b"hello"),
    "chunked in another case": (framed(b"transfer-ENCODING:\tChunKed ", b"5\r\nhello\r\n0\r\n\r\n"), b"hello"),
    "a size with zeros, an extension, a trailer": (chunks(b'0005;a="b;c";d\r\nhello\r\n000;x\r\nX-User-Id: 1\r\n\r\n'), b"hello"),
    "sizes in either case": (chunks(b"A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n"), b"0123456789" * 2),
    "a chunk that looks like the end": (chunks(b"5\r\n0\r\n\r\n\r\n0\r\n\r\n"), b"0\r\n\r\n"),
    "content that looks like a request": (framed(b"Content-Length: %d" % len(smuggled(b"0")), smuggled(b"0")), smuggled(b"0")),
    "names that some servers fold": (framed(b"Content_Length: 100\r\nTransfer.Encoding: chunked\r\nContent-Length: 5", b"hello"), b"hello"),
    "an absolute form": (b"POST http://a/public/%s HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
    "an absolute form in HTTP/1.0": (b"POST HTTP://a/public/%s HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
}  # fmt: skip


@pytest.mark.parametrize("case", ACCEPTED)
def test_what_has_one_meaning_arrives_with_that_meaning(wire, case):
    message, content = ACCEPTED[case]
    gateway, origin = wire
    sent, name = named(message)
    assert answers(gateway.port, sent + b"GET /public/after-%s HTTP/1.1\r\nHost: a\r\n\r\n" % name) == [200, 200]
    first, second = heard(origin, name)
    assert first.content == content and second.target == b"/public/after-" + name
    fields = dict(first.fields)
    assert (b"content-length" in fields) != (b"transfer-encoding" in fields)
    assert not {b"content_length", b"transfer.encoding", b"x-user-id", b"trailer"} & set(fields)
    assert fields[b"host"] == b"a"


@pytest.mark.parametrize("field", [b"Content-Length: 0", b"Content-Length: 42", b"Transfer-Encoding: chunked"])
@pytest.mark.parametrize("method", [b"GET", b"POST"])
def test_an_upgrade_with_content_opens_nothing(wire, field, method):
    gateway, origin = wire
    name = uuid.uuid4().hex.encode()
    head = b"%s /public/%s HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n%s\r\n\r\n" % (method, name, field)
    assert answers(gateway.port, head + smuggled(name)) == [400]
    assert heard(origin, name) == []


@pytest.mark.parametrize("expectation", [b"", b"Expect: 100-continue\r\n"])
@pytest.mark.parametrize("framing", [b"Content-Length: %d", b"Transfer-Encoding: chunked"])
def test_what_follows_an_early_answer_is_content_or_nothing(start_gateway, recording_origin, expectation, framing):
    """The origin answers before it has read the content, as 0.CL desynchronisation wants it."""

    def behave(connection, _):
        connection.recv(65_536)
        connection.sendall(OK)
        while connection.recv(65_536):
            pass

    origin = recording_origin(behave)
    port = start_gateway(settings(origin.url)).port
    name = uuid.uuid4().hex.encode()
    # Content of a known length must have begun before the origin is asked.
    begun = b"x" * 8192 if b"%" in framing else b""
    framing = framing % len(begun + smuggled(name)) if begun else framing
    head = b"POST /public/%s HTTP/1.1\r\nHost: a\r\n%s%s\r\n\r\n" % (name, expectation, framing)
    with Client(port) as client:
        assert client.exchange(head + begun).status == 200
        client.send(smuggled(name))
        assert client.read_to_end() == b""
    with Client(port) as client:
        assert client.exchange(b"GET /public/after-%s HTTP/1.1\r\nHost: a\r\n\r\n" % name).status == 200
    targets = [[line.split(b" ")[1] for line in bytes(one).split(b"\r\n") if line.endswith(b" HTTP/1.1")] for one in origin.connections]
    assert all(len(found) == 1 or b"Content-Length" in framing for found in targets), targets
    assert [b"/public/after-" + name] in targets, "a connection on which content is owed is nobody else's"
