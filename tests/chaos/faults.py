"""Faults to plant in the server, so that the checker can show that it finds each.

A fault takes the place of one of the server's parts before it starts. One that has lost
its hold, because that part was renamed, fails when it is planted or when it is not found.
"""

import asyncio
import importlib
import itertools
import sqlite3
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace

from chaos.findings import DISORDER, DUPLICATE, HOLE, INCONSISTENT, LOST, UNEXPECTED, UNSEEN
from chat import hub, logfile, room, tables
from chat.codec import parse_cursor
from chat.history_sqlite import SqliteHistory
from chat.lock import UNNAMED
from chat.message import Cursor
from handlers import follow, streams, wires


def ack_before_commit(data: Path) -> None:
    """Commits now and then, and says that it did each time."""
    transactions = itertools.count(1)

    @contextmanager
    def transaction(self):
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")
        yield
        if next(transactions) % 100 == 0:
            self._db.execute("COMMIT")

    wrapped(logfile.LogFile, "_transaction")
    logfile.LogFile._transaction = transaction


def dropped_delivery(data: Path) -> None:
    """Every tenth message passes one member by, with its batch."""
    deliver = wrapped(room.Room, "deliver")

    def dropping(self, records, position):
        wire = wires.wire(wires.JsonWire, None)
        json = self._members.get(wire, set())
        due = any(record.id % 10 == 0 for record in records)
        passed_by = {next(iter(json))} if json and due else set()
        json -= passed_by
        self._crowds.pop(wire, None)
        deliver(self, records, position)
        json |= passed_by
        self._crowds.pop(wire, None)

    room.Room.deliver = dropping


def resume_off_by_one(data: Path) -> None:
    """Goes on after the message that follows the cursor."""
    catch_up = wrapped(room, "catch_up")

    async def skipping(member, cursor, read, ring, here):
        if cursor.id < here().head:
            cursor = cursor._replace(id=cursor.id + 1)
        return await catch_up(member, cursor, read, ring, here)

    room.catch_up = skipping


def live_before_backfill(data: Path) -> None:
    """Lets a member in first, and then tells it what it missed."""
    catch_up = wrapped(room, "catch_up")

    async def eager(member, cursor, read, ring, here):
        member.room._members.setdefault(member.wire, set()).add(member)
        member.room._crowds.pop(member.wire, None)
        await asyncio.sleep(0.1)
        return await catch_up(member, cursor, read, ring, here)

    room.catch_up = eager


def double_append(data: Path) -> None:
    """Now and then writes the same message down twice, the first time without its key."""
    append = wrapped(SqliteHistory, "append")
    drafts = itertools.count(1)

    def twice(self, draft):
        # Of a change without key and words nobody could tell whose it was.
        if next(drafts) % 20 == 0 and draft.body is not None and not draft.edits:
            append(self, replace(draft, key=None))
        return append(self, draft)

    SqliteHistory.append = twice


def swapped_order(data: Path) -> None:
    """Sends what was said at the same time in the wrong order."""
    records = wrapped(wires.JsonWire, "records")
    wires.JsonWire.records = lambda self, batch, epoch: records(self, list(batch)[::-1], epoch)


def reset_log_with_the_old_epoch(data: Path) -> None:
    """Starts from nothing, under the epoch of what was there, which nobody remembers."""
    path = data / "broadcaster.db"
    if path.exists():
        with sqlite3.connect(path) as db:
            db.execute("DELETE FROM messages")
            db.execute("DELETE FROM keys")
            db.execute("UPDATE rooms SET head = 0, oldest = 1")
            db.execute("UPDATE store SET run = ?", (UNNAMED,))
        db.close()
        path.with_name(f"{path.name}.lock").write_text("")


def forgotten_key(data: Path) -> None:
    """Recognises no resend."""
    for name in ("known", "add_keys"):
        wrapped(tables.Tables, name)
    tables.Tables.known = lambda self, names: {}
    tables.Tables.add_keys = lambda self, rows: None


def address_before_the_last_id(data: Path) -> None:
    """Believes the address of an event stream, which never changes, before `Last-Event-ID`."""
    since = wrapped(follow.FollowHandler, "_since")

    def stubborn(self):
        asked = self.argument("since")
        return parse_cursor(asked) if asked else since(self)

    follow.FollowHandler._since = stubborn


def poll_off_by_one(data: Path) -> None:
    """Answers who asks again with what comes after the message that follows their cursor."""
    page_after = wrapped(hub, "page_after")

    async def skipping(cursor, read, limit):
        return await page_after(cursor._replace(id=cursor.id + 1), read, limit)

    hub.page_after = skipping


def id_too_far(data: Path) -> None:
    """Gives each event of a stream the id of the next."""
    records = wrapped(streams.EventsWire, "records")

    def ahead(self, batch, epoch):
        lines = records(self, batch, epoch).decode().split("\n")
        return "\n".join(map(next_id, lines)).encode()

    streams.EventsWire.records = ahead


def next_id(line: str) -> str:
    cursor, colon, id = line.rpartition(":")
    return f"{cursor}{colon}{int(id) + 1}" if line.startswith("id: ") else line


def page_that_ends_at_the_head(data: Path) -> None:
    """Gives who asks again the cursor of all that there is, with however much of it."""
    reading = importlib.import_module("handlers.room")  # the package has a function of that name
    after = wrapped(reading, "_after")

    def hasty(name, start, gap, page):
        end = str(Cursor(page.position.epoch, page.position.head))
        return replace(after(name, start, gap, page), cursor=end)

    reading._after = hasty


def post_without_its_key(data: Path) -> None:
    """Takes what is published by POST as new each time."""
    publish = wrapped(hub.Hub, "publish")
    hub.Hub.publish = lambda self, name, sender, text, key: publish(self, name, sender, text, None)


FAULTS = {
    "ack before commit": (ack_before_commit, LOST, {INCONSISTENT}),
    "a dropped delivery": (dropped_delivery, HOLE, {UNSEEN}),
    "resume off by one": (resume_off_by_one, HOLE, {UNSEEN, UNEXPECTED}),
    "live before backfill": (live_before_backfill, DISORDER, {DUPLICATE, HOLE}),
    "a double append": (double_append, DUPLICATE, set()),
    # Who is cut off between two that were swapped has a cursor behind both.
    "swapped order": (swapped_order, DISORDER, {HOLE}),
    "a reset log with the old epoch": (reset_log_with_the_old_epoch, INCONSISTENT, {LOST}),
    "a forgotten key": (forgotten_key, DUPLICATE, {UNEXPECTED}),
    "the address before the last id": (address_before_the_last_id, DUPLICATE, set()),
    "a poll off by one": (poll_off_by_one, HOLE, {UNSEEN}),
    "an id too far": (id_too_far, HOLE, {UNSEEN}),
    "a page that ends at the head": (page_that_ends_at_the_head, HOLE, set()),
    "a POST without its key": (post_without_its_key, DUPLICATE, set()),
}
"""Each with the name that the checker must call it by, and what may come of it besides."""


def plant(name: str, arguments: list[str]) -> None:
    """Plants a fault in this process, which is about to be a server with these arguments."""
    fault, *_ = FAULTS[name]
    data = next(a.partition("=")[2] for a in arguments if a.startswith("--data="))
    fault(Path(data))


def wrapped(owner: object, name: str):
    """The part that a fault is about to take the place of; it must be there."""
    return getattr(owner, name)
