"""The report: what was found, as tables."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from bench.contenders import FLOOR, PEER_LIST, as_json, missing, variants
from bench.cores import Sample
from bench.report import ms, table
from bench.verdicts import verdicts
from bench.works import BROADCASTS, Book

NONE = "-"
FULL = 95
"""Per cent of a core that count as all of it."""
UNITS = {"one": "one in flight", "eight": "eight", "burst": "burst", "echo": "echo"}


def all_of(book: Book) -> list[str]:
    """Every table that there are figures for, each with its heading, and what was left out."""
    parts = {
        "What it must reach": verdicts(book),
        "Processor time, side by side": costs(book),
        "Delivery, side by side": latencies(book),
        "Members, side by side": crowds(book),
        "The load and the server": shares(book),
        "Few members and many": growth(book),
        "Ours in two ways": two_ways(book),
    }
    report = [f"## {name}\n\n{part}" for name, part in parts.items() if part]
    return [*report, *left_out(book)]


def left_out(book: Book) -> list[str]:
    """What could not be had, and what was asked and did not come to an end, in sentences."""
    parts = []
    if absent := missing():
        parts.append(f"Not to be had on this machine: {', '.join(absent)}.")
    names = names_by_key()
    for (work, key), _ in book.failures.items():
        parts.append(f"Left out: {names.get(key, key)} at `{work}`, which it did not complete.")
    return parts


def names_by_key() -> dict[str, str]:
    """Everybody in the order of the tables."""
    ours = [each for variant in variants() for each in (variant, as_json(variant))]
    return {each.key: each.name for each in [*PEER_LIST[:2], *ours, *PEER_LIST[2:]]}


def costs(book: Book) -> str:
    head = "server|" + "|".join(f"{name}, µs|over floor" for name in UNITS.values())
    return _side_by_side(
        book,
        head,
        lambda key: [cell for work in UNITS for cell in _cost(book, work, key)],
    )


def _cost(book: Book, work: str, key: str) -> list[str]:
    """The median in microseconds, and over that of the floor, pair by pair."""
    values = book.figures.get((work, key))
    if not values:
        return [NONE, NONE]
    over = f"{median(book.over_floor(work, key)):.2f}" if (work, key) in book.beside else NONE
    return [f"{median(values) * 1e6:.2f}", "1.00" if key == FLOOR.key else over]


def latencies(book: Book) -> str:
    works = {**UNITS, "paced": "20,000 a second"}
    head = "server|" + "|".join(f"{name}, ms: p50|p99" for name in works.values())
    return _side_by_side(
        book, head, lambda key: [cell for work in works for cell in _times(book, work, key)]
    )


def _times(book: Book, work: str, key: str) -> list[str]:
    samples = book.samples.get((work, key))
    if not samples:
        return [NONE, NONE]
    return [ms(median(s.p50 for s in samples)), ms(median(s.p99 for s in samples))]


def crowds(book: Book) -> str:
    def cells(key: str) -> list[str]:
        found = [book.figures.get((work, key)) for work in ("memory", "accepts")]
        return [f"{median(values):,.0f}" if values else NONE for values in found]

    return _side_by_side(book, "server|bytes for an idle member|connections a second", cells)


def shares(book: Book) -> str:
    def cells(key: str) -> list[str]:
        return [_share(book.samples.get((work, key), [])) for work in (*UNITS, "accepts")]

    heads = [f"{name}: server / load, %" for name in (*UNITS.values(), "connecting")]
    shown = _side_by_side(book, "|".join(["server", *heads]), cells)
    return f"{shown}\n\n{_pace(book)}" if shown else ""


def _pace(book: Book) -> str:
    """In a sentence: where it was the load that had no time left, and the server had some."""
    names = names_by_key()
    limited = []
    for (work, key), samples in book.samples.items():
        server, load = _use(samples)
        if key in names and load > FULL and load > server:
            limited.append(f"{names[key]} ({UNITS.get(work, work)})")
    if not limited:
        return "The load was nowhere the limit."
    return f"The load set the pace of {', '.join(limited)}, and of nothing else."


def _use(samples: list[Sample]) -> tuple[float, float]:
    """The server's and the load's share of their cores, in per cent."""
    server = median(sample.server / sample.seconds for sample in samples)
    load = median(sample.load / sample.seconds for sample in samples)
    return 100 * server, 100 * load


def _share(samples: list[Sample]) -> str:
    server, load = _use(samples) if samples else (0, 0)
    return f"{server:.0f} / {load:.0f}" if samples else NONE


def growth(book: Book) -> str:
    sizes = [work for work, key in book.figures if work.startswith("members ") and key == "ours"]
    rows = []
    for work in sizes:
        ours, over = _cost(book, work, "ours")
        floor = _cost(book, work, "floor")[0]
        number = f"{int(work.split()[1]):,}"
        rows.append([number, ours, *_times(book, work, "ours"), floor, over])
    head = "members|ours, µs a delivery|p50, ms|p99|floor, µs|ours over floor"
    return table(head, rows) if rows else ""


def two_ways(book: Book) -> str:
    """What only ours was asked, each in a table of two lines or so."""
    tables = (_deflate, _history, _streams, _rooms, _slow, _storm, _keepalive)
    return "\n\n".join(part for each in tables if (part := each(book)))


def _lines(book: Book, head: str, works: dict[str, str], more: Callable[[str], list[str]]) -> str:
    """A line for each work: its name, what `more` says of it, p50 and p99."""
    rows = [
        [name, *more(work), *_times(book, work, "ours")]
        for work, name in works.items()
        if book.samples.get((work, "ours"))
    ]
    return table(f"{head}|p50, ms|p99", rows) if rows else ""


def _deflate(book: Book) -> str:
    def more(work: str) -> list[str]:
        samples = book.samples[work, "ours"]
        each = median(s.bytes / s.deliveries for s in samples)
        taken = "yes" if samples[0].deflated else "no"
        return [_cost(book, work, "ours")[0], f"{each:,.0f}", taken]

    works = {"plain 512": "without", "deflated 512": "permessage-deflate offered"}
    head = "512 bytes to 500 members|µs a delivery|bytes|compressed"
    return _lines(book, head, works, more)


def _history(book: Book) -> str:
    works = {
        f"{work}, {store}": f"{UNITS[work]}, {name}"
        for work in BROADCASTS
        for store, name in (("memory", "nothing kept"), ("process", "SQLite"))
    }
    head = "history, 1,000 members|µs a delivery"
    return _lines(book, head, works, lambda work: [_cost(book, work, "ours")[0]])


def _streams(book: Book) -> str:
    works = {"on sockets": "JSON sockets", "on streams": "Server-Sent Events"}
    head = "5,000 members|µs a delivery"
    return _lines(book, head, works, lambda work: [_cost(book, work, "ours")[0]])


def _rooms(book: Book) -> str:
    works = {"alone": "the only room", "among others": "among others"}
    head = "a room of 1,000|µs a delivery"
    return _lines(book, head, works, lambda work: [_cost(book, work, "ours")[0]])


def _slow(book: Book) -> str:
    def more(work: str) -> list[str]:
        longest = max(s.longest for s in book.samples[work, "ours"])
        peaks = book.figures.get((f"{work}, peak", "ours"))
        return [f"{max(peaks) / 1e6:.0f}" if peaks else NONE, ms(longest)]

    works = {"all read": "all 1,000 read", "some do not": "ten never read, ten a byte a second"}
    return _lines(book, "who reads|server's memory at most, MB|longest, ms", works, more)


def _storm(book: Book) -> str:
    def more(work: str) -> list[str]:
        longest = median(s.longest for s in book.samples[work, "ours"])
        joined = book.figures.get(("all in", "ours"))
        return [f"{median(joined):.1f}" if joined and work == "storm" else NONE, ms(longest)]

    works = {"calm": "nobody connects", "storm": "thousands connect at once"}
    head = "200 members get 20 a second while|seconds until all are in|longest, ms"
    return _lines(book, head, works, more)


def _keepalive(book: Book) -> str:
    rows = []
    for key, name in (("ours", "plain"), ("ours-json", "JSON, with a heartbeat each")):
        if samples := book.samples.get(("keepalive", key)):
            share = 100 * median(book.figures["keepalive", key])
            pings = median(s.pings / s.seconds for s in samples)
            rows.append([name, f"{share:.1f}", f"{pings:,.0f}"])
    head = "5,000 members that are only pinged|% of a core|pings a second"
    return table(head, rows) if rows else ""


def _side_by_side(book: Book, head: str, cells: Callable[[str], list[str]]) -> str:
    """A line for each server of which there is anything to say."""
    rows = [[name, *cells(key)] for key, name in names_by_key().items()]
    rows = [row for row in rows if set(row[1:]) != {NONE}]
    return table(head, rows) if rows else ""
