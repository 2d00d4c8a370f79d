"""What was written reaches everybody once, in order, whatever happens on the way."""

import signal

import pytest
from acts import (
    complete,
    connected,
    lost,
    network_is_back,
    on_both_hosts,
    pending,
    sees,
    settled,
    talk,
    try_now,
    write,
)
from playwright.sync_api import expect

WORDS = ["one", "two", "three"]
# Nobody gives up a connection because of what a deaf one does not hear.
NO_KEEPALIVE = pytest.mark.server_options("--ping-interval=30")


def cut_off(page, proxy):
    """No WebSocket gets through any more; pages do."""
    connected(page)  # one that is just being made would slip through
    proxy.sockets = False
    proxy.cut()
    lost(page)


def back_online(page, proxy):
    """By a WebSocket, whatever way the page has taken meanwhile."""
    proxy.deaf, proxy.sockets = False, True
    network_is_back(page)
    connected(page)


@on_both_hosts
def test_written_offline_and_reloaded_each_message_arrives_once_in_order(visit, proxy, host):
    ada, bob = visit(proxy=proxy), visit()
    connected(bob)
    cut_off(ada, proxy)
    for text in WORDS:
        write(ada, text)
    pending(ada, *WORDS)
    expect(ada.locator("#pending")).to_contain_text("Waits for the connection")
    ada.reload()
    pending(ada, *WORDS)
    back_online(ada, proxy)
    for page in (ada, bob):
        sees(page, *WORDS)
        complete(page, 1, 3)
    settled(ada)


def test_a_closed_tab_leaves_what_was_written_to_the_next_one(visit, proxy):
    ada, bob = visit(proxy=proxy), visit()
    connected(ada)
    cut_off(ada, proxy)
    for text in WORDS:
        write(ada, text)
    again = visit(tab_of=ada, proxy=proxy)
    ada.close()
    pending(again, *WORDS)
    back_online(again, proxy)
    for page in (again, bob):
        sees(page, *WORDS)
    settled(again)


@NO_KEEPALIVE
def test_when_only_the_answer_was_lost_the_message_is_there_once(visit, proxy):
    ada, bob = visit(proxy=proxy), visit()
    connected(ada)
    proxy.deaf = True
    write(ada, "did you get this?")
    sees(bob, "did you get this?")
    pending(ada, "did you get this?")
    write(ada, "and this?")
    proxy.cut()
    back_online(ada, proxy)
    for page in (ada, bob):
        sees(page, "did you get this?", "and this?")
        complete(page, 1, 2)
    settled(ada)


@NO_KEEPALIVE
def test_when_only_the_answer_was_lost_a_reload_shows_the_message_once(visit, proxy):
    ada, bob = visit(proxy=proxy), visit()
    connected(ada)
    proxy.deaf = True
    write(ada, "did you get this?")
    sees(bob, "did you get this?")
    proxy.sockets, proxy.deaf = False, False
    proxy.cut()
    ada.reload()
    sees(ada, "did you get this?")
    settled(ada)
    back_online(ada, proxy)
    sees(ada, "did you get this?")
    sees(bob, "did you get this?")


def test_two_tabs_of_one_person_do_not_send_it_twice(visit, proxy):
    ada, bob = visit(proxy=proxy), visit()
    other = visit(tab_of=ada, proxy=proxy)
    connected(ada)
    connected(other)
    cut_off(ada, proxy)
    lost(other)
    write(ada, "from one tab")
    write(other, "from the other")
    pending(other, "from one tab", "from the other")
    proxy.sockets = True
    for page in (ada, other):
        try_now(page)
    for page in (ada, other, bob):
        sees(page, "from one tab", "from the other")
    for page in (ada, other):
        settled(page)
    complete(bob, 1, 2)


