"""What a person feels: from Enter in one tab to the words in the other, in a real Chromium.

The clock starts at the key event's own time stamp and stops when the frame that shows the
message has been painted. Both are the browser's clock.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from playwright.sync_api import Browser, Page, sync_playwright

from bench.server import ROOT, running

ARRIVALS = """() => {
  window.seen = {};
  const painted = (mark) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { seen[mark] ??= performance.timeOrigin + performance.now(); };
    port2.postMessage(null);
  });
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes)
        for (const [mark] of node.textContent.matchAll(/mark \\d+/g)) painted(mark);
  }).observe(document.getElementById("messages"), { childList: true, subtree: true });
}"""
PRESSES = """() => addEventListener("keydown", (event) => {
  if (event.key === "Enter") window.pressed = performance.timeOrigin + event.timeStamp;
}, true)"""


def browser() -> str | None:
    """The path of a Chromium, or None."""
    names = [os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"]
    return next((path for name in names if name and (path := shutil.which(name))), None)


def enter_to_visible(store: str, listening: int, samples: int) -> list[float]:
    """Seconds of each sample, with two tabs and so many other members in the room."""
    with (
        running(store) as server,
        sync_playwright() as playwright,
        _members(server.port, listening) if listening else nullcontext(),
    ):
        chrome = playwright.chromium.launch(executable_path=browser(), args=["--no-sandbox"])
        url = f"http://127.0.0.1:{server.port}/"
        writer, reader = _tab(chrome, url), _tab(chrome, url)
        writer.evaluate(PRESSES)
        reader.evaluate(ARRIVALS)
        times = [_sample(writer, reader, number) for number in range(samples + 5)]
        chrome.close()
    return times[5:]  # the first ones find everything cold


def _tab(chrome: Browser, url: str) -> Page:
    page = chrome.new_context(viewport={"width": 900, "height": 700}).new_page()
    page.goto(url)
    page.wait_for_selector('[data-state="connected"]')
    return page


def _sample(writer: Page, reader: Page, number: int) -> float:
    mark = f"mark {number:06}"
    writer.locator("#say").fill(mark)
    writer.keyboard.press("Enter")
    for _ in range(100):
        reader.wait_for_timeout(50)
        if seen := reader.evaluate("(mark) => seen[mark]", mark):
            return float(seen - writer.evaluate("pressed")) / 1000
    raise TimeoutError(f"{mark!r} never came")


@contextmanager
def _members(port: int, number: int) -> Iterator[None]:
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "bench.members", str(port), str(number)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout
        if process.stdout.readline() != b"ready\n":
            raise RuntimeError("the members did not all come in")
        yield
    finally:
        process.kill()
        process.wait()
