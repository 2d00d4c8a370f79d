"""Rooms are addresses, and the page leads from one to another."""

from acts import connected, sees, write
from playwright.sync_api import expect


def rooms(page, *names):
    """The page lists exactly these rooms, most people first."""
    expect(page.locator("#rooms-list .room-name")).to_have_text(list(names))


def test_what_is_said_in_a_room_stays_in_it(visit):
    lobby, kitchen, again = visit(), visit("/r/kitchen"), visit("/r/kitchen")
    for page in (lobby, kitchen, again):
        connected(page)
    write(lobby, "hello lobby")
    write(kitchen, "hello kitchen")
    sees(again, "hello kitchen")
    sees(lobby, "hello lobby")
    expect(kitchen.get_by_role("heading", level=1)).to_have_text("kitchen")
    expect(kitchen.locator("#teach-address")).to_have_text(kitchen.url)


def test_the_rooms_that_are_alive_are_listed_and_lead_there(visit):
    kitchen, again = visit("/r/kitchen"), visit("/r/kitchen")
    connected(kitchen)
    connected(again)
    page = visit()
    rooms(page, "kitchen", "lobby")
    expect(page.locator("#rooms-list .room").first).to_contain_text("2")
    expect(page.locator("#rooms-list [aria-current=page]")).to_have_text("lobby1 here")
    page.get_by_role("link", name="kitchen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("kitchen")
    connected(page)


def test_the_list_is_refreshed_when_one_comes_back_to_the_tab(visit):
    page = visit()
    rooms(page, "lobby")
    for _ in range(2):
        connected(visit("/r/garden"))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    rooms(page, "garden", "lobby")


def test_the_count_of_ones_own_room_is_that_of_the_people_in_it(visit):
    page = visit()
    own = page.locator("#rooms-list [aria-current=page]")
    expect(own).to_have_text("lobby1 here")
    connected(visit())
    expect(page.locator("#people-count")).to_have_text("2")
    expect(own).to_have_text("lobby2 here")


def test_going_to_a_room_makes_it(visit):
    page = visit()
    connected(page)
    page.get_by_label("Go to a room").fill("Küche / 50 %?#")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Küche / 50 %?#")
    connected(page)
    write(page, "hello")
    sees(page, "hello")
    page.reload()
    sees(page, "hello")


def test_what_is_not_sent_yet_stays_with_its_room(visit, server):
    page = visit("/r/kitchen")
    connected(page)
    server.stop()
    write(page, "for the kitchen")
    server.start()
    page.goto(page.url.replace("/r/kitchen", "/"))
    connected(page)
    expect(page.locator("#pending > *")).to_have_count(0)
    page.goto(page.url + "r/kitchen")
    sees(page, "for the kitchen")
