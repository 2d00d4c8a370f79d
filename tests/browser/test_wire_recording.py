"""A recording of the wire, brought back to the page: looked at, and said again."""

import json

import pytest
from acts import connected
from playwright.sync_api import expect
from websockets.sync.client import connect

from process import PATIENCE

WORDS = ["one", "two", "three"]
DROP = """([name, text, where = "#wire-frames"]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  for (const type of ["dragover", "drop"])
    document.querySelector(where).dispatchEvent(
      new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""
quiet = pytest.mark.server_options("--ping-interval=0")


@pytest.fixture
def console(visit):
    page = visit("/-/echo")
    page.set_viewport_size({"width": 1280, "height": 2400})  # only what is seen is drawn
    connected(page)
    return page


def rows(page, has_text):
    return page.locator("#wire-frames > li").filter(has_text=has_text)


def tool(page, name):
    page.locator(".wire-tools").get_by_role("button", name=name).click()


@pytest.fixture(params=["NDJSON", "HAR"])
def saved(request, console, tmp_path):
    """What another client said to the echo, as the strip saves it."""
    tool(console, "Other clients")
    address = console.locator("#wire-address").inner_text()
    with connect(address.replace("broadcaster.example", "127.0.0.1")) as client:
        for word in WORDS:
            client.send(word)
            client.recv(timeout=PATIENCE)
        client.send(b"\x00\xff")
        client.recv(timeout=PATIENCE)
    expect(rows(console, "closed")).to_have_count(1)
    tool(console, "Take away")
    with console.expect_download() as download:
        console.get_by_role("button", name=request.param, exact=True).click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    return path


@quiet
def test_said_again_twice_it_is_the_same_conversation(console, saved):
    console.locator("#wire-file").set_input_files(saved)
    expect(console.locator("#wire-recorded-name")).to_have_text(saved.name)
    expect(console.locator("#wire-recorded-what")).to_contain_text("4 messages of")
    expect(rows(console, "two")).to_have_count(2)
    console.get_by_role("button", name="Back to live").click()
    console.locator("#wire-clear").click()
    expect(rows(console, "two")).to_have_count(0)
    for times in (1, 2):
        console.locator("#wire-again").click()
        for text in (*WORDS, "00 ff"):
            expect(rows(console, text)).to_have_count(2 * times)
        expect(rows(console, "closed")).to_have_count(times)
        expect(console.locator("#wire-again")).to_have_text("Say it again")
        expect(console.locator("#wire-recorded-what")).to_have_text("4 of 4 messages said.")
    listed = rows(console, "").evaluate_all("rows => rows.map((row) => row.innerText)")
    said = [word for text in listed for word in (*WORDS, "00 ff") if word in text]
    assert said == [word for word in (*WORDS, "00 ff") for _ in range(2)] * 2


@quiet
def test_a_file_is_dropped_on_the_strip_and_let_go_again(console):
    line = (
        '{"type":"frame","connection":"<b>x","at":"2026-11-23T09:00:00Z","from":"client",'
        '"opcode":"text","size":5,"text":"<img src=x onerror=alert(1)>"}'
    )
    console.evaluate(DROP, ["evil.ndjson", line])
    expect(rows(console, "<img src=x")).to_have_count(1)
    assert console.locator("#wire img, #wire b").count() == 0
    expect(console.locator("#wire-again")).to_be_disabled()
    console.get_by_role("button", name="Let it go").click()
    expect(rows(console, "<img src=x")).to_have_count(0)
    expect(console.locator("#wire-recorded")).to_be_hidden()


@quiet
def test_what_is_no_recording_is_refused_in_words_and_changes_nothing(console):
    console.evaluate(DROP, ["notes.txt", "dear diary"])
    expect(console.locator("#wire-error")).to_contain_text(
        "notes.txt: Line 1 is no event of the wire: it is no JSON"
    )
    expect(console.locator("#wire-recorded")).to_be_hidden()
    console.evaluate(DROP, ["big.har", "x" * (32 * 1024 * 1024 + 1)])
    expect(console.locator("#wire-error")).to_have_text(
        "big.har: This file is too big: 32 MB are read at most."
    )


def events(*minutes, name="c", path="/-/echo/ws"):
    """What a client said in each of these minutes, from the one on in which it connected."""
    opened = {"type": "open", "connection": name, "at": "2026-11-23T09:00:00Z", "path": path}
    said = [
        {
            "type": "frame",
            "connection": name,
            "at": f"2026-11-23T09:{minute:02}:00Z",
            "from": "client",
            "opcode": "text",
            "text": f"{name} in minute {minute}",
        }
        for minute in minutes
    ]
    return "\n".join(map(json.dumps, [opened, *said]))


@quiet
@pytest.mark.parametrize("stop", ["#wire-again", "#wire-hide", "#wire-recorded-close"])
def test_it_can_be_stopped_at_any_moment(console, stop):
    console.evaluate(DROP, ["slow.ndjson", events(0, 30)])
    console.locator("#wire-again").click()
    expect(rows(console, "minute 0")).to_have_count(2)
    expect(console.locator("#wire-recorded-what")).to_have_text("1 of 2 messages said.")
    expect(console.locator("#wire-again")).to_have_text("Stop")
    console.locator(stop).click()
    expect(console.locator("#wire-again")).to_have_text("Say it again")
    if stop == "#wire-hide":
        console.locator("#wire-toggle").click()
    expect(rows(console, "closed")).to_have_count(1)
    expect(rows(console, "minute 30")).to_have_count(0)


@quiet
def test_at_once_no_pause_is_kept(console):
    console.evaluate(DROP, ["slow.ndjson", events(0, 30)])
    console.get_by_label("at once").check()
    console.locator("#wire-again").click()
    expect(rows(console, "minute 30")).to_have_count(2)


@quiet
def test_what_was_said_in_a_room_is_said_there_again(visit):
    page = visit()
    connected(page)
    page.evaluate(DROP, ["room.ndjson", events(0, path="/ws/den"), "#say"])
    page.locator("#wire-again-to").select_option("there")
    page.locator("#wire-again").click()
    expect(rows(page, "/ws/den")).to_have_count(1)
    den = visit("/r/den")
    expect(den.locator("#messages")).to_contain_text("c in minute 0")


@quiet
def test_a_file_dropped_anywhere_opens_the_strip_and_leaves_the_live_wire_a_click_away(visit):
    page = visit()
    connected(page)
    page.locator("#wire-hide").click()
    page.evaluate(DROP, ["both.ndjson", f"{events(0, name='a')}\n{events(0, name='b')}", "#say"])
    expect(rows(page, "in minute 0")).to_have_count(2)
    expect(page.locator("#wire .seen")).to_have_text("a recording")
    expect(page.locator("#wire-ping")).to_be_disabled()
    tool(page, "Filter")
    page.locator("#wire-of").select_option("b")
    expect(rows(page, "in minute 0")).to_have_count(1)
    page.locator("#wire-of").select_option("")
    page.get_by_role("button", name="Back to live").click()
    expect(rows(page, "in minute 0")).to_have_count(0)
    expect(rows(page, "welcome")).to_have_count(1)
    expect(page.locator("#wire .seen")).to_have_text("as the server sees it")
    page.locator("#wire-ping").click()
    page.get_by_role("button", name="Show it").click()
    expect(rows(page, "in minute 0")).to_have_count(2)


@quiet
def test_a_recording_is_told_no_more_of_than_it_tells(console):
    long = "x" * 1_000_000
    message = {"type": "send", "time": 1795424400.5, "opcode": 1, "data": long}
    broken = {"type": "error", "time": 1795424401.0, "opcode": -1, "data": "Invalid frame header"}
    entry = {
        "startedDateTime": "2026-11-23T09:00:00.000Z",
        "request": {"url": "wss://elsewhere.example/ws", "headers": []},
        "response": {"headers": []},
        "_webSocketMessages": [message, broken],
    }
    console.evaluate(DROP, ["devtools.har", json.dumps({"log": {"entries": [entry]}})])
    expect(rows(console, "Invalid frame header")).to_have_count(1)
    row = rows(console, "xxx")
    assert len(row.inner_text()) < 400
    row.click()
    shown = console.locator("#wire-detail")
    expect(shown).to_contain_text("1,000,000 bytes")
    expect(shown).to_contain_text("There is more; this is its beginning.")
    assert len(shown.inner_text()) < 60_000
    for unknown in ("FIN", "RSV1", "masked", "on the wire"):
        expect(shown).not_to_contain_text(unknown)
