"""The chaos run, in short; and its checker, on histories by hand and on planted faults."""

import asyncio
from dataclasses import replace

import pytest

from chaos.checker import check
from chaos.faults import FAULTS
from chaos.findings import DISORDER, DUPLICATE, HOLE, INCONSISTENT, LOST, UNEXPECTED, UNSEEN
from chaos.members import identity
from chaos.plan import MISCHIEF, Plan
from chaos.recording import NOWHERE, Connection, Gap, Place, Publish, Recording, Run, Said
from chaos.storm import storm
from chaos.table import table
from chaos.talker import Talker
from chaos.victim import Victim, can_fill_disks
from parts import needs

SEED = 7
PATIENCE = 20
FIVE = range(1, 6)


# -- the run ---------------------------------------------------------------------------


def test_nothing_said_is_lost_in_a_short_storm(tmp_path):
    plan = Plan(SEED, messages=300, kills=3, followers=2, pace=0.05, patience=180)
    result = asyncio.run(storm(plan, tmp_path))
    assert not result.findings, table(plan, result)
    assert result.deeds["kills"] == 3
    assert all(result.deeds[kind] for kind in MISCHIEF), result.deeds
    assert all(member.messages for member in result.members), table(plan, result)
    assert len(result.recording.publishes) == 300
    assert sum(bool(publish.acks) for publish in result.recording.publishes) > 250


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_and_called_by_its_name(tmp_path, fault):
    plan = Plan(
        SEED,
        messages=150,
        kills=2,
        talkers=8,
        listeners=2,
        followers=2,
        posters=2,
        pace=0.05,
        mischief=("cut",),
        fault=fault,
        patience=90,
        settling=5,
    )
    result = asyncio.run(storm(plan, tmp_path))
    _, name, besides = FAULTS[fault]
    found = {finding.kind for finding in result.findings}
    assert name in found, table(plan, result)
    assert found <= {name} | besides, table(plan, result)


@needs("prlimit (Linux), to fill a disk with,", can_fill_disks)
def test_a_full_disk_is_told_in_words_and_the_rest_goes_on(tmp_path):
    asyncio.run(fill_the_disk(Victim(tmp_path)))


async def fill_the_disk(victim):
    recording = Recording()
    await victim.start()
    cookie = await asyncio.to_thread(identity, victim.port)
    one, two = (
        Talker(name, Plan(SEED).rng(name), victim.port, recording, cookie=cookie, from_start=True)
        for name in ("one", "two")
    )
    staying = [asyncio.create_task(one.stay())]
    try:
        await one.say("before")
        victim.fill_disk(0)
        told = await one.say("meanwhile")
        assert told["code"] == "store_failed"
        assert told["retry_after"] > 0
        staying.append(asyncio.create_task(two.stay()))
        await asyncio.wait_for(two.reaches(Place(one.epoch, 1)), PATIENCE)
        victim.free_disk()
        assert (await one.say("meanwhile"))["id"] == 2
        await asyncio.wait_for(two.reaches(Place(one.epoch, 2)), PATIENCE)
    finally:
        for member in (one, two):
            await member.leave()
        await asyncio.gather(*staying)
        await victim.kill()


# -- the checker, on histories by hand ---------------------------------------------------


def said(id, **other):
    return Said(**{"epoch": "e", "person": "ada", "key": f"k{id}", "text": f"text {id}", **other},
                id=id)  # fmt: skip


def whole(ids=FIVE):
    """A history without fault: Ada said five things, everybody got them."""
    log = [said(id) for id in ids]
    return Recording(
        publishes=[Publish("ada", s.key, s.text, acks=[Place("e", s.id)], tries=1) for s in log],
        connections=[
            Connection("ada", NOWHERE, "e", 0, log[:3]),
            Connection("ada", Place("e", 3), "e", 5, log[3:]),
            Connection("bob", None, "e", 0, list(log)),
        ],
        runs=[Run("plain", [s.text for s in log[1:4]])],
        log=list(log),
        epoch="e",
        head=len(log),
    )


def got(*events, cursor=NOWHERE, head=0):
    """The same, and what one more member got."""
    recording = whole()
    recording.connections.append(Connection("eve", cursor, "e", head, list(events)))
    return recording


def some(*ids):
    return [said(id) for id in ids]


def kinds(recording):
    return [finding.kind for finding in check(recording)]


def test_a_history_without_fault_has_no_findings():
    assert check(whole()) == []


def test_what_was_acknowledged_and_is_not_in_the_log_is_a_lost_write():
    recording = whole()
    recording.publishes.append(Publish("ada", "k6", "text 6", acks=[Place("e", 6)]))
    assert kinds(recording) == [LOST]


def test_what_was_shown_to_somebody_and_is_not_in_the_log_is_a_lost_write():
    assert kinds(got(*some(1, 2, 3, 4, 5, 6)))[0] == LOST


