"""When to ping, and when silence means gone."""

from hypothesis import given
from hypothesis import strategies as some

from chat.liveness import Liveness, Verdict


def liveness(chance=0.5, interval=20.0, timeout=10.0):
    return Liveness(interval, timeout, chance=lambda: chance)


def test_the_first_ping_falls_anywhere_in_the_interval():
    assert liveness(chance=0.25).begin(100.0).due == 105.0
    assert liveness(chance=0.75).begin(100.0).due == 115.0


def test_a_member_is_pinged_once_an_interval():
    rules = liveness()
    pulse = rules.begin(0.0)
    assert rules.verdict(pulse, 9.9) is Verdict.WELL
    assert rules.verdict(pulse, 10.0) is Verdict.PING
    assert rules.verdict(pulse, 29.9) is Verdict.WELL
    assert rules.verdict(pulse, 30.0) is Verdict.PING


def test_silence_for_the_timeout_after_a_ping_is_the_end():
    rules = liveness()
    pulse = rules.begin(0.0)
    pulse.ping(10.0)
    assert rules.verdict(pulse, 19.9) is Verdict.WELL
    assert rules.verdict(pulse, 20.0) is Verdict.SILENT


def test_anything_heard_is_a_sign_of_life():
    rules = liveness()
    pulse = rules.begin(0.0)
    pulse.ping(10.0)
    pulse.heard()
    assert rules.verdict(pulse, 20.0) is not Verdict.SILENT


def test_another_ping_does_not_put_off_the_end():
    rules = liveness()
    pulse = rules.begin(0.0)
    pulse.ping(10.0)
    pulse.ping(19.0)
    assert rules.verdict(pulse, 20.0) is Verdict.SILENT


@given(some.floats(0.5, 50), some.floats(0.5, 50), some.lists(some.booleans(), max_size=60))
def test_nothing_changes_for_a_member_that_is_not_looked_at_before_it_is_time(
    interval, timeout, answers
):
    rules = liveness(interval=interval, timeout=timeout)
    always, rarely = rules.begin(0.0), rules.begin(0.0)
    now, step = 0.0, rules.sweep_every
    for answers_now in answers:
        now += step * 3
        if answers_now:
            always.heard()
            rarely.heard()
        verdict = rules.verdict(always, now)
        seldom = rules.verdict(rarely, now) if rarely.look <= now else Verdict.WELL
        assert seldom is verdict
        if verdict is Verdict.SILENT:
            break
        if verdict is Verdict.PING:
            always.ping(now)
            rarely.ping(now)


def test_a_pong_tells_the_round_trip_of_the_last_ping_and_of_no_other():
    pulse = liveness().begin(0.0)
    first = pulse.ping(10.0)
    last = pulse.ping(11.0)
    assert pulse.round_trip(last, 11.5) == 0.5
    assert pulse.round_trip(first, 11.5) is None
    assert pulse.round_trip(b"made up", 11.5) is None


@given(some.floats(0.1, 1000), some.floats(0.1, 1000))
def test_sweeps_are_fine_enough_to_spread_the_pings(interval, timeout):
    every = Liveness(interval, timeout).sweep_every
    assert every <= 1.0
    assert every <= interval / 5
    assert every <= timeout / 10
