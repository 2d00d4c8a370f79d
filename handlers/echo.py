"""Echo: every frame back to its sender, byte for byte, text as text, binary as binary."""

from collections.abc import Awaitable

from handlers.engine.deflate import squeezed
from handlers.engine.frames import BINARY, TEXT
from handlers.socket import SocketHandler


class EchoHandler(SocketHandler):
    """The server to test a WebSocket client against."""

    __slots__ = ()

    kind = "echo"

    def on_message(self, message: str | bytes) -> Awaitable[None] | None:
        opcode, payload = (
            (TEXT, message.encode()) if isinstance(message, str) else (BINARY, message)
        )
        self.line.send(squeezed(opcode, payload, self.window))
        # Whoever does not read their echo is not read either, and nothing piles up here.
        return self.line.drained() if self.line.waiting else None
