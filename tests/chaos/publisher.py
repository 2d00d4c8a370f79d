"""A member that publishes each thing under a key of its own until it is answered."""

import asyncio
from collections import Counter
from typing import Any

from chaos.members import Member
from chaos.recording import Place, Publish

ANSWERS_WITHIN = 2.0
LONGEST_WAIT = 1.0
"""Seconds that somebody waits at most before it says something again, whatever it was told."""


class Publisher(Member):
    """Publishes, as the person that it turns out to be, once it is here."""

    person = ""

    def __init__(self, *seat: Any, **more: Any) -> None:
        super().__init__(*seat, **more)
        self.done = 0
        self.refusals: Counter[str] = Counter()
        self._published: dict[str, Publish] = {}
        self._mine: list[int] = []
        self._here = asyncio.Event()

    async def arrived(self) -> None:
        """Returns when it has been welcomed."""
        await self._here.wait()

    async def talk(self, number: int, pace: float) -> None:
        """Publishes that many things, two at a time, with `pace` seconds between on average."""
        numbers = iter(range(number))

        async def lane() -> None:
            for n in numbers:
                await asyncio.sleep(self.rng.expovariate(0.5 / pace) if pace else 0)
                await self._here.wait()
                await self._publish(self._invent(f"{self.name}-{n}"))
                self.done += 1

        async with asyncio.TaskGroup() as lanes:
            lanes.create_task(lane())
            lanes.create_task(lane())

    async def say(self, text: str) -> dict:
        """Says this until it is answered, under a key of the same words; gives the answer."""
        await self._here.wait()
        publish = self._published.get(text) or self._note(Publish(self.person, text, text))
        while (answer := await self._try(publish)) is None:
            pass
        return answer

    def _invent(self, key: str) -> Publish:
        """Something new."""
        return self._note(Publish(self.person, key, self._words(key)))

    def _words(self, key: str) -> str:
        length = self.rng.randrange(4000 if self.rng.random() < 0.1 else 100)
        return f"{key} {'x' * length}"

    def _note(self, publish: Publish) -> Publish:
        self._published[publish.key] = publish
        self._recording.publishes.append(publish)
        return publish

    async def _publish(self, publish: Publish) -> None:
        """Until it is answered for good; sometimes once more, as if the answer had been lost."""
        while not (publish.acks or publish.refused):
            answer = await self._try(publish)
            if answer is None and self._gives_up():
                return
            if answer and "retry_after" in answer:
                await asyncio.sleep(min(answer["retry_after"], LONGEST_WAIT))
        if publish.acks and self.rng.random() < 0.1:
            await self._try(publish)

    def _gives_up(self) -> bool:
        """A few do when they are cut off, so that something stays unanswered."""
        return self.rng.random() < 0.05

    async def _try(self, publish: Publish) -> dict | None:
        """Sends it once; gives the answer, or None when none came."""
        while not self._here.is_set():  # it may be gone again once we wake
            await self._here.wait()
        publish.tries += 1
        return await self._send(publish)

    async def _send(self, publish: Publish) -> dict | None:
        raise NotImplementedError

    def _acked(self, publish: Publish, place: Place) -> None:
        if not publish.acks and publish.text and not publish.edits:
            self._mine.append(place.id)
        publish.acks.append(place)

    def _refused(self, publish: Publish | None, answer: dict) -> None:
        """For good, unless it says when to say it again."""
        self.refusals[answer["code"]] += 1
        if publish and "retry_after" not in answer:
            publish.refused = answer["code"]
