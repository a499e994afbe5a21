"""When callbacks are offered is read as it is written, and what cannot be is refused."""

from pathlib import Path

import pytest

from ivr.config import load
from tests.config.conftest import Problems, Spoil

CALLS_BACK = "      enabled: yes"


def test_outside_hours_none_is_offered_unless_the_line_says_so(folder: Path, spoil: Spoil) -> None:
    assert not any(line.callback.outside_hours for line in load(folder).lines)
    spoil("lines", CALLS_BACK, f"{CALLS_BACK}\n      outside_hours: yes")
    assert [line.callback.outside_hours for line in load(folder).lines] == [False, True]


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
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "told"), WRONG)
def test_a_mistake_in_what_is_offered_is_told_with_its_place(
    spoil: Spoil, problems: Problems, right: str, wrong: str, told: list[str]
) -> None:
    spoil("lines", right, wrong)
    assert problems() == [f"lines.yaml:{each}" for each in told]
