from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from ivr.domain import numerals
from ivr.domain.call import Language, TopicId
from ivr.domain.phrase import (
    PAUSE,
    Count,
    Day,
    Digits,
    Slot,
    TimeOfDay,
    TopicName,
    clip_id,
    clips,
    digits_in_words,
    grammar,
)

FI, SV = Language.FI, Language.SV
MONDAY = date(2026, 11, 16)


def said(slot: Slot, language: Language) -> str:
    """The slot as one would write it down, without the marks that steer the voice."""
    texts = (grammar(language)[clip].rstrip(",.") or "|" for clip in clips(slot, language))
    return " ".join(texts)


languages = st.sampled_from(Language)
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
slots: st.SearchStrategy[Slot] = st.one_of(
    st.builds(Digits, st.from_regex(r"(\+[1-9]|0)[0-9]{0,14}", fullmatch=True)),
    st.builds(Digits, st.text()),
    st.builds(Count, st.integers(2, 100)),
    st.builds(Day, days, days),
    st.builds(Day, days, st.just(MONDAY)),
    st.builds(TimeOfDay, st.times()),
)


@given(slots, languages)
def test_whatever_a_slot_says_there_is_a_clip_for_it(slot: Slot, language: Language) -> None:
    assert set(clips(slot, language)) <= set(grammar(language))


@pytest.mark.parametrize("language", Language)
def test_every_clip_of_the_grammar_has_a_text_but_the_pause(language: Language) -> None:
    assert [clip for clip, text in grammar(language).items() if not text.strip(" ,.")] == [PAUSE]
    assert all(clip_id(clip) == clip for clip in grammar(language))


@pytest.mark.parametrize("language", Language)
def test_both_languages_have_the_same_clips(language: Language) -> None:
    assert set(grammar(language)) == set(grammar(FI))


@pytest.mark.parametrize("n", range(100))
def test_cardinals_are_those_of_num2words(n: int) -> None:
    assert numerals.cardinal_fi(n) == num2words(n, lang="fi")
    assert numerals.cardinal_sv(n) == num2words(n, lang="sv").replace("förtio", "fyrtio")


@pytest.mark.parametrize("day", range(1, 32))
def test_days_of_the_month_are_those_of_num2words(day: int) -> None:
    oracle = "tjugonde" if day == 20 else num2words(day, lang="sv", to="ordinal")  # says "tjugode"
    assert numerals.ordinal_sv(day) == oracle
    essive = num2words(day, lang="fi", to="ordinal", case="essive")
    assert numerals.ordinal_fi_essive(day) == essive


@pytest.mark.parametrize(
    ("n", "finnish", "swedish"),
    [
        (2, "kaksi", "två"),
        (11, "yksitoista", "elva"),
        (18, "kahdeksantoista", "arton"),
        (20, "kaksikymmentä", "tjugo"),
        (21, "kaksikymmentäyksi", "tjugoen"),
        (31, "kolmekymmentäyksi", "trettioen"),
        (71, "seitsemänkymmentäyksi", "sjuttioen"),
        (99, "yhdeksänkymmentäyhdeksän", "nittionio"),
        (100, "sata", "hundra"),
    ],
)
def test_callers_are_counted_in_the_gender_of_the_noun(n: int, finnish: str, swedish: str) -> None:
    assert said(Count(n), FI) == finnish
    assert said(Count(n), SV) == swedish


@pytest.mark.parametrize("n", [-1, 0, 1, 101])
def test_a_count_that_has_its_own_prompt_is_refused(n: int) -> None:
    with pytest.raises(ValueError, match="2 to 100"):
        clips(Count(n), FI)


@pytest.mark.parametrize(
    ("at", "finnish", "swedish"),
    [
        (time(9), "yhdeksän", "nio"),
        (time(1), "yksi", "ett"),
        (time(21), "kaksikymmentäyksi", "tjugoett"),
        (time(12, 30), "kaksitoista kolmekymmentä", "tolv och trettio"),
        (time(9, 5), "yhdeksän nolla viisi", "nio noll fem"),
        (time(9, 10), "yhdeksän kymmenen", "nio och tio"),
        (time(0, 1), "nolla nolla yksi", "noll noll ett"),
        (time(23, 59, 59), "kaksikymmentäkolme viisikymmentäyhdeksän", "tjugotre och femtionio"),
    ],
)
def test_times_are_said_to_the_minute(at: time, finnish: str, swedish: str) -> None:
    assert said(TimeOfDay(at), FI) == finnish
    assert said(TimeOfDay(at), SV) == swedish


