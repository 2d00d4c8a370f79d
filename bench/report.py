"""What a report is made of: the machine, tables, times in words, and its place in a page."""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

import tornado


def machine(more: str = "") -> str:
    """What this ran on, with the versions of what is always there; `more` follows those."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    priority = f", and this ran at priority {os.nice(0)}" if os.nice(0) else ""
    return (
        f"Measured on {datetime.now(UTC):%d %B %Y}: {os.cpu_count()} cores ({model}),"
        f" Linux {platform.release().partition('-')[0]}, Python {platform.python_version()},"
        f" Tornado {tornado.version}{more}. Other work ran on the machine"
        f" (load {os.getloadavg()[0]:.1f} at the start){priority}."
    )


def table(head: str, rows: list[list[str]]) -> str:
    """A Markdown table; a column with a cell that starts with a digit is set to the right."""
    names = head.split("|")
    numbers = [any(row[n][:1].isdigit() for row in rows) for n in range(len(names))]
    lines = [names, ["--:" if is_number else ":--" for is_number in numbers]]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [*lines, *rows])


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f}" if seconds >= 0.01 else f"{seconds * 1000:.2f}"


def say(command: str, words: str) -> None:
    print(f"{command}: {words}", file=sys.stderr, flush=True)


def write(page: Path, command: str, report: str) -> None:
    """Puts a report between the marks that `command` has in a page."""
    begin, end = f"<!-- begin: written by {command} -->", "<!-- end -->"
    before, rest = page.read_text().split(begin)
    _, after = rest.split(end)
    page.write_text(f"{before}{begin}\n{report}\n{end}{after}")
