"""Broadcast: every message to every member of the room, the sender included, in one order.

With the subprotocol `broadcaster.v1.json` a member speaks JSON (chat/message.py).
With none it is plain: what it sends is what every member receives, byte for byte;
a plain member has no other way to be refused something than to be closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import NamedTuple

from chat import names
from chat.codec import SUBPROTOCOL, parse, parse_cursor
from chat.errors import BadName, Refusal
from chat.history import Stored
from chat.message import (
    Cursor,
    Delete,
    Edit,
    Error,
    Goodbye,
    Person,
    PingMe,
    Rename,
    Say,
)
from chat.names import LOBBY
from handlers.attending import Attending
from handlers.identity import new_id, person_id, tab_person_id
from handlers.socket import SocketHandler
from handlers.unstored import Unstored, done
from handlers.wires import JsonWire, NamedWire, PlainWire, wire


class Asked(NamedTuple):
    """What the address that a member connects to asks for."""

    room: str
    cursor: Cursor | None
    name: str
    names: bool
    person: str | None


class BroadcastHandler(SocketHandler, Attending):
    """A member of a room."""

    __slots__ = ("asked", "joining", "person", "room", "speaks_json", "unstored", "wire")

    kind = "member"
    asked: Asked | None
    wire: JsonWire

    def read_address(self) -> None:
        super().read_address()
        since = self.get_query_argument("since", "")
        self.asked = Asked(
            room=names.checked_room(next(iter(self.path_args), LOBBY)),
            cursor=parse_cursor(since) if since else None,
            name=self.get_query_argument("name", names.NOBODY),
            names=self.get_query_argument("names", None) is not None,
            person=tab_person_id(self) or person_id(self),
        )

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        return SUBPROTOCOL if SUBPROTOCOL in subprotocols else None

    def joined(self) -> None:
        asked, self.asked = self.asked, None
        assert asked
        self.unstored = Unstored()
        self.speaks_json = self.selected_subprotocol is not None
        self.wire = wire(_format(self.speaks_json, asked.names), self.window)
        name, refusal = _name(asked.name)
        self.person = Person(asked.person or new_id(), name)
        if self.speaks_json:
            self.attend(asked.room, asked.cursor, refusal)
        else:
            self.attend(asked.room, None)

    def left(self) -> None:
        self.depart()

    def on_message(self, message: str | bytes) -> Awaitable[None] | None:
        try:
            return self._take(message)
        except Refusal as refusal:
            self.refuse(refusal)
            return None

    def refuse(self, refusal: Refusal) -> None:
        """Tells this member what it does not get."""
        if not self.speaks_json:
            self.close(refusal.close, refusal.code)
            return
        words = Error(refusal.code, str(refusal), refusal.key, refusal.retry_after)
        self.send(self.wire.event(words))

    def say_goodbye(self, code: int, retry_between: tuple[float, float]) -> None:
        if goodbye := self.wire.event(Goodbye(code, retry_between)):
            self.send(goodbye)

    def _take(self, message: str | bytes) -> Awaitable[None] | None:
        if not self.speaks_json:
            wait = self._pace(None)
            return self._brake(self.room.relay(self, message), len(message), wait)
        command = parse(message)
        wait = self._pace(getattr(command, "key", None))
        match command:
            case Say() | Edit() | Delete():
                return self._brake(self.room.say(self, command), len(message), wait)
            case Rename(name):
                self.room.rename(self, name)
            case PingMe():
                self.ping_now()
        return asyncio.sleep(wait) if wait else None

    def _pace(self, key: str | None) -> float:
        """Seconds after which this member may go on; raises when it has been too fast for long."""
        try:
            return self.services.gate.wait(self.person.id, self.address)
        except Refusal as refusal:
            refusal.key = key
            raise

    def _brake(
        self, stored: asyncio.Future[Stored], size: int, wait: float
    ) -> Awaitable[None] | None:
        """Lets a member that says too much at once wait before it is read again."""
        self.unstored.add(stored, size)
        return self._rest(wait, stored) if wait or self.unstored.over else None

    async def _rest(self, wait: float, stored: asyncio.Future[Stored]) -> None:
        """Until this member is within its pace, and no more of it waits to be stored than may."""
        await asyncio.sleep(wait)
        if self.unstored.over:
            await done(stored)


def _format(speaks_json: bool, wants_names: bool) -> type[JsonWire]:
    if speaks_json:
        return JsonWire
    return NamedWire if wants_names else PlainWire


def _name(asked: str) -> tuple[str, BadName | None]:
    try:
        return names.checked(asked), None
    except BadName as refusal:
        return names.NOBODY, refusal
