"""WebSocket frames as a server writes them: never masked (RFC 6455 section 5.2)."""

import struct
from collections.abc import Iterator

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
NAMES = {TEXT: "text", BINARY: "binary", CLOSE: "close", PING: "ping", PONG: "pong"}
_FIN = 0x80


def frame(opcode: int, payload: bytes) -> bytes:
    """One whole message in one frame."""
    size = len(payload)
    if size < 126:
        return bytes((_FIN | opcode, size)) + payload
    if size < 65536:
        return struct.pack("!BBH", _FIN | opcode, 126, size) + payload
    return struct.pack("!BBQ", _FIN | opcode, 127, size) + payload


def split(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Takes apart what `frame` put together: (opcode, payload) of each frame in a row."""
    at = 0
    while at < len(data):
        opcode, size = data[at] & 0x0F, data[at + 1]
        at += 2
        if size >= 126:
            width = 2 if size == 126 else 8
            size = int.from_bytes(data[at : at + width])
            at += width
        yield opcode, data[at : at + size]
        at += size


def close_payload(code: int, reason: str | None) -> bytes:
    """A close frame's body: the code, then the reason (RFC 6455 section 5.5.1)."""
    return struct.pack("!H", code) + (reason or "").encode()


def close_frame(code: int, reason: str | None) -> bytes:
    return frame(CLOSE, close_payload(code, reason))
