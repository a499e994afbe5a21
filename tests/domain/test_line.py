"""Nobody is overtaken by a later equal, no counsellor gets two, and the figures are true."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.call import CallId, CounsellorId, Language, TopicId
from ivr.domain.line import Available, Contact, Pair, Skills, ahead, eligible, in_order, match

NINE = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
TOPICS = [TopicId("families"), TopicId("disability"), TopicId("adults")]

# Few instants, so that ties occur.
INSTANTS = st.integers(0, 5).map(lambda minutes: NINE + timedelta(minutes=minutes))
SKILLS = st.builds(
    Skills,
    topics=st.frozensets(st.sampled_from(TOPICS)),
    languages=st.frozensets(st.sampled_from(Language)),
)
CONTACTS = st.builds(
    Contact,
    id=st.integers(0, 999).map(lambda n: CallId(f"n1-{n}")),
    topic=st.sampled_from(TOPICS),
    language=st.sampled_from(Language),
    joined=INSTANTS,
)
COUNSELLORS = st.builds(
    Available,
    id=st.integers(0, 999).map(lambda n: CounsellorId(f"c{n}")),
    skills=SKILLS,
    idle_since=INSTANTS,
)
LINES = st.lists(CONTACTS, unique_by=lambda contact: contact.id, max_size=8)
TEAMS = st.lists(COUNSELLORS, unique_by=lambda counsellor: counsellor.id, max_size=6)


def _turn(counsellor: Available) -> tuple[datetime, str]:
    return counsellor.idle_since, counsellor.id


def _taken(pairs: tuple[Pair, ...]) -> dict[CallId, CounsellorId]:
    return {pair.contact.id: pair.counsellor for pair in pairs}


@given(waiting=LINES, free=TEAMS)
def test_a_counsellor_gets_at_most_one_contact_and_a_contact_one_counsellor(
    waiting: list[Contact], free: list[Available]
) -> None:
    pairs = match(waiting, free)
    assert len({pair.counsellor for pair in pairs}) == len(pairs)
    assert len({pair.contact.id for pair in pairs}) == len(pairs)


@given(waiting=LINES, free=TEAMS)
def test_only_a_counsellor_with_the_topic_and_the_language_is_chosen(
    waiting: list[Contact], free: list[Available]
) -> None:
    skills = {counsellor.id: counsellor.skills for counsellor in free}
    for pair in match(waiting, free):
        assert pair.contact in waiting
        assert eligible(pair.contact, skills[pair.counsellor])


@given(waiting=LINES, free=TEAMS)
def test_nobody_waits_while_a_counsellor_who_could_serve_them_is_free(
    waiting: list[Contact], free: list[Available]
) -> None:
    taken = _taken(match(waiting, free))
    idle = [counsellor for counsellor in free if counsellor.id not in taken.values()]
    for contact in waiting:
        if contact.id not in taken:
            assert not [c for c in idle if eligible(contact, c.skills)]


@given(waiting=LINES, free=TEAMS)
def test_nobody_is_overtaken_for_a_counsellor_who_could_have_served_them(
    waiting: list[Contact], free: list[Available]
) -> None:
    taken = _taken(match(waiting, free))
    skills = {counsellor.id: counsellor.skills for counsellor in free}
    order = in_order(waiting)
    for place, contact in enumerate(order):
        if contact.id in taken:
            continue
        for later in order[place + 1 :]:
            if later.id in taken:
                assert not eligible(contact, skills[taken[later.id]])


@given(waiting=LINES, free=TEAMS)
def test_the_one_who_has_been_idle_longest_is_chosen_of_those_still_free(
    waiting: list[Contact], free: list[Available]
) -> None:
    taken = _taken(match(waiting, free))
    left = sorted(free, key=_turn)
    for contact in in_order(waiting):
        able = [c for c in left if eligible(contact, c.skills)]
        assert taken.get(contact.id) == (able[0].id if able else None)
        left = [c for c in left if c.id != taken.get(contact.id)]


@given(waiting=LINES, free=TEAMS, data=st.data())
def test_the_order_in_which_they_are_listed_changes_nothing(
    waiting: list[Contact], free: list[Available], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(waiting)), data.draw(st.permutations(free))
    assert match(*shuffled) == match(waiting, free)


@given(waiting=LINES, everyone=st.lists(SKILLS, max_size=6))
def test_the_first_in_the_line_has_nobody_ahead_and_nobody_has_more_than_stand_before_them(
    waiting: list[Contact], everyone: list[Skills]
) -> None:
    for place, contact in enumerate(in_order(waiting)):
        assert 0 <= ahead(contact, waiting, everyone) <= place


@given(waiting=LINES, newcomer=CONTACTS, everyone=st.lists(SKILLS, max_size=6))
def test_whoever_joins_later_changes_no_figure_and_whoever_leaves_only_lowers_it(
    waiting: list[Contact], newcomer: Contact, everyone: list[Skills]
) -> None:
    line = [contact for contact in waiting if contact.id != newcomer.id]
    for contact in line:
        before = ahead(contact, line, everyone)
        after = ahead(contact, [*line, newcomer], everyone)
        later = (newcomer.joined, newcomer.id) > (contact.joined, contact.id)
        assert after == before if later else before <= after <= before + 1


@given(joined=st.lists(INSTANTS, min_size=1, max_size=8), everyone=st.lists(SKILLS, max_size=6))
def test_among_equals_the_figure_is_the_place_in_the_line(
    joined: list[datetime], everyone: list[Skills]
) -> None:
    waiting = [
        Contact(id=CallId(f"n1-{n}"), topic=TOPICS[0], language=Language.FI, joined=at)
        for n, at in enumerate(joined)
    ]
    for place, contact in enumerate(in_order(waiting)):
        assert ahead(contact, waiting, everyone) == place


def test_only_those_who_want_the_same_counsellors_are_counted() -> None:
    def contact(name: str, topic: TopicId, language: Language, minute: int) -> Contact:
        joined = NINE + timedelta(minutes=minute)
        return Contact(id=CallId(name), topic=topic, language=language, joined=joined)

    families, disability, adults = TOPICS
    finnish_families = contact("a", families, Language.FI, 0)
    swedish_families = contact("b", families, Language.SV, 1)
    finnish_adults = contact("c", adults, Language.FI, 2)
    last = contact("d", families, Language.SV, 3)
    waiting = [last, finnish_adults, swedish_families, finnish_families]
    bilingual = Skills(topics=frozenset({families}), languages=frozenset(Language))
    finnish = Skills(topics=frozenset({families, adults}), languages=frozenset({Language.FI}))
    nobodys = Skills(topics=frozenset({disability}), languages=frozenset(Language))

    assert ahead(last, waiting, [finnish, nobodys]) == 1  # nobody speaks Swedish, yet one is before
    assert ahead(last, waiting, [finnish, bilingual]) == 2
    assert ahead(finnish_adults, waiting, [finnish, bilingual]) == 1
