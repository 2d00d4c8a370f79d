"""A real Chromium on a real server, as visitors have it.

Each test runs twice: on 127.0.0.1, and under a made-up host name that Chromium is
told to resolve to 127.0.0.1. Over plain http the latter is no secure context, as
on a LAN, and there browsers withhold much that localhost has. The page must
write no error to the console and ask nothing of anybody else.
"""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

from parts import chromium, needs_chromium
from process import ServerProcess

LAN = "broadcaster.example"
expect.set_options(timeout=8_000)


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(needs_chromium)


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=chromium(),
            args=["--no-sandbox", f"--host-resolver-rules=MAP {LAN} 127.0.0.1"],
        )


@pytest.fixture
def server(tmp_path):
    server = ServerProcess(tmp_path, "--ping-interval=2", "--ping-timeout=2")
    yield server
    server.stop()


@pytest.fixture(params=["127.0.0.1", LAN])
def url(request, server):
    return f"http://{request.param}:{server.port}"


@pytest.fixture
def visit(browser, url):
    """Opens a page as somebody new, or in another tab of somebody."""
    visitors = Visitors(browser, url)
    yield visitors.visit
    visitors.leave()


class Visitors:
    def __init__(self, browser, url):
        self.browser = browser
        self.url = url
        self.contexts = []
        self.errors = []
        self.asked = set()

    def visit(self, path="/", tab_of=None, **options):
        context = tab_of.context if tab_of else self._somebody(options)
        page = context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.asked.add(urlsplit(request.url).netloc))
        page.on("websocket", lambda socket: self.asked.add(urlsplit(socket.url).netloc))
        page.goto(self.url + path)
        return page

    def leave(self):
        for context in self.contexts:
            context.close()
        assert not self.errors
        assert self.asked == {urlsplit(self.url).netloc}

    def _somebody(self, options):
        self.contexts.append(self.browser.new_context(**options))
        return self.contexts[-1]

    def _console(self, message):
        # That a server is not there is the browser's own word, and what some tests are about.
        gone = "ERR_CONNECTION_REFUSED" in message.text or "ERR_CONNECTION_RESET" in message.text
        if message.type in ("error", "warning") and not gone:
            self.errors.append(message.text)
