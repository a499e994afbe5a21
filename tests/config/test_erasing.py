"""How long a line keeps the number of a request that is over."""

from pathlib import Path

import pytest

from ivr.config import load
from ivr.domain.call import LineId
from ivr.domain.retention import Retention
from tests.config.conftest import Problems, Spoil

ON = "      enabled: yes"


def test_each_line_says_for_itself_and_the_others_keep_it_for_thirty_days(
    folder: Path, spoil: Spoil
) -> None:
    spoil("lines", ON, f"{ON}\n      erase_after_days: 0")
    retention = Retention.of(load(folder))
    assert retention.days == {LineId("main"): 30, LineId("other"): 0}
    assert retention.otherwise == 30


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("erase_after_days: -1", "34:25: must be at least 0, not the number -1"),
        ("erase_after_days: 731", "34:25: must be at most 730, not the number 731"),
        (
            "erase_after_days: 0.5",
            "34:25: must be a whole number without quotes, not the number 0.5",
        ),
        (
            "erase_after_day: 1",
            "34:7: unknown key 'erase_after_day'; did you mean 'erase_after_days'?",
        ),
    ],
)
def test_what_is_no_number_of_days_is_refused_at_its_place(
    spoil: Spoil, problems: Problems, written: str, problem: str
) -> None:
    spoil("lines", ON, f"{ON}\n      {written}")
    assert problems() == [f"lines.yaml:{problem}"]
