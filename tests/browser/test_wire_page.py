"""The page that explains a connection of the reader's own, byte by byte."""

import base64
import hashlib
import re

import pytest
from acts import on_both_hosts
from playwright.sync_api import expect
from test_access import press

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


@pytest.fixture
def page(visit):
    page = visit("/-/wire")
    recorded(page)
    return page


def recorded(page):
    expect(page.locator("body[data-is=done]")).to_be_attached()


def group(page, figure, name):
    """A group of bytes in a figure, by the name that it has there."""
    return page.locator(f"#figure-{figure} [role=tab]").filter(has_text=name).first


def note(page, figure):
    """What is said of the group that is chosen there."""
    return page.locator(f"#figure-{figure} [role=tabpanel].shown")


def cells(page, figure, row):
    found = page.locator(f"#figure-{figure} .payload .{row} .cell").all_inner_texts()
    return bytes.fromhex("".join(found))


def shows(page, figure, payload):
    """Waits until this is the payload there."""
    shown = page.locator(f"#figure-{figure} .payload .wire .cell")
    expect(shown).to_have_text([f"{byte:02x}" for byte in payload])


@on_both_hosts
def test_a_handshake_a_message_a_ping_and_a_close_of_ones_own_are_drawn(visit, host):
    page = visit("/-/wire")
    recorded(page)
    captions = page.locator(".figure:not(#figure-accept) .caption .note").all_inner_texts()
    kinds = [caption.split(",")[0] for caption in captions]
    assert kinds == ["request", "answer", "text", "text", "ping", "pong", "close", "close"]
    reason = page.locator("#figure-close-0 .spelt .cell").all_inner_texts()
    assert "".join(reason) == "that␣was␣all"
    assert cells(page, "message-back-0", "wire") == b"Hello"


@on_both_hosts
def test_the_accept_value_is_made_of_this_connections_key(visit, host):
    page = visit("/-/wire")
    recorded(page)
    key = group(page, "request", "Sec-Websocket-Key").inner_text().split()[1].removesuffix("\\r\\n")
    digest = hashlib.sha1((key + GUID).encode()).digest()  # noqa: S324
    accept = base64.b64encode(digest).decode()
    expect(group(page, "answer", "Sec-WebSocket-Accept")).to_contain_text(accept)
    expect(group(page, "accept", "base64")).to_contain_text(accept)
    expect(page.locator("#figure-accept .caption")).to_contain_text("as the server answered")


def test_what_is_masked_is_the_payload_combined_with_this_frames_key(page):
    wire, key, plain = (cells(page, "ping-1", row) for row in ("wire", "key", "unmasked"))
    assert bytes(one ^ other for one, other in zip(wire, key, strict=True)) == plain
    assert plain == cells(page, "ping-0", "wire")
    assert re.fullmatch(rb"\d+\.\d+", plain)
    shown = group(page, "ping-1", "masking key").locator(".digits").inner_text()
    assert bytes.fromhex(shown) == key[:4]


def test_the_pong_tells_the_round_trip(page):
    group(page, "ping-1", "payload").hover()
    took = re.search(r"([\d.]+) ms ago", note(page, "ping-1").inner_text())
    assert float(took[1]) > 0


def test_every_connection_is_another(page):
    key = group(page, "request", "Sec-Websocket-Key")
    before = key.inner_text()
    page.get_by_role("button", name="Record another").click()
    expect(key).not_to_have_text(before)


def test_a_changed_message_changes_the_bytes(page):
    page.locator("#say").fill("Grüße")
    shows(page, "message-back-0", "Grüße".encode())
    page.get_by_label("Bytes, as hex").check()
    page.locator("#say").fill("c0 ff ee")
    shows(page, "message-back-0", bytes.fromhex("c0ffee"))
    expect(group(page, "message-back-0", "opcode")).to_contain_text("0010")


@pytest.mark.parametrize(
    ("many", "name"), [(125, None), (126, "16-bit"), (60000, "16-bit"), (65536, "64-bit")]
)
def test_a_longer_message_has_a_longer_length(page, many, name):
    page.get_by_label("Random bytes").check()
    page.locator("#say").fill(str(many))
    expect(page.locator("#sum")).to_contain_text(f"takes {many:,} bytes")
    longer = page.locator("#figure-message-back-0 .run")
    expect(longer).to_have_count(1 if name else 0)
    if name:
        expect(longer).to_contain_text(f"{name} length")


def test_what_cannot_be_sent_is_refused_in_words(page):
    page.get_by_label("Bytes, as hex").check()
    page.locator("#say").fill("c0 f")
    expect(page.get_by_role("alert")).to_contain_text("one is missing")
    page.locator("#say").fill("c0")
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("textbox", name="Code").fill("1006")
    expect(page.get_by_role("alert")).to_contain_text("1000")


def test_a_close_has_the_code_and_the_reason_that_one_likes(page):
    page.get_by_role("textbox", name="Code").fill("4321")
    page.get_by_role("textbox", name="Reason").fill("because")
    shows(page, "close-1", (4321).to_bytes(2, "big"))
    expect(page.locator("#figure-close-0 .spelt .cell")).to_have_text(list("because"))


def test_everything_is_explained_by_keyboard(page):
    press(page, "#figure-message-sent-0 [role=tab]")
    expect(note(page, "message-sent-0")).to_contain_text("masking key")
    page.keyboard.press("End")
    expect(note(page, "message-sent-0")).to_contain_text("inflated")
    page.keyboard.press("Home")
    expect(note(page, "message-sent-0")).to_contain_text("FIN")
    tabs = page.locator("#figure-message-sent-0 [role=tab]")
    for at in range(tabs.count()):
        expect(tabs.nth(at)).to_be_focused()
        shown = note(page, "message-sent-0")
        expect(shown).to_have_count(1)
        expect(shown).to_have_attribute("aria-labelledby", tabs.nth(at).get_attribute("id"))
        page.keyboard.press("ArrowRight")
    expect(tabs.first).to_be_focused()
    press(page, "#figure-message-back-0 [role=tab]")


def test_what_one_looks_at_stays_when_the_message_changes(page):
    group(page, "message-sent-0", "opcode").hover()
    page.locator("#say").fill("another")
    expect(page.locator("#sum")).to_contain_text("takes 7 bytes")
    expect(note(page, "message-sent-0")).to_contain_text("opcode")


def test_a_message_is_changed_by_keyboard(page):
    press(page, "#say", "ControlOrMeta+A")
    page.keyboard.type("by keys")
    expect(page.locator("#sum")).to_contain_text("takes 7 bytes")
    press(page, "[data-random]", "Enter")
    expect(page.locator("#sum")).to_contain_text("takes 200 bytes")
    expect(group(page, "message-sent-0", "16-bit length")).to_be_visible()


def test_what_was_said_is_text_and_nothing_else(page):
    page.locator("#say").fill("<img src=x onerror=\"document.title='pwned'\">")
    expect(page.locator("#message-frames")).to_contain_text("<img src=x")
    assert not page.locator("main img").count()


def test_a_server_that_is_gone_is_said_to_be(page, server):
    server.stop()
    page.get_by_role("button", name="Record another").click()
    expect(page.get_by_role("status")).to_contain_text("did not answer")


def test_nothing_is_wider_than_a_phone(visit):
    page = visit("/-/wire", viewport={"width": 360, "height": 800})
    recorded(page)
    page.get_by_role("button", name="65,536 bytes").click()
    expect(page.locator("#sum")).to_contain_text("65,536")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
