"""What only this server is asked to do, in two ways that are compared."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace

from bench.contenders import MEMORY, Contender, as_json
from bench.cores import Load, Served, files_allowed, loading, serving
from bench.works import BROADCASTS, MEMBERS, RATE, Book, Effort, beside_floor, say

STORES = {"memory": MEMORY, "process": "--durability=process"}
PINGED = 5000
SLOW = 20
SLOW_TEXT, SLOW_RATE = "x" * 8192, 40
"""Enough that who does not read comes to the end of the budget."""
OTHERS, ROOMS = 5000, 500
IN_ROOM = 200


def keepalive(book: Book, ours: Contender, effort: Effort) -> None:
    """Members that are only pinged, every two seconds: the share of a core that takes."""
    for each, rounds in ((ours, effort.rounds), (as_json(ours), effort.least)):
        say(f"keepalive: {each.name}")
        with ExitStack() as stack:
            load = seat(stack, each.plus(MEMORY, "--ping-interval=2"), PINGED)
            time.sleep(2)
            for _ in range(rounds):
                sample = load.ask(f"idle {effort.keepalive}")
                if sample.pings < 0.4 * PINGED * effort.keepalive:
                    say(f"not counted: {sample.pings} pings in {effort.keepalive} s")
                    continue
                book.samples["keepalive", each.key].append(sample)
                book.figures["keepalive", each.key].append(sample.server / sample.seconds)


def deflate(book: Book, ours: Contender, effort: Effort) -> None:
    """512 bytes to 500 members that offer permessage-deflate, and to 500 that do not."""
    text = f"--text={_like_json(512)}"
    with ExitStack() as stack:
        loads = {
            work: seat(stack, ours.plus(MEMORY), 500, text, *options)
            for work, options in (("plain 512", ()), ("deflated 512", ("--deflate",)))
        }
        for turn in range(effort.rounds):
            say(f"round {turn + 1}: permessage-deflate")
            for work, load in in_turn(loads, turn):
                book.take(work, ours.key, load, f"flow 1 {effort.seconds}")


def history(book: Book, ours: Contender, effort: Effort) -> None:
    """The broadcasts with every message kept in SQLite, and with none."""
    for turn in range(effort.rounds * 3 // 2):
        say(f"round {turn + 1}: history")
        with ExitStack() as stack:
            loads = {
                store: seat(stack, ours.plus(option), MEMBERS) for store, option in STORES.items()
            }
            for work, command in BROADCASTS.items():
                for store, load in in_turn(loads, turn):
                    book.take(f"{work}, {store}", ours.key, load, f"{command} {effort.seconds}")


def growth(book: Book, ours: Contender, effort: Effort) -> None:
    """One message in flight to few members and to many."""
    for turn in range(effort.rounds // 2):
        for number in effort.sizes:
            if number + 100 < files_allowed():
                say(f"round {turn + 1}: {number:,} members")
                commands = {f"members {number}": f"flow 1 {effort.seconds * 3}"}
                beside_floor(book, ours.plus(MEMORY), commands, number)


def streams(book: Book, ours: Contender, effort: Effort) -> None:
    """One message in flight to thousands of sockets, and to as many event streams."""
    number, json = min(effort.crowd, files_allowed() - 100), as_json(ours).plus(MEMORY)
    for turn in range(effort.least):
        say(f"round {turn + 1}: event streams")
        with ExitStack() as stack:
            loads = {
                work: seat(stack, replace(json, broadcast="/r/bench"), number, *options)
                for work, options in (("on sockets", ()), ("on streams", ("--events",)))
            }
            for work, load in in_turn(loads, turn):
                book.take(work, ours.key, load, f"flow 1 {effort.seconds * 3}")


def rooms(book: Book, ours: Contender, effort: Effort) -> None:
    """A room's cost when it is the only one, and among five hundred others."""
    with ExitStack() as stack:
        loads: dict[str, Load] = {}
        for work, others in (("alone", 0), ("among others", OTHERS)):
            served = stack.enter_context(serving(ours.plus(MEMORY)))
            options = f"--rooms={ROOMS}"
            stack.enter_context(loading(served, "/ws/other", others, options))
            loads[work] = stack.enter_context(loading(served, "/ws/bench", MEMBERS))
        for turn in range(effort.rounds):
            say(f"round {turn + 1}: rooms")
            for work, load in in_turn(loads, turn):
                book.take(work, ours.key, load, f"flow 1 {effort.seconds}")


