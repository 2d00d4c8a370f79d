"""Makes docs/demo.webp: two tabs stay complete while their server is killed again and again.

    .venv-test/bin/python -m pip install pillow
    .venv-test/bin/python docs/moving_picture.py

The real demo, a real Chromium and real kills; nothing is drawn by hand. The three pages
are photographed four times a second and put on one desk.
"""

import re
import subprocess
import sys
import time
from io import BytesIO
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser")]

from acts import connected, rename, write  # noqa: E402
from PIL import Image  # noqa: E402
from playwright.sync_api import expect, sync_playwright  # noqa: E402

from parts import chromium  # noqa: E402

PICTURE = ROOT / "docs" / "demo.webp"
DESK = "#dcdad4"
SCALE = 1.5
GAP = 16
# Where each page stands on the desk: left, top, width, height.
PLACES = {
    "control": (GAP, 2 * GAP + 470, 868, 152),
    "Ada": (GAP, GAP, 426, 470),
    "Grace": (2 * GAP + 426, GAP, 426, 470),
}
SIZE = (900, 3 * GAP + 470 + 152)
STEP = 0.25
"""Seconds between two frames."""
LAST = 1.5
"""Seconds that the last one stays."""


def main() -> None:
    demo = subprocess.Popen(
        [sys.executable, "-m", "demo", "--pace=2"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        address = re.search(r"http://\S+", demo.stdout.readline())[0]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            film = Film(open_all(browser, address))
            act(film)
    finally:
        demo.terminate()
        demo.wait()
    film.save(PICTURE)


def open_all(browser, address):
    """The control page, and a tab for each of two people by its links."""
    control = visit(browser, "control", address)
    links = [link.get_attribute("href") for link in control.get_by_role("link").all()]
    colours = set()
    pages = {}
    for name, link in zip(("Ada", "Grace"), links, strict=True):
        pages[name] = somebody(browser, name, link, colours)
    return {**pages, "control": control}


def somebody(browser, name, url, colours):
    """A tab of somebody to whom chance has given a colour that nobody has yet."""
    while True:
        page = visit(browser, name, url)
        connected(page)
        talker = page.locator("#messages [class*=hue-]").first
        colours.add(hue(talker))
        mine = hue(page.locator("#my-sign"))
        if mine not in colours:
            break
        page.context.close()
    colours.add(mine)
    rename(page, name)
    expect(page.locator("#my-name")).to_have_text(name)
    page.locator("#say").focus()
    page.mouse.move(0, 0)
    return page


def hue(locator):
    return re.search(r"hue-\d+", locator.get_attribute("class"))[0]


def visit(browser, name, url):
    _, _, width, height = PLACES[name]
    page = browser.new_context(
        color_scheme="light",
        viewport={"width": width, "height": height},
        device_scale_factor=SCALE,
    ).new_page()
    page.goto(url)
    return page


def act(film):
    """What is filmed."""
    ada, grace = film.pages["Ada"], film.pages["Grace"]
    film.roll(0.8)
    kill(film)
    film.roll(1.6)
    connected(ada)
    write(ada, "Did you notice anything?")
    film.roll(0.8)
    kill(film)
    write(grace, "I write this while it is dead.")
    film.roll(1.7)
    kill(film)
    film.roll(1.7)
    for page in (ada, grace):
        connected(page)
    film.roll(0.8)


def kill(film):
    """A press that can be seen."""
    control = film.pages["control"]
    button = control.get_by_role("button", name="Kill the server")
    expect(button).to_be_enabled()
    button.hover()
    control.mouse.down()
    film.roll(0.3)
    control.mouse.up()


class Film:
    """Frames of all pages, and when each was taken."""

    def __init__(self, pages):
        self.pages = pages
        self.frames = []
        self.taken = []

    def roll(self, seconds):
        end = time.monotonic() + seconds
        while (start := time.monotonic()) < end:
            self.taken.append(start)
            self.frames.append({name: page.screenshot() for name, page in self.pages.items()})
            rest = start + STEP - time.monotonic()
            self.pages["control"].wait_for_timeout(max(0.0, rest) * 1000)

    def save(self, path):
        lengths = [*(after - taken for taken, after in pairwise(self.taken)), LAST]
        first, *others = map(on_desk, self.frames)
        first.save(
            path,
            save_all=True,
            append_images=others,
            duration=[round(length * 1000) for length in lengths],
            loop=0,
            lossless=True,
            method=6,
            kmin=1000,  # no frame but the first holds more than what has changed
            kmax=1001,
        )
        size = path.stat().st_size / 1e6
        print(f"{path}: {len(lengths)} frames, {sum(lengths):.1f} seconds, {size:.2f} MB")


def on_desk(frame):
    """The pages of one moment, side by side."""
    desk = Image.new("RGB", [int(side * SCALE) for side in SIZE], DESK)
    for name, picture in frame.items():
        left, top, _, _ = PLACES[name]
        desk.paste(Image.open(BytesIO(picture)), (int(left * SCALE), int(top * SCALE)))
    return desk


if __name__ == "__main__":
    main()
