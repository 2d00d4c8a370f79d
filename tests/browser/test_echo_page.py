"""The echo console in a real browser."""

from acts import connected
from playwright.sync_api import expect

from process import ServerProcess


def send(page, text):
    page.locator("#say").fill(text)
    page.keyboard.press("Enter")


def test_text_and_binary_come_back_with_their_time_and_size(visit):
    page = visit("/-/echo")
    connected(page)
    send(page, "héllo")
    row = page.locator("#exchanges > li").first
    expect(row).to_contain_text("héllo")
    expect(row).to_contain_text("6 bytes")
    expect(row).to_contain_text(" ms")
    expect(row).to_contain_text("identical")
    page.get_by_label("Binary, as hex").check()
    send(page, "00 ff 0a")
    row = page.locator("#exchanges > li").nth(1)
    expect(row).to_contain_text("00 ff 0a")
    expect(row).to_contain_text("3 bytes")
    expect(row).to_contain_text("identical")


def test_bad_hex_is_refused_without_losing_it(visit):
    page = visit("/-/echo")
    connected(page)
    page.get_by_label("Binary, as hex").check()
    send(page, "0g")
    expect(page.get_by_role("alert")).not_to_be_empty()
    assert page.locator("#say").input_value() == "0g"


def test_in_echo_mode_the_console_is_the_front_page(browser, tmp_path):
    server = ServerProcess(tmp_path, "--mode=echo")
    try:
        page = browser.new_page()
        page.goto(server.url)
        connected(page)
        expect(page.locator("#teach-terminal")).to_contain_text("/ws")
        send(page, "to myself")
        expect(page.locator("#exchanges > li").first).to_contain_text("identical")
        page.close()
    finally:
        server.stop()
