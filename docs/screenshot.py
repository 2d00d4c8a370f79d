"""Makes docs/pictures/*.png: two people talking, with the wire in sight.

    .venv-test/bin/python docs/screenshot.py

A real server, a real Chromium and real typing; nothing is drawn by hand.
"""

import base64
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser")]

from acts import connected, rename, write  # noqa: E402
from playwright.sync_api import expect, sync_playwright  # noqa: E402

from parts import chromium  # noqa: E402
from process import ServerProcess  # noqa: E402

TALK = [
    ("Grace", "Is this thing on?"),
    ("Ada", "It is. I wrote this in one tab, and you read it in another."),
    ("Grace", "I can see the frame that carried it, on the right. And a ping, and its pong!"),
    ("Ada", "All of it, both ways. The protocol: https://www.rfc-editor.org/rfc/rfc6455"),
    ("Grace", "<b>This</b> stays text, I hope?"),
    ("Ada", "It does."),
]


# Two windows side by side, on the colour of a desk.
DESK = """<body style="margin:0;padding:28px;display:flex;gap:28px;background:{desk}">
<img src="data:image/png;base64,{Ada}"><img src="data:image/png;base64,{Grace}">"""
SIZES = {"Ada": (1110, 690), "Grace": (480, 690)}
DESKS = {"light": "#dcdad4", "dark": "#050505"}


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for scheme in DESKS:
            while not talked(browser, scheme):
                pass


def talked(browser, scheme) -> bool:
    """Photographs a talk of two; False when chance gave both the same colour."""
    with tempfile.TemporaryDirectory() as data:
        server = ServerProcess(data, "--ping-interval=3", port=8888)
        pages = {name: visit(browser, server, name, scheme) for name in SIZES}
        signs = {page.locator("#my-sign").get_attribute("class") for page in pages.values()}
        if len(signs) == 2:
            talk(pages)
            photograph(browser, pages, scheme)
        for page in pages.values():
            page.context.close()
        server.stop()
        return len(signs) == 2


def talk(pages):
    for name, text in TALK:
        write(pages[name], text)
        for page in pages.values():
            expect(page.locator("#messages")).to_contain_text(text)
    for page in pages.values():
        expect(page.locator("#people-list")).to_contain_text("Ada")
        expect(page.locator("#people-list")).to_contain_text("Grace")
        expect(page.locator("#rooms-list .number").first).to_have_text("2 here")
    pages["Ada"].locator("#wire-ping").click()
    pages["Ada"].locator("#say").focus()
    pages["Ada"].wait_for_timeout(300)


def visit(browser, server, name, scheme):
    width, height = SIZES[name]
    page = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": height}, device_scale_factor=1.5
    ).new_page()
    page.goto(server.url)
    connected(page)
    rename(page, name)
    expect(page.locator("#my-name")).to_have_text(name)
    return page


def photograph(browser, pages, scheme):
    shots = {name: base64.b64encode(page.screenshot()).decode() for name, page in pages.items()}
    width = sum(width for width, _ in SIZES.values()) * 3 // 2 + 3 * 28
    desk = browser.new_page(viewport={"width": width, "height": 690 * 3 // 2 + 56})
    desk.set_content(DESK.format(desk=DESKS[scheme], **shots))
    desk.screenshot(path=ROOT / "docs" / "pictures" / f"two-tabs-{scheme}.png")


if __name__ == "__main__":
    main()
