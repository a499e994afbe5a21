"""Whole prompts, slots filled, against words written down by hand."""

import re
from datetime import date, time, timedelta
from pathlib import Path

import pytest
import yaml

from ivr.domain import numerals
from ivr.domain.call import Language
from ivr.domain.phrase import Count, Day, Digits, Slot, TimeOfDay, clips, grammar
from ivr.domain.script import Words, in_words, script
from tests.domain.spoken_words import (
    FI_COUNTED,
    FI_DATES,
    FI_NUMBERS,
    NUMBERS,
    SV_COMMON,
    SV_COUNTED,
    SV_DATES,
    SV_NUMBERS,
    WEEKDAYS,
)

FI, SV = Language.FI, Language.SV
CONFIG = Path(__file__).parents[2] / "config"
TEXTS: dict[Language, dict[str, str]] = {
    language: yaml.safe_load((CONFIG / f"prompts.{language}.yaml").read_text("utf-8"))
    for language in Language
}
MONDAY = date(2026, 11, 16)
HOURS = list(range(24))
COUNTING = [prompt for prompt, text in TEXTS[FI].items() if "{count}" in text]


def said(language: Language, prompt: str, **slots: Slot) -> str:
    """What is heard of a prompt: the texts of its clips, without the marks that steer the voice."""
    heard: list[str] = []
    for part in script(prompt, TEXTS[language][prompt], language):
        if isinstance(part, Words):
            heard.append(part.text)
        else:
            heard += [grammar(language)[clip] for clip in clips(slots[part.slot], language)]
    return " ".join(text.rstrip(",. ") for text in heard if text)


# --- 0 to 100 ---


@pytest.mark.parametrize("n", range(101))
def test_numbers_are_those_of_the_tables(n: int) -> None:
    assert (len(FI_NUMBERS), len(SV_NUMBERS)) == (101, 101)
    assert numerals.cardinal_fi(n) == FI_NUMBERS[n]
    assert numerals.cardinal_sv(n) == SV_NUMBERS[n]
    assert numerals.cardinal_sv_common(n) == SV_COMMON.get(n, SV_NUMBERS[n])


@pytest.mark.parametrize("n", range(2, 101))
def test_who_stands_before_a_caller_is_counted_in_the_right_case_and_gender(n: int) -> None:
    finnish, swedish = FI_NUMBERS[n], SV_COMMON.get(n, SV_NUMBERS[n])
    assert said(FI, "queue_pos_n", count=Count(n)) == f"Ennen sinua jonossa on {finnish} soittajaa"
    assert said(SV, "queue_pos_n", count=Count(n)) == f"Före dig i kön finns {swedish} personer"


def test_one_has_a_prompt_of_its_own_with_a_noun_in_the_singular() -> None:
    assert said(FI, "queue_pos_1") == "Ennen sinua jonossa on yksi soittaja"
    assert said(SV, "queue_pos_1") == "Före dig i kön finns en person"
    for prompt in COUNTING:
        assert f"{prompt.removesuffix('_n')}_1" in TEXTS[FI]


@pytest.mark.parametrize("prompt", COUNTING)
def test_what_is_counted_stands_in_the_partitive_and_is_of_common_gender(prompt: str) -> None:
    for language, nouns in ((FI, FI_COUNTED), (SV, SV_COUNTED)):
        noun = re.search(r"\{count\} (\w+)", TEXTS[language][prompt])
        assert noun is not None
        assert noun[1] in nouns


@pytest.mark.parametrize("n", range(100))
def test_figures_in_a_text_are_read_as_the_number_alone(n: int) -> None:
    assert in_words(f"paina {n}.", FI) == f"paina {FI_NUMBERS[n]}."
    assert in_words(f"tryck {n}.", SV) == f"tryck {SV_NUMBERS[n]}."


# --- days and times ---


@pytest.mark.parametrize("hour", HOURS)
@pytest.mark.parametrize("ahead", range(2, 7))
def test_the_next_opening_is_told_on_every_weekday_and_at_every_hour(ahead: int, hour: int) -> None:
    opening = MONDAY + timedelta(days=ahead)
    slots: dict[str, Slot] = {"day": Day(opening, MONDAY), "time": TimeOfDay(time(hour))}
    finnish, swedish, _ = WEEKDAYS[opening.weekday()]
    assert said(FI, "closed_next", **slots).endswith(
        f"Palvelemme seuraavan kerran {finnish} kello {FI_NUMBERS[hour]}"
    )
    assert said(SV, "closed_next", **slots).endswith(
        f"Vi betjänar dig nästa gång {swedish} klockan {SV_NUMBERS[hour]}"
    )


