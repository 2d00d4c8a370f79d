"""What a process has at the moment, by the kernel's own count (Linux)."""

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

can_measure = Path("/proc/self/smaps_rollup").exists()


@dataclass(frozen=True)
class Reading:
    """Memory in KB: `rss` in all, `own` what it has written to, and no other process shares.

    What it reads of programs and libraries is left out: that is its own or not as other
    processes come and go. `blocks` are those that Python's objects are in, if they were counted.
    """

    own: int
    rss: int
    descriptors: int
    sockets: int
    threads: int
    blocks: int = 0


def read(pid: int) -> Reading:
    process = Path(f"/proc/{pid}")
    memory = (process / "smaps_rollup").read_text()
    targets = _targets(process / "fd")
    return Reading(
        own=_sum(memory, "Private_Dirty"),
        rss=_sum(memory, "Rss"),
        descriptors=len(targets),
        sockets=sum(target.startswith("socket:") for target in targets),
        threads=len(os.listdir(process / "task")),
    )


def _sum(memory: str, name: str) -> int:
    return sum(map(int, re.findall(rf"^{name}:\s+(\d+) kB", memory, re.M)))


def _targets(folder: Path) -> list[str]:
    found = []
    for name in os.listdir(folder):
        with suppress(FileNotFoundError):  # closed meanwhile
            found.append(os.readlink(folder / name))
    return found
