"""The log of every room: what gives a message its id, its time and its place.

The protocol that every store keeps, and the reference that keeps it in memory.

Delivery order is log order, and nobody ever sees a message that has no place in
the log: the history calls `deliver`, once per room and batch, and only then
resolves what `append` returned. A batch is whatever was appended in one turn of
the loop, or while the last batch was on its way to the disk. What `read` shows
has been delivered before.
"""

import asyncio
import hashlib
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import NamedTuple, Protocol

from chat.codec import weight
from chat.errors import Closing, Gone, KeyReused, NotFound, NotYours, Refusal
from chat.message import Draft, Position, Record

DAY = 86_400_000
"""Milliseconds."""
PAGE_BYTES = 256 * 1024
"""How much of the log is read at once, counted as on the wire: it goes out as one frame, and
many WebSocket clients refuse one of over 1 MiB."""

Deliver = Callable[[str, Sequence[Record], Position], None]
"""deliver(room, records, position): on the loop, in log order; must neither wait nor raise.

Without records it only tells that older messages were let go of.
"""

Clock = Callable[[], int]
"""The time, in milliseconds since 1970."""


def wall_clock() -> int:
    return time.time_ns() // 1_000_000


def token() -> str:
    """A new epoch."""
    return secrets.token_urlsafe(6)


class Stored(NamedTuple):
    """Where a draft ended up; `duplicate` when it had been there already."""

    id: int
    duplicate: bool


def fitting(records: Iterable[Record]) -> list[Record]:
    """The first of these, up to `PAGE_BYTES`, but one at least."""
    page: list[Record] = []
    size = 0
    for record in records:
        size += weight(record)
        if page and size > PAGE_BYTES:
            break
        page.append(record)
    return page


class Page(NamedTuple):
    """A stretch of a room's log, oldest first, and where the log stood when it was read."""

    records: list[Record]
    position: Position


@dataclass(frozen=True)
class Retention:
    """How much is kept: messages a room, their days (0 is for ever), and the days of keys.

    Keys outlive their messages, so that a resend is recognised whatever the retention.
    """

    messages: int = 100_000
    days: float = 0.0
    key_days: float = 7.0


DEFAULT = Retention()


class History(Protocol):
    """What stands behind the protocol; server.py alone knows which one it is."""

    def open(self, deliver: Deliver) -> None:
        """Begins; from here on appended messages are handed to `deliver`."""

    def append(self, draft: Draft) -> "asyncio.Future[Stored]":
        """Takes a draft; the future resolves after its delivery, or fails with a `Refusal`."""

    async def read(
        self, room: str, *, after: int | None = None, before: int | None = None, limit: int
    ) -> Page:
        """Up to `limit` of a room's log, as it stands, and no more than `PAGE_BYTES` or one.

        After an id: the records that follow, each as it was written, for a member
        that catches up. Before an id: the last messages below it, with their edits
        folded in and without the records that made them, for somebody who reads. A
        room that was never written to has an empty page at position (epoch, 0, 1).
        """

    async def close(self) -> None:
        """Refuses what comes from now on, delivers all that was taken, and ends."""


def digest(draft: Draft) -> bytes:
    """What tells two drafts under one key apart, in 16 bytes."""
    kind, body = (b"b", draft.body) if isinstance(draft.body, bytes) else (b"t", draft.body or "")
    about = b"%d %d " % (draft.edits or 0, draft.deletes or 0)
    raw = body if isinstance(body, bytes) else body.encode()
    return hashlib.blake2b(about + raw, digest_size=16, person=kind).digest()


def check_change(draft: Draft, target: Record | None, oldest: int) -> None:
    """Whether this draft may change what it wants to change; raises a `Refusal` if not."""
    id = draft.edits or draft.deletes or 0
    if target is None and 0 < id < oldest:
        raise Gone(key=draft.key, id=id)
    if target is None or target.edits or target.deletes or isinstance(target.body, bytes):
        raise NotFound(key=draft.key, id=id)
    if target.sender.id != draft.sender.id:
        raise NotYours(key=draft.key, id=id)
    if target.deleted:
        raise Gone(key=draft.key, id=id)


