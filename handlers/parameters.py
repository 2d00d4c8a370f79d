"""All that an echo can be asked for: one table.

It is the one source: what is taken, the words for what is not, what the docs list and what
a form offers all go by it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from handlers.engine.frames import LONGEST_REASON, may_be_sent

MINUTE = 60_000
MANY = 1_000_000
LARGE = 1 << 20
EXACT = (1 << 53) - 1
"""The largest whole number that every JSON reader has."""
WORD = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
"""As RFC 9110 section 5.6.2 has it."""

Value = int | float | bool | str


@dataclass(frozen=True)
class Parameter:
    """One thing that can be asked: its `kind` is how it is written, `words` what it does.

    `least` and `most` bound a number, and the bytes of a text; `unit` is what it counts.
    """

    name: str
    kind: str
    words: str
    least: int = 0
    most: int | None = None
    unit: str = ""

    @property
    def takes(self) -> str:
        """What it may be, in words."""
        of = f" of {self.unit}" if self.unit else ""
        return {
            "whole": f"a whole number{of} from {self.least} to {self.most}",
            "chance": "a number from 0 to 1",
            "flag": "1 or 0",
            "code": "a close code: 1000 to 1003, 1007 to 1014 or 3000 to 4999",
            "text": f"text of at most {self.most} bytes",
            "token": f"a token of HTTP, such as chat.v2, of at most {self.most} characters",
        }[self.kind]

    def value(self, text: str) -> Value | None:
        """What this text says, or None when it is nothing that can be asked."""
        match self.kind:
            case "whole":
                number = int(text) if re.fullmatch("-?[0-9]{1,16}", text) else None
                return number if number is not None and self._bounds(number) else None
            case "chance":
                return _chance(text)
            case "flag":
                return {"1": True, "0": False}.get(text)
            case "code":
                code = int(text) if re.fullmatch("[0-9]{4}", text) else 0
                return code if may_be_sent(code) else None
            case "token":
                return text if re.fullmatch(WORD, text) and self._bounds(len(text)) else None
            case _:
                return text if self._bounds(len(text.encode())) else None

    def _bounds(self, number: int) -> bool:
        return self.least <= number and (self.most is None or number <= self.most)


PARAMETERS = (
    Parameter("delay", "whole", "each echo waits so long", 0, MINUTE, "milliseconds"),
    Parameter(
        "jitter",
        "whole",
        "each waits longer by a random time, up to this; their order is kept",
        0,
        MINUTE,
        "milliseconds",
    ),
    Parameter("drop", "chance", "the chance that a message is not echoed"),
    Parameter("duplicate", "chance", "the chance that a message is echoed twice"),
    Parameter(
        "fragment",
        "whole",
        "each echo goes in frames of at most so many bytes of payload",
        1,
        LARGE,
        "bytes",
    ),
    Parameter(
        "chunk",
        "whole",
        "no write to the TCP connection has more, from the answer to the handshake on",
        1,
        LARGE,
        "bytes",
    ),
    Parameter(
        "close_after",
        "whole",
        "closes after so many messages, the last of them echoed; 0: right after the handshake",
        0,
        MANY,
        "messages",
    ),
    Parameter("code", "code", "the code that `close_after` closes with; 1000 without it"),
    Parameter("reason", "text", "the reason that `close_after` closes with", 0, LONGEST_REASON),
    Parameter("no_pong", "flag", "pings get no pong"),
    Parameter(
        "ping_every",
        "whole",
        "pings so often, besides the server's own keepalive",
        10,
        60 * MINUTE,
        "milliseconds",
    ),
    Parameter(
        "max",
        "whole",
        "the longest message that is taken, at most the server's own limit;"
        " a longer one closes with 1009",
        0,
        None,
        "bytes",
    ),
    Parameter(
        "compress",
        "flag",
        "0: compression is not agreed to; 1: every echo is compressed, however short,"
        " if the client offers it",
    ),
    Parameter(
        "handshake_status",
        "whole",
        "the handshake is answered with this HTTP status, and there is no WebSocket",
        200,
        599,
    ),
    Parameter(
        "handshake_delay", "whole", "the handshake is answered so late", 0, MINUTE, "milliseconds"
    ),
    Parameter(
        "subprotocol",
        "token",
        "the handshake is answered with this subprotocol, offered or not",
        1,
        128,
    ),
    Parameter("mute", "flag", "takes everything and echoes nothing"),
    Parameter(
        "abort",
        "whole",
        "resets the TCP connection after so many messages; 0: right after the handshake",
        0,
        MANY,
        "messages",
    ),
    Parameter(
        "seed",
        "whole",
        "makes chance repeatable: to the same messages it does the same",
        1 - (1 << 53),
        (1 << 53) - 1,
    ),
    Parameter("hello", "flag", "the first message says, as JSON, what the server saw"),
)
"""All that can be asked, in the order that it is best read; `max` has no `most` of its own."""

NAMES = {parameter.name for parameter in PARAMETERS}


def parameters(max_message: int) -> tuple[Parameter, ...]:
    """The table for a server that takes messages of so many bytes."""
    return tuple(replace(one, most=max_message) if one.name == "max" else one for one in PARAMETERS)


def _chance(text: str) -> float | None:
    chance = float(text) if re.fullmatch(r"[0-9]+(\.[0-9]*)?|\.[0-9]+", text) else -1.0
    return chance if 0 <= chance <= 1 else None
