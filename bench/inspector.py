"""What the wire costs the page that shows it: a thousand frames a second, in a real Chromium.

Another client sends and gets its echo back, and the page watches it. The page's own clock says
how long one painted frame follows another, Chromium how long its main thread was at work.
"""

from __future__ import annotations

import argparse
import sys
import time
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from websockets.sync.client import connect

from bench import report
from bench.report import table
from bench.server import ROOT, running
from bench.tabs import browser

PAGE = ROOT / "docs" / "performance.md"
FRAMES = 1000
WORDS = "sixty-four bytes of text, as in all the other works of these too"
GAPS = """() => {
  window.gaps = [];
  let last = performance.now();
  const painted = (now) => { gaps.push(now - last); last = now; requestAnimationFrame(painted); };
  requestAnimationFrame(painted);
}"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench/inspector", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few seconds; writes nothing")
    quick = parser.parse_args().quick
    if not browser():
        sys.exit("bench/inspector: there is no Chromium here, or CHROMIUM does not say where")
    whole = f"{report.machine()}\n\n{measured(seconds=2 if quick else 10)}"
    print(whole)
    if not quick:
        report.write(PAGE, "bench/inspector", whole)


def measured(seconds: int) -> str:
    head = "the page|painted frames a second|ms from one to the next: p50|p99|longest|main thread"
    with running("memory") as server, sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=browser(), args=["--no-sandbox"])
        rows = [
            [name, *trial(chrome, server.port, watches, frames, seconds)]
            for name, watches, frames in (
                ("shows the wire, nothing comes", True, 0),
                (f"does not show it, {FRAMES:,} frames a second", False, FRAMES),
                (f"shows it, {FRAMES:,} frames a second", True, FRAMES),
            )
        ]
        chrome.close()
    return table(head, rows)


def trial(chrome: Browser, port: int, watches: bool, frames: int, seconds: int) -> list[str]:
    page, address = watching(chrome, port, watches)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")
    before = busy(devtools.send("Performance.getMetrics"))
    page.evaluate(GAPS)
    echo(address, frames, seconds)
    gaps = [float(gap) for gap in page.evaluate("gaps")]
    share = (busy(devtools.send("Performance.getMetrics")) - before) / seconds
    page.context.close()
    p99 = quantiles(gaps, n=100)[98]
    return [
        f"{len(gaps) / seconds:.0f}",
        *(f"{gap:.1f}" for gap in (median(gaps), p99, max(gaps))),
        f"{share:.0%}",
    ]


def watching(chrome: Browser, port: int, watches: bool) -> tuple[Page, str]:
    """A page, and the address by which another client is seen on it."""
    page = chrome.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(f"http://127.0.0.1:{port}/-/echo")
    page.wait_for_selector('[data-state="connected"]')
    page.get_by_role("button", name="Other clients").click()
    address = page.locator("#wire-address").inner_text()
    if not watches:
        page.locator("#wire-hide").click()
    return page, address


def busy(metrics: Any) -> float:
    """Seconds that the main thread has worked so far."""
    return next(float(one["value"]) for one in metrics["metrics"] if one["name"] == "TaskDuration")


def echo(url: str, frames: int, seconds: int) -> None:
    """So many frames a second, half of them sent and half come back."""
    with connect(url, compression=None) as client:
        start = time.monotonic()
        for number in range(frames * seconds // 2):
            client.send(WORDS)
            client.recv()
            time.sleep(max(0, start + 2 * (number + 1) / frames - time.monotonic()))
        time.sleep(max(0, start + seconds - time.monotonic()))


if __name__ == "__main__":
    main()
