"""The page comes with the conversation in it, and more of it as one scrolls up."""

from urllib.request import urlopen

from acts import complete, connected, rename, sees, settled, talk, write
from playwright.sync_api import expect

MANY = [f"number {number}" for number in range(1, 181)]
HOSTILE = [
    "<img src=x onerror=\"document.title='pwned'\">",
    "</li></ol></main><h1>big</h1>",
    "{{ 7 * 7 }} {% raw %} &lt;b&gt; &amp;amp;",
    "two\nlines,  two  spaces,\ttab, and a return\r\nhere",
    "  space around  ",
    "see https://example.org/a?b=c&d=e.",
    "\u202eturned\u2069 \u2028 e\u0301 👩‍👩‍👧",
]
ROWS = """rows => rows.map(row => {
  const say = node => node.nodeType === 3 ? node.data : {
    is: node.localName,
    has: Object.fromEntries([...node.attributes].map(({ name, value }) => [name, value]).sort()),
    of: [...node.childNodes].map(say),
  };
  return say(row);
})"""


def rows(page):
    """Every row, attribute by attribute and text by text."""
    return page.locator("#messages > li").evaluate_all(ROWS)


def numbers(page):
    found = page.locator("#messages > .message").evaluate_all(
        "rows => rows.map(r => +r.dataset.id)"
    )
    return found


def test_the_first_paint_is_the_conversation_and_needs_no_script(visit, server):
    talk(server, *HOSTILE, b"\x00\xff\x10", name="<b>Ada</b>")
    page = visit(java_script_enabled=False)
    texts = [text.replace("\r\n", "\n") for text in HOSTILE]
    assert page.locator("#messages > .message .text").all_text_contents() == [
        *texts,
        "00 ff 103 bytes",
    ]
    expect(page.locator("#messages .name").first).to_have_text("<b>Ada</b>")
    assert not page.locator("#messages :is(img, h1, a)").count()
    expect(page.locator("#messages > .message").last).to_be_in_viewport()
    expect(page.locator("#composer")).to_be_hidden()
    expect(page.locator("#teach")).to_be_hidden()


def test_adopted_rows_are_the_rows_that_were_received_live(visit, server):
    live = visit()
    connected(live)
    ada = visit()
    rename(ada, "Ada <i>")
    for text in ("will be changed", "will be gone", "last"):
        write(ada, text)
    sees(ada, "will be changed", "will be gone", "last")
    settled(ada)
    row = ada.locator("#messages > .message")
    row.nth(0).hover()
    row.nth(0).get_by_role("button", name="Edit", exact=True).click()
    ada.keyboard.type(", was")
    ada.keyboard.press("Enter")
    row.nth(1).hover()
    row.nth(1).get_by_role("button", name="Delete").click()
    row.nth(1).get_by_role("button", name="Delete").click()
    talk(server, *HOSTILE, b"\x00\xff\x10", name="Bob & Co")
    expect(live.locator("#messages > .message")).to_have_count(3 + len(HOSTILE) + 1)
    expect(live.locator("#messages > .message .text").first).to_have_text("will be changed, was")
    adopted = visit()
    for page in (live, adopted):
        complete(page, 1, 3 + 2 + len(HOSTILE) + 1)
    assert rows(adopted) == rows(live)
    ada.reload()
    connected(ada)
    expect(ada.locator("#messages > .own")).to_have_count(3)
    assert len(rows(ada)) == len(rows(live))


def test_who_posts_without_a_proof_is_shown_as_a_guest_live_and_adopted(visit, server):
    live = visit()
    connected(live)
    urlopen(f"http://127.0.0.1:{server.port}/?name=CI", b"deploy finished")
    sees(live, "deploy finished")
    expect(live.locator("#messages .byline")).to_contain_text("CIguest")
    adopted = visit()
    connected(adopted)
    assert rows(adopted) == rows(live)


