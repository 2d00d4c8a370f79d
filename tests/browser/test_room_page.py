"""The conversation in a real browser."""

import signal
import subprocess

import pytest
from acts import connected, lost, name_of, on_both_hosts, rename, sees, settled, write
from playwright.sync_api import expect


@on_both_hosts
def test_two_tabs_talk(visit, host):
    one = visit()
    connected(one)
    other = visit(tab_of=one)
    connected(other)
    write(one, "from one")
    write(other, "from the other")
    sees(one, "from one", "from the other")
    sees(other, "from one", "from the other")


def in_another_hue(visit, other):
    """Somebody whose hue is not that of this other; there are twelve."""

    def hue(page):
        return page.locator("#my-sign").get_attribute("class")

    page = visit()
    while hue(page) == hue(other):
        page = visit()
    return page


def colour(node):
    return node.evaluate("node => getComputedStyle(node).color")


def test_two_people_are_told_apart_by_name_colour_and_drawing(visit):
    ada = visit()
    connected(ada)
    bob = in_another_hue(visit, ada)
    rename(ada, "Ada")
    rename(bob, "Bob")
    write(ada, "I am Ada")
    sees(bob, "I am Ada")
    write(bob, "I am Bob")
    for page, me in ((ada, "Ada"), (bob, "Bob")):
        sees(page, "I am Ada", "I am Bob")
        rows = page.locator("#messages > .message")
        names = [rows.nth(n).locator(".name").inner_text() for n in range(2)]
        colours = [colour(rows.nth(n).locator(".name")) for n in range(2)]
        drawn = [rows.nth(n).locator("svg").first.inner_html() for n in range(2)]
        assert names == ["Ada", "Bob"]
        assert len({*colours, colour(page.locator("body"))}) == 3
        assert drawn[0] != drawn[1]
        expect(page.locator("#messages > .own .name")).to_have_text([me])


def test_two_people_of_one_name_are_still_told_apart(visit):
    one, other = visit(), visit()
    for page in (one, other):
        rename(page, "Sam")
        connected(page)
    write(one, "first")
    sees(other, "first")
    write(other, "second")
    sees(one, "first", "second")
    rows = one.locator("#messages > .message")
    assert rows.nth(0).get_attribute("data-person") != rows.nth(1).get_attribute("data-person")
    drawn = [rows.nth(n).locator("svg").first.inner_html() for n in range(2)]
    assert drawn[0] != drawn[1]


def test_a_hostile_message_is_shown_as_the_text_it_is(visit):
    hostile = [
        "<img src=x onerror=\"document.title='pwned'\">",
        "<script>document.title='pwned'</script>",
        "javascript:alert(1) &lt;b&gt;",
        "</li></ol><h1>big</h1>",
    ]
    ada, bob = visit(), visit()
    connected(bob)
    rename(ada, "<b onclick=alert(1)>A")
    for text in hostile:
        write(ada, text)
    sees(bob, *hostile)
    assert bob.title() != "pwned"
    assert not bob.locator("#messages :is(img, script, h1, [onclick], [onerror])").count()
    assert not bob.locator("#messages a").count()


def test_links_are_links_and_go_nowhere_else(visit):
    ada = visit()
    write(ada, "see https://example.org/a?b=c.")
    link = ada.locator("#messages a")
    expect(link).to_have_attribute("href", "https://example.org/a?b=c")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")


def test_a_reload_keeps_the_name_and_the_person(visit):
    ada, bob = visit(), visit()
    connected(bob)
    rename(ada, "Ada L.")
    write(ada, "before")
    sees(bob, "before")
    ada.reload()
    connected(ada)
    assert name_of(ada) == "Ada L."
    write(ada, "after")
    sees(bob, "before", "after")
    rows = bob.locator("#messages > .message")
    assert rows.nth(0).get_attribute("data-person") == rows.nth(1).get_attribute("data-person")


def test_a_name_that_is_chosen_before_the_welcome_is_not_forgotten(visit, proxy):
    proxy.door.clear()
    ada, bob = visit(proxy=proxy), visit()
    rename(ada, "Ada L.")
    proxy.door.set()
    connected(ada)
    expect(bob.locator("#people-list")).to_contain_text("Ada L.")
    assert name_of(ada) == "Ada L."


def test_a_friendly_name_is_suggested(visit):
    name = name_of(visit())
    assert len(name.split()) == 2
    assert name.istitle()


