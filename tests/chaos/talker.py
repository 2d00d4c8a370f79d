"""A member that speaks JSON on a WebSocket: it has a cursor, and publishes."""

import asyncio
import json
from contextlib import suppress
from typing import Any

from chaos.members import CUT_OFF, SocketMember
from chaos.publisher import ANSWERS_WITHIN, Publisher
from chaos.reader import Reader, written
from chaos.recording import Place, Publish

SUBPROTOCOL = "broadcaster.v1.json"


class Talker(Reader, Publisher, SocketMember):
    """Now and then it changes or takes back what it said."""

    kind = "JSON sockets"
    subprotocols = (SUBPROTOCOL,)

    def __init__(self, *seat: Any, cookie: str = "", from_start: bool = False) -> None:
        super().__init__(*seat, from_start=from_start)
        self._cookie = cookie
        self._answers: dict[str, asyncio.Future] = {}

    # -- listening -----------------------------------------------------------------

    def path(self) -> str:
        if self.cursor is None:
            return super().path()
        return f"{super().path()}&since={written(self.cursor)}"

    def got(self, frame: str) -> None:
        event = json.loads(frame)
        match event["type"]:
            case "ack":
                place = Place(self._connection.epoch, event["id"])
                self._acked(self._published[event["key"]], place)
                self._answer(event)
            case "error":
                self._refused(self._published.get(event.get("key", "")), event)
                self._answer(event)
            case _:
                self.got_event(event)

    def cut_off(self) -> None:
        self._here.clear()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_result(None)

    def _welcomed(self, event: dict) -> None:
        super()._welcomed(event)
        self.person = event["you"]["id"]
        self._here.set()

    def _answer(self, event: dict) -> None:
        answer = self._answers.get(event.get("key", ""))
        if answer and not answer.done():
            answer.set_result(event)

    # -- talking -------------------------------------------------------------------

    def _invent(self, key: str) -> Publish:
        """Mostly something new; now and then it changes or takes back what it said."""
        what = self.rng.random() if self._mine else 1
        if what < 0.04:
            id = self._mine.pop(self.rng.randrange(len(self._mine)))
            return self._note(Publish(self.person, key, None, deletes=id))
        if what < 0.1:
            id = self.rng.choice(self._mine)
            return self._note(Publish(self.person, key, self._words(key), edits=id))
        return super()._invent(key)

    async def _send(self, publish: Publish) -> dict | None:
        answer = self._answers[publish.key] = asyncio.get_running_loop().create_future()
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
