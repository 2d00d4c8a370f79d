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
from pathlib import Path

import websockets.sync.client as websockets

from process import PATIENCE

MAC = "/Applications/Firefox.app/Contents/MacOS/firefox"


def firefox():
    """The path of a Firefox, or None."""
    names = [os.environ.get("FIREFOX"), "firefox-esr", "firefox", MAC]
    return next(filter(None, (shutil.which(name) for name in names if name)), None)


class Firefox:
    """One window without a screen, with a profile of its own in `folder`."""

    def __init__(self, folder):
        self.numbers = itertools.count(1)
        self.log = Path(folder) / "firefox.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [firefox(), "--headless", "--remote-debugging-port=0", "--profile", folder],
                stdout=log,
                stderr=log,
                env={**os.environ, "HOME": str(folder), "MOZ_CRASHREPORTER_DISABLE": "1"},
            )
        self.socket = websockets.connect(f"{self._address()}/session", max_size=None)
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
        return result["result"].get("value")

    def command(self, method, **params):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.recv(timeout=PATIENCE))
            if answer.get("id") == number:
                assert answer["type"] == "success", answer
                return answer["result"]

    def stop(self):
        self.socket.close()
        self.process.terminate()
        try:
            self.process.wait(10)
        finally:
            self.process.kill()
            self.process.wait()

    def _address(self):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            if found := re.search(r"BiDi listening on (ws://\S+)", self.log.read_text()):
                return found[1]
            time.sleep(0.02)
        self.process.kill()
        raise AssertionError(f"Firefox did not start:\n{self.log.read_text()}")
