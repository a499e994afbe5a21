"""When callbacks are offered is read as it is written, and what cannot be is refused."""

import re
from pathlib import Path

import pytest

from ivr.config import check, load
from tests.config.conftest import Problems, Spoil

WAITS = "      budget_s: 90"
CALLS_BACK = "      enabled: yes"


def test_outside_hours_none_is_offered_unless_the_line_says_so(folder: Path, spoil: Spoil) -> None:
    assert not any(line.callback.outside_hours for line in load(folder).lines)
    spoil("lines", CALLS_BACK, f"{CALLS_BACK}\n      outside_hours: yes")
    assert [line.callback.outside_hours for line in load(folder).lines] == [False, True]


def test_nobody_is_offered_one_for_their_place_unless_the_line_says_from_which(
    folder: Path, spoil: Spoil
) -> None:
    assert {line.waiting.offer_from_place for line in load(folder).lines} == {None}
    spoil("lines", WAITS, "      offer_from_place: 5")
    assert [line.waiting.offer_from_place for line in load(folder).lines] == [None, 5]


WRONG = [
    (CALLS_BACK, f"{CALLS_BACK}\n      outside_hours: often", [
        "34:22: must be yes or no, not the text 'often'",
    ]),
    (CALLS_BACK, f"{CALLS_BACK}\n      outside_hour: yes", [
        "34:7: unknown key 'outside_hour'; did you mean 'outside_hours'?",
    ]),
    (CALLS_BACK, "      enabled: no\n      outside_hours: yes", [
        ("34:22: callbacks are off, yet offered outside hours; write enabled: yes,"
         " or outside_hours: no"),
    ]),
    (WAITS, "      offer_from_place: 0", [
        "31:25: must be at least 1, not the number 0",
    ]),
    (WAITS, "      offer_from_place: 1001", [
        "31:25: must be at most 1000, not the number 1001",
    ]),
    (WAITS, "      offer_from_places: 2", [
        "31:7: unknown key 'offer_from_places'; did you mean 'offer_from_place'?",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "told"), WRONG)
def test_a_mistake_in_what_is_offered_is_told_with_its_place(
    spoil: Spoil, problems: Problems, right: str, wrong: str, told: list[str]
) -> None:
    spoil("lines", right, wrong)
    assert problems() == [f"lines.yaml:{each}" for each in told]


def test_a_free_time_too_short_for_what_is_asked_outside_hours_is_a_doubt(
    folder: Path, spoil: Spoil
) -> None:
    spoil("lines", CALLS_BACK, f"{CALLS_BACK}\n      outside_hours: yes")
    assert check(folder)[1] == ()
    spoil("lines", WAITS, "      budget_s: 60")
    (doubt,) = check(folder)[1]
    assert re.fullmatch(
        r".*lines\.yaml:31:7: outside hours nobody is asked for their number: they would have heard"
        r" what is promised only after about [67]\d s, when the free time \(budget_s 60\) is over;"
        r" write a longer one, or outside_hours: no",
        str(doubt),
    )
    spoil("lines", "outside_hours: yes", "outside_hours: no")
    assert check(folder)[1] == ()
