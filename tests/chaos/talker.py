"""A member that speaks JSON and has a cursor.

It publishes each thing under a key of its own until it is answered, and comes back
with its cursor whenever it is cut off.
"""

import asyncio
import json
from collections import Counter
from contextlib import suppress
from random import Random

from chaos.members import CUT_OFF, Member
from chaos.recording import Connection, Gap, Place, Publish, Recording, Said

SUBPROTOCOL = "broadcaster.v1.json"
ANSWERS_WITHIN = 2.0
LONGEST_WAIT = 1.0
"""Seconds that a talker waits at most before it says something again, whatever it was told."""
NOWHERE = Place("", 0)
"""The cursor of who has read nothing, and wants all."""


class Talker(Member):
    """A member with a cursor; begins at the head, or `from_the_start`."""

    subprotocols = (SUBPROTOCOL,)

    def __init__(
        self, name: str, rng: Random, port: int, cookie: str, recording: Recording, from_start: bool
    ) -> None:
        super().__init__(name, rng, port, cookie)
        self.cursor = NOWHERE if from_start else None
        self.epoch, self.oldest, self.head = "", 1, 0
        self.done = 0
        self.refusals: Counter[str] = Counter()
        self._recording = recording
        self._person = ""
        self._published: dict[str, Publish] = {}
        self._mine: list[int] = []
        self._here = asyncio.Event()
        self._answers: dict[str, asyncio.Future] = {}
        self._moved = asyncio.Event()

    # -- listening -----------------------------------------------------------------

    def path(self) -> str:
        if self.cursor is None:
            return super().path()
        epoch, id = self.cursor
        return f"{super().path()}&since={f'{epoch}:{id}' if epoch else 0}"

    def connected(self) -> None:
        self._connection = Connection(self.name, self.cursor)
        self._recording.connections.append(self._connection)

    def got(self, frame: str) -> None:
        event = json.loads(frame)
        match event["type"]:
            case "welcome":
                self._welcomed(event)
            case "message":
                self._said(event)
            case "batch":
                for message in event["messages"]:
                    self._said(message)
            case "gap":
                self._gap(event)
            case "ack":
                self._acked(event)
            case "error":
                self._refused(event)

    def cut_off(self) -> None:
        self._here.clear()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_result(None)

    async def arrived(self) -> None:
        """Returns when it has been welcomed."""
        await self._here.wait()

    async def reaches(self, place: Place) -> None:
        """Returns when it has come to this place."""
        while self.cursor is None or self.cursor.epoch != place.epoch or self.cursor.id < place.id:
            self._moved.clear()
            await self._moved.wait()

    def _welcomed(self, event: dict) -> None:
        self.epoch, self.oldest, self.head = event["epoch"], event["oldest"], event["head"]
        self._connection.epoch, self._connection.head = self.epoch, self.head
        self._person = event["you"]["id"]
        if self.cursor is None or (self.cursor == NOWHERE and not self.head):
            self._go_to(self.head)
        self._here.set()

    def _said(self, event: dict) -> None:
        said = Said(
            self._connection.epoch,
            event["id"],
            event["from"]["id"],
            event.get("key"),
            event.get("text"),
            event.get("edits"),
            event.get("deletes"),
            event.get("deleted", False),
        )
        self._connection.events.append(said)
        same_log = self.cursor and self.cursor.epoch in ("", said.epoch)
        self._go_to(max(said.id, self.cursor.id) if same_log else said.id)

    def _gap(self, event: dict) -> None:
        lost = tuple(event["lost"]) if event["lost"] else None
        gap = Gap(lost, event["epoch"], event["oldest"], event["head"])
        self._connection.events.append(gap)
        self._go_to(gap.oldest - 1)

    def _go_to(self, id: int) -> None:
        self.cursor = Place(self._connection.epoch, id)
        self._moved.set()

    def _acked(self, event: dict) -> None:
        publish = self._published[event["key"]]
        if not publish.acks and publish.text and not publish.edits:
            self._mine.append(event["id"])
        publish.acks.append(Place(self._connection.epoch, event["id"]))
        self._answer(event)

    def _refused(self, event: dict) -> None:
        self.refusals[event["code"]] += 1
        if "key" in event and "retry_after" not in event:
            self._published[event["key"]].refused = event["code"]
        self._answer(event)

    def _answer(self, event: dict) -> None:
        answer = self._answers.get(event.get("key", ""))
        if answer and not answer.done():
            answer.set_result(event)

    # -- talking -------------------------------------------------------------------

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
        publish = self._published.get(text) or self._note(Publish(self._person, text, text))
        while (answer := await self._try(publish)) is None:
            pass
        return answer

    def _invent(self, key: str) -> Publish:
        """Mostly something new; now and then it changes or takes back what it said."""
        text = f"{key} {'x' * self._length()}"
        what = self.rng.random() if self._mine else 1
        if what < 0.04:
            id = self._mine.pop(self.rng.randrange(len(self._mine)))
            return self._note(Publish(self._person, key, None, deletes=id))
        if what < 0.1:
            id = self.rng.choice(self._mine)
            return self._note(Publish(self._person, key, text, edits=id))
        return self._note(Publish(self._person, key, text))

    def _note(self, publish: Publish) -> Publish:
        self._published[publish.key] = publish
        self._recording.publishes.append(publish)
        return publish

    def _length(self) -> int:
        return self.rng.randrange(4000) if self.rng.random() < 0.1 else self.rng.randrange(100)

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
        answer = self._answers[publish.key] = asyncio.get_running_loop().create_future()
        publish.tries += 1
        with suppress(*CUT_OFF):
            await self._socket.send(json.dumps(_command(publish)))
            return await asyncio.wait_for(answer, ANSWERS_WITHIN)
        return None


def _command(publish: Publish) -> dict:
    if publish.deletes:
        return {"type": "delete", "key": publish.key, "id": publish.deletes}
    if publish.edits:
        return {"type": "edit", "key": publish.key, "id": publish.edits, "text": publish.text}
    return {"type": "say", "key": publish.key, "text": publish.text}
