"""What is on its way to one member, held to a budget.

While nothing waits, bytes go straight to the socket: no Future, no task, no
copy. What the socket does not take goes through Tornado's stream, one write at
a time; what comes meanwhile is kept as references to the bytes that all members
share. Past the budget the member is too slow: it is cut, and the others never
notice.
"""

import asyncio
from collections.abc import Callable

from tornado.iostream import IOStream, SSLIOStream, StreamClosedError


class Outbox:
    """Sends to `stream`; calls `overrun` once more than `budget` bytes would wait."""

    def __init__(self, stream: IOStream, budget: int, overrun: Callable[[], None]) -> None:
        self._stream = stream
        self._budget = budget
        self._overrun = overrun
        # A write of our own would bypass TLS.
        self._direct = None if isinstance(stream, SSLIOStream) else stream.socket.send
        self._kept: list[bytes] = []
        self.waiting = 0
        """Bytes that the member has not been able to take yet."""
        self.closed = False
        self._drained: asyncio.Future[None] | None = None

    def send(self, data: bytes) -> None:
        """Sends, or keeps for later, or overruns; neither waits nor raises."""
        if self.closed:
            return
        if self.waiting:
            self._keep(data)
        elif self._direct is None or self._stream.writing():
            self._hand_over(data)
        else:
            self._send_now(self._direct, data)

    @property
    def has_room(self) -> bool:
        """Whether there is room for what is not important."""
        return self.waiting <= self._budget // 2

    async def drained(self) -> None:
        """Waits until nothing waits any more."""
        while self.waiting and not self.closed:
            self._drained = asyncio.get_running_loop().create_future()
            await self._drained

    def close(self) -> None:
        """Sends nothing more; what was kept goes first."""
        if not self.closed:
            self.closed = True
            if self._kept:
                self._hand_over(b"".join(self._kept))
            self._kept.clear()

    def _send_now(self, send: Callable[[bytes], int], data: bytes) -> None:
        try:
            sent = send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            # The peer is gone: the reader of the stream will notice and tell on_close.
            self.closed = True
            self._stream.close()
            return
        if sent < len(data):
            self._hand_over(memoryview(data)[sent:])

    def _keep(self, data: bytes) -> None:
        if self.waiting + len(data) > self._budget:
            self._kept.clear()
            self.closed = True
            self._overrun()
        else:
            self.waiting += len(data)
            self._kept.append(data)

    def _hand_over(self, data: bytes | memoryview) -> None:
        self.waiting = len(data)
        try:
            self._stream.write(data).add_done_callback(self._written)
        except StreamClosedError:
            self.closed = True

    def _written(self, future: "asyncio.Future[None]") -> None:
        self.waiting = 0
        if future.cancelled() or future.exception():
            self.closed = True
            self._kept.clear()
        elif self._kept:
            data = b"".join(self._kept)
            self._kept.clear()
            self._hand_over(data)
        if self._drained and not (self.waiting or self._drained.done()):
            self._drained.set_result(None)