@pytest.mark.server_options("--keep-messages=10", "--ping-interval=30")
def test_a_small_retention_and_a_long_absence_draw_one_gap(visit, server, proxy):
    ada = visit(proxy=proxy)
    bob = visit()
    connected(ada)
    proxy.deaf = True
    write(ada, "mine")
    sees(bob, "mine")
    cut_off(ada, proxy)
    talk(server, *(f"other {number}" for number in range(2, 52)))
    back_online(ada, proxy)
    gaps = ada.locator("#messages > .gap")
    expect(gaps).to_have_text(["Messages 1 to 41 are no longer kept"])
    sees(ada, *(f"other {number}" for number in range(42, 52)))
    settled(ada)
    expect(ada.locator("#messages > .note").last).to_contain_text("Number 1 is yours: “mine”")
    talk(server, "and on")
    expect(ada.locator("#messages > .message .text").last).to_have_text("and on")
    assert gaps.count() == 1


@pytest.mark.server_options("--keep-messages=10")
def test_a_gap_between_rows_is_drawn_where_it_is(visit, server, proxy):
    talk(server, *WORDS)
    ada = visit(proxy=proxy)
    complete(ada, 1, 3)
    cut_off(ada, proxy)
    talk(server, *(f"later {number}" for number in range(4, 31)))
    back_online(ada, proxy)
    expect(ada.locator("#complete")).to_have_text("complete but for 4\u201320")
    rows = ada.locator("#messages > :is(.message, .gap)")
    expect(rows).to_have_count(3 + 1 + 10)
    expect(rows.nth(3)).to_have_text("Messages 4 to 20 are no longer kept")
    expect(rows.nth(4)).to_contain_text("later 21")
    ada.reload()
    expect(ada.locator("#edge-words")).to_have_text("Messages 1 to 20 are no longer kept")
    complete(ada, 21, 30)


@pytest.mark.server_options("--store=memory:")
def test_a_log_that_was_started_anew_says_so_and_goes_on(visit, server):
    ada = visit()
    write(ada, "before")
    sees(ada, "before")
    server.stop(signal.SIGKILL)
    lost(ada)
    ada.keyboard.press("ArrowUp")
    ada.keyboard.type(", and changed")
    ada.keyboard.press("Enter")
    server.start()
    talk(server, "after")
    try_now(ada)
    expect(ada.locator("#messages > .gap")).to_contain_text("started anew")
    sees(ada, "before", "after")
    complete(ada, 1)
    expect(ada.locator("#pending").get_by_role("alert")).to_contain_text("started anew")
    ada.get_by_role("button", name="Dismiss").click()
    write(ada, "and on")
    sees(ada, "before", "after", "and on")
    assert not ada.locator("#messages > .message").first.get_attribute("data-id")


def test_a_server_that_is_killed_and_comes_back_finds_both_pages_complete(visit, server):
    ada, bob = visit(), visit()
    connected(bob)
    write(ada, "before")
    sees(bob, "before")
    for round in range(2):
        server.stop(signal.SIGKILL)
        lost(ada)
        write(ada, f"while it was away {round}")
        server.start()
        try_now(bob)
        connected(bob)
        write(bob, f"back again {round}")
        try_now(ada)
        expect(ada.locator("#messages > .message")).to_have_count(3 + 2 * round)
    for page in (ada, bob):
        expect(page.locator("#messages > .message")).to_have_count(5)
        settled(page)
        complete(page, 1, 5)
    texts = ada.locator("#messages > .message .text").all_inner_texts()
    sees(bob, *texts)
    assert len(set(texts)) == 5


STORED = """() => Object.entries(localStorage)
    .filter(([key]) => key.startsWith("broadcaster.outbox"))"""
CHANGE = """change => {
  for (const [key, kept] of Object.entries(localStorage))
    if (key.startsWith("broadcaster.outbox"))
      localStorage.setItem(key, JSON.stringify({ ...JSON.parse(kept), ...change }));
}"""


