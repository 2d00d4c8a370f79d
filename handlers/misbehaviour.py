"""What an echo is asked for in its address, and what becomes of a message by that.

Chance is handed in; what is done about it all is for wayward.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from tornado.httputil import HTTPServerRequest

from chat.errors import BadEcho, BadQuery
from handlers.parameters import NAMES, Parameter, Value, parameters

SHOWN = 40
"""Characters of what is refused that are said back."""


class Fate(NamedTuple):
    """What becomes of a message: how often it is echoed, and after how many seconds."""

    copies: int
    wait: float


@dataclass(frozen=True)
class Misbehaviour:
    """What was asked, a field for each parameter; times are milliseconds."""

    delay: int = 0
    jitter: int = 0
    drop: float = 0.0
    duplicate: float = 0.0
    fragment: int | None = None
    chunk: int | None = None
    close_after: int | None = None
    code: int = 1000
    reason: str = ""
    no_pong: bool = False
    ping_every: int | None = None
    max: int | None = None
    compress: bool | None = None
    handshake_status: int | None = None
    handshake_delay: int = 0
    subprotocol: str | None = None
    mute: bool = False
    abort: int | None = None
    seed: int | None = None
    hello: bool = False

    @property
    def last(self) -> int | None:
        """The number of messages after which there is an end to it, if there is."""
        return min((n for n in (self.close_after, self.abort) if n is not None), default=None)

    @property
    def delays(self) -> bool:
        """Whether an echo may wait for its time."""
        return self.delay + self.jitter > 0

    def fate(self, chance: Random) -> Fate:
        """What becomes of the next message."""
        # Always as many draws, so that one parameter does not change what another one does.
        dropped, doubled, late = chance.random(), chance.random(), chance.random()
        copies = 0 if self.mute or dropped < self.drop else 1 + (doubled < self.duplicate)
        return Fate(copies, (self.delay + self.jitter * late) / 1000)


def misbehaves(request: HTTPServerRequest) -> bool:
    """Whether a request asks for any of it."""
    return not NAMES.isdisjoint(request.query_arguments)


def read(arguments: dict[str, list[bytes]], max_message: int) -> Misbehaviour:
    """What a query asks for; a `BadEcho` says which parameter cannot be met, and what it takes."""
    values: dict[str, Any] = {
        one.name: _value(one, arguments[one.name])
        for one in parameters(max_message)
        if one.name in arguments
    }
    for name in ("code", "reason"):
        if name in values and "close_after" not in values:
            raise BadEcho(why=f"`{name}` is for what `close_after` does, and needs it")
    return Misbehaviour(**values)


def _value(parameter: Parameter, given: list[bytes]) -> Value:
    if len(given) > 1:
        raise BadEcho(why=f"`{parameter.name}` is there {len(given)} times, and may be once")
    try:
        text = given[0].decode()
    except UnicodeDecodeError:
        raise BadQuery from None
    value = parameter.value(text)
    if value is None:
        raise BadEcho(why=f"`{parameter.name}` takes {parameter.takes}, not {_shown(text)}")
    return value


def _shown(text: str) -> str:
    """What was given, so that it is seen for what it is."""
    return repr(text[:SHOWN]) + (" and so on" if len(text) > SHOWN else "") if text else "nothing"
