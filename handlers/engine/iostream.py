"""A line on Tornado's stream: for TLS, and wherever the other cannot go.

What waits goes through the stream, one write at a time. While nothing does, bytes go
straight to the socket here too, but not under TLS, which that would bypass.
"""

from __future__ import annotations

import asyncio
import socket
from functools import partial
from typing import cast

from tornado.iostream import IOStream, SSLIOStream, StreamClosedError

from handlers.engine.budget import Budget
from handlers.engine.line import Line, Owner, reset_at_close

READ = 64 * 1024
"""Bytes that are read at once."""
BUFFERS = 64
"""Pieces of what waits that are written at once."""


def read_some(stream: IOStream) -> asyncio.Future[bytes]:
    """What has come on a stream, as soon as something has; raises StreamClosedError."""
    return cast("asyncio.Future[bytes]", stream.read_bytes(READ, partial=True))


class StreamLine(Line):
    """Reads from and writes to `stream`, which is its own from now on."""

    __slots__ = ("_flying", "_paused", "_stream", "_tls")

    def __init__(self, owner: Owner, budget: Budget, stream: IOStream) -> None:
        self._stream = stream
        self._tls = isinstance(stream, SSLIOStream)
        self._paused = False
        self._flying = False
        super().__init__(owner, budget, self._by_stream if self._tls else self._by_socket)

    def start(self) -> None:
        self._read()

    def pause(self) -> None:
        self._paused = True

    def resume(self) -> None:
        self._paused = False
        self._read()

    def _by_stream(self, data: bytes) -> int:
        raise BlockingIOError  # nothing goes straight

    def _by_socket(self, data: bytes) -> int:
        if self._stream.closed():
            raise ConnectionResetError  # it has seen the end, and has not told us yet
        if self._stream.writing():
            raise BlockingIOError
        return self._stream.socket.send(data)

    # -- reading -------------------------------------------------------------------------

    def _read(self) -> None:
        if self.over or self._paused or self._stream.reading():
            return
        try:
            read_some(self._stream).add_done_callback(self._came)
        except StreamClosedError:
            self.abort()

    def _came(self, read: asyncio.Future[bytes]) -> None:
        if read.cancelled() or read.exception():
            self.abort()
        elif not self.over:
            self.alive = True
            self._owner.received(read.result())
            self._read()

    # -- writing -------------------------------------------------------------------------

    def _flush_later(self) -> None:
        if not self._flying:
            self._flush()

    def _flush(self) -> None:
        """Gives the stream some of what waits, and the rest when that is sent."""
        data = self._next()
        self._flying = True
        try:
            written = self._stream.write(data)
        except StreamClosedError:
            self.abort()
            return
        waits = self._stream.writing()
        written.add_done_callback(partial(self._flushed, len(data), waits))

    def _next(self) -> bytes:
        if self._most is not None:
            return bytes(self._kept[0][: self._most])
        # One piece from here on, or a budget that is overrun would take a part of it away.
        self._kept[:BUFFERS] = [b"".join(self._kept[:BUFFERS])]
        return bytes(self._kept[0])

    def _flushed(self, size: int, waited: bool, written: asyncio.Future[None]) -> None:
        self._flying = False
        if written.cancelled() or written.exception():
            self.abort()
            return
        if self.over:
            return
        self._let_go_of(size)
        self.alive = self.alive or waited
        if self._kept:
            self._flush()
        else:
            self._sent()

    # -- ending --------------------------------------------------------------------------

    def _half_close(self) -> None:
        if self._stream.closed():
            self.abort()
            return
        if self._tls:
            return  # half of a TLS connection cannot be closed: the peer has the close frame
        try:
            self._stream.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.abort()

    def _reset_at_close(self) -> None:
        if not self._stream.closed():
            reset_at_close(self._stream.socket)

    def _close(self) -> None:
        self._stream.close()
