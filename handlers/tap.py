"""The wire made visible: whoever holds a connection's secret sees its frames.

A client that connects with `?wire=<secret>` can be watched at `/-/wire/<secret>`,
frame by frame as the server sees them, control frames too, which no browser
shows to a page. The tap is a stream of its own, so looking changes nothing; a
connection without a secret has no tap and pays nothing.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Protocol

from chat.codec import encode
from chat.message import Closed, Event, Frame, Opened
from handlers.engine import deflate, frames
from handlers.engine.frames import FIN, OPCODE, RSV1, Violation

REPLAYED = 100
SHOWN_TEXT = 200
SHOWN_BYTES = 64
MOST_INFLATED = 1 << 20
SHAPE = "[A-Za-z0-9_-]{16,64}"
"""What a secret looks like: too much to guess, safe in a URL."""


class Watcher(Protocol):
    """Who looks: gets each event as JSON text."""

    def show(self, event: bytes) -> None: ...


class Watched(Protocol):
    """Who is looked at."""

    def ping_now(self) -> None: ...


class Taps:
    """The taps of this process by their secrets; one with nobody at either end is gone."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._taps: dict[str, Tap] = {}

    def get(self, secret: str) -> Tap:
        """The tap of a secret, from either end; `release` it afterwards."""
        return self._taps.setdefault(secret, Tap(self._now))

    def release(self, secret: str) -> None:
        """Forgets a tap that nobody uses any more."""
        if (tap := self._taps.get(secret)) and tap.unused:
            del self._taps[secret]


def is_secret(text: str) -> bool:
    return re.fullmatch(SHAPE, text) is not None


class Tap:
    """One secret: the connections that carry it, and those who watch them."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._recent: deque[bytes] = deque(maxlen=REPLAYED)
        self._watchers: set[Watcher] = set()
        self._watched: dict[str, Watched] = {}

    @property
    def unused(self) -> bool:
        return not (self._watchers or self._watched)

    def watch(self, watcher: Watcher) -> None:
        """Shows a new watcher what happened lately, and from here on all."""
        for event in self._recent:
            watcher.show(event)
        self._watchers.add(watcher)

    def unwatch(self, watcher: Watcher) -> None:
        self._watchers.discard(watcher)

    def ping(self) -> None:
        """Pings what is being watched, now."""
        for watched in self._watched.values():
            watched.ping_now()

    def opened(self, name: str, watched: Watched, path: str, subprotocol: str | None) -> None:
        self._watched[name] = watched
        self._tell(Opened(name, self._now(), path, subprotocol))

    def received(
        self, name: str, first: int, payload: bytes, round_trip: float | None = None
    ) -> None:
        """A frame came from the client, its first byte says what; `round_trip` is seconds."""
        self._frame("client", name, first, payload, round_trip)

    def sent(self, name: str, data: bytes) -> None:
        """Frames went to the client, as they stand on the wire."""
        for first, payload in frames.split(data):
            self._frame("server", name, first, payload)

    def closed(self, name: str, code: int, reason: str) -> None:
        self._watched.pop(name, None)
        self._tell(Closed(name, self._now(), code, reason))

    def _frame(
        self, sender: str, name: str, first: int, wire: bytes, rtt: float | None = None
    ) -> None:
        opcode, payload = first & OPCODE, _inflated(first, wire)
        code, reason = _close_of(payload) if opcode == frames.CLOSE else (None, None)
        piece = first & RSV1 and not first & FIN  # of something compressed: noise by itself
        text = opcode == frames.TEXT and not piece
        readable = text or (opcode != frames.BINARY and _printable(payload))
        self._tell(
            Frame(
                connection=name,
                at=self._now(),
                sender=sender,
                opcode=frames.NAMES.get(opcode, f"{opcode:#x}"),
                size=len(wire),
                text=_text(payload) if readable else None,
                hex=None if readable else payload[:SHOWN_BYTES].hex(" "),
                code=code,
                reason=reason,
                round_trip=None if rtt is None else round(rtt * 1000, 3),
                compressed=bool(first & RSV1),
            )
        )

    def _tell(self, event: Event) -> None:
        shown = encode(event)
        self._recent.append(shown)
        for watcher in tuple(self._watchers):
            watcher.show(shown)


def _inflated(first: int, payload: bytes) -> bytes:
    """What a compressed message says, if it is whole and what is shown of it can be read."""
    if first & RSV1 and first & FIN:
        with suppress(Violation):
            return deflate.inflate(payload, MOST_INFLATED)
    return payload


def _text(payload: bytes) -> str:
    # Up to four bytes a character; a character cut in two at the end is left out.
    return payload[: 4 * SHOWN_TEXT].decode(errors="ignore")[:SHOWN_TEXT]


def _printable(payload: bytes) -> bool:
    """Whether a control frame's few bytes can be read as they are, as our pings' can."""
    return payload.isascii() and payload.decode().isprintable()


def _close_of(payload: bytes) -> tuple[int | None, str | None]:
    if len(payload) < 2:
        return None, None
    return int.from_bytes(payload[:2]), payload[2:].decode(errors="replace") or None
