"""Broadcast: every message to every member of the room, the sender included, in one order.

With the subprotocol `broadcaster.v1.json` a member speaks JSON (chat/message.py).
With none it is plain: what it sends is what every member receives, byte for byte;
a plain member has no other way to be refused something than to be closed.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Sequence

from chat import names
from chat.codec import encode, message, parse
from chat.errors import BadName, Refusal
from chat.history import Stored
from chat.hub import LOBBY
from chat.message import Error, Event, Goodbye, Person, PingMe, Record, Rename, Say
from chat.room import Room, Wire
from handlers.frames import BINARY, TEXT, frame
from handlers.identity import person_id
from handlers.socket import SocketHandler

SUBPROTOCOL = "broadcaster.v1.json"

UNSTORED_MESSAGES = 64
UNSTORED_BYTES = 256 * 1024
"""What a member may have on its way into the log before its reading pauses."""


class JsonWire:
    """For the page and rich clients: one JSON object a text frame."""

    def records(self, records: Sequence[Record]) -> bytes:
        return b"".join(self.event(message(record)) for record in records)

    def event(self, event: Event) -> bytes:
        return frame(TEXT, encode(event))


class PlainWire:
    """Messages alone, as they were sent."""

    def records(self, records: Sequence[Record]) -> bytes:
        return b"".join(map(self.record, records))

    def record(self, record: Record) -> bytes:
        if isinstance(record.body, bytes):
            return frame(BINARY, record.body)
        return frame(TEXT, record.body.encode())

    def event(self, event: Event) -> bytes:
        return b""


class NamedWire(PlainWire):
    """For people at a terminal (`?names`): text with who said it before it."""

    def record(self, record: Record) -> bytes:
        if isinstance(record.body, bytes):
            return super().record(record)
        return frame(TEXT, f"{record.sender.name}: {record.body}".encode())


JSON, PLAIN, NAMED = JsonWire(), PlainWire(), NamedWire()


class BroadcastHandler(SocketHandler):
    """A member of a room."""

    kind = "member"
    wire: Wire
    person: Person
    room: Room | None = None

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        return SUBPROTOCOL if SUBPROTOCOL in subprotocols else None

    def joined(self) -> None:
        self.unstored = Unstored()
        self.wire = self._choose_wire()
        name, refusal = self._choose_name()
        self.person = Person(person_id(self) or secrets.token_urlsafe(9), name)
        self.room = self.services.hub.join(LOBBY, self)
        if refusal and self.wire is JSON:
            self.refuse(refusal)

    def left(self) -> None:
        if self.room:
            self.services.hub.leave(self.room, self)

    def received(self, message: str | bytes) -> Awaitable[object] | None:
        try:
            return self._take(message)
        except Refusal as refusal:
            self.refuse(refusal)
            return None

    def refuse(self, refusal: Refusal) -> None:
        """Tells this member what it does not get."""
        if self.wire is not JSON:
            self.close(refusal.close, refusal.code)
            return
        words = Error(refusal.code, str(refusal), refusal.key, refusal.retry_after)
        self.send(JSON.event(words))

    def say_goodbye(self, code: int, retry_between: tuple[float, float]) -> None:
        if goodbye := self.wire.event(Goodbye(code, retry_between)):
            self.send(goodbye)

    def _take(self, message: str | bytes) -> Awaitable[object] | None:
        assert self.room
        if self.wire is not JSON:
            return self.unstored.add(self.room.relay(self, message), len(message))
        match parse(message):
            case Say() as say:
                return self.unstored.add(self.room.say(self, say), len(say.text))
            case Rename(name):
                self.room.rename(self, name)
            case PingMe():
                self.ping_now()
        return None

    def _choose_wire(self) -> Wire:
        if self.selected_subprotocol:
            return JSON
        return PLAIN if self.get_query_argument("names", None) is None else NAMED

    def _choose_name(self) -> tuple[str, BadName | None]:
        try:
            return names.checked(self.get_query_argument("name", names.NOBODY)), None
        except BadName as refusal:
            return names.NOBODY, refusal


class Unstored:
    """What one member has on its way into the log; over the limit, its reading waits."""

    def __init__(self) -> None:
        self._messages = 0
        self._bytes = 0

    def add(self, stored: asyncio.Future[Stored], size: int) -> Awaitable[object] | None:
        self._messages += 1
        self._bytes += size
        stored.add_done_callback(lambda _: self._settle(size))
        if self._messages <= UNSTORED_MESSAGES and self._bytes <= UNSTORED_BYTES:
            return None
        return asyncio.wait([stored])

    def _settle(self, size: int) -> None:
        self._messages -= 1
        self._bytes -= size
