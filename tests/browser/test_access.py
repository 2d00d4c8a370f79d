"""For everybody: no violation that axe-core finds, and everything by keyboard."""

import json

import pytest
from acts import connected, lost, on_both_hosts, sees, settled, talk, try_now, write
from playwright.sync_api import expect

from parts import needs_node
from process import ROOT

AXE = ROOT / "tests" / "node_modules" / "axe-core" / "axe.min.js"


@needs_node
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("path", ["/", "/-/echo"])
def test_axe_finds_no_violation(visit, scheme, width, path):
    page = visit(
        path, color_scheme=scheme, viewport={"width": width, "height": 800}, bypass_csp=True
    )
    connected(page)
    page.locator("#say").fill("something to look at https://example.org")
    page.keyboard.press("Enter")
    expect(page.locator("#log ol > li").first).to_be_visible()
    if width > 1000:
        expect(page.locator("#wire-frames > li").nth(2)).to_be_visible()
    assert_no_violation(page)


@needs_node
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("panel", ["Make it misbehave", "Break my client"])
def test_axe_finds_no_violation_in_what_is_asked_of_the_echo(visit, scheme, width, panel):
    page = visit(
        "/-/echo?code=4000",
        color_scheme=scheme,
        viewport={"width": width, "height": 800},
        bypass_csp=True,
    )
    expect(page.locator("#misbehave-notice")).not_to_be_empty()
    if panel == "Break my client":
        page.get_by_role("button", name=panel).click()
    assert_no_violation(page)


@needs_node
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_no_violation_where_the_wire_is_explained(visit, scheme, width):
    page = visit(
        "/-/wire", color_scheme=scheme, viewport={"width": width, "height": 800}, bypass_csp=True
    )
    expect(page.locator("#close-frames .figure")).to_have_count(2)
    page.locator("#say").fill("another")
    expect(page.locator("#message-frames")).to_contain_text("another")
    assert_no_violation(page)


@needs_node
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("tool", ["Filter", "Other clients", "Act", "Take away", "Chart"])
def test_axe_finds_no_violation_in_the_tools_of_the_wire(visit, scheme, tool):
    page = visit(color_scheme=scheme, viewport={"width": 1440, "height": 1000}, bypass_csp=True)
    connected(page)
    expect(page.locator("#wire-frames > [data-opcode=pong]")).not_to_have_count(0)
    page.locator(".wire-tools").get_by_role("button", name=tool).click()
    for row in ("[data-opcode=text]", ".open"):
        page.locator(f"#wire-frames > {row}").first.click()
        expect(page.locator("#wire-detail")).to_be_visible()
        assert_no_violation(page)


@needs_node
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.server_options("--keep-messages=5")
def test_axe_finds_no_violation_in_any_state(visit, server, proxy, scheme):
    talk(server, *(f"early {number}" for number in range(3)))
    first = visit(proxy=proxy, color_scheme=scheme, bypass_csp=True)
    connected(first)
    page = visit(tab_of=first, proxy=proxy)
    connected(page)
    expect(page.locator("#second-tab")).to_be_visible()
    proxy.sockets = False
    proxy.cut()
    lost(page)
    talk(server, *(f"later {number}" for number in range(10)))
    proxy.sockets = True
    try_now(page)
    expect(page.locator("#messages > .gap")).to_be_visible()
    for text in ("to be edited", "to be deleted", "to be left"):
        write(page, text)
    settled(page)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    server.stop()
    lost(page)
    write(page, "pending")
    rows = page.locator("#messages > .own")
    rows.nth(1).hover()
    rows.nth(1).get_by_role("button", name="Delete").click()
    rows.nth(1).get_by_role("button", name="Delete").click()
    rows.nth(2).hover()
    rows.nth(2).get_by_role("button", name="Delete").click()
    rows.nth(0).hover()
    assert_no_violation(page)


def assert_no_violation(page):
    """Once nothing moves any more: what fades in has other colours on its way."""
    page.evaluate("Promise.allSettled(document.getAnimations().map(one => one.finished))")
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run()")["violations"]
    assert not found, json.dumps(found, indent=1)


def test_writing_editing_and_renaming_by_keyboard(visit):
    page = visit()
    connected(page)
    write(page, "first")
    press(page, "#rename", "Enter")
    page.keyboard.type("Keys")
    page.keyboard.press("Enter")
    expect(page.locator("#my-name")).to_have_text("Keys")
    press(page, "#rename", "Enter")
    page.keyboard.type("Never mind")
    page.keyboard.press("Escape")
    expect(page.locator("#my-name")).to_have_text("Keys")
    press(page, "#say")
    page.keyboard.type("two")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("lines")
    page.keyboard.press("Enter")
    sees(page, "first", "two\nlines")
    press(page, "[data-act=edit]", "Enter")
    page.keyboard.type(" thing")
    page.keyboard.press("Enter")
    sees(page, "first thing", "two\nlines")
    expect(page.locator(".changing")).to_have_count(0)
    press(page, "[data-act=delete]", "Enter")
    page.keyboard.press("Enter")
    sees(page, "deleted", "two\nlines")
    press(page, "#say")
    page.keyboard.type("by the button")
    press(page, "#send", "Space")
    sees(page, "deleted", "two\nlines", "by the button")


