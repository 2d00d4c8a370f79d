"""The base of every WebSocket here: who is connected, and what holds for all of them.

Whatever happens on one connection costs no other: a bug of ours is logged with
its traceback and closes that connection alone with 1011, and a connection that
ended in any way at all is no longer among the `waiters`.
"""

from __future__ import annotations

import itertools
import logging
import math
import time
from collections.abc import Awaitable
from functools import partial
from http.client import responses
from typing import ClassVar

from tornado.web import HTTPError

from chat.answers import Problem
from chat.codec import encode
from chat.errors import BUG, CLOSE_REASONS, TRY_LATER, BadQuery, BadSecret, Refusal
from chat.liveness import Pulse
from handlers.attending import OnLine
from handlers.engine.connection import Connection, Handler
from handlers.engine.frames import OPCODE, PING, PONG, frame
from handlers.engine.line import Line
from handlers.engine.roads import Roads
from handlers.gate import address_of
from handlers.logs import log_exception
from handlers.origins import is_allowed, make_readable
from handlers.seen import opened
from handlers.services import Services
from handlers.tap import Tap, is_secret
from handlers.wanted import PROBLEM

log = logging.getLogger("broadcaster")

BODILESS = (204, 205, 304)
"""Statuses that have nothing behind their headers (RFC 9110)."""

_numbers = itertools.count(1)


class SocketHandler(OnLine, Handler):
    """Registers in `waiters`, sends on a `Line`, shows its frames to a tap."""

    # Not in the dictionary that Tornado's part has: there may be ten thousand of these.
    __slots__ = ("address", "line", "name", "pulse", "secret", "services", "tap", "window")

    waiters: ClassVar[set[SocketHandler]] = set()
    """Everybody connected to this process, in whatever mode: for keepalive and shutdown."""

    kind: ClassVar[str]
    """What the log calls such a connection."""

    address: str
    """Where its client is; kept while it is connected."""
    line: Line
    pulse: Pulse
    window: int | None
    """How the peer takes compressed messages (handlers/engine/deflate.py), if it does."""

    log_exception = log_exception

    def initialize(self, services: Services) -> None:
        make_readable(self.request)
        self.services = services
        self.name = f"c{next(_numbers)}"
        self.tap: Tap | None = None

    # -- what each kind of socket does its own way --------------------------------

    def before_the_handshake(self) -> Awaitable[None] | None:
        """The address is read; may `finish` instead of the handshake, or have it wait."""

    def joined(self) -> None:
        """The handshake is done. Must not wait: nothing is read before it returns."""

    def left(self) -> None:
        """The connection is over; called once, even when `joined` failed half-way."""

    def say_goodbye(self, code: int, retry_between: tuple[float, float]) -> None:
        """The server is about to close this connection with `code`."""

    # -- sending ------------------------------------------------------------------

    def ping_now(self) -> None:
        """Sends a ping that carries the time, so that its pong tells the round trip."""
        self.line.send(frame(PING, self.pulse.ping(time.monotonic())))

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Starts the closing handshake; from here on nothing is sent and nothing is taken."""
        super().close(code, CLOSE_REASONS.get(code or 0) if reason is None else reason)

    def overrun(self) -> None:
        """More would wait for this peer than the budget allows."""
        log.info("%s is too slow: more would wait than may", self.name)
        self.close(TRY_LATER)

    def failed(self) -> None:
        """Something of ours raised the exception that is being handled."""
        log.exception("%s is closed by an error of ours", self.name)
        self.close(BUG)

    # -- what Tornado asks --------------------------------------------------------

    @property
    def max_message_size(self) -> int:
        return self.services.max_message

    @property
    def roads(self) -> Roads:
        return self.services.roads

    def prepare(self) -> Awaitable[None] | None:
        # A page cannot read why a handshake was refused: it asks the same address without one.
        try:
            self._read_address()
            self.services.gate.check(address_of(self.request))
        except Refusal as refusal:
            if refusal.retry_after is not None:
                self.set_header("Retry-After", str(math.ceil(refusal.retry_after)))
            self.answer(refusal.status, str(refusal), refusal.code)
            return None
        if self.request.headers.get("Upgrade", "").lower() != "websocket":
            self.set_status(426)
            self.set_header("Upgrade", "websocket")
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish("426 This address speaks WebSocket; the page is at /.\n")
            return None
        return self.before_the_handshake()

    def answer(self, status: int, words: str, code: str) -> None:
        """Answers by HTTP, and there is no handshake; who opens sockets is a program."""
        self.set_status(status)
        if status not in BODILESS:
            self.set_header("Content-Type", PROBLEM)
            problem = Problem(responses.get(status, "Unassigned"), status, words, code)
            self.write(encode(problem) + b"\n")
        self.finish()

    def read_address(self) -> None:
        """Takes what the URL asks for; a `Refusal` answers before the handshake, in words."""
        self.secret = self.get_query_argument("wire", "")
        if self.secret and not is_secret(self.secret):
            raise BadSecret

    def _read_address(self) -> None:
        try:
            self.read_address()
        except HTTPError:
            raise BadQuery from None  # Tornado's, for what is no UTF-8

    def check_origin(self, origin: str) -> bool:
        """Called for the pages of other hosts only; Tornado lets our own in by itself."""
        if is_allowed(origin, self.services.allow_origin):
            return True
        log.warning("refused a page from %r: --allow-origin=%s lets it in", origin, origin)
        return False

    def open(self, *args: str, **kwargs: str) -> None:
        assert isinstance(self.ws_connection, Connection)
        self.line, self.window = self.ws_connection.line, self.ws_connection.window
        self.pulse = self.services.liveness.begin(time.monotonic())
        self.address = address_of(self.request)
        SocketHandler.waiters.add(self)
        self.services.gate.enter(self.address)
        log.info("%s %s joins from %s", self.name, self.kind, self.address)
        self._open_tap(self.ws_connection)
        self.joined()

    def on_close(self) -> None:
        if self not in SocketHandler.waiters:
            return  # it never got as far as `open`
        SocketHandler.waiters.remove(self)
        self.services.gate.leave(self.address)
        log.info("%s %s leaves with %s", self.name, self.kind, self.close_code or 1006)
        try:
            self.left()
            self._close_tap()
        except Exception:
            log.exception("%s did not leave cleanly", self.name)

    # -- within -------------------------------------------------------------------

    def _open_tap(self, connection: Connection) -> None:
        if self.secret:
            self.tap = self.services.taps.get(self.secret)
            handshake = opened(self.name, self.tap.now(), self.request, connection, self.secret)
            self.tap.opened(self, handshake)
            self.line.watch(partial(self.tap.sent, self.name))
            connection.parser.shown = self._came

    def _came(self, head: bytes, payload: bytes) -> None:
        """Shows a frame that came; a pong with its round trip."""
        pong = head[0] & OPCODE == PONG
        round_trip = self.pulse.round_trip(payload, time.monotonic()) if pong else None
        if self.tap:
            self.tap.received(self.name, head, payload, round_trip)

    def _close_tap(self) -> None:
        if self.tap:
            self.tap.closed(self.name, self.close_code or 1006, self.close_reason or "")
            self.services.taps.release(self.secret)