def test_after_a_week_the_author_is_asked(visit, proxy):
    ada = visit(proxy=proxy)
    connected(ada)
    cut_off(ada, proxy)
    write(ada, "send me")
    write(ada, "forget me")
    ada.evaluate(CHANGE, {"at": "2020-01-01T00:00:00.000Z"})
    ada.reload()
    back_online(ada, proxy)
    rows = ada.locator("#pending > .pending")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("days ago")
    write(ada, "news does not wait")
    sees(ada, "news does not wait")
    rows.filter(has_text="send me").get_by_role("button", name="Send").click()
    sees(ada, "news does not wait", "send me")
    rows.filter(has_text="forget me").get_by_role("button", name="Discard").click()
    settled(ada)
    assert ada.evaluate(STORED) == []


def test_a_final_refusal_steps_out_keeps_the_text_and_says_why(visit, proxy):
    ada = visit(proxy=proxy)
    connected(ada)
    cut_off(ada, proxy)
    write(ada, "a change to nothing")
    epoch = ada.locator("body").get_attribute("data-cursor").split(":")[0]
    ada.evaluate(CHANGE, {"kind": "edit", "id": 999, "epoch": epoch})
    ada.reload()
    write(ada, "second")
    back_online(ada, proxy)
    sees(ada, "second")
    refused = ada.locator("#pending > .pending")
    expect(refused).to_contain_text("a change to nothing")
    expect(refused.get_by_role("alert")).not_to_be_empty()
    ada.reload()
    connected(ada)
    expect(refused.get_by_role("alert")).not_to_be_empty()
    refused.get_by_role("button", name="Copy to composer").click()
    assert ada.locator("#say").input_value() == "a change to nothing"
    settled(ada)


def test_half_a_character_that_was_typed_holds_nothing_up(visit):
    ada, bob = visit(), visit()
    connected(ada)
    ada.locator("#say").evaluate("field => { field.value = 'cut \\ud83d'; }")
    ada.locator("#say").press("Enter")
    write(ada, "second")
    sees(bob, "cut \ufffd", "second")
    settled(ada)


def test_what_the_server_cannot_read_at_all_steps_out_as_well(visit, proxy):
    ada = visit(proxy=proxy)
    connected(ada)
    cut_off(ada, proxy)
    write(ada, "no kind of message")
    ada.evaluate(CHANGE, {"id": "seven", "kind": "edit", "epoch": None})
    ada.reload()
    write(ada, "second")
    back_online(ada, proxy)
    sees(ada, "second")
    refused = ada.locator("#pending > .pending")
    expect(refused).to_contain_text("no kind of message")
    expect(refused.get_by_role("alert")).to_contain_text("does not understand")


@pytest.mark.server_options("--key-days=1")
def test_the_author_is_asked_as_soon_as_the_server_may_have_forgotten(visit, proxy):
    ada = visit(proxy=proxy)
    connected(ada)
    cut_off(ada, proxy)
    write(ada, "send me")
    ada.evaluate(
        """() => {
          const days = 1.5 * 86_400_000;
          for (const [key, kept] of Object.entries(localStorage))
            if (key.startsWith("broadcaster.outbox")) {
              const entry = JSON.parse(kept);
              entry.at = new Date(Date.parse(entry.at) - days).toISOString();
              localStorage.setItem(key, JSON.stringify(entry));
            }
        }"""
    )
    ada.reload()
    back_online(ada, proxy)
    row = ada.locator("#pending > .pending")
    expect(row).to_contain_text("written 1 day ago")
    row.get_by_role("button", name="Send").click()
    sees(ada, "send me")
    settled(ada)


def test_what_is_half_written_outlives_a_reload_in_its_room_and_goes_when_it_is_sent(visit):
    ada = visit()
    connected(ada)
    field = ada.locator("#say")
    field.fill("half a letter\nto my mother")
    ada.reload()
    expect(field).to_have_value("half a letter\nto my mother")
    other = visit(tab_of=ada)
    expect(other.locator("#say")).to_have_value("")
    place = ada.url
    ada.goto(f"{place}r/kitchen")
    expect(field).to_have_value("")
    ada.goto(place)
    expect(field).to_have_value("half a letter\nto my mother")
    field.press("End")
    ada.keyboard.type(", done")
    ada.keyboard.press("Enter")
    sees(ada, "half a letter\nto my mother, done")
    settled(ada)
    ada.reload()
    connected(ada)
    expect(field).to_have_value("")


