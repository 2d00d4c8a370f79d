"""Keeps a server running on one port: however it ends, it is started again at once."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

SERVER = Path(__file__).resolve().parent.parent / "server.py"
HOST = "127.0.0.1"
PORTS = range(8890, 8990)
"""Not among those that the system gives to outgoing connections: while the server is down,
none of them may take its port."""
STARTS = 3
PATIENCE = 5.0
"""Seconds that the server has to end by itself."""


class CannotStart(Exception):
    """The server does not start; `str()` gives its own words."""


class Supervisor:
    """One server with its data in `folder`, started with `options`."""

    def __init__(self, folder: Path, options: list[str]) -> None:
        self.crashes = 0
        self.up = False
        self.away = 0.0
        """Seconds that the server was away the last time."""
        self._folder = folder
        self._options = ["--logging=warning", *options]
        self._port = 0
        self._process: asyncio.subprocess.Process | None = None

    @property
    def host(self) -> str:
        return f"{HOST}:{self._port}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self.up else None

    async def start(self) -> None:
        """The first start, on the first port that is to be had; raises `CannotStart`."""
        for _, self._port in zip(range(STARTS), _spare_ports(), strict=False):
            if await self._started():
                return
        words = self._log.read_text().strip() or "no port is to be had"
        raise CannotStart(words.splitlines()[-1])

    async def keep_running(self) -> None:
        """Waits for the server's end and starts it again, for ever."""
        while self._process:
            await self._process.wait()
            self.up, ended = False, time.monotonic()
            self.crashes += 1
            while not await self._started():  # noqa: ASYNC110, nobody else will start it
                await asyncio.sleep(0.2)
            self.away = time.monotonic() - ended

    def kill(self) -> None:
        """kill -9: it has no time for anything."""
        if self._process and self.up:
            self.up = False
            with suppress(ProcessLookupError):
                self._process.kill()

    async def stop(self) -> None:
        """Ends the server for good."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            await asyncio.wait_for(self._process.wait(), PATIENCE)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    @property
    def _log(self) -> Path:
        return self._folder / "server.log"

    async def _started(self) -> bool:
        """Starts a process and waits until it answers, or has ended."""
        arguments = [f"--port={self._port}", f"--data={self._folder}"]
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                str(SERVER),
                *self._options,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=log,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                process_group=0,  # the terminal's Ctrl-C is for us alone
            )
        while self._process.returncode is None:
            if await self._answers():
                self.up = True
                return True
            await asyncio.sleep(0.02)
        return False

    async def _answers(self) -> bool:
        try:
            _, writer = await asyncio.open_connection(HOST, self._port)
        except OSError:
            return False
        writer.close()
        return True


def _spare_ports() -> Iterator[int]:
    for port in PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        yield port
