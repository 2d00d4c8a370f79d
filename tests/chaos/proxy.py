"""A TCP proxy between some members and the server, which cuts in the middle of a frame."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from random import Random

HEADER = 12
"""A cut leaves at least this much of a chunk away, so that it falls within a frame."""


class Proxy:
    """Listens on a port of its own and passes everything on, until it is told to cut."""

    def __init__(self, target: int, rng: Random) -> None:
        self.cuts = 0
        self._target = target
        self._rng = rng
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self, share: float) -> None:
        """Cuts this share of the connections, each in its next frame, in either direction."""
        for link in sorted(self._links, key=lambda link: link.number):
            if self._rng.random() < share:
                link.doomed = True

    async def close(self) -> None:
        self._server.close()
        for link in list(self._links):
            link.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            there = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        link = _Link(len(self._links), (writer, there[1]), self._rng, self._count)
        self._links.add(link)
        try:
            await asyncio.gather(link.pass_on(reader, there[1]), link.pass_on(there[0], writer))
        finally:
            self._links.discard(link)

    def _count(self) -> None:
        self.cuts += 1


class _Link:
    def __init__(self, number: int, writers: tuple, rng: Random, cut: Callable) -> None:
        self.number = number
        self.doomed = False
        self._writers = writers
        self._rng = rng
        self._cut = cut

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await reader.read(2**14):
                if self.doomed:
                    self._cut()
                    writer.write(chunk[: self._rng.randrange(max(len(chunk) - HEADER, 1))])
                    break
                writer.write(chunk)
                await writer.drain()
        self._finish()

    def abort(self) -> None:
        """Ends both sides at once."""
        for writer in self._writers:
            writer.transport.abort()

    def _finish(self) -> None:
        """Ends both sides; what is still to be written goes first."""
        for writer in self._writers:
            writer.close()
