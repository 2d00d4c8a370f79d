"""Two hundred who talk, and must hear all of it in order, without a wait that they would notice."""

import asyncio
import json
import time

from soak.steady import Steady


class Honest(Steady):
    """Says when it said it, so that whoever hears it knows how long that took."""

    def __init__(self, name: str, port: int) -> None:
        super().__init__(name, port, None)
        self.waits: list[float] = []
        self._said = 0

    async def says(self) -> None:
        self._said += 1
        said = {"type": "say", "key": f"{self.name} {self._said}", "text": f"{time.monotonic()}"}
        await self._socket.send(json.dumps(said))

    def _got(self, event: dict) -> None:
        super()._got(event)
        if event["type"] == "message" and event["from"]["name"] == self.name:
            self.waits.append(time.monotonic() - float(event["text"]))


class Talk:
    """All of them, in turn, one every `pause` seconds."""

    def __init__(self, port: int, people: int, pause: float) -> None:
        self.people = [Honest(f"honest-{n}", port) for n in range(people)]
        self._pause = pause
        self.said = 0

    async def begin(self) -> None:
        for at in range(0, len(self.people), 20):
            await asyncio.gather(*(one.come() for one in self.people[at : at + 20]))

    async def last(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await self.people[self.said % len(self.people)].says()
            self.said += 1
            await asyncio.sleep(self._pause)

    async def end(self) -> list[str]:
        """What any of them missed."""
        head = max(one.last for one in self.people)
        await asyncio.gather(*(one.reaches(head) for one in self.people))
        for one in self.people:
            await one.leave()
        return [hole for one in self.people for hole in one.holes]

    @property
    def waits(self) -> list[float]:
        """Seconds from saying something to hearing it said, of each that came back."""
        return [wait for one in self.people for wait in one.waits]
