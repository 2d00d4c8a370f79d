"""A page that explains every byte of a connection that it made itself."""

import pytest
from acts import on_both_hosts
from playwright.sync_api import expect
from test_access import assert_no_violation

from parts import needs_node


def recorded(page):
    """The connection was made, and is drawn."""
    expect(page.locator("#state-words")).to_contain_text("Recorded at", timeout=20_000)


@on_both_hosts
def test_ones_own_connection_is_explained_from_its_handshake_to_its_close(visit, host):
    page = visit("/-/wire")
    recorded(page)
    expect(page.locator("#request")).to_contain_text("Sec-Websocket-Key: ")
    expect(page.locator("#request")).not_to_contain_text("broadcaster_")  # nobody's cookie
    expect(page.locator("#answer")).to_contain_text("101 Switching Protocols")
    expect(page.locator("#accept")).to_contain_text("as the server answered")
    for part in ("message", "ping", "close"):
        frames = page.locator(f"#{part}-frames > *")
        expect(frames).to_have_count(2)
        expect(frames.first).to_be_visible()


def test_another_message_is_another_connection(visit):
    page = visit("/-/wire")
    recorded(page)
    before = page.locator("#message-frames").inner_text()
    page.get_by_role("button", name="200 bytes: a longer length").click()
    expect(page.locator("#message-frames")).to_contain_text("200")
    assert page.locator("#message-frames").inner_text() != before


def test_it_is_read_by_keyboard(visit):
    page = visit("/-/wire")
    recorded(page)
    figure = page.locator("#request [tabindex='0']").first
    figure.focus()
    before = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") != before


@needs_node
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_violation(visit, scheme, width):
    page = visit(
        "/-/wire", color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True
    )
    recorded(page)
    assert_no_violation(page)
