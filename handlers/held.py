"""Echoes that are on their way back: in order, each at its time, and held to a limit."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import NamedTuple

from handlers.misbehaviour import Fate

COUNTED = 256
"""Bytes that each takes besides its payload."""


class Held(NamedTuple):
    """One message's echo: `copies` of it go back at `due`; `last` is what comes after it."""

    opcode: int
    payload: bytes
    copies: int
    due: float
    last: bool


class Holding:
    """Holds echoes, their times those of the loop; over the limit, no more should be put in."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._bytes = 0
        self._held: deque[Held] = deque()
        self._changed = asyncio.Event()

    @property
    def over(self) -> bool:
        return self._bytes > self._limit

    @property
    def due(self) -> float:
        """When the next is due, or was."""
        return self._held[0].due if self._held else 0.0

    def put(self, opcode: int, payload: bytes, fate: Fate, last: bool = False) -> None:
        """Adds one that goes after its wait, and behind those that are there."""
        due = asyncio.get_running_loop().time() + fate.wait
        kept = payload if fate.copies else b""
        self._held.append(Held(opcode, kept, fate.copies, due, last))
        self._count(len(kept) + COUNTED)

    async def next(self) -> Held:
        """The next, once its time has come; it is held until it is `gone`."""
        while not self._held:
            await self.change()
        held = self._held[0]
        if (wait := held.due - asyncio.get_running_loop().time()) > 0:
            await asyncio.sleep(wait)
        return held

    def gone(self) -> None:
        """The next is sent."""
        self._count(-len(self._held.popleft().payload) - COUNTED)

    def drop(self) -> None:
        """Lets go of all; nobody needs to wait any more."""
        self._held.clear()
        self._count(-self._bytes)

    async def change(self) -> None:
        """Waits until one comes or goes."""
        await self._changed.wait()

    def _count(self, size: int) -> None:
        self._bytes += size
        # Wakes who waits now, and nobody who comes later.
        self._changed.set()
        self._changed.clear()
