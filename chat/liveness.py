"""When to ping a member, and when its silence means that it is gone.

Anything heard counts as a sign of life, not only the pong: whoever talks is
there. Times are seconds on a clock that never goes back; it comes in as an
argument, and so does chance.
"""

import random
from collections.abc import Callable
from enum import Enum


class Verdict(Enum):
    """What the sweep should do with a member now."""

    WELL = "nothing"
    PING = "ping it"
    SILENT = "close it"


class Pulse:
    """One member's signs of life; before `look` there is nothing to decide about it."""

    __slots__ = ("_asked", "_pinged", "due", "look")

    def __init__(self, due: float) -> None:
        self.due = due
        self.look = due
        self._pinged: float | None = None
        self._asked: float | None = None

    def ping(self, now: float) -> bytes:
        """The payload of a ping sent now: the time, readable for whoever watches the wire."""
        self._pinged = now
        self._asked = now if self._asked is None else self._asked
        return _payload(now)

    def heard(self) -> None:
        """The member said something, whatever it was."""
        self._asked = None

    def silence(self, now: float) -> float:
        """Seconds since the first ping that nothing followed; 0 when nothing is owed."""
        return 0.0 if self._asked is None else now - self._asked

    def round_trip(self, payload: bytes, now: float) -> float | None:
        """Seconds since the ping that this pong answers; None when it is not our last one."""
        if self._pinged is None or payload != _payload(self._pinged):
            return None
        return now - self._pinged


class Liveness:
    """Pings every `interval` seconds and waits `timeout` for a sign of life; 0 never pings."""

    def __init__(
        self, interval: float, timeout: float, chance: Callable[[], float] = random.random
    ) -> None:
        self.interval = interval
        self.timeout = timeout
        self._chance = chance

    @property
    def sweep_every(self) -> float:
        """Seconds between two looks at the members: fine enough to spread their pings."""
        return min(1.0, self.interval / 5, self.timeout / 10)

    def begin(self, now: float) -> Pulse:
        """The pulse of a new member: its pings fall anywhere in the interval."""
        return Pulse(due=now + self.interval * self._chance())

    def verdict(self, pulse: Pulse, now: float) -> Verdict:
        """Says what to do about a member, and when to look at it again.

        A PING moves its next one an interval on.
        """
        silence = pulse.silence(now)
        if silence >= self.timeout:
            return Verdict.SILENT
        if silence:  # whoever owes a sign and a ping is looked at in every sweep
            pulse.look = max(now, min(pulse.due, now + self.timeout - silence))
            return Verdict.WELL
        if now < pulse.due:
            pulse.look = pulse.due
            return Verdict.WELL
        pulse.due = now + self.interval
        pulse.look = now + min(self.interval, self.timeout)
        return Verdict.PING


def _payload(sent: float) -> bytes:
    return f"{sent:.6f}".encode()
