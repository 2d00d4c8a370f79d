"""Bugs to plant in the frame codec, so that a hunt can show that it finds each.

A bug takes the place of a part of the codec. One that has lost its hold, because that part
was renamed, fails when it is planted, or when it is not found.
"""

from handlers.engine import deflate, frames
from handlers.engine.frames import BAD_DATA, FIN, MASKED, PONG, Parser, Violation

following, payload = Parser.next, Parser._payload
check, check_size = Parser._check, Parser._check_size


def lost_byte(self, data=b""):
    """What is left when exactly five bytes of a header have come is a byte too short."""
    if data and len(self.fed) - self._at == 5:
        self.fed = self.fed[:-1]
    return following(self, data)


def unturned_mask(self):
    """Each piece of a frame is unmasked as if it were the first."""
    mask = self._mask
    event = payload(self)
    self._mask = mask
    return event


def another_exception(self, first, second):
    """A pong of some length is too much."""
    if first == FIN | PONG and second - MASKED > 60:
        raise IndexError("pong")
    check(self, first, second)


def uncounted_fragments(self, first, width, size):
    self._size = 0
    check_size(self, first, width, size)


def all_is_kept(self, data=b""):
    """As if it were still to be shown."""
    self._seen = b"\x01", (self._seen[1] if self._seen else b"") + data
    return following(self, data)


def long_reason():
    return Violation(BAD_DATA, "text is UTF-8, and this is not: " * 4)


def small_window():
    parameters = dict(deflate._PARAMETERS)
    parameters["server_max_window_bits"] = parameters["client_max_window_bits"]
    return parameters


BUGS = {
    "a byte is lost between two pieces": ("frames", Parser, "next", lost_byte, "and in one"),
    "a mask is not turned": ("frames", Parser, "_payload", unturned_mask, "and in one"),
    "another exception": ("frames", Parser, "_check", another_exception, "pong"),
    "fragments are not counted": (
        "frames",
        Parser,
        "_check_size",
        uncounted_fragments,
        "over 1024",
    ),
    "all is kept": ("frames", Parser, "next", all_is_kept, "bytes of a message have seen"),
    "a reason that does not fit": ("deflated", frames, "_not_text", long_reason, "told as it is"),
    "a window that zlib does not have": (
        *("offers", deflate, "_PARAMETERS", small_window()),
        "a window of 8",
    ),
}
"""Each with the target that finds it, what it changes, what it puts there, and how it is told."""


def plant(name: str, put=setattr) -> None:
    """Plants a bug in this process, or by `put`, such as a monkeypatch's."""
    _, owner, part, bug, _ = BUGS[name]
    assert hasattr(owner, part)
    put(owner, part, bug)
