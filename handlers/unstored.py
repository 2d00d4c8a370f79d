"""What one sender has on its way into the log, held to a limit: so a flood is slowed, not kept."""

from __future__ import annotations

import asyncio

from chat.history import Stored

MESSAGES = 64
BYTES = 256 * 1024


class Unstored:
    """Counts what waits for its commit; over the limit its sender has to wait as well."""

    __slots__ = ("__weakref__", "_bytes", "_messages")

    def __init__(self) -> None:
        self._messages = 0
        self._bytes = 0

    @property
    def over(self) -> bool:
        return self._messages > MESSAGES or self._bytes > BYTES

    def add(self, stored: asyncio.Future[Stored], size: int) -> None:
        """Counts a message of so many bytes in, until it is stored or refused."""
        self._messages += 1
        self._bytes += size
        stored.add_done_callback(lambda _: self._settle(size))

    def _settle(self, size: int) -> None:
        self._messages -= 1
        self._bytes -= size


async def done(stored: asyncio.Future[Stored]) -> None:
    """Waits for this whatever comes of it; whoever sent it is told by the room."""
    await asyncio.wait([stored])
