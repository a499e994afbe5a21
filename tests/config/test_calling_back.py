"""What bounds the calls back of all lines is read as written, and mistakes are told."""

from pathlib import Path

import pytest

from ivr.config import load
from ivr.config.prompts import SHIPPED
from ivr.domain.policy import OutgoingPolicy
from tests.config.conftest import Problems, Spoil

FIRST = 'crisis_number: "112"'
CALLBACK = "      enabled: yes"


def test_left_out_and_as_shipped_the_bounds_are_the_usual_ones(folder: Path) -> None:
    assert load(folder).calling_back == load(SHIPPED).calling_back == OutgoingPolicy()


def test_the_bounds_are_read_as_they_are_written(folder: Path, spoil: Spoil) -> None:
    spoil("lines", FIRST, f'{FIRST}\ncalling_back: {{at_once: 4, calls_a_day: 1, to: ["+46"]}}')
    assert load(folder).calling_back == OutgoingPolicy(at_once=4, calls_a_day=1, to=("+46",))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{at_onc: 4}", "3:16: unknown key 'at_onc'; did you mean 'at_once'?"),
        ("{at_once: 0}", "3:25: must be at least 1, not the number 0"),
        ("{calls_a_day: 0}", "3:29: must be at least 1, not the number 0"),
        ("{to: []}", "3:20: is empty; write at least one entry"),
        (
            '{to: ["0401234567"]}',
            "3:21: '0401234567' begins no number; write + and the country code, like +358",
        ),
        ('{to: ["+358", "+358"]}', "3:29: '+358' is here twice; write it once"),
    ],
)
def test_a_mistake_in_the_bounds_is_told_where_it_stands(
    spoil: Spoil, problems: Problems, written: str, told: str
) -> None:
    spoil("lines", FIRST, f"{FIRST}\ncalling_back: {written}")
    assert problems() == [f"lines.yaml:{told}"]


def test_a_line_that_calls_abroad_needs_a_country_that_the_service_calls(
    folder: Path, spoil: Spoil, problems: Problems
) -> None:
    spoil("lines", CALLBACK, f"{CALLBACK}\n      foreign: yes")
    assert problems() == [
        (
            "lines.yaml:34:16: the service calls no number abroad; add a beginning, such as +46, to"
            " `to` of calling_back, or write foreign: no"
        )
    ]
    spoil("lines", FIRST, f'{FIRST}\ncalling_back: {{to: ["+358", "+46"]}}')
    assert load(folder).lines[1].callback.foreign
