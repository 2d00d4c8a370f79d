"""How much may wait: for one line, and for all of them together."""

from __future__ import annotations


class Budget:
    """`each` bytes may wait for a line and `whole` for all lines; 0 is no limit to that.

    What waits for many members are the same bytes, counted for each of them: so memory
    stays well below.
    """

    __slots__ = ("_whole", "each", "waiting")

    def __init__(self, each: int, whole: int = 0) -> None:
        self.each = each
        self.waiting = 0
        """Bytes that wait now, on all lines."""
        self._whole = whole

    def allows(self, more: int, waiting: int) -> bool:
        """Whether so many bytes more may wait on a line where so many do."""
        return waiting + more <= self.each and (
            not self._whole or self.waiting + more <= self._whole
        )
