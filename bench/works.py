"""What all servers are asked to do, in pairs: one of them and the floor, and nobody else.

Both are started for their pair, do the same one right after the other, and end. So whatever
else the machine does meets both alike, and nobody's sockets are in anybody's way.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from bench import report
from bench.contenders import FLOOR, Contender
from bench.cores import Failed, Load, Sample, loading, serving

MEMBERS = 1000
BROADCASTS = {"one": "flow 1", "eight": "flow 8", "burst": "burst 100"}
HAVE_LIMITS = ("ours", "go", "websockets")
"""Whose figures are held to a limit, or are one."""
RATE = 20
"""Messages a second that are paced: with a thousand members, 20,000 deliveries."""


@dataclass(frozen=True)
class Effort:
    """How much is measured: `rounds` where there is a limit, and `least` elsewhere."""

    rounds: int
    least: int
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
    rounds=12,
    least=5,
    seconds=0.2,
    paced=3,
    crowd=5000,
    crowds=6,
    peer_crowds=2,
    keepalive=4,
    sizes=(100, 1000, 5000, 15000),
    slow=4,
    storm=10000,
    storms=3,
)
QUICK = Effort(
    rounds=2,
    least=1,
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
    beside: defaultdict[tuple[str, str], list[Sample]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """What the floor did meanwhile: sample by sample the other of the pair."""
    failures: dict[tuple[str, str], str] = field(default_factory=dict)

    def take(self, work: str, key: str, load: Load, command: str) -> None:
        """Has a load do something and notes it; after a failure, no more of that."""
        if (work, key) in self.failures:
            return
        try:
            self.add(work, key, load.ask(command))
        except Failed as failed:
            self.fail(work, key, failed)

    def take_pair(self, work: str, key: str, load: Load, floor: Load, command: str) -> None:
        """Has a load and the floor's do the same, in turn the one or the other first."""
        if (work, key) in self.failures:
            return
        order = -1 if len(self.samples[work, key]) % 2 else 1
        try:
            sample, base = [each.ask(command) for each in [load, floor][::order]][::order]
        except Failed as failed:
            self.fail(work, key, failed)
            return
        self.add(work, key, sample)
        self.add(work, FLOOR.key, base)
        self.beside[work, key].append(base)

    def add(self, work: str, key: str, sample: Sample) -> None:
        self.samples[work, key].append(sample)
        if sample.deliveries:
            self.figures[work, key].append(sample.cost)

    def over_floor(
        self, work: str, key: str, figure: Callable[[Sample], float] = attrgetter("cost")
    ) -> list[float]:
        """Pair by pair, how many times the floor's; raises KeyError where there is none."""
        if not self.beside.get((work, key)) or not self.samples.get((work, key)):
            raise KeyError(f"{work}, {key}")
        pairs = zip(self.samples[work, key], self.beside[work, key], strict=True)
        return [figure(sample) / figure(base) for sample, base in pairs]

    def fail(self, work: str, key: str, failed: Failed) -> None:
        say(str(failed))
        self.failures[work, key] = str(failed)
        self.samples.pop((work, key), None)
        self.figures.pop((work, key), None)


def say(words: str) -> None:
    report.say("bench/run", words)


def broadcast(book: Book, contenders: Sequence[Contender], effort: Effort) -> None:
    """A message to a thousand: one in flight, eight, and a hundred members at once."""
    commands = {work: f"{command} {effort.seconds}" for work, command in BROADCASTS.items()}
    for contender in in_turn(contenders, effort):
        beside_floor(book, contender, commands, MEMBERS)


def echo(book: Book, contenders: Sequence[Contender], effort: Effort) -> None:
    """A hundred members that each get back what they send."""
    for contender in in_turn([each for each in contenders if each.echo], effort):
        beside_floor(book, contender, {"echo": f"echo {effort.seconds}"}, 100, echoes=True)


def paced(book: Book, contenders: Sequence[Contender], effort: Effort) -> None:
    """Twenty thousand deliveries a second, which leaves everybody time to breathe."""
    for contender in in_turn(contenders, effort, ("ours",)):
        beside_floor(book, contender, {"paced": f"paced {RATE} {effort.paced}"}, MEMBERS)


def in_turn(
    contenders: Sequence[Contender], effort: Effort, limited: Sequence[str] = HAVE_LIMITS
) -> Iterator[Contender]:
    """All but the floor, again and again: oftener who has a limit."""
    for turn in range(effort.rounds):
        for each in contenders:
            if each != FLOOR and (turn < effort.least or each.key in limited):
                say(f"round {turn + 1}: {each.name}")
                yield each


def beside_floor(
    book: Book, contender: Contender, commands: dict[str, str], number: int, *, echoes: bool = False
) -> None:
    """A contender and the floor, started for this with so many members each, do each work."""
    if ("start", contender.key) in book.failures:
        return
    paths = [each.echo or "" if echoes else each.broadcast for each in (contender, FLOOR)]
    try:
        with (
            serving(contender) as served,
            serving(FLOOR) as below,
            loading(served, paths[0], number) as load,
            loading(below, paths[1], number) as floor,
        ):
            for work, command in commands.items():
                book.take_pair(work, contender.key, load, floor, command)
    except Failed as failed:
        book.fail("start", contender.key, failed)


def crowd(book: Book, contenders: Sequence[Contender], effort: Effort) -> None:
    """Many members come in and stay: how fast, and what each of them takes up."""
    for turn in range(effort.crowds):
        say(f"round {turn + 1}: {effort.crowd:,} members come in")
        for contender in contenders:
            counts = contender.key in ("ours", "ours-json")
            if (not counts and turn >= effort.peer_crowds) or _failed(book, contender):
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
