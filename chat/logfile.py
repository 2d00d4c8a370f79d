"""What is done to the log's file, one transaction at a time; knows no loop and no thread.

A batch costs one SELECT for its keys and one INSERT of many rows for its messages,
because each further statement is a tug at the interpreter's lock.
"""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from chat.errors import KeyReused, Refusal, StoreDamaged, StoreFailed, StoreFull
from chat.history import DAY, Page, Retention, Stored, check_change, digest
from chat.lock import Lock, new_run
from chat.message import Draft, Position, Record
from chat.schema import Unusable, connect, mark_closed, mark_open, opened, relax
from chat.tables import Name, RoomRow, Tables

ROOMS_AT_HAND = 10_000
"""Rooms whose heads are not asked for again."""

News = dict[str, tuple[list[Record], Position]]
"""By room: what is new, and where its log stands now."""


class Committed(NamedTuple):
    """What became of each draft, in order, and what is new in each room."""

    outcomes: list[Stored | Refusal]
    news: News


class LogFile:
    """The file at `path`; raises `Unusable` when it cannot be that."""

    def __init__(
        self, path: Path, retention: Retention, durability: str, token: Callable[[], str]
    ) -> None:
        self._retention = retention
        self._durability = durability
        self._run = new_run()
        self._marked = False
        self._read_only = False
        # What it is called does not matter: two servers on one file would each give its ids.
        self._path = path.resolve()
        self._lock = _locked(self._path)
        try:
            self._db = connect(self._path, self._lock, token)
        except BaseException:
            self._lock.close()
            raise
        self._tables = Tables(self._db)
        self._ids = self._tables.ids()
        self._rooms: dict[str, RoomRow] = {}

    def commit(self, drafts: Sequence[Draft], now: int) -> Committed:
        """Gives each draft its place, all or none; raises a store's `Refusal`."""
        with self._transaction():
            batch = _Batch(self._tables, self._room, drafts, now)
            outcomes = [batch.take(draft) for draft in drafts]
            batch.write()
            for room in batch.rooms.values():
                self._trim(room)
        if news := batch.news():
            self._ids += sum(len(records) for records, _ in news.values())
            self._lock.note(self._run, self._ids)
        if any(draft.deletes for draft in drafts):
            self._cut_log()
        return Committed(outcomes, news)

    def read(self, name: str, after: int | None, before: int | None, limit: int) -> Page:
        """A page of a room's log; raises a store's `Refusal`."""
        with _in_words():
            room = self._rooms.get(name) or self._tables.room(name)
            if room is None:
                return Page([], Position(self._tables.epoch(), 0, 1))
            if after is not None:
                return Page(self._tables.after(room, after, limit), room.position)
            before = room.head + 1 if before is None else before
            return Page(self._tables.before(room, before, limit), room.position)

    def let_go(self, now: int) -> News:
        """Forgets what is too old, messages and keys; tells of the rooms that lost some.

        Where there is nothing to forget it writes nothing, so that a start on a full disk
        has nothing to complain of.
        """
        forgotten = int(now - self._retention.key_days * DAY)
        long_ago = int(now - self._retention.days * DAY) if self._retention.days else 0
        with _in_words():
            names = self._tables.rooms_older_than(long_ago) if long_ago else []
            if not names and not self._tables.has_keys(forgotten):
                return {}
        with self._transaction():
            self._tables.forget_keys(forgotten)
            rooms = list(map(self._room, names))
            for room in rooms:
                self._drop_below(room, self._tables.first_since(room, long_ago) or room.head + 1)
        return {room.name: ([], room.position) for room in rooms}

    def close(self) -> None:
        """Says in the file that it is whole, if the disk still takes that."""
        with suppress(sqlite3.Error):
            mark_closed(self._db)
        self._lock.close()

    # -- within ------------------------------------------------------------------

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing; what is at hand of the rooms is forgotten with what failed."""
        try:
            with _in_words():
                if self._read_only:
                    self._open_again()
                self._db.execute("BEGIN IMMEDIATE")
                if not self._marked:
                    self._lock.announce(self._tables.run(), self._run)
                    mark_open(self._db, self._durability, self._run)
                yield
                self._db.execute("COMMIT")
                if not self._marked:
                    self._lock.note(self._run, self._ids)
                    relax(self._db, self._durability)
                    self._marked = True
        except BaseException as error:
            self._rooms.clear()
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            name = getattr(error.__cause__, "sqlite_errorname", "")
            self._read_only = self._read_only or name == "SQLITE_READONLY"
            raise

    def _open_again(self) -> None:
        """What could only be read when it was opened, SQLite never writes to.

        Nor to what it made beside it, which has the mode that the file had.
        """
        self._db.close()
        for beside in ("-wal", "-shm"):
            with suppress(OSError):
                os.chmod(f"{self._path}{beside}", self._path.stat().st_mode)
        self._db = opened(self._path)
        self._tables = Tables(self._db)
        self._read_only = False

    def _room(self, name: str) -> RoomRow:
        """A room to write to, made if need be."""
        if name not in self._rooms:
            if len(self._rooms) >= ROOMS_AT_HAND:
                self._rooms.pop(next(iter(self._rooms)))
            self._rooms[name] = self._tables.room(name) or self._tables.new_room(name)
        return self._rooms[name]

    def _trim(self, room: RoomRow) -> None:
        """Keeps the newest; in strides of a hundredth, so that not every batch deletes."""
        oldest = room.head + 1 - self._retention.messages
        if oldest > room.oldest + self._retention.messages // 100:
            self._drop_below(room, oldest)
        else:
            self._tables.save(room)

    def _drop_below(self, room: RoomRow, oldest: int) -> None:
        self._tables.drop_below(room, oldest)
        room.oldest = oldest
        self._tables.save(room)

    def _cut_log(self) -> None:
        """Deleted words still stand in the write-ahead log; cutting it off ends them."""
        with suppress(sqlite3.Error):  # the delete itself is done
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


class _Batch:
    """The drafts of one transaction on their way to their places."""

    def __init__(
        self,
        tables: Tables,
        room: Callable[[str], RoomRow],
        drafts: Sequence[Draft],
        now: int,
    ) -> None:
        self._tables = tables
        self._now = now
        self.rooms = {draft.room: room(draft.room) for draft in drafts}
        self._known = tables.known([self._name(draft) for draft in drafts if draft.key is not None])
        self._records: dict[str, list[Record]] = {name: [] for name in self.rooms}
        self._keys: list[tuple[int, str, str, int, bytes, int]] = []
        self._deletes: list[Draft] = []

    def take(self, draft: Draft) -> Stored | Refusal:
        """Gives a draft its id, unless it has one already or may not have one."""
        if draft.key is not None and (known := self._known.get(self._name(draft))):
            same = known[1] == digest(draft)
            return Stored(known[0], duplicate=True) if same else KeyReused(key=draft.key)
        if draft.edits or draft.deletes:
            try:
                self._check_change(draft)
            except StoreDamaged:
                return StoreDamaged(key=draft.key)
            except Refusal as refusal:
                return refusal
        room = self.rooms[draft.room]
        room.head += 1
        self._number(draft, room.head)
        return Stored(room.head, duplicate=False)

    def write(self) -> None:
        """Puts all of it into the tables."""
        self._tables.add(
            [(self.rooms[name], r) for name, records in self._records.items() for r in records]
        )
        self._tables.add_keys(self._keys)
        for draft in self._deletes:
            self._tables.blank(self.rooms[draft.room], draft.deletes or 0)

    def news(self) -> News:
        return {
            name: (records, self.rooms[name].position)
            for name, records in self._records.items()
            if records
        }

    def _name(self, draft: Draft) -> Name:
        return (self.rooms[draft.room].number, draft.sender.id, draft.key or "")

    def _number(self, draft: Draft, id: int) -> None:
        records = self._records[draft.room]
        records.append(
            Record(id, self._now, draft.sender, draft.body, draft.key, draft.edits, draft.deletes)
        )
        if draft.key is not None:
            content = digest(draft)
            self._known[self._name(draft)] = (id, content)
            self._keys.append((*self._name(draft), id, content, self._now))
        if draft.deletes:
            self._deletes.append(draft)
            records[:] = [r.blanked() if draft.deletes in (r.id, r.edits) else r for r in records]

    def _check_change(self, draft: Draft) -> None:
        room, id = self.rooms[draft.room], draft.edits or draft.deletes or 0
        check_change(draft, self._target(draft.room, id), room.oldest)

    def _target(self, room: str, id: int) -> Record | None:
        """A message as this batch leaves it: the table does not know yet what it deletes."""
        for record in self._records[room]:
            if record.id == id:
                return record
        stored = self._tables.record(self.rooms[room], id)
        gone = any(draft.room == room and draft.deletes == id for draft in self._deletes)
        return stored.blanked() if stored and gone else stored


@contextmanager
def _in_words() -> Iterator[None]:
    """Turns what SQLite says into what a client is told; the log keeps SQLite's own words."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        code = getattr(error, "sqlite_errorname", "")
        if "FULL" in code or getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
            raise StoreFull from error
        if "CORRUPT" in code or "NOTADB" in code:
            raise StoreDamaged from error
        raise StoreFailed from error


def _locked(path: Path) -> Lock:
    """Holds the file for this process alone, for as long as what it returns is open."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return Lock(path)
    except BlockingIOError:
        raise Unusable(
            f"{path} is in use by another server; stop that one, or choose another folder by --data"
        ) from None
    except OSError as error:
        raise Unusable(f"{path} cannot be used ({error.strerror}); choose another") from None
