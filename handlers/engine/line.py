"""What is on its way to one peer, held to a budget; and the same bytes to many.

While nothing waits, bytes go straight to the socket: no Future, no task, no copy, and in
`fan_out` not even a call of ours. What the socket does not take is kept, as references to
the bytes that all members share. Past the budget the peer is too slow: it is cut, and the
others never notice.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Protocol

Write = Callable[[bytes], int]
"""Takes bytes and says how many it took; raises BlockingIOError for none, OSError at the end."""


class Owner(Protocol):
    """Whose line it is. None of these may be called from within `fan_out`, but `overrun`."""

    def received(self, data: bytes) -> None:
        """These bytes came."""

    def lost(self) -> None:
        """The connection is over, whoever ended it; called once."""

    def overrun(self) -> None:
        """More would wait than the budget allows; nothing but `send_last` is taken any more."""


def fan_out(lines: Iterable[Line], data: bytes) -> None:
    """Sends the same bytes on many lines; neither waits nor raises."""
    size = len(data)
    for line in lines:
        try:  # what `send` does, without a call for each
            sent = line.write(data)
        except OSError as error:
            line.not_taken(data, error)
        else:
            if sent != size:
                line.keep(memoryview(data)[sent:])


class Line(ABC):
    """One peer's bytes, in and out; `straight` writes what the socket takes at once."""

    __slots__ = (
        "_afterwards",
        "_budget",
        "_drained",
        "_kept",
        "_last_said",
        "_owner",
        "_straight",
        "_tap",
        "alive",
        "over",
        "waiting",
        "write",
    )

    def __init__(self, owner: Owner, budget: int, straight: Write) -> None:
        self.write: Write = straight
        """Where the next bytes go: to the socket, behind those that wait, or nowhere."""
        self.waiting = 0
        """Bytes that the peer has not been able to take yet."""
        self.alive = False
        """Whether something came, or some of what waited was taken, since this was unset."""
        self.over = False
        self._owner = owner
        self._budget = budget
        self._straight = straight
        self._kept: list[bytes | memoryview] = []
        self._last_said = False
        self._afterwards: Callable[[], None] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._tap: Callable[[bytes], None] | None = None

    # -- sending -------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """Sends whole frames; neither waits nor raises."""
        try:
            sent = self.write(data)
        except OSError as error:
            self.not_taken(data, error)
        else:
            if sent != len(data):
                self.keep(memoryview(data)[sent:])

    def send_behind_next(self, data: bytes) -> None:
        """Sends this behind what is sent next, in the same write."""
        write = self.write

        def both(first: bytes) -> int:
            self.write = write
            self.send(first + data)
            return len(first)

        self.write = both

    def send_last(self, data: bytes) -> None:
        """Sends this behind all that waits, and after it nothing any more."""
        if self.over or self._last_said:
            return
        self._last_said = True
        if self.waiting:
            self._show(data)
            self._append(data)
        else:
            self.send(data)
        self.write = self._drop

    @property
    def has_room(self) -> bool:
        """Whether there is room for what is not important."""
        return self.waiting <= self._budget // 2

    async def drained(self) -> None:
        """Waits until nothing waits any more."""
        while self.waiting and not self.over:
            if self._drained is None or self._drained.done():
                self._drained = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._drained)

    def watch(self, tap: Callable[[bytes], None]) -> None:
        """Shows all that is sent from now on to `tap`; a line that is not watched pays nothing."""
        straight, self._tap = self._straight, tap

        def shown(data: bytes) -> int:
            tap(data)
            return straight(data)

        if self.write is straight:
            self.write = shown
        self._straight = shown

    def not_taken(self, data: bytes, error: OSError) -> None:
        """The socket takes nothing now, or nothing any more."""
        if isinstance(error, BlockingIOError):
            self.keep(data)
        else:
            self.abort()

    def keep(self, rest: bytes | memoryview) -> None:
        """Keeps what the socket did not take; from here on all goes behind it."""
        self._append(rest)
        self.write = self._drop if self._last_said else self._queue
        self._flush_later()

    # -- ending --------------------------------------------------------------------------

    def finish(self) -> None:
        """Ends the connection once nothing waits any more."""
        self._then(self.abort)

    def hang_up(self) -> None:
        """Tells the peer, once nothing waits any more, that nothing follows; still reads."""
        self._then(self._half_close)

    def abort(self) -> None:
        """Ends the connection now."""
        if self.over:
            return
        self.over = True
        self.waiting = 0
        self.write = self._drop
        self._kept.clear()
        self._close()
        self._tell_drained()
        asyncio.get_running_loop().call_soon(self._owner.lost)
        del self._owner  # or they would hold each other until the collector comes

    # -- what each kind of line does its own way --------------------------------------------

    @abstractmethod
    def start(self) -> None:
        """Begins to read."""

    @abstractmethod
    def pause(self) -> None:
        """Reads no more until `resume`."""

    @abstractmethod
    def resume(self) -> None:
        """Reads on."""

    @abstractmethod
    def _flush_later(self) -> None:
        """Something waits now: `_sent` it when the socket takes it."""

    @abstractmethod
    def _half_close(self) -> None:
        """Sends nothing more, and reads on."""

    @abstractmethod
    def _close(self) -> None:
        """Closes the socket."""

    # -- within ----------------------------------------------------------------------------

    def _append(self, data: bytes | memoryview) -> None:
        self.waiting += len(data)
        self._kept.append(data)

    def _sent(self) -> None:
        """All that was kept is sent."""
        if not self._last_said:
            self.write = self._straight
        self._tell_drained()
        if self._afterwards:
            self._afterwards()

    def _then(self, act: Callable[[], None]) -> None:
        if self.waiting:
            self._afterwards = act
        else:
            act()

    def _tell_drained(self) -> None:
        if self._drained and not self._drained.done():
            self._drained.set_result(None)

    def _queue(self, data: bytes) -> int:
        if self.waiting + len(data) > self._budget:
            self._cut()
        else:
            self._show(data)
            self._append(data)
        return len(data)

    def _cut(self) -> None:
        # The first may have been sent in part, and what follows must not begin in its middle.
        del self._kept[1:]
        self.waiting = len(self._kept[0])
        self.write = self._drop
        self._owner.overrun()

    def _drop(self, data: bytes) -> int:
        return len(data)

    def _show(self, data: bytes) -> None:
        if self._tap:
            self._tap(data)
