"""A power cut, simulated: what was written to the log's file and not synced is gone.

The server runs with unsynced.c preloaded, which notes how to undo each write until
its file is synced. `cut` undoes them. It loses everything that a real cut may lose,
where a real one loses some of it.
"""

import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).with_name("unsynced.c")
HEAD = struct.Struct("=qqq")

can_cut = sys.platform == "linux" and shutil.which("cc")


def preload(data: Path) -> dict[str, str]:
    """Compiles the library; gives the environment that makes a server on `data` use it."""
    library = data / "unsynced.so"
    command = ["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, SOURCE, "-ldl"]
    subprocess.run(command, check=True)
    return {"LD_PRELOAD": str(library), "UNSYNCED": str((data / "broadcaster.db").resolve())}


def cut(data: Path) -> int:
    """Makes the files what they are after a cut, once the server is dead; gives bytes undone."""
    undone = 0
    for notes in data.glob("broadcaster.db*.undo"):
        undone += _undo(notes.with_suffix(""), notes)
        notes.unlink()
    (data / "broadcaster.db-shm").unlink(missing_ok=True)
    return undone


def _undo(path: Path, notes: Path) -> int:
    if not path.exists():
        return 0
    records = list(_records(notes.read_bytes()))
    with path.open("r+b") as file:
        for offset, old, size in reversed(records):
            os.pwrite(file.fileno(), old, offset)
            os.ftruncate(file.fileno(), size)
    return sum(max(len(old), 1) for _, old, _ in records)


def _records(notes: bytes):
    """(offset, old bytes, size of the file) of each write; the last may be cut off."""
    at = 0
    while at + HEAD.size <= len(notes):
        offset, saved, size = HEAD.unpack_from(notes, at)
        old = notes[at + HEAD.size : at + HEAD.size + saved]
        if len(old) == saved:
            yield offset, old, size
        at += HEAD.size + saved
