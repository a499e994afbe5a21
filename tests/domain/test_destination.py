"""The line calls back only a number that was shown or given, and that may be called."""

from dataclasses import replace

import pytest

from ivr.domain.call import Caller, Refused
from ivr.domain.destination import own_number, refused
from ivr.domain.policy import OutgoingPolicy
from tests.fakes.service import FREE, facts, service

SERVICE = service()
LINE = SERVICE.lines[0]
CITIZEN, SWEDE = "+358401234567", "+46701234567"


def _refused(
    number: str,
    *,
    foreign: bool = False,
    plan: Refused | None = None,
    to: tuple[str, ...] = ("+358", "+46"),
) -> Refused | None:
    line = replace(LINE, callback=replace(LINE.callback, foreign=foreign))
    service = replace(SERVICE, calling_back=OutgoingPolicy(to=to))
    return refused(number, line=line, service=service, objection=lambda _: plan)


def test_a_subscriber_may_be_called() -> None:
    assert _refused(CITIZEN) is None
    assert _refused("040 123 4567") is None


@pytest.mark.parametrize("number", [FREE, "029 100 0003", "+358291000004", "00358800100002"])
def test_a_number_of_any_line_of_the_service_would_be_a_loop(number: str) -> None:
    assert _refused(number) is Refused.OURS


def test_so_would_the_number_that_a_line_calls_from() -> None:
    assert _refused("029 151 2360") is Refused.OURS


def test_another_country_is_called_only_where_the_line_allows_it() -> None:
    assert _refused(SWEDE) is Refused.FOREIGN
    assert _refused(SWEDE, foreign=True) is None


@pytest.mark.parametrize(
    ("number", "to", "why"),
    [
        (SWEDE, ("+358",), Refused.BARRED),
        (SWEDE, ("+358", "+467"), None),
        (SWEDE, ("+358", "+468"), Refused.BARRED),
        (CITIZEN, ("+46",), Refused.BARRED),
        ("040 123 4567", ("+35840", "+35850"), None),
        (CITIZEN, ("+35850",), Refused.BARRED),
        (CITIZEN, (), Refused.BARRED),
    ],
)
def test_only_numbers_that_begin_as_the_service_allows_are_called_by_any_line(
    number: str, to: tuple[str, ...], why: Refused | None
) -> None:
    assert _refused(number, foreign=True, to=to) is why


def test_what_the_numbering_plans_object_to_is_refused_whatever_the_line_allows() -> None:
    assert _refused(SWEDE, foreign=True, plan=Refused.PREMIUM) is Refused.PREMIUM
    assert _refused(CITIZEN, plan=Refused.EMERGENCY) is Refused.EMERGENCY


def test_what_is_no_number_is_refused_even_if_the_plans_should_let_it_pass() -> None:
    assert _refused("anonymous") is Refused.INVALID


@pytest.mark.parametrize(
    ("caller", "number"),
    [
        (Caller(number=CITIZEN, hidden=False), CITIZEN),
        (Caller(number=CITIZEN, hidden=True), None),
        (Caller(number=None, hidden=True), None),
        (Caller(number=None, hidden=False), None),
        (Caller(number="+358600123456", hidden=False, unfit=Refused.PREMIUM), None),
    ],
)
def test_only_a_number_that_was_shown_and_may_be_called_is_the_callers_own(
    caller: Caller, number: str | None
) -> None:
    assert own_number(replace(facts(LINE), caller=caller)) == number
