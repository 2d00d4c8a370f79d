"""Two processes under measurement, each on a core of its own: a server, and its load."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bench.contenders import BUILT, PEERS, Contender
from bench.server import folder

CORES = sorted(os.sched_getaffinity(0))
"""The first is the server's, the second the load's."""
PATIENCE = 90.0
_addresses = count()


class Failed(Exception):
    """A server or its load did not do what it was asked; `str()` says what."""


@dataclass(frozen=True)
class Sample:
    """What a load says of one command; times in seconds, `server` and `load` of processor."""

    complete: bool
    members: int
    lost: int
    sent: int
    deliveries: int
    bytes: int
    pings: int
    deflated: bool
    seconds: float
    server: float
    load: float
    p50: float
    p99: float
    longest: float

    @property
    def cost(self) -> float:
        """Seconds of the server's processor time for each delivery."""
        return self.server / self.deliveries


class Served:
    """A contender's process, listening."""

    def __init__(self, contender: Contender, path: Path) -> None:
        self.contender = contender
        self.port = _free_port()
        if contender.key == "nchan":
            conf = (PEERS / "nchan.conf").read_text().replace("PORT", str(self.port))
            if os.getuid() == 0:
                conf = f"user root;\n{conf}"
            (path / "nchan.conf").write_text(conf)
        words = {"PORT": str(self.port), "FOLDER": str(path)}
        command = [_filled_in(part, words) for part in contender.command]
        self._log = path / "server.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_on_core(0),
            )
        try:
            self._wait_until_ready()
        except Failed:
            self.stop()
            raise

    @property
    def pids(self) -> list[int]:
        """Its process, and those that it started."""
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, children)]

    @property
    def memory(self) -> int:
        """Bytes that are its own, a share of what it shares with others included."""
        return sum(_kilobytes(pid, "smaps_rollup", "Pss:") for pid in self.pids) * 1024

    @property
    def peak(self) -> int:
        """Bytes that it ever held at once."""
        return sum(_kilobytes(pid, "status", "VmHWM:") for pid in self.pids) * 1024

    @property
    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self._process.pid}/fd"))

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(4)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + 15
        while self._process.poll() is None and time.monotonic() < deadline:
            with socket.socket() as probe:
                listens = not probe.connect_ex(("127.0.0.1", self.port))
            if listens and len(self.pids) > self.contender.workers:
                return
            time.sleep(0.02)
        raise Failed(f"{self.contender.name} did not start: {self._log.read_text()[-500:]}")


class Load:
    """Members of one server."""

    def __init__(self, served: Served, path: str, *options: str) -> None:
        self._served = served
        number = next(_addresses)
        self._process = subprocess.Popen(  # noqa: S603
            [
                str(BUILT / "load"),
                f"--port={served.port}",
                f"--pid={','.join(map(str, served.pids))}",
                f"--path={path}",
                # Each has local ports enough of its own.
                f"--from=127.1.{number // 250 % 250}.{number % 250 + 1}",
                *served.contender.load,
                *options,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=_on_core(1),
        )

    def ask(self, command: str) -> Sample:
        """Has it do one thing, and waits for what it says of that."""
        self.tell(command)
        return self.answer(command)

    def tell(self, command: str) -> None:
        assert self._process.stdin
        try:
            self._process.stdin.write(f"{command}\n")
            self._process.stdin.flush()
        except OSError:
            raise Failed(f"{self._served.contender.name}: the load ended") from None

    def answer(self, command: str = "") -> Sample:
        assert self._process.stdout
        ready = select.select([self._process.stdout], [], [], PATIENCE)[0]
        line = self._process.stdout.readline() if ready else ""
        if not line:
            raise Failed(f"{self._served.contender.name}: no answer to `{command}`")
        sample = Sample(**json.loads(line))
        if not sample.complete or (sample.deliveries and not sample.server):
            raise Failed(f"{self._served.contender.name}: `{command}` was not completed: {sample}")
        return sample

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe
            pipe.close()


@contextmanager
def serving(contender: Contender) -> Iterator[Served]:
    with folder() as path:
        served = Served(contender, path)
        try:
            yield served
        finally:
            served.stop()


@contextmanager
def loading(served: Served, path: str, members: int, *options: str) -> Iterator[Load]:
    """So many members, all of them in."""
    load = Load(served, path, *options)
    try:
        if members:
            load.ask(f"join {members} 100")
        yield load
    finally:
        load.stop()


def files_allowed() -> int:
    """How many descriptors a process may have, after asking for all that it may ask for."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def _on_core(number: int) -> Callable[[], None]:
    """What a child does first: takes its core, and agrees to end when we do."""
    libc = ctypes.CDLL(None)

    def prepare() -> None:
        os.sched_setaffinity(0, {CORES[number]})
        libc.prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG

    return prepare


def _filled_in(part: str, words: dict[str, str]) -> str:
    for word, value in words.items():
        part = part.replace(word, value)
    return part


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _kilobytes(pid: int, file: str, field: str) -> int:
    for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1])
    raise Failed(f"/proc/{pid}/{file} says nothing of {field}")