def test_what_a_plain_member_was_shown_and_is_not_in_the_log_is_a_lost_write():
    recording = whole()
    recording.publishes.append(Publish("ada", "k6", "text 6"))
    recording.runs[0].texts.append("text 6")
    assert kinds(recording) == [LOST]


def test_words_that_are_gone_though_nobody_deleted_them_are_a_lost_write():
    recording = whole()
    recording.log[2] = said(3, text=None, deleted=True)
    assert kinds(recording) == [LOST]


def test_what_was_never_answered_may_be_there_once_or_never():
    recording = whole()
    recording.publishes[2].acks.clear()
    recording.publishes.append(Publish("ada", "k6", "text 6"))
    assert check(recording) == []


@pytest.mark.parametrize("key", ["k2", None])
def test_what_stands_in_the_log_twice_is_a_duplicate(key):
    twice = said(6, key=key, text="text 2")
    recording = whole()
    recording.log.append(twice)
    recording.head = 6
    for connection in recording.connections[1:]:
        connection.events.append(twice)
    recording.runs.append(Run("plain", ["text 1", "text 2", "text 3", "text 4", "text 5"]))
    assert kinds(recording) == [DUPLICATE]


def test_what_is_sent_twice_on_one_connection_is_a_duplicate():
    assert kinds(got(*some(1, 2, 3, 3, 4, 5))) == [DUPLICATE]


def test_what_lies_before_the_cursor_is_a_duplicate():
    assert kinds(got(*some(3, 4, 5), cursor=Place("e", 3), head=5)) == [DUPLICATE]


def test_what_a_plain_member_got_twice_is_a_duplicate():
    recording = whole()
    recording.runs[0].texts.append("text 4")
    assert kinds(recording) == [DUPLICATE]


def test_what_is_passed_over_is_a_hole():
    assert kinds(got(*some(1, 2, 4, 5))) == [HOLE]


def test_what_follows_the_cursor_and_is_passed_over_is_a_hole():
    assert kinds(got(*some(5), cursor=Place("e", 3), head=5)) == [HOLE]


def test_what_is_passed_over_before_the_first_live_message_is_a_hole():
    assert kinds(got(*some(4, 5), cursor=None, head=2)) == [HOLE]


def test_what_a_plain_run_passes_over_is_a_hole():
    recording = whole()
    recording.runs.append(Run("plain", ["text 2", "text 4"]))
    assert kinds(recording) == [HOLE]


def test_what_whoever_read_the_log_was_not_sent_is_a_hole_and_no_loss():
    recording = whole()
    del recording.log[0]
    recording.connections.append(Connection("auditor", NOWHERE, "e", 5, some(2, 3, 4, 5)))
    assert kinds(recording) == [HOLE]


def test_what_comes_after_a_later_one_is_out_of_order():
    assert kinds(got(*some(1, 3, 2, 4, 5))) == [DISORDER]


def test_a_plain_run_in_another_order_is_out_of_order():
    recording = whole()
    recording.runs.append(Run("plain", ["text 1", "text 3", "text 2"]))
    assert kinds(recording) == [DISORDER]


def test_an_id_that_is_two_messages_is_inconsistent():
    recording = got(*some(1, 2), said(3, key="k4", text="text 4"), *some(4, 5))
    assert kinds(recording) == [INCONSISTENT]


def test_an_id_whose_words_differ_is_inconsistent():
    recording = got(*some(1, 2), said(3, text="other"), *some(4, 5))
    assert kinds(recording) == [INCONSISTENT]


def test_an_ack_that_names_another_id_is_inconsistent():
    recording = whole()
    recording.publishes[2].acks.append(Place("e", 4))
    assert kinds(recording) == [INCONSISTENT]


def test_the_end_of_the_log_that_a_member_never_got_is_unseen():
    assert kinds(got(*some(1, 2, 3))) == [UNSEEN, UNSEEN]


def test_a_member_that_got_nothing_at_all_has_seen_nothing():
    assert kinds(got()) == [UNSEEN] * 5


def test_what_nobody_said_is_unexpected():
    recording = whole()
    del recording.publishes[2]
    del recording.runs[0]
    assert kinds(recording) == [UNEXPECTED]


def test_what_was_refused_and_is_there_is_unexpected():
    recording = whole()
    recording.publishes[2] = replace(recording.publishes[2], acks=[], refused="gone")
    assert kinds(recording) == [UNEXPECTED]


@pytest.mark.parametrize("change", [{"text": "other"}, {"edits": 1}])
def test_what_was_not_said_like_that_is_unexpected(change):
    recording = whole()
    recording.publishes[2] = replace(recording.publishes[2], **change)
    recording.runs.clear()
    assert kinds(recording) == [UNEXPECTED]


