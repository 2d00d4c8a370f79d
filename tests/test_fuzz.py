"""The hunt through the frame codec, in short: over its seeds, and from them at random."""

import pytest

from fuzz.bugs import BUGS, plant
from fuzz.codec import TARGETS
from fuzz.mutations import mutations
from fuzz.seeds import seeds
from prove.fuzz import judge

SEED = 7
INPUTS = {"frames": 1200, "deflated": 1200, "offers": 800, "close": 2000}


def hunt(target):
    begun = seeds(target)
    for data in (*begun, *mutations(begun, INPUTS[target], SEED)):
        TARGETS[target](data)


@pytest.mark.parametrize("target", TARGETS)
def test_whatever_bytes_come_the_codec_holds_to_what_it_says(target):
    hunt(target)


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(monkeypatch, bug):
    plant(bug, monkeypatch.setattr)
    target, *_, words = BUGS[bug]
    with pytest.raises(Exception, match=words):
        hunt(target)


def test_a_hunt_is_the_same_every_time():
    again = [list(mutations(seeds("frames"), 50, SEED)) for _ in range(2)]
    assert again[0] == again[1]


# -- what the long hunt says ---------------------------------------------------------------


def test_a_hunt_that_ends_in_time_found_nothing_and_says_how_much_it_tried(tmp_path):
    log = tmp_path / "log.txt"
    log.write_text("Done 9 runs\nstat::number_of_executed_units: 4711\n")
    assert judge(0, log).tried == 4711
    assert not judge(0, log).finding


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "\n === Uncaught Python exception: ===\nIndexError: pong\nTraceback\n",
            "IndexError: pong",
        ),
        ("==1== ERROR: libFuzzer: timeout after 20 seconds\n", "timeout after 20 seconds"),
        ("ModuleNotFoundError\n", "broke off with 1"),
    ],
)
def test_a_hunt_that_ends_any_other_way_is_a_finding(tmp_path, said, words):
    log = tmp_path / "log.txt"
    log.write_text(said)
    assert words in judge(1, log).finding


def test_a_hunt_that_tried_nothing_is_no_proof(tmp_path):
    log = tmp_path / "log.txt"
    log.write_text("")
    assert judge(0, log).finding
