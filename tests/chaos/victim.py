"""The server of a chaos run: a process of its own on a fixed port, and what is done to it."""

import asyncio
import os
import resource
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

from chaos import power

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 20
ENDS_WITHIN = 15


can_fill_disks = hasattr(resource, "prlimit")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Victim:
    """`pulls_plug`: each kill is a power cut, and the machine boots anew after it."""

    def __init__(
        self, data: Path, *options: str, fault: str = "", pulls_plug: bool = False
    ) -> None:
        self.port = free_port()
        self.boots = 1
        self.log = data / "server.log"
        self._data = data
        self._options = options
        self._fault = fault
        self._plug = pulls_plug
        self._preload = power.preload(data) if pulls_plug else {}
        self._clock = data / "clock"
        self.step_clock(0)
        self._process: asyncio.subprocess.Process | None = None
        self._up = False
        self._reading: asyncio.Task | None = None

    async def start(self) -> None:
        """Starts it and waits until it listens; raises RuntimeError if it does not."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={
                **os.environ,
                **self._preload,
                "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}",
                "PYTHONUNBUFFERED": "1",
            },
        )
        listens = asyncio.get_running_loop().create_future()
        self._reading = asyncio.create_task(self._read(self._process.stdout, listens))
        try:
            await asyncio.wait_for(listens, STARTS_WITHIN)
        except TimeoutError:
            raise RuntimeError(f"the server did not start, see {self.log}") from None
        self._up = True

    @property
    def ended_by_itself(self) -> bool:
        return self._up and self._process.returncode is not None

    async def kill(self) -> None:
        """kill -9, and with a plug to pull, that too."""
        if self._process is None:
            return
        await self._end(signal.SIGKILL)
        if self._plug:
            power.cut(self._data)
            self.boots += 1

    async def stop(self) -> None:
        """SIGTERM; raises RuntimeError when it does not end by that, as it should."""
        self.go_on()
        try:
            status = await asyncio.wait_for(self._end(signal.SIGTERM), ENDS_WITHIN)
        except TimeoutError:
            raise RuntimeError(f"the server did not end, see {self.log}") from None
        if status != 0:
            raise RuntimeError(f"the server ended with {status}, see {self.log}")

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def fill_disk(self, size: int | None = None) -> None:
        """Nothing of its files may be written beyond `size`, or beyond where the log ends now.

        Not while it starts: on a full disk it refuses to, as it says.
        """
        if size is None:
            wal = self._data / "broadcaster.db-wal"
            size = wal.stat().st_size if wal.exists() else 0
        self._limit_files(size)

    def free_disk(self) -> None:
        self._limit_files(resource.RLIM_INFINITY)

    def step_clock(self, seconds: float) -> None:
        """Sets its wall clock that far from the true time."""
        aside = self._clock.with_suffix(".new")
        aside.write_text(str(seconds))
        aside.replace(self._clock)

    async def _end(self, number: signal.Signals) -> int:
        process, self._up = self._process, False
        self._signal(number)
        await process.wait()
        await self._reading
        self._process = None
        return process.returncode

    def _limit_files(self, size: int) -> None:
        if self._up and can_fill_disks:
            with suppress(ProcessLookupError):
                _, hard = resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE)
                resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (size, hard))

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)

    def _command(self) -> list[str]:
        ours = [f"--clock-file={self._clock}"]
        ours += [f"--boot=boot {self.boots}"] if self._plug else []
        ours += [f"--fault={self._fault}"] if self._fault else []
        theirs = [f"--port={self.port}", f"--data={self._data}", *self._options]
        return [sys.executable, "-m", "chaos.launcher", *ours, *theirs]

    async def _read(self, output: asyncio.StreamReader, listens: asyncio.Future) -> None:
        """Keeps what it says; by a pipe, because its own files may be limited."""
        with self.log.open("ab") as log:
            async for line in output:
                log.write(line)
                if b"http://" in line and not listens.done():
                    listens.set_result(None)
        if not listens.done():
            listens.set_exception(RuntimeError(f"the server ended at once, see {self.log}"))
