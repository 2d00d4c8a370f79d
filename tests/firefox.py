"""Firefox as its makers ship it, driven over WebDriver BiDi: no driver in between.

Playwright needs a Firefox of its own; the one that people have speaks BiDi itself.
"""

import itertools
import json
import os
import re
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from websockets.sync.client import connect

from process import PATIENCE

MAC = "/Applications/Firefox.app/Contents/MacOS/firefox"


def firefox():
    """The path of a Firefox, or None."""
    names = [os.environ.get("FIREFOX"), "firefox-esr", "firefox", MAC]
    return next(filter(None, (shutil.which(name) for name in names if name)), None)


@contextmanager
def started(folder):
    """A Firefox without a screen, with a profile of its own in `folder`."""
    log = Path(folder) / "firefox.log"
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [firefox(), "--headless", "--remote-debugging-port=0", "--profile", folder],
            stdout=output,
            stderr=output,
            env={**os.environ, "HOME": str(folder), "MOZ_CRASHREPORTER_DISABLE": "1"},
        )
    try:
        with connect(f"{_address(process, log)}/session", max_size=None) as socket:
            yield Firefox(socket)
    finally:
        process.terminate()
        try:
            process.wait(10)
        finally:
            process.kill()
            process.wait()


def _address(process, log):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"BiDi listening on (ws://\S+)", log.read_text()):
            return found[1]
        time.sleep(0.02)
    raise AssertionError(f"Firefox did not start:\n{log.read_text()}")


class Firefox:
    """Its one window, with the names that Playwright has for these."""

    def __init__(self, socket):
        self.numbers = itertools.count(1)
        self.socket = socket
        self.command("session.new", capabilities={})
        self.page = self.command("browsingContext.getTree")["contexts"][0]["context"]

    def goto(self, url):
        self.command("browsingContext.navigate", context=self.page, url=url, wait="complete")

    def evaluate(self, script):
        """What a script comes to, which must be a string, once it is there."""
        result = self.command(
            "script.evaluate",
            expression=script,
            target={"context": self.page},
            awaitPromise=True,
        )
        assert result["type"] == "success", result
        return result["result"]["value"]

    def command(self, method, **params):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.recv(timeout=PATIENCE))
            if answer.get("id") == number:
                assert answer["type"] == "success", answer
                return answer["result"]