def test_what_comes_back_to_be_changed_is_half_written_again(visit, proxy):
    ada = visit(proxy=proxy)
    connected(ada)
    cut_off(ada, proxy)
    write(ada, "a change to nothing")
    ada.evaluate(CHANGE, {"refused": "No."})
    ada.reload()
    ada.get_by_role("button", name="Copy to composer").click()
    settled(ada)
    ada.reload()
    expect(ada.locator("#say")).to_have_value("a change to nothing")


FILL = """() => {
  for (let size = 2 ** 20; size >= 1; size /= 2)
    for (let at = 0; at < 8; at += 1)
      try { localStorage.setItem(`fill ${size} ${at}`, "x".repeat(size)); } catch {}
}"""


def test_where_nothing_more_can_be_kept_the_row_says_so(visit, proxy):
    ada = visit(proxy=proxy)
    connected(ada)
    cut_off(ada, proxy)
    write(ada, "kept")
    ada.evaluate(FILL)
    write(ada, "not kept")
    rows = ada.locator("#pending > .pending")
    expect(rows.nth(0)).not_to_contain_text("this tab only")
    expect(rows.nth(1)).to_contain_text("Waits for the connection. Kept in this tab only")
    back_online(ada, proxy)
    sees(ada, "kept", "not kept")
    settled(ada)


WITHHELD = """for (const kind of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, kind, {
    get() { throw new DOMException("withheld", "SecurityError") },
  })"""


def test_where_storage_is_withheld_the_page_works_from_memory(visit, proxy):
    ada = visit(proxy=proxy, before=WITHHELD)
    connected(ada)
    cut_off(ada, proxy)
    for text in WORDS:
        write(ada, text)
    pending(ada, *WORDS)
    back_online(ada, proxy)
    sees(ada, *WORDS)
    settled(ada)


@pytest.mark.server_options("--ping-interval=0.4", "--ping-timeout=2")
def test_a_server_that_falls_silent_is_given_up(visit, proxy):
    ada = visit(proxy=proxy)
    connected(ada)
    proxy.deaf = True
    lost(ada)
    proxy.deaf = False
    connected(ada)


@NO_KEEPALIVE
def test_a_hole_is_never_shown_but_filled(visit, server, proxy):
    ada = visit(proxy=proxy)
    connected(ada)
    proxy.deaf = True
    talk(server, "lost on the way")
    proxy.deaf = False
    talk(server, "arrived")
    sees(ada, "lost on the way", "arrived")
    complete(ada, 1, 2)


OPENED = """let opened = 0;
window.WebSocket = class extends WebSocket {
  constructor(address, protocols) {
    super(address, protocols);
    const count = () => (document.documentElement.dataset.opened = ++opened);
    if (protocols.length) this.addEventListener("open", count);
  }
}"""


def test_nothing_is_connected_or_complete_before_the_welcome(visit, server, proxy):
    talk(server, "here")
    ada = visit(proxy=proxy, before=OPENED)
    connected(ada)
    complete(ada, 1)
    proxy.deaf_once_open = True
    proxy.cut()
    expect(ada.locator("html")).to_have_attribute("data-opened", "2")
    expect(ada.locator("#complete")).to_have_text("1 so far")
    lost(ada)
    talk(server, "meanwhile")
    proxy.deaf_once_open = False
    proxy.cut()
    connected(ada)
    sees(ada, "here", "meanwhile")
    complete(ada, 1, 2)


def test_a_heartbeat_tells_of_the_last_message_that_never_came(visit, server, proxy):
    ada = visit(proxy=proxy)
    connected(ada)
    proxy.deaf = True
    talk(server, "lost on the way")
    proxy.deaf = False
    sees(ada, "lost on the way")
    complete(ada, 1)
