"""The wire made visible: whoever holds a connection's secret sees its frames, and may act on it.

A client that connects with `?wire=<secret>` can be watched at `/-/wire/<secret>`,
frame by frame as the server sees them, control frames too, which no browser
shows to a page. The tap is a stream of its own, so looking changes nothing; a
connection without a secret has no tap and pays nothing.

Nobody hands secrets out, so nobody has to take them back: one that neither end has
used for an hour is forgotten, with all that was seen by it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from chat.codec import encode
from chat.errors import NotWatched
from chat.message import Event
from chat.watching import Closed, Opened
from handlers.engine import frames
from handlers.seen import seen

REPLAYED = 100
REPLAYED_BYTES = 128 * 1024
"""Of what happened lately, the most that a new watcher is shown."""
FORGOTTEN_AFTER = timedelta(hours=1)
MOST_UNUSED = 32
"""Taps that are kept though nobody uses them any more; beyond, the oldest goes before its hour."""
SHAPE = "[A-Za-z0-9_-]{16,64}"
"""What a secret looks like: too much to guess, safe in a URL."""


class Watcher(Protocol):
    """Who looks: gets each event as JSON text."""

    def show(self, event: bytes) -> None: ...


class Watched(Protocol):
    """Who is looked at, and what a watcher may do to it."""

    def ping_now(self) -> None: ...
    def send(self, data: bytes) -> None: ...
    def close(self, code: int | None = None, reason: str | None = None) -> None: ...


class Taps:
    """The taps of this process by their secrets."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._taps: dict[str, Tap] = {}
        self._unused: dict[str, datetime] = {}
        """Since when, the longest first."""

    def get(self, secret: str) -> Tap:
        """The tap of a secret, from either end; `release` it afterwards."""
        self._forget()
        self._unused.pop(secret, None)
        return self._taps.setdefault(secret, Tap(self._now))

    def release(self, secret: str) -> None:
        """One end is gone; when both are, the tap has an hour left."""
        if (tap := self._taps.get(secret)) and tap.unused:
            self._unused[secret] = self._now()
        self._forget()

    def _forget(self) -> None:
        long_ago = self._now() - FORGOTTEN_AFTER
        many = len(self._unused) - MOST_UNUSED
        for at, (secret, since) in enumerate(tuple(self._unused.items())):
            if at >= many and since > long_ago:
                break
            del self._unused[secret], self._taps[secret]


def is_secret(text: str) -> bool:
    return re.fullmatch(SHAPE, text) is not None


class Tap:
    """One secret: the connections that carry it, and those who watch them."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self._recent: deque[bytes] = deque(maxlen=REPLAYED)
        self._recent_bytes = 0
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

    def watched(self, name: str | None) -> Iterable[Watched]:
        """The connection of this name, or all; raises `NotWatched`."""
        if name is None:
            return tuple(self._watched.values())
        if name not in self._watched:
            raise NotWatched(name=name)
        return (self._watched[name],)

    def opened(self, watched: Watched, opened: Opened) -> None:
        self._watched[opened.connection] = watched
        self._tell(opened)

    def received(
        self, name: str, head: bytes, payload: bytes, round_trip: float | None = None
    ) -> None:
        """A frame came from the client; `round_trip` is seconds."""
        self._tell(seen("client", name, self.now(), head, payload, round_trip))

    def sent(self, name: str, data: bytes) -> None:
        """Frames went to the client, as they stand on the wire."""
        for head, payload in frames.split(data):
            self._tell(seen("server", name, self.now(), head, payload))

    def closed(self, name: str, code: int, reason: str) -> None:
        self._watched.pop(name, None)
        self._tell(Closed(name, self.now(), code, reason))

    def _tell(self, event: Event) -> None:
        shown = encode(event)
        self._keep(shown)
        for watcher in tuple(self._watchers):
            watcher.show(shown)

    def _keep(self, shown: bytes) -> None:
        recent = self._recent
        if len(recent) == REPLAYED:
            self._recent_bytes -= len(recent.popleft())
        recent.append(shown)
        self._recent_bytes += len(shown)
        while self._recent_bytes > REPLAYED_BYTES and len(recent) > 1:
            self._recent_bytes -= len(recent.popleft())