def with_a_delete(words):
    """Message 2 is deleted by number 6; the log still has its words, or has not."""
    delete = said(6, text=None, deletes=2)
    recording = whole()
    recording.publishes.append(Publish("ada", "k6", None, deletes=2, acks=[Place("e", 6)]))
    recording.log = [*recording.log, delete]
    recording.log[1] = said(2) if words else said(2, text=None, deleted=True)
    recording.head = 6
    for connection in recording.connections[1:]:
        connection.events.append(delete)
    return recording


def test_words_that_were_deleted_are_gone_for_who_comes_later_alone():
    assert check(with_a_delete(words=False)) == []


def test_words_that_were_deleted_and_are_there_are_unexpected():
    assert kinds(with_a_delete(words=True)) == [UNEXPECTED]


def trimmed():
    """Only the last three are kept, and whoever reads the log is told so."""
    recording = whole()
    recording.keep, recording.oldest = 3, 3
    recording.log = recording.log[2:]
    recording.runs.clear()
    return recording


def late(recording, *events, cursor=NOWHERE, head=5):
    recording.connections.append(Connection("eve", cursor, "e", head, list(events)))
    return recording


def test_a_gap_that_is_true_is_no_finding():
    assert check(late(trimmed(), Gap((1, 2), "e", 3, 5), *some(3, 4, 5))) == []


def test_what_is_passed_over_without_a_gap_is_a_hole_even_if_it_is_not_kept():
    assert kinds(late(trimmed(), *some(3, 4, 5))) == [HOLE, HOLE]


def test_a_gap_over_what_is_kept_is_a_hole():
    assert kinds(late(whole(), Gap((1, 2), "e", 3, 5), *some(3, 4, 5))) == [HOLE]


def test_a_gap_that_does_not_begin_where_the_member_stands_is_a_hole():
    assert kinds(late(trimmed(), Gap((2, 2), "e", 3, 5), *some(3, 4, 5))) == [HOLE]


def test_a_gap_of_unknown_size_in_the_log_of_the_cursor_is_a_hole():
    told = Gap(None, "e", 1, 5)
    assert kinds(late(whole(), told, *some(1, 2, 3, 4, 5), cursor=Place("e", 2))) == [HOLE]


def test_a_cursor_of_another_log_is_told_so():
    told = Gap(None, "e", 1, 5)
    recording = late(whole(), told, *some(1, 2, 3, 4, 5), cursor=Place("old", 2))
    assert check(recording) == []


def test_a_cursor_of_another_log_that_is_not_told_so_is_a_hole():
    assert kinds(late(whole(), *some(3, 4, 5), cursor=Place("old", 2))) == [HOLE]


def test_what_was_acknowledged_in_a_log_that_is_gone_is_a_lost_write():
    recording = whole()
    recording.publishes.append(Publish("ada", "k9", "text 9", acks=[Place("old", 9)]))
    assert kinds(recording) == [LOST]


def test_a_member_that_stayed_with_a_log_that_is_gone_has_seen_nothing_of_this_one():
    recording = whole()
    recording.connections.append(
        Connection("eve", NOWHERE, "old", 0, [said(1, epoch="old", key="k1")])
    )
    assert kinds(recording) == [UNSEEN] * 5


# -- from one connection to the next -------------------------------------------------------


def back(cursor, *events, first=FIVE[:3]):
    """Eve got the first three, and came back with this cursor."""
    recording = got(*some(*first))
    recording.connections.append(Connection("eve", cursor, "e", 5, list(events)))
    return recording


def test_who_comes_back_behind_what_it_was_sent_has_a_hole():
    assert kinds(back(Place("e", 4), *some(5))) == [HOLE]


def test_who_comes_back_before_what_it_was_sent_gets_duplicates():
    assert kinds(back(Place("e", 2), *some(3, 4, 5))) == [DUPLICATE]


def test_who_comes_back_with_the_cursor_of_another_log_gets_duplicates():
    told = Gap(None, "e", 1, 5)
    assert kinds(back(Place("old", 3), told, *some(1, 2, 3, 4, 5))) == [DUPLICATE]


def test_who_was_not_welcomed_stands_where_it_stood():
    recording = back(Place("e", 3), *some(4, 5))
    recording.connections.insert(-1, Connection("eve", Place("e", 3)))
    assert check(recording) == []


def test_who_began_at_the_head_and_got_nothing_comes_back_to_there():
    recording = got(cursor=None, head=3)
    recording.connections.append(Connection("eve", Place("e", 3), "e", 5, some(4, 5)))
    assert check(recording) == []


