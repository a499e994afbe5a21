"""Which numbers the numbering plans object to, and what for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.adapters.numbering import NumberingPlans, may_be_transferred_to
from ivr.domain.call import Refused
from ivr.domain.number import normalised

PLANS = NumberingPlans()


@pytest.mark.parametrize(
    "number",
    [
        *("0401234567", "0457 1234567", "09 123 4567", "029 151 2360", "0800 123 456"),
        *("+46701234567", "+37256789012", "018 123456", "00358401234567"),
    ],
)
def test_nothing_is_said_against_a_subscribers_number(number: str) -> None:
    assert PLANS.objection(number) is None


OBJECTIONS = [
    (Refused.EMERGENCY, ["112", "+358112", "00358 112", "1120401234"]),
    (Refused.SHORT, ["116117", "118", "2000", "10022", "7", "100"]),
    (
        Refused.PREMIUM,
        [
            *("0600 12345", "0700 123456", "+358600123456", "0100 100", "0200 2000", "0300 12345"),
            *("+979123456789", "+19002345678", "+46900123456", "+449012345678", "+447012345678"),
            *("+80012345678", "+358 202 12345", "060 123456", "+3729001234"),
        ],
    ),
    (Refused.SATELLITE, ["+881612345678", "00870773123456", "+88216123456", "+8835100123456"]),
    (
        Refused.INVALID,
        [
            *("", "anonymous", "0", "0" * 40, "9" * 40, "0401", "040123456789012", "0606 123456"),
            *("+999123456", "+4912", "040123456a", "0401234567;ext=1", "401234567"),
        ],
    ),
]


@pytest.mark.parametrize(("why", "number"), [(why, n) for why, all_ in OBJECTIONS for n in all_])
def test_what_is_nobodys_own_telephone_is_objected_to_by_its_kind(
    why: Refused, number: str
) -> None:
    assert PLANS.objection(number) is why


@given(st.text(max_size=40) | st.from_regex(r"[+0-9]{0,20}", fullmatch=True))
def test_whatever_is_asked_about_only_a_number_passes(text: str) -> None:
    assert PLANS.objection(text) is not None or normalised(text) is not None


@pytest.mark.parametrize("number", ["0291512000", "+358401234567", "0800123456", "116117"])
def test_a_caller_may_be_passed_on_to_a_subscriber_or_a_number_of_social_value(
    number: str,
) -> None:
    assert may_be_transferred_to(number)


@pytest.mark.parametrize(
    "number", ["112", "118", "116", "1161171", "060012345", "0700123456", "+4490012345", ""]
)
def test_nobody_is_passed_on_to_an_emergency_premium_or_other_short_number(number: str) -> None:
    assert not may_be_transferred_to(number)
