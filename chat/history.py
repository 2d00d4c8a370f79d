"""The log of every room: what gives a message its id, its time and its place.

Delivery order is log order, and nobody ever sees a message that has no place in
the log: the history calls `deliver`, once per room and batch, and only then
resolves what `append` returned. A batch is whatever was appended in one turn of
the loop.
"""

import asyncio
import hashlib
import secrets
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from chat.errors import Closing, KeyReused
from chat.message import Draft, Record

Deliver = Callable[[str, Sequence[Record]], None]
"""deliver(room, records): on the loop, in log order; must neither wait nor raise."""


class Stored(NamedTuple):
    """Where a draft ended up; `duplicate` when it had been there already."""

    id: int
    duplicate: bool


class Position(NamedTuple):
    """Where the log of a room stands: it holds `oldest` to `head`, under one `epoch`."""

    epoch: str
    head: int
    oldest: int


class History(Protocol):
    """What stands behind the protocol; server.py alone knows which one it is."""

    def open(self, deliver: Deliver) -> None:
        """Begins; from here on appended messages are handed to `deliver`."""

    def append(self, draft: Draft) -> "asyncio.Future[Stored]":
        """Takes a draft; the future resolves after its delivery, or fails with a `Refusal`."""

    def position(self, room: str) -> Position:
        """Where the log of this room stands; of a room never written to, `head` is 0."""

    async def close(self) -> None:
        """Refuses what comes from now on, delivers all that was taken, and ends."""


class MemoryHistory:
    """The reference: numbers the messages and remembers their keys, keeps nothing else.

    `now` tells the time (UTC), `soon` runs a callable later in the loop, `token`
    makes the epoch, `keys` is how many (person, key) pairs each room remembers.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        soon: Callable[[Callable[[], None]], object] | None = None,
        token: Callable[[], str] = lambda: secrets.token_urlsafe(6),
        keys: int = 10_000,
    ) -> None:
        self._now = now
        self._soon = soon or (lambda call: asyncio.get_running_loop().call_soon(call))
        self._epoch = token()
        self._logs: defaultdict[str, _Log] = defaultdict(lambda: _Log(keys))
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

    def position(self, room: str) -> Position:
        head = self._logs[room].head if room in self._logs else 0
        return Position(self._epoch, head, head + 1)

    async def close(self) -> None:
        self._closed = True
        self._commit()

    def _commit(self) -> None:
        """One batch: number all, deliver room by room, then tell those who appended."""
        batch, self._waiting = self._waiting, []
        at = self._now()
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)
        records: defaultdict[str, list[Record]] = defaultdict(list)
        outcomes = [self._logs[draft.room].take(draft, at, records) for draft, _ in batch]
        for room, news in records.items():
            self._deliver(room, news)
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            _resolve(future, outcome)


class _Log:
    """The head of one room's log and the keys it knows."""

    def __init__(self, keys: int) -> None:
        self.head = 0
        self._most = keys
        self._known: dict[tuple[str, str], tuple[int, bytes]] = {}

    def take(
        self, draft: Draft, at: datetime, records: defaultdict[str, list[Record]]
    ) -> Stored | KeyReused:
        if draft.key is not None:
            name, digest = (draft.sender.id, draft.key), _digest(draft.body)
            if name in self._known:
                id, known = self._known[name]
                return Stored(id, True) if known == digest else KeyReused(key=draft.key)
            self._remember(name, self.head + 1, digest)
        self.head += 1
        records[draft.room].append(Record(self.head, at, draft.sender, draft.body, draft.key))
        return Stored(self.head, False)

    def _remember(self, name: tuple[str, str], id: int, digest: bytes) -> None:
        self._known[name] = (id, digest)
        if len(self._known) > self._most:
            del self._known[next(iter(self._known))]


def _digest(body: str | bytes) -> bytes:
    """What tells two bodies apart, text from bytes too, in 16 bytes."""
    kind, raw = (b"t", body.encode()) if isinstance(body, str) else (b"b", body)
    return hashlib.blake2b(raw, digest_size=16, person=kind).digest()


def _resolve(future: "asyncio.Future[Stored]", outcome: Stored | KeyReused) -> None:
    if future.cancelled():
        return
    if isinstance(outcome, KeyReused):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
