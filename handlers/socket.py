"""The base of every WebSocket here: who is connected, and what holds for all of them.

Whatever happens on one connection costs no other: a bug of ours is logged with
its traceback and closes that connection alone with 1011, and a connection that
ended in any way at all is no longer among the `waiters`.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import Awaitable
from typing import Any, ClassVar

from tornado.iostream import IOStream
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from chat.errors import BUG, CLOSE_REASONS, TOO_BIG, TRY_LATER, BadSecret, Refusal
from handlers import frames
from handlers.logs import log_exception
from handlers.outbox import Outbox
from handlers.services import Services
from handlers.tap import Tap, is_secret

log = logging.getLogger("broadcaster")

_numbers = itertools.count(1)


class SocketHandler(WebSocketHandler):
    """Registers in `waiters`, sends through an `Outbox`, shows its frames to a tap."""

    waiters: ClassVar[set[SocketHandler]] = set()
    """Everybody connected to this process, in whatever mode: for keepalive and shutdown."""

    kind: ClassVar[str]
    """What the log calls such a connection."""

    log_exception = log_exception

    def initialize(self, services: Services) -> None:
        self.services = services
        self.name = f"c{next(_numbers)}"
        self.tap: Tap | None = None

    # -- what each kind of socket does its own way --------------------------------

    def joined(self) -> None:
        """The handshake is done. Must not wait: nothing is read before it returns."""

    def received(self, message: str | bytes) -> Awaitable[object] | None:
        """A whole message came; what is returned is awaited before the next is read."""
        raise NotImplementedError

    def left(self) -> None:
        """The connection is over; called once, even when `joined` failed half-way."""

    def say_goodbye(self, code: int, retry_between: tuple[float, float]) -> None:
        """The server is about to close this connection with `code`."""

    # -- sending ------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """Sends frames as they stand; neither waits nor raises."""
        if self.tap and not self.outbox.closed:
            self.tap.sent(self.name, data)
        self.outbox.send(data)

    def hint(self, data: bytes) -> None:
        """Sends frames that a peer who is far behind may do without."""
        if self.outbox.has_room:
            self.send(data)

    def ping_now(self) -> None:
        """Sends a ping that carries the time, so that its pong tells the round trip."""
        self.send(frames.frame(frames.PING, self.pulse.ping(time.monotonic())))

    def write_message(
        self, message: bytes | str | dict[str, Any], binary: bool = False
    ) -> asyncio.Future[None]:
        """Tornado's own way, compressed if so agreed; the tap sees it before compression."""
        if self.tap and isinstance(message, str | bytes):
            self.tap.sent(self.name, _as_frame(message))
        return super().write_message(message, binary)

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Starts the closing handshake; from here on nothing is sent and nothing is taken."""
        if self.ws_connection is None:
            return
        self.outbox.close()
        reason = reason or CLOSE_REASONS.get(code or 0)
        if self.tap and code:
            self.tap.sent(self.name, frames.close_frame(code, reason))
        super().close(code, reason)

    # -- what Tornado asks --------------------------------------------------------

    @property
    def max_message_size(self) -> int:
        # Tornado drops the TCP connection at once when a message is over its limit,
        # and its close frame may be lost with it. Up to four times our limit the
        # sender is told properly, by `on_message`.
        return self.services.max_message * 4

    def prepare(self) -> None:
        if self.request.headers.get("Upgrade", "").lower() != "websocket":
            self.set_status(426)
            self.set_header("Upgrade", "websocket")
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish("426 This address speaks WebSocket; the page is at /.\n")
            return
        try:
            self.read_address()
        except Refusal as refusal:
            self.set_status(refusal.status)
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(f"{refusal.status} {refusal}\n")

    def read_address(self) -> None:
        """Takes what the URL asks for; a `Refusal` answers before the handshake, in words."""
        self.secret = self.get_query_argument("wire", "")
        if self.secret and not is_secret(self.secret):
            raise BadSecret

    def check_origin(self, origin: str) -> bool:
        """Called for the pages of other hosts only; Tornado lets our own in by itself."""
        allowed = self.services.allow_origin
        if origin in allowed or "*" in allowed:
            return True
        log.warning("refused a page from %r: --allow-origin=%s lets it in", origin, origin)
        return False

    def detach(self) -> IOStream:
        stream = super().detach()
        stream.set_nodelay(True)
        self.outbox = Outbox(stream, self.services.member_budget, self._overrun)
        return stream

    def open(self, *args: str, **kwargs: str) -> None:
        self.pulse = self.services.liveness.begin(time.monotonic())
        SocketHandler.waiters.add(self)
        try:
            log.info("%s %s joins from %s", self.name, self.kind, self.request.remote_ip)
            self._open_tap()
            self.joined()
        except Exception:
            self._bug()

    def on_message(self, message: str | bytes) -> Awaitable[None] | None:
        if self.ws_connection is None:
            return None  # we have said goodbye: what was still on its way is not taken
        try:
            self._heard(message)
            if _size(message) > self.services.max_message:
                self.close(TOO_BIG, f"over {self.services.max_message} bytes")
                return None
            waiting = self.received(message)
        except Exception:
            self._bug()
            return None
        return None if waiting is None else self._guarded(waiting)

    def on_ping(self, data: bytes) -> None:
        self.pulse.heard()
        if self.tap:
            self.tap.received(self.name, frames.PING, data)
            self.tap.sent(self.name, frames.frame(frames.PONG, data))

    def on_pong(self, data: bytes) -> None:
        self.pulse.heard()
        if self.tap:
            round_trip = self.pulse.round_trip(data, time.monotonic())
            self.tap.received(self.name, frames.PONG, data, round_trip)

    def on_close(self) -> None:
        if self not in SocketHandler.waiters:
            return  # it never got as far as `open`
        SocketHandler.waiters.remove(self)
        self.outbox.closed = True
        log.info("%s %s leaves with %s", self.name, self.kind, self.close_code or 1006)
        try:
            self.left()
            self._close_tap()
        except Exception:
            log.exception("%s did not leave cleanly", self.name)

    # -- within -------------------------------------------------------------------

    async def _guarded(self, waiting: Awaitable[object]) -> None:
        try:
            await waiting
        except WebSocketClosedError:
            pass  # the peer left meanwhile: on_close tells
        except Exception:
            self._bug()

    def _heard(self, message: str | bytes) -> None:
        self.pulse.heard()
        if self.tap:
            opcode = frames.TEXT if isinstance(message, str) else frames.BINARY
            self.tap.received(self.name, opcode, _payload(message))

    def _bug(self) -> None:
        log.exception("%s is closed by an error of ours", self.name)
        self.close(BUG)

    def _overrun(self) -> None:
        log.info("%s is too slow: over %d bytes wait", self.name, self.services.member_budget)
        self.close(TRY_LATER)

    def _open_tap(self) -> None:
        if self.secret:
            self.tap = self.services.taps.get(self.secret)
            self.tap.opened(self.name, self, self.request.path, self.selected_subprotocol)

    def _close_tap(self) -> None:
        if self.tap:
            if self.close_code:
                closing = frames.close_payload(self.close_code, self.close_reason)
                self.tap.received(self.name, frames.CLOSE, closing)
            self.tap.closed(self.name, self.close_code or 1006, self.close_reason or "")
            self.services.taps.release(self.secret)


def _payload(message: str | bytes) -> bytes:
    return message.encode() if isinstance(message, str) else message


def _as_frame(message: str | bytes) -> bytes:
    opcode = frames.TEXT if isinstance(message, str) else frames.BINARY
    return frames.frame(opcode, _payload(message))


def _size(message: str | bytes) -> int:
    """Bytes on the wire; ASCII text, which most is, needs no second copy to be measured."""
    ascii_or_bytes = isinstance(message, bytes) or message.isascii()
    return len(message) if ascii_or_bytes else len(_payload(message))
