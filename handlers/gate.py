"""Who may come in, and how fast they may say something once they are.

An address is that of the client, by whatever way it came. This machine's own is no address to
count by: it is that of all who come through a proxy here which tells nobody apart, and of the
programs of whoever runs the server.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass

from tornado.httputil import HTTPServerRequest

from chat.errors import ServerFull, TooManyOfYou
from chat.pace import Pace


@dataclass(frozen=True)
class GateTerms:
    """How many connections there may be `members` in all, and `address_members` from one address;
    `rate` and `address_rate` are messages a second. 0 is as many as they like."""

    members: int = 0
    address_members: int = 0
    rate: float = 0
    address_rate: float = 0


class Gate:
    """Counts who is there by address, and what they say by person and address."""

    def __init__(self, terms: GateTerms) -> None:
        self._terms = terms
        self._there: Counter[str] = Counter()
        self._count = 0
        self._people = Pace(terms.rate)
        self._addresses = Pace(terms.address_rate)

    def check(self, address: str) -> None:
        """Raises a `Refusal` when there is no room for one more from this address."""
        terms = self._terms
        if terms.members and self._count >= terms.members:
            raise ServerFull(limit=terms.members)
        most = 0 if is_own(address) else terms.address_members
        if most and self._there[address] >= most:
            raise TooManyOfYou(limit=most)

    def enter(self, address: str) -> None:
        self._there[address] += 1
        self._count += 1

    def leave(self, address: str) -> None:
        self._there[address] -= 1
        self._count -= 1
        if not self._there[address]:
            del self._there[address]

    def wait(self, person: str, address: str) -> float:
        """Counts something said; answers after how many seconds the next may be, or raises."""
        now = time.monotonic()
        slowed = self._people.take(person, now)
        return slowed if is_own(address) else max(slowed, self._addresses.take(address, now))


def address_of(request: HTTPServerRequest) -> str:
    """Where a request came from, as one string for all that came from there."""
    return sys.intern(request.remote_ip or "")


def is_own(address: str) -> bool:
    """Whether this is an address of this machine alone; a unix socket's is 0.0.0.0."""
    return address.startswith("127.") or address in ("::1", "0.0.0.0")  # noqa: S104
