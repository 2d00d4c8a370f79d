"""A server under measurement: a process of its own, with its data on the product's own disk."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STORES = {
    "memory": ["--store=memory:"],
    "process": ["--durability=process"],
    "power": ["--durability=power"],
}
TICKS = os.sysconf("SC_CLK_TCK")
TRACE = ("strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=fsync,fdatasync")


class Server:
    """Where it listens, and what it has used."""

    def __init__(self, folder: Path, options: list[str], tracer: list[str]) -> None:
        self._log = folder / "server.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [
                    *tracer,
                    *(sys.executable, str(ROOT / "server.py"), "--port=0", "--rate=0"),
                    *(f"--data={folder}", "--logging=warning", *options),
                ],
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        self.port = self._announced()
        # Under a tracer, the server is its child.
        self._pid = _only_child(self._process.pid) if tracer else self._process.pid

    @property
    def cpu(self) -> float:
        """Seconds of processor time so far: utime and stime of all its threads."""
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def stop(self) -> None:
        if self._process.poll() is None:
            os.kill(self._pid, 15)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            os.kill(self._pid, 9)
            self._process.wait()

    def _announced(self) -> int:
        deadline = time.monotonic() + 15
        while self._process.poll() is None and time.monotonic() < deadline:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)", self._log.read_text()):
                return int(found[1])
            time.sleep(0.02)
        self._process.kill()
        raise RuntimeError(f"the server did not start: {self._log.read_text()}")


class Syncs:
    """Counts, in strace's log, how often the server had the disk write its data down."""

    def __init__(self, log: Path) -> None:
        self._log = log

    @property
    def count(self) -> int:
        return len(re.findall(r"f(?:data)?sync\(", self._log.read_text()))


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for data on the disk that holds the project, gone afterwards."""
    (ROOT / "data").mkdir(exist_ok=True)
    path = Path(tempfile.mkdtemp(prefix="bench-", dir=ROOT / "data"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def running(store: str) -> Iterator[Server]:
    with folder() as path:
        server = Server(path, STORES[store], [])
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def all_running(stores: list[str]) -> Iterator[dict[str, Server]]:
    """One of each, side by side, so that they can be measured in turn."""
    with ExitStack() as stack:
        yield {store: stack.enter_context(running(store)) for store in stores}


@contextmanager
def traced(store: str) -> Iterator[tuple[Server, Syncs] | None]:
    """A server whose syncs are counted; None where there is no strace that may look."""
    if not shutil.which("strace"):
        yield None
        return
    with folder() as path:
        log = path / "strace.log"
        server = Server(path, STORES[store], [*TRACE, "-o", str(log)])
        try:
            yield server, Syncs(log)
        finally:
            server.stop()


def _only_child(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def sync_time(samples: int = 200) -> float:
    """Seconds that this disk takes to sync 4 KiB appended to a file, at the median."""
    with folder() as path, (path / "file").open("wb", buffering=0) as file:
        times = []
        for _ in range(samples):
            start = time.perf_counter()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - start)
    return sorted(times)[samples // 2]
