"""Those who stay from the beginning to the end, and must get every id, one after the other.

Where this machine is too slow for them, they do what they are told: they come back with
their cursor, and must still get every id.
"""

import asyncio
import json
from contextlib import suppress

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from clients import JSON

ARRIVES_WITHIN = 10.0
TOO_SLOW = 1013


class Steady:
    """A member on a client that we did not write, with or without compression."""

    def __init__(self, name: str, port: int, compression: str | None) -> None:
        self.name = name
        self.holes: list[str] = []
        self.ids = 0
        self.last = 0
        self.returns = 0
        self._epoch = ""
        self._address = f"ws://127.0.0.1:{port}/ws?name={name}"
        self._compression = compression
        self._moved = asyncio.Event()
        self._leaving = False

    async def come(self) -> None:
        """Returns when it has been welcomed; from then on it listens."""
        self.last = await self._connect(self._address)
        self._listening = asyncio.create_task(self._listen())

    async def _connect(self, address: str) -> int:
        """Returns the head that it is welcomed with."""
        self._socket: ClientConnection = await connect(
            address,
            subprotocols=[JSON],
            compression=self._compression,
            proxy=None,
            max_queue=None,
            ping_interval=None,
        )
        welcome = json.loads(await self._socket.recv())
        self._epoch = welcome["epoch"]
        return welcome["head"]

    async def reaches(self, id: int) -> None:
        """Waits until it has come to this id; what does not come in time is a hole."""
        with suppress(TimeoutError):
            async with asyncio.timeout(ARRIVES_WITHIN):
                while self.last < id and not self._listening.done():
                    self._moved.clear()
                    await self._moved.wait()
        if self.last < id:
            self.holes.append(f"{self.name} got to {self.last} of {id}")

    async def leave(self) -> None:
        self._leaving = True
        await self._socket.close()
        await self._listening

    async def _listen(self) -> None:
        while await self._is_too_slow():
            self.returns += 1
            await self._connect(f"{self._address}&since={self._epoch}:{self.last}")
        if not self._leaving:
            self.holes.append(f"{self.name} was closed with {self._socket.close_code}")
        self._moved.set()

    async def _is_too_slow(self) -> bool:
        """Listens until the connection ends; whether it is to come back."""
        try:
            async for frame in self._socket:
                self._got(json.loads(frame))
        except ConnectionClosed as closed:
            if self._socket.close_code == TOO_SLOW:
                return True
            self.holes.append(f"{self.name} was cut: {closed}")
        return False

    def _got(self, event: dict) -> None:
        for message in event.get("messages", ()):  # a batch, of what it had missed
            self._got(message)
        if event["type"] == "message":
            if event["id"] != self.last + 1:
                self.holes.append(f"{self.name} got {event['id']} after {self.last}")
            self.last = event["id"]
            self.ids += 1
            self._moved.set()
