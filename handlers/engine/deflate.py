"""permessage-deflate (RFC 7692), each message compressed by itself.

With no context carried over from message to message, what is said to many is
compressed once and shared, and a connection costs no window of its own; RFC 7692
section 7.1.1 lets a server ask for that, and compress like that, whatever was offered.
"""

from __future__ import annotations

import re
import sys
import zlib
from functools import cache
from typing import NamedTuple

from handlers.engine.frames import BAD_DATA, FIN, RSV1, TOO_BIG, Violation, frame

NAME = "permessage-deflate"
WORTH_IT = 256
"""Bytes below which compression saves too little to be worth its time."""
LEVEL = 1
TAIL = b"\x00\x00\xff\xff"
"""Ends every compressed message and is left out on the wire (section 7.2.1)."""

_PARAMETER = re.compile(r'\s*([^;,="\s]+)\s*(?:=\s*("?)([^;,="\s]*)\2\s*)?')
_PARAMETERS = {
    "server_no_context_takeover": re.compile(r"$"),
    "client_no_context_takeover": re.compile(r"$"),
    "server_max_window_bits": re.compile(r"(9|1[0-5])$"),  # zlib has no window of 8
    "client_max_window_bits": re.compile(r"([89]|1[0-5])?$"),
}


class Agreement(NamedTuple):
    """What both ends hold to: `answer` is the header that says so, `window` the server's bits."""

    answer: str
    window: int


def agree(offers: str) -> Agreement | None:
    """Takes the first of a client's offers (`Sec-WebSocket-Extensions`) that can be met."""
    for offer in offers.split(","):
        found = [_PARAMETER.fullmatch(part) for part in offer.split(";")]
        if not all(found):
            continue
        name, *rest = [(one[1], one[3] or "") for one in found if one]
        parameters = dict(rest)
        known = all(name in _PARAMETERS and _PARAMETERS[name].match(value) for name, value in rest)
        if name != (NAME, "") or not known or len(parameters) != len(rest):
            continue
        answer = f"{NAME}; server_no_context_takeover; client_no_context_takeover"
        if bits := parameters.get("server_max_window_bits"):
            answer += f"; server_max_window_bits={bits}"
        return Agreement(sys.intern(answer), int(bits or 15))  # there are few, and many to have one
    return None


def squeezed(opcode: int, payload: bytes, window: int | None) -> bytes:
    """One message as a frame, compressed where that was agreed on and is worth it."""
    if window is None or len(payload) < WORTH_IT:
        return frame(opcode, payload)
    return frame(opcode, deflate(payload, window), FIN | RSV1)


def deflate(payload: bytes, window: int) -> bytes:
    """What a compressed message has as its payload."""
    compressor = _compressor(window)
    # A full flush forgets what came before, so that the next message stands by itself.
    small = compressor.compress(payload) + compressor.flush(zlib.Z_FULL_FLUSH)
    return small.removesuffix(TAIL)


def inflate(payload: bytes, limit: int) -> bytes:
    """What was compressed; a `Violation` for what is not, or has over `limit` bytes."""
    decompressor = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = decompressor.decompress(payload + TAIL, limit + 1)
    except zlib.error:
        raise Violation(BAD_DATA, "what was compressed cannot be read") from None
    if len(data) > limit:
        raise Violation(TOO_BIG, f"over {limit} bytes")
    return data


@cache
def _compressor(window: int) -> zlib._Compress:
    return zlib.compressobj(LEVEL, zlib.DEFLATED, -window)
