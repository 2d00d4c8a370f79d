"""How figures are compared: pair by pair, with an interval, against a limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from statistics import median

SURE = 0.95


@dataclass(frozen=True)
class Spread:
    """A median with the interval that holds the true one in 95 of 100 such measurements."""

    middle: float
    low: float
    high: float


def spread(values: Sequence[float]) -> Spread:
    """The median of some values with its interval, from their order alone.

    The k-th value from either end bounds the median unless fewer than k of the values fall
    on one side of it, which is a toss of coins. With fewer than six values even the outermost
    two are not that sure; they are taken all the same.
    """
    ordered = sorted(values)
    number = len(ordered)
    outside = 0
    while 2 * sum(comb(number, n) for n in range(outside + 2)) / 2**number <= 1 - SURE:
        outside += 1
    return Spread(median(ordered), ordered[outside], ordered[number - 1 - outside])


def ratio(values: Sequence[float], base: Sequence[float]) -> Spread:
    """How many times `base`, each compared with the other of its pair."""
    return spread([value / other for value, other in zip(values, base, strict=True)])


@dataclass(frozen=True)
class Limit:
    """What a figure must reach, and should; `least` when it is to be over that, not under."""

    must: float | None
    aim: float | None = None
    least: bool = False

    def met(self, found: Spread) -> str:
        """In a word: whether the far end of the interval keeps to it."""
        aim = self.aim is not None and self._holds(found, self.aim)
        if self.must is None:
            return "the aim" if aim else "not the aim"
        if not self._holds(found, self.must):
            return "**no**"
        return "yes, the aim too" if aim else "yes"

    def _holds(self, found: Spread, limit: float) -> bool:
        return found.low >= limit if self.least else found.high <= limit
