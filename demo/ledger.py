"""What was acknowledged against what arrived: the count that the demo is about.

The talker's lines are numbered. One is lost when it was acknowledged and has not
arrived although a later one has, or although there was time enough. Nothing here is
assumed: it counts acks on one connection and arrivals on another.
"""

import time
from collections.abc import Callable

PATIENCE = 10.0
"""Seconds in which what was acknowledged must have arrived."""


class Ledger:
    """Keeps the count."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.said = 0
        """Lines that the server has acknowledged."""
        self.doubled = 0
        """Arrivals of lines that had arrived before."""
        self._now = now
        self._arrived: set[int] = set()
        self._newest = 0
        self._awaited: dict[int, float] = {}

    def acknowledged(self, number: int) -> None:
        self.said += 1
        if number not in self._arrived:
            self._awaited[number] = self._now()

    def arrived(self, number: int) -> None:
        self.doubled += number in self._arrived
        self._arrived.add(number)
        self._newest = max(self._newest, number)
        self._awaited.pop(number, None)

    @property
    def lost(self) -> int:
        too_old = self._now() - PATIENCE
        return sum(number < self._newest or at < too_old for number, at in self._awaited.items())
