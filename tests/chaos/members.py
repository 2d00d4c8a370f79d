"""Those who take part in a chaos run. They do what a good client does, and write all down.

A member reads (reader.py), publishes (publisher.py), or both (talker.py), by a WebSocket or
by HTTP alone (by_http.py); a plain listener has no cursor. None of them judges what it
gets: that is the checker's work.
"""

import asyncio
import http.client
import json
import socket
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from random import Random

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from chaos.recording import Recording, Run

OPENS_WITHIN = 4.0
SMALL_BUFFER = 4096

CUT_OFF = (OSError, WebSocketException, asyncio.TimeoutError, EOFError)


class Member:
    """Connects to a port, and connects again, until it is told to stop."""

    kind = ""
    """What it is called in the table."""

    def __init__(self, name: str, rng: Random, port: int, recording: Recording) -> None:
        self.name = name
        self.rng = rng
        self.connections = 0
        self.messages = 0
        self.closes: Counter[int] = Counter()
        self._port = port
        self._recording = recording
        self._may_read = asyncio.Event()
        self._may_read.set()
        self._stopping = False

    async def stay(self) -> None:
        """Is connected for as long as it can be."""
        while not self._stopping:
            with suppress(*CUT_OFF):
                await self._be_connected()
            self.cut_off()
            await asyncio.sleep(self.rng.uniform(0.01, 0.2))

    async def hold(self, seconds: float) -> None:
        """Reads nothing for a while."""
        self._may_read.clear()
        await asyncio.sleep(seconds)
        self._may_read.set()

    async def come_back(self) -> None:
        """Drops its connection, and makes a new one."""
        raise NotImplementedError

    async def leave(self) -> None:
        self._stopping = True
        await self.come_back()

    def cut_off(self) -> None:
        """The connection is over."""

    async def _be_connected(self) -> None:
        """Returns, or raises one of CUT_OFF, when the connection is over."""
        raise NotImplementedError

    async def _dial(self) -> socket.socket:
        """A connection with a small receive buffer, so that holding still is soon felt."""
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        sock.setblocking(False)
        try:
            address = ("127.0.0.1", self._port)
            connecting = asyncio.get_running_loop().sock_connect(sock, address)
            await asyncio.wait_for(connecting, OPENS_WITHIN)
        except BaseException:
            sock.close()
            raise
        return sock


class SocketMember(Member):
    """A member by WebSocket; its cookie, if it has one, says who it is."""

    subprotocols: Sequence[str] = ()
    _cookie = ""
    _socket: ClientConnection | None = None

    async def come_back(self) -> None:
        if self._socket:
            await self._socket.close()

    def path(self) -> str:
        return f"/ws?name={self.name}"

    def connected(self) -> None:
        """A new connection: nothing was got on it yet."""

    def got(self, frame: str) -> None:
        raise NotImplementedError

    async def _be_connected(self) -> None:
        try:
            async with await self._connect() as self._socket:
                self.connections += 1
                self.connected()
                await self._read(self._socket)
        finally:
            if self._socket:
                self.closes[self._socket.close_code or 0] += 1
            self._socket = None

    async def _connect(self) -> connect:
        return connect(
            f"ws://127.0.0.1:{self._port}{self.path()}",
            sock=await self._dial(),
            subprotocols=list(self.subprotocols) or None,
            additional_headers={"Cookie": self._cookie} if self._cookie else None,
            compression=None,
            proxy=None,
            max_queue=8,
            open_timeout=OPENS_WITHIN,
            close_timeout=1,
            ping_interval=None,
        )

    async def _read(self, socket: ClientConnection) -> None:
        while True:
            await self._may_read.wait()
            self.got(await socket.recv())


class Listener(SocketMember):
    """A plain member: each connection is a run of its own."""

    kind = "plain sockets"

    def connected(self) -> None:
        self._run = Run(self.name)
        self._recording.runs.append(self._run)

    def got(self, frame: str) -> None:
        self._run.texts.append(frame)
        self.messages += 1


def identity(port: int) -> str:
    """A cookie that makes whoever sends it one and the same person."""
    return _answer(port, "GET", "/", "text/html")[0]["Set-Cookie"].partition(";")[0]


def token(port: int) -> tuple[str, str]:
    """The same as a bearer token, and the person's id."""
    made = json.loads(_answer(port, "POST", "/-/identity", "*/*")[1])
    return made["token"], made["id"]


def _answer(
    port: int, method: str, target: str, accept: str
) -> tuple[http.client.HTTPMessage, bytes]:
    front = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        front.request(method, target, headers={"Accept": accept})
        answer = front.getresponse()
        return answer.headers, answer.read()
    finally:
        front.close()