class MemoryHistory:
    """The reference: keeps the logs in memory, and loses them with the process."""

    def __init__(
        self,
        retention: Retention = DEFAULT,
        *,
        now: Clock = wall_clock,
        soon: Callable[[Callable[[], None]], object] | None = None,
        token: Callable[[], str] = token,
    ) -> None:
        self._retention = retention
        self._now = now
        self._soon = soon or (lambda call: asyncio.get_running_loop().call_soon(call))
        self._epoch = token()
        self._logs: dict[str, _Log] = {}
        self._waiting: list[tuple[Draft, asyncio.Future[Stored]]] = []
        self._closed = False
        self._deliver: Deliver

    def open(self, deliver: Deliver) -> None:
        self._deliver = deliver

    def append(self, draft: Draft) -> "asyncio.Future[Stored]":
        future = asyncio.get_running_loop().create_future()
        if self._closed:
            future.set_exception(Closing(key=draft.key))
            return future
        if not self._waiting:
            self._soon(self._commit)
        self._waiting.append((draft, future))
        return future

    async def read(
        self, room: str, *, after: int | None = None, before: int | None = None, limit: int
    ) -> Page:
        if room not in self._logs:
            return Page([], Position(self._epoch, 0, 1))
        log = self._logs[room]
        log.let_go(self._retention, self._now())
        records = log.after(after, limit) if after is not None else log.before(before, limit)
        return Page(records, log.position(self._epoch))

    async def close(self) -> None:
        self._closed = True
        self._commit()

    def _commit(self) -> None:
        """One batch: number all, deliver room by room, then tell those who appended."""
        batch, self._waiting = self._waiting, []
        now = self._now()
        news: defaultdict[str, list[Record]] = defaultdict(list)
        outcomes = [self._take(draft, now, news[draft.room]) for draft, _ in batch]
        for room, records in news.items():
            if records:
                self._logs[room].let_go(self._retention, now)
                self._deliver(room, records, self._logs[room].position(self._epoch))
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            resolve(future, outcome)

    def _take(self, draft: Draft, now: int, news: list[Record]) -> Stored | Refusal:
        log = self._logs.get(draft.room) or _Log()
        try:
            stored = log.take(draft, now, news)
        except Refusal as refusal:
            return refusal
        self._logs[draft.room] = log
        return stored


class _Log:
    """One room's records and the keys it knows."""

    def __init__(self) -> None:
        self.head = 0
        self._records: dict[int, Record] = {}
        self._edits: defaultdict[int, list[int]] = defaultdict(list)
        self._keys: dict[tuple[str, str], tuple[int, bytes, int]] = {}

    def position(self, epoch: str) -> Position:
        return Position(epoch, self.head, next(iter(self._records), self.head + 1))

    def take(self, draft: Draft, now: int, news: list[Record]) -> Stored:
        """Gives a draft its place and adds it to `news`, unless it has one already."""
        name = (draft.sender.id, draft.key or "")
        content = digest(draft) if draft.key is not None else b""
        if known := self._keys.get(name):
            if known[1] != content:
                raise KeyReused(key=draft.key)
            return Stored(known[0], duplicate=True)
        if draft.edits or draft.deletes:
            target = self._records.get(draft.edits or draft.deletes or 0)
            check_change(draft, target, self.position("").oldest)
        self.head += 1
        if draft.key is not None:
            self._keys[name] = (self.head, content, now)
        self._keep(draft, now, news)
        return Stored(self.head, duplicate=False)

    def _keep(self, draft: Draft, now: int, news: list[Record]) -> None:
        record = Record(
            self.head, now, draft.sender, draft.body, draft.key, draft.edits, draft.deletes
        )
        self._records[self.head] = record
        news.append(record)
        if draft.edits:
            self._edits[draft.edits].append(self.head)
        if draft.deletes:
            self._blank({draft.deletes, *self._edits[draft.deletes]}, news)

    def _blank(self, ids: set[int], news: list[Record]) -> None:
        """Takes the words out of these, wherever they stand."""
        for id in ids & self._records.keys():
            self._records[id] = self._records[id].blanked()
        news[:] = [record.blanked() if record.id in ids else record for record in news]

    def let_go(self, retention: Retention, now: int) -> None:
        """Forgets what the retention does not keep."""
        long_ago = now - retention.days * DAY if retention.days else 0
        for record in list(
            takewhile(
                lambda record: record.id <= self.head - retention.messages or record.at < long_ago,
                self._records.values(),
            )
        ):
            del self._records[record.id]
            self._edits.pop(record.id, None)
        forgotten = now - retention.key_days * DAY
        for name in list(takewhile(lambda name: self._keys[name][2] < forgotten, self._keys)):
            del self._keys[name]

    def after(self, id: int, limit: int) -> list[Record]:
        first = max(id + 1, self.position("").oldest)
        ids = range(first, min(first + limit, self.head + 1))
        return fitting(self._records[id] for id in ids)

    def before(self, id: int | None, limit: int) -> list[Record]:
        messages = (
            self._folded(record)
            for record in reversed(self._records.values())
            if not (record.edits or record.deletes) and (id is None or record.id < id)
        )
        return fitting(islice(messages, limit))[::-1]

    def _folded(self, record: Record) -> Record:
        edits = self._edits.get(record.id)
        if not edits or record.deleted:
            return record
        return record.reworded(self._records[edits[-1]].body)


def resolve(future: "asyncio.Future[Stored]", outcome: Stored | BaseException) -> None:
    """Gives an append its outcome, unless whoever asked has gone."""
    if future.done():
        return
    if isinstance(outcome, BaseException):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
