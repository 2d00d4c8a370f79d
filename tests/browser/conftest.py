"""A real Chromium on a real server, as visitors have it.

The pages come from a made-up host name that Chromium is told to resolve to
127.0.0.1: over plain http that is no secure context, as on a LAN, and browsers
withhold much there that localhost has. What could differ runs `on_both_hosts`. The
page must write no error to the console and ask nothing of anybody else.
"""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright
from proxy import Proxy

from parts import chromium, needs_chromium
from process import ServerProcess

LAN = "broadcaster.example"
expect.set_options(timeout=20_000)


def pytest_configure(config):
    config.addinivalue_line("markers", "server_options(*options): the server's command line")


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
def server(request, tmp_path):
    server = Restartable(tmp_path, request.node.get_closest_marker("server_options"))
    yield server
    server.stop()


class Restartable:
    """A server that can go and come back on its port, with all that it had stored."""

    def __init__(self, data, marker):
        self.data = data
        self.options = ["--ping-interval=2", "--ping-timeout=10", *(marker.args if marker else ())]
        self.port = 0
        self.start()

    def start(self):
        self.process = ServerProcess(self.data, *self.options, port=self.port)
        self.port = self.process.port

    def stop(self, *signal):
        self.process.stop(*signal)


@pytest.fixture
def host():
    return LAN


@pytest.fixture
def url(host, server):
    return f"http://{host}:{server.port}"


@pytest.fixture
def proxy(server):
    proxy = Proxy(server.port)
    yield proxy
    proxy.stop()


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
        self.from_here = set()

    def visit(self, path="/", tab_of=None, proxy=None, before=None, **options):
        """`proxy` is what the page is reached through, `before` a script that runs first."""
        context = tab_of.context if tab_of else self._somebody(options)
        page = context.new_page()
        if before:
            page.add_init_script(before)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.asked.add(urlsplit(request.url).netloc))
        page.on("websocket", lambda socket: self.asked.add(urlsplit(socket.url).netloc))
        url = f"http://{urlsplit(self.url).hostname}:{proxy.port}" if proxy else self.url
        self.from_here.add(urlsplit(url).netloc)
        page.goto(url + path)
        return page

    def leave(self):
        for context in self.contexts:
            context.close()
        assert not self.errors
        assert self.asked == self.from_here

    def _somebody(self, options):
        self.contexts.append(self.browser.new_context(**options))
        return self.contexts[-1]

    def _console(self, message):
        # That a server is not there, or that the page did not wait for it, is the browser's own
        # word, and what some tests are about.
        gone = any(error in message.text for error in GONE) or asked_of_the_echo(message)
        if message.type in ("error", "warning") and not gone:
            self.errors.append(message.text)


def asked_of_the_echo(message):
    """A page that asks by HTTP what is wrong with an echo is told so, as was to be expected."""
    return "/-/echo/ws?" in message.location.get("url", "")


GONE = (
    "ERR_CONNECTION_REFUSED",
    "ERR_CONNECTION_RESET",
    "ERR_CONNECTION_CLOSED",
    "ERR_EMPTY_RESPONSE",
    "ERR_INVALID_HTTP_RESPONSE",
    "ERR_INTERNET_DISCONNECTED",
    "Error during WebSocket handshake",
    "Connection closed before receiving a handshake response",
    "WebSocket is closed before the connection is established",
)
