"""A member that comes and goes with its cursor, and tells the ledger of every arrival.

It is away a third of the time, crash or no crash, so that much of what it is to get
has to come from the log. What comes twice it tells twice.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from demo.ledger import Ledger
from demo.talker import Talker
from demo.wire import AWAY, Event, connect, next_event

STAYS = 2.0
LEAVES = 1.0


class Checker:
    """Reads the lobby from its beginning, across connections."""

    def __init__(self, host: str, talker: Talker, ledger: Ledger) -> None:
        self._host = host
        self._talker = talker
        self._ledger = ledger
        self._epoch = ""
        self._cursor = "0"

    async def check(self) -> None:
        """Comes and goes, for ever."""
        while True:
            with suppress(*AWAY, TimeoutError):
                async with asyncio.timeout(STAYS):
                    await self._read()
            await asyncio.sleep(LEAVES)

    async def _read(self) -> None:
        socket = await connect(self._host, since=self._cursor, name="Checker")
        try:
            while event := await next_event(socket):
                self._take(event)
        finally:
            socket.close()

    def _take(self, event: Event) -> None:
        match event["type"]:
            case "welcome":
                self._epoch = event["epoch"]
            case "gap":
                self._cursor = f"{event['epoch']}:{event['oldest'] - 1}"
            case "message":
                self._arrived(event)
            case "batch":
                for message in event["messages"]:
                    self._arrived(message)

    def _arrived(self, message: Event) -> None:
        self._cursor = f"{self._epoch}:{message['id']}"
        number = self._talker.number_of(message)
        if number is not None:
            self._ledger.arrived(number)
