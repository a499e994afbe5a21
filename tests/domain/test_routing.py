"""Nobody is overtaken by a later equal, no counsellor gets two, and no phone rings in vain."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.call import CallId, CounsellorId, Language, TopicId
from ivr.domain.line import Available, Contact, Pair, Skills, in_order
from ivr.domain.policy import Distribution, Routing
from ivr.domain.routing import GIVEN_BACK_AFTER, match, next_overflow, rank, reach
from tests.domain.lines import (
    COUNSELLORS,
    LINES,
    NINE,
    NOWS,
    ROUTINGS,
    TEAMS,
    TOPICS,
    routing_of,
)

Routings = dict[TopicId, Routing]


def able(
    contact: Contact, free: Iterable[Available], routings: Routings, now: datetime
) -> dict[CounsellorId, tuple[int, int]]:
    """Who of these can serve the contact now, and how well."""
    within = reach(contact, routing_of(routings, contact), now)
    ranks = {c.id: rank(contact, within, c.id, c.skills) for c in free}
    return {counsellor: suits for counsellor, suits in ranks.items() if suits is not None}


def rung(pairs: tuple[Pair, ...]) -> dict[CallId, tuple[CounsellorId, ...]]:
    return {pair.contact.id: pair.counsellors for pair in pairs}


@given(waiting=LINES, free=TEAMS, routings=ROUTINGS, now=NOWS)
def test_a_counsellor_gets_at_most_one_contact_and_a_contact_at_least_one_counsellor(
    waiting: list[Contact], free: list[Available], routings: Routings, now: datetime
) -> None:
    pairs = match(waiting, free, now=now, routings=routings)
    everybody = [counsellor for pair in pairs for counsellor in pair.counsellors]
    assert len(set(everybody)) == len(everybody)
    assert len({pair.contact.id for pair in pairs}) == len(pairs)
    assert all(pair.counsellors for pair in pairs)


@given(waiting=LINES, free=TEAMS, routings=ROUTINGS, now=NOWS)
def test_only_counsellors_within_the_contacts_reach_are_rung(
    waiting: list[Contact], free: list[Available], routings: Routings, now: datetime
) -> None:
    for pair in match(waiting, free, now=now, routings=routings):
        assert pair.contact in waiting
        assert set(pair.counsellors) <= set(able(pair.contact, free, routings, now))


@given(waiting=LINES, free=TEAMS, routings=ROUTINGS, now=NOWS)
def test_nobody_waits_while_a_counsellor_who_could_serve_them_is_not_rung(
    waiting: list[Contact], free: list[Available], routings: Routings, now: datetime
) -> None:
    taken = rung(match(waiting, free, now=now, routings=routings))
    busy = {counsellor for pair in taken.values() for counsellor in pair}
    idle = [counsellor for counsellor in free if counsellor.id not in busy]
    for contact in waiting:
        if contact.id not in taken:
            assert not able(contact, idle, routings, now)


@given(waiting=LINES, free=TEAMS, routings=ROUTINGS, now=NOWS)
def test_nobody_of_whatever_topic_is_overtaken_for_a_counsellor_who_could_have_served_them(
    waiting: list[Contact], free: list[Available], routings: Routings, now: datetime
) -> None:
    taken = rung(match(waiting, free, now=now, routings=routings))
    order = in_order(waiting)
    for place, contact in enumerate(order):
        if contact.id not in taken:
            for later in order[place + 1 :]:
                theirs = taken.get(later.id, ())
                assert not set(theirs) & set(able(contact, free, routings, now))


@given(waiting=LINES, free=TEAMS, routings=ROUTINGS, now=NOWS)
def test_an_urgent_contact_waits_only_for_other_urgent_ones(
    waiting: list[Contact], free: list[Available], routings: Routings, now: datetime
) -> None:
    taken = rung(match(waiting, free, now=now, routings=routings))
    urgent = [contact for contact in waiting if contact.urgent]
    alone = rung(match(urgent, free, now=now, routings=routings))
    assert {c.id for c in urgent if c.id in taken} == set(alone)
    assert all(taken[each][0] == counsellors[0] for each, counsellors in alone.items())


@given(waiting=LINES, free=TEAMS, routings=ROUTINGS, now=NOWS)
def test_the_first_rung_suits_best_of_those_still_free_and_has_the_turn_among_equals(
    waiting: list[Contact], free: list[Available], routings: Routings, now: datetime
) -> None:
    taken = rung(match(waiting, free, now=now, routings=routings))
    left = {counsellor.id: counsellor for counsellor in free}
    for contact in in_order(waiting):
        ranks = able(contact, left.values(), routings, now)
        if not ranks:
            assert contact.id not in taken
            continue
        best = [left[c] for c, suits in ranks.items() if suits == min(ranks.values())]
        first = min(best, key=_turn_of(routing_of(routings, contact).distribution))
        assert taken[contact.id][0] == first.id
        del left[first.id]


@given(waiting=LINES, free=TEAMS, routings=ROUTINGS, now=NOWS)
def test_several_phones_ring_only_where_all_are_rung_and_never_more_than_is_bounded(
    waiting: list[Contact], free: list[Available], routings: Routings, now: datetime
) -> None:
    for pair in match(waiting, free, now=now, routings=routings):
        routing = routing_of(routings, pair.contact)
        ring_all = routing.distribution is Distribution.RING_ALL
        assert len(pair.counsellors) <= (routing.ring_most if ring_all else 1)
        ranks = able(pair.contact, free, routings, now)
        assert len({ranks[counsellor] for counsellor in pair.counsellors}) == 1


@given(waiting=LINES, free=TEAMS, routings=ROUTINGS, now=NOWS)
def test_ringing_all_takes_no_counsellor_from_anybody_else_who_waits(
    waiting: list[Contact], free: list[Available], routings: Routings, now: datetime
) -> None:
    one_each = {
        topic: replace(routing, distribution=Distribution.LONGEST_IDLE)
        if routing.distribution is Distribution.RING_ALL
        else routing
        for topic, routing in routings.items()
    }
    many = rung(match(waiting, free, now=now, routings=routings))
    single = rung(match(waiting, free, now=now, routings=one_each))
    assert {contact: rung[:1] for contact, rung in many.items()} == single


@given(waiting=LINES, free=TEAMS, routings=ROUTINGS, now=NOWS, data=st.data())
def test_the_order_in_which_they_are_listed_changes_nothing(
    waiting: list[Contact],
    free: list[Available],
    routings: Routings,
    now: datetime,
    data: st.DataObject,
) -> None:
    shuffled = data.draw(st.permutations(waiting)), data.draw(st.permutations(free))
    again = match(*shuffled, now=now, routings=routings)
    assert again == match(waiting, free, now=now, routings=routings)


@given(waiting=LINES, free=TEAMS, routings=ROUTINGS, now=NOWS)
def test_who_wants_one_counsellor_gets_that_one_or_nobody(
    waiting: list[Contact], free: list[Available], routings: Routings, now: datetime
) -> None:
    for pair in match(waiting, free, now=now, routings=routings):
        if pair.contact.wanted is not None:
            assert pair.counsellors == (pair.contact.wanted,)


@given(waiting=LINES, free=TEAMS, routings=ROUTINGS, now=NOWS)
def test_who_has_just_led_a_contact_away_is_not_rung_for_it_and_after_a_while_like_anybody(
    waiting: list[Contact], free: list[Available], routings: Routings, now: datetime
) -> None:
    for pair in match(waiting, free, now=now, routings=routings):
        led = pair.contact.led
        if led is not None and led.by in pair.counsellors and led.by != pair.contact.wanted:
            assert now >= led.at + GIVEN_BACK_AFTER
    later = now + timedelta(hours=1)
    never_led = [replace(contact, led=None) for contact in waiting]
    long_after = match(waiting, free, now=later, routings=routings)
    assert rung(long_after) == rung(match(never_led, free, now=later, routings=routings))


@given(waiting=LINES, counsellor=COUNSELLORS, routings=ROUTINGS, now=NOWS)
def test_waiting_longer_never_takes_a_counsellor_away_and_the_next_widening_is_foretold(
    waiting: list[Contact], counsellor: Available, routings: Routings, now: datetime
) -> None:
    def reached(at: datetime) -> list[bool]:
        return [bool(able(contact, [counsellor], routings, at)) for contact in waiting]

    then = next_overflow(waiting, now, routings)
    assert then is None or then > now
    for minutes in range(12):
        later = now + timedelta(minutes=minutes / 2)
        before, after = reached(now), reached(later)
        assert all(
            now_too or not before_too for before_too, now_too in zip(before, after, strict=True)
        )
        if then is None or later < then:
            assert before == after


def test_overflow_goes_from_the_topic_to_another_and_then_to_anyone_with_the_language() -> None:
    families, disability, adults = TOPICS
    routings = {
        families: Routing(overflow_after_s=60, overflow_topic=disability, anyone_after_s=120)
    }
    contact = _contact(families)
    team = [_free("adults", adults), _free("disability", disability), _free("families", families)]

    def first_at(seconds: int, without: int = 0) -> tuple[CounsellorId, ...]:
        left = team[: len(team) - without]
        now = NINE + timedelta(seconds=seconds)
        pairs = match([contact], left, now=now, routings=routings)
        return pairs[0].counsellors if pairs else ()

    assert first_at(0) == first_at(300) == ("families",)
    assert [first_at(s, without=1) for s in (59, 60, 300)] == [(), ("disability",), ("disability",)]
    assert [first_at(s, without=2) for s in (119, 120)] == [(), ("adults",)]
    starts = [0, 60, 120]
    instants = [next_overflow([contact], NINE + timedelta(seconds=s), routings) for s in starts]
    assert instants == [NINE + timedelta(seconds=60), NINE + timedelta(seconds=120), None]


def test_of_two_who_are_free_the_one_with_the_better_levels_is_rung_whoever_has_been_idle() -> None:
    (families, *_) = TOPICS
    fluent = replace(_free("fluent", families), idle_since=NINE + timedelta(minutes=5))
    learning = _free("learning", families, level=2)
    for distribution in Distribution:
        routings = {families: Routing(distribution=distribution)}
        pairs = match([_contact(families)], [learning, fluent], now=NINE, routings=routings)
        assert pairs[0].counsellors == ("fluent",)


def _contact(topic: TopicId) -> Contact:
    return Contact(id=CallId("n1-1"), topic=topic, language=Language.FI, joined=NINE)


def _free(name: str, topic: TopicId, *, level: int = 1) -> Available:
    skills = Skills(topics={topic: level}, languages={Language.FI: 1})
    return Available(id=CounsellorId(name), skills=skills, idle_since=NINE)


def _turn_of(distribution: Distribution) -> Callable[[Available], tuple[object, ...]]:
    def turn(counsellor: Available) -> tuple[object, ...]:
        match distribution:
            case Distribution.FEWEST_CALLS:
                first = [counsellor.calls]
            case Distribution.IN_ORDER:
                first = [counsellor.order]
            case _:
                first = []
        return (*first, counsellor.idle_since, counsellor.id)

    return turn
