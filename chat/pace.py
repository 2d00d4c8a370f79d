"""How fast each of many may go: so many at once, and from then on so many a second.

The generic cell rate algorithm: of each one only the moment is kept at which all that it
did would have been within the rate. Whoever is ahead of that by more than the burst has
to wait, and whoever would have to wait too long is refused, which counts for nothing.
"""

from __future__ import annotations

from chat.errors import TooFast

BURST = 10.0
"""Seconds of the rate that may come at once."""
PATIENCE = 5.0
"""Seconds that somebody is slowed by before they are refused."""
MANY = 4096


class Pace:
    """`rate` is a second and each; 0 lets everybody go as fast as they like."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._due: dict[str, float] = {}

    def take(self, who: str, now: float) -> float:
        """Counts one; answers in how many seconds it is within the rate.

        `now` is seconds on any clock that does not jump. Raises `TooFast` for too long a wait.
        """
        if not self._rate:
            return 0.0
        due = max(self._due.get(who, now), now) + 1 / self._rate
        wait = due - now - BURST
        if wait > PATIENCE:
            raise TooFast(retry_after=wait)
        self._remember(who, due, now)
        return max(0.0, wait)

    def _remember(self, who: str, due: float, now: float) -> None:
        if len(self._due) >= MANY and who not in self._due:
            # Who is within the rate is as good as new.
            self._due = {one: at for one, at in self._due.items() if at > now}
        self._due[who] = due