def test_a_name_that_cannot_be_is_refused_in_words(visit):
    ada = visit()
    connected(ada)
    before = name_of(ada)
    rename(ada, "a\u202eb")
    expect(ada.get_by_role("alert")).to_contain_text("visible characters")
    assert name_of(ada) == before


@on_both_hosts
def test_an_empty_room_teaches(visit, url, host):
    page = visit()
    expect(page.get_by_text("Open this address in a second tab")).to_be_visible()
    expect(page.locator("#teach-address")).to_have_text(url + "/")
    expect(page.locator("#teach-terminal")).to_have_text(
        f"npx wscat -c '{url.replace('http', 'ws')}/ws?names'"
    )
    page.get_by_role("button", name="Copy the terminal command").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    write(page, "hello")
    expect(page.get_by_text("Open this address in a second tab")).to_be_hidden()


def test_both_tabs_come_back_by_themselves_when_the_server_does(visit, server):
    ada, bob = visit(), visit()
    connected(ada)
    connected(bob)
    server.stop(signal.SIGTERM)
    lost(ada)
    lost(bob)
    write(ada, "written while it was away")
    expect(ada.locator("#pending")).to_contain_text("written while it was away")
    server.start()
    for page in (ada, bob):
        connected(page)
        expect(page.locator("#log")).to_contain_text("Reconnected")
    expect(ada.locator("#messages")).to_contain_text("written while it was away")
    write(bob, "you are back")
    for page in (ada, bob):
        expect(page.locator("#messages")).to_contain_text("you are back")
    settled(ada)


def test_a_killed_server_is_noticed_and_said(visit, server):
    ada = visit()
    connected(ada)
    server.stop(signal.SIGKILL)
    expect(ada.locator("#state")).to_contain_text("Connection lost")
    expect(ada.get_by_role("button", name="Try now")).to_be_visible()


def test_a_message_too_long_is_refused_without_losing_it(visit):
    ada = visit()
    connected(ada)
    write(ada, "é" * 40_000)
    expect(ada.get_by_role("alert")).not_to_be_empty()
    assert len(ada.get_by_role("textbox", name="Message to").input_value()) == 40_000


def test_nine_tabs_at_once_all_live(visit):
    first = visit()
    tabs = [first, *(visit(tab_of=first) for _ in range(8))]
    for tab in tabs:
        connected(tab)
    for number, tab in enumerate(tabs):
        write(tab, f"tab {number}")
        expect(first.locator("#messages > .message").nth(number)).to_contain_text(f"tab {number}")
    for tab in tabs:
        sees(tab, *(f"tab {number}" for number in range(9)))


def test_who_is_here_is_listed(visit):
    ada, bob = visit(), visit()
    rename(bob, "Bob")
    expect(ada.locator("#people-list")).to_contain_text("Bob")
    expect(ada.locator("#people-count")).to_have_text("2")
    bob.close()
    expect(ada.locator("#people-count")).to_have_text("1")


def test_on_a_phone_everything_is_in_reach(visit):
    phone = visit(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    connected(phone)
    box = phone.get_by_role("textbox", name="Message to").bounding_box()
    assert box["y"] > 844 * 0.8
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    phone.locator("#wire-toggle").tap()
    expect(phone.locator("#wire-frames > li").first).to_be_visible()
    phone.locator("#people-toggle").tap()
    expect(phone.locator("#people")).to_be_visible()
    expect(phone.locator("#wire")).to_be_hidden()
    phone.locator("#wire-toggle").tap()
    expect(phone.locator("#people")).to_be_hidden()
    phone.locator("#wire-hide").tap()
    expect(phone.locator("#wire")).to_be_hidden()
    expect(phone.locator("#state-words")).to_have_text("Connected")


@pytest.mark.parametrize("host", ["127.0.0.1"])  # curl cannot resolve the other
def test_the_lines_for_a_terminal_do_what_they_say_whatever_the_room_is_called(visit, host):
    page = visit(path="/r/it's;echo%20'$(date)")
    connected(page)
    page.get_by_text("From a terminal", exact=True).click()
    line = page.locator("#terminal-post")
    expect(line).to_be_visible()
    assert shell(line.inner_text()) == "1\n"
    sees(page, "hello")
    assert shell(page.locator("#terminal-read").inner_text()).endswith("  me: hello\n")
    follow = ["bash", "-c", f"exec {page.locator('#terminal-follow').inner_text()}"]
    with subprocess.Popen(follow, stdout=subprocess.PIPE, text=True) as following:
        assert following.stdout.readline().endswith("  me: hello\n")
        following.kill()


def shell(line):
    run = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=20)
    return run.stdout
