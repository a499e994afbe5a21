"""No number of a caller's gets into a log, however it is written and wherever it stands."""

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ivr.masking import clean, clean_traceback, escape, mask, mask_id

NUMBERS = st.from_regex(r"(\+358|0)[1-9][0-9]{6,9}", fullmatch=True)
SEPARATORS = st.sampled_from([" ", "-", ".", " -", "\N{NO-BREAK SPACE}", "\N{EN DASH}", ") "])


@st.composite
def written_numbers(draw: st.DrawFn) -> str:
    """A number as a person writes it: whole, or in groups of two to four."""
    number, separator = draw(NUMBERS), draw(SEPARATORS)
    if draw(st.booleans()):
        return number
    size = draw(st.integers(2, 4))
    return separator.join(number[at : at + size] for at in range(0, len(number), size))


def longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"\d+", text)), default=0)


@given(before=st.text(), number=NUMBERS, after=st.text())
def test_a_number_anywhere_in_a_text_is_masked(before: str, number: str, after: str) -> None:
    assert longest_run(mask(before + number + after)) < 5


@given(number=written_numbers())
@example(number="010.000.000.0")
def test_a_number_written_in_groups_is_masked(number: str) -> None:
    digits = re.sub(r"\D", "", number)
    left = re.sub(r"\D", "", mask(f"the caller {number} rang"))
    assert left in {digits[-2:], digits[:3] + digits[-2:]}


@given(text=st.text(alphabet="0123456789+-.() \u00a0n/", max_size=60))
def test_no_run_of_five_digits_is_ever_left(text: str) -> None:
    assert longest_run(mask(text)) < 5


@given(
    value=st.recursive(
        NUMBERS | st.binary() | st.integers() | st.floats() | st.datetimes(),
        lambda inner: st.lists(inner) | st.dictionaries(NUMBERS, inner) | st.tuples(inner),
        max_leaves=10,
    )
)
def test_a_number_in_any_value_is_masked(value: object) -> None:
    assert longest_run(str(_without_small_figures(clean({"value": value})))) < 5


def _without_small_figures(value: object) -> object:
    match value:
        case int() | float() if abs(value) < 1_000_000:
            return None
        case list():
            return [_without_small_figures(each) for each in value]
        case dict():
            return {key: _without_small_figures(each) for key, each in value.items()}
        case _:
            return value


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("+358401234567", "+358…67"),
        ("0401234567", "…67"),
        ("040 123 4567", "…67"),
        ("+358 (0)40 123 4567", "+358…67"),
        ("a call from 0401234567.", "a call from …67."),
        ("12345", "…45"),
        ("+35867", "…67"),
        ("٠٤٠١٢٣٤٥٦٧", "…٦٧"),
        ("sip:+358401234567@10.0.0.1", "sip:+358…67@10.0.0.1"),
        ("postgresql://ivr:s3:cr@et@db/calls", "postgresql://***@db/calls"),
    ],
)
def test_a_number_keeps_its_country_and_its_last_two_digits(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21",
        "127.0.0.1:8088",
        "Asterisk 22.10.1",
        "1234",
        "112",
        "116 117",
        "0 of 12",
        "15:04:05",
    ],
)
def test_what_is_no_number_stays(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "n1-1795294388.0",
        "1795294388.123",
        "n1-1795294388.0/3/ringing/n1-1795294388.0.leg.12345678",
        "n1-1795294388.0.talk",
    ],
)
def test_the_switchs_ids_stay_where_ids_stand(text: str) -> None:
    assert clean(text, "call_id") == text
    assert clean({"event_id": [text]}) == {"event_id": [text]}
    assert clean(text, "reason") != text


@given(before=st.text(), number=NUMBERS, after=st.text(alphabet="abc \n"))
def test_a_number_is_masked_even_where_ids_stand(before: str, number: str, after: str) -> None:
    assert number not in mask_id(before + number + after)


@pytest.mark.parametrize("field", ["key", "keys", "digits", "pin", "password", "authorization"])
@pytest.mark.parametrize("value", ["5", 5, ["1", "2"], None])
def test_keys_and_secrets_are_never_logged(field: str, value: object) -> None:
    assert clean({field: value}) == {field: "***"}
    assert clean({"data": {field: value}}) == {"data": {field: "***"}}


@given(text=st.text())
def test_control_characters_never_reach_the_log(text: str) -> None:
    assert escape(text).isprintable()
    assert str(clean({"name": text})["name"]).isprintable()  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("Äiti ”Ö”", "Äiti ”Ö”"),
        ("a\r\n2026 error", r"a\r\n2026 error"),
        ("\x1b[2J\x00\t", r"\x{1b}[2J\x{0}\t"),
        ("\u202eabc\u2028", r"\x{202e}abc\x{2028}"),
    ],
)
def test_control_characters_are_shown_and_not_obeyed(text: str, escaped: str) -> None:
    assert escape(text) == escaped


def test_values_keep_their_kind() -> None:
    at = datetime(2026, 11, 21, 13, 4, 5, 123456, tzinfo=UTC)
    assert clean([None, True, 7, 123456, 0.12345]) == [None, True, 7, 123456, 0.123]
    assert clean(at) == "2026-11-21T13:04:05+00:00"
    assert clean([at.date(), date(2026, 1, 2)]) == ["2026-11-21", "2026-01-02"]
    assert clean(358401234567) == "…67"
    assert clean(float("nan")) == "nan"
    assert clean({"+358401234567"}) == ["+358…67"]
    assert clean(ValueError("no 0401234567")) == "no …67"


def test_a_traceback_keeps_its_lines() -> None:
    assert clean_traceback("Traceback:\n  0401234567\r\n") == "Traceback:\n  …67\\r\n"
