/// Messages of every kind, good and bad, from which the split and mutation tests start.
enum Corpus {
    static let requests = [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\nGET /a?b HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\n",
        "POST /a/b?c=d HTTP/1.1\r\nHost: example.com:8080\r\nContent-Length: 5\r\nAccept: */*\r\n\r\nhello",
        "PUT http://[::1]:80?x HTTP/1.1\r\nhost: [::1]:80\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n0\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-User-Id\r\nX-User-Id: 1\r\n\r\n",
        "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: a, b\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n", "MKCOL /x HTTP/1.0\r\nConnection: keep-alive\r\nX-Empty:\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\rX\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nA: \0\r\n\r\n", "\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/2.0\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "GET /# HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
        "GET /0123456789012345678901234567890123456789012345678901234567890 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nA: " + String(repeating: "b", count: 300) + "\0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nA: " + String(repeating: "b", count: 280) + "\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "A:\r\n", count: 12) + "\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nCookie: session_token=0123456789; __session=eyJ.eyJ.sig\r\nAuthorization: Bearer a.b-c_d\r\n\r\n",
    ]

    static let responses = [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.0 200\r\n\r\n", "HTTP/1.1 204 \r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 9\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\nConnection: close\r\n\r\n", "\r\nHTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\nA: b\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "HTTP/1.1 700 X\r\n\r\n",
        "HTTP/1.1 204 X\r\nContent-Length: 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "HTTP/3.0 200 OK\r\n\r\n",
    ]

    static let chunked = [
        "0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\nGET / HTTP/1.1",
        "10\r\n0123456789abcdef\r\n1;a=\"b\"\r\n!\r\n00\r\nA: b\r\nC:\r\n\r\nrest",
        "5 ;x\r\nhello\r\n0;y=z\r\n\r\n", "5\nhello\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n", "5;a\nb\r\nhello\r\n0\r\n\r\n",
        "0\r\nA : b\r\n\r\n",
        "0\r\nA: b\n\r\n", "ffffffffffffffff\r\n", "5\r\nhel",
    ]
}
