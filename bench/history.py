"""What storing costs: memory, process and power side by side.

Each figure is the median of several short runs, and the stores take turns in each round,
so that whatever else the machine does meets all of them alike.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles

from bench import report, tabs
from bench.load import Published, fan_out, publish
from bench.report import ms, table
from bench.server import ROOT, STORES, all_running, sync_time, traced

REPORT = ROOT / "docs" / "history.md"
PUBLISHERS = (1, 10, 100)
CROWD = 1000


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    rounds: int
    seconds: float
    messages: int
    sittings: int
    samples: int


FULL = Effort(rounds=5, seconds=1.5, messages=30, sittings=3, samples=100)
QUICK = Effort(rounds=2, seconds=0.5, messages=10, sittings=1, samples=40)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench/history", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under a minute; writes nothing")
    effort = QUICK if parser.parse_args().quick else FULL
    if sys.platform != "linux":
        sys.exit("bench/history: needs Linux, whose /proc says what the server's processor time is")
    start, synced = time.monotonic(), f"{sync_time() * 1000:.2f}"
    parts = [
        report.machine(f", SQLite {sqlite3.sqlite_version}; this disk syncs 4 KiB in {synced} ms"),
        publishing(effort),
        syncing(effort),
        crowd(effort),
        typing(effort),
    ]
    whole = "\n\n".join(parts)
    print(f"\n{whole}\n\n{time.monotonic() - start:.0f} seconds")
    if effort is FULL:
        report.write(REPORT, "bench/history", whole)


# -- what is measured ------------------------------------------------------------


def publishing(effort: Effort) -> str:
    runs: dict[tuple[int, str], list[Published]] = defaultdict(list)
    with all_running(list(STORES)) as servers:
        for turn in range(effort.rounds):
            for publishers in PUBLISHERS:
                say(f"round {turn + 1}: {publishers} publishers")
                for store, server in servers.items():
                    run = publish(server, publishers, effort.seconds)
                    runs[publishers, store].append(run)
    rows = [
        [
            str(publishers),
            store,
            *figures(runs[publishers, store]),
        ]
        for publishers in PUBLISHERS
        for store in STORES
    ]
    return table(
        "publishers|store|messages/s|server CPU, µs a message|send to ack, ms: p50|p99"
        "|send to delivery, ms: p50|p99",
        rows,
    )


def figures(runs: list[Published]) -> list[str]:
    def times(value: Callable[[Published], list[float]]) -> list[str]:
        return [ms(median(percentile(value(run), p) for run in runs)) for p in (50, 99)]

    return [
        f"{median(len(run.acks) / run.seconds for run in runs):,.0f}",
        f"{median(run.cpu / len(run.acks) for run in runs) * 1e6:,.0f}",
        *times(lambda run: run.acks),
        *times(lambda run: run.deliveries),
    ]


def syncing(effort: Effort) -> str:
    say("messages per sync")
    with traced("power") as found:
        if not found:
            return "Messages per sync: not measured, there is no strace here."
        server, syncs = found
        rows = []
        for publishers in PUBLISHERS:
            runs = [
                publish(server, publishers, effort.seconds, syncs) for _ in range(effort.rounds)
            ]
            rows.append(
                [
                    str(publishers),
                    f"{median(len(run.acks) / max(1, run.syncs) for run in runs):,.1f}",
                    f"{median(run.syncs / run.seconds for run in runs):,.0f}",
                ]
            )
    return table("publishers, `power`|messages per sync|syncs/s", rows)


def crowd(effort: Effort) -> str:
    times: dict[str, list[list[float]]] = defaultdict(list)
    with all_running(list(STORES)) as servers:
        for turn in range(effort.rounds):
            say(f"round {turn + 1}: {CROWD} members")
            for store, server in servers.items():
                times[store].append(fan_out(server.port, CROWD, effort.messages, every=0.05))
    rows = [
        [
            store,
            *(ms(median(percentile(run, p) for run in runs)) for p in (50, 99)),
            *(ratio(runs, times["memory"], p) for p in (50, 99)),
        ]
        for store, runs in times.items()
    ]
    return table(f"{CROWD:,} members|send to delivery, ms: p50|p99|over `memory`, p50|p99", rows)


def typing(effort: Effort) -> str:
    if not tabs.browser():
        return "Enter to visible: not measured, there is no Chromium here."
    times: dict[tuple[str, int], list[list[float]]] = defaultdict(list)
    for turn in range(effort.sittings):
        for store in ("memory", "power"):
            for listening in (0, CROWD):
                say(f"round {turn + 1}: Enter to visible, {store}, {listening + 2} members")
                sitting = tabs.enter_to_visible(store, listening, effort.samples)
                times[store, listening + 2].append(sitting)
    rows = [
        [store, f"{members:,}", *(ms(median(percentile(run, p) for run in runs)) for p in (50, 99))]
        for (store, members), runs in times.items()
    ]
    return table("store|members|Enter to visible, ms: p50|p99", rows)


# -- how it is shown -------------------------------------------------------------


def percentile(values: list[float], which: int) -> float:
    return quantiles(values, n=100, method="inclusive")[which - 1]


def ratio(runs: list[list[float]], base: list[list[float]], which: int) -> str:
    """The median over the rounds, each compared with its own neighbour."""
    pairs = zip(runs, base, strict=True)
    return f"{median(percentile(a, which) / percentile(b, which) for a, b in pairs):.2f}"


def say(words: str) -> None:
    report.say("bench/history", words)


if __name__ == "__main__":
    main()
