"""What the dialplan is told of a line beforehand is what the line would say then."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.alone import MOST_READ, at_work, by_day, forms, greeting, members, pieces, promises
from ivr.domain.call import CounsellorId, Language
from ivr.domain.closing import closed_notice
from ivr.domain.line import Skills
from ivr.domain.policy import CallbackPolicy, Ending, OnBudgetEnd, WaitingPolicy
from ivr.domain.schedule import Hours, Schedule, closes_at, open_at
from ivr.domain.service import Charging
from tests.fakes.service import ADULTS, BOTH, FAMILIES, WORKDAYS, counsellor, line, service

BEGIN = datetime(2026, 3, 25, 13, 0, tzinfo=UTC)  # four days before the clocks change
DAYS = 14
LATE = Schedule(weekly={day: (Hours(opens=time(8), closes=time(0)),) for day in range(7)})
ALWAYS = replace(WORKDAYS, forced_open=True)
SCHEDULES = [WORKDAYS, LATE, ALWAYS, Schedule(weekly={})]


@pytest.mark.parametrize("schedule", SCHEDULES)
@given(minutes=st.integers(0, DAYS * 1440 - 1))
def test_at_every_instant_the_dialplan_says_what_the_line_would(
    schedule: Schedule, minutes: int
) -> None:
    told = pieces(schedule, BEGIN, DAYS)
    at = told[0].start + timedelta(minutes=minutes)
    (piece,) = [each for each in told if each.start <= at < each.end]
    assert (piece.closes is not None) is open_at(schedule, at)
    if piece.closes is None:
        assert piece.notice == closed_notice(schedule, at)
    elif not schedule.forced_open:
        assert piece.closes == closes_at(schedule, at)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_days_are_told_whole_and_without_a_gap(schedule: Schedule) -> None:
    told = pieces(schedule, BEGIN, DAYS)
    assert told[0].start == datetime(2026, 3, 25, tzinfo=UTC)
    assert told[-1].end == told[0].start + timedelta(days=DAYS)
    assert all(before.end == after.start for before, after in pairwise(told))
    days = dict(by_day(told))
    assert len(days) == DAYS
    for name, parts in days.items():
        assert parts[-1].end - parts[0].start == timedelta(days=1), name


def test_who_serves_the_general_topic_best_in_all_languages_is_rung_first() -> None:
    free = line("free", "0291000001", Charging.EARLY_MEDIA)
    people = (
        counsellor("other", ADULTS),
        counsellor("finnish", FAMILIES, languages=(Language.FI,)),
        counsellor("best", FAMILIES),
        replace(counsellor("second", FAMILIES), topics={FAMILIES: 2}),
        replace(counsellor("phoneless", FAMILIES), account=None),
    )
    config = replace(service(*people), shared_phones=("desk1",))
    told = members(config, free)
    assert [each.account for each in told] == ["best", "finnish", "second", "other", "desk1"]
    assert [each.penalty for each in told] == sorted(each.penalty for each in told)
    of_families = replace(free, topics=(FAMILIES,))
    assert "other" not in [each.account for each in members(config, of_families)]


def test_who_is_at_work_is_told_by_line_and_phone() -> None:
    skills = {
        "desk1": Skills(topics={ADULTS: 1}, languages=dict.fromkeys(BOTH, 1)),
        "anna": Skills(topics={FAMILIES: 1}, languages=dict.fromkeys(BOTH, 1)),
    }
    lines = (
        line("free", "0291000001", Charging.EARLY_MEDIA),
        replace(
            line("adults", "0291000002", Charging.EARLY_MEDIA),
            topics=(ADULTS,),
            general_topic=ADULTS,
        ),
    )
    config = replace(service(counsellor(CounsellorId("anna"))), lines=lines)
    said = at_work(config, skills, until=1795331875)
    assert said == "1795331875,free/anna,free/desk1,adults/desk1,"
    assert at_work(config, {}, until=1795331875) == "1795331875,"


def test_of_more_at_work_than_asterisk_reads_nobody_is_told_rather_than_the_first() -> None:
    free = line("free", "0291000001", Charging.EARLY_MEDIA)
    config = replace(service(counsellor(CounsellorId("anna"))), lines=(free,))
    skill = Skills(topics={FAMILIES: 1}, languages=dict.fromkeys(BOTH, 1))
    most = {f"counsellor{number:03d}": skill for number in range(210)}
    assert len(at_work(config, most, until=1795331875)) <= MOST_READ
    most |= {f"also{number:03d}": skill for number in range(40)}
    said = at_work(config, most, until=1795331875)
    assert int(said.partition(",")[0]) == 0  # an instant that is past


@pytest.mark.parametrize(
    ("charging", "ends", "said"),
    [
        (Charging.EARLY_MEDIA, OnBudgetEnd.CALLBACK, ["free_queue"]),
        (Charging.EARLY_MEDIA, OnBudgetEnd.WAIT, ["free_queue"]),
        (Charging.EARLY_MEDIA, OnBudgetEnd.ANSWER, ["free_queue_limited"]),
        (Charging.TOLL_FREE, OnBudgetEnd.CALLBACK, ["emergency", "free_call"]),
        (Charging.ANSWERED, OnBudgetEnd.CALLBACK, ["emergency", "price_waiting"]),
    ],
)
def test_the_greeting_says_of_the_price_what_is_true(
    charging: Charging, ends: OnBudgetEnd, said: list[str]
) -> None:
    of = line("free", "0291000001", charging, waiting=WaitingPolicy(on_budget_end=ends))
    assert greeting(of) == ["welcome", *said]


@pytest.mark.parametrize(
    ("charging", "budget", "longest", "promised"),
    [
        (Charging.EARLY_MEDIA, OnBudgetEnd.CALLBACK, Ending.NOTICE, True),
        (Charging.EARLY_MEDIA, OnBudgetEnd.WAIT, Ending.NOTICE, False),
        (Charging.EARLY_MEDIA, OnBudgetEnd.WAIT, Ending.OFFER_CALLBACK, True),
        (Charging.TOLL_FREE, OnBudgetEnd.CALLBACK, Ending.KEEP_CALLBACK, True),
        (Charging.TOLL_FREE, OnBudgetEnd.CALLBACK, Ending.NOTICE, False),
    ],
)
def test_no_number_is_kept_where_the_line_would_have_callers_call_again(
    charging: Charging, budget: OnBudgetEnd, longest: Ending, *, promised: bool
) -> None:
    waiting = WaitingPolicy(on_budget_end=budget, on_longest=longest)
    of = line("free", "0291000001", charging, waiting=waiting)
    assert promises(of) is promised
    assert not promises(replace(of, callback=CallbackPolicy(enabled=False)))


def test_a_number_is_known_in_every_form_in_which_carriers_write_it() -> None:
    assert forms("0291512360") == ("0291512360", "+358291512360", "358291512360", "00358291512360")
    assert forms("116117") == ("116117",)