@pytest.mark.parametrize("cursor", [NOWHERE, Place("e", 2)])
def test_a_gap_with_nothing_behind_it_may_be_told_again(cursor):
    recording = late(trimmed(), Gap((1, 2), "e", 3, 5))
    told = [] if cursor.id else [Gap((1, 2), "e", 3, 5)]
    recording.connections.append(Connection("eve", cursor, "e", 5, [*told, *some(3, 4, 5)]))
    assert check(recording) == []


# -- and what must not be taken for a fault ------------------------------------------------


def longer(*entries):
    """The same history, and then these, which everybody got."""
    recording = whole()
    for said_ in entries:
        key, text, edits = said_.key, said_.text, said_.edits
        if all(publish.key != key for publish in recording.publishes):
            ack = Place("e", said_.id)
            recording.publishes.append(Publish("ada", key, text, edits=edits, acks=[ack]))
    recording.log += entries
    recording.head = len(recording.log)
    for connection in recording.connections[1:]:
        connection.events += entries
    return recording


def test_a_plain_run_goes_on_over_an_edit_which_it_is_not_sent():
    recording = longer(said(6, text="better", edits=1), said(7))
    recording.runs.append(Run("plain", ["text 5", "text 7"]))
    assert check(recording) == []


def test_a_duplicate_is_no_hole_as_well():
    recording = longer(said(6, key="k2", text="text 2"), said(7))
    recording.runs.append(Run("plain", ["text 5", "text 2", "text 7"]))
    assert kinds(recording) == [DUPLICATE, DUPLICATE]


def test_a_run_that_begins_with_the_second_of_two_copies_has_no_hole():
    recording = longer(said(6, key="k2", text="text 2"), said(7), said(8))
    recording.runs.append(Run("plain", ["text 2", "text 7", "text 8"]))
    assert kinds(recording) == [DUPLICATE]


def test_what_has_moved_is_inconsistent_and_no_hole_in_a_run_from_before():
    recording = longer(said(6, key="k7", text="text 7"), said(7, key="k6", text="text 6"), said(8))
    recording.connections.append(Connection("eve", Place("e", 5), "e", 5, some(6, 7, 8)))
    recording.runs.append(Run("plain", ["text 5", "text 6", "text 7"]))
    recording.runs.append(Run("plain", ["text 5", "text 7", "text 6", "text 8"]))
    assert kinds(recording) == [INCONSISTENT, INCONSISTENT]


def test_a_plain_run_over_what_has_moved_still_has_its_hole():
    recording = longer(*some(6, 7, 8))
    recording.publishes[6].acks.append(Place("e", 9))
    recording.runs.append(Run("plain", ["text 5", "text 8"]))
    assert kinds(recording) == [INCONSISTENT, HOLE]


def test_what_a_plain_member_got_and_nobody_said_is_unexpected():
    recording = whole()
    recording.runs.append(Run("plain", ["text 1", "text 9"]))
    assert kinds(recording) == [UNEXPECTED]


def test_what_was_let_go_of_is_no_lost_write():
    recording = trimmed()
    recording.connections.clear()
    assert check(recording) == []


def test_what_was_let_go_of_too_soon_is_a_lost_write():
    recording = trimmed()
    recording.keep = 4
    assert set(kinds(recording)) == {LOST}


def test_a_cursor_beyond_the_head_is_told_so():
    told = Gap(None, "e", 1, 5)
    recording = late(whole(), told, *some(1, 2, 3, 4, 5), cursor=Place("e", 9))
    assert check(recording) == []


def test_a_member_whose_cursor_is_of_another_log_has_seen_nothing_of_this_one():
    assert kinds(late(whole(), cursor=Place("old", 9))) == [UNSEEN] * 5


def test_a_gap_that_ends_within_what_is_kept_is_a_hole():
    assert kinds(late(trimmed(), Gap((1, 2), "e", 2, 5), *some(3, 4, 5))) == [HOLE]


def test_a_true_gap_in_a_log_that_is_gone_is_no_hole():
    recording = whole()
    events = [Gap((1, 2), "old", 3, 4), said(3, epoch="old"), said(4, epoch="old")]
    recording.connections.append(Connection("eve", NOWHERE, "old", 4, events))
    assert set(kinds(recording)) == {UNSEEN}


def test_an_ack_in_a_log_that_is_gone_may_have_named_another_id():
    recording = whole()
    recording.publishes[2].acks.insert(0, Place("old", 9))
    assert check(recording) == []


def test_what_stood_in_a_log_that_is_gone_does_not_stand_in_this_one():
    recording = whole()
    del recording.log[4]
    recording.publishes[4].acks[:] = [Place("old", 5)]
    recording.connections[:] = [
        Connection("eve", NOWHERE, "old", 4, [said(5, epoch="old")]),
        Connection("eve", Place("old", 5), "e", 4, [Gap(None, "e", 1, 5), *some(1, 2, 3, 4)]),
    ]
    assert LOST in kinds(recording)
