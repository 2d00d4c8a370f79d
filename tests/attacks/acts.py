"""What an attacker does, and what must be answered.

Each act is given an attacker who has not connected yet. It may be cut off at any moment;
an answer that it must not get raises `Wrong`.
"""

import asyncio
import json
import re
import zlib
from contextlib import suppress
from random import Random

from clients import BINARY, CONTINUATION, JSON, PING, TEXT, Raw

LARGEST = 8192
SECRET = "a-secret-that-nobody-may-see"
SCRIPT = "<script>alert('attack')</script>"
JSON_HEAD = f"Sec-WebSocket-Protocol: {JSON}\r\n"
DEFLATE_HEAD = "Sec-WebSocket-Extensions: permessage-deflate\r\n"
ANSWERS_WITHIN = 10.0
PLACES = (
    *("/../../etc/passwd", "/static/../../etc/passwd", "/static/%2e%2e/%2e%2e/server.py"),
    *("/static/..%2f..%2fetc/passwd", "//etc/passwd", "/static//etc/passwd", "/%00", "/r/%2e%2e"),
    *("/static/0/../../settings.py", "/r/" + "x" * 2000, "/data/secret.key", "/.git/config"),
    *("/-/wire/../../secret.key", "/?since=" + "9" * 400, "/r/%ff%fe", "/static/%5c..%5cserver.py"),
)
INSIDE = re.compile(r"root:|\[core\]|def main|BadOption|PRAGMA")
"""What would show that somebody got where they must not."""


class Wrong(Exception):
    """The server did what it must not; `str()` says what."""


class Attacker(Raw):
    """Bytes by hand; `rng` chooses."""

    def __init__(self, port: int, rng: Random) -> None:
        super().__init__(port)
        self.rng = rng

    async def enters(self, path: str = "/ws", head: str = "") -> None:
        await self.connect()
        await self.handshake(path, head)

    def writes(self, text: str | bytes) -> None:
        self.writer.write(text if isinstance(text, bytes) else text.encode())

    async def drips(self, data: bytes, pause: float) -> None:
        """A byte at a time."""
        for byte in data:
            self.writer.write(bytes([byte]))
            await asyncio.sleep(pause)

    async def answer(self) -> str:
        """All that is answered until the server hangs up, or for a while."""
        got = b""
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(ANSWERS_WITHIN):
                while piece := await self.reader.read(65536):
                    got += piece
        return got.decode(errors="replace")

    async def asks(self, line: str, *fields: str, body: bytes = b"") -> str:
        await self.connect()
        head = "".join(f"{field}\r\n" for field in fields)
        self.writes(
            f"{line} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\n{head}\r\n"
        )
        self.writes(body)
        return await self.answer()


def must_be(answer: str, *statuses: int) -> None:
    """Nothing at all is an answer, too: who hung up was not let in."""
    status = answer.split(" ")[1:2]
    if answer and status not in [[str(one)] for one in statuses]:
        raise Wrong(f"answered {answer.partition(chr(13))[0]!r}, not {statuses}")


# -- connections -----------------------------------------------------------------------


async def connects_and_says_nothing(attacker: Attacker) -> None:
    others = [Attacker(attacker.port, attacker.rng) for _ in range(30)]
    with suppress(OSError):
        await asyncio.gather(*(one.connect() for one in others))
    await asyncio.sleep(0.3)
    for one in others:
        if hasattr(one, "writer"):
            one.vanish()


async def sends_a_head_byte_by_byte(attacker: Attacker) -> None:
    await attacker.connect()
    await attacker.drips(b"GET / HTTP/1.1\r\nHost: here\r\nX-Slow: yes\r\n", 0.02)


async def sends_a_body_byte_by_byte(attacker: Attacker) -> None:
    await attacker.connect()
    attacker.writes(
        f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{attacker.port}\r\nContent-Type: text/plain\r\n"
        "Content-Length: 5000\r\n\r\n"
    )
    await attacker.drips(b"slow" * 10, 0.02)


async def floods_handshakes(attacker: Attacker) -> None:
    others = [Attacker(attacker.port, attacker.rng) for _ in range(20)]
    with suppress(OSError, EOFError):
        await asyncio.gather(*(one.enters() for one in others))
    for one in others:
        if hasattr(one, "writer"):
            one.vanish()


async def breaks_a_handshake(attacker: Attacker) -> None:
    field = attacker.rng.choice(
        ("Sec-WebSocket-Version: 99", "Sec-WebSocket-Key: short", "Upgrade: h2c", "X: \x00")
    )
    answer = await attacker.asks(
        "GET /ws", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", field
    )
    must_be(answer, 400, 426, 403)


# -- requests --------------------------------------------------------------------------


async def sends_a_header_bomb(attacker: Attacker) -> None:
    answer = await attacker.asks("GET /", *(f"X-Bomb-{n}: {'x' * 1000}" for n in range(100)))
    must_be(answer, 400, 431)


async def sends_a_body_bomb(attacker: Attacker) -> None:
    answer = await attacker.asks(
        "POST /", "Content-Type: text/plain", "Content-Length: 1000000000", body=b"x" * 100_000
    )
    must_be(answer, 400, 413)


