"""Somebody who keeps talking: each line under a key of its own, said again until it is acked.

One line is on its way at a time, so the lines are stored in the order they are said.
"""

from __future__ import annotations

import asyncio
import json
from itertools import count

from tornado.httpclient import AsyncHTTPClient
from tornado.websocket import WebSocketClientConnection

from demo.ledger import Ledger
from demo.wire import AGAIN, AWAY, Event, connect, next_event

# Lewis Carroll, Alice's Adventures in Wonderland
STORY = """\
Alice was beginning to get very tired
of sitting by her sister on the bank,
and of having nothing to do:
once or twice she had peeped
into the book her sister was reading,
but it had no pictures
or conversations in it,
“and what is the use of a book,”
thought Alice
“without pictures or conversations?”
So she was considering in her own mind
(as well as she could,
for the hot day made her feel
very sleepy and stupid),
whether the pleasure
of making a daisy-chain
would be worth the trouble
of getting up and picking the daisies,
when suddenly a White Rabbit
with pink eyes ran close by her.""".splitlines()


class Talker:
    """The person `id`, who proves it by `token`."""

    def __init__(self, host: str, id: str, token: str) -> None:
        self._host = host
        self._id = id
        self._token = token
        self._socket: WebSocketClientConnection | None = None

    @classmethod
    async def introduced(cls, host: str) -> Talker:
        """A talker whom the server has given an identity, so that its keys are its own."""
        answer = await AsyncHTTPClient().fetch(f"http://{host}/-/identity", method="POST", body="")
        return cls(host, **json.loads(answer.body))

    async def talk(self, ledger: Ledger, pace: float) -> None:
        """Says line after line, `pace` in a second, for ever."""
        for number in count(1):
            line = STORY[(number - 1) % len(STORY)]
            await self._say(str(number), f"{number}. {line}")
            ledger.acknowledged(number)
            await asyncio.sleep(1 / pace)

    def number_of(self, message: Event) -> int | None:
        """Which of this talker's lines a message is."""
        return int(message["key"]) if message["from"]["id"] == self._id else None

    async def _say(self, key: str, text: str) -> None:
        while True:
            try:
                self._socket = self._socket or await connect(
                    self._host, **{"as": self._token, "name": "Talker"}
                )
                await self._socket.write_message(
                    json.dumps({"type": "say", "key": key, "text": text})
                )
                if await self._acked(self._socket, key):
                    return
            except AWAY:
                pass
            self._socket = None
            await asyncio.sleep(AGAIN)

    async def _acked(self, socket: WebSocketClientConnection, key: str) -> bool:
        """Reads on to the ack; False when the connection ended first."""
        while event := await next_event(socket):
            if event.get("key") != key:
                continue
            if event["type"] == "ack":
                return True
            if event["type"] == "error":
                await self._refused(event)
                return False
        return False

    async def _refused(self, error: Event) -> None:
        if "retry_after" not in error:
            raise RuntimeError(error["message"])
        await asyncio.sleep(error["retry_after"])
