"""The door: lets in a few at a time, so that those already in keep getting their messages.

When a server comes back, all its members do at once. Tornado would accept up to 128 of
them in one turn of the loop, and their handshakes would fill the next ones.
"""

from __future__ import annotations

import socket
from typing import Any

AT_ONCE = 16
"""Connections that are accepted in one turn of the loop: a few milliseconds of work."""
BACKLOG = 4096
"""Connections that wait in the kernel meanwhile, as far as it allows."""


class Door(socket.socket):
    """A listening socket that says, after a few, that nobody else waits; the loop asks again."""

    def __init__(self, listening: socket.socket) -> None:
        super().__init__(fileno=listening.detach())
        self.setblocking(False)
        self._let_in = 0

    def accept(self) -> tuple[socket.socket, Any]:
        if self._let_in == AT_ONCE:
            self._let_in = 0
            raise BlockingIOError
        self._let_in += 1
        return super().accept()
