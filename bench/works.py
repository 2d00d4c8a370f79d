"""What all servers are asked to do, side by side: each work, all of them in turn, again and again.

So whatever else the machine does meets all of them alike, and a figure can be compared with
its neighbour of the same round.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from bench import report
from bench.contenders import Contender
from bench.cores import Failed, Load, Sample, loading, serving

MEMBERS = 1000
BROADCASTS = {"one": "flow 1", "eight": "flow 8", "burst": "burst 100"}
RATE = 20
"""Messages a second that are paced: with a thousand members, 20,000 deliveries."""


@dataclass(frozen=True)
class Effort:
    """How much is measured: `rounds` of each work, or fewer, though never under `least`, when
    they would last longer than `allowance` seconds."""

    rounds: int
    least: int
    allowance: float
    seconds: float
    paced: float
    crowd: int
    crowds: int
    peer_crowds: int
    keepalive: float
    sizes: tuple[int, ...]
    slow: float
    storm: int
    storms: int


FULL = Effort(
    rounds=9,
    least=6,
    allowance=240,
    seconds=0.35,
    paced=1.5,
    crowd=5000,
    crowds=6,
    peer_crowds=2,
    keepalive=4,
    sizes=(100, 1000, 5000, 15000),
    slow=4,
    storm=10000,
    storms=5,
)
QUICK = Effort(
    rounds=3,
    least=2,
    allowance=10,
    seconds=0.1,
    paced=0.5,
    crowd=1000,
    crowds=1,
    peer_crowds=1,
    keepalive=2,
    sizes=(100, 1000, 5000),
    slow=1.5,
    storm=1000,
    storms=1,
)


@dataclass
class Book:
    """What was found, by work and by contender, in the order of the rounds."""

    samples: defaultdict[tuple[str, str], list[Sample]] = field(
        default_factory=lambda: defaultdict(list)
    )
    figures: defaultdict[tuple[str, str], list[float]] = field(
        default_factory=lambda: defaultdict(list)
    )
    failures: dict[tuple[str, str], str] = field(default_factory=dict)

    def take(self, work: str, key: str, load: Load, command: str) -> None:
        """Has a load do something and notes it; after a failure, no more of that."""
        if (work, key) in self.failures:
            return
        try:
            self.add(work, key, load.ask(command))
        except Failed as failed:
            self.fail(work, key, failed)

    def add(self, work: str, key: str, sample: Sample) -> None:
        self.samples[work, key].append(sample)
        if sample.deliveries:
            self.figures[work, key].append(sample.cost)

    def fail(self, work: str, key: str, failed: Failed) -> None:
        say(str(failed))
        self.failures[work, key] = str(failed)
        self.samples.pop((work, key), None)
        self.figures.pop((work, key), None)


def say(words: str) -> None:
    report.say("bench/run", words)


def broadcast(book: Book, contenders: Sequence[Contender], effort: Effort) -> None:
    """A message to a thousand: one in flight, eight, and a hundred members at once."""
    with ExitStack() as stack:
        loads = seats(stack, book, contenders, MEMBERS)
        for turn in rounds(effort):
            for work, command in BROADCASTS.items():
                say(f"round {turn + 1}: {work}")
                for key in in_turn(loads, turn):
                    book.take(work, key, loads[key], f"{command} {effort.seconds}")


def echo(book: Book, contenders: Sequence[Contender], effort: Effort) -> None:
    """A hundred members that each get back what they send."""
    with ExitStack() as stack:
        able = [contender for contender in contenders if contender.echo]
        loads = seats(stack, book, able, 100, echoes=True)
        for turn in rounds(effort):
            say(f"round {turn + 1}: echo")
            for key in in_turn(loads, turn):
                book.take("echo", key, loads[key], f"echo {effort.seconds}")


def paced(book: Book, contenders: Sequence[Contender], effort: Effort) -> None:
    """Twenty thousand deliveries a second, which leaves everybody time to breathe."""
    with ExitStack() as stack:
        loads = seats(stack, book, contenders, MEMBERS)
        for turn in rounds(effort):
            say(f"round {turn + 1}: {RATE * MEMBERS:,} deliveries a second")
            for key in in_turn(loads, turn):
                book.take("paced", key, loads[key], f"paced {RATE} {effort.paced}")


def crowd(book: Book, contenders: Sequence[Contender], effort: Effort) -> None:
    """Many members come in and stay: how fast, and what each of them takes up."""
    for turn in range(effort.crowds):
        say(f"round {turn + 1}: {effort.crowd:,} members come in")
        for contender in contenders:
            ours = contender.key.startswith("ours")
            if (not ours and turn >= effort.peer_crowds) or _failed(book, contender):
                continue
            try:
                _crowd(book, contender, effort.crowd)
            except Failed as failed:
                book.fail("accepts", contender.key, failed)


def _crowd(book: Book, contender: Contender, number: int) -> None:
    # The first hundred bring what is there only once.
    with serving(contender) as served, loading(served, contender.broadcast, 100) as load:
        before = served.memory
        joined = load.ask(f"join {number} 100")
        time.sleep(0.3)
        after = served.memory
    book.samples["accepts", contender.key].append(joined)
    book.figures["accepts", contender.key].append(number / joined.seconds)
    book.figures["memory", contender.key].append((after - before) / number)


def _failed(book: Book, contender: Contender) -> bool:
    return ("accepts", contender.key) in book.failures


def seats(
    stack: ExitStack,
    book: Book,
    contenders: Sequence[Contender],
    number: int,
    *options: str,
    echoes: bool = False,
) -> dict[str, Load]:
    """Each contender running, with so many members in it; one that cannot is noted."""
    loads = {}
    for contender in contenders:
        path = (contender.echo or "") if echoes else contender.broadcast
        try:
            served = stack.enter_context(serving(contender))
            loads[contender.key] = stack.enter_context(loading(served, path, number, *options))
        except Failed as failed:
            book.fail("start", contender.key, failed)
    return loads


def rounds(effort: Effort, most: int = 0) -> Iterator[int]:
    """The number of each round, from 0."""
    end = time.monotonic() + effort.allowance
    for turn in range(most or effort.rounds):
        if turn >= effort.least and time.monotonic() > end:
            return
        yield turn


def in_turn(loads: dict[str, Load], turn: int) -> list[str]:
    """Everybody's key, each round beginning with another."""
    keys = list(loads)
    start = turn % len(keys) if keys else 0
    return keys[start:] + keys[:start]
