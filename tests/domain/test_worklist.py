"""Which callbacks a counsellor hears of, in which order, and that none of them is missed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.call import CounsellorId, Language, TopicId
from ivr.domain.callback import Callback, CallbackId, Status
from ivr.domain.policy import Routing
from ivr.domain.service import Service
from ivr.domain.worklist import Act, keys, moved, turn, worklist
from tests.domain.callbacks import ANNA, MIN, calling, in_status, request
from tests.fakes.service import ADULTS, FAMILIES, counsellor, service
from tests.fakes.time import BEGIN

BERTIL = CounsellorId("bertil")
OF_ADULTS = counsellor("anna", ADULTS, languages=(Language.FI,))


def other(n: int, **changes: object) -> Callback:
    return request(id=CallbackId(f"n1-{n}.1"), number=f"+35840123{n:04}", **changes)


REQUESTS = st.builds(
    other,
    st.integers(0, 30),
    joined=st.integers(0, 5).map(lambda n: BEGIN + n * MIN),
    status=st.sampled_from(Status),
    language=st.sampled_from(Language),
    topic=st.sampled_from([FAMILIES, ADULTS, TopicId("gone")]),
    caller_urgent=st.booleans(),
    wanted=st.sampled_from([None, ANNA, BERTIL]),
)
LISTS = st.lists(REQUESTS, max_size=8, unique_by=lambda each: each.id)


def told(*requests: Callback, config: Service | None = None) -> list[str]:
    found = worklist(requests, OF_ADULTS, config or service(OF_ADULTS), BEGIN)
    return [each.id for each in found]


def test_one_that_the_counsellor_could_not_be_rung_for_is_not_theirs_to_hear() -> None:
    assert told(other(1, topic=ADULTS)) == ["n1-1.1"]
    assert told(other(1, topic=FAMILIES)) == []
    assert told(other(1, topic=ADULTS, language=Language.SV)) == []


def test_what_waiting_has_opened_to_anyone_is_open_here_too() -> None:
    config = service(OF_ADULTS)
    routing = Routing(anyone_after_s=600)
    families = replace(config.topics[FAMILIES], routing=routing)
    config = replace(config, topics={**config.topics, FAMILIES: families})
    assert told(other(1, topic=FAMILIES), config=config) == []
    waited = other(1, topic=FAMILIES, joined=BEGIN - timedelta(minutes=10))
    assert told(waited, config=config) == ["n1-1.1"]


def test_what_they_have_taken_is_theirs_whatever_their_skills_and_anothers_is_told_of() -> None:
    assert told(other(1, topic=FAMILIES, wanted=ANNA)) == ["n1-1.1"]
    assert told(other(1, topic=FAMILIES, wanted=BERTIL)) == []
    assert told(other(1, topic=ADULTS, wanted=BERTIL)) == ["n1-1.1"]


def test_what_was_given_up_is_everybodys_and_comes_last() -> None:
    given_up = replace(in_status(Status.UNREACHED), joined=BEGIN - 60 * MIN)
    assert told(given_up, other(2, topic=ADULTS)) == ["n1-2.1", given_up.id]


@pytest.mark.parametrize(
    "over", [calling(), *map(in_status, (Status.REACHED, Status.ANSWERED_BY_PHONE, Status.CLOSED))]
)
def test_what_is_over_or_on_the_air_is_not_told(over: Callback) -> None:
    assert told(replace(over, topic=ADULTS)) == []


@pytest.mark.parametrize("status", [Status.WAITING, Status.UNREACHED])
def test_a_topic_that_is_no_more_is_the_lines_general_one_and_without_a_line_nobodys(
    status: Status,
) -> None:
    families = counsellor("anna", FAMILIES)
    gone = other(1, topic=TopicId("gone"), status=status)
    (told_of,) = worklist([gone], families, service(families), BEGIN)
    assert told_of == replace(gone, topic=FAMILIES)
    lineless = replace(service(families), lines=())
    assert worklist([gone], families, lineless, BEGIN) == ()


@given(LISTS)
def test_the_urgent_come_first_and_then_the_first_to_join_and_none_twice(
    requests: list[Callback],
) -> None:
    found = worklist(requests, OF_ADULTS, service(OF_ADULTS), BEGIN)
    assert [turn(each) for each in found] == sorted({turn(each) for each in found})
    assert {each.id for each in found} <= {each.id for each in requests}
    assert {each.topic for each in found} <= {FAMILIES, ADULTS}


@given(LISTS)
def test_going_on_tells_of_each_once_before_the_first_comes_again(work: list[Callback]) -> None:
    work = sorted(work, key=turn)
    heard, here = [], moved(work, None, Act.REPEAT)
    for _ in work:
        assert here is not None
        heard.append(here)
        here = moved(work, here, Act.NEXT)
    assert heard == work
    assert here == (work[0] if work else None)


@given(LISTS)
def test_going_back_undoes_going_on(work: list[Callback]) -> None:
    work = sorted(work, key=turn)
    for here in work[:-1]:
        assert moved(work, moved(work, here, Act.NEXT), Act.PREVIOUS) == here
    if work:
        assert moved(work, work[0], Act.PREVIOUS) == work[0]


@given(LISTS, REQUESTS, st.sampled_from(Act))
def test_whatever_became_of_the_one_heard_another_of_the_list_follows(
    work: list[Callback], heard: Callback, act: Act
) -> None:
    work = sorted(work, key=turn)
    then = moved(work, heard, act)
    assert then in work if work else then is None
    known = [each for each in work if each.id == heard.id]
    if known and act not in (Act.NEXT, Act.PREVIOUS):
        assert then == known[0]


@pytest.mark.parametrize("dials", [True, False])
def test_a_call_is_noted_by_hand_only_where_the_line_does_not_call(*, dials: bool) -> None:
    waiting = set(keys(request(), dials=dials).values())
    assert (Act.ATTEMPT in waiting) is not dials
    assert Act.TAKE in waiting
    given_up = keys(in_status(Status.UNREACHED), dials=dials)
    assert given_up["1"] is Act.REOPEN
    assert not {Act.TAKE, Act.ATTEMPT} & set(given_up.values())
