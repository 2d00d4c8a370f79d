"""Says what a soak has left behind, from what was measured and what the members saw."""

from collections import Counter
from dataclasses import dataclass, field

from soak.gauge import Reading

MEMORY, OBJECTS, SOCKETS, DESCRIPTORS = "memory", "objects", "sockets", "descriptors"
THREADS, WAITERS, HOLES, LOGGED, ANSWERS = "threads", "waiters", "holes", "log", "answers"

SHARE, LEAST = 0.05, 3072
"""How much more memory there may be afterwards: 5 %, or 3 MB where that is more.

Python's allocator gives back a megabyte only when nothing at all is left in it, and what is
long-lived lies between what is not: the most that was ever there at once stays in part. So
the warm-up is as long as what follows. What lies in that memory is counted by itself:
"""
FEW = 2000
"""How many more blocks Python's objects may be in: a fraction of one for each connection."""


@dataclass(frozen=True)
class Finding:
    kind: str
    words: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.words}"


@dataclass
class Result:
    """What came of one run: readings with nobody there, and what the members met."""

    engine: str
    start: Reading
    warm: Reading
    end: Reading
    deeds: Counter[str] = field(default_factory=Counter)
    holes: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    log: str = ""
    status: int = 0
    uncollected: int = 0
    """KB of garbage that the collector had not come to, at the end."""


def allowed(warm: Reading) -> int:
    """KB of memory that there may be at the end."""
    return warm.own + max(int(warm.own * SHARE), LEAST)


def judge(result: Result) -> list[Finding]:
    return [*_left(result), *_waiters(result), *_log(result), *_seen(result)]


def _left(result: Result) -> list[Finding]:
    start, warm, end = result.start, result.warm, result.end
    found = []
    if end.own > allowed(warm):
        found.append(Finding(MEMORY, f"{warm.own:,} KB, and then {end.own:,} KB"))
    if end.blocks > warm.blocks + FEW:
        found.append(Finding(OBJECTS, f"{warm.blocks:,} blocks, and then {end.blocks:,}"))
    if end.sockets != start.sockets:
        found.append(Finding(SOCKETS, f"{start.sockets} at first, {end.sockets} at the end"))
    elif end.descriptors != warm.descriptors:
        found.append(Finding(DESCRIPTORS, f"{warm.descriptors}, and then {end.descriptors}"))
    if end.threads != warm.threads:
        found.append(Finding(THREADS, f"{warm.threads}, and then {end.threads}"))
    return found


def _waiters(result: Result) -> list[Finding]:
    """The server says at its end how many it says goodbye to: they were all gone."""
    if "stopping: 0 to say goodbye to" in result.log:
        return []
    said = next((line for line in result.log.splitlines() if "stopping:" in line), "nothing")
    return [Finding(WAITERS, f"nobody is there, but the log says {said!r}")]


def _log(result: Result) -> list[Finding]:
    lines = result.log.splitlines()
    errors = [line for line in lines if " ERROR " in line or line.startswith("Traceback")]
    found = [Finding(LOGGED, f"{len(errors)} lines, such as {errors[0]!r}")] if errors else []
    if result.status:
        found.append(Finding(LOGGED, f"the server ended with {result.status}"))
    return found


def _seen(result: Result) -> list[Finding]:
    holes = [Finding(HOLES, words) for words in result.holes]
    return holes + [Finding(ANSWERS, words) for words in result.wrong]


def summary(result: Result) -> str:
    """A run in one line."""
    start, warm, end = result.start, result.warm, result.end
    return (
        f"{result.engine}: {result.deeds['connections']:,} connections,"
        f" {result.deeds['ids']:,} ids in a row ({result.deeds['came back']} times too slow),"
        f" {warm.own / 1024:.1f} -> {end.own / 1024:.1f} MB"
        f" (and {result.uncollected / 1024:.1f} MB of garbage),"
        f" {warm.blocks:,} -> {end.blocks:,} blocks,"
        f" {start.sockets} -> {end.sockets} sockets, {warm.threads} -> {end.threads} threads,"
        f" {len(judge(result))} findings"
    )
