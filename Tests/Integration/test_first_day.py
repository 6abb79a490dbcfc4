"""The day Segue is put in front: `segue init`, then `serve`, and the application gets what it got before, byte for byte.

What differs is named here, and nothing else may:

- Segue adds `Via`, `X-Forwarded-For`, `X-Forwarded-Host`, `X-Forwarded-Proto`, `X-Request-Id` and `traceparent` (RFC 9110 §7.6.3), in place of
  what a client that is no trusted proxy says of itself in fields of these names, `Forwarded`, `X-Forwarded-Port` and `X-Real-IP`;
- hop-by-hop fields end here: `Connection` and what it names, `Keep-Alive`, `TE`, `Proxy-*`, `Trailer`, and `Upgrade` but for a WebSocket;
- framing is written anew, with the same content: `Content-Length` stands behind the other fields, chunks may be cut elsewhere;
- identity fields (`X-User-Id` and its companions, in every spelling) never come from a client;
- the version is HTTP/1.1, and the path in its canonical form.
"""

import re
import subprocess
from pathlib import Path

import pytest

from harness.migrations import NAMES, Migration
from harness.processes import Process, free_port, wait_until
from harness.raw import Client
from harness.recording import RecordingOrigin

ADDED = {"via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-request-id", "traceparent"}
FRAMING = {"content-length", "transfer-encoding"}
HOP_BY_HOP = {"connection", "keep-alive", "te", "trailer", "proxy-connection", "proxy-authorization", "upgrade"}

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoiNCJ9.c2lnbmF0dXJl"

#: Requests that are legal, and that a careless intermediary would tidy up.
LEGAL = {
    "plain": b"GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n",
    "odd case and order": b"GET /api/v1/sessions HTTP/1.1\r\naCCept: */*\r\nHOST: API.Example.com:80\r\nx-b: 2\r\nX-A: 1\r\nx-b: 1\r\n\r\n",
    "empty and long values": b"GET /x HTTP/1.1\r\nHost: a\r\nX-Empty:\r\nX-Long: " + b"v" * 8000 + b"\r\n\r\n",
    "white space": b"GET /x HTTP/1.1\r\nHost: a\r\nX-Tab:\ta\tb  c\r\nX-Trailing: a  \r\nX-Tight:a\r\n\r\n",
    "bytes beyond ASCII": b"GET /x HTTP/1.1\r\nHost: a\r\nX-Name: caf\xc3\xa9 \xff\r\n\r\n",
    "underscores and dots in names": b"GET /x HTTP/1.1\r\nHost: a\r\nX_Custom: 1\r\nX.Dot: 2\r\n!#$%&'*+-.^_`|~0: 3\r\n\r\n",
    "every character of a path": b"GET /api/users/a-b.c_d~e/%20%22%3C%3E/@:!$&'()*+,;=/caf%C3%A9 HTTP/1.1\r\nHost: a\r\n\r\n",
    "an encoded slash": b"GET /api/v1/sessions/a%2Fb/%2f HTTP/1.1\r\nHost: a\r\n\r\n".replace(b"%2f", b"%2F"),
    "a final slash": b"GET /api/v1/prompts/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "any query": b"GET /x?a=1&a=2&&=x;y%zz&%61=+&?/[]{}|^`\"<> HTTP/1.1\r\nHost: a\r\n\r\n".replace(b'"<>', b"").replace(b"{}|^`", b""),
    "an empty query": b"GET /x? HTTP/1.1\r\nHost: a\r\n\r\n",
    "an asserted user": b"GET /api/scheduled-posts?user_id=user_2abc&user_id=other HTTP/1.1\r\nHost: a\r\n\r\n",
    "a token that nobody knows": f"GET /x HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode(),
    "a scheme of its own": b"GET /x HTTP/1.1\r\nHost: a\r\nAuthorization: Legacy s3cr3t-of-nobody\r\n\r\n",
    "basic": b"GET /x HTTP/1.1\r\nHost: a\r\nauthorization: Basic dTpw\r\n\r\n",
    "an empty scheme": b"GET /x HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer\r\n\r\n",
    "two Authorization fields": b"GET /x HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a.b.c\r\nAuthorization: Basic dTpw\r\n\r\n",
    "cookies": b"GET /x HTTP/1.1\r\nHost: a\r\nCookie: session_token=nobodys; __session=a.b.c;x=1 ; y\r\nCookie: session_token=\"q\"\r\n\r\n",
    "a cross-site cookie": b"POST /x HTTP/1.1\r\nHost: a\r\nOrigin: https://evil.example\r\nSec-Fetch-Site: cross-site\r\nCookie: session_token=n\r\nContent-Length: 1\r\n\r\nx",
    "content": b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\nContent-Length: 260\r\n\r\n" + bytes(range(256)) + b"\r\n\r\n",
    "no content": b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "neither length": b"POST /x HTTP/1.1\r\nHost: a\r\n\r\n",
    "content of a GET": b"GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
    "chunks": b"PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0005;ext=1\r\ndefgh\r\n0\r\n\r\n",
    "a preflight": b"OPTIONS /x HTTP/1.1\r\nHost: a\r\nOrigin: https://app.example.com\r\nAccess-Control-Request-Method: PUT\r\n\r\n",
    "a method of its own": b"PROPFIND /dav/a HTTP/1.1\r\nHost: a\r\nDepth: 1\r\n\r\n",
    "a delete": b"DELETE /api/v1/prompts/7 HTTP/1.1\r\nHost: a\r\nX-HTTP-Method-Override: PATCH\r\n\r\n",
    "conditions and ranges": b'GET /x HTTP/1.1\r\nHost: a\r\nIf-None-Match: W/"a", "b"\r\nRange: bytes=0-1,5-\r\nAccept-Encoding: gzip;q=0\r\n\r\n',
    "an IPv6 host": b"GET /x HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n",
    "tracing": b"GET /x HTTP/1.1\r\nHost: a\r\ntracestate: a=1\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nX-Request-Id: mine-1\r\n\r\n",
}  # fmt: skip