async def smuggles(attacker: Attacker) -> None:
    answer = await attacker.asks(
        "POST /",
        "Content-Type: text/plain",
        "Content-Length: 4",
        "Transfer-Encoding: chunked",
        body=b"0\r\n\r\nGET /-/rooms HTTP/1.1\r\nHost: x\r\n\r\n",
    )
    must_be(answer, 400)


async def plays_with_paths(attacker: Attacker) -> None:
    place = attacker.rng.choice(PLACES)
    answer = await attacker.asks(f"GET {place}", "Accept: text/html")
    must_be(answer, 200, 301, 302, 400, 403, 404, 406, 413, 431)
    if INSIDE.search(answer):
        raise Wrong(f"{place} shows what is inside")


async def comes_from_another_site(attacker: Attacker) -> None:
    origin = "Origin: http://evil.example"
    if attacker.rng.random() < 0.5:
        must_be(
            await attacker.asks(
                "POST /", origin, "Content-Type: text/plain", "Content-Length: 4", body=b"evil"
            ),
            403,
        )
        return
    await attacker.enters("/ws", f"{origin}\r\n")
    must_be(attacker.head, 403)


async def forges_who_it_is(attacker: Attacker) -> None:
    forged = attacker.rng.choice(
        (
            f"Cookie: broadcaster_{attacker.port}=2|1:0|10:1|4:name|8:{SECRET}|deadbeef",
            f"Authorization: Bearer {SECRET}",
            f"X-Forwarded-For: 10.0.0.1, {SECRET}",
        )
    )
    answer = await attacker.asks(
        "POST /", forged, "Content-Type: text/plain", "Content-Length: 6", body=b"forged"
    )
    must_be(answer, 201, 401, 403, 429)


async def speaks_in_scripts(attacker: Attacker) -> None:
    name = SCRIPT.replace(" ", "%20").replace("<", "%3C").replace(">", "%3E")
    await attacker.enters(f"/ws?name={name}", JSON_HEAD)
    said = {"type": "say", "key": f"k{attacker.rng.random()}", "text": SCRIPT}
    attacker.send(TEXT, json.dumps(said).encode())
    page = Attacker(attacker.port, attacker.rng)
    answer = await page.asks(f"GET /?name={name}", "Accept: text/html")
    page.vanish()
    if SCRIPT in answer:
        raise Wrong("a page holds a script that somebody wrote")


# -- frames ----------------------------------------------------------------------------


async def floods_pings(attacker: Attacker) -> None:
    await attacker.enters()
    for _ in range(1000):
        attacker.send(PING, b"x" * 125)
    await asyncio.sleep(0.2)


async def sends_tiny_frames(attacker: Attacker) -> None:
    await attacker.enters()
    attacker.send(BINARY, b"", fin=False)
    for _ in range(2000):
        attacker.send(CONTINUATION, attacker.rng.choice((b"", b"x")), fin=False)
    await asyncio.sleep(0.2)


async def announces_a_huge_frame(attacker: Attacker) -> None:
    await attacker.enters()
    attacker.writes(b"\x82\xff" + (2**62).to_bytes(8) + bytes(4) + bytes(10_000))
    code, _ = await attacker.closed()
    if code not in (1002, 1009, 1013):
        raise Wrong(f"a frame without end was closed with {code}")


async def sends_a_decompression_bomb(attacker: Attacker) -> None:
    await attacker.enters("/ws", DEFLATE_HEAD)
    compressor = zlib.compressobj(9, wbits=-15)
    bomb = compressor.compress(bytes(20_000_000)) + compressor.flush(zlib.Z_SYNC_FLUSH)
    for at in range(0, len(bomb), 4000):  # within the limit on the wire, each of them
        first, last = at == 0, at + 4000 >= len(bomb)
        piece = bomb[at : at + 4000]
        attacker.send(BINARY if first else CONTINUATION, piece, last, rsv=4 if first else 0)
    code, _ = await attacker.closed()
    if code not in (1007, 1009, 1013):
        raise Wrong(f"a bomb was closed with {code}")


async def says_much_at_once(attacker: Attacker) -> None:
    await attacker.enters("/ws/flooded")
    for number in range(500):
        attacker.send(TEXT, f"flood {number}".encode())
    await asyncio.sleep(0.3)


async def asks_for_everything_and_reads_nothing(attacker: Attacker) -> None:
    attacker.receive_buffer = 4096
    await attacker.enters("/ws?since=0", JSON_HEAD)
    await asyncio.sleep(1)


async def sends_noise(attacker: Attacker) -> None:
    await attacker.enters(attacker.rng.choice(("/ws", "/-/echo/ws", f"/-/wire/{SECRET}")))
    attacker.writes(attacker.rng.randbytes(20_000))
    await asyncio.sleep(0.1)


ACTS = (
    connects_and_says_nothing,
    sends_a_head_byte_by_byte,
    sends_a_body_byte_by_byte,
    floods_handshakes,
    breaks_a_handshake,
    sends_a_header_bomb,
    sends_a_body_bomb,
    smuggles,
    plays_with_paths,
    comes_from_another_site,
    forges_who_it_is,
    speaks_in_scripts,
    floods_pings,
    sends_tiny_frames,
    announces_a_huge_frame,
    sends_a_decompression_bomb,
    says_much_at_once,
    asks_for_everything_and_reads_nothing,
    sends_noise,
)
