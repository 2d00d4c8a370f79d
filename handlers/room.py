"""A room to be read: as a page for a browser, as text for a terminal, as JSON for a script.

The same stretch of its history each time, the last messages or those `before` an id, and
the cursor that it ends at.
"""

from __future__ import annotations

import re
from datetime import datetime

from chat import names
from chat.codec import message
from chat.errors import BadNumber, Gone, NotFound, Refusal
from chat.message import Cursor, HistoryPage, Message
from chat.names import LOBBY
from handlers.identity import keep_person
from handlers.page import ROOM_METHODS, PageHandler
from handlers.places import alive, urls

SHOWN = 50
"""Messages in a page of history unless asked otherwise."""
MOST = 500

# All but tab and line feed: what others typed must not steer anybody's terminal.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class RoomReader(PageHandler):
    """Reads what is asked for, and has it shown in one form."""

    methods: tuple[str, ...] = ROOM_METHODS

    async def get(self, name: str | None = None) -> None:
        try:
            page = await self._read(names.checked_room(name or LOBBY))
        except Refusal as refusal:
            self.refuse(refusal)
            return
        self.set_header("Cursor", str(Cursor(page.epoch, page.head)))
        self.show_page(page)

    head = get

    def show_page(self, page: HistoryPage) -> None:
        raise NotImplementedError

    async def _read(self, room: str) -> HistoryPage:
        before = self._number("before", None)
        limit = min(self._number("limit", SHOWN) or SHOWN, MOST)
        page = await self.services.hub.page(room, before, limit)
        messages = [message(record) for record in page.records]
        # A page may be short because its messages are long: only an empty one has reached the end.
        first = messages[0].id if messages else page.position.oldest
        return HistoryPage(room, *page.position, first, messages)

    def _number(self, name: str, default: int | None) -> int | None:
        given = self.get_query_argument(name, "")
        if given and not re.fullmatch("[0-9]{1,16}", given):
            raise BadNumber(name=name)
        return int(given) if given else default


class RoomPage(RoomReader):
    """For a browser: the page, with the conversation already in it."""

    def show_page(self, page: HistoryPage) -> None:
        keep_person(self)
        self.show(
            "room.html",
            room=page.room,
            socket=urls(page.room).socket,
            messages=page.messages,
            cursor=str(Cursor(page.epoch, page.head)),
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
        self.finish("".join(map(as_text, page.messages)) or self._nothing_yet())

    def _nothing_yet(self) -> str:
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


def as_text(message: Message) -> str:
    """A line of text, or as many as the message has, each after the first set in."""
    at = datetime.fromisoformat(message.at).strftime("%Y-%m-%d %H:%M")
    first, *rest = f"{at}  {_readable(message.sender.name)}: {_words(message)}".split("\n")
    return "\n".join([first, *(f"    {line}" for line in rest), ""])


def _words(message: Message) -> str:
    if message.deleted:
        return "(deleted)"
    if isinstance(message.data, bytes):
        return f"({len(message.data)} bytes of binary)"
    return _readable(str(message.text)) + (" (edited)" if message.edited else "")


def _readable(text: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))
