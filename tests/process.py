"""A server as its operator runs it: a process of its own, on a free port."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60


SERVER = (sys.executable, ROOT / "server.py")


class ServerProcess:
    """Starts `server.py --port=0` and waits until it says where it listens."""

    def __init__(self, data, *options, port=0, command=SERVER):
        self.log = Path(data) / "server.log"
        self.file = open(self.log, "ab")  # noqa: SIM115, closed by `stop`
        start = self.log.stat().st_size
        arguments = [f"--port={port}", f"--data={data}", *options]
        self.process = subprocess.Popen(
            [*map(str, command), *arguments],
            stdout=self.file,
            stderr=self.file,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self.url = self._url(start)
        self.port = int(self.url.rpartition(":")[2])

    @property
    def output(self):
        return self.log.read_text()

    def tell(self, number):
        self.process.send_signal(number)

    def stop(self, number=signal.SIGTERM):
        """Stops it and gives its exit status."""
        if self.process.poll() is None:
            self.tell(number)
        try:
            return self.process.wait(10)
        finally:
            self.process.kill()
            self.process.wait()
            self.file.close()

    def _url(self, start):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if found := re.search(r"http://[^/ ]+:\d+", self.output[start:]):
                return found[0]
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        self.process.kill()
        raise AssertionError(f"the server did not start:\n{self.output[start:]}")
