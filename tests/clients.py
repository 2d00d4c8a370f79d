"""Hand-written clients for the tests: one that speaks our JSON, one that speaks raw frames."""

import asyncio
import json
import os
import socket
import struct
from contextlib import suppress

from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

JSON = "broadcaster.v1.json"
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
PATIENCE = 15


class Clients:
    """Makes clients of one server and closes them all."""

    def __init__(self, port, trust=None):
        self.port = port
        self.trust = trust
        self.all = []

    async def json(self, name="Ada", path="/ws", **headers):
        """A member that speaks JSON, welcomed."""
        mark = "&" if "?" in path else "?"
        member = await self.plain(f"{path}{mark}name={name}", JSON, **headers)
        member.welcome = await member.event("welcome")
        return member

    async def plain(self, path="/ws", *subprotocols, **headers):
        scheme = "wss" if self.trust else "ws"
        request = HTTPRequest(
            f"{scheme}://127.0.0.1:{self.port}{path}", headers=headers, ssl_options=self.trust
        )
        socket = await websocket_connect(request, subprotocols=list(subprotocols) or None)
        self.all.append(Member(socket))
        return self.all[-1]

    async def raw(self, path="/ws", head="", receive_buffer=None):
        raw = Raw(self.port, receive_buffer, self.trust)
        await raw.connect()
        self.all.append(raw)
        await raw.handshake(path, head)
        return raw

    async def follow(self, path="/", accept="*/*", receive_buffer=None, **headers):
        """Whoever holds an answer open, once it has begun."""
        follower = Following(self.port, receive_buffer, self.trust)
        await follower.connect()
        self.all.append(follower)
        await follower.ask(path, Accept=accept, **headers)
        return follower

    async def close(self):
        for client in self.all:
            await client.close()


class Member:
    """A well-behaved client on Tornado's own client."""

    def __init__(self, socket):
        self.socket = socket
        self.over = False

    async def send(self, message):
        await self.socket.write_message(message, binary=isinstance(message, bytes))

    async def receive(self):
        """The next message, or None once closed."""
        if self.over:
            return None
        message = await asyncio.wait_for(self.socket.read_message(), PATIENCE)
        self.over = message is None
        return message

    async def command(self, type, **fields):
        await self.send(json.dumps({"type": type, **fields}))

    async def say(self, text, key=None):
        await self.command("say", key=key or f"key {text}"[:64], text=text)

    async def event(self, type):
        """The next event of this type; others are passed over."""
        while (message := await self.receive()) is not None:
            event = json.loads(message)
            if event["type"] == type:
                return event
        raise AssertionError(f"closed with {self.socket.close_code} before any {type}")

    async def closed(self):
        """The code this connection was closed with, by the server."""
        while await self.receive() is not None:
            pass
        return self.socket.close_code, self.socket.close_reason

    async def close(self):
        self.socket.close()
        with suppress(asyncio.TimeoutError):
            await self.closed()


EVENTS, LINES = "text/event-stream", "application/x-ndjson"


def masked(payload, key):
    keys = (key * (size // 4 + 1))[:size] if (size := len(payload)) else b""
    return (int.from_bytes(payload) ^ int.from_bytes(keys)).to_bytes(size)


class Raw:
    """Frames by hand, so that any rule can be broken."""

    def __init__(self, port, receive_buffer=None, trust=None):
        self.port = port
        self.trust = trust
        self.receive_buffer = receive_buffer
        self.head = ""
        self.compressed = False
        """Whether the last frame was."""

    async def connect(self):
        sock = socket.socket()
        if self.receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", self.port))
        limit = self.receive_buffer or 2**16
        host = "127.0.0.1" if self.trust else None
        self.reader, self.writer = await asyncio.open_connection(
            sock=sock, limit=limit, ssl=self.trust, server_hostname=host
        )

    def send_handshake(self, path, head=""):
        self.writer.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{head}\r\n".encode()
        )

    async def handshake(self, path, head=""):
        self.send_handshake(path, head)
        self.head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        return self.head

    def send(self, opcode, payload=b"", fin=True, mask=True, rsv=0):
        head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
        bit = 0x80 if mask else 0
        size = len(payload)
        if size < 126:
            head += bytes([bit | size])
        elif size < 65536:
            head += struct.pack("!BH", bit | 126, size)
        else:
            head += struct.pack("!BQ", bit | 127, size)
        if mask:
            key = os.urandom(4)
            head += key
            payload = masked(payload, key)
        self.writer.write(head + payload)

    async def frame(self):
        """The next frame as (opcode, payload); raises IncompleteReadError at the end."""
        return await asyncio.wait_for(self._frame(), PATIENCE)

    async def until(self, opcode):
        """The payload of the next frame with this opcode."""
        while True:
            got, payload = await self.frame()
            if got == opcode:
                return payload

    async def closed(self):
        """The code of the server's close frame, and its reason."""
        payload = await self.until(CLOSE)
        return int.from_bytes(payload[:2]), payload[2:].decode()

    async def gone(self):
        """Returns once the server has ended the TCP connection."""
        with suppress(ConnectionError):
            await asyncio.wait_for(self.reader.read(), PATIENCE + 2)

    def vanish(self):
        """Cuts the connection without a word (RST)."""
        self.writer.transport.abort()

    async def close(self):
        self.vanish()
        await asyncio.sleep(0)

    async def _frame(self):
        first, size = await self.reader.readexactly(2)
        self.compressed = bool(first & 0x40)
        if size == 126:
            size = int.from_bytes(await self.reader.readexactly(2))
        elif size == 127:
            size = int.from_bytes(await self.reader.readexactly(8))
        return first & 0x0F, await self.reader.readexactly(size)


class Following(Raw):
    """Holds the answer to a GET open, and reads what comes."""

    async def ask(self, path, **headers):
        fields = {"Host": f"127.0.0.1:{self.port}", **headers}
        lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items()]
        self.writer.write(f"GET {path} HTTP/1.1\r\n{''.join(lines)}\r\n".encode())
        self.head = (await self.reader.readuntil(b"\r\n\r\n")).decode()

    async def line(self):
        """The next line without its end; None once it is over."""
        line = await asyncio.wait_for(self.reader.readline(), PATIENCE)
        return line.decode().removesuffix("\n") if line else None

    async def event(self, type):
        """The next of these of an NDJSON stream; others are passed over."""
        while line := await self.line():
            event = json.loads(line)
            if event["type"] == type:
                return event
        raise AssertionError(f"over before any {type}")

    async def block(self):
        """The next block of an event stream: its fields, or its comment under ""."""
        fields = {}
        while line := await self.line():
            name, _, value = line.partition(":")
            fields[name] = value.strip()
        return fields

    async def sse(self, type):
        """The next event of this type as its id and its data; others are passed over."""
        while block := await self.block():
            if block.get("event") == type:
                return block.get("id"), json.loads(block["data"])
        raise AssertionError(f"over before any {type}")
