"""Where a hunt begins: the frames, the headers and the close codes that the tests are made of."""

import test_deflate
from handlers.engine.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    FIN,
    PING,
    PONG,
    RSV1,
    TEXT,
    close_frame,
)
from test_deflate import compressed
from test_frames import BROKEN, client_frame

WAYS = (b"\0", b"\1", b"\2")
"""First bytes: each has an input be cut its own way."""


def seeds(target: str) -> list[bytes]:
    return [way + body for body in BODIES[target]() for way in WAYS]


def _frames() -> list[bytes]:
    return [*BROKEN.values(), *_whole(), *_fragmented(), *_closes()]


def _whole() -> list[bytes]:
    sizes = (0, 1, 125, 126, 1024, 1025)
    return [
        *(client_frame(BINARY, bytes(size)) for size in sizes),
        client_frame(TEXT, "Grüße, 日本, 🙂".encode(), key=bytes(4)),
        client_frame(TEXT, "é".encode() * 100),
        client_frame(TEXT, b"ok\xff"),
        client_frame(PING, b"now") + client_frame(PONG, b"then") + client_frame(TEXT, b"short"),
        b"\x82\xff" + (1 << 40).to_bytes(8) + bytes(4),
    ]


def _fragmented() -> list[bytes]:
    one, two = client_frame(TEXT, b"\xc3", 0), client_frame(CONTINUATION, b"\xa9", key=bytes(4))
    long = client_frame(BINARY, bytes(600), 0)
    return [
        one + two,
        one + client_frame(PING, b"between") + two,
        one + client_frame(CONTINUATION),
        long + client_frame(CONTINUATION, bytes(424)),
        long + client_frame(CONTINUATION, bytes(425)),
        client_frame(BINARY, b"", 0) + client_frame(CONTINUATION, b"", 0) * 20,
    ]


def _closes() -> list[bytes]:
    return [client_frame(CLOSE, payload) for payload in _close_payloads()]


def _close_payloads() -> list[bytes]:
    codes = [close_frame(code, "bye, é")[2:] for code in (1000, 1005, 1013, 3000, 4999, 5000)]
    return [*codes, b"", b"\x03", b"\x03\xe8\xff", close_frame(1008, "é" * 100)[2:]]


def _deflated() -> list[bytes]:
    small = compressed("Grüße ".encode() * 30)
    squeezed = [small, compressed(b""), compressed(bytes(1024)), compressed(bytes(1025)), b"\xff"]
    return [
        *(client_frame(opcode, one, FIN | RSV1) for opcode in (TEXT, BINARY) for one in squeezed),
        client_frame(TEXT, small[:5], RSV1) + client_frame(CONTINUATION, small[5:]),
        client_frame(TEXT, b"", 0) + client_frame(CONTINUATION, b"", FIN | RSV1),
        *_frames(),
    ]


def _offers() -> list[bytes]:
    taken, declined = (
        test_deflate.test_the_first_offer_that_can_be_met_is_taken,
        test_deflate.test_an_offer_that_cannot_be_met_is_declined,
    )
    headers = [case[0] for case in _cases(taken)] + _cases(declined)
    return [header.encode("latin-1") for header in headers]


def _cases(test) -> list:
    """What a test is parametrized with."""
    return next(mark.args[1] for mark in test.pytestmark if mark.name == "parametrize")


BODIES = {
    "frames": _frames,
    "deflated": _deflated,
    "offers": _offers,
    "close": _close_payloads,
}
