"""One's own messages can be changed and taken back, on every page and for good."""

from acts import complete, connected, sees, settled, write
from playwright.sync_api import expect


def act(page, number, name):
    """Presses a button of the row, which shows when the row is looked at."""
    row = page.locator("#messages > .message").nth(number)
    row.hover()
    row.get_by_role("button", name=name, exact=True).click()


def test_an_edit_is_seen_on_every_page_and_after_a_reload(visit):
    ada, bob = visit(), visit()
    connected(bob)
    write(ada, "helo")
    write(ada, "next")
    sees(bob, "helo", "next")
    act(ada, 0, "Edit")
    ada.keyboard.press("ControlOrMeta+A")
    ada.keyboard.type("hello https://example.org/")
    ada.keyboard.press("Enter")
    for page in (ada, bob):
        sees(page, "hello https://example.org/", "next")
        expect(page.locator("#messages .edited .mark")).to_have_text(["edited"])
        expect(page.locator("#messages .edited a")).to_have_count(1)
        complete(page, 1, 3)
    for page in (ada, bob):
        page.reload()
        sees(page, "hello https://example.org/", "next")
        expect(page.locator("#messages .edited .mark")).to_have_text(["edited"])
        complete(page, 1, 3)


def test_a_delete_is_seen_on_every_page_and_after_a_reload(visit):
    ada, bob = visit(), visit()
    connected(bob)
    write(ada, "secret")
    write(ada, "next")
    sees(bob, "secret", "next")
    act(ada, 0, "Delete")
    expect(ada.get_by_text("Delete this message for everybody?")).to_be_visible()
    ada.get_by_role("button", name="Keep").click()
    sees(bob, "secret", "next")
    act(ada, 0, "Delete")
    ada.locator(".asking").get_by_role("button", name="Delete").click()
    for page in (ada, bob):
        sees(page, "deleted", "next")
        page.reload()
        sees(page, "deleted", "next")
        assert "secret" not in page.content()
        complete(page, 1, 3)


def test_the_up_arrow_edits_ones_last_message_and_escape_leaves_it(visit):
    ada, bob = visit(), visit()
    connected(bob)
    write(ada, "first")
    write(ada, "second")
    sees(ada, "first", "second")
    write(bob, "not Ada's")
    sees(ada, "first", "second", "not Ada's")
    ada.locator("#say").focus()
    ada.keyboard.press("ArrowUp")
    ada.keyboard.type(" thoughts")
    ada.keyboard.press("Escape")
    expect(ada.locator("#say")).to_be_focused()
    sees(ada, "first", "second", "not Ada's")
    ada.keyboard.press("ArrowUp")
    ada.keyboard.type(" thoughts")
    ada.keyboard.press("Enter")
    expect(ada.locator("#say")).to_be_focused()
    sees(bob, "first", "second thoughts", "not Ada's")


def test_with_the_words_gone_it_asks_whether_to_delete(visit):
    ada = visit()
    write(ada, "oops")
    sees(ada, "oops")
    ada.keyboard.press("ArrowUp")
    ada.keyboard.press("ControlOrMeta+A")
    ada.keyboard.press("Delete")
    ada.keyboard.press("Enter")
    expect(ada.get_by_role("button", name="Delete").and_(ada.locator(":focus"))).to_be_visible()
    ada.keyboard.press("Enter")
    sees(ada, "deleted")


def test_the_up_arrow_moves_about_in_a_text_that_is_being_written(visit):
    ada = visit()
    write(ada, "said")
    sees(ada, "said")
    ada.locator("#say").fill("two\nlines")
    ada.keyboard.press("ArrowUp")
    expect(ada.locator(".editor")).to_have_count(0)


def test_what_others_said_is_theirs(visit):
    ada, bob = visit(), visit()
    connected(bob)
    write(ada, "mine")
    sees(bob, "mine")
    bob.locator("#messages > .message").hover()
    expect(bob.locator("#messages [data-act]")).to_have_count(0)


def test_edits_wait_for_the_connection_and_survive_a_reload(visit, server):
    ada, bob = visit(), visit()
    connected(bob)
    write(ada, "helo")
    write(ada, "oops")
    sees(bob, "helo", "oops")
    server.stop()
    act(ada, 0, "Edit")
    ada.keyboard.type(" (hello)")
    ada.keyboard.press("Enter")
    act(ada, 1, "Delete")
    ada.locator(".asking").get_by_role("button", name="Delete").click()
    expect(ada.locator(".changing").first).to_contain_text("The change waits for the connection")
    expect(ada.locator(".changing").last).to_contain_text("To be deleted")
    server.start()
    ada.reload()
    for page in (ada, bob):
        sees(page, "helo (hello)", "deleted")
    settled(ada)
    complete(ada, 1, 4)


def test_an_edit_that_comes_too_late_is_refused_with_its_words_kept(visit):
    one = visit()
    write(one, "here today")
    sees(one, "here today")
    other = visit(tab_of=one)
    sees(other, "here today")
    act(one, 0, "Edit")
    act(other, 0, "Delete")
    other.locator(".asking").get_by_role("button", name="Delete").click()
    sees(other, "deleted")
    one.keyboard.type(", gone tomorrow")
    one.keyboard.press("Enter")
    expect(one.get_by_role("alert").filter(has_text="deleted")).to_be_visible()
    one.get_by_role("button", name="Copy to composer").click()
    assert one.locator("#say").input_value() == "here today, gone tomorrow"
    sees(one, "deleted")


def test_on_a_phone_both_are_plainly_reachable(visit):
    phone = visit(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    write(phone, "helo")
    sees(phone, "helo")
    row = phone.locator("#messages > .message")
    expect(row.get_by_role("button", name="Edit", exact=True)).to_be_hidden()
    row.get_by_role("button", name="Edit or delete").tap()
    row.get_by_role("button", name="Edit", exact=True).tap()
    phone.keyboard.type("!")
    row.get_by_role("button", name="Save").tap()
    sees(phone, "helo!")
    row.get_by_role("button", name="Edit or delete").tap()
    row.get_by_role("button", name="Delete", exact=True).tap()
    row.get_by_role("button", name="Delete", exact=True).tap()
    sees(phone, "deleted")
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
