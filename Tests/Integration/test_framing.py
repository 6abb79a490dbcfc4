"""RFC 9112: a message that two parsers could frame differently is refused, and its connection ends."""

import pytest

from harness.raw import Client

REFUSED = {
    "both lengths": b"POST /public/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths that differ": b"POST /public/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "a signed length": b"POST /public/x HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello",
    "a length in hexadecimal": b"POST /public/x HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\nhello",
    "chunked that is not last": b"POST /public/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "chunked twice": b"POST /public/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked spelt with a tab": b"POST /public/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
    "a transfer coding in HTTP/1.0": b"POST /public/x HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "space before the colon": b"GET /public/x HTTP/1.1\r\nHost: a\r\nContent-Length : 0\r\n\r\n",
    "a folded line": b"GET /public/x HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n 2\r\n\r\n",
    "a bare line feed": b"GET /public/x HTTP/1.1\nHost: a\n\n",
    "a bare carriage return": b"GET /public/x HTTP/1.1\r\nHost: a\r\nX-A: 1\r2\r\n\r\n",
    "a NUL in a field": b"GET /public/x HTTP/1.1\r\nHost: a\r\nX-A: 1\x002\r\n\r\n",
    "no Host": b"GET /public/x HTTP/1.1\r\n\r\n",
    "two Hosts": b"GET /public/x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "a chunk size that overflows": b"POST /public/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n",
    "a chunk without its line end": b"POST /public/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
    "a method that is no token": b"G(ET /public/x HTTP/1.1\r\nHost: a\r\n\r\n",
    "another protocol": b"GET /public/x HTTP/3.0\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("name", REFUSED)
def test_ambiguous_framing_is_refused_and_ends_the_connection(relay, name):
    with Client(relay.port) as client:
        client.send(REFUSED[name] + b"GET /public/smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = client.read()
        assert answer.status in (400, 501, 505), answer
        assert client.read_to_end() == b"", "a second answer means that the rest was read as a request"


@pytest.mark.parametrize(
    "path",
    ["/public/../clerk/x", "/public/%2e%2e/clerk", "/public/%00", "/public/a\\b", "/public/%5Cb", "/public/%zz", "/public/%2", "/public/a#b"],
)
def test_a_path_that_can_be_read_in_two_ways_is_refused(relay, path):
    with Client(relay.port) as client:
        answer = client.exchange(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        assert answer.status == 400
        assert b"path_ambiguous" in answer.content


def test_what_is_matched_is_what_is_forwarded(relay):
    with Client(relay.port) as client:
        answer = client.exchange(b"GET /%70ublic//a%7eb HTTP/1.1\r\nHost: a\r\n\r\n")
        assert b'"path":"/public/a~b"' in answer.content


def test_a_header_section_beyond_its_limit_is_refused(relay):
    with Client(relay.port) as client:
        client.send(b"GET /public/x HTTP/1.1\r\nHost: a\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"a" * 1000) for n in range(60)) + b"\r\n")
        assert client.read().status == 431


def test_a_request_line_beyond_its_limit_is_refused(relay):
    with Client(relay.port) as client:
        assert client.exchange(b"GET /public/" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n").status == 414


def test_content_beyond_the_limit_is_refused_before_it_is_sent(relay_to, recording_origin):
    origin = recording_origin()
    gateway = relay_to(origin, limits={"bodyBytes": 1000})
    with Client(gateway.port) as client:
        assert client.exchange(b"POST /public/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n").status == 413
    assert origin.received == b""


def test_chunked_content_beyond_the_limit_never_looks_complete_to_the_origin(relay_to, recording_origin):
    origin = recording_origin()
    gateway = relay_to(origin, limits={"bodyBytes": 1000})
    with Client(gateway.port) as client:
        client.send(b"POST /public/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + b"400\r\n" + b"a" * 0x400 + b"\r\n0\r\n\r\n")
        assert client.read().status == 413
    assert not origin.received.endswith(b"0\r\n\r\n")


def test_trailers_never_reach_the_origin(relay_to, recording_origin):
    origin = recording_origin()
    gateway = relay_to(origin)
    with Client(gateway.port) as client:
        answer = client.exchange(
            b"POST /public/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-User-Id\r\n\r\n"
            b"2\r\nhi\r\n0\r\nX-User-Id: root\r\n\r\n"
        )
        assert answer.status == 200
    assert b"root" not in origin.received
