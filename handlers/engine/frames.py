"""RFC 6455 section 5 as a pure thing: bytes in, messages and control frames out; no socket.

Whatever the peer does wrong is found at the first byte that shows it, before anything
is allocated for what it announces: text is decoded as it comes, and a length over the
limit is refused by its header alone.
"""

from __future__ import annotations

import codecs
import struct
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from handlers.engine.seam import unmask

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
FIN, RSV1, RESERVED, OPCODE, MASKED = 0x80, 0x40, 0x70, 0x0F, 0x80
NAMES = {
    CONTINUATION: "continuation",
    TEXT: "text",
    BINARY: "binary",
    CLOSE: "close",
    PING: "ping",
    PONG: "pong",
}
PROTOCOL_ERROR, BAD_DATA, TOO_BIG = 1002, 1007, 1009

SHORT = 125
"""The most bytes that a control frame may have, and that the second byte can count."""
LONGEST_REASON = SHORT - 2
WHOLE = {FIN | opcode for opcode in (TEXT, BINARY, PING, PONG)}
"""How a frame begins that is all there is of a message, or a ping or pong."""

Event = tuple[int, str | bytes]
"""An opcode and what came under it: text as str, anything else as bytes."""
Inflate = Callable[[bytes, int], bytes]
"""inflate(payload, limit): raises a `Violation` for what does not inflate to `limit` bytes."""
Shown = Callable[[bytes, bytes], None]
"""shown(header, payload): sees each frame when it is complete, unmasked."""


class Violation(Exception):
    """The peer broke the rules: `code` closes the connection, `str()` is the reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


# -- what the server writes ------------------------------------------------------------


def frame(opcode: int, payload: bytes, bits: int = FIN) -> bytes:
    """One frame as a server writes it, never masked (section 5.2); by default a whole message."""
    size = len(payload)
    if size <= SHORT:
        return _short_head(bits | opcode, size) + payload
    if size < 65536:
        return struct.pack("!BBH", bits | opcode, 126, size) + payload
    return struct.pack("!BBQ", bits | opcode, 127, size) + payload


@cache
def _short_head(first: int, size: int) -> bytes:
    return bytes((first, size))


def fragmented(opcode: int, payload: bytes, count: int) -> bytes:
    """One message in this many frames, of about the same size (section 5.4)."""
    size = -(-len(payload) // count)
    return b"".join(_fragments(opcode, payload, size, count, 0))


def fragments(opcode: int, payload: bytes, size: int, bits: int = 0) -> Iterator[bytes]:
    """One message in frames of this size at most; `bits` are those of the first besides FIN."""
    return _fragments(opcode, payload, size, max(1, -(-len(payload) // size)), bits)


def _fragments(opcode: int, payload: bytes, size: int, count: int, bits: int) -> Iterator[bytes]:
    for at in range(count):
        piece = payload[at * size : (at + 1) * size]
        last = FIN if at == count - 1 else 0
        yield frame(CONTINUATION if at else opcode, piece, last | (0 if at else bits))


def close_frame(code: int | None, reason: str | None = None) -> bytes:
    """A close frame: the code, then as much of the reason as has room (section 5.5.1)."""
    if code is None:
        return frame(CLOSE, b"")
    cut = (reason or "").encode()[:LONGEST_REASON].decode(errors="ignore")
    return frame(CLOSE, struct.pack("!H", code) + cut.encode())


def split(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Takes apart what `frame` put together: (header, payload) of each frame in a row."""
    at = 0
    while at < len(data):
        begin, size = at, data[at + 1]
        at += 2
        if size > SHORT:
            width = 2 if size == 126 else 8
            size = int.from_bytes(data[at : at + width])
            at += width
        yield data[begin:at], data[at : at + size]
        at += size


# -- what a peer writes ----------------------------------------------------------------


