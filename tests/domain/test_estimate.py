"""What a waiting caller is told of those ahead and of the time is true, and never flatters."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.call import CallId, CounsellorId, Language, TopicId
from ivr.domain.estimate import BANDS, Pace, Served, WaitBand, ahead, expected_wait, said_band
from ivr.domain.line import Contact, Skills, in_order
from ivr.domain.policy import Routing
from ivr.domain.team import Team
from tests.domain.lines import CONTACTS, EVERYONE, INSTANTS, LINES, NINE, NOWS, ROUTINGS, TOPICS

Routings = Mapping[TopicId, Routing]
Everyone = Mapping[CounsellorId, Skills]

WAITS = st.integers(0, 1200).map(lambda seconds: timedelta(seconds=seconds))
SERVED = st.builds(
    Served,
    ended=st.integers(-180, 0).map(lambda minutes: NINE + timedelta(minutes=minutes)),
    took=st.integers(10, 3600).map(lambda seconds: timedelta(seconds=seconds)),
)


def told(waits: Sequence[timedelta]) -> list[WaitBand]:
    """What is told at one announcement after another."""
    said: list[WaitBand] = []
    for wait in waits:
        band = said_band(said[-1] if said else None, wait)
        assert band is not None
        said.append(band)
    return said


def mean(services: Sequence[Served]) -> timedelta | None:
    """The mean length of the last hour's calls, as it is kept."""
    pace = Pace()
    for each in sorted(services, key=lambda served: served.ended):
        pace.add(each)
    return pace.mean(NINE)


def place(band: WaitBand) -> int:
    return BANDS.index(band)


# --- how many are ahead ---------------------------------------------------------------


@given(waiting=LINES, everyone=EVERYONE, routings=ROUTINGS, now=NOWS)
def test_the_first_has_nobody_ahead_and_nobody_has_more_than_stand_before_them(
    waiting: list[Contact], everyone: Everyone, routings: Routings, now: datetime
) -> None:
    for before, contact in enumerate(in_order(waiting)):
        assert 0 <= ahead(contact, waiting, Team(everyone, routings), now=now) <= before


@given(waiting=LINES, newcomer=CONTACTS, everyone=EVERYONE, routings=ROUTINGS, now=NOWS)
def test_whoever_comes_behind_changes_no_figure_and_whoever_leaves_only_lowers_it(
    waiting: list[Contact],
    newcomer: Contact,
    everyone: Everyone,
    routings: Routings,
    now: datetime,
) -> None:
    line = [contact for contact in waiting if contact.id != newcomer.id]
    for contact in line:
        before = ahead(contact, line, Team(everyone, routings), now=now)
        after = ahead(contact, [*line, newcomer], Team(everyone, routings), now=now)
        later = in_order([newcomer, contact])[0] is contact
        assert after == before if later else before <= after <= before + 1


@given(
    joined=st.lists(INSTANTS, min_size=1, max_size=8),
    everyone=EVERYONE,
    routings=ROUTINGS,
    now=NOWS,
)
def test_among_equals_the_figure_is_the_place_in_the_line(
    joined: list[datetime], everyone: Everyone, routings: Routings, now: datetime
) -> None:
    waiting = [
        Contact(id=CallId(f"n1-{n}"), topic=TOPICS[0], language=Language.FI, joined=at)
        for n, at in enumerate(joined)
    ]
    for before, contact in enumerate(in_order(waiting)):
        assert ahead(contact, waiting, Team(everyone, routings), now=now) == before


def test_only_those_who_want_the_same_counsellors_are_counted() -> None:
    def contact(name: str, topic: TopicId, language: Language, minute: int) -> Contact:
        joined = NINE + timedelta(minutes=minute)
        return Contact(id=CallId(name), topic=topic, language=language, joined=joined)

    def counted(of: Contact, *people: Skills, routings: Routings | None = None) -> int:
        everyone = {CounsellorId(f"c{n}"): skills for n, skills in enumerate(people)}
        return ahead(of, waiting, Team(everyone, routings or {}), now=NINE)

    families, disability, adults = TOPICS
    finnish_families = contact("a", families, Language.FI, 0)
    swedish_families = contact("b", families, Language.SV, 1)
    finnish_adults = contact("c", adults, Language.FI, 2)
    last = contact("d", families, Language.SV, 3)
    waiting = [last, finnish_adults, swedish_families, finnish_families]
    bilingual = Skills(topics={families: 1}, languages=dict.fromkeys(Language, 1))
    finnish = Skills(topics={families: 1, adults: 2}, languages={Language.FI: 1})
    nobodys = Skills(topics={disability: 1}, languages=dict.fromkeys(Language, 1))

    assert counted(last, finnish, nobodys) == 1  # nobody speaks Swedish, yet one is before
    assert counted(last, finnish, bilingual) == 2
    assert counted(finnish_adults, finnish, bilingual) == 1
    # One who has overflowed to the counsellors of another topic is ahead there too.
    overflow = {adults: Routing(overflow_after_s=0, overflow_topic=families)}
    waiting[1] = replace(finnish_adults, joined=NINE)
    assert counted(last, bilingual) == 2
    assert counted(last, bilingual, routings=overflow) == 3


