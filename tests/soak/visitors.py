"""Those who come, do something, and are gone: well, badly, or without a word.

Each act is given somebody who has not connected yet, and a room. It ends when its
connection has; an act that was not answered as it should be raises `Wrong`.
"""

import asyncio
import itertools
import json
import zlib
from collections.abc import Awaitable, Callable
from random import Random

from clients import BINARY, CLOSE, JSON, PING, PONG, TEXT, Raw

CONTINUATION = 0
LARGEST = 8192
SMALL_BUFFER = 4096
ENDS_WITHIN = 10.0
"""Seconds that a connection lasts at most, on top of its member's patience."""
JSON_HEAD = f"Sec-WebSocket-Protocol: {JSON}\r\n"
DEFLATE_HEAD = "Sec-WebSocket-Extensions: permessage-deflate\r\n"
ECHO = "/-/echo/ws"

_keys = itertools.count()


class Wrong(Exception):
    """The server did not do what it should; `str()` says what."""


class Visitor(Raw):
    """Frames by hand, some of them compressed or in fragments; `rng` chooses."""

    def __init__(self, port: int, rng: Random, patience: float) -> None:
        super().__init__(port, rng.choice((None, SMALL_BUFFER)))
        self.rng = rng
        self.patience = patience
        self.squeezes = False

    async def come(self, path: str, head: str = "", *, knows_deflate: bool = True) -> None:
        self.squeezes = knows_deflate and self.rng.random() < 0.4
        await self.connect()
        await self.handshake(path, head + (DEFLATE_HEAD if self.squeezes else ""))
        if " 101 " not in self.head.splitlines()[0]:
            raise Wrong(self.head.splitlines()[0])

    def say(self, opcode: int, payload: bytes) -> None:
        """A message, in as many frames as it likes."""
        rsv = 0
        if self.squeezes and self.rng.random() < 0.7:
            payload, rsv = squeezed(payload), 4
        parts = self._parts(payload) if self.rng.random() < 0.3 else [payload]
        for number, part in enumerate(parts):
            first, last = number == 0, number == len(parts) - 1
            self.send(opcode if first else CONTINUATION, part, last, rsv=rsv if first else 0)
            if not last and self.rng.random() < 0.3:
                self.send(PING, b"between")

    def words(self, longest: int = LARGEST) -> bytes:
        size = self.rng.randrange(longest if self.rng.random() < 0.2 else 200) + 1
        return ("Grüße, " * (size // 8 + 1)).encode()[:size].decode(errors="ignore").encode()

    async def pause(self, most: float) -> None:
        await asyncio.sleep(self.rng.uniform(0, most))

    async def drain(self) -> None:
        """Reads whatever comes until the server ends the connection."""
        async with asyncio.timeout(self.patience + ENDS_WITHIN):
            while await self.reader.read(65536):
                pass

    async def leave(self) -> None:
        """The closing handshake; the server hangs up after it."""
        self.send(CLOSE, (1000).to_bytes(2) + b"bye")

    async def hears_close(self, *codes: int) -> int:
        code, _ = await self.closed()
        if code not in codes:
            raise Wrong(f"closed with {code}, not {codes}")
        return code

    def _parts(self, payload: bytes) -> list[bytes]:
        cuts = sorted(self.rng.randrange(len(payload) + 1) for _ in range(3))
        return [payload[a:b] for a, b in zip([0, *cuts], [*cuts, len(payload)], strict=True)]


def squeezed(payload: bytes) -> bytes:
    compressor = zlib.compressobj(1, wbits=-15)
    return (compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]


# -- what they do ------------------------------------------------------------------------


async def talks_in_json(visitor: Visitor, path: str) -> None:
    await visitor.come(f"{path}?name=talker", JSON_HEAD)
    reading = asyncio.ensure_future(visitor.drain())
    for _ in range(visitor.rng.randrange(1, 8)):
        say = {"type": "say", "key": f"k{next(_keys)}", "text": visitor.words(4000).decode() + "."}
        visitor.say(TEXT, json.dumps(say).encode())
        await visitor.pause(0.1)
    await visitor.leave()
    await reading


async def talks_plainly(visitor: Visitor, path: str) -> None:
    await visitor.come(path)
    reading = asyncio.ensure_future(visitor.drain())
    for _ in range(visitor.rng.randrange(1, 8)):
        visitor.say(visitor.rng.choice((TEXT, BINARY)), visitor.words())
        visitor.send(visitor.rng.choice((PING, PONG)), b"still here")
        await visitor.pause(0.1)
    await visitor.leave()
    await reading


async def shouts(visitor: Visitor, path: str) -> None:
    await visitor.come(path)
    reading = asyncio.ensure_future(visitor.drain())
    for _ in range(10):
        visitor.say(BINARY, visitor.rng.randbytes(LARGEST))
    await visitor.pause(0.2)
    await visitor.leave()
    await reading


async def stalls(visitor: Visitor, path: str) -> str:
    """Is cut with 1013 when it has missed too much, or goes on as if nothing had been."""
    visitor.receive_buffer = SMALL_BUFFER
    await visitor.come(path, knows_deflate=False)
    await visitor.pause(visitor.patience)
    await visitor.leave()
    return f"stalled and was closed with {await visitor.hears_close(1000, 1013)}"


async def asks_for_all_and_goes(visitor: Visitor, path: str) -> None:
    await visitor.come(f"{path}?since=0", JSON_HEAD)
    await visitor.pause(0.05)
    visitor.vanish()


async def echoes_late(visitor: Visitor, _: str) -> None:
    await visitor.come(ECHO)
    for _ in range(visitor.rng.randrange(1, 20)):
        visitor.say(BINARY, visitor.rng.randbytes(LARGEST))
    await visitor.pause(0.5)
    await visitor.leave()
    await visitor.drain()


async def is_cut_in_mid_frame(visitor: Visitor, path: str) -> None:
    await visitor.come(path)
    size = visitor.rng.randrange(200, LARGEST)
    visitor.writer.write(b"\x82\xfe" + size.to_bytes(2) + bytes(4) + bytes(size // 2))
    await visitor.pause(0.05)
    visitor.vanish()


async def is_cut_in_mid_header(visitor: Visitor, path: str) -> None:
    await visitor.come(path)
    visitor.writer.write(b"\x81\xfe\x10"[: visitor.rng.randrange(4)])
    visitor.vanish()


async def hangs_up_in_the_handshake(visitor: Visitor, path: str) -> None:
    await visitor.connect()
    visitor.writer.write(
        f"GET {path} HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    visitor.vanish()


async def leaves_without_a_word(visitor: Visitor, path: str) -> None:
    await visitor.come(path, visitor.rng.choice(("", JSON_HEAD)))
    await visitor.pause(0.2)
    visitor.writer.close()


async def breaks_the_rules(visitor: Visitor, path: str) -> None:
    await visitor.come(path, knows_deflate=False)
    code, opcode, payload, more = visitor.rng.choice(GARBAGE)
    visitor.send(opcode, payload, **more)
    await visitor.hears_close(code, 1013)
    await visitor.pause(0.1)


GARBAGE = (
    (1002, TEXT, b"not masked", {"mask": False}),
    (1002, 3, b"no opcode", {}),
    (1002, TEXT, b"reserved", {"rsv": 2}),
    (1002, CLOSE, (1005).to_bytes(2), {}),
    (1007, TEXT, b"no text: \xff", {}),
    (1009, BINARY, bytes(LARGEST + 1), {}),
)

ACTS: tuple[tuple[Callable[[Visitor, str], Awaitable[str | None]], int], ...] = (
    (talks_in_json, 5),
    (talks_plainly, 5),
    (shouts, 1),
    (stalls, 3),
    (asks_for_all_and_goes, 2),
    (echoes_late, 2),
    (is_cut_in_mid_frame, 3),
    (is_cut_in_mid_header, 3),
    (hangs_up_in_the_handshake, 2),
    (leaves_without_a_word, 3),
    (breaks_the_rules, 4),
)
"""Each with how often it is done, compared with the others."""
