"""How a member that was away gets exactly what it missed, in order, before anything live.

It reads pages from the history until the rest is in the room's ring, and waits
after each until the member has taken it, so that somebody far behind is served at
their own pace and never cut for it. Where something is no longer kept, a gap says
so in its place in the stream, with exact numbers.
"""

from collections import deque
from collections.abc import Callable, Sequence
from itertools import dropwhile
from typing import Protocol

from chat.codec import message, weight
from chat.history import Page
from chat.member import Member
from chat.message import Batch, Cursor, Gap, Position, Record

PAGE = 200
"""Messages in one batch of a backfill."""


class Read(Protocol):
    """The history's `read`, of one room."""

    async def __call__(self, *, after: int, limit: int) -> Page: ...


class Ring:
    """The newest records of a room, without a hole, in about `size` bytes."""

    def __init__(self, size: int) -> None:
        self._most = size
        self._size = 0
        self._records: deque[Record] = deque()
        self._weights: deque[int] = deque()

    def add(self, records: Sequence[Record]) -> None:
        """Takes what was delivered; forgets the oldest, and the words that it deletes."""
        for record in records:
            if record.deletes:
                self._blank(record.deletes)
            self._records.append(record)
            self._weights.append(weight(record))
            self._size += self._weights[-1]
        while self._size > self._most:
            self._records.popleft()
            self._size -= self._weights.popleft()

    def holds_all_after(self, id: int, head: int) -> bool:
        """Whether everything from the id after this one to the head is here."""
        return id >= head or (bool(self._records) and self._records[0].id <= id + 1)

    def after(self, id: int) -> list[Record]:
        return list(dropwhile(lambda record: record.id <= id, self._records))

    def _blank(self, id: int) -> None:
        for place, record in enumerate(self._records):
            if id in (record.id, record.edits) and record.body is not None:
                self._records[place] = record.blanked()
                self._size -= self._weights[place]
                self._weights[place] = weight(self._records[place])
                self._size += self._weights[place]


async def catch_up(
    member: Member, cursor: Cursor, read: Read, ring: Ring, here: Callable[[], Position]
) -> int:
    """Sends what lies after the cursor until the ring holds the rest; gives where that begins.

    `here` tells where the room stands at the moment.
    """
    after = _begin(member, cursor, here())
    while not ring.holds_all_after(after, here().head):
        page = await read(after=after, limit=PAGE)
        after = _send(member, page, after)
        await member.drained()
    return after


def _begin(member: Member, cursor: Cursor, here: Position) -> int:
    """The id to go on from; a cursor of another log is never trusted."""
    if cursor.epoch not in ("", here.epoch) or cursor.id > here.head:
        _tell_gap(member, None, here)
        return here.oldest - 1
    return _over_the_gap(member, cursor.id, here)


def _send(member: Member, page: Page, after: int) -> int:
    after = _over_the_gap(member, after, page.position)
    if not page.records:
        return after
    member.send(member.wire.event(Batch([message(record) for record in page.records])))
    return page.records[-1].id


def _over_the_gap(member: Member, after: int, here: Position) -> int:
    """Says what is no longer kept of what comes after an id, and where it goes on."""
    if after >= here.oldest - 1:
        return after
    _tell_gap(member, (after + 1, here.oldest - 1), here)
    return here.oldest - 1


def _tell_gap(member: Member, lost: tuple[int, int] | None, here: Position) -> None:
    member.send(member.wire.event(Gap(lost, here.epoch, here.oldest, here.head)))
