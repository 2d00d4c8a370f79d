"""What must hold of the frame codec, whatever bytes come; a `Finding` says what does not.

The first byte of an input chooses how the rest is cut and held; the rest is what a peer sent.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random

from handlers.engine import deflate, frames
from handlers.engine.frames import BINARY, CLOSE, SHORT, TEXT, Event, Inflate, Violation

LIMITS = (1024, 100_000)
SLACK = 512
"""Bytes that a parser may hold beyond its limit: a header, a control frame, some compression."""
STRETCHED = 8000
READ_WITHIN = 0.2
"""Seconds of the processor that a header of some 8 KB may take; a hundredth is enough."""


class Finding(AssertionError):
    """What should hold and does not."""


def need(holds: bool, words: str) -> None:
    if not holds:
        raise Finding(words)


# -- frames ----------------------------------------------------------------------------


@dataclass
class Outcome:
    """What came of some bytes: all that does not depend on how they were cut."""

    events: list[Event] = field(default_factory=list)
    violation: tuple[int, str] | None = None


def check_frames(data: bytes) -> None:
    _check_frames(data, None)


def check_deflated(data: bytes) -> None:
    _check_frames(data, deflate.inflate)


def _check_frames(data: bytes, inflate: Inflate | None) -> None:
    """The same bytes mean the same, in any pieces, and whether somebody looks or not."""
    rng, wire = Random(data[:1]), data[1:]
    limit = rng.choice(LIMITS)
    whole = outcome([wire], limit, inflate)
    each = [wire[at : at + 1] for at in range(len(wire))]
    for pieces, taps in (([wire], True), (each, True), (_cut(wire, rng), False)):
        other = outcome(pieces, limit, inflate, taps)
        need(other == whole, f"{len(pieces)} pieces: {other}, and in one: {whole}")


def _cut(wire: bytes, rng: Random) -> list[bytes]:
    cuts = sorted(rng.randrange(len(wire) + 1) for _ in range(rng.randrange(9)))
    return [wire[a:b] for a, b in zip([0, *cuts], [*cuts, len(wire)], strict=True)]


def outcome(
    pieces: Iterable[bytes], limit: int, inflate: Inflate | None, taps: bool = False
) -> Outcome:
    """Feeds a parser as a connection does, and looks at all that it gives and keeps."""
    parser, found, shown = frames.Parser(limit, inflate), Outcome(), Shown()
    parser.shown = shown if taps else None
    try:
        for piece in pieces:
            event = parser.next(piece)
            while event is not None:
                found.events.append(event)
                check_event(*event, limit)
                event = parser.next() if parser.fed else None
            need(parser.next() is None, "an event is left when nothing is")
            check_held(parser, limit, len(piece))
    except Violation as violation:
        found.violation = check_violation(violation)
    else:
        need(not taps or shown.controls == _controls(found), f"shown: {shown.controls}")
    return found


class Shown:
    """A tap: keeps the control frames that it sees."""

    def __init__(self) -> None:
        self.controls: list[Event] = []

    def __call__(self, head: bytes, payload: bytes) -> None:
        if head[0] & frames.OPCODE >= CLOSE:
            self.controls.append((head[0] & frames.OPCODE, payload))


def _controls(found: Outcome) -> list[Event]:
    return [event for event in found.events if event[0] >= CLOSE]


def check_event(opcode: int, payload: str | bytes, limit: int) -> None:
    need(opcode in frames.NAMES and opcode != frames.CONTINUATION, f"an event {opcode:#x}")
    need(isinstance(payload, str if opcode == TEXT else bytes), f"{type(payload)} in {opcode:#x}")
    raw = payload.encode() if isinstance(payload, str) else payload
    most = limit if opcode <= BINARY else SHORT
    need(len(raw) <= most, f"{len(raw)} bytes in {opcode:#x}, over {most}")
    if opcode == CLOSE:
        frames.close_of(raw)


def check_held(parser: frames.Parser, limit: int, piece: int) -> None:
    """A piece may be held until the next; what was taken of it, up to the limit."""
    need(len(parser.fed) <= piece + SLACK, f"{len(parser.fed)} bytes are kept to be read")
    parts = parser._parts or ()
    need(len(parts) <= limit, f"a message in {len(parts)} parts")
    most = limit + SLACK + limit // 256
    for what, size in (
        ("come", sum(map(len, parts))),
        ("seen", len(parser._seen[1] if parser._seen else b"")),
    ):
        need(size <= most, f"{size} bytes of a message have {what}, over {limit}")


def check_violation(violation: Violation) -> tuple[int, str]:
    """It can be told to the peer, in a close frame, as it is."""
    code, reason = violation.code, str(violation)
    payload = frames.close_frame(code, reason)[2:]
    need(len(payload) <= SHORT, f"{len(payload)} bytes in a close frame")
    need(frames.close_of(payload) == (code, reason), f"{code} {reason!r} is not told as it is")
    need(bool(reason), f"{code} without a reason")
    return code, reason


# -- closing, and agreeing on compression ------------------------------------------------


def check_close(data: bytes) -> None:
    """What a close frame says is answered with the same code, and can be."""
    payload = data[:SHORT]
    try:
        code, reason = frames.close_of(payload)
    except Violation as violation:
        check_violation(violation)
    else:
        need(frames.close_frame(code, reason)[2:] == payload, f"{payload!r}: {code} {reason!r}")


def check_offers(data: bytes) -> None:
    """Any header is answered at once, and the answer is an offer that can be met."""
    offers = data[1:].decode("latin-1")
    at = data[0] % (len(offers) or 1) if data else 0
    for header in (offers, offers[:at] + offers[at : at + 1] * STRETCHED + offers[at + 1 :]):
        need(_takes(header) < READ_WITHIN, f"too long over {len(header)} bytes: {offers!r} {at}")
        agreed = deflate.agree(header)
        if agreed:
            need(9 <= agreed.window <= 15, f"a window of {agreed.window}")
            need(deflate.agree(agreed.answer) == agreed, f"the answer is {agreed.answer!r}")


def _takes(header: str) -> float:
    """Seconds of the processor; what takes long has a second try."""
    took = READ_WITHIN
    for _ in range(2):
        if took >= READ_WITHIN:
            begun = time.thread_time()
            deflate.agree(header)
            took = time.thread_time() - begun
    return took


TARGETS: dict[str, Callable[[bytes], None]] = {
    "frames": check_frames,
    "deflated": check_deflated,
    "offers": check_offers,
    "close": check_close,
}
