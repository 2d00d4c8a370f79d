"""EventSource as Firefox and Chromium have it: it comes back by itself, with its cursor."""

import http.client
import signal
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from firefox import started
from parts import needs_firefox
from process import PATIENCE

MESSAGES = 300
LISTEN = """new Promise(welcomed => {
    window.got = [];
    window.opened = 0;
    const source = new EventSource(location.href);
    source.onopen = () => opened++;
    source.onmessage = event => got.push(JSON.parse(event.data).text);
    source.addEventListener("welcome", () => welcomed("yes"), { once: true });
})"""
ALL_OF_IT = """new Promise(done => {
    const giveUp = Date.now() + 20000;
    const look = () => {
        const over = got.at(-1) === "the end" || Date.now() > giveUp;
        if (over) done([opened, ...got].join());
        else setTimeout(look, 20);
    };
    look();
})"""


@pytest.fixture
def in_firefox(tmp_path_factory):
    with started(tmp_path_factory.mktemp("firefox")) as page:
        yield page


@pytest.fixture
def in_chromium(browser):
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture(params=["in_chromium", pytest.param("in_firefox", marks=needs_firefox)])
def page(request):
    return request.getfixturevalue(request.param)


def test_every_message_comes_once_and_in_order_while_the_server_is_restarted(page, server):
    room = f"http://127.0.0.1:{server.port}/r/den"
    page.goto(room)
    page.evaluate(LISTEN)
    said = []
    with ThreadPoolExecutor(1) as other:
        saying = other.submit(say_all, room, said)
        for number, after in ((signal.SIGTERM, 100), (signal.SIGKILL, 200)):
            while len(said) < after and not saying.done():
                time.sleep(0.01)
            server.stop(number)
            server.start()
        saying.result(PATIENCE)
    opened, *got = page.evaluate(ALL_OF_IT).split(",")
    assert got == said
    assert len(got) == MESSAGES + 1
    assert int(opened) >= 2


def say_all(room, said):
    for text in [*map(str, range(MESSAGES)), "the end"]:
        say(room, text)
        said.append(text)
        time.sleep(0.01)


def say(room, text):
    """Says it until it is answered, under one key."""
    headers = {"Content-Type": "text/plain", "Idempotency-Key": f"key of {text}"}
    request = urllib.request.Request(room, text.encode(), headers)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(OSError, http.client.HTTPException):  # it is being restarted
            return urllib.request.urlopen(request, timeout=PATIENCE).read()
        time.sleep(0.02)
    raise AssertionError(f"{text} was never answered")
