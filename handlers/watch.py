"""The stream of a tap: shows a watched connection's frames to whoever holds its secret."""

from __future__ import annotations

import base64
import binascii

from chat.codec import encode, parse_watcher
from chat.errors import BadClose, BadPayload, BadSecret, Refusal
from chat.message import Error
from chat.watching import Close, Ping, Send
from handlers.engine.connection import Connection
from handlers.engine.frames import (
    BINARY,
    LONGEST_REASON,
    TEXT,
    fragmented,
    frame,
    may_be_sent,
)
from handlers.socket import SocketHandler
from handlers.tap import is_secret


class WatchHandler(SocketHandler):
    """One watcher: gets each event as JSON, and may act on what it watches."""

    __slots__ = ("watching",)

    kind = "watcher"

    def read_address(self) -> None:
        self.secret = self.path_args[0]
        if not is_secret(self.secret):
            raise BadSecret

    def joined(self) -> None:
        self.watching = self.services.taps.get(self.secret)
        self.watching.watch(self)

    def on_message(self, message: str | bytes) -> None:
        try:
            self._act(parse_watcher(message))
        except Refusal as refusal:
            self.show(encode(Error(refusal.code, str(refusal))))

    def left(self) -> None:
        self.watching.unwatch(self)
        self.services.taps.release(self.secret)

    def show(self, event: bytes) -> None:
        self.send(frame(TEXT, event))

    def _act(self, command: Ping | Send | Close) -> None:
        watched = self.watching.watched(command.connection)
        match command:
            case Ping():
                for one in watched:
                    one.ping_now()
            case Send():
                data = fragmented(*_message(command), command.fragments)
                for one in watched:
                    one.send(data)
            case Close(_, code, reason):
                _check_close(code, reason)
                for one in watched:
                    one.close(code, reason or None)

    def _open_tap(self, connection: Connection) -> None:
        """A watcher is never watched: it would see itself seeing itself, without end."""


def _message(command: Send) -> tuple[int, bytes]:
    """The opcode and the payload of what is to be sent."""
    given = [one for one in (command.text, command.hex, command.base64) if one is not None]
    if len(given) != 1:
        raise BadPayload(why=f"there are {len(given)} of them")
    try:
        if command.hex is not None:
            return BINARY, bytes.fromhex(command.hex)
        if command.base64 is not None:
            return BINARY, base64.b64decode(command.base64, validate=True)
    except (ValueError, binascii.Error):
        raise BadPayload(why="this is neither") from None
    return TEXT, (command.text or "").encode()


def _check_close(code: int | None, reason: str) -> None:
    fits = len(reason.encode()) <= LONGEST_REASON
    if not (may_be_sent(code) and fits if code is not None else not reason):
        raise BadClose(longest=LONGEST_REASON)
