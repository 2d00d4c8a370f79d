"""What a benchmark says rests on: its statistics, and a load and a floor that agree."""

import json
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import fields

import pytest

from bench.cores import Failed, Sample
from bench.report import table
from bench.stats import Limit, Spread, ratio, spread
from bench.verdicts import over, verdicts
from bench.works import Book
from parts import needs_c
from process import ROOT

FRAME = 2 + 64


def test_a_ratio_compares_each_figure_with_its_own_neighbour():
    # Noise that meets both of a pair alike is gone from the ratio.
    assert ratio([2, 20, 200], [1, 10, 100]).middle == 2


def test_a_ratio_of_rounds_that_do_not_match_is_refused():
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        ratio([1, 2], [1])


@pytest.mark.parametrize(
    ("number", "left_off"),
    # Of n values, the k outermost on either side may be left off while
    # 2 * P(fewer than k + 1 of n coins fall on one side) is at most 5 %.
    [(1, 0), (5, 0), (6, 0), (8, 0), (9, 1), (12, 2), (15, 3), (25, 7)],
)
def test_the_interval_of_a_median_comes_from_the_order_of_the_values(number, left_off):
    values = list(range(number))
    found = spread(values[::-1])
    assert (found.low, found.high) == (values[left_off], values[-1 - left_off])
    assert found.middle == (number - 1) / 2


def test_one_wild_value_among_nine_moves_nothing():
    assert spread([1, 1, 1, 1, 1, 1, 1, 1, 50]).high == 1


def test_a_limit_counts_as_met_when_the_far_end_of_the_interval_keeps_to_it():
    limit = Limit(must=1.25, aim=1.05)
    assert limit.met(Spread(1.0, 0.9, 1.05)) == "yes, the aim too"
    assert limit.met(Spread(1.0, 0.9, 1.06)) == "yes"
    assert limit.met(Spread(1.0, 0.9, 1.26)) == "**no**"


def test_what_is_to_be_over_a_limit_is_held_to_the_other_end():
    limit = Limit(must=3500, aim=10000, least=True)
    assert limit.met(Spread(12000, 10000, 13000)) == "yes, the aim too"
    assert limit.met(Spread(12000, 9999, 13000)) == "yes"
    assert limit.met(Spread(12000, 3499, 13000)) == "**no**"


def test_an_aim_without_a_limit_is_only_an_aim():
    assert Limit(None, 1).met(Spread(0.8, 0.7, 0.9)) == "the aim"
    assert Limit(None, 1).met(Spread(0.8, 0.7, 1.1)) == "not the aim"


def test_columns_of_numbers_are_set_to_the_right():
    assert table("server|us", [["floor", "-"], ["ours", "4.5"]]).splitlines() == [
        "| server | us |",
        "| :-- | --: |",
        "| floor | - |",
        "| ours | 4.5 |",
    ]


