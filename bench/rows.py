"""What each row of the comparison does."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import load
import tokens

Slices = tuple[Path | None, list[load.Slice]]


@dataclass(frozen=True)
class Variant:
    """How the servers are set up for a row; the rest is the same for all rows."""

    workers: int = 1
    access_log: bool = False
    #: A route is flipped and Clerk's keys are rotated while a round runs (Segue only).
    changing: bool = False


@dataclass(frozen=True)
class Work:
    about: str
    path: str
    #: The tokens of a row: its pool, and what each round takes from it.
    slices: Callable[[tokens.Mint, int], Slices]
    #: What a server is shown before the first round.
    warm_up: Callable[[tokens.Mint], load.Slice]
    variant: Variant = Variant()
    #: Every request on a connection of its own.
    closes: bool = False
    #: The servers that do this work; `None`: all of them.
    only: tuple[str, ...] | None = None


#: Tokens of one round in the rows where each is sent once: about half a second of work.
NEW, NEW_HS256, UNCACHED, DAY = 12_000, 30_000, 12_000, 40_000


def no_tokens(_: tokens.Mint, rounds: int) -> Slices:
    return None, [load.Slice(None)] * rounds


def seen(count: int) -> Callable[[tokens.Mint, int], Slices]:
    def slices(mint: tokens.Mint, rounds: int) -> Slices:
        pool = mint.rs256(tokens.CALLERS)
        return pool, [load.Slice(pool, 0, count)] * rounds

    return slices


def each_once(pool: Path, rounds: int, count: int) -> Slices:
    # The first tokens of the pool are for the warm-up, which makes the callers known.
    return pool, [load.Slice(pool, tokens.CALLERS + number * count, count, once=True) for number in range(rounds)]


def new(mint: tokens.Mint, rounds: int) -> Slices:
    return each_once(mint.rs256(tokens.CALLERS + rounds * NEW), rounds, NEW)


def new_hs256(mint: tokens.Mint, rounds: int) -> Slices:
    return each_once(mint.hs256(tokens.CALLERS + rounds * NEW_HS256), rounds, NEW_HS256)


def uncached(mint: tokens.Mint, rounds: int) -> Slices:
    return each_once(mint.strangers(tokens.CALLERS + rounds * UNCACHED), rounds, UNCACHED)


def day(mint: tokens.Mint, rounds: int) -> Slices:
    pool = mint.day(rounds, DAY)
    return pool, [load.Slice(pool, number * DAY, DAY, once=True) for number in range(rounds)]


def nobody(_: tokens.Mint) -> load.Slice:
    return load.Slice(None)


def callers(mint: tokens.Mint) -> load.Slice:
    return load.Slice(mint.rs256(tokens.CALLERS), 0, tokens.CALLERS)


def old_callers(mint: tokens.Mint) -> load.Slice:
    return load.Slice(mint.hs256(tokens.CALLERS), 0, tokens.CALLERS)


ROWS = {
    "relay": Work("no token, no check", "/relay/item", no_tokens, nobody),
    "one": Work("one session token, seen before", "/clerk/item", seen(1), callers),
    "thousand": Work("1,000 session tokens of 1,000 callers, seen before", "/clerk/item", seen(tokens.CALLERS), callers),
    "new": Work("every session token new, callers seen before", "/clerk/item", new, callers),
    "hs256": Work("every legacy HS256 token new, callers seen before", "/legacy/item", new_hs256, old_callers),
    "uncached": Work(
        "every legacy HS256 token new, and so is its caller: one statement each", "/legacy/item", uncached, old_callers
    ),
    "day": Work(
        "10,000 users by Zipf's law, each with a new session token every minute", "/clerk/item", day, callers
    ),
    "logged": Work(
        "1,000 session tokens, seen before, with an access log", "/clerk/item", seen(tokens.CALLERS), callers,
        Variant(access_log=True),
    ),  # fmt: skip
    "two": Work(
        "1,000 session tokens, seen before, two workers", "/clerk/item", seen(tokens.CALLERS), callers, Variant(workers=2)
    ),
    "changing": Work(
        "as `thousand`, while a route is flipped every half second and Clerk rotates its key", "/clerk/item", seen(tokens.CALLERS),
        callers, Variant(changing=True), only=("segue",)
    ),  # fmt: skip
    "fresh": Work(
        "1,000 session tokens, seen before, each on a new connection", "/clerk/item", seen(tokens.CALLERS), callers, closes=True
    ),
}