def test_ones_own_rows_are_adopted_as_ones_own(visit):
    ada = visit()
    write(ada, "mine")
    sees(ada, "mine")
    settled(ada)
    live = rows(ada)
    ada.reload()
    connected(ada)
    assert rows(ada) == live


def test_nothing_is_sent_twice_to_a_page_that_came_with_it(visit, server):
    talk(server, *MANY)
    page = visit(viewport={"width": 1440, "height": 600})
    complete(page, 131, 180)
    assert page.locator("#messages > .message").count() == 50
    assert not page.locator("#wire-frames > li").filter(has_text='"type":"batch"').count()
    expect(page.locator("#messages > .message").last).to_be_in_viewport()


SCROLL_UP = """log => new Promise(done => {
  log.addEventListener("scroll", done, { once: true });
  log.scrollTop = 900;
})"""
SCROLL_UP_AND_WATCH = """log => {
  const row = log.querySelector(".message");
  const tops = window.tops = [];
  const watch = () => {
    tops.push(row.getBoundingClientRect().top);
    if (tops === window.tops) requestAnimationFrame(watch);
  };
  log.scrollTop = 0;
  watch();
}"""


def test_scrolling_up_brings_older_messages_without_a_jump(visit, server):
    talk(server, *MANY)
    page = visit(viewport={"width": 1000, "height": 500})
    complete(page, 131, 180)
    for shown, first in ((100, 81), (150, 31), (180, 1)):
        page.locator("#log").evaluate(SCROLL_UP_AND_WATCH)
        expect(page.locator("#messages > .message")).to_have_count(shown)
        page.wait_for_timeout(50)
        tops = page.evaluate("tops")
        assert max(tops) - min(tops) <= 1
        complete(page, first, 180)
    expect(page.locator("#edge-words")).to_have_text("This is where the conversation begins")
    assert numbers(page) == list(range(1, 181))
    assert page.locator("#messages > .day").count() == 1
    assert page.locator("#messages > .starts").count() == 1


def test_a_reader_further_up_is_not_moved_by_what_comes(visit, server):
    talk(server, *MANY)
    page = visit(viewport={"width": 1000, "height": 500})
    complete(page, 131, 180)
    page.locator("#log").evaluate(SCROLL_UP)
    row = page.locator("#messages > .message[data-id='170']")
    top = row.evaluate("row => row.getBoundingClientRect().top")
    talk(server, "news")
    expect(page.locator("#newer")).to_have_text("1 new message")
    assert abs(row.evaluate("row => row.getBoundingClientRect().top") - top) <= 1


def test_history_can_be_asked_for_by_keyboard(visit, server):
    talk(server, *MANY)
    page = visit(viewport={"width": 1000, "height": 500})
    complete(page, 131, 180)
    page.route("**/?before=*", lambda route: route.abort("connectionrefused"))
    page.get_by_role("button", name="Older messages").focus()  # which brings it into sight
    expect(page.locator("#edge-words")).to_have_text("Older messages could not be loaded.")
    page.unroute("**/?before=*")
    page.keyboard.press("Enter")
    expect(page.locator("#messages > .message")).to_have_count(100)


def test_long_messages_that_fill_a_page_early_are_not_the_end_of_the_log(visit, server):
    long = [f"{number} ".ljust(60_000, "x") for number in range(1, 21)]
    talk(server, *long)
    page = visit(viewport={"width": 1000, "height": 500})
    connected(page)
    assert numbers(page)[0] > 1
    complete(page, numbers(page)[0], 20)
    while numbers(page)[0] > 1:
        before = numbers(page)[0]
        page.locator("#log").evaluate("log => { log.scrollTop = 0; }")
        expect(page.locator("#messages > .message").first).not_to_have_attribute(
            "data-id", str(before)
        )
    complete(page, 1, 20)
    assert numbers(page) == list(range(1, 21))
    expect(page.locator("#edge-words")).to_have_text("This is where the conversation begins")
