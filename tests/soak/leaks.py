"""Leaks to plant in the server, so that a soak can show that it finds each.

A leak takes the place of one of the server's parts before it starts. One that has lost its
hold, because that part was renamed, fails when it is planted or when it is not found.
"""

import socket
import threading
from contextlib import suppress

from handlers.engine.epoll import EpollLine
from handlers.engine.line import Line
from handlers.socket import SocketHandler
from soak.judge import MEMORY, SOCKETS, THREADS, WAITERS

KEPT = []
FAT = 16_384
"""Bytes that are kept with a line, so that a run of seconds shows what takes hours."""


def lines_kept() -> None:
    """Somebody goes on knowing every line."""
    abort = Line.abort

    def keeping(self):
        KEPT.append((self, bytearray(FAT)))
        abort(self)

    Line.abort = keeping


def waiters_kept() -> None:
    """Whoever left is still waited for."""
    on_close = SocketHandler.on_close

    def keeping(self):
        on_close(self)
        SocketHandler.waiters.add(self)

    SocketHandler.on_close = keeping


def sockets_kept() -> None:
    """A connection that is over is told so, and stays."""
    close = EpollLine._close

    def keeping(self):
        KEPT.append(self._sock.dup())
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        close(self)

    EpollLine._close = keeping


def threads_kept() -> None:
    """A thread for some of the connections, which waits for ever."""
    opened = SocketHandler.open

    def keeping(self, *args, **kwargs):
        if int(self.name[1:]) % 20 == 0:
            threading.Thread(target=threading.Event().wait, daemon=True).start()
        opened(self, *args, **kwargs)

    SocketHandler.open = keeping


LEAKS = {
    "lines kept": (lines_kept, MEMORY),
    "waiters kept": (waiters_kept, WAITERS),
    "sockets kept": (sockets_kept, SOCKETS),
    "threads kept": (threads_kept, THREADS),
}
"""Each with the name that it must be called by."""


def plant(name: str) -> None:
    """Plants a leak in this process, which is about to be a server."""
    LEAKS[name][0]()
