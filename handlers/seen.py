"""How what was seen on the wire is told to whoever watches: frames, and the handshake before them.

What gives somebody rights, a cookie, a token, the secret itself, is never shown, only that it
was there. A payload is shown as text where it is that, otherwise as hex, up to a bound.
"""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from datetime import datetime
from urllib.parse import parse_qsl, quote

from tornado.httputil import HTTPServerRequest

from chat.watching import Frame, Header, Opened
from handlers.engine import deflate, frames
from handlers.engine.connection import Connection
from handlers.engine.frames import FIN, MASKED, OPCODE, RSV1, Violation

SHOWN_TEXT = 4096
SHOWN_BYTES = 1024
MOST_INFLATED = 1 << 20
HIDDEN = "\N{HORIZONTAL ELLIPSIS}"

_gives_rights = re.compile("cookie|auth|token|secret|api-?key|session|password", re.IGNORECASE)


def opened(
    name: str, at: datetime, request: HTTPServerRequest, connection: Connection, secret: str
) -> Opened:
    """The handshake of a connection that is watched by this secret."""
    return Opened(
        connection=name,
        at=at,
        path=request.path,
        query=query_of(request, secret),
        subprotocol=connection.selected_subprotocol,
        extensions=connection.extensions,
        headers=headers_of(request, secret),
        answer=tuple(connection.answer(request.headers["Sec-WebSocket-Key"])),
    )


def headers_of(request: HTTPServerRequest, secret: str) -> tuple[Header, ...]:
    """A request's headers, without the values of those that give rights; `secret` may be ""."""
    return tuple(
        (name, value if _is_shown(name, value, secret) else None)
        for name, value in request.headers.get_all()
    )


def query_of(request: HTTPServerRequest, secret: str) -> str:
    """What was asked for, with the values of what gives rights left out."""
    return "&".join(
        f"{quote(name)}={quote(value) if _is_query_shown(name, value, secret) else HIDDEN}"
        for name, value in parse_qsl(request.query, keep_blank_values=True)
    )


def _is_query_shown(name: str, value: str, secret: str) -> bool:
    return name not in ("wire", "as") and _is_shown(name, value, secret)


def _is_shown(name: str, value: str, secret: str) -> bool:
    return not (_gives_rights.search(name) or (secret and secret in value))


def seen(
    sender: str,
    name: str,
    at: datetime,
    head: bytes,
    wire: bytes,
    round_trip: float | None = None,
) -> Frame:
    """A frame with this header and, as it stood on the wire but unmasked, this payload."""
    first = head[0]
    opcode, payload = first & OPCODE, _inflated(first, wire)
    code, reason = _close_of(payload) if opcode == frames.CLOSE else (None, None)
    text = _text(first, payload)
    most = SHOWN_BYTES if text is None else len(text.encode())
    return Frame(
        connection=name,
        at=at,
        sender=sender,
        opcode=frames.NAMES.get(opcode, f"{opcode:#x}"),
        size=len(wire),
        head=head.hex(" "),
        fin=bool(first & FIN),
        compressed=bool(first & RSV1),
        masked=bool(head[1] & MASKED),
        text=text,
        hex=payload[:SHOWN_BYTES].hex(" ") if text is None else None,
        wire=wire[:SHOWN_BYTES].hex(" ") if first & RSV1 else None,
        cut=len(payload) > most,
        code=code,
        reason=reason,
        round_trip=None if round_trip is None else round(round_trip * 1000, 3),
    )


def _inflated(first: int, payload: bytes) -> bytes:
    """What a compressed message says, if it is whole and what is shown of it can be read."""
    if first & RSV1 and first & FIN:
        with suppress(Violation):
            return deflate.inflate(payload, MOST_INFLATED)
    return payload


def _text(first: int, payload: bytes) -> str | None:
    """The beginning of a payload as text, if that is what it is."""
    opcode = first & OPCODE
    if opcode == frames.TEXT:
        piece = first & RSV1 and not first & FIN  # of something compressed: noise by itself
        return None if piece else _utf8(payload, whole=bool(first & FIN))
    if opcode == frames.BINARY or not _printable(payload):
        return None
    return payload[:SHOWN_TEXT].decode()


def _utf8(payload: bytes, whole: bool) -> str | None:
    # Up to four bytes a character; a character cut in two at the end is left out.
    beginning = payload[: 4 * SHOWN_TEXT]
    final = whole and len(beginning) == len(payload)
    with suppress(UnicodeDecodeError):
        return codecs.getincrementaldecoder("utf-8")().decode(beginning, final)[:SHOWN_TEXT]
    return None


def _printable(payload: bytes) -> bool:
    """Whether a few bytes can be read as they are, as our pings' can."""
    return payload.isascii() and payload.decode().isprintable()


def _close_of(payload: bytes) -> tuple[int | None, str | None]:
    if len(payload) < 2:
        return None, None
    return int.from_bytes(payload[:2]), payload[2:].decode(errors="replace") or None
