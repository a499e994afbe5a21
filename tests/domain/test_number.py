"""How numbers are understood, read aloud and masked."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.number import dialled_form, groups, masked, normalised

FINNISH = st.from_regex(r"\+358[1-9][0-9]{4,11}", fullmatch=True)
FOREIGN = st.from_regex(r"\+(?!358)[1-9][0-9]{6,14}", fullmatch=True)


@pytest.mark.parametrize(
    "written",
    [
        "0401234567",
        "+358401234567",
        "00358401234567",
        "358401234567",
        "040 123 4567",
        "040-123 4567",
        "+358 (0)40 123 4567",
        "040\u00a0123\u00a04567",
    ],
)
def test_every_way_of_writing_a_number_is_the_same_number(written: str) -> None:
    assert normalised(written) == "+358401234567"


@pytest.mark.parametrize(
    "garbage",
    [
        None,
        "",
        "anonymous",
        "unavailable",
        "Restricted",
        "0",
        "00",
        "+",
        "112",
        "+358112",
        "116117",
        "401234567",
        "+3580",
        "+358 4012345678901",
        "+1234567890123456",
        "+0401234567",
        "040123456a",
        "0401234567\r\nX: 1",
        "0401234567;ext=1",
        "*31#0401234567",
        "٠٤٠١٢٣٤٥٦٧",
        "9" * 1000,
    ],
)
def test_what_is_no_telephone_number_is_none(garbage: str | None) -> None:
    assert normalised(garbage) is None


@given(FINNISH)
def test_a_finnish_number_survives_its_national_and_international_forms(number: str) -> None:
    assert normalised(number) == number
    assert normalised(dialled_form(number)) == number
    assert normalised(f"00{number[1:]}") == number
    assert normalised(number[1:]) == number


@given(st.text(max_size=40))
def test_no_text_at_all_is_turned_into_anything_but_e164(text: str) -> None:
    number = normalised(text)
    assert number is None or (number[0] == "+" and number[1:].isascii() and number[1:].isdigit())


@given(FINNISH.filter(lambda number: phonenumbers.is_valid_number(phonenumbers.parse(number))))
def test_the_national_form_agrees_with_the_numbering_plan(number: str) -> None:
    parsed = phonenumbers.parse(number)
    written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    digits = "".join(filter(str.isdigit, written))
    assert dialled_form(number) in {digits, f"0{digits}"}  # "0" is left out of 0100 100


@pytest.mark.parametrize(
    ("number", "aloud"),
    [
        ("+358401234567", "040 123 4567"),
        ("040123456", "040 123 456"),
        ("0501234567", "050 123 4567"),
        ("04571234567", "0457 123 4567"),
        ("0912345678", "09 123 456 78"),
        ("091234567", "09 123 4567"),
        ("+358291512360", "029 151 2360"),
        ("062189400", "06 218 9400"),
        ("0981642439", "09 816 424 39"),
        ("0131234567", "013 123 4567"),
        ("0800123456", "0800 123 456"),
        ("+46701234567", "+46 701 234 567"),
        ("+12125550123", "+1 212 555 0123"),
        ("+37256789012", "+372 567 890 12"),
        ("112", "112"),
        ("116117", "116 117"),
        ("2000", "2000"),
    ],
)
def test_a_number_is_read_in_the_groups_people_expect(number: str, aloud: str) -> None:
    assert " ".join(groups(number)) == aloud


@given(FINNISH | FOREIGN | st.from_regex(r"[1-9][0-9]{0,5}", fullmatch=True))
def test_the_groups_hold_every_digit_once_and_in_order(number: str) -> None:
    national = f"0{number[4:]}" if number.startswith("+358") else number
    assert "".join(groups(number)) == national
    assert all(groups(number))


@given(FINNISH | FOREIGN)
def test_after_its_prefix_a_number_is_read_two_to_four_digits_at_a_time(number: str) -> None:
    assert all(2 <= len(group) <= 4 for group in groups(number)[1:])


@pytest.mark.parametrize("garbage", ["", "anonymous", "12a", "sip:1@example.org"])
def test_what_is_no_number_has_no_groups_to_read(garbage: str) -> None:
    assert groups(garbage) == ()
    assert dialled_form(garbage) == ""


def test_a_masked_number_keeps_the_country_and_two_digits() -> None:
    assert masked("0401234567") == "+358…67"
    assert masked("+46701234567") == "+46…67"


@pytest.mark.parametrize("raw", [None, "", "anonymous", "112", "Matti Meikäläinen", "0401234567x"])
def test_what_is_no_number_is_masked_whole(raw: str | None) -> None:
    assert masked(raw) == "…"


@given(FINNISH | FOREIGN)
def test_a_masked_number_never_shows_more_than_the_last_two_digits(number: str) -> None:
    prefix, _, tail = masked(number).partition("…")
    assert number.startswith(prefix)
    assert len(prefix) <= 4
    assert tail == number[-2:]
