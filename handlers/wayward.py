"""The echo that misbehaves as its address asks, for clients that want to see the hard cases.

It is a handler of its own, so that an echo that is asked for nothing pays nothing. All that it
sends waits in one place (held.py) for its time; while more waits there than may, nothing
is read. Whatever else runs for a connection ends with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import islice
from random import Random
from secrets import randbits

from tornado.iostream import IOStream

from chat.codec import encode
from handlers.echo import EchoHandler
from handlers.engine.connection import CLOSES_WITHIN, Connection
from handlers.engine.deflate import WORTH_IT, deflate
from handlers.engine.frames import BINARY, RSV1, TEXT, fragments
from handlers.engine.line import Line
from handlers.engine.seam import encryption
from handlers.held import Holding
from handlers.hello import Hello, hello
from handlers.misbehaviour import Fate, Misbehaviour, read
from handlers.services import Services

AT_ONCE, NEVER = Fate(copies=1, wait=0), Fate(copies=0, wait=0)
IN_A_TURN = 64
"""Fragments of a message that are sent before others get their turn."""


class WaywardConnection(Connection):
    """A connection that may leave pings unanswered, and write in small pieces."""

    __slots__ = ()

    handler: WaywardHandler

    def make_line(self, stream: IOStream) -> Line:
        line = super().make_line(stream)
        if self.handler.asked.chunk:
            line.write_at_most(self.handler.asked.chunk)
        return line

    def pong(self, payload: bytes) -> None:
        if not self.handler.asked.no_pong:
            super().pong(payload)


class WaywardHandler(EchoHandler):
    """An echo that does what is `asked`."""

    __slots__ = (
        "_between",
        "_chance",
        "_delay",
        "_encryption",
        "_holding",
        "_in_message",
        "_seed",
        "_taken",
        "_tasks",
        "asked",
    )

    kind = "wayward echo"

    asked: Misbehaviour

    def initialize(self, services: Services) -> None:
        super().initialize(services)
        self._delay: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._taken = 0
        self._in_message = False
        self._between = b""

    # -- the handshake ------------------------------------------------------------

    def read_address(self) -> None:
        super().read_address()
        self.asked = read(self.request.query_arguments, self.services.max_message)
        self._encryption = encryption(self.request)
        # Without a delay, what comes next is not looked at before this is on its way.
        limit = self.services.member_budget // 2 if self.asked.delays else 0
        self._holding = Holding(limit)
        self._seed = randbits(32) if self.asked.seed is None else self.asked.seed
        # Not the number itself, whose sign would not count.
        self._chance = Random(str(self._seed))  # noqa: S311, it is there to be foreseen

    async def before_the_handshake(self) -> None:
        self._delay = asyncio.ensure_future(asyncio.sleep(self.asked.handshake_delay / 1000))
        await asyncio.wait([self._delay])
        if self._delay.cancelled():
            self.finish()  # to nobody
        elif status := self.asked.handshake_status:
            self.answer(status, "This is what `handshake_status` asked for.", "as_asked")

    def on_connection_close(self) -> None:
        if self._delay:
            self._delay.cancel()
        super().on_connection_close()

    def get_websocket_protocol(self) -> Connection | None:
        return super().get_websocket_protocol() and WaywardConnection(self)

    def get_compression_options(self) -> dict[str, object] | None:
        return None if self.asked.compress is False else {}

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        return self.asked.subprotocol

    @property
    def max_message_size(self) -> int:
        return self.services.max_message if self.asked.max is None else self.asked.max

    def joined(self) -> None:
        put = self._holding.put
        if self.asked.hello:
            put(TEXT, encode(self._hello()), AT_ONCE)
        if self.asked.last == 0:
            put(TEXT, b"", NEVER, last=True)
        self._begin(self._echo)
        if self.asked.ping_every:
            self._begin(self._ping)

    def left(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._holding.drop()

    # -- what comes ---------------------------------------------------------------------

    def on_message(self, message: str | bytes) -> Awaitable[None] | None:
        if self._taken == self.asked.last:
            return None
        self._taken += 1
        opcode, payload = (
            (TEXT, message.encode()) if isinstance(message, str) else (BINARY, message)
        )
        fate, last = self.asked.fate(self._chance), self._taken == self.asked.last
        self._holding.put(opcode, payload, fate, last)
        return self._room() if self._holding.over else None

    async def _room(self) -> None:
        """Waits until there is room for more; what is not read meanwhile, pongs, is not missed."""
        while self._holding.over:
            self.line.alive = True
            self.pulse.look = max(self.pulse.look, self._holding.due)
            await self._holding.change()

    # -- what goes back -----------------------------------------------------------------

    async def _echo(self) -> None:
        while True:
            held = await self._holding.next()
            for _ in range(held.copies):
                await self._say(held.opcode, held.payload)
            self._holding.gone()
            if held.last:
                await self._end()

    async def _say(self, opcode: int, payload: bytes) -> None:
        """Sends one message, as it was asked for; pings and a close may come into it."""
        payload, bits = self._packed(payload)
        frames = fragments(opcode, payload, self.asked.fragment or len(payload) or 1, bits)
        self._in_message = True
        while some := b"".join(islice(frames, IN_A_TURN)):
            self.line.send(some)
            await self.line.drained()
            await asyncio.sleep(0)
        self._in_message = False
        if self._between:
            between, self._between = self._between, b""
            self.line.send(between)

    def _packed(self, payload: bytes) -> tuple[bytes, int]:
        """What goes over the wire for a payload, and the bit that says so."""
        worth_it = self.asked.compress or len(payload) >= WORTH_IT
        if self.window is None or not worth_it:
            return payload, 0
        return deflate(payload, self.window), RSV1

    def send(self, data: bytes) -> None:
        """Sends what a watcher wants to, but not into the middle of a message."""
        if not self._in_message:
            super().send(data)
        elif len(self._between) + len(data) > self.services.member_budget:
            self.overrun()
        else:
            self._between += data

    def _hello(self) -> Hello:
        assert isinstance(self.ws_connection, Connection)
        return hello(self.request, self.ws_connection, self.secret, self._encryption, self._seed)

    async def _end(self) -> None:
        if self.asked.close_after == self._taken:
            self.close(self.asked.code, self.asked.reason)
        if self.asked.abort == self._taken:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.line.drained(), CLOSES_WITHIN)
            self.line.reset()

    async def _ping(self) -> None:
        assert self.asked.ping_every is not None
        while True:
            await asyncio.sleep(self.asked.ping_every / 1000)
            await self.line.drained()
            self.ping_now()

    def _begin(self, work: Callable[[], Awaitable[None]]) -> None:
        """Works until the connection is over."""
        self._tasks.append(asyncio.create_task(self._guarded(work)))

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception:
            self.failed()