@pytest.mark.parametrize("weekday", range(7))
def test_every_weekday_is_said_as_one_does_within_a_week_and_before_a_date(weekday: int) -> None:
    day = MONDAY + timedelta(days=weekday)
    finnish, swedish, dated = WEEKDAYS[weekday]
    soon, later = Day(day, day - timedelta(days=3)), Day(day, day - timedelta(days=20))
    assert said(FI, "desk_back_promised", day=soon) == f"Luvattu viimeistään {finnish}"
    assert said(SV, "desk_back_promised", day=soon) == f"Utlovad senast {swedish}"
    assert said(FI, "desk_back_promised", day=later).split()[2] == finnish
    assert said(SV, "desk_back_promised", day=later).startswith(f"Utlovad senast {dated} den ")


def test_today_and_tomorrow_are_said_as_such_in_both_languages() -> None:
    today, tomorrow = Day(MONDAY, MONDAY), Day(MONDAY + timedelta(days=1), MONDAY)
    assert said(FI, "desk_back_promised", day=today) == "Luvattu viimeistään tänään"
    assert said(SV, "desk_back_promised", day=today) == "Utlovad senast i dag"
    assert said(FI, "desk_back_promised", day=tomorrow) == "Luvattu viimeistään huomenna"
    assert said(SV, "desk_back_promised", day=tomorrow) == "Utlovad senast i morgon"


@pytest.mark.parametrize("number", range(1, 32))
def test_every_day_of_a_month_is_said_in_its_case(number: int) -> None:
    day = Day(date(2027, 1, number), MONDAY)
    assert said(FI, "desk_back_promised", day=day).endswith(f" tammikuun {FI_DATES[number - 1]}")
    assert said(SV, "desk_back_promised", day=day).endswith(f" den {SV_DATES[number - 1]} januari")


def openings() -> set[tuple[int, int]]:
    """Every opening time in the shipped schedules, those of the comments included."""
    files = [CONFIG / "schedule.yaml", *CONFIG.glob("examples/*/schedule.yaml")]
    found = (re.findall(r"\b(\d{1,2}):(\d\d)-", file.read_text("utf-8")) for file in files)
    return {(int(hour), int(minute)) for times in found for hour, minute in times}


def test_every_opening_time_in_the_examples_is_said() -> None:
    assert {(8, 0), (9, 0)} <= openings()
    for hour, minute in openings():
        told = TimeOfDay(time(hour, minute))
        assert minute == 0
        assert said(FI, "closed_later_today", time=told).endswith(
            f"avautuu tänään kello {FI_NUMBERS[hour]}"
        )
        assert said(SV, "closed_later_today", time=told).endswith(
            f"öppnar i dag klockan {SV_NUMBERS[hour]}"
        )


@pytest.mark.parametrize("minute", range(1, 60))
def test_every_minute_is_said_after_its_hour(minute: int) -> None:
    told = TimeOfDay(time(8, minute))
    finnish = f"nolla {FI_NUMBERS[minute]}" if minute < 10 else FI_NUMBERS[minute]
    swedish = f"noll {SV_NUMBERS[minute]}" if minute < 10 else f"och {SV_NUMBERS[minute]}"
    assert said(FI, "closed_later_today", time=told).endswith(f"kello kahdeksan {finnish}")
    assert said(SV, "closed_later_today", time=told).endswith(f"klockan åtta {swedish}")


# --- numbers of telephones ---


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(("language", "words"), [(FI, FI_NUMBERS), (SV, SV_NUMBERS)])
def test_a_number_is_read_digit_by_digit_in_its_groups(
    number: str, language: Language, words: list[str]
) -> None:
    told = [grammar(language)[clip].rstrip(",.") for clip in clips(Digits(number), language)]
    spelled = ("|" if mark == " " else words[int(mark)] for mark in NUMBERS[number])
    assert " ".join(each or "|" for each in told) == " ".join(spelled)