def row_of(book, work):
    [line] = [line for line in verdicts(book).splitlines() if line.startswith(f"| {work} |")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def sample(cost):
    """What a load says of a delivery that took the server so many seconds."""
    numbers = dict.fromkeys([field.name for field in fields(Sample)], 1)
    return Sample(**numbers | {"server": cost})


def pairs(book, work, key, costs, floor):
    for cost, base in zip(costs, floor, strict=True):
        book.add(work, key, sample(cost))
        book.beside[work, key].append(sample(base))


def test_the_verdict_is_computed_from_the_pairs():
    book = Book()
    floor = [4.0, 8.0, 4.0, 4.0, 5.0, 4.0]
    pairs(book, "one", "ours", [4.4, 8.8, 4.8, 4.4, 5.5, 4.2], floor)
    work = "broadcast, one in flight, over the floor"
    assert row_of(book, work) == [work, "1.10", "1.05 to 1.20", "1.25", "1.05", "yes"]
    book.samples["one", "ours"][1] = sample(16.0)
    assert row_of(book, work)[-1] == "**no**"


def test_two_that_never_met_are_compared_by_what_each_is_over_its_own_floor():
    book = Book()
    pairs(book, "one", "ours", [4, 8, 4, 4, 4, 4, 99], [2, 4, 2, 2, 2, 2, 2])
    pairs(book, "one", "go", [9, 9, 9, 9, 18, 9], [3, 3, 3, 3, 6, 3])
    assert over("one", "go")(book) == Spread(2 / 3, 2 / 3, 2 / 3)


def test_what_grows_as_the_floor_does_is_shown_beside_what_grows():
    book = Book()
    for members, ours, floor in ((100, 2, 1), (5000, 6, 3)):
        book.figures[f"members {members}", "ours"] = [ours] * 6
        book.figures[f"members {members}", "floor"] = [floor] * 6
    assert row_of(book, "dearest over cheapest number of members")[1] == "3.00"
    assert row_of(book, "the same over the floor's")[1] == "1.00"


def test_a_pair_is_noted_as_a_whole_or_not_at_all_and_each_begins_as_often():
    asked = []

    class Answers:
        def __init__(self, name, *costs):
            self.name, self.costs = name, list(costs)

        def ask(self, command):
            asked.append(self.name)
            if not self.costs:
                raise Failed("no answer")
            return sample(self.costs.pop(0))

    book, ours, floor = Book(), Answers("ours", 4, 6), Answers("floor", 2, 3, 5)
    for _ in range(2):
        book.take_pair("one", "ours", ours, floor, "flow 1 0.2")
    assert asked == ["ours", "floor", "floor", "ours"]
    assert book.over_floor("one", "ours") == [2, 2]
    book.take_pair("one", "ours", ours, floor, "flow 1 0.2")
    assert row_of(book, "broadcast, one in flight, over the floor")[2] == "not measured"


def test_what_was_not_measured_is_not_called_met():
    for line in verdicts(Book()).splitlines()[2:]:
        assert "| not measured |" in line
        assert line.endswith("| - |")


# The load and the floor


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built")
    bench = ROOT / "bench"
    for name, sources in (
        ("load", [bench / "load.c", bench / "tally.c", bench / "wire.c", bench / "events.c"]),
        ("floor", [bench / "peers" / "floor.c"]),
    ):
        flags = ["-std=c11", "-D_GNU_SOURCE", "-O1", "-Wall", "-Wextra", "-Werror"]
        subprocess.run(["cc", *flags, "-o", folder / name, *sources], check=True, timeout=60)
    return folder


@contextmanager
def floor(built, *options):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([built / "floor", str(port), *options])
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", port)):
                    break
            time.sleep(0.01)
        yield process.pid, port
    finally:
        process.kill()
        process.wait()


def load(built, pid, port, commands, *options):
    """What the load answers to each command."""
    process = subprocess.run(
        [built / "load", f"--pid={pid}", f"--port={port}", *options],
        input="".join(f"{command}\n" for command in commands),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (process.returncode, process.stderr) == (0, "")
    return [json.loads(line) for line in process.stdout.splitlines()]


@needs_c
@pytest.mark.parametrize("options", [[], ["--coalesced"]], ids=["a send each", "coalesced"])
def test_every_message_comes_to_every_member_once(built, options):
    commands = ["join 10 5", "flow 1 0.2", "flow 8 0.2", "burst 10 0.2", "paced 50 0.2"]
    with floor(built, *options) as (pid, port):
        joined, *runs = load(built, pid, port, commands)
    assert joined["complete"]
    assert joined["members"] == 10
    assert len(runs) == 4
    for run in runs:
        assert run["complete"]
        assert run["sent"] > 0
        assert run["deliveries"] == 10 * run["sent"]
        assert run["bytes"] == FRAME * run["deliveries"]
        assert 0 < run["p50"] <= run["p99"] * 1.02
        assert 0 < run["server"] < run["seconds"] * 1.1


@needs_c
def test_everybody_gets_their_own_echo(built):
    with floor(built) as (pid, port):
        _, run = load(built, pid, port, ["join 10 10", "echo 0.2"], "--path=/echo")
    assert run["complete"]
    assert run["deliveries"] == run["sent"] > 10
    assert run["bytes"] == FRAME * run["deliveries"]


@needs_c
def test_a_member_that_is_lost_is_said_and_not_waited_for(built):
    with floor(built) as (pid, port):
        process = subprocess.Popen(
            [built / "load", f"--pid={pid}", f"--port={port}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            process.stdin.write("join 3 3\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["complete"]
            subprocess.run(["kill", "-STOP", str(pid)], check=True)
            process.stdin.write("flow 1 0.1\n")
            process.stdin.flush()
            time.sleep(0.1)
            subprocess.run(["kill", "-KILL", str(pid)], check=True)
            assert not json.loads(process.stdout.readline())["complete"]
            process.stdin.close()
