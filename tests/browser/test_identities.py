"""One person is one person in every tab, unless a tab chooses to be somebody else."""

import json

from acts import connected, name_of, on_both_hosts, persons, sees, settled, write
from playwright.sync_api import expect

BE_SOMEBODY = "Be somebody else in this tab"
BE_MYSELF = "Be yourself again"


def become_somebody(page):
    page.get_by_role("button", name=BE_SOMEBODY).click()
    expect(page.get_by_role("button", name=BE_MYSELF)).to_be_visible()
    connected(page)


@on_both_hosts
def test_two_tabs_are_one_person_and_the_second_may_be_another(visit, host):
    one = visit()
    connected(one)
    other = visit(tab_of=one)
    expect(other.get_by_text("You have this conversation open in another tab.")).to_be_visible()
    expect(one.locator("#second-tab")).to_be_hidden()
    write(one, "from one")
    write(other, "from the other")
    sees(one, "from one", "from the other")
    assert len(set(persons(one))) == 1
    name = name_of(one)
    become_somebody(other)
    expect(other.locator("#second-tab")).to_be_hidden()
    write(other, "as another")
    write(one, "still me")
    sees(one, "from one", "from the other", "as another", "still me")
    first, second, third, fourth = persons(one)
    assert first == second == fourth != third
    assert name_of(one) == name != name_of(other)
    expect(one.locator("#messages > .own")).to_have_count(3)
    expect(other.locator("#messages > .own")).to_have_count(1)
    expect(one.locator("#people-count")).to_have_text("2")


def test_what_one_tab_writes_that_tab_alone_sends(visit):
    one = visit()
    connected(one)
    other = visit(tab_of=one)
    connected(other)
    sent = {one: said(one), other: said(other)}
    for number in range(10):
        write(one if number % 2 else other, str(number))
        sees(one, *map(str, range(number + 1)))
        free(one)
        free(other)
    assert [len(frames) for frames in sent.values()] == [5, 5]


def free(page):
    """Nothing is on its way, and this tab has heard that no tab is sending."""
    settled(page)
    page.wait_for_function(
        "() => !Object.keys(localStorage).some((key) => key.startsWith('broadcaster.lease.'))"
    )


def said(page):
    """The frames by which this page says something, from its next connection on."""
    frames = []
    page.on(
        "websocket",
        lambda socket: socket.on(
            "framesent", lambda frame: '"type":"say"' in frame and frames.append(frame)
        ),
    )
    page.reload()
    connected(page)
    return frames


def test_somebody_else_stays_that_through_a_reload_and_finds_the_way_back(visit):
    one = visit()
    other = visit(tab_of=one)
    become_somebody(other)
    name = name_of(other)
    write(other, "as another")
    other.reload()
    connected(other)
    assert name_of(other) == name
    write(other, "still another")
    other.get_by_role("button", name=BE_MYSELF).click()
    connected(other)
    expect(other.locator("#alone")).to_be_hidden()
    assert name_of(other) == name_of(one)
    write(other, "myself again")
    sees(one, "as another", "still another", "myself again")
    first, second, third = persons(one)
    assert first == second != third
    expect(one.locator("#messages > .own .text")).to_have_text(["myself again"])


def test_a_duplicated_tab_does_not_share_the_identity(visit):
    one = visit()
    other = visit(tab_of=one)
    become_somebody(other)
    kept = other.evaluate("Object.entries(sessionStorage)")
    copy = "for (const [key, value] of %s) sessionStorage.setItem(key, value)"
    duplicate = visit(tab_of=one, before=copy % json.dumps(kept))
    expect(duplicate.locator("#my-name")).to_have_text(name_of(one))
    connected(duplicate)
    write(duplicate, "who am I?")
    sees(one, "who am I?")
    expect(one.locator("#messages > .own")).to_have_count(1)
    expect(other.locator("#messages > .own")).to_have_count(0)


def test_the_offer_can_be_declined_and_goes_with_the_other_tab(visit):
    one = visit()
    other, third = visit(tab_of=one), visit(tab_of=one)
    expect(other.locator("#second-tab")).to_be_visible()
    other.get_by_role("button", name="No, stay yourself").click()
    expect(other.locator("#second-tab")).to_be_hidden()
    other.reload()
    connected(other)
    expect(other.locator("#second-tab")).to_be_hidden()
    expect(third.locator("#second-tab")).to_be_visible()
    one.close()
    other.close()
    expect(third.locator("#second-tab")).to_be_hidden()


def test_another_room_is_no_second_tab(visit):
    one = visit()
    connected(one)
    other = visit("/r/kitchen", tab_of=one)
    connected(other)
    expect(other.locator("#second-tab")).to_be_hidden()


def test_what_somebody_else_had_not_sent_asks_before_it_goes_out_under_ones_own_name(visit, server):
    one = visit()
    other = visit(tab_of=one)
    become_somebody(other)
    server.stop()
    write(other, "unsent")
    other.get_by_role("button", name=BE_MYSELF).click()
    server.start()
    row = other.locator("#pending > .pending")
    expect(row).to_contain_text("written as somebody else")
    row.get_by_role("button", name="Send").click()
    sees(one, "unsent")
    settled(other)
    expect(one.locator("#messages > .own")).to_have_count(1)


def test_what_somebody_else_left_unsent_is_asked_about_when_their_tab_is_closed(visit, server):
    one = visit()
    other, third = visit(tab_of=one), visit(tab_of=one)
    become_somebody(other)
    become_somebody(third)
    server.stop()
    write(other, "unsent")
    write(third, "its tab stays open")
    expect(other.locator("#pending")).to_contain_text("unsent")
    other.close()
    server.start()
    sees(one, "its tab stays open")
    again = visit(tab_of=one)
    row = again.locator("#pending > .pending")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("unsent")
    expect(row).to_contain_text("written as somebody else")
    row.get_by_role("button", name="Send").click()
    sees(one, "its tab stays open", "unsent")
    settled(again)


FORGED = """sessionStorage.setItem("broadcaster.somebody",
  JSON.stringify({ token: "forged", id: "HnYv07oHwOM6", name: "Nobody" }))"""


def test_an_identity_that_the_server_did_not_sign_is_let_go(visit):
    one = visit()
    connected(one)
    other = visit(tab_of=one, before=FORGED)
    expect(other.locator("#alone")).to_be_hidden()
    connected(other)
    write(other, "who am I?")
    sees(one, "who am I?")
    expect(one.locator("#messages > .own")).to_have_count(1)
