"""Echo: every frame back to its sender, byte for byte, text as text, binary as binary."""

from collections.abc import Awaitable

from handlers.socket import SocketHandler


class EchoHandler(SocketHandler):
    """The server to test a WebSocket client against."""

    kind = "echo"

    def get_compression_options(self) -> dict[str, object]:
        return {}

    def received(self, message: str | bytes) -> Awaitable[object]:
        # Awaited before the next frame is read: whoever does not read their echo
        # is not read either, and nothing piles up here.
        return self.write_message(message, binary=isinstance(message, bytes))
