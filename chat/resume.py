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

from chat.codec import weight
from chat.history import Page
from chat.member import Member
from chat.message import Cursor, Gap, Position, Record

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
    after = _tell(member, *begin(cursor, here()))
    while not ring.holds_all_after(after, here().head):
        page = await read(after=after, limit=PAGE)
        after = _send(member, page, after)
        await member.drained()
    return after


async def page_after(cursor: Cursor, read: Read, limit: int) -> tuple[int, Gap | None, Page]:
    """What lies after a cursor, and where that begins; the gap before it, if there is one."""
    start, gap = cursor.id, None
    while True:
        page = await read(after=start, limit=limit)
        begins, gap = begin(cursor, page.position)
        if begins == start:
            return start, gap, page
        start = begins


def begin(cursor: Cursor, here: Position) -> tuple[int, Gap | None]:
    """The id to go on from, and what is missing before it.

    A cursor of another log is never trusted.
    """
    if cursor.epoch not in ("", here.epoch) or cursor.id > here.head:
        return here.oldest - 1, _gap(None, here)
    return _over_the_gap(cursor.id, here)


def _send(member: Member, page: Page, after: int) -> int:
    after = _tell(member, *_over_the_gap(after, page.position))
    if not page.records:
        return after
    member.send(member.wire.backfill(page.records, page.position.epoch))
    return page.records[-1].id


def _tell(member: Member, after: int, gap: Gap | None) -> int:
    if gap:
        member.send(member.wire.event(gap))
    return after


def _over_the_gap(after: int, here: Position) -> tuple[int, Gap | None]:
    """Where it goes on after an id, and what is no longer kept of what comes in between."""
    if after >= here.oldest - 1:
        return after, None
    return here.oldest - 1, _gap((after + 1, here.oldest - 1), here)


def _gap(lost: tuple[int, int] | None, here: Position) -> Gap:
    return Gap(lost, here.epoch, here.oldest, here.head)
