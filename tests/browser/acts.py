"""What visitors do and see, in words."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import expect
from websockets.sync.client import connect

on_both_hosts = pytest.mark.parametrize("host", ["127.0.0.1", "broadcaster.example"])


def write(page, text):
    """Writes something and presses Enter."""
    page.get_by_role("textbox", name="Message to").fill(text)
    page.keyboard.press("Enter")


def sees(page, *texts):
    """The page shows exactly these messages, in this order."""
    expect(page.locator("#messages > .message .text")).to_have_text(list(texts))


def settled(page):
    """Nothing that was written here is still on its way."""
    expect(page.locator("#pending > *")).to_have_count(0)


def pending(page, *texts):
    """Exactly these texts are still on their way."""
    expect(page.locator("#pending > .pending .text")).to_have_text(list(texts))


def complete(page, first, last=None):
    """The log on screen says that it is complete, from the first number to the last."""
    span = f"{first}\u2013{last}" if last else f"{first}"
    expect(page.locator("#complete")).to_have_text(f"complete {span}")


def connected(page):
    """The server has said welcome."""
    expect(page.get_by_role("status").filter(has_text="Connected")).to_be_visible()


def lost(page):
    expect(page.locator("#state")).not_to_contain_text("Connected")


def try_now(page):
    """Does not wait for the next attempt, nor for the one after an attempt that fails just now."""
    state = page.locator("#state")
    expect(state).to_have_attribute("data-state", re.compile("connected|waiting"))
    page.evaluate("document.querySelector('#state-act:not([hidden])')?.click()")


def network_is_back(page):
    """As the browser says it: begins again with a WebSocket, if the page has gone on without."""
    page.evaluate("dispatchEvent(new Event('offline')); dispatchEvent(new Event('online'))")


def name_of(page):
    return page.locator("#my-name").inner_text()


def rename(page, name):
    page.locator("#rename").click()
    page.get_by_role("textbox", name="Your name").fill(name)
    page.keyboard.press("Enter")


def persons(page):
    """Who said each message that is shown."""
    rows = page.locator("#messages > .message")
    return rows.evaluate_all("rows => rows.map(row => row.dataset.person)")


def talk(server, *bodies, name="Talker", path="/ws"):
    """Somebody at a terminal says all this, and leaves once all of it is stored."""
    with connect(f"ws://127.0.0.1:{server.port}{path}?name={quote(name)}") as socket:
        for body in bodies:
            socket.send(body)
        for _ in bodies:
            socket.recv(timeout=20)
