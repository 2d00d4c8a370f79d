"""The first table of the report: each work, what was reached, and whether that is enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from statistics import median

from bench.contenders import PEER_LIST
from bench.report import table
from bench.stats import Limit, Spread, ratio, spread
from bench.trials import OTHERS, PINGED, ROOMS
from bench.works import Book

PEER_KEYS = [peer.key for peer in PEER_LIST[2:]]


@dataclass(frozen=True)
class Row:
    """One work with its limit; `found` raises KeyError where nothing was measured."""

    work: str
    limit: Limit
    found: Callable[[Book], Spread]
    digits: int = 2


def over_floor(work: str, key: str = "ours") -> Callable[[Book], Spread]:
    """Processor time for each delivery, over the floor's."""
    return lambda book: spread(book.over_floor(work, key))


def over(work: str, other: str) -> Callable[[Book], Spread]:
    """Ours over another's, each as so many times the floor of its own pair."""

    def found(book: Book) -> Spread:
        pairs = zip(book.over_floor(work, "ours"), book.over_floor(work, other), strict=False)
        return ratio(*zip(*pairs, strict=True))  # as many rounds as both had

    return found


def between(work: str, base: str) -> Callable[[Book], Spread]:
    """Processor time for each delivery, of ours in one work over ours in another."""
    return lambda book: ratio(_known(book, work, "ours"), _known(book, base, "ours"))


def itself(work: str, key: str, times: float = 1) -> Callable[[Book], Spread]:
    return lambda book: spread([times * value for value in _known(book, work, key)])


def quickest(work: str) -> Callable[[Book], Spread]:
    """Over the peer that needs least."""

    def found(book: Book) -> Spread:
        here = [key for key in PEER_KEYS if book.beside.get((work, key))]
        if not here:
            raise KeyError(work)
        best = min(here, key=lambda key: median(book.over_floor(work, key)))
        return over(work, best)(book)

    return found


def p99_over_floor(book: Book) -> Spread:
    return spread(book.over_floor("paced", "ours", attrgetter("p99")))


def bytes_deflated(book: Book) -> Spread:
    sizes = []
    for work in ("deflated 512", "plain 512"):
        samples = book.samples.get((work, "ours"))
        if not samples or (work == "deflated 512" and not samples[0].deflated):
            raise KeyError(work)
        sizes.append([sample.bytes / sample.deliveries for sample in samples])
    return ratio(*sizes)


def deflated(book: Book) -> Spread:
    bytes_deflated(book)
    return between("deflated 512", "plain 512")(book)


def growth(book: Book) -> Spread:
    return spread(_grown(book, "ours"))


def growth_over_floor(book: Book) -> Spread:
    return ratio(_grown(book, "ours"), _grown(book, "floor"))


def _grown(book: Book, key: str) -> list[float]:
    """In each round, the dearest number of members over the cheapest."""
    works = [work for work, who in book.figures if work.startswith("members ") and who == key]
    if len(works) < 2:
        raise KeyError("growth")
    sizes = [book.figures[work, key] for work in works]
    return [max(costs) / min(costs) for costs in zip(*sizes, strict=True)]


ROWS = (
    Row("broadcast, one in flight, over the floor", Limit(1.25, 1.05), over_floor("one")),
    Row("the same over Go, gorilla", Limit(1), over("one", "go")),
    Row("the same over websockets", Limit(1), over("one", "websockets")),
    Row("the same over the quickest peer", Limit(None, 1), quickest("one")),
    Row("broadcast, eight in flight, over the floor", Limit(0.35, 0.2), over_floor("eight")),
    Row("the same over the quickest peer", Limit(None, 1), quickest("eight")),
    Row("burst of 100, over the floor", Limit(0.1, 0.04), over_floor("burst"), 3),
    Row("the same over the quickest peer", Limit(None, 1), quickest("burst")),
    Row("echo, over the floor", Limit(1.8, 1.4), over_floor("echo")),
    Row("the same over Go, gorilla", Limit(1), over("echo", "go")),
    Row("bytes for an idle member, JSON", Limit(3000, 1000), itself("memory", "ours-json"), 0),
    Row(
        "connections a second, JSON, welcomed",
        Limit(3500, 10000, least=True),
        itself("accepts", "ours-json"),
        0,
    ),
    Row("p99 at 20,000 deliveries a second, over the floor's", Limit(1.4, 1.15), p99_over_floor),
    Row(f"keepalive of {PINGED:,}, % of a core", Limit(4, 2), itself("keepalive", "ours", 100), 1),
    Row("permessage-deflate over none, processor", Limit(1.2, 1), deflated),
    Row("permessage-deflate over none, bytes", Limit(None, 1), bytes_deflated),
    *(
        Row(
            f"SQLite over memory, {work}", Limit(1.15), between(f"{key}, process", f"{key}, memory")
        )
        for key, work in (
            ("one", "one in flight"),
            ("eight", "eight in flight"),
            ("burst", "burst"),
        )
    ),
    Row("an event stream over a JSON socket", Limit(1.2), between("on streams", "on sockets")),
    Row("dearest over cheapest number of members", Limit(1.3), growth),
    Row("the same over the floor's", Limit(1.3), growth_over_floor),
    Row(
        f"a room among {ROOMS} others with {OTHERS:,} members, over alone",
        Limit(1.1),
        between("among others", "alone"),
    ),
)


def verdicts(book: Book) -> str:
    """The table; a work that was not measured says so instead of a figure."""
    return table("work|ours|95 % interval|at least|aim|met", [_cells(book, row) for row in ROWS])


def _cells(book: Book, row: Row) -> list[str]:
    limits = [_number(limit, row.digits) for limit in (row.limit.must, row.limit.aim)]
    try:
        found = row.found(book)
    except KeyError:
        return [row.work, "-", "not measured", *limits, "-"]
    low, high = _number(found.low, row.digits), _number(found.high, row.digits)
    middle = _number(found.middle, row.digits)
    return [row.work, middle, f"{low} to {high}", *limits, row.limit.met(found)]


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"


def _known(book: Book, work: str, key: str) -> list[float]:
    values = book.figures.get((work, key))
    if not values:
        raise KeyError(f"{work}, {key}")
    return values