@pytest.mark.parametrize(
    ("ahead", "finnish", "swedish"),
    [
        (0, "tänään", "i dag"),
        (1, "huomenna", "i morgon"),
        (2, "keskiviikkona", "på onsdag"),
        (3, "torstaina", "på torsdag"),
        (4, "perjantaina", "på fredag"),
        (5, "lauantaina", "på lördag"),
        (6, "sunnuntaina", "på söndag"),
        (7, "maanantaina marraskuun kahdentenakymmenentenäkolmantena",
         "måndagen den tjugotredje november"),
        (8, "tiistaina marraskuun kahdentenakymmenentenäneljäntenä",
         "tisdagen den tjugofjärde november"),
        (15, "tiistaina joulukuun ensimmäisenä", "tisdagen den första december"),
    ],
)  # fmt: skip
def test_days_are_named_as_near_as_they_are(ahead: int, finnish: str, swedish: str) -> None:
    slot = Day(MONDAY + timedelta(days=ahead), MONDAY)
    assert said(slot, FI) == finnish
    assert said(slot, SV) == swedish


@pytest.mark.parametrize(
    ("month", "finnish", "swedish"),
    [
        (1, "tammikuun", "januari"), (2, "helmikuun", "februari"), (3, "maaliskuun", "mars"),
        (4, "huhtikuun", "april"), (5, "toukokuun", "maj"), (6, "kesäkuun", "juni"),
        (7, "heinäkuun", "juli"), (8, "elokuun", "augusti"), (9, "syyskuun", "september"),
        (10, "lokakuun", "oktober"), (11, "marraskuun", "november"), (12, "joulukuun", "december"),
    ],
)  # fmt: skip
def test_a_date_far_off_says_its_month(month: int, finnish: str, swedish: str) -> None:
    slot = Day(date(2030, month, 7), MONDAY)
    assert said(slot, FI).endswith(f" {finnish} seitsemäntenä")
    assert said(slot, SV).endswith(f" den sjunde {swedish}")


@pytest.mark.parametrize(
    ("ahead", "finnish", "swedish"),
    list(
        zip(
            range(7, 14),
            ("maanantaina", "tiistaina", "keskiviikkona", "torstaina", "perjantaina", "lauantaina",
             "sunnuntaina"),
            ("måndagen", "tisdagen", "onsdagen", "torsdagen", "fredagen", "lördagen", "söndagen"),
            strict=True,
        )
    ),
)  # fmt: skip
def test_a_date_says_its_weekday_first(ahead: int, finnish: str, swedish: str) -> None:
    slot = Day(MONDAY + timedelta(days=ahead), MONDAY)
    assert said(slot, FI).startswith(f"{finnish} ")
    assert said(slot, SV).startswith(f"{swedish} den ")


def test_a_day_gone_by_is_named_by_its_date() -> None:
    assert said(Day(date(2026, 11, 13), MONDAY), SV) == "fredagen den trettonde november"


def test_a_finnish_number_is_read_in_its_national_groups() -> None:
    assert said(Digits("+358401234567"), FI) == (
        "nolla neljä nolla | yksi kaksi kolme | neljä viisi kuusi seitsemän"
    )
    assert said(Digits("+358401234567"), SV) == ("noll fyra noll | ett två tre | fyra fem sex sju")


def test_a_foreign_number_is_read_with_its_plus() -> None:
    assert said(Digits("+46701234567"), SV).startswith("plus fyra sex | ")


def test_only_the_last_digit_of_a_number_falls() -> None:
    *before, last = clips(Digits("+358401234567"), FI)
    assert last == "digit_end/7"
    assert not [clip for clip in before if clip.startswith("digit_end/")]
    assert grammar(FI)[last] == "seitsemän."


def test_a_number_inside_a_text_is_spelled_in_words() -> None:
    assert digits_in_words("112", FI) == "yksi yksi kaksi"
    assert digits_in_words("+46701234567", SV).startswith("plus fyra sex, sju noll ett")


def test_a_topic_is_a_clip_of_its_own() -> None:
    assert clips(TopicName(TopicId("families")), SV) == ("topic/families",)


@pytest.mark.parametrize(
    "name", ["", "../etc", "a/../b", "Ä", "a b", "a/b/c", "a.alaw", "/a", "a\n"]
)
def test_a_name_that_is_no_safe_file_name_is_no_clip(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a clip"):
        clip_id(name)
