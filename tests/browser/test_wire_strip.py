"""The wire strip: what no browser shows a page, shown by the page."""

import re
import signal

import pytest
from acts import connected, write
from playwright.sync_api import expect

from firefox import started
from parts import needs_firefox


def frames(page, opcode):
    return page.locator(f'#wire-frames > li[data-opcode="{opcode}"]')


@pytest.mark.parametrize("path", ["/", "/-/echo"])
def test_a_ping_and_its_pong_are_seen_with_their_round_trip(visit, path):
    page = visit(path)
    connected(page)
    expect(frames(page, "ping").first).to_be_visible()
    pong = frames(page, "pong").first
    expect(pong).to_contain_text(re.compile(r"\d ms"))
    assert float(re.search(r"([\d.]+) ms", pong.inner_text())[1]) > 0


@pytest.mark.parametrize("path", ["/", "/-/echo"])
def test_a_ping_can_be_asked_for(visit, path):
    page = visit(path)
    expect(frames(page, "pong").first).to_be_visible()
    page.locator("#wire-clear").click()
    page.locator("#wire-ping").click()
    expect(frames(page, "ping").first).to_be_visible()
    expect(frames(page, "pong").first).to_be_visible()


def test_ones_own_frames_are_seen_in_both_directions_with_their_size(visit):
    page = visit()
    connected(page)
    write(page, "watch me")
    said = page.locator("#wire-frames > li").filter(has_text='"type":"say"')
    expect(said).to_have_count(1)
    expect(said).to_contain_text("watch me")
    expect(said).to_contain_text("sent")
    expect(said).to_contain_text(re.compile(r"\d+ bytes"))
    ack = page.locator("#wire-frames > li").filter(has_text='"type":"ack"')
    expect(ack).to_contain_text("received")


def test_other_peoples_frames_are_not_to_be_seen(visit):
    ada, bob = visit(), visit()
    connected(ada)
    connected(bob)
    write(bob, "hello")
    expect(bob.locator("#wire-frames > li").filter(has_text='"type":"say"')).to_have_count(1)
    expect(ada.locator("#wire-frames")).to_contain_text("hello")
    expect(ada.locator("#wire-frames > li").filter(has_text='"type":"say"')).to_have_count(0)


def test_the_servers_close_is_seen_with_its_code(visit, server):
    page = visit()
    connected(page)
    expect(frames(page, "pong").first).to_be_visible()
    server.stop(signal.SIGTERM)
    close = frames(page, "close").first
    expect(close).to_contain_text("1012")
    expect(page.locator("#wire-frames")).to_contain_text('"type":"goodbye"')


def test_a_hostile_frame_is_shown_as_text(visit):
    page = visit("/-/echo")
    connected(page)
    page.locator("#say").fill("<img src=x onerror=\"document.title='pwned'\">")
    page.keyboard.press("Enter")
    expect(page.locator("#wire-frames")).to_contain_text("<img src=x")
    assert not page.locator("#wire-frames img").count()
    assert page.title() != "pwned"


def test_the_strip_stays_as_one_left_it(visit):
    page = visit()
    expect(page.locator("#wire")).to_be_visible()
    page.locator("#wire-hide").click()
    expect(page.locator("#wire")).to_be_hidden()
    page.reload()
    connected(page)
    expect(page.locator("#wire")).to_be_hidden()
    page.locator("#wire-toggle").click()
    expect(frames(page, "pong").first).to_be_visible()


PONG = """new Promise(done => {
    const giveUp = Date.now() + 20000;
    const look = () => {
        const pong = document.querySelector("#wire-frames > [data-opcode=pong]");
        const ping = document.querySelector("#wire-frames > [data-opcode=ping]");
        if ((ping && pong) || Date.now() > giveUp) done(pong?.innerText ?? "none");
        else setTimeout(look, 20);
    };
    document.querySelector("body[data-wire=closed] #wire-toggle")?.click();
    look();
})"""


@needs_firefox
@pytest.mark.parametrize("path", ["/", "/-/echo"])
def test_firefox_shows_a_ping_and_its_pong_with_their_round_trip(server, tmp_path, path):
    (tmp_path / "firefox").mkdir()
    with started(tmp_path / "firefox") as firefox:
        firefox.goto(f"http://127.0.0.1:{server.port}{path}")
        pong = firefox.evaluate(PONG)
    assert float(re.search(r"([\d.]+) ms", pong)[1]) > 0
