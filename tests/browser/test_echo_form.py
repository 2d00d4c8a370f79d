"""The echo console asks for an echo that misbehaves, and shows what its own client makes of it."""

import re
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest
from acts import connected, on_both_hosts
from playwright.sync_api import expect

from handlers.parameters import NAMES

LONGEST_WAITS = "Math.random = () => 0.999"
"""Waits are random; with this they are as long as they may be, which is what grows."""


@pytest.fixture
def console(visit):
    page = visit("/-/echo", before=LONGEST_WAITS)
    connected(page)
    return page


def opened(page, panel="Make it misbehave"):
    """The form, or the list, unfolded."""
    button = page.get_by_role("button", name=panel)
    button.click()
    return page.locator("#" + button.get_attribute("aria-controls"))


def address(page):
    return page.locator("#misbehave-address").inner_text()


def rows(page, has_text=None):
    return page.locator("#exchanges > li").filter(has_text=has_text)


def say(page, text):
    page.locator("#say").fill(text)
    page.keyboard.press("Enter")


# -- the form --------------------------------------------------------------------------


def test_whoever_only_wants_an_echo_is_shown_no_field(console):
    expect(console.locator("#misbehave, #break").locator("visible=true")).to_have_count(0)


def test_the_form_has_every_parameter_and_no_other(console):
    fields = opened(console).locator("[name]").evaluate_all("all => all.map(({name}) => name)")
    assert sorted(fields) == sorted(NAMES)


def test_every_field_has_a_label_and_an_explanation(console):
    for field in opened(console).locator("[name]").all():
        label, said = (field.evaluate(script) for script in (LABEL, EXPLANATION))
        assert label
        assert said.endswith(".")


LABEL = "field => field.labels[0].textContent"
EXPLANATION = "field => document.getElementById(field.getAttribute('aria-describedby')).textContent"


def test_the_address_follows_what_is_filled_in(console, server, host):
    form = opened(console)
    assert address(console) == f"ws://{host}:{server.port}/-/echo/ws"
    form.get_by_label("Close after").fill("1")
    form.get_by_label("Code").fill("4000")
    form.get_by_label("Reason").fill("Grüße & mehr, 100 %")
    form.get_by_label("Mute").check()
    form.get_by_label("Compression").select_option("never")
    assert parse_qs(urlsplit(address(console)).query) == {
        "close_after": ["1"],
        "code": ["4000"],
        "reason": ["Grüße & mehr, 100 %"],
        "mute": ["1"],
        "compress": ["0"],
    }
    form.get_by_role("button", name="Reset").click()
    assert address(console) == f"ws://{host}:{server.port}/-/echo/ws"


@on_both_hosts
def test_the_address_is_copied(visit, host):
    page = visit("/-/echo?delay=5")
    connected(page)
    page.get_by_role("button", name="Copy the address", exact=True).click()
    expect(page.locator("[data-copy=misbehave-address]")).to_have_text("Copied")
    page.locator("#say").focus()
    page.keyboard.press("ControlOrMeta+V")
    expect(page.locator("#say")).to_have_value(address(page))


def test_the_page_connects_with_it_and_comes_back_to_a_plain_echo(console):
    form = opened(console)
    form.get_by_label("Mute").check()
    form.get_by_role("button", name="Connect this page with it").click()
    expect(rows(console)).to_have_text(
        [re.compile("connecting, with mute=1"), re.compile("connected")]
    )
    say(console, "hello")
    expect(rows(console).last).to_contain_text("waiting for the answer")
    form.get_by_role("button", name="Reset").click()
    expect(rows(console, "hello")).to_contain_text("lost with the connection")
    connected(console)
    say(console, "again")
    expect(rows(console).last).to_contain_text("identical")


def test_what_is_filled_in_survives_a_reload_and_can_be_shared(console, visit):
    form = opened(console)
    form.get_by_label("Hello").check()
    form.get_by_label("Seed").fill("7")
    other = visit(console.evaluate("location.pathname + location.search"))
    for page in (console, other):
        page.reload()
        connected(page)
        expect(page.get_by_label("Seed")).to_have_value("7")
        expect(page.get_by_label("Hello")).to_be_checked()
        expect(rows(page, '"hello"')).to_contain_text("came unasked")


