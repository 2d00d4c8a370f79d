"""Who returns to the page, or whose network returns, does not wait for the next attempt."""

import re

import pytest
from acts import connected, lost, try_now
from playwright.sync_api import expect

# Every wait is as long as it may be.
UNLUCKY = "Math.random = () => 0.999;"

RETURNS = {
    "online": "dispatchEvent(new Event('online'))",
    "pageshow": "dispatchEvent(new PageTransitionEvent('pageshow'))",
    "visibilitychange": "document.dispatchEvent(new Event('visibilitychange'))",
}


def wait_long(page):
    """Fails until the next attempt is further away than anything here waits for."""
    for _ in range(6):
        try_now(page)
        expect(page.locator("#state-count")).to_contain_text("trying again in")
    seconds = re.search(r"in (\d+) s", page.locator("#state-count").inner_text())
    assert int(seconds[1]) > 12


@pytest.mark.parametrize("path", ["/", "/-/echo"])
@pytest.mark.parametrize("event", RETURNS)
def test_whoever_returns_is_connected_at_once(visit, proxy, path, event):
    page = visit(path, proxy=proxy, before=UNLUCKY)
    connected(page)
    proxy.sockets = False
    proxy.cut()
    lost(page)
    wait_long(page)
    proxy.sockets = True
    page.evaluate(RETURNS[event])
    connected(page)


def test_who_goes_away_is_not_hurried(visit, proxy):
    page = visit(proxy=proxy, before=UNLUCKY)
    connected(page)
    proxy.sockets = False
    proxy.cut()
    lost(page)
    wait_long(page)
    proxy.sockets = True
    page.evaluate("Object.defineProperty(document, 'visibilityState', { value: 'hidden' })")
    page.evaluate(RETURNS["visibilitychange"])
    assert "trying again in" in page.locator("#state-count").inner_text()
    page.evaluate(RETURNS["online"])
    connected(page)


def test_a_socket_that_lived_through_the_loss_of_its_network_is_replaced(visit):
    page = visit()
    connected(page)
    with page.expect_websocket(lambda socket: "/ws" in socket.url):
        page.evaluate("dispatchEvent(new Event('offline'))")
        page.evaluate(RETURNS["online"])
    connected(page)
    expect(page.locator("#log")).to_contain_text("Reconnected")
