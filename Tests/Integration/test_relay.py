"""The plain relay, as curl and a FastAPI application see it."""

import hashlib
import json
import os
import subprocess
import time

import httpx
import pytest

from harness.gateway import seen


def curl(*words: str, content: bytes | None = None) -> subprocess.CompletedProcess:
    return subprocess.run(["curl", "-sS", "--max-time", "30", *words], input=content, capture_output=True)


def test_a_request_reaches_the_origin_with_method_path_and_query_as_sent(relay):
    answer = json.loads(curl(f"{relay.url}/public/items/7?b=2&a=1&a=%20x").stdout)
    assert (answer["method"], answer["path"], answer["query"]) == ("GET", "/public/items/7", "b=2&a=1&a=%20x")


@pytest.mark.parametrize("size", [0, 1, 65_536, 3_000_000])
def test_content_of_a_known_length_arrives_whole(relay, size):
    content = os.urandom(size)
    answer = json.loads(curl("--data-binary", "@-", "-H", "Expect:", f"{relay.url}/public/items", content=content).stdout)
    assert (answer["method"], answer["length"]) == ("POST", size)
    assert answer["sha256"] == hashlib.sha256(content).hexdigest()


def test_chunked_content_arrives_whole(relay):
    content = os.urandom(1_000_000)
    answer = json.loads(
        curl("-H", "Transfer-Encoding: chunked", "-H", "Expect:", "--data-binary", "@-", f"{relay.url}/public/x", content=content).stdout
    )
    assert answer["sha256"] == hashlib.sha256(content).hexdigest()


def test_curl_waits_for_100_continue_and_gets_it(relay):
    content = os.urandom(2_000_000)
    result = curl("-v", "-H", "Expect: 100-continue", "--data-binary", "@-", f"{relay.url}/public/x", content=content)
    assert b"< HTTP/1.1 100" in result.stderr
    assert json.loads(result.stdout)["sha256"] == hashlib.sha256(content).hexdigest()


def test_head_has_the_fields_of_get_and_no_content(relay):
    result = curl("--head", f"{relay.url}/public/items")
    assert result.stdout.startswith(b"HTTP/1.1 200")
    assert b"content-type: application/json" in result.stdout.lower()


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_content_leaves_the_connection_usable(relay, status):
    url = f"{relay.url}/public/status?code={status}"
    result = curl("-o", os.devnull, "-o", os.devnull, "-w", "%{http_code} %{num_connects}\n", url, url)
    assert result.stdout.split() == [str(status).encode(), b"1", str(status).encode(), b"0"]


def test_a_streamed_answer_arrives_piece_by_piece(relay):
    with httpx.stream("GET", f"{relay.url}/public/stream?count=3&pause=0.5", trust_env=False, timeout=10) as answer:
        arrivals = [(time.monotonic(), piece) for piece in answer.iter_text()]
    assert "".join(piece for _, piece in arrivals) == "piece 0\npiece 1\npiece 2\n"
    assert arrivals[-1][0] - arrivals[0][0] > 0.8, "it was held back until it was whole"


def test_a_large_answer_arrives_whole(relay):
    result = curl("-o", os.devnull, "-w", "%{size_download}", f"{relay.url}/public/bytes?count=50000000")
    assert result.stdout == b"50000000"


def test_many_requests_share_one_connection(relay):
    urls = [f"{relay.url}/public/items/{number}" for number in range(20)]
    discard = [word for _ in urls for word in ("-o", os.devnull)]
    result = curl(*discard, "-w", "%{num_connects}\n", *urls)
    assert result.stdout.split() == [b"1"] + [b"0"] * 19


def test_an_unknown_path_is_404_no_route_and_says_which_request_it_was(relay):
    answer = relay.get("/nowhere")
    assert answer.status_code == 404
    assert answer.json()["code"] == "no_route"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_the_origin_is_told_where_the_request_came_from(relay):
    answer = relay.get("/public/x", headers={"X-Forwarded-For": "203.0.113.9", "X-Request-Id": "ours-1"})
    # The client is no trusted proxy: what it says of its own origin is dropped.
    assert seen(answer, "X-Forwarded-For") == ["127.0.0.1"]
    assert seen(answer, "X-Forwarded-Proto") == ["http"]
    assert seen(answer, "X-Request-Id") == ["ours-1"]
    assert seen(answer, "Via") == ["1.1 segue"]
    assert len(seen(answer, "traceparent")) == 1


def test_hop_by_hop_fields_stay_on_their_hop(relay):
    answer = relay.get("/public/x", headers={"Connection": "X-Private, keep-alive", "X-Private": "1", "Keep-Alive": "5", "TE": "gzip"})
    for name in ("X-Private", "Keep-Alive", "TE", "Proxy-Connection"):
        assert seen(answer, name) == []
