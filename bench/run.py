"""This server, its peers and a floor in C: pair by pair, in one run."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from types import FrameType

from bench import contenders, plot, report, tables, works
from bench.cores import CORES, Failed, files_allowed
from bench.server import ROOT
from bench.trials import TRIALS
from bench.works import FULL, QUICK, Book, Effort, say

PAGE = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "pictures" / "performance.svg"
SHOWN = (
    "![Processor time for each delivery by server, for one message in flight, eight in flight,"
    f" and a hundred members at once.](pictures/{PICTURE.name})"
)
SIDE_BY_SIDE = {work.__name__: work for work in (works.broadcast, works.echo, works.crowd)}
WHO_IS_PACED = ("ours", "go")


def main() -> None:
    names = [*SIDE_BY_SIDE, "paced", *TRIALS]
    parser = argparse.ArgumentParser(
        prog="bench/run", description=__doc__, epilog=f"Works: {', '.join(names)}."
    )
    parser.add_argument("--quick", action="store_true", help="under two minutes; writes nothing")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="works or servers")
    options = parser.parse_args()
    if sys.platform != "linux" or len(CORES) < 2:
        sys.exit("bench/run: needs Linux and two cores, one for a server and one for its load")
    signal.signal(signal.SIGTERM, _stop)
    files_allowed()
    os.sched_setaffinity(0, {CORES[1]})
    start, machine = time.monotonic(), report.machine(f", {contenders.versions()}")
    book = Book()
    measure(book, QUICK if options.quick else FULL, options.only, names)
    whole = "\n\n".join([machine, *tables.all_of(book)])
    print(f"\n{whole}\n\n{time.monotonic() - start:.0f} seconds")
    if not options.quick and not options.only:
        plot.draw(book, PICTURE)
        report.write(PAGE, "bench/run", f"{SHOWN}\n\n{whole}")


def measure(book: Book, effort: Effort, only: list[str], names: list[str]) -> None:
    """All that is asked for, into the book; one that fails leaves the rest as it is."""
    who = contenders.side_by_side()
    chosen = [name for name in only if name in names] or names
    if servers := [name for name in only if name not in names]:
        who = [each for each in who if each.key in servers]
    for name in chosen:
        try:
            if work := SIDE_BY_SIDE.get(name):
                work(book, who, effort)
            elif name == "paced":
                some = [each for each in who if each.key in WHO_IS_PACED]
                works.paced(book, some, effort)
            elif not servers or "ours" in servers:
                TRIALS[name](book, contenders.variants()[0], effort)
        except Failed as failed:
            book.fail(name, "ours", failed)


def _stop(number: int, frame: FrameType | None) -> None:
    say(f"stopped by signal {number}")
    sys.exit(128 + number)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
