"""The rules of one connection: its handshakes, its order, its errors (RFC 6455).

Tornado parses the request and asks the handler what it thinks of it; from the answer on
the connection is ours. Its handler hears of messages, pings and the end by the methods
that every `WebSocketHandler` has.

Whoever breaks the rules is told why in a close frame, and then nothing of theirs is read
any more; but it is still taken off the wire for a moment, or a reset could overtake the
close frame.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Awaitable
from typing import Any

from tornado.iostream import IOStream
from tornado.websocket import WebSocketHandler, WebSocketProtocol13

from handlers.engine import deflate
from handlers.engine.frames import (
    BINARY,
    PING,
    PONG,
    TEXT,
    Parser,
    Violation,
    close_frame,
    close_of,
    frame,
)
from handlers.engine.line import Line
from handlers.engine.roads import Roads
from handlers.engine.seam import ServerProtocol, lighten, take_over

NO_CODE = 1005
"""What stands for the code of a close frame that has none (RFC 6455 section 7.1.5)."""
CLOSES_WITHIN = 5.0
"""Seconds that a peer has to answer our close, and we to send what waits before it."""


class Handler(WebSocketHandler):
    """A handler whose connections are ours."""

    @property
    def roads(self) -> Roads:
        """Where its lines come from."""
        raise NotImplementedError

    def get_websocket_protocol(self) -> Connection | None:
        if self.request.headers.get("Sec-WebSocket-Version") != "13":
            return None  # Tornado says which version it would be
        return Connection(self)

    def get_compression_options(self) -> dict[str, object] | None:
        return {}

    def overrun(self) -> None:
        """The peer does not take what it is sent, and more would wait than it may."""
        raise NotImplementedError

    def failed(self) -> None:
        """Something of ours raised the exception that is being handled."""
        raise NotImplementedError


class Connection(ServerProtocol):
    """One WebSocket: what its handler, a `Handler`, has as `ws_connection` until it closes it."""

    __slots__ = (
        "_closing",
        "_code",
        "_deadline",
        "_deaf",
        "_reason",
        "_subprotocol",
        "extensions",
        "line",
        "parser",
        "window",
    )

    handler: Handler
    extensions: str | None
    line: Line
    parser: Parser
    window: int | None

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)
        self._subprotocol: str | None = None
        self._closing = False
        self._deaf = False
        self._code: int | None = None
        self._reason: str | None = None
        self._deadline: asyncio.TimerHandle | None = None

    # -- the handshake -------------------------------------------------------------------

    async def accept_connection(self, handler: WebSocketHandler) -> None:
        """Answers the request (section 4.2) and opens the connection."""
        headers = handler.request.headers
        key = headers.get("Sec-WebSocket-Key", "")
        if not _is_key(key):
            handler.set_status(400)
            handler.finish("400 Sec-WebSocket-Key is 16 bytes in base64.\n")
            return
        asked = headers.get("Sec-WebSocket-Protocol", "")
        self._subprotocol = handler.select_subprotocol([s.strip() for s in asked.split(",") if s])
        compresses = handler.get_compression_options() is not None
        agreed = compresses and deflate.agree(headers.get("Sec-WebSocket-Extensions", ""))
        self.window = agreed.window if agreed else None
        self.extensions = agreed.answer if agreed else None
        self._begin(_answer(self.answer(key)))

    def _begin(self, answer: bytes) -> None:
        handler = self.handler
        self.parser = Parser(handler.max_message_size, deflate.inflate if self.window else None)
        self.line = self.make_line(take_over(handler, 101))
        self.line.send(answer)
        try:
            handler.open(*handler.open_args, **handler.open_kwargs)
        except Exception:
            handler.failed()
        # When Tornado, which has called us, is done with it.
        asyncio.get_running_loop().call_soon(lighten, handler)
        self.line.start()

    def make_line(self, stream: IOStream) -> Line:
        """The line that goes on from here, the answer to the handshake first."""
        return self.handler.roads.line(self, stream)

    def answer(self, key: str) -> list[tuple[str, str]]:
        """The headers that the handshake was answered with."""
        fields = (
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Accept", WebSocketProtocol13.compute_accept_value(key)),
            ("Sec-WebSocket-Protocol", self._subprotocol),
            ("Sec-WebSocket-Extensions", self.extensions),
        )
        return [(name, value) for name, value in fields if value]

    @property
    def selected_subprotocol(self) -> str | None:
        return self._subprotocol

    # -- what the line tells -------------------------------------------------------------

    def received(self, data: bytes) -> None:
        if not self._deaf:
            self._work(data)

    def lost(self) -> None:
        if self._deadline:
            self._deadline.cancel()
        self.handler.on_ws_connection_close(self._code, self._reason)

    def overrun(self) -> None:
        self.handler.overrun()

    # -- what comes ----------------------------------------------------------------------

    def _work(self, data: bytes = b"") -> bool:
        """Handles what has come, one thing after the other; whether one has to be waited for."""
        parser = self.parser
        try:
            event = parser.next(data)
            while event is not None:
                opcode, payload = event
                if opcode > BINARY:
                    self._control(opcode, payload)
                elif not self._closing and (waiting := self.handler.on_message(payload)):
                    self._wait_for(waiting)
                    return True
                event = parser.next() if parser.fed and not self._deaf else None
        except Violation as violation:
            self._fail(violation.code, str(violation))
        except Exception:
            self.handler.failed()
        return False

    def _control(self, opcode: int, payload: Any) -> None:
        if opcode == PING:
            self.pong(payload)
            self.handler.on_ping(payload)
        elif opcode == PONG:
            self.handler.on_pong(payload)
        else:
            self._closed_by_peer(*close_of(payload))

    def pong(self, payload: bytes) -> None:
        """Answers a ping."""
        self.line.send(frame(PONG, payload))

    def _wait_for(self, waiting: Awaitable[object]) -> None:
        """Reads on when this is done, and meanwhile nothing."""
        self.line.pause()
        asyncio.ensure_future(self._guarded(waiting)).add_done_callback(self._go_on)

    async def _guarded(self, waiting: Awaitable[object]) -> None:
        try:
            await waiting
        except Exception:
            self.handler.failed()

    def _go_on(self, _: asyncio.Future[None]) -> None:
        if not (self.line.over or self._work()):
            self.line.resume()

    # -- closing -------------------------------------------------------------------------

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Begins the closing handshake (section 7.1.2); what waits goes first."""
        if not (self._closing or self.line.over):
            self._closing = True
            self.line.send_last(close_frame(code, reason))
            loop = asyncio.get_running_loop()
            self._deadline = loop.call_later(CLOSES_WITHIN, self.line.abort)

    def is_closing(self) -> bool:
        return self._closing

    def _closed_by_peer(self, code: int | None, reason: str) -> None:
        """The peer closes, or answers our close; the server is the one to hang up."""
        self._code, self._reason = code or NO_CODE, reason
        self._deaf = True
        self.close(code)
        self.line.finish()

    def _fail(self, code: int, reason: str) -> None:
        self._code, self._reason = code, reason
        self._deaf = True
        self.close(code, reason)
        self.line.hang_up()

    def on_connection_close(self) -> None:
        """What Tornado would abort has ended already."""

    # -- what Tornado's handlers have methods for -----------------------------------------

    def write_message(
        self, message: str | bytes | dict[str, Any], binary: bool = False
    ) -> asyncio.Future[None]:
        assert not isinstance(message, dict)  # `WebSocketHandler` has made text of it
        payload = message.encode() if isinstance(message, str) else message
        opcode = BINARY if binary else TEXT
        self.line.send(deflate.squeezed(opcode, payload, self.window))
        return asyncio.ensure_future(self.line.drained())

    def write_ping(self, data: bytes) -> None:
        self.line.send(frame(PING, data))

    def start_pinging(self) -> None:
        """Pings are keepalive.py's affair."""

    def set_nodelay(self, x: bool) -> None:
        """Lines never delay."""


def _answer(fields: list[tuple[str, str]]) -> bytes:
    """The answer to the handshake, written at once."""
    lines = [f"{name}: {value}\r\n" for name, value in fields]
    return f"HTTP/1.1 101 Switching Protocols\r\n{''.join(lines)}\r\n".encode()


def _is_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == 16
    except (binascii.Error, ValueError):
        return False
