"""The soak, in short; and its judge, on readings by hand and on planted leaks."""

import asyncio
from dataclasses import replace

import pytest

from parts import needs
from soak.gauge import Reading, can_measure, read
from soak.judge import (
    ANSWERS,
    DESCRIPTORS,
    HOLES,
    LOGGED,
    MEMORY,
    OBJECTS,
    SOCKETS,
    THREADS,
    WAITERS,
    Result,
    judge,
    summary,
)
from soak.leaks import LEAKS
from soak.run import Plan, soak
from soak.steady import Steady
from soak.visitors import ACTS

SEED = 7
can_soak = needs("/proc that tells a process's own memory (Linux)", can_measure)


# -- the run ---------------------------------------------------------------------------


@can_soak
@pytest.mark.parametrize("engine", ["auto", "iostream"])
def test_when_all_are_gone_the_server_is_as_it_was_before(tmp_path, engine):
    result = asyncio.run(soak(Plan(SEED, engine), tmp_path))
    assert not judge(result), summary(result)
    assert all(result.deeds[act.__name__] for act, _ in ACTS), result.deeds
    assert result.deeds["ids"] > 100


@can_soak
@pytest.mark.parametrize("leak", LEAKS)
def test_a_planted_leak_is_found_and_called_by_its_name(tmp_path, leak):
    plan = Plan(SEED, warm_up=1, soak=2, stall=0.5, gone=2, leak=leak)
    result = asyncio.run(soak(plan, tmp_path))
    _, name = LEAKS[leak]
    assert name in {finding.kind for finding in judge(result)}, summary(result)


@can_soak
def test_a_process_that_opens_a_file_has_one_descriptor_more(tmp_path):
    before = read("self")
    with open(tmp_path / "file", "w"):
        during = read("self")
    assert during.descriptors == before.descriptors + 1
    assert during.sockets == before.sockets
    assert before.own <= before.rss


# -- the judge, on readings by hand ------------------------------------------------------

BEFORE = Reading(own=20_000, rss=30_000, descriptors=12, sockets=3, threads=2, blocks=100_000)
GONE = Result("auto", BEFORE, BEFORE, BEFORE, log="INFO stopping: 0 to say goodbye to\n")


def kinds(result):
    return [finding.kind for finding in judge(result)]


def at_the_end(**other):
    return replace(GONE, end=replace(BEFORE, **other))


def test_a_server_that_is_as_it_was_has_no_findings():
    assert not judge(GONE)


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        ({"own": 23_073}, MEMORY),
        ({"blocks": 102_001}, OBJECTS),
        ({"sockets": 4, "descriptors": 13}, SOCKETS),
        ({"descriptors": 13}, DESCRIPTORS),
        ({"threads": 3}, THREADS),
    ],
)
def test_what_is_more_at_the_end_is_found(other, kind):
    assert kinds(at_the_end(**other)) == [kind]


def test_a_little_more_memory_is_none():
    assert not judge(at_the_end(own=23_072, blocks=102_000))


@pytest.mark.parametrize(
    ("log", "kind"),
    [
        ("stopping: 2 to say goodbye to", WAITERS),
        ("", WAITERS),
        (GONE.log + "12:00 ERROR c1 is closed by an error of ours", LOGGED),
        (GONE.log + "Traceback (most recent call last):", LOGGED),
    ],
)
def test_what_the_log_says_is_found(log, kind):
    assert kinds(replace(GONE, log=log)) == [kind]


def test_what_the_members_saw_is_found():
    assert kinds(replace(GONE, holes=["got 3 after 1"])) == [HOLES]
    assert kinds(replace(GONE, wrong=["no answer"])) == [ANSWERS]
    assert kinds(replace(GONE, status=1)) == [LOGGED]


@pytest.mark.parametrize(("ids", "holes"), [([5, 6, 7], 0), ([5, 7], 1), ([5, 5], 1), ([6, 5], 2)])
def test_who_stays_sees_every_hole_and_every_copy(ids, holes):
    member = Steady("ada", 0, None)
    member.last = 4
    for id in ids:
        member._got({"type": "message", "id": id})
    assert len(member.holes) == holes