def slow(book: Book, ours: Contender, effort: Effort) -> None:
    """8 KiB forty times a second to a thousand, of whom ten never read and ten hardly do."""
    line, text = f"paced {SLOW_RATE} {effort.slow}", f"--text={SLOW_TEXT}"
    with (
        serving(ours.plus(MEMORY)) as fine,
        serving(ours.plus(MEMORY)) as burdened,
        loading(fine, ours.broadcast, MEMBERS, text) as all_read,
        loading(burdened, ours.broadcast, MEMBERS - SLOW, text) as others,
    ):
        for turn in range(effort.storms):
            say(f"round {turn + 1}: members that do not read")
            book.take("all read", ours.key, all_read, line)
            with loading(burdened, ours.broadcast, SLOW, "--narrow") as slow_ones:
                slow_ones.ask(f"stall {SLOW // 2} {SLOW // 2}")
                book.take("some do not", ours.key, others, line)
            time.sleep(0.3)
        for work, served in (("all read", fine), ("some do not", burdened)):
            book.figures[f"{work}, peak", ours.key].append(served.peak)


def storm(book: Book, ours: Contender, effort: Effort) -> None:
    """A room gets its messages while thousands of others connect all at once."""
    number = min(effort.storm, files_allowed() - 1000)
    lasting = 3.0
    with serving(ours.plus(MEMORY)) as served, loading(served, "/ws/bench", IN_ROOM) as inside:
        quiet = served.descriptors
        for turn in range(effort.storms):
            say(f"round {turn + 1}: {number:,} connect at once")
            book.take("calm", ours.key, inside, f"paced {RATE} {effort.paced}")
            inside.tell(f"paced {RATE} {lasting}")
            with loading(served, "/ws/other", 0) as others:
                time.sleep(0.1)
                came = others.ask(f"join {number} {number}")
                book.add("storm", ours.key, inside.answer())
            book.figures["all in", ours.key].append(came.seconds)
            lasting = min(10.0, max(1.0, came.seconds))
            _until_gone(served, quiet + 50)


def seat(stack: ExitStack, contender: Contender, number: int, *options: str) -> Load:
    """So many members of a server, both there until the stack is left."""
    served = stack.enter_context(serving(contender))
    return stack.enter_context(loading(served, contender.broadcast, number, *options))


def in_turn(loads: dict[str, Load], turn: int) -> list[tuple[str, Load]]:
    """All of them, from one end in one round and from the other in the next."""
    return list(loads.items())[:: -1 if turn % 2 else 1]


def _until_gone(served: Served, number: int) -> None:
    deadline = time.monotonic() + 20
    while served.descriptors > number and time.monotonic() < deadline:
        time.sleep(0.1)


def _like_json(size: int) -> str:
    """A message as programs send them, of so many bytes."""
    people = ["Ada", "Grace", "Edsger", "Barbara", "Donald", "Frances", "Niklaus", "Radia"]
    parts = [
        f'{{"id": {1000 + 37 * n}, "name": "{name}", "online": {str(n % 3 > 0).lower()}}}'
        for n, name in enumerate(people * 3)
    ]
    return ("          " + '{"type": "presence", "people": [' + ", ".join(parts))[:size]


TRIALS = {
    trial.__name__: trial
    for trial in (keepalive, deflate, history, growth, streams, rooms, slow, storm)
}
