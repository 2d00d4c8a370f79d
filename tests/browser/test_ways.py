"""From WebSocket to what there was before, switched in the middle of a conversation."""

import threading

import pytest
from acts import complete, connected, settled, talk, write
from playwright.sync_api import expect

WAYS = {
    "websocket": "Connected",
    "events": "Connected by events",
    "stream": "Connected by HTTP",
    "poll": "Connected by polling",
    "ask": "Connected by asking",
}
MESSAGES = 1000
SWITCHES = """
    () => {
        const ways = [...document.querySelectorAll('#ways input')];
        let at = 0;
        window.switches = 0;
        window.switching = setInterval(() => {
            ways[at++ % ways.length].click();
            window.switches++;
        }, 100);
    }
"""


def use(page, way):
    page.locator(f"#ways input[value='{way}']").check()
    expect(page.locator("#state-words")).to_have_text(WAYS[way])


@pytest.fixture
def page(visit):
    page = visit()
    connected(page)
    page.get_by_text("How it is connected").click()
    return page


@pytest.mark.parametrize("way", [way for way in WAYS if way != "websocket"])
def test_each_way_carries_the_conversation_and_says_what_it_costs(page, server, way):
    use(page, way)
    write(page, "mine")
    settled(page)
    talk(server, "theirs")
    expect(page.locator("#messages > .message .text")).to_have_text(["mine", "theirs"])
    row = page.locator("#ways-list tr.here")
    expect(row).to_have_count(1)
    expect(row.locator(".way-requests")).not_to_have_text("0")
    expect(row.locator(".way-bytes")).not_to_have_text("0")
    expect(row.locator(".way-delay")).to_contain_text("ms")
    use(page, "websocket")
    write(page, "by socket again")
    settled(page)
    complete(page, 1, 3)


def test_switched_all_the_time_nothing_is_lost_and_nothing_comes_twice(page, server):
    page.evaluate(SWITCHES)
    said = [f"{n}" for n in range(MESSAGES)]
    talker = threading.Thread(target=lambda: [talk(server, *said[n : n + 50])
                                              for n in range(0, MESSAGES, 50)])  # fmt: skip
    talker.start()
    for n in range(10):
        write(page, f"mine {n}")
        page.wait_for_timeout(150)
    talker.join()
    assert page.evaluate("window.switches") > 10
    page.evaluate("clearInterval(window.switching)")
    use(page, "websocket")
    settled(page)
    complete(page, 1, "1,010")
    ids = page.locator("#messages > .message").evaluate_all("rows => rows.map(r => r.dataset.id)")
    assert len(ids) == len(set(ids))