def test_who_waits_for_one_counsellor_is_ahead_only_of_those_whom_that_one_can_serve() -> None:
    families, _, adults = TOPICS
    anna, bertil = CounsellorId("anna"), CounsellorId("bertil")
    skills = Skills(topics={families: 1}, languages={Language.FI: 1})
    everyone = {anna: skills, bertil: replace(skills, topics={adults: 1})}
    transferred = Contact(
        id=CallId("a"), topic=families, language=Language.FI, joined=NINE, wanted=bertil
    )
    later = NINE + timedelta(minutes=1)
    behind = {
        topic: Contact(id=CallId("b"), topic=topic, language=Language.FI, joined=later)
        for topic in (families, adults)
    }
    figures = {
        topic: ahead(contact, [transferred, contact], Team(everyone, {}), now=later)
        for topic, contact in behind.items()
    }
    assert figures == {families: 0, adults: 1}


# --- how long it may take --------------------------------------------------------------


@given(
    services=st.lists(SERVED, max_size=8), before=st.integers(0, 50), counsellors=st.integers(0, 5)
)
def test_nothing_is_expected_of_fewer_than_three_calls_in_the_last_hour_or_of_nobody_at_work(
    services: list[Served], before: int, counsellors: int
) -> None:
    wait = expected_wait(ahead=before, mean=mean(services), counsellors=counsellors)
    counted = [each for each in services if each.ended > NINE - timedelta(hours=1)]
    assert (wait is None) == (len(counted) < 3 or counsellors == 0)
    if wait is not None:
        longest = max(each.took for each in counted)
        assert timedelta() < wait <= longest * (before + 1) / counsellors


@given(
    services=st.lists(SERVED, min_size=3, max_size=8),
    before=st.integers(0, 50),
    counsellors=st.integers(1, 5),
)
def test_more_callers_ahead_mean_a_longer_wait_and_more_counsellors_a_shorter_one(
    services: list[Served], before: int, counsellors: int
) -> None:
    def wait(before: int, counsellors: int) -> timedelta | None:
        return expected_wait(ahead=before, mean=mean(services), counsellors=counsellors)

    now, behind, helped = (
        wait(before, counsellors),
        wait(before + 1, counsellors),
        wait(before, counsellors + 1),
    )
    if now is not None:
        assert behind is not None
        assert helped is not None
        assert helped < now < behind


def test_the_wait_is_a_turn_for_each_ahead_and_ones_own_shared_among_the_counsellors() -> None:
    ten_minutes = Served(ended=NINE, took=timedelta(minutes=10))
    wait = expected_wait(ahead=3, mean=mean([ten_minutes] * 3), counsellors=2)
    assert wait == timedelta(minutes=20)


@given(waits=st.lists(WAITS, min_size=1, max_size=12))
def test_an_estimate_that_got_worse_is_never_told_as_a_better_one(waits: list[timedelta]) -> None:
    said = told(waits)
    for n in range(1, len(waits)):
        if waits[n] >= waits[n - 1]:
            assert place(said[n]) >= place(said[n - 1])


@given(waits=st.lists(WAITS, min_size=1, max_size=12))
def test_nothing_better_than_the_honest_estimate_is_told(waits: list[timedelta]) -> None:
    for wait, band in zip(waits, told(waits), strict=True):
        honest = said_band(None, wait)
        assert honest is not None
        assert place(band) >= place(honest)


@given(
    end=st.sampled_from([300, 600]),
    jitter=st.lists(st.integers(-59, 59), min_size=2, max_size=12),
)
def test_an_estimate_that_wavers_about_a_bound_is_not_told_now_so_and_now_so(
    end: int, jitter: list[int]
) -> None:
    said = told([timedelta(seconds=end + each) for each in jitter])
    changes = sum(one is not other for one, other in pairwise(said))
    assert changes <= 1


@given(previous=st.none() | st.sampled_from(WaitBand), wait=WAITS)
def test_a_wait_that_is_surely_shorter_is_told_as_it_is(
    previous: WaitBand | None, wait: timedelta
) -> None:
    surely = wait / 0.8
    if said_band(None, surely) is said_band(None, wait):
        assert said_band(previous, wait) is said_band(None, wait)


def test_nothing_is_told_while_nothing_is_known() -> None:
    assert said_band(WaitBand.UNDER_5, None) is None
    assert said_band(None, timedelta(minutes=5)) is WaitBand.FROM_5_TO_10
    assert said_band(None, timedelta(minutes=10)) is WaitBand.OVER_10
