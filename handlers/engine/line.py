"""What is on its way to one peer, held to a budget.

While nothing waits, bytes go straight to the socket: no Future, no task, no copy, and for
a crowd (crowd.py) not even a call of ours. What the socket does not take is kept, as
references to the bytes that all members share. Past the budget the peer is too slow: it
is cut, and the others never notice.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol

from handlers.engine.budget import Budget

Write = Callable[[bytes], int]
"""Takes bytes and says how many it took; raises BlockingIOError for none, OSError at the end."""


class Owner(Protocol):
    """Whose line it is. Only `overrun` is called from within a `send`."""

    def received(self, data: bytes) -> None:
        """These bytes came."""

    def lost(self) -> None:
        """The connection is over, whoever ended it; called once."""

    def overrun(self) -> None:
        """More would wait than the budget allows; nothing but `send_last` is taken any more."""


class Company(Protocol):
    """With whom a line gets the same bytes (crowd.py)."""

    def sort(self, line: Line) -> None:
        """This line goes another way than before, or is over."""


class Line(ABC):
    """One peer's bytes, in and out; `straight` writes what the socket takes at once."""

    __slots__ = (
        "_afterwards",
        "_budget",
        "_drained",
        "_kept",
        "_last_said",
        "_most",
        "_owner",
        "_straight",
        "_tap",
        "alive",
        "crowd",
        "descriptor",
        "over",
        "waiting",
        "write",
    )

    def __init__(
        self, owner: Owner, budget: Budget, straight: Write, descriptor: int | None = None
    ) -> None:
        self.descriptor = descriptor
        """Of the bare socket that `straight` writes to; None where there is more to it."""
        self.crowd: Company | None = None
        """With whom it gets the same bytes; is told when it goes another way."""
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
        self._most: int | None = None
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
                self.not_taken(data, sent)

    def send_behind_next(self, data: bytes) -> None:
        """Sends this behind what is sent next, in the same write."""
        write = self.write

        def both(first: bytes) -> int:
            self._go(write)
            self.send(first + data)
            return len(first)

        self._go(both)

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
        self._go(self._drop)

    @property
    def is_straight(self) -> bool:
        """Whether the next bytes go to the socket and nowhere else."""
        return self.write is self._straight and self._tap is None

    @property
    def has_room(self) -> bool:
        """Whether there is room for what is not important."""
        return self.waiting <= self._budget.each // 2

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

        self._straight = shown
        if self.write is straight:
            self._go(shown)

    def write_at_most(self, size: int) -> None:
        """Gives the socket so many bytes at a time at most, from now on."""
        self._most = size
        # So nothing goes straight: it waits, if only until the socket is asked.
        self._straight, self.descriptor = _not_now, None
        self._go(_not_now)

    def not_taken(self, data: bytes, outcome: int | OSError) -> None:
        """The socket took so many bytes of this, or none now, or none any more."""
        if isinstance(outcome, int):
            self._keep(memoryview(data)[outcome:])
        elif isinstance(outcome, BlockingIOError):
            self._keep(data)
        else:
            self.abort()

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
        self._wait_for(-self.waiting)
        self._go(self._drop)
        self._kept.clear()
        self._close()
        self._tell_drained()
        asyncio.get_running_loop().call_soon(self._owner.lost)
        del self._owner  # or they would hold each other until the collector comes

    def reset(self) -> None:
        """Ends the connection now, by a TCP reset: what the kernel has not sent is lost as well."""
        if not self.over:
            self._reset_at_close()
            self.abort()

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
    def _reset_at_close(self) -> None:
        """Has the socket reset its connection when it is closed."""

    @abstractmethod
    def _close(self) -> None:
        """Closes the socket."""

    # -- within ----------------------------------------------------------------------------

    def _go(self, write: Write) -> None:
        """From here on bytes go this way."""
        self.write = write
        if self.crowd:
            self.crowd.sort(self)

    def _keep(self, rest: bytes | memoryview) -> None:
        """Keeps what the socket did not take; from here on all goes behind it."""
        self._append(rest)
        self._go(self._drop if self._last_said else self._queue)
        self._flush_later()

    def _append(self, data: bytes | memoryview) -> None:
        self._wait_for(len(data))
        self._kept.append(data)

    def _wait_for(self, more: int) -> None:
        self.waiting += more
        self._budget.waiting += more

    def _let_go_of(self, sent: int) -> None:
        """So much of what was kept is sent."""
        self._wait_for(-sent)
        whole = 0
        while whole < len(self._kept) and sent >= len(self._kept[whole]):
            sent -= len(self._kept[whole])
            whole += 1
        del self._kept[:whole]
        if sent:
            self._kept[0] = memoryview(self._kept[0])[sent:]

    def _sent(self) -> None:
        """All that was kept is sent."""
        if not self._last_said:
            self._go(self._straight)
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
        if not self._budget.allows(len(data), self.waiting):
            self._cut()
        else:
            self._show(data)
            self._append(data)
        return len(data)

    def _cut(self) -> None:
        # The first may have been sent in part, and what follows must not begin in its middle.
        del self._kept[1:]
        self._wait_for(len(self._kept[0]) - self.waiting)
        self._go(self._drop)
        self._owner.overrun()

    def _drop(self, data: bytes) -> int:
        return len(data)

    def _show(self, data: bytes) -> None:
        if self._tap:
            self._tap(data)


def _not_now(data: bytes) -> int:
    raise BlockingIOError


def reset_at_close(sock: socket.socket) -> None:
    """Closing this socket resets its connection: it is given no time to send the rest."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
