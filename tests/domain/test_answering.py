"""A person who answers is told from a machine that says its piece, by when they speak."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.answering import (
    ANSWER_S,
    LONGEST_S,
    Voice,
    answers,
    is_machine,
    listened_until,
)

ASKED = 6.5  # the question is over; they picked up at 0
Spans = list[tuple[float, float]]


def voice(*spans: tuple[float, float]) -> Voice:
    """Somebody who speaks from the first to the second of each pair."""
    heard = Voice()
    for began, ended in spans:
        heard = heard.begin().end(ended, ended - began)
    return heard


PEOPLE = {
    "a word": [(7.4, 7.8)],
    "who says their name first": [(0.4, 1.0), (7.0, 7.5)],
    "who asks who it is": [(0.3, 2.2), (7.2, 8.0)],
    "who says hello again and again": [(0.5, 1.1), (2.5, 3.2), (4.5, 5.1), (7.0, 7.4)],
    "who answers before the last word is over": [(0.5, 1.2), (6.2, 6.6)],
    "a child with a long story": [(0.5, 1.0), (7.0, 21.0)],
    "who tells their matter at once, in sentences": [(7.0, 9.9), (10.9, 14.0), (15.0, 18.0)],
    "who thinks for a while": [(11.2, 12.0)],
    "who talked over us at length, and then answers": [(0.2, 5.2), (8.0, 8.5)],
}
MACHINES = {
    "a short greeting and a beep": [(0.5, 5.0), (6.1, 6.6)],
    "a greeting in one piece and a beep": [(0.6, 10.4), (11.2, 11.7)],
    "a greeting in sentences and a beep": [(0.6, 2.6), (3.5, 5.9), (6.9, 9.5), (10.6, 11.0)],
    "a greeting that begins late": [(3.0, 5.5), (6.4, 11.9), (13.0, 13.3)],
    "a greeting in two languages": [(0.5, 6.0), (7.5, 13.0), (14.0, 14.5)],
    "a greeting, a beep, and a menu": [(0.5, 8.0), (8.9, 9.4), (13.0, 19.0)],
}


def heard_out(spans: Spans) -> str:
    """What is made of them, spoken as they speak."""
    for spoken in range(1, len(spans) + 1):
        so_far = voice(*spans[:spoken])
        if answers(so_far, ASKED):
            return "person"
    return "machine" if is_machine(voice(*spans), ASKED) else "nobody knows"


@pytest.mark.parametrize("spans", PEOPLE.values(), ids=PEOPLE)
def test_a_person_who_says_something_to_the_question_has_answered(spans: Spans) -> None:
    assert heard_out(spans) == "person"


@pytest.mark.parametrize("spans", MACHINES.values(), ids=MACHINES)
def test_a_machine_never_answers_by_its_own_greeting_and_is_told(spans: Spans) -> None:
    assert heard_out(spans) == "machine"


@pytest.mark.parametrize(
    "spans",
    [[], [(0.4, 1.0)], [(0.3, 3.9)], [(0.5, 1.1), (2.5, 3.2)], [(8.0, 8.05)]],
    ids=["silence", "their name", "a sentence", "hello, hello", "a click"],
)
def test_who_says_little_and_nothing_to_the_question_is_no_machine(spans: Spans) -> None:
    assert heard_out(spans) == "nobody knows"


def test_who_still_speaks_has_not_answered_and_is_no_machine_yet() -> None:
    television = voice((0.0, 9.0)).begin()
    assert not is_machine(television, ASKED)
    assert not answers(voice((7.0, 8.0)).begin(), ASKED)


def test_an_answer_is_waited_for_from_the_question_or_from_the_last_word() -> None:
    assert listened_until(voice(), ASKED) == ASKED + ANSWER_S
    assert listened_until(voice((0.5, 3.0)), ASKED) == ASKED + ANSWER_S
    assert listened_until(voice((0.5, 10.0)), ASKED) == 10.0 + ANSWER_S


def test_nobody_is_listened_to_for_ever() -> None:
    assert listened_until(voice().begin(), ASKED) == ASKED + LONGEST_S
    assert listened_until(voice((0.5, 24.0)), ASKED) == ASKED + LONGEST_S


LENGTHS = st.lists(st.tuples(st.floats(0.1, 3.0), st.floats(0.8, 10.0)), min_size=0, max_size=8)


def spoken(lengths: Spans, start: float) -> Spans:
    """Spans of these lengths, each with the pause after it."""
    spans, at = [], start
    for length, pause in lengths:
        spans.append((at, at + length))
        at += length + pause
    return spans


@given(LENGTHS, st.floats(0.2, 30.0), st.floats(0.0, 4.0))
def test_whoever_had_listened_to_the_question_is_connected_by_whatever_they_say(
    more: Spans, lasts: float, late: float
) -> None:
    first = (ASKED + late, ASKED + late + lasts)
    assert answers(voice(first), ASKED)
    for count in range(len(more) + 1):
        said = voice(first, *spoken(more[:count], first[1] + 1.0))
        assert not is_machine(said, ASKED)


@given(st.floats(0.0, 1.5), st.floats(4.2, 40.0), st.floats(0.1, 1.9), st.floats(0.1, 1.0))
def test_no_machine_is_connected_by_its_greeting_or_its_beep(
    begins: float, lasts: float, pause: float, beep: float
) -> None:
    ended = begins + lasts
    greeting, tone = (begins, ended), (ended + pause, ended + pause + beep)
    assert not answers(voice(greeting), ASKED)
    assert not answers(voice(greeting, tone), ASKED)
    assert is_machine(voice(greeting, tone), ASKED)


@given(LENGTHS, st.booleans())
def test_listening_ends_and_not_before_the_answer_had_its_time(said: Spans, speaking: bool) -> None:
    heard = voice(*spoken(said, 0.0))
    heard = heard.begin() if speaking else heard
    assert ASKED + ANSWER_S <= listened_until(heard, ASKED) <= ASKED + LONGEST_S
