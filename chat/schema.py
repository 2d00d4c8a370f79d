"""The SQLite file: its tables, its versions, and how it is opened.

A file of an older version is brought up to date, one of a newer version or of
another program is refused, and a damaged one is said to be damaged. `Unusable`
says in words what to do.
"""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from chat.lock import Lock, new_run
from chat.tables import Tables

APPLICATION = 0x62726361  # "brca", in the file's header: tells our files from any other

# Each brings a file one version further; the version is the number of those applied.
MIGRATIONS = (
    """
    CREATE TABLE store (
        epoch      TEXT NOT NULL,    -- of rooms to come, and of those never written to
        durability TEXT NOT NULL,    -- of the process that wrote last
        boot       TEXT NOT NULL,    -- of the machine, then
        clean      INTEGER NOT NULL  -- whether that process closed the file
    );
    CREATE TABLE rooms (
        number INTEGER PRIMARY KEY,
        name   TEXT NOT NULL UNIQUE,
        epoch  TEXT NOT NULL,
        head   INTEGER NOT NULL,
        oldest INTEGER NOT NULL
    );
    CREATE TABLE messages (
        room    INTEGER NOT NULL,
        id      INTEGER NOT NULL,
        at      INTEGER NOT NULL,    -- milliseconds since 1970
        person  TEXT NOT NULL,
        name    TEXT NOT NULL,
        body,                        -- text or blob; null where it was deleted, and in a delete
        key     TEXT,
        edits   INTEGER,
        deletes INTEGER,
        PRIMARY KEY (room, id)
    ) WITHOUT ROWID;
    CREATE TABLE keys (
        room   INTEGER NOT NULL,
        person TEXT NOT NULL,
        key    TEXT NOT NULL,
        id     INTEGER NOT NULL,
        digest BLOB NOT NULL,
        at     INTEGER NOT NULL,
        PRIMARY KEY (room, person, key)
    ) WITHOUT ROWID;
    """,
    """
    CREATE INDEX edits_of ON messages (room, edits) WHERE edits IS NOT NULL;
    CREATE INDEX keys_by_age ON keys (at);
    """,
    """
    ALTER TABLE store ADD COLUMN run TEXT NOT NULL DEFAULT '-';  -- that wrote last: see lock.py
    """,
    """
    ALTER TABLE messages ADD COLUMN checksum INTEGER;  -- of the row; null from before there were
    """,
)


class Unusable(Exception):
    """The file cannot be used; `str()` says why, and what to do."""


def connect(path: Path, lock: Lock, token: Callable[[], str]) -> sqlite3.Connection:
    """Opens the file that is locked, makes it if need be, and checks it; raises `Unusable`.

    A file that is in order is only read here, so that a full disk keeps nobody from
    what was said before. Whatever is written is on the disk before it counts, until
    `mark_open` says otherwise.
    """
    db = None
    try:
        db = opened(path)
        _check(db, path)
        _migrate(db)
        _begin_epoch(db, lock, token)
        return db
    except (sqlite3.Error, Unusable) as error:
        if db:
            db.close()
        if isinstance(error, Unusable):
            raise
        raise Unusable(
            f"{path} cannot be used ({error}); see that its disk has room and can be written,"
            " choose another file by --store, or put a backup in its place"
            " as docs/operations.md says"
        ) from error


def opened(path: Path) -> sqlite3.Connection:
    """A connection to the file, which is not looked at any closer; raises sqlite3.Error."""
    try:
        return _opened(path)
    except sqlite3.OperationalError:
        # On a full disk there is no room for the -shm, which one who is alone can do without.
        return _opened(path, "PRAGMA locking_mode = EXCLUSIVE")


def _opened(path: Path, *first: str) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        for pragma in first:
            db.execute(pragma)
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA secure_delete = ON")  # what was deleted is overwritten, not unlinked
        db.execute("SELECT 1 FROM sqlite_schema").fetchone()
        return db
    except sqlite3.Error:
        db.close()
        raise


def mark_open(db: sqlite3.Connection, durability: str, run: str) -> None:
    """Says in the file, with the first thing that is written, that it is in use, and whose.

    `durability` is "power", on disk before anything is acknowledged, or "process",
    which survives the end of the process but not that of the machine.
    """
    db.execute(
        "UPDATE store SET durability = ?, boot = ?, clean = 0, run = ?",
        (durability, boot_id(), run),
    )


def relax(db: sqlite3.Connection, durability: str) -> None:
    """From here on commits are as durable as was asked for; not within a transaction."""
    if durability == "process":
        db.execute("PRAGMA synchronous = NORMAL")


def mark_closed(db: sqlite3.Connection) -> None:
    """Says in the file that nothing of it was left unwritten, and closes it."""
    try:
        db.execute("PRAGMA synchronous = FULL")
        db.execute("UPDATE store SET clean = 1")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        db.close()


def _check(db: sqlite3.Connection, path: Path) -> None:
    version = db.execute("PRAGMA user_version").fetchone()[0]
    ours = db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION
    empty = not db.execute("SELECT 1 FROM sqlite_schema").fetchone()
    if not (ours or empty):
        raise Unusable(f"{path} belongs to another program; choose another file by --store")
    if version > len(MIGRATIONS):
        raise Unusable(
            f"{path} was written by a newer version of this server; start that one,"
            " or choose another file by --store"
        )
    if (found := db.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
        raise Unusable(
            f"{path} is damaged ({found}); put a backup in its place, as docs/operations.md says"
        )


def _migrate(db: sqlite3.Connection) -> None:
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(f"PRAGMA application_id = {APPLICATION}")
    for number, script in enumerate(MIGRATIONS[version:], version + 1):
        db.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT")


def _begin_epoch(db: sqlite3.Connection, lock: Lock, token: Callable[[], str]) -> None:
    """Begins a new epoch where ids may have been given that this file does not know of."""
    last = db.execute("SELECT durability, boot, clean, run FROM store").fetchone()
    ids = Tables(db).ids()
    if last and lock.knows(last[-1], ids) and not _tail_may_be_gone(*last[:-1]):
        return
    epoch, run = token(), new_run()
    db.execute("BEGIN IMMEDIATE")
    if last is None:
        db.execute("INSERT INTO store (epoch, durability, boot, clean) VALUES ('', 'power', '', 1)")
    # Nothing was written under it yet: the next start need not begin another.
    db.execute("UPDATE store SET epoch = ?, clean = 1, run = ?", (epoch, run))
    db.execute("UPDATE rooms SET epoch = ?", (epoch,))
    db.execute("COMMIT")
    lock.note(run, ids)


def _tail_may_be_gone(durability: str, boot: str, clean: int) -> bool:
    """Whether the end of the log may have been lost with the machine."""
    return durability == "process" and not clean and (boot != boot_id() or not boot)


def boot_id() -> str:
    """What tells one boot of this machine from the next; empty where that cannot be known."""
    try:
        if sys.platform == "darwin":
            command = ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"]
            told = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
            return told.stdout.strip()
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except (OSError, subprocess.SubprocessError):
        return ""
