"""A recording of the wire, brought back to the page: looked at, and said again."""

import pytest
from acts import connected
from playwright.sync_api import expect
from websockets.sync.client import connect

from process import PATIENCE

WORDS = ["one", "two", "three"]
DROP = """([name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  for (const type of ["dragover", "drop"])
    document.querySelector("#wire-frames").dispatchEvent(
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
    console.locator("#wire-clear").click()
    expect(rows(console, "two")).to_have_count(0)
    console.locator("#wire-recorded-show").click()
    console.locator("#wire-clear").click()
    for times in (1, 2):
        console.locator("#wire-again").click()
        for text in (*WORDS, "00 ff"):
            expect(rows(console, text)).to_have_count(2 * times)
        expect(rows(console, "closed")).to_have_count(times)
        expect(console.locator("#wire-again")).to_have_text("Say it again")
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
        "notes.txt: Line 1 is no event of the wire"
    )
    expect(console.locator("#wire-recorded")).to_be_hidden()


@quiet
def test_it_can_be_stopped_at_any_moment(console):
    frames = "\n".join(
        f'{{"type":"frame","connection":"c","at":"2026-11-23T09:{minute:02}:00Z","from":"client",'
        f'"opcode":"text","size":5,"fin":true,"text":"minute {minute}"}}'
        for minute in (0, 30)
    )
    opened = '{"type":"open","connection":"c","at":"2026-11-23T09:00:00Z","path":"/-/echo/ws"}'
    console.evaluate(DROP, ["slow.ndjson", f"{opened}\n{frames}"])
    console.locator("#wire-again").click()
    expect(rows(console, "minute 0")).to_have_count(2)
    expect(console.locator("#wire-again")).to_have_text("Stop")
    console.locator("#wire-again").click()
    expect(console.locator("#wire-again")).to_have_text("Say it again")
    expect(rows(console, "minute 30")).to_have_count(0)
