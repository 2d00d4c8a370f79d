"""Every message exactly once, in order, whatever happens in between: pip install websockets"""

import asyncio
import json
from contextlib import suppress
from urllib.request import urlopen

from websockets import ConnectionClosed, InvalidMessage, connect


class Client:
    def __init__(self, host, room="lobby"):
        token = json.load(urlopen(f"http://{host}/-/identity", b""))["token"]
        self.url = f"ws://{host}/ws/{room}?as={token}&since="  # as: keys are one person's own
        self.wire = ["broadcaster.v1.json"]
        self.id, self.cursor, self.unacked, self.socket = 0, "0", {}, None

    async def say(self, key, text):  # a new key for each message: under it, it is stored once
        self.unacked[key] = json.dumps({"type": "say", "key": key, "text": text})
        with suppress(AttributeError, ConnectionClosed):  # away: it will be said on return
            await self.socket.send(self.unacked[key])

    async def messages(self):
        while not await asyncio.sleep(0.5):  # a moment between connections
            with suppress(OSError, ConnectionClosed, InvalidMessage):
                async with connect(self.url + self.cursor, subprotocols=self.wire) as self.socket:
                    await asyncio.gather(*map(self.socket.send, self.unacked.values()))
                    async for frame in self.socket:
                        event = json.loads(frame)
                        for each in event.get("messages", [event]):
                            match each:
                                case {"epoch": epoch, "oldest": oldest, "type": kind}:
                                    self.id = oldest - 1 if kind == "gap" else self.id
                                case {"type": "message", "id": id} if id == self.id + 1:
                                    self.id, self.cursor = id, f"{epoch}:{id}"
                                    yield each
                                case {"type": "message"} | {"retry_after": _}:
                                    await self.socket.close()  # a hole, or not now: come back
                                case {"type": "ack" | "error", "key": key}:
                                    self.unacked.pop(key, None)
