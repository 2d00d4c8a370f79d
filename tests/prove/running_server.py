"""Starts the real server for a proof, and stops it whatever happens."""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .outcome import ROOT

STARTS_WITHIN = 10
STOPS_WITHIN = 10


@contextmanager
def running_server(*options: str, log: Path) -> Iterator[str]:
    """Yields its host and port. Fails if the server ended by itself meanwhile."""
    with tempfile.TemporaryDirectory() as data, log.open("wb") as output:
        command = [sys.executable, "server.py", "--port=0", f"--data={data}", *options]
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
        try:
            yield _where(process, log)
            if process.poll() is not None:
                raise RuntimeError(f"the server ended by itself, see {log}")
        finally:
            _stop(process)


def _where(process: subprocess.Popen[bytes], log: Path) -> str:
    patience = time.monotonic() + STARTS_WITHIN
    while process.poll() is None and time.monotonic() < patience:
        if found := re.search(r"http://(127\.0\.0\.1:\d+)/", log.read_text()):
            return found[1]
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start, see {log}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
