"""Something in between lets no WebSocket through: the page talks all the same, and says how."""

import signal

import pytest
from acts import complete, connected, lost, network_is_back, pending, sees, settled, talk, write
from playwright.sync_api import expect

BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
# A minute or so, after which a better way is tried, is half a second; no other wait is as long.
IMPATIENT = """
    const later = setTimeout;
    window.setTimeout = (act, ms) => later(act, ms >= 60000 ? 500 : ms);
    Math.random = () => 0.9;
"""


@pytest.fixture(params=["stream", "poll"])
def way(request, proxy):
    """How the page can be connected."""
    proxy.sockets = False
    proxy.streams = request.param == "stream"
    return {"stream": "Connected by HTTP", "poll": "Connected by polling"}[request.param]


def says(page, words):
    """The state of the connection, in words."""
    expect(page.locator("#state-words")).to_have_text(words)


@pytest.mark.parametrize("refusal", [b"", BAD_REQUEST], ids=["cut off", "answered 400"])
def test_where_no_websocket_gets_through_the_page_talks_by_http_and_says_so(
    visit, server, proxy, refusal
):
    proxy.sockets, proxy.refusal = False, refusal
    page = visit(proxy=proxy)
    says(page, "Connected by HTTP")
    write(page, "hello")
    settled(page)
    talk(server, "good morning")
    sees(page, "hello", "good morning")
    complete(page, 1, 2)


def test_what_was_said_is_there_once_whatever_is_cut_off(visit, server, proxy, way):
    page = visit(proxy=proxy)
    says(page, way)
    texts = [f"{n}" for n in range(8)]
    for text in texts:
        write(page, text)
        if text in "36":
            proxy.cut()
    settled(page)
    talk(server, "from elsewhere")
    sees(page, *texts, "from elsewhere")
    complete(page, 1, 9)


def test_it_comes_back_with_its_cursor(visit, server, proxy, way):
    page = visit(proxy=proxy)
    says(page, way)
    talk(server, "before")
    sees(page, "before")
    server.stop(signal.SIGKILL)
    lost(page)
    write(page, "written meanwhile")
    pending(page, "written meanwhile")
    server.start()
    talk(server, "said meanwhile")
    connected(page)
    settled(page)
    expect(page.locator("#messages > .message")).to_have_count(3)
    complete(page, 1, 3)


def test_when_a_websocket_gets_through_again_it_is_taken_and_nobody_notices(visit, proxy, way):
    page = visit(proxy=proxy, before=IMPATIENT)
    says(page, way)
    write(page, "helo")
    settled(page)
    edit_last(page, "hello")
    expect(page.locator(".fate")).to_contain_text("waits for a WebSocket")
    write(page, "and goes past it")
    sees(page, "hello", "and goes past it")
    expect(page.locator("#pending > *")).to_have_count(0)
    proxy.sockets = True
    says(page, "Connected")
    expect(page.locator(".fate")).to_have_count(0)
    complete(page, 1, 3)
    expect(page.locator("#log")).not_to_contain_text("Reconnected")


def test_another_network_is_tried_by_websocket_at_once(visit, proxy, way):
    page = visit(proxy=proxy)
    says(page, way)
    proxy.sockets = True
    network_is_back(page)
    says(page, "Connected")


def edit_last(page, text):
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
