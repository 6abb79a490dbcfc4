"""Requests from several threads until told to stop; every outcome is counted."""

import threading
import time
from collections import Counter
from collections.abc import Callable

import httpx

Send = Callable[[httpx.Client, int], httpx.Response]


class Load:
    """`with Load(send) as load: …` – then `load.outcomes` counts (status, code) and broken exchanges."""

    def __init__(self, send: Send, threads: int = 4, pause: float = 0.0):
        self.send, self.pause = send, pause
        self.outcomes: Counter = Counter()
        #: Refusals of 503 that did not say when to come back.
        self.without_retry_after = 0
        self.answered = 0
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number,), daemon=True) for number in range(threads)]

    def _run(self, number: int) -> None:
        with httpx.Client(timeout=30, trust_env=False) as client:
            count = 0
            while not self._stop.is_set():
                try:
                    response = self.send(client, number * 1_000_000 + count)
                    outcome = (response.status_code, code_of(response))
                except httpx.HTTPError as error:
                    response, outcome = None, (0, type(error).__name__)
                count += 1
                with self._lock:
                    self.outcomes[outcome] += 1
                    self.answered += response is not None
                    if response is not None and response.status_code == 503 and "retry-after" not in response.headers:
                        self.without_retry_after += 1
                time.sleep(self.pause)

    def statuses(self) -> set[int]:
        return {status for status, _ in self.outcomes}

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=40)


def code_of(response: httpx.Response) -> str | None:
    if response.status_code < 400:
        return None
    try:
        return response.json().get("code")
    except ValueError:
        return "not JSON"
