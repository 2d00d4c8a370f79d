"""A room to be read: as a page for a browser, as text for a terminal, as JSON for a script.

The same stretch of its history each time, with the cursor that it ends at: the last
messages, those `before` an id, or those `since` a cursor, for which it will `wait`.
"""

from __future__ import annotations

import asyncio
import re

from chat import names
from chat.answers import HistoryPage
from chat.codec import message, parse_cursor
from chat.errors import BadNumber, BadRange, Gone, NotFound, Refusal
from chat.history import Page
from chat.message import Cursor, Gap, Message
from chat.names import LOBBY
from handlers.as_text import as_text, gap_as_text
from handlers.engine.seam import is_gone
from handlers.identity import keep_person
from handlers.page import ROOM_METHODS, PageHandler
from handlers.places import alive, urls

SHOWN = 50
"""Messages in a page of history unless asked otherwise."""
MOST = 500
PATIENCE = 60
"""Seconds that a request may `wait` for something to be said."""


class RoomReader(PageHandler):
    """Reads what is asked for, and has it shown in one form."""

    methods: tuple[str, ...] = ROOM_METHODS
    _reading: asyncio.Future[HistoryPage] | None = None

    async def get(self, name: str | None = None) -> None:
        try:
            self._reading = asyncio.ensure_future(self._read(names.checked_room(name or LOBBY)))
            page = await self._reading
        except Refusal as refusal:
            self.refuse(refusal)
            return
        except asyncio.CancelledError:
            return  # nobody is there any more to be told
        self.set_header("Cursor", page.cursor)
        self.show_page(page)

    head = get

    def on_connection_close(self) -> None:
        if self._reading:
            self._reading.cancel()

    def show_page(self, page: HistoryPage) -> None:
        raise NotImplementedError

    async def _read(self, room: str) -> HistoryPage:
        limit = min(self._number("limit", SHOWN) or SHOWN, MOST)
        before, since = self._number("before", None), self.argument("since")
        asked = self._number("wait", 0) or 0
        # Of who hung up right after asking Tornado tells nothing.
        patience = 0 if is_gone(self.request) else min(asked, PATIENCE)
        if not (since or asked):
            return _before(room, await self.services.hub.page(room, before, limit))
        if before is not None:
            raise BadRange
        cursor = parse_cursor(since) if since else await self._head_of(room)
        return _after(room, *await self.services.hub.page_after(room, cursor, limit, patience))

    async def _head_of(self, room: str) -> Cursor:
        position = (await self.services.hub.page(room, None, 0)).position
        return Cursor(position.epoch, position.head)

    def _number(self, name: str, default: int | None) -> int | None:
        given = self.argument(name)
        if given and not re.fullmatch("[0-9]{1,16}", given):
            raise BadNumber(name=name)
        return int(given) if given else default


def _before(room: str, page: Page) -> HistoryPage:
    messages = [message(record) for record in page.records]
    # A page may be short because its messages are long: only an empty one has reached the end.
    first = messages[0].id if messages else page.position.oldest
    cursor = Cursor(page.position.epoch, page.position.head)
    return HistoryPage(room, *page.position, first, str(cursor), messages)


def _after(room: str, start: int, gap: Gap | None, page: Page) -> HistoryPage:
    messages = [message(record) for record in page.records]
    cursor = Cursor(page.position.epoch, messages[-1].id if messages else start)
    return HistoryPage(room, *page.position, start + 1, str(cursor), messages, gap)


class RoomPage(RoomReader):
    """For a browser: the page, with the conversation already in it."""

    def show_page(self, page: HistoryPage) -> None:
        self.show(
            "room.html",
            me=keep_person(self),
            room=page.room,
            socket=urls(page.room).socket,
            messages=page.messages,
            cursor=page.cursor,
            oldest=page.oldest,
            first=page.first,
            rooms=alive(self.services.hub),
        )


class RoomJson(RoomReader):
    """For a script."""

    def show_page(self, page: HistoryPage) -> None:
        self.answer(page)


class RoomText(RoomReader):
    """For a person at a terminal, and for whoever takes anything."""

    def show_page(self, page: HistoryPage) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        gap = gap_as_text(page.gap) if page.gap else ""
        self.finish(gap + "".join(map(as_text, page.messages)) or self._nothing_yet(page.head))

    def _nothing_yet(self, head: int) -> str:
        if head:
            return ""
        request = self.request
        address = f"{request.protocol}://{request.host}{request.path}"
        return f"Nothing was said here yet. Say something:\n\n  curl -d hello '{address}'\n"


class OneMessage(RoomReader):
    """One message by its number, in the form that is asked for."""

    methods = ("GET", "HEAD")

    async def get(self, name: str | None = None, id: str = "") -> None:
        try:
            found = await self._one(names.checked_room(name or LOBBY), int(id))
        except Refusal as refusal:
            self.refuse(refusal)
            return
        if self.wants_json:
            self.answer(found)
        else:
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(as_text(found))

    head = get

    async def _one(self, room: str, id: int) -> Message:
        page = await self.services.hub.page(room, id + 1, 1)
        if page.records and page.records[0].id == id:
            return message(page.records[0])
        raise (Gone if 0 < id < page.position.oldest else NotFound)(id=id)
