"""A line on a bare socket, where there is epoll (Linux).

All these sockets are in one epoll of our own, which the IOLoop watches as a single
descriptor. So a turn of the loop takes what has come for every one of them without a
callback object each, and what a hundred members say at once is one batch. After the
handshake the connection's `IOStream` is let go of: the socket is all that stays.
"""

from __future__ import annotations

import logging
import socket
from select import EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT, epoll

from tornado.ioloop import IOLoop

from handlers.engine.budget import Budget
from handlers.engine.line import Line, Owner, reset_at_close

log = logging.getLogger("broadcaster")

IN_A_TURN = 1024
"""Sockets that one turn of the loop reads from at most, so that timers and others get theirs."""
ROUNDS = 8
"""Times that one turn looks again: a turn of the loop costs as much as reading from a few."""
WORTH_ANOTHER = 2
"""Sockets that must have been ready for that: who waits alone is told by the loop as soon."""
READ = 64 * 1024
"""Bytes that one of them may bring in that turn."""
BUFFERS = 64
"""Pieces handed to the kernel in one call, of what waited."""


class Poller:
    """Tells lines when their sockets are ready."""

    def __init__(self) -> None:
        self._epoll = epoll()
        self._lines: dict[int, EpollLine] = {}
        IOLoop.current().add_handler(self._epoll.fileno(), self._poll, IOLoop.READ)

    def add(self, sock: socket.socket, line: EpollLine) -> None:
        """Tells this line from now on when something came on its socket."""
        self._lines[sock.fileno()] = line
        self._epoll.register(sock.fileno(), EPOLLIN)

    def want(self, sock: socket.socket, events: int) -> None:
        self._epoll.modify(sock.fileno(), events)

    def remove(self, sock: socket.socket) -> None:
        if self._lines.pop(sock.fileno(), None):
            self._epoll.unregister(sock.fileno())

    def close(self) -> None:
        IOLoop.current().remove_handler(self._epoll.fileno())
        self._epoll.close()

    def _poll(self, _: int, __: int) -> None:
        for _ in range(ROUNDS):
            ready = self._epoll.poll(0, IN_A_TURN)
            for descriptor, events in ready:
                # One that was closed by what another brought is not there any more.
                if line := self._lines.get(descriptor):
                    try:
                        line.ready(events)
                    except Exception:
                        log.exception("a connection could not be served")
            if len(ready) < WORTH_ANOTHER:
                return


class EpollLine(Line):
    """Reads from and writes to `sock`, which is its own from now on; `begun` came before."""

    __slots__ = ("_begun", "_poller", "_reading", "_sock")

    def __init__(
        self, owner: Owner, budget: Budget, poller: Poller, sock: socket.socket, begun: bytes
    ) -> None:
        super().__init__(owner, budget, sock.send, sock.fileno())
        self._poller = poller
        self._sock = sock
        self._begun = begun
        self._reading = True
        poller.add(sock, self)

    def start(self) -> None:
        if begun := self._begun:
            self._begun = b""
            self._owner.received(begun)

    def pause(self) -> None:
        self._reading = False
        self._want()

    def resume(self) -> None:
        self._reading = True
        self._want()

    def _flush_later(self) -> None:
        self._want()

    def _half_close(self) -> None:
        try:
            self._sock.shutdown(socket.SHUT_WR)
        except OSError:
            self.abort()

    def _reset_at_close(self) -> None:
        reset_at_close(self._sock)

    def _close(self) -> None:
        self._poller.remove(self._sock)
        self._sock.close()

    def _want(self) -> None:
        if not self.over:
            reads = EPOLLIN if self._reading else 0
            self._poller.want(self._sock, reads | (EPOLLOUT if self._kept else 0))

    def ready(self, events: int) -> None:
        """Something came, or can be sent, or is over."""
        if events != EPOLLIN and not self._also(events):
            return
        try:
            data = self._sock.recv(READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.alive = True
            self._owner.received(data)
        else:
            self.abort()

    def _also(self, events: int) -> bool:
        """What is to be done besides reading; says whether that is to be done as well."""
        if events & EPOLLOUT:
            self._flush()
        if not self._reading and events & (EPOLLERR | EPOLLHUP):
            self.abort()  # told whether we want to know or not, again and again
        return self._reading and events != EPOLLOUT and not self.over

    def _flush(self) -> None:
        try:
            sent = self._sock.sendmsg(self._next())
        except BlockingIOError:
            return
        except OSError:
            self.abort()
            return
        self.alive = True
        self._let_go_of(sent)
        if not self._kept:
            self._want()
            self._sent()

    def _next(self) -> list[bytes | memoryview]:
        """What the socket is given now, of what waits."""
        if self._most is None:
            return self._kept[:BUFFERS]
        return [memoryview(self._kept[0])[: self._most]]
