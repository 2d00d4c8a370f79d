"""A wire that can be cut: a TCP proxy between the browser and the server.

It can turn deaf (what the server says is lost on the way) or so as soon as a WebSocket
is open, cut what is connected, let pages through but no WebSocket or no stream, with
or without a word, or let WebSockets wait at the door.
"""

import socket
import struct
import threading
from contextlib import suppress

PIECE = 65536


class Proxy:
    def __init__(self, target):
        self.target = target
        self.deaf = False
        self.deaf_once_open = False
        self.sockets = True
        self.streams = True
        self.refusal = b""
        self.door = threading.Event()
        self.door.set()
        self.open = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        """Ends every connection with a reset."""
        for end in list(self.open):
            with suppress(OSError):
                do_not_linger(end)
                end.shutdown(socket.SHUT_RDWR)

    def stop(self):
        self.listener.close()
        self.door.set()
        self.cut()

    def _accept(self):
        with suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=[near], daemon=True).start()

    def _serve(self, near):
        with suppress(OSError), near:
            first = near.recv(PIECE)
            do_not_linger(near)
            if b"upgrade: websocket" in first.lower():
                self.door.wait()
                if not self.sockets:
                    near.sendall(self.refusal)
                    return
            with socket.create_connection(("127.0.0.1", self.target)) as far:
                do_not_linger(near, False)
                self._join(near, far, first)

    def _join(self, near, far, first):
        self.open |= {near, far}
        try:
            threading.Thread(target=self._back, args=[far, near], daemon=True).start()
            self._pump(near, far, first)
        finally:
            self.open -= {near, far}

    def _back(self, far, near):
        with suppress(OSError):
            while piece := far.recv(PIECE):
                if self.deaf_once_open:
                    near.sendall(handshake_in(piece))
                elif not self.deaf:
                    near.sendall(piece)
        with suppress(OSError):
            near.shutdown(socket.SHUT_RDWR)

    def _pump(self, near, far, piece):
        with suppress(OSError):
            while piece and (self.streams or not asks_for_stream(piece)):
                far.sendall(piece)
                piece = near.recv(PIECE)


def asks_for_stream(piece):
    return b"accept: application/x-ndjson" in piece.lower()


def handshake_in(piece):
    """What the server says to open a WebSocket; nothing of what it says on it."""
    head, end, _ = piece.partition(b"\r\n\r\n")
    return head + end if head.startswith(b"HTTP/1.1 101 ") else b""


def do_not_linger(end, so=True):
    """Closing it will be a reset, not an end in good order."""
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", so, 0))
