"""The stream of a tap: shows a watched connection's frames to whoever holds its secret."""

from __future__ import annotations

from chat.codec import encode, parse_watcher
from chat.errors import Refusal
from chat.message import Error
from handlers.engine.connection import Connection
from handlers.engine.frames import TEXT, frame
from handlers.socket import SocketHandler


class WatchHandler(SocketHandler):
    """One watcher: gets each event as JSON, and may ask for a ping of what it watches."""

    __slots__ = ("watching",)

    kind = "watcher"

    def read_address(self) -> None:
        self.secret = self.path_args[0]

    def joined(self) -> None:
        self.watching = self.services.taps.get(self.secret)
        self.watching.watch(self)

    def on_message(self, message: str | bytes) -> None:
        try:
            parse_watcher(message)
        except Refusal as refusal:
            self.show(encode(Error(refusal.code, str(refusal))))
        else:
            self.watching.ping()

    def left(self) -> None:
        self.watching.unwatch(self)
        self.services.taps.release(self.secret)

    def show(self, event: bytes) -> None:
        self.send(frame(TEXT, event))

    def _open_tap(self, connection: Connection) -> None:
        """A watcher is never watched: it would see itself seeing itself, without end."""
