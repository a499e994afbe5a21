"""Whoever cannot go on waiting reaches a limit, and something is done for them there."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.call import Facts, Limit, TopicId
from ivr.domain.limits import closing, ending, full, limits, nobody_at_work
from ivr.domain.policy import Ending, WaitingPolicy
from ivr.domain.schedule import Hours, Schedule, forced_open, local, open_at
from ivr.domain.service import Charging, ServiceLine
from ivr.domain.waiting import Due, Step, Stretch, next_due
from tests.fakes.service import ADULTS, FAMILIES, WORKDAYS, facts, line
from tests.fakes.time import BEGIN

POLICIES = st.builds(
    WaitingPolicy,
    longest_s=st.floats(1, 3600),
    on_longest=st.sampled_from(Ending),
    most=st.integers(1, 100),
    on_full=st.sampled_from(Ending),
    nobody_after_s=st.floats(0, 600),
    on_nobody=st.sampled_from(Ending),
    after_closing_min=st.integers(0, 60),
    on_closing=st.sampled_from(Ending),
    other_topic=st.sampled_from([None, TopicId("adults")]),
)
INSTANTS = st.datetimes(datetime(2026, 11, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
CLOSES = BEGIN + timedelta(hours=5)  # 15:00 in Finland


def _line(policy: WaitingPolicy | None = None, schedule: Schedule = WORKDAYS) -> ServiceLine:
    return line("any", "0291000001", Charging.TOLL_FREE, waiting=policy, schedule=schedule)


def _joined(of: ServiceLine, at: datetime = BEGIN) -> Facts:
    return replace(facts(of, arrived=at), answered=True, joined=at)


@given(policy=POLICIES, redirected=st.booleans(), limit=st.sampled_from(Limit))
def test_nobody_is_led_to_another_topic_twice_or_to_none(
    policy: WaitingPolicy, redirected: bool, limit: Limit
) -> None:
    of = _line(policy)
    how = ending(of, replace(_joined(of), redirected=redirected), limit)
    if how is Ending.OTHER_TOPIC:
        assert policy.other_topic is not None
        assert not redirected


@given(policy=POLICIES, at=INSTANTS, nobody_since=st.none() | INSTANTS)
def test_a_limit_at_which_the_caller_is_to_wait_on_is_never_reached(
    policy: WaitingPolicy, at: datetime, nobody_since: datetime | None
) -> None:
    of = _line(policy)
    for limit, _ in limits(of, _joined(of, at), nobody_since):
        assert ending(of, _joined(of, at), limit) is not Ending.WAIT


@given(policy=POLICIES, at=INSTANTS)
def test_the_line_closes_on_a_caller_at_the_first_instant_at_which_it_is_closed(
    policy: WaitingPolicy, at: datetime
) -> None:
    closes = closing(_line(policy), _joined(_line(policy), at))
    if closes is None:
        assert not open_at(WORKDAYS, at)
        return
    assert not open_at(WORKDAYS, closes)
    assert local(closes).time() == time(15)
    assert timedelta(0) < closes - at < timedelta(days=1)


def test_a_break_shorter_than_the_time_after_closing_sends_nobody_away() -> None:
    hours = (Hours(opens=time(9), closes=time(11)), Hours(opens=time(11, 10), closes=time(15)))
    broken = Schedule(weekly=dict.fromkeys(range(5), hours))
    call = _joined(_line(schedule=broken))
    assert closing(_line(schedule=broken), call) == CLOSES
    strict = _line(WaitingPolicy(after_closing_min=5), broken)
    assert closing(strict, call) == BEGIN + timedelta(hours=1)


def test_a_line_that_never_closes_closes_on_nobody() -> None:
    always = Schedule(weekly=dict.fromkeys(range(7), (Hours(opens=time(0), closes=time(0)),)))
    for schedule in (always, forced_open(WORKDAYS)):
        assert closing(_line(schedule=schedule), _joined(_line(schedule=schedule))) is None


def test_who_arrived_in_time_and_joined_after_closing_is_served_for_as_long_as_the_others() -> None:
    of = _line()
    late = replace(_joined(of, CLOSES - timedelta(seconds=5)), joined=CLOSES + timedelta(minutes=1))
    assert dict(limits(of, late, None))[Limit.CLOSING] == CLOSES + timedelta(minutes=15)


def test_the_longest_wait_counts_from_the_joining_or_from_what_came_between() -> None:
    of = _line()
    waited = _joined(of)
    assert dict(limits(of, waited, None))[Limit.LONGEST] == BEGIN + timedelta(hours=1)
    talked = replace(waited, waiting_since=BEGIN + timedelta(minutes=30))
    assert dict(limits(of, talked, None))[Limit.LONGEST] == BEGIN + timedelta(minutes=90)


def test_who_is_led_on_after_closing_has_the_time_after_closing_anew() -> None:
    of = _line()
    waited = _joined(of)
    over = dict(limits(of, waited, None))[Limit.CLOSING]
    led_on = replace(waited, waiting_since=over + timedelta(minutes=5))
    grace = timedelta(minutes=of.waiting.after_closing_min)
    assert dict(limits(of, led_on, None))[Limit.CLOSING] == over + timedelta(minutes=5) + grace


def test_nobody_is_led_to_the_topic_they_wait_for_already() -> None:
    policy = WaitingPolicy(on_longest=Ending.OTHER_TOPIC, other_topic=ADULTS)
    elsewhere = replace(_joined(_line(policy)), topic=FAMILIES)
    assert ending(_line(policy), elsewhere, Limit.LONGEST) is Ending.OTHER_TOPIC
    there = replace(elsewhere, topic=ADULTS)
    assert ending(_line(policy), there, Limit.LONGEST) is Ending.NOTICE


@pytest.mark.parametrize(
    ("seconds", "reached"), [(None, False), (9.9, False), (10, True), (600, True)]
)
def test_nobody_at_work_for_so_long_is_nobody(seconds: float | None, reached: bool) -> None:
    of = _line(WaitingPolicy(nobody_after_s=10))
    since = None if seconds is None else BEGIN - timedelta(seconds=seconds)
    assert nobody_at_work(of, since, BEGIN) is reached
    waits_on = _line(WaitingPolicy(nobody_after_s=10, on_nobody=Ending.WAIT))
    assert not nobody_at_work(waits_on, since, BEGIN)


@given(policy=POLICIES, standing=st.integers(0, 200))
def test_the_line_is_full_only_when_as_many_stand_in_it_as_may(
    policy: WaitingPolicy, standing: int
) -> None:
    assert full(_line(policy), standing) == (
        standing >= policy.most and policy.on_full is not Ending.WAIT
    )


def test_the_caller_hears_at_closing_that_they_may_stay_and_later_that_it_is_over() -> None:
    of = _line(WaitingPolicy(announce_every_s=3600, longest_s=3600, after_closing_min=15))
    call = _joined(of, CLOSES - timedelta(minutes=1))
    stretch = Stretch(entered=call.arrived, said=call.arrived, offered=call.arrived)
    assert next_due(of, call, stretch, call.arrived) == Due(at=CLOSES, step=Step.CLOSED)
    told = replace(stretch, told_closed=True)
    assert next_due(of, call, told, CLOSES) == Due(
        at=CLOSES + timedelta(minutes=15), step=Step.LIMIT, limit=Limit.CLOSING
    )


def test_who_is_sent_away_at_closing_is_not_told_first_that_they_may_stay() -> None:
    of = _line(WaitingPolicy(after_closing_min=0))
    call = _joined(of, CLOSES - timedelta(minutes=1))
    stretch = Stretch(entered=call.arrived, said=CLOSES)
    assert next_due(of, call, stretch, CLOSES).step is Step.LIMIT


def test_where_nobody_is_at_work_the_caller_is_told_so_before_anything_else() -> None:
    of = _line(WaitingPolicy(nobody_after_s=10))
    stretch = Stretch(entered=BEGIN, said=BEGIN, nobody_since=BEGIN - timedelta(hours=3))
    due = next_due(of, _joined(of), stretch, BEGIN)
    assert (due.step, due.limit) == (Step.LIMIT, Limit.NOBODY)
