"""The SQL of the log: one small method a question. What is decided, logfile.py decides."""

import sqlite3
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from chat.errors import StoreDamaged
from chat.history import fitting
from chat.message import Person, Position, Record

COLUMNS = ("id", "at", "person", "name", "body", "key", "edits", "deletes", "checksum")

Name = tuple[int, str, str]
"""What a key is known by: room, person, key."""


@dataclass
class RoomRow:
    """A row of the table of rooms."""

    number: int
    name: str
    epoch: str
    head: int
    oldest: int

    @property
    def position(self) -> Position:
        return Position(self.epoch, self.head, self.oldest)


class Tables:
    """The tables behind a connection; every method may raise sqlite3.Error."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._ask = db.execute

    # -- rooms -------------------------------------------------------------------

    def epoch(self) -> str:
        """The epoch of rooms that were never written to."""
        return str(self._ask("SELECT epoch FROM store").fetchone()[0])

    def run(self) -> str:
        """The run that wrote last."""
        return str(self._ask("SELECT run FROM store").fetchone()[0])

    def ids(self) -> int:
        """How many ids were given, in all rooms."""
        return int(self._ask("SELECT coalesce(sum(head), 0) FROM rooms").fetchone()[0])

    def room(self, name: str) -> RoomRow | None:
        row = self._ask(
            "SELECT number, name, epoch, head, oldest FROM rooms WHERE name = ?", (name,)
        ).fetchone()
        return RoomRow(*row) if row else None

    def new_room(self, name: str) -> RoomRow:
        self._ask(
            "INSERT INTO rooms (name, epoch, head, oldest) SELECT ?, epoch, 0, 1 FROM store",
            (name,),
        )
        room = self.room(name)
        assert room
        return room

    def save(self, room: RoomRow) -> None:
        self._ask(
            "UPDATE rooms SET head = ?, oldest = ? WHERE number = ?",
            (room.head, room.oldest, room.number),
        )

    def rooms_older_than(self, at: int) -> list[str]:
        """The rooms whose oldest message is from before `at`."""
        rows = self._ask(
            "SELECT rooms.name FROM rooms JOIN messages"
            " ON messages.room = rooms.number AND messages.id = rooms.oldest WHERE at < ?",
            (at,),
        )
        return [name for (name,) in rows]

    # -- messages ----------------------------------------------------------------

    def record(self, room: RoomRow, id: int) -> Record | None:
        """A message as it was written; raises `StoreDamaged` when it is not that any more."""
        rows = self._ask(
            f"SELECT {_of('messages')} FROM messages WHERE room = ? AND id = ?", (room.number, id)
        )
        return next(map(_whole, rows), None)

    def after(self, room: RoomRow, id: int, limit: int) -> list[Record]:
        """The entries after an id as they were written; raises `StoreDamaged` on a hole."""
        rows = self._ask(
            f"SELECT {_of('messages')} FROM messages WHERE room = ? AND id > ? ORDER BY id LIMIT ?",
            (room.number, id, limit),
        )
        records = fitting(map(_whole, rows))
        first = max(id + 1, room.oldest)
        there = first <= room.head and limit > 0
        if [record.id for record in records] != list(range(first, first + len(records))) or (
            there and not records
        ):
            raise StoreDamaged
        return records

    def before(self, room: RoomRow, id: int, limit: int) -> list[Record]:
        """The last messages before an id, in the words of their last edits.

        Raises `StoreDamaged` on a hole: in what they stand in, up to the id.
        """
        rows = self._ask(
            f"SELECT {_of('said')}, {_of('edit')} FROM messages AS said"
            " LEFT JOIN messages AS edit ON edit.room = said.room AND edit.id ="
            " (SELECT max(id) FROM messages WHERE room = said.room AND edits = said.id)"
            " WHERE said.room = ? AND said.id < ? AND said.edits IS NULL AND said.deletes IS NULL"
            " ORDER BY said.id DESC LIMIT ?",
            (room.number, id, limit),
        )
        records = fitting(map(_folded, rows))[::-1]
        first = records[0].id if records else id
        if len(records) < limit and not self._is_message_below(room, first):
            first = room.oldest
        if not self._is_whole(room, first, min(id - 1, room.head)):
            raise StoreDamaged
        return records

    def _is_message_below(self, room: RoomRow, id: int) -> bool:
        row = self._ask(
            "SELECT 1 FROM messages"
            " WHERE room = ? AND id < ? AND edits IS NULL AND deletes IS NULL LIMIT 1",
            (room.number, id),
        ).fetchone()
        return row is not None

    def _is_whole(self, room: RoomRow, first: int, last: int) -> bool:
        """Whether nothing is missing from one id to another, both included."""
        row = self._ask(
            "SELECT count(*) FROM messages WHERE room = ? AND id BETWEEN ? AND ?",
            (room.number, first, last),
        ).fetchone()
        return int(row[0]) == max(0, last + 1 - first)

    def add(self, rows: Sequence[tuple[RoomRow, Record]]) -> None:
        self._insert(
            "messages",
            [
                (
                    room.number,
                    r.id,
                    r.at,
                    r.sender.id,
                    r.sender.name,
                    r.body,
                    r.key,
                    r.edits,
                    r.deletes,
                    _checksum(r),
                )
                for room, r in rows
            ],
        )

    def blank(self, room: RoomRow, id: int) -> None:
        """Takes the words out of a message and of its edits."""
        rows = self._ask(
            f"SELECT {_of('messages')} FROM messages WHERE room = ?1 AND (id = ?2 OR edits = ?2)",
            (room.number, id),
        ).fetchall()
        for record in map(_record, rows):
            self._ask(
                "UPDATE messages SET body = NULL, checksum = ? WHERE room = ? AND id = ?",
                (_checksum(record.blanked()), room.number, record.id),
            )

    def first_since(self, room: RoomRow, at: int) -> int | None:
        """The id of the first message from `at` or later."""
        row = self._ask(
            "SELECT id FROM messages WHERE room = ? AND at >= ? ORDER BY id LIMIT 1",
            (room.number, at),
        ).fetchone()
        return int(row[0]) if row else None

    def drop_below(self, room: RoomRow, id: int) -> None:
        self._ask("DELETE FROM messages WHERE room = ? AND id < ?", (room.number, id))

    # -- keys --------------------------------------------------------------------

    def known(self, names: Sequence[Name]) -> dict[Name, tuple[int, bytes]]:
        """Which of these keys have been used: for which id, and for what (a digest)."""
        if not names:
            return {}
        asked = ",".join(["(?,?,?)"] * len(names))
        rows = self._ask(
            "SELECT keys.room, keys.person, keys.key, id, digest"
            f" FROM (VALUES {asked}) AS asked CROSS JOIN keys"
            " ON keys.room = column1 AND keys.person = column2 AND keys.key = column3",
            [part for name in names for part in name],
        )
        return {(room, person, key): (id, digest) for room, person, key, id, digest in rows}

    def add_keys(self, rows: Sequence[tuple[int, str, str, int, bytes, int]]) -> None:
        self._insert("keys", rows)

    def has_keys(self, before: int) -> bool:
        return bool(self._ask("SELECT 1 FROM keys WHERE at < ? LIMIT 1", (before,)).fetchone())

    def forget_keys(self, before: int) -> None:
        self._ask("DELETE FROM keys WHERE at < ?", (before,))

    def _insert(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        if rows:
            row = f"({','.join('?' * len(rows[0]))})"
            self._ask(
                f"INSERT INTO {table} VALUES {','.join([row] * len(rows))}",
                list(chain.from_iterable(rows)),
            )


def _of(table: str) -> str:
    """All columns of a message, for a SELECT."""
    return ", ".join(f"{table}.{column}" for column in COLUMNS)


def _record(row: Sequence[Any]) -> Record:
    id, at, person, name, body, key, edits, deletes, *_ = row
    return Record(id, at, Person(person, name), body, key, edits, deletes)


def _whole(row: Sequence[Any]) -> Record:
    """A row as it was written; SQLite itself does not notice when a byte of it flips."""
    record, checksum = _record(row), row[len(COLUMNS) - 1]
    if checksum is not None and checksum != _checksum(record):
        raise StoreDamaged
    return record


def _folded(row: Sequence[Any]) -> Record:
    """A message in the words of its last edit, from a row of both."""
    record, edit = _whole(row), row[len(COLUMNS) :]
    if edit[0] is None or record.deleted:
        return record
    return record.reworded(_whole(edit).body)


def _checksum(record: Record) -> int:
    """Over all that is told of a record; about 1 µs, of the 100 that a message costs in all."""
    r, who, body = record, record.sender, record.body
    kind = type(body).__name__
    about = f"{kind}\0{r.id}\0{r.at}\0{r.edits}\0{r.deletes}\0{r.key}\0{who.id}\0{who.name}"
    raw = body if isinstance(body, bytes) else (body or "").encode()
    return zlib.crc32(raw, zlib.crc32(about.encode()))