def close_of(payload: bytes) -> tuple[int | None, str]:
    """The code and the reason in a close frame, or a `Violation` (section 7.4)."""
    if not payload:
        return None, ""
    code = int.from_bytes(payload[:2])
    if len(payload) == 1 or not may_be_sent(code):
        raise Violation(PROTOCOL_ERROR, f"no close code: {code}")
    return code, _text(payload[2:])


class Parser:
    """One connection's frames, turned into messages and control frames.

    Ask it for the `next` event, with what came in whatever pieces, until there is none; from
    a `Violation` on, it is of no more use. Messages have at most `limit` bytes,
    after `inflate` too, which is None where compression was not agreed on.
    """

    __slots__ = (
        "_at",
        "_compressed",
        "_decode",
        "_first",
        "_inflate",
        "_left",
        "_limit",
        "_mask",
        "_opcode",
        "_parts",
        "_seen",
        "_short",
        "_size",
        "fed",
        "shown",
    )

    def __init__(self, limit: int, inflate: Inflate | None = None) -> None:
        self.shown: Shown | None = None
        self._limit = limit
        self._short = min(SHORT, limit)
        self._inflate = inflate
        self.fed = b""
        """What has come, as long as some of it was not looked at yet; that begins at `_at`."""
        self._at = 0
        # The frame that is coming: its first byte (None: none is) and what is left of it.
        self._first: int | None = None
        self._left = 0
        self._mask = b""
        self._seen: tuple[bytes, bytes] | None = None
        # The message that is coming: its opcode (0: none is) and what has come of it.
        self._opcode = 0
        self._compressed = False
        self._parts: list[Any] | None = None
        self._size = 0
        self._decode: codecs.IncrementalDecoder | None = None

    def next(self, data: bytes = b"") -> Event | None:
        """The next message or control frame, of what has come and `data`, which came now.

        None when the rest of it is still to come; as long as `fed` is not empty, there
        may be more.
        """
        at = 0
        if self.fed:
            data, at = (self.fed[self._at :] + data, 0) if data else (self.fed, self._at)
        # Nearly everything is a short frame that stands by itself, and all of it is here.
        have = len(data) - at
        if have >= 6 and data[at] in WHOLE and self._first is None and not self._opcode:
            size = data[at + 1] - MASKED
            if 0 <= size <= self._short and size <= have - 6:
                end = at + 6 + size
                self.fed, self._at = data if size < have - 6 else b"", end
                payload = unmask(data[at + 2 : at + 6], data[at + 6 : end])
                if self.shown:
                    self.shown(data[at : at + 6], payload)
                opcode = data[at] & OPCODE
                return opcode, _text(payload) if opcode == TEXT else payload
        self.fed, self._at = data, at
        return self._next()

    def _next(self) -> Event | None:
        while self._first is not None or self._header():
            event = self._payload()
            if event or self._first is not None:
                return event
        return None

    # -- a frame -------------------------------------------------------------------------

    def _header(self) -> bool:
        """Reads a header if all of it is here."""
        data, at = self.fed, self._at
        have = len(data) - at
        if have < 2:
            return False
        first, second = data[at], data[at + 1]
        self._check(first, second)
        width = {126: 2, 127: 8}.get(second - MASKED, 0)
        if have < 6 + width:
            return False
        size = int.from_bytes(data[at + 2 : at + 2 + width]) if width else second - MASKED
        self._check_size(first, width, size)
        self._at = at + 6 + width
        self._mask = data[self._at - 4 : self._at]
        self._first, self._left = first, size
        self._seen = (data[at : self._at], b"") if self.shown else None
        if TEXT <= first & OPCODE <= BINARY:
            self._begin(first)
        return True

    def _check(self, first: int, second: int) -> None:
        """Holds the first two bytes of a frame to section 5.2 and 5.5."""
        opcode = first & OPCODE
        compressed = self._inflate is not None and TEXT <= opcode <= BINARY
        if first & RESERVED & ~(RSV1 if compressed else 0):
            raise Violation(PROTOCOL_ERROR, "a reserved bit is set")
        if opcode not in NAMES:
            raise Violation(PROTOCOL_ERROR, f"no opcode: {opcode:#x}")
        if not second & MASKED:
            raise Violation(PROTOCOL_ERROR, "a client's frames are masked")
        if opcode >= CLOSE:
            if not first & FIN or second - MASKED > SHORT:
                raise Violation(PROTOCOL_ERROR, "a control frame is short, and whole")
        elif (opcode == CONTINUATION) != bool(self._opcode):
            raise Violation(PROTOCOL_ERROR, "fragments follow each other until the last")

    def _check_size(self, first: int, width: int, size: int) -> None:
        if (width == 2 and size <= SHORT) or (width == 8 and not 65536 <= size < 1 << 63):
            raise Violation(PROTOCOL_ERROR, "a length takes as few bytes as it can")
        # What does not compress grows a little by it.
        grown = self._limit // 256 + 64 if first & RSV1 or self._compressed else 0
        if first & OPCODE < CLOSE and self._size + size > self._limit + grown:
            raise Violation(TOO_BIG, f"over {self._limit} bytes")

    def _payload(self) -> Event | None:
        """Takes what is here of a frame; gives what it completes."""
        assert self._first is not None
        first = self._first
        chunk = self.fed[self._at : self._at + self._left]
        whole = len(chunk) == self._left
        if first & OPCODE >= CLOSE and not whole:
            return None
        self._at += len(chunk)
        self._left -= len(chunk)
        payload = unmask(self._mask, chunk)
        turn = len(chunk) % 4
        self._mask = self._mask[turn:] + self._mask[:turn]
        if self._seen is not None:
            self._seen = self._seen[0], self._seen[1] + payload
        self._forget_what_was_read()
        if whole:
            self._end()
        return self._take(first, payload, whole)

    def _end(self) -> None:
        self._first = None
        if self.shown and self._seen is not None:
            self.shown(*self._seen)
            self._seen = None

    def _take(self, first: int, payload: bytes, whole: bool) -> Event | None:
        if first & OPCODE >= CLOSE:
            return first & OPCODE, payload
        self._add(payload, last=whole and bool(first & FIN))
        return self._finish() if whole and first & FIN else None

    def _forget_what_was_read(self) -> None:
        if self._at == len(self.fed):
            self.fed = b""

    # -- a message -----------------------------------------------------------------------

    def _begin(self, first: int) -> None:
        self._opcode = first & OPCODE
        self._compressed = bool(first & RSV1)
        self._parts = []
        if self._opcode == TEXT and not self._compressed:
            self._decode = _utf8()

    def _add(self, payload: bytes, last: bool) -> None:
        """Adds a piece; text is decoded at once, so that it fails at its first bad byte."""
        assert self._parts is not None
        self._size += len(payload)
        try:
            piece = self._decode.decode(payload, last) if self._decode else payload
        except UnicodeDecodeError:
            raise _not_text() from None
        if piece:  # or a message of empty fragments would grow for ever
            self._parts.append(piece)

    def _finish(self) -> Event:
        opcode, parts, compressed = self._opcode, self._parts, self._compressed
        decoded = self._decode is not None
        self._opcode, self._parts, self._size = 0, None, 0
        self._compressed, self._decode = False, None
        if decoded:
            return opcode, "".join(parts or ())
        message = b"".join(parts or ())
        if compressed and self._inflate:
            message = self._inflate(message, self._limit)
        return opcode, _text(message) if opcode == TEXT else message


_utf8 = codecs.getincrementaldecoder("utf-8")


def _text(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise _not_text() from None


def _not_text() -> Violation:
    return Violation(BAD_DATA, "text is UTF-8")


def may_be_sent(code: int) -> bool:
    """Whether a peer may close with this (section 7.4.2, and the IANA registry)."""
    return 1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999
