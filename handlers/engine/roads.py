"""Which line a new connection takes.

The one on a bare socket is the faster and the smaller; `--engine=iostream` switches it
off, and it is not there without epoll (macOS), nor under TLS, which a bare socket knows
nothing of, nor while the answer to the handshake still waits to be written.
"""

from __future__ import annotations

import asyncio
import select
import socket

from tornado.iostream import IOStream, SSLIOStream, StreamClosedError

from handlers.engine.budget import Budget
from handlers.engine.iostream import StreamLine, read_some
from handlers.engine.line import Line, Owner

if hasattr(select, "epoll"):
    from handlers.engine.epoll import EpollLine, Poller


class Roads:
    """Makes lines; `engine` is "auto", "epoll" or "iostream"; `budget` holds for all together."""

    def __init__(self, engine: str, budget: Budget) -> None:
        self._budget = budget
        bare = engine != "iostream" and hasattr(select, "epoll")
        self._poller = Poller() if bare else None

    def line(self, owner: Owner, stream: IOStream) -> Line:
        """A line for the connection whose handshake came over this stream."""
        stream.set_nodelay(True)
        slow = isinstance(stream, SSLIOStream) or stream.writing() or stream.closed()
        if self._poller is None or slow:
            return StreamLine(owner, self._budget, stream)
        return EpollLine(owner, self._budget, self._poller, *_taken_from(stream))

    async def close(self) -> None:
        if self._poller:
            self._poller.close()


def _taken_from(stream: IOStream) -> tuple[socket.socket, bytes]:
    """The stream's connection, on a socket of its own, and what had come on it already."""
    sock = stream.socket.dup()
    begun = _begun(stream)
    stream.close()
    return sock, begun


def _begun(stream: IOStream) -> bytes:
    try:
        read = read_some(stream)
    except StreamClosedError:
        return b""  # as the socket will tell once more
    if read.done() and not read.exception():
        return read.result()
    read.add_done_callback(asyncio.Future.exception)  # it will be closed, as we know
    return b""