@pytest.mark.server_options("--ping-interval=0")  # so that no ping comes but the one asked for
def test_the_wire_by_keyboard(visit):
    page = visit()
    frames = page.locator("#wire-frames > :is([data-opcode=ping], [data-opcode=pong])")
    expect(page.locator("#wire-frames > [data-opcode=pong]")).to_have_count(1)
    press(page, "#wire-clear", "Enter")
    expect(frames).to_have_count(0)
    press(page, "#wire-ping", "Enter")
    expect(frames).to_have_count(2)
    expect(frames.first).to_have_attribute("data-opcode", "ping")
    press(page, "#wire-frames", "Home")
    page.keyboard.press("Enter")
    expect(page.locator("#wire-detail")).to_contain_text("0x9 ping")
    press(page, "#wire-fold", "Enter")
    expect(page.locator("#wire-detail")).to_be_hidden()
    press(page, "[aria-controls=wire-filter]", "Enter")
    press(page, "#wire-filter [name=way]", "ArrowRight")
    expect(frames).to_have_count(1)
    press(page, "[aria-controls=wire-act]", "Space")
    expect(page.locator("#wire-filter")).to_be_hidden()
    press(page, "#wire-say")
    page.keyboard.type("by keyboard")
    press(page, "#wire-act [type=submit]", "Enter")
    expect(page.locator("#wire-error")).to_be_empty()
    press(page, "#wire-hide", "Enter")
    expect(page.locator("#wire")).to_be_hidden()
    press(page, "#wire-toggle", "Space")
    expect(page.locator("#wire")).to_be_visible()


@on_both_hosts
@pytest.mark.parametrize(
    ("path", "source"),
    [("/", "teach-address"), ("/", "teach-terminal"), ("/-/echo", "teach-terminal")],
)
def test_what_teaches_is_copied_by_keyboard(visit, host, path, source):
    page = visit(path)
    connected(page)
    press(page, f"[data-copy={source}]", "Enter")
    expect(page.locator(f"[data-copy={source}]")).to_have_text("Copied")
    press(page, "#say")
    page.keyboard.press("ControlOrMeta+V")
    expect(page.locator("#say")).to_have_value(page.locator(f"#{source}").inner_text())


def test_people_and_rooms_by_keyboard(visit):
    page = visit(viewport={"width": 700, "height": 800})
    connected(page)
    press(page, "#people-toggle", "Enter")
    expect(page.locator("#people")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#people")).to_be_hidden()
    press(page, "#people-toggle", "Space")
    press(page, "#go-name")
    page.keyboard.type("kitchen")
    press(page, "#go button", "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("kitchen")


def test_the_second_tab_by_keyboard(visit):
    one = visit()
    other = visit(tab_of=one)
    connected(other)
    expect(other.locator("#second-tab")).to_be_visible()
    press(other, "#be-somebody", "Enter")
    expect(other.locator("#alone")).to_be_visible()
    press(other, "#be-myself", "Enter")
    expect(other.locator("#alone")).to_be_hidden()
    expect(other.locator("#second-tab")).to_be_visible()
    press(other, "#stay", "Enter")
    expect(other.locator("#second-tab")).to_be_hidden()


def test_the_echo_console_by_keyboard(visit):
    page = visit("/-/echo")
    connected(page)
    rows = page.locator("#exchanges > li")
    press(page, "#say")
    page.keyboard.type("00 ff")
    page.keyboard.press("Enter")
    expect(rows.nth(0)).to_contain_text("5 bytes")
    press(page, "[name=kind]", "ArrowRight")
    press(page, "#say")
    page.keyboard.type("00 ff")
    press(page, "#send", "Space")
    expect(rows.nth(1)).to_contain_text("2 bytes")
    press(page, "[name=kind]", "ArrowLeft")
    press(page, "#say")
    page.keyboard.type("text again")
    page.keyboard.press("Enter")
    expect(rows.nth(2)).to_contain_text("10 bytes")


# How something looks, and whether it has the focus. A field may show it on its form.
LOOK = """selector => {
  const focused = document.activeElement?.matches(selector);
  const node = focused ? document.activeElement : document.querySelector(selector);
  const shown = ({ outlineStyle, outlineWidth, borderTopColor, borderBottomColor }) =>
    outlineStyle + outlineWidth + borderTopColor + borderBottomColor;
  const look = [node, node?.form].filter(Boolean).map((one) => shown(getComputedStyle(one)));
  return [focused, look.join()];
}"""


def press(page, selector, key=None):
    """Goes to something by Tab alone, sees that its focus shows, and presses a key."""
    focused, before = page.evaluate(LOOK, selector)
    for _ in range(60):
        page.keyboard.press("Tab")
        focused, look = page.evaluate(LOOK, selector)
        if focused:
            break
        before = look
    assert focused, f"{selector} cannot be reached by Tab"
    assert look != before, f"{selector} does not show its focus"
    if key:
        page.keyboard.press(key)


def test_a_screen_reader_hears_the_conversation_and_the_state(visit):
    page = visit()
    expect(page.get_by_role("log", name="Conversation in lobby")).to_be_visible()
    expect(page.get_by_role("status").first).to_contain_text("Connected")
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_text("lobby")
