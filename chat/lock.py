"""Holds the log's file for one process, and remembers beside it how the file was left.

A backup put in the file's place would give ids a second time, and nothing within it could
tell. So each process that writes is a *run* with a name of its own, which stands in the
file and here, with the number of ids that were given. A file that another run wrote last,
or that has given fewer ids, is not the one that was left here.
"""

import fcntl
import os
import secrets
from contextlib import suppress
from pathlib import Path

UNNAMED = "-"
"""The run of a version that named none; it left an empty lock."""


def new_run() -> str:
    return secrets.token_hex(8)


def sync_folder(folder: Path) -> None:
    """A file that was made in it, or moved there, is there after a power cut too."""
    file = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


class Lock:
    """The lock on the file at `path`; raises BlockingIOError when another process has it."""

    def __init__(self, path: Path) -> None:
        self._path = Path(f"{path}.lock")
        known = self._path.exists()
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not known:
                self._begin()
            self._runs, self._ids = self._read()
        except BaseException:
            self.close()
            raise

    def knows(self, run: str, ids: int) -> bool:
        """Whether a file that this run wrote last, with so many ids, is the one left here."""
        return run in self._runs and ids >= self._ids

    def announce(self, old: str, new: str) -> None:
        """From here on the file may have the new run's name: on the disk before that is."""
        self._write(old, new, self._ids)
        os.fsync(self._file)
        sync_folder(self._path.parent)

    def note(self, run: str, ids: int) -> None:
        """The file has this run's name, and so many ids; no sync, which would cost too much.

        Without it, as on a full disk, a backup of this very run may pass for the file.
        """
        self._ids = ids
        with suppress(OSError):
            self._write(run, run, ids)

    def close(self) -> None:
        os.close(self._file)

    def _begin(self) -> None:
        """A lock that is made now knows no file at all, not even one of an older version."""
        try:
            self._write(new_run(), new_run(), 0)
        except OSError:
            self._path.unlink()
            raise

    def _read(self) -> tuple[set[str], int]:
        match os.pread(self._file, 100, 0).decode(errors="replace").split():
            case []:
                return {UNNAMED}, 0
            case [old, new, ids] if ids.isdecimal():
                return {old, new}, int(ids)
            case _:
                return set(), 0

    def _write(self, old: str, new: str, ids: int) -> None:
        """Always as long as before, so that no moment leaves half a line."""
        os.pwrite(self._file, f"{old:>16} {new:>16} {ids:>20}\n".encode(), 0)