@pytest.fixture(scope="module", params=NAMES)
def pair(request, postgres, tmp_path_factory, binary, logs):
    """An application, and Segue in front of it as `init` and `serve` put it there; nothing else was done to the database."""
    origin = RecordingOrigin()
    it = Migration(request.param, postgres, tmp_path_factory.mktemp("first-day"))
    it.environment |= {"JWT_SECRET": "a-secret-of-the-old-application-01"}
    port = free_port()
    it.init("--origin", origin.url, "--listen", f"127.0.0.1:{port}")
    settings = it.settings
    settings["admin"]["address"] = f"127.0.0.1:{free_port()}"
    it.configure(settings)
    process = Process([str(binary), "serve", str(it.file)], logs / f"first-day-{request.param}.log", it.environment)
    process.start()
    process.wait_listening(port)
    yield origin, port
    assert process.stop() == 0
    origin.close()


def forget(origin: RecordingOrigin) -> None:
    """Segue keeps its connections to the application open."""
    for connection in origin.connections:
        connection.clear()


def received(origin: RecordingOrigin, port: int, request: bytes) -> bytes:
    """What the application got when the request was sent to this port."""
    forget(origin)
    with Client(port) as client:
        method = request.split(b" ", 1)[0].decode()
        answer = client.exchange(request, method)
        assert answer.status == 200, answer
    return origin.received


class Message:
    def __init__(self, data: bytes):
        head, _, content = data.partition(b"\r\n\r\n")
        self.line, *lines = head.split(b"\r\n")
        self.fields = [(line.split(b":", 1)[0].decode("latin-1"), line) for line in lines]
        self.content = self.unframed(content)

    def unframed(self, content: bytes) -> bytes:
        if not any(name.lower() == "transfer-encoding" for name, _ in self.fields):
            return content
        whole = b""
        while True:
            size, _, content = content.partition(b"\r\n")
            length = int(size.partition(b";")[0], 16)
            if length == 0:
                return whole
            whole, content = whole + content[:length], content[length + 2 :]

    def lines(self, without: set[str]) -> list[bytes]:
        return [line for name, line in self.fields if name.lower() not in without]

    def framing(self) -> list[tuple[str, bytes]]:
        return [(name.lower(), line.partition(b":")[2].strip()) for name, line in self.fields if name.lower() in FRAMING]


@pytest.mark.parametrize("name", LEGAL)
def test_the_application_gets_what_it_got_before(pair, name):
    origin, port = pair
    before, after = (Message(received(origin, at, LEGAL[name])) for at in (origin.port, port))
    assert after.line == before.line
    own = ADDED | FRAMING
    assert after.lines(without=own) == [line.rstrip(b" \t") if line.endswith(b" ") else line for line in before.lines(without=own)]
    assert (after.framing(), after.content) == (before.framing(), before.content)
    added = {name.lower() for name, _ in after.fields} - {name.lower() for name, _ in before.fields}
    assert added <= ADDED
    # A client's own id and trace go on as they came.
    for field in ("x-request-id", "traceparent", "tracestate"):
        given = [line for one, line in before.fields if one.lower() == field]
        if given:
            assert [line.partition(b":")[2].strip() for one, line in after.fields if one.lower() == field] == [
                line.partition(b":")[2].strip() for line in given
            ]


def test_many_requests_on_one_connection_stay_in_order(pair):
    origin, port = pair
    forget(origin)
    requests = [LEGAL[name] for name in ("plain", "content", "chunks", "cookies", "an encoded slash")]
    with Client(port) as client:
        client.send(b"".join(requests))
        assert [client.read().status for _ in requests] == [200] * len(requests)
    lines = re.findall(rb"^[A-Z]+ \S+ HTTP/1\.1\r$", origin.received, re.MULTILINE)
    assert [line.rstrip() for line in lines] == [request.split(b"\r\n")[0] for request in requests]


# What differs, and how.


