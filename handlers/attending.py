"""What a connection needs to be a member of a room: a line, and a task that catches it up."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from chat.errors import Closing, Refusal
from chat.member import Wire
from chat.message import Cursor, Person
from chat.room import Room
from handlers.engine.line import Line
from handlers.services import Services

log = logging.getLogger("broadcaster")


class OnLine:
    """Who sends on a `Line`; none of it waits or raises."""

    __slots__ = ()

    line: Line

    def send(self, data: bytes) -> None:
        """Sends bytes as they stand."""
        self.line.send(data)

    def send_behind_next(self, data: bytes) -> None:
        """Sends bytes behind those that are sent next, in the same write."""
        self.line.send_behind_next(data)

    def hint(self, data: bytes) -> None:
        """Sends bytes that a peer who is far behind may do without."""
        if self.line.has_room:
            self.line.send(data)


class Attending(OnLine):
    """A member of a room, once it attends."""

    joining: asyncio.Task[None] | None
    name: str
    person: Person
    room: Room
    services: Services
    wire: Wire

    if TYPE_CHECKING:  # what each has besides, in its own way

        def refuse(self, refusal: Refusal) -> None:
            """Tells this member what it does not get."""

        def close(self, code: int | None = None, reason: str | None = None) -> None:
            """Ends the connection, once what waits is sent."""

        def failed(self) -> None:
            """Something of ours raised the exception that is being handled."""

    async def drained(self) -> None:
        await self.line.drained()

    def attend(self, room: str, cursor: Cursor | None, but: Refusal | None = None) -> None:
        """Enters a room and catches up from the cursor; `but` is told once it is in."""
        self.joining = None
        try:
            self.room = self.services.hub.enter(room, self)
        except Refusal as refusal:
            self.refuse(refusal)
            self.close(refusal.close, refusal.code)
        else:
            self.joining = asyncio.create_task(self._join(cursor, but))

    def depart(self) -> None:
        """Leaves the room, if it ever got there."""
        if hasattr(self, "room"):
            if self.joining:
                self.joining.cancel()
            self.services.hub.leave(self.room, self)

    async def _join(self, cursor: Cursor | None, but: Refusal | None) -> None:
        try:
            await self.room.join(self, cursor)
            if but:
                self.refuse(but)
        except Refusal as refusal:
            if not isinstance(refusal, Closing):
                log.error("%s cannot join: %s", self.name, refusal.code, exc_info=refusal)
            self.refuse(refusal)
            self.close(refusal.close, refusal.code)
        except Exception:
            self.failed()
        self.joining = None