def test_what_the_server_refuses_is_said_in_its_own_words_as_one_writes(console):
    form = opened(console)
    form.get_by_label("Drop").fill("3")
    expect(console.locator("#misbehave-notice")).to_have_text(
        "This echo cannot do that: `drop` takes a number from 0 to 1, not '3'."
    )
    expect(form.get_by_label("Drop")).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_label("Duplicate")).to_have_attribute("aria-invalid", "false")
    form.get_by_label("Drop").fill("0.3")
    expect(console.locator("#misbehave-notice")).to_be_empty()
    expect(form.get_by_label("Drop")).to_have_attribute("aria-invalid", "false")


def test_a_shared_address_that_is_refused_is_not_tried_again_and_again(visit):
    page = visit("/-/echo?code=4000")
    expect(page.locator("#state-words")).to_have_text("The server refuses this address.")
    expect(page.locator("#misbehave-notice")).to_contain_text("`close_after`")
    expect(rows(page).last).to_contain_text("`close_after`")
    expect(page.get_by_role("button", name="Connect again")).to_be_visible()


def test_a_log_of_the_connection_is_text_whatever_the_address_says(visit):
    page = visit("/-/echo?close_after=0&code=1008&reason=%3Cimg%20src%3Dx%3E")
    expect(rows(page, "“<img src=x>”")).to_have_count(1)
    assert not page.locator("#exchanges img").count()


# -- what breaks clients ---------------------------------------------------------------


def tried(page, name):
    """The page connects to one of the list; gives the rows of its log."""
    listed = opened(page, "Break my client").get_by_role("listitem")
    listed.filter(has=page.get_by_role("heading", name=name, exact=True)).get_by_role(
        "button", name="Try it here"
    ).click()


def comes_back(page, lost):
    """The page shows that it lost the connection, this way, and is connected again."""
    expect(rows(page, lost).first).to_contain_text("next attempt in")
    expect(rows(page, "connected").nth(1)).to_be_visible()


def keeps_coming(page, lost):
    """The page tries again, and each time it waits twice as long as before."""
    expect(rows(page, lost).nth(3)).to_be_visible()
    ends = (
        rows(page, lost)
        .locator("time")
        .evaluate_all("all => all.map(({dateTime}) => Date.parse(dateTime))")
    )
    for failures, (earlier, later) in enumerate(pairwise(ends)):
        assert later - earlier > 450 * 2**failures


def answered(page, *texts):
    """These were sent, each came back, and the connection is still the first."""
    for text in texts:
        expect(rows(page, "identical").filter(has_text=text)).to_have_count(1)
    expect(rows(page, "connected")).to_have_count(1)
    connected(page)


def stops(page, *words):
    expect(page.get_by_role("button", name="Connect again")).to_be_visible()
    for word in words:
        expect(page.locator("#state-words")).to_contain_text(word)
    expect(rows(page).last).to_contain_text("no further attempt")


def frames(page, has_text):
    return page.locator("#wire-frames > li").filter(has_text=has_text)


def reset_after_the_handshake(page):
    keeps_coming(page, "lost without a goodbye")


def reset_in_the_middle(page):
    comes_back(page, "lost without a goodbye")
    expect(rows(page, "identical")).to_have_count(2)
    expect(rows(page, "three")).to_contain_text("lost with the connection")


def restart(page):
    comes_back(page, "closed with 1012 (server restarts): “back soon”")
    for again in (2, 3):  # each time somebody says something
        connected(page)
        say(page, "and again")
        expect(rows(page, "closed with 1012")).to_have_count(again)


def try_again_later(page):
    keeps_coming(page, "closed with 1013 (try again later)")


def refused_for_good(page):
    stops(page, "The server refused this connection.", "“not in this house”")


