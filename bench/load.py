"""The other side of the wire: raw sockets in one thread, so that little but the server is timed.

A publisher has one message on its way at a time. All are in one room, so with a
hundred publishers each message goes to a hundred and one members.
"""

from __future__ import annotations

import gc
import re
import secrets
import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

from bench.server import Server, Syncs

PATIENCE = 10.0
TEXT = "sixty-four bytes of something to say, which is what people write."[:64]
KEY = re.compile(rb'"key":"([^"]+)"')


class Connection:
    """A JSON member of a room."""

    def __init__(self, port: int, room: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(
            f"GET /ws/{room} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Protocol: broadcaster.v1.json\r\n\r\n".encode()
        )
        head = b""
        while b'"type":"welcome"' not in head:
            if not (data := self.socket.recv(4096)):
                raise ConnectionError(head.decode())
            head += data
        self.socket.setblocking(False)
        self.kept = b""

    def fileno(self) -> int:
        return self.socket.fileno()

    def say(self, key: str) -> None:
        payload = f'{{"type":"say","key":"{key}","text":"{TEXT}"}}'.encode()
        # Masked, as a client must, with a mask of zeros.
        head = b"\x81" + bytes([0x80 | 126]) + len(payload).to_bytes(2) + bytes(4)
        self.socket.send(head + payload)

    def receive(self) -> bytes:
        """What has come, with the end of what came before."""
        try:
            data = self.kept + self.socket.recv(1 << 20)
        except BlockingIOError:
            return b""
        self.kept = data[-200:]
        return data


class Publisher(Connection):
    """Says one thing after the other, each when the last is acked."""

    def __init__(self, port: int, room: str, name: str) -> None:
        super().__init__(port, room)
        self._name = name
        self._number = 0
        self.sent: dict[bytes, float] = {}
        self._ack = b""
        self._at = 0.0

    def next(self) -> None:
        self._number += 1
        key = f"{self._name}-{self._number}"
        self._ack = f'{{"type":"ack","key":"{key}"'.encode()
        self._at = self.sent[key.encode()] = perf_counter()
        self.say(key)

    def acked(self, data: bytes) -> float | None:
        """How long the ack took, once it is there."""
        return perf_counter() - self._at if self._ack in data else None


@dataclass
class Published:
    """What one run of publishers came to; times in seconds."""

    seconds: float
    cpu: float
    syncs: int
    acks: list[float]
    deliveries: list[float]


@contextmanager
def members(port: int, room: str, number: int) -> Iterator[list[Connection]]:
    connections = [Connection(port, room) for _ in range(number)]
    try:
        yield connections
    finally:
        for connection in connections:
            connection.socket.close()


def publish(
    server: Server, publishers: int, seconds: float, syncs: Syncs | None = None
) -> Published:
    """Publishers that say one thing after the other, and one member who only listens."""
    room = secrets.token_hex(6)
    speakers = [Publisher(server.port, room, str(n)) for n in range(publishers)]
    with members(server.port, room, 1) as [listener], _uncollected():
        run = _Run(speakers, listener)
        for speaker in speakers:
            speaker.next()
        run.go(0.3)
        run.acks.clear()
        run.deliveries.clear()
        start, cpu, synced = perf_counter(), server.cpu, syncs.count if syncs else 0
        run.go(seconds)
        result = Published(
            perf_counter() - start,
            server.cpu - cpu,
            syncs.count - synced if syncs else 0,
            run.acks,
            run.deliveries,
        )
    for speaker in speakers:
        speaker.socket.close()
    return result


class _Run:
    def __init__(self, speakers: list[Publisher], listener: Connection) -> None:
        self._listener = listener
        self._speakers = {speaker.fileno(): speaker for speaker in speakers}
        self._by_name = speakers
        self._poll = select.epoll()
        for connection in [*speakers, listener]:
            self._poll.register(connection, select.EPOLLIN)
        self._heard = b""
        self.acks: list[float] = []
        self.deliveries: list[float] = []

    def go(self, seconds: float) -> None:
        end = perf_counter() + seconds
        while perf_counter() < end:
            for descriptor, _ in self._poll.poll(1):
                if speaker := self._speakers.get(descriptor):
                    self._answer(speaker)
                else:
                    self._listen()

    def _answer(self, speaker: Publisher) -> None:
        took = speaker.acked(speaker.receive())
        if took is not None:
            self.acks.append(took)
            speaker.next()

    def _listen(self) -> None:
        self._heard += self._listener.socket.recv(1 << 20)
        now, end = perf_counter(), 0
        for found in KEY.finditer(self._heard):
            key, end = found[1], found.end()
            name = int(key.partition(b"-")[0])
            self.deliveries.append(now - self._by_name[name].sent.pop(key))
        self._heard = self._heard[end:]


def fan_out(port: int, number: int, messages: int, every: float) -> list[float]:
    """One says something `every` so many seconds: how long until each of many members had it."""
    room = secrets.token_hex(6)
    times: list[float] = []
    with members(port, room, number) as listeners, _uncollected():
        speaker = Publisher(port, room, "0")
        by_descriptor = {listener.fileno(): listener for listener in listeners}
        poll = select.epoll()
        for listener in listeners:
            poll.register(listener, select.EPOLLIN)
        for message in range(messages):
            key = f"{message}-".ljust(12, "x")
            mark = f'"key":"{key}"'.encode()
            start = perf_counter()
            speaker.say(key)
            waiting = number
            while waiting:
                ready = poll.poll(PATIENCE)
                if not ready:
                    raise TimeoutError(f"{waiting} members did not get message {message}")
                for descriptor, _ in ready:
                    if mark in by_descriptor[descriptor].receive():
                        times.append(perf_counter() - start)
                        by_descriptor[descriptor].kept = b""
                        waiting -= 1
            speaker.receive()
            while poll.poll(max(0.0, start + every - perf_counter())):
                for listener in listeners:  # what is no message, such as who came and went
                    listener.receive()
        speaker.socket.close()
    return times


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector, whose pauses would be taken for the server's."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