@pytest.mark.parametrize(
    ("sent", "got"),
    [
        (b"GET /a%7Eb/%c3%a9 HTTP/1.1", b"GET /a~b/%C3%A9 HTTP/1.1"),
        (b"GET //a///b HTTP/1.1", b"GET /a/b HTTP/1.1"),
        (b"GET http://a/x?y HTTP/1.1", b"GET /x?y HTTP/1.1"),
        (b"GET /x HTTP/1.0", b"GET /x HTTP/1.1"),
    ],
)
def test_the_line_is_canonical(pair, sent, got):
    origin, port = pair
    assert Message(received(origin, port, sent + b"\r\nHost: a\r\n\r\n")).line == got


def test_fields_that_end_here_or_that_only_segue_may_say(pair):
    origin, port = pair
    request = (
        b"GET /x HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-Mine\r\nX-Mine: 1\r\nKeep-Alive: timeout=5\r\nTE: trailers\r\n"
        b"Proxy-Authorization: Basic dTpw\r\nX-User-Id: 1\r\nx_user_id: 2\r\nX-Real-IP: 1.2.3.4\r\nX-Forwarded-For: 1.2.3.4\r\n"
        b"Forwarded: for=1.2.3.4\r\nX-Kept: yes\r\n\r\n"
    )
    message = Message(received(origin, port, request))
    assert message.lines(without=ADDED | FRAMING) == [b"Host: a", b"X-Kept: yes"]
    assert b"1.2.3.4" not in b"".join(line for _, line in message.fields)


def test_a_websocket_s_handshake_goes_through(pair):
    origin, port = pair
    forget(origin)
    with Client(port) as client:
        client.send(
            b"GET /ws/1 HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat\r\n\r\n"
        )
        # This application does not upgrade, which it says to whoever asks.
        assert client.read().status == 200
    message = Message(origin.received)
    assert message.lines(without=ADDED | HOP_BY_HOP) == [
        b"Host: a", b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Protocol: chat",
    ]  # fmt: skip
    assert {line.lower() for name, line in message.fields if name.lower() in HOP_BY_HOP} == {b"connection: upgrade", b"upgrade: websocket"}


# The guide.

GUIDE = Path(__file__).parents[2] / "docs/start.md"
APPLICATION = """
DROP TABLE sessions; DROP TABLE users;
CREATE TABLE users (
    id varchar(36) PRIMARY KEY, email varchar(200) NOT NULL, hashed_password varchar(200), role varchar(20) NOT NULL DEFAULT 'user',
    email_verified boolean NOT NULL DEFAULT true);
CREATE TABLE sessions (token varchar(80) PRIMARY KEY, user_id varchar(36) NOT NULL REFERENCES users, expires_at timestamp NOT NULL);
INSERT INTO users (id, email) VALUES ('7', 'ada@example.com');
"""


def test_the_commands_of_the_guide_lead_to_a_first_flip(users, clerk, binary, tmp_path, recording_origin, logs):
    users.execute(APPLICATION)
    origin, port = recording_origin(), free_port()
    (tmp_path / "segue").symlink_to(binary)
    (tmp_path / "openapi.json").write_text('{"paths": {"/api/v1/posts": {"get": {}}}}')
    token = clerk.token(clerk.add_user("ada@example.com"))
    (tmp_path / "token.txt").write_text(token)
    environment = {
        "PATH": f"{tmp_path}:/usr/bin:/bin", "DATABASE_URL": users.url, "CLERK_SECRET_KEY": clerk.secret_key,
        "CLERK_PUBLISHABLE_KEY": "pk_test_cHJlc2VudC13YXNwLTUzLmNsZXJrLmFjY291bnRzLmRldiQ", "SEGUE_CLERK_ISSUER": clerk.issuer,
        "SEGUE_CLERK_JWKS_URL": f"{clerk.url}/.well-known/jwks.json", "CLERK_API_URL": clerk.url,
    }  # fmt: skip
    gateway = Process(["segue", "serve"], logs / f"guide-{port}.log", environment, tmp_path)
    gateway.command[0] = str(tmp_path / "segue")
    block = GUIDE.read_text().split("```sh\n")[1].split("```")[0]
    commands = [line for line in block.splitlines() if line.startswith("segue ")]
    assert commands[-1].startswith("segue flip posts dual")
    said = {}
    try:
        for command in commands:
            name = command.split()[1]
            if name == "serve":
                gateway.start()
                gateway.wait_listening(port)
                continue
            line = command.replace("http://127.0.0.1:8000", origin.url)
            result = subprocess.run(["sh", "-c", line], capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=60)
            said[name] = result.stdout + result.stderr
            assert result.returncode == 0, f"{command}\n{said[name]}"
            if name == "init":
                file = tmp_path / "routes.json"
                text = file.read_text().replace("127.0.0.1:8080", f"127.0.0.1:{port}")
                file.write_text(text.replace("127.0.0.1:9901", f"127.0.0.1:{free_port()}"))

        assert 'no column "clerk_user_id"' in said["doctor"] and "segue schema apply --add" in said["doctor"]
        assert "it would link 7" in said["explain"]

        request = f"GET /api/v1/posts HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        wait_until(lambda: b"\r\nX-User-Id: 7\r\n" in received(origin, port, request), "the flipped route says who is calling")
    finally:
        assert gateway.stop() in (0, None)
