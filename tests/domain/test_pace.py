import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain import pace
from ivr.domain.call import Language
from ivr.domain.pace import Span

FI, SV = Language.FI, Language.SV


@pytest.mark.parametrize(
    ("text", "language", "words", "syllables"),
    [
        ("Olet jonossa seuraavana.", FI, 3, 9),
        ("Tervetuloa Länsi-Uudenmaan hyvinvointialueen neuvontaan.", FI, 5, 20),
        ("yhdeksän, kaksi", FI, 2, 5),
        ("Du är näst i tur.", SV, 5, 5),
        ("Vi kopplar dig till rådgivningen.", SV, 5, 9),
    ],
)
def test_words_and_syllables_are_counted(
    text: str, language: Language, words: int, syllables: int
) -> None:
    assert pace.words(text) == words
    assert pace.syllables(text, language) == syllables


def test_a_short_text_has_no_pace() -> None:
    assert pace.span("Du är näst nu.", SV) is None


def test_a_text_is_spoken_at_110_to_140_words_a_minute() -> None:
    span = pace.span("Om du vill det, tryck ett.", SV)
    assert span == Span(shortest=60 * 6 / 140, longest=60 * 6 / 110)


def test_words_that_are_too_long_for_that_take_the_time_that_they_need() -> None:
    text = "Tervetuloa Länsi-Uudenmaan hyvinvointialueen sosiaalipalvelujen neuvontaan."
    span = pace.span(text, FI)
    assert span is not None
    assert span.longest > 60 * 6 / 110
    assert span.nearest(0) == pytest.approx(pace.syllables(text, FI) / 6.2, rel=0.05)


def test_a_text_that_can_be_over_within_20_seconds_is() -> None:
    assert (pace.span("tryck ett " * 22, SV) or Span(shortest=0, longest=0)).longest == 20
    assert (pace.span("tryck ett " * 25, SV) or Span(shortest=0, longest=0)).longest > 20


@given(st.text("aeiou lmn.,", max_size=400), st.floats(0, 60), st.sampled_from(Language))
def test_what_is_aimed_at_is_within_the_span(text: str, seconds: float, language: Language) -> None:
    if span := pace.span(text, language):
        assert span.shortest <= span.longest
        assert span.holds(span.nearest(seconds))