def a_long_reason(page):
    comes_back(page, re.compile("closed with 4000 .*“As long as .* äöüß, 世界.”"))


def no_pong(page):
    answered(page, "one")
    say(page, "still here")
    answered(page, "one", "still here")


def mute(page):
    expect(rows(page, "is anybody there?")).to_contain_text("waiting for the answer")
    connected(page)


def lost_and_twice(page):
    expect(rows(page).locator(".sent")).to_have_count(20)
    expect(rows(page, "never came back").first).to_be_visible()
    expect(rows(page, "came once more").first).to_be_visible()
    expect(rows(page, "different")).to_have_count(0)
    expect(rows(page, "identical").first).to_be_visible()


def one_byte_at_a_time(page):
    answered(page, "A frame is not a packet.")


def fragments(page):
    answered(page, "Grüße, 世界 🦦")
    expect(frames(page, "continuation").first).to_be_visible()


def late(page):
    answered(page, "one", "two", "three")
    took = rows(page, "identical").locator(".took").all_inner_texts()
    assert all("s" in time for time in took)
    assert min(map(seconds, took)) >= 0.5


def seconds(words):
    number, unit = words.split()
    return float(number) / {"ms": 1000, "s": 1}[unit]


def pings(page):
    expect(frames(page, "pong").nth(3)).to_be_visible()
    answered(page, "one")


def too_big(page):
    comes_back(page, "closed with 1009 (message too big)")
    expect(rows(page, "seventeen")).to_have_count(1)
    expect(rows(page, "seventeen")).to_contain_text("lost with the connection")
    say(page, "sixteen letters.")
    expect(rows(page, "sixteen")).to_contain_text("identical")


def no_compression(page):
    answered(page, "plain")
    frames(page, "no subprotocol").last.click()
    expect(page.locator("#wire-detail")).not_to_contain_text("Sec-Websocket-Extensions: perm")


def all_compressed(page):
    answered(page, "aaaa")
    expect(rows(page, "identical")).to_have_count(3)


def slow_handshake(page):
    expect(page.locator("#state-words")).to_have_text("Connecting")
    answered(page, "at last")


def unavailable(page):
    keeps_coming(page, "no connection")
    expect(rows(page, "connected")).to_have_count(0)


def redirect(page):
    keeps_coming(page, "no connection")
    expect(rows(page, "connected")).to_have_count(0)


def subprotocol(page):
    keeps_coming(page, "no connection")
    expect(rows(page, "connected")).to_have_count(0)


GOOD = {
    "Reset right after the handshake": reset_after_the_handshake,
    "Reset in the middle": reset_in_the_middle,
    "Restart": restart,
    "Try again later": try_again_later,
    "Refused for good": refused_for_good,
    "A code of its own, and a long reason": a_long_reason,
    "No pong": no_pong,
    "Mute": mute,
    "Three in ten lost, three in ten twice": lost_and_twice,
    "One byte at a time": one_byte_at_a_time,
    "Fragments of one byte": fragments,
    "Late, and unevenly": late,
    "A ping every 10 ms": pings,
    "Message too big": too_big,
    "No compression": no_compression,
    "Everything compressed": all_compressed,
    "A slow handshake": slow_handshake,
    "503 instead of a handshake": unavailable,
    "A redirect instead of a handshake": redirect,
    "A subprotocol that nobody offered": subprotocol,
}


@pytest.mark.parametrize("name", GOOD)
def test_this_page_does_what_a_good_client_does(console, name):
    tried(console, name)
    GOOD[name](console)


def test_each_of_the_list_is_tried_and_can_be_copied(console):
    listed = opened(console, "Break my client")
    assert listed.get_by_role("heading").all_inner_texts() == list(GOOD)
    listed.get_by_role("button", name="Copy the address: Mute").click()
    expect(console.get_by_text("Copied")).to_be_visible()
    console.locator("#say").focus()
    console.keyboard.press("ControlOrMeta+V")
    expect(console.locator("#say")).to_have_value(re.compile(r"^ws://.*/-/echo/ws\?mute=1$"))
