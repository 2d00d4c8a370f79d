"""A room to be followed: an answer that is held open, for whoever speaks HTTP alone.

Behind it is a member like any other, on a line like any other (handlers/engine/line.py):
the same fan-out and the same budget, and who falls behind comes back with its cursor. It
only listens. Nobody answers pings here, so the kernel is asked to notice who is gone.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import random
import socket
import time
from typing import Any, ClassVar

from tornado.httputil import format_timestamp

from chat import names
from chat.codec import parse_cursor
from chat.errors import BUG, TRY_LATER, Refusal
from chat.message import Cursor, Error, Goodbye, Person
from chat.names import LOBBY
from handlers.attending import Attending
from handlers.engine.connection import CLOSES_WITHIN
from handlers.engine.line import Line
from handlers.engine.seam import is_gone, take_over
from handlers.gate import address_of
from handlers.identity import bearer_id, new_id, person_id, tab_person_id
from handlers.page import HEADERS, ROOM_METHODS, PageHandler
from handlers.services import Services
from handlers.streams import LinesWire

log = logging.getLogger("broadcaster")

COME_BACK = (1.0, 5.0)
"""Seconds in which to come back after being cut off."""
RETRY = (1000, 3000)
"""Milliseconds, from and to, after which an EventSource is told to come back."""
UNASKED = 64 * 1024
"""Bytes that may come after a request; they are for nobody."""

_numbers = itertools.count(1)


class Follower(Attending):
    """One who follows a room."""

    __slots__ = (
        "_unasked",
        "address",
        "joining",
        "line",
        "name",
        "person",
        "room",
        "services",
        "wire",
    )

    followers: ClassVar[set[Follower]] = set()
    """Everybody who follows a room of this process, for shutdown."""

    wire: LinesWire

    def __init__(self, services: Services, person: Person, address: str, wire: LinesWire) -> None:
        self.services = services
        self.address = address
        self.person = person
        self.wire = wire
        self.name = f"f{next(_numbers)}"
        self._unasked = 0

    def begin(self, line: Line, answer: bytes, room: str, cursor: Cursor | None) -> None:
        """Sends the answer's beginning, then what the room holds from the cursor on.

        Without one that is from its welcome on.
        """
        self.line = line
        Follower.followers.add(self)
        self.services.gate.enter(self.address)
        self.send(answer)
        self.attend(room, cursor)
        line.start()

    # -- what a member can be told -----------------------------------------------------

    def refuse(self, refusal: Refusal) -> None:
        self.send(self.wire.event(Error(refusal.code, str(refusal), None, refusal.retry_after)))

    def say_goodbye(self, code: int, retry_between: tuple[float, float]) -> None:
        """Says when to come back; nothing follows it."""
        self.line.send_last(self.wire.event(Goodbye(code, retry_between)))

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        self.say_goodbye(code or BUG, COME_BACK)
        self.line.finish()
        asyncio.get_running_loop().call_later(CLOSES_WITHIN, self.line.abort)

    def failed(self) -> None:
        log.exception("%s is closed by an error of ours", self.name)
        self.close(BUG)

    # -- what its line tells -----------------------------------------------------------

    def received(self, data: bytes) -> None:
        self._unasked += len(data)
        if self._unasked > UNASKED:
            self.line.abort()

    def overrun(self) -> None:
        log.info("%s is too slow: more would wait than may", self.name)
        self.close(TRY_LATER)

    def lost(self) -> None:
        Follower.followers.discard(self)
        self.services.gate.leave(self.address)
        log.info("%s follower leaves", self.name)
        self.depart()


class FollowHandler(PageHandler):
    """Answers with the stream of a room, from the cursor that is asked for."""

    methods = ROOM_METHODS

    def initialize(self, services: Services, **given: Any) -> None:
        super().initialize(services)
        self.wire: LinesWire = given["wire"]

    async def get(self, name: str | None = None) -> None:
        try:
            self.services.gate.check(address_of(self.request))
            room, person = names.checked_room(name or LOBBY), self._person()
            since = self._since()
            cursor, shown = (since, b"") if since else await self._begins(room)
        except Refusal as refusal:
            self.refuse(refusal)
            return
        if is_gone(self.request):
            return
        address = address_of(self.request)
        follower = Follower(self.services, person, address, self.wire)
        log.info("%s follower joins from %s", follower.name, address)
        stream = take_over(self, 200)
        notice_loss(stream.socket, self.services.liveness.timeout)
        answer = self._head() + self.wire.begin(cursor, random.randint(*RETRY)) + shown  # noqa: S311
        goes_on = cursor if since or self.wire.says_where else None
        follower.begin(self.services.roads.line(follower, stream), answer, room, goes_on)

    async def head(self, name: str | None = None) -> None:
        try:
            room = names.checked_room(name or LOBBY)
            cursor = self._since() or (await self._begins(room))[0]
        except Refusal as refusal:
            self.refuse(refusal)
            return
        self.set_header("Content-Type", self.wire.type)
        self.set_header("Cursor", str(cursor))

    def _since(self) -> Cursor | None:
        since = self.request.headers.get("Last-Event-ID") or self.argument("since")
        return parse_cursor(since) if since else None

    async def _begins(self, room: str) -> tuple[Cursor, bytes]:
        """From where on it follows without a cursor, and what is shown before that."""
        page = await self.services.hub.page(room, None, self.wire.shown)
        cursor = Cursor(page.position.epoch, page.position.head)
        return cursor, self.wire.records(page.records, cursor.epoch) if self.wire.shown else b""

    def _person(self) -> Person:
        id = bearer_id(self) or tab_person_id(self) or person_id(self) or new_id()
        return Person(id, names.checked(self.argument("name") or names.NOBODY))

    def _head(self) -> bytes:
        """The beginning of an answer that ends with its connection (RFC 9112 section 6.3)."""
        fields = {
            **HEADERS,
            **self.varying_headers(),
            "Content-Type": self.wire.type,
            "Date": format_timestamp(time.time()),
            "Cache-Control": "no-cache, no-transform",
            "X-Accel-Buffering": "no",  # asks nginx not to keep it back
            "Connection": "close",
        }
        lines = [f"{name}: {value}\r\n" for name, value in fields.items()]
        return f"HTTP/1.1 200 OK\r\n{''.join(lines)}\r\n".encode()


def notice_loss(sock: socket.socket, seconds: float) -> None:
    """Has the kernel end a connection whose peer was not heard of for so long; 0: as ever."""
    if not seconds:
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    whole = max(1, round(seconds))
    options = {
        "TCP_KEEPIDLE": whole,
        "TCP_KEEPINTVL": max(1, whole // 3),
        "TCP_KEEPCNT": 3,
        "TCP_USER_TIMEOUT": round(seconds * 1000),
    }
    for name, value in options.items():
        if number := getattr(socket, name, None):  # not every system has them all
            sock.setsockopt(socket.IPPROTO_TCP, number, value)
