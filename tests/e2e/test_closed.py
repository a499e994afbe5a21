"""A closed line: what it says at which moment, in both languages, and that nobody pays for it."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import date

import pytest

from ivr.phone.phone import PhoneCall, Telephony
from tests.e2e.heard import answers, as_named, cut_off, number, spoken, statuses
from tests.e2e.joining import (
    AFTER_HOURS,
    CITIZEN,
    MONDAYS,
    MONDAYS_IN_SWEDISH,
    OFFICE,
    OFFICE_IN_SWEDISH,
    SHUT,
    dial,
)
from tests.e2e.line import Line

LineAt = Callable[[str], AbstractAsyncContextManager[Line]]
CRISIS = "0981642439"


def notice(language: str, prompt: str, *day: str, time: tuple[str, ...] = ("hour_end/9",)):
    """The clips that say that the line is closed and when it opens."""
    between = [*day, f"{prompt}.2"] if day else []
    return [f"{language}/{clip}" for clip in (f"{prompt}.1", *between, *time)]


def crisis(language: str) -> list[str]:
    """The clips that say where help is to be had now."""
    return [f"{language}/crisis.1", *number(CRISIS, language), f"{language}/crisis.2"]


async def until_crisis(call: PhoneCall) -> list[str]:
    """Listen until the crisis line is named, hang up, and give the prompt that was heard last."""
    heard = await call.heard("crisis", within_s=20)
    await call.hang_up()
    return [heard.names[0]]


@pytest.mark.parametrize(
    ("moment", "prompt", "day"),
    [
        pytest.param("2026-11-25 08:00", "closed_later_today", (), id="before opening"),
        pytest.param("2026-11-22 12:00", "closed_next", ("day/tomorrow",), id="Sunday"),
        pytest.param("2026-11-27 16:00", "closed_next", ("weekday/1",), id="after closing"),
        pytest.param("2026-12-24 10:00", "holiday_eve", ("weekday/1",), id="Christmas Eve"),
        pytest.param("2027-12-06 10:00", "holiday", ("day/tomorrow",), id="Independence Day"),
        pytest.param("2026-03-28 12:00", "closed_next", ("weekday/1",), id="into summer time"),
        pytest.param("2026-10-24 12:00", "closed_next", ("weekday/1",), id="out of summer time"),
    ],
)
async def test_a_closed_line_says_when_it_opens(
    line_at: LineAt, telephony: Telephony, moment: str, prompt: str, day: tuple[str, ...]
) -> None:
    async with line_at(moment) as line:
        finnish, swedish = [await dial(telephony, n) for n in (OFFICE, OFFICE_IN_SWEDISH)]
        await asyncio.gather(until_crisis(finnish), until_crisis(swedish))
        for call, language in ((finnish, "fi"), (swedish, "sv")):
            wanted = [*notice(language, prompt, *day), f"{language}/crisis.1"]
            assert as_named(call, wanted) == wanted, call.story()
            assert answers(call) == 0
        assert await line.outcomes(2) == ["closed_hours"] * 2


async def test_an_opening_a_week_away_is_said_with_its_date_and_minutes(
    line_at: LineAt, telephony: Telephony
) -> None:
    dates = {
        "fi": ("dated_weekday/1", "month/11", "date/30"),
        "sv": ("dated_weekday/1", "date/30", "month/11"),
    }
    async with line_at("2026-11-23 16:00") as line:
        calls = [await dial(telephony, number) for number in (MONDAYS, MONDAYS_IN_SWEDISH)]
        await asyncio.gather(*(until_crisis(call) for call in calls))
        for call, (language, date) in zip(calls, dates.items(), strict=True):
            time = ("hour/8", "minute/30")
            wanted = [*notice(language, "closed_next", *date, time=time), f"{language}/crisis.1"]
            assert as_named(call, wanted) == wanted, call.story()
        assert await line.outcomes(2) == ["closed_hours"] * 2


async def test_a_closed_line_says_everything_in_both_languages_and_ends_the_call_unanswered(
    line_at: LineAt, telephony: Telephony
) -> None:
    async with line_at("2026-11-22 12:00") as line:
        call = await dial(telephony, OFFICE)
        ending = await call.ended(within_s=80)
        wanted = [
            *(*notice("fi", "closed_next", "day/tomorrow"), *crisis("fi")),
            *(*notice("sv", "closed_next", "day/tomorrow"), *crisis("sv")),
        ]
        assert as_named(call, wanted) == wanted, call.story()
        assert cut_off(call) == [], call.story()
        assert (ending.status, ending.by_us) == (480, False)
        assert statuses(call) == [183, 183, 480]
        assert await line.outcomes(1) == ["closed_hours"]


async def test_a_line_without_hours_says_no_opening(line: Line, telephony: Telephony) -> None:
    call = await dial(telephony, SHUT)
    await until_crisis(call)
    wanted = ["fi/closed", "fi/crisis.1"]
    assert as_named(call, wanted) == wanted, call.story()
    assert await line.outcomes(1) == ["closed_hours"]


async def test_a_request_on_a_closed_line_is_kept_for_the_next_opening_and_the_call_not_answered(
    line_at: LineAt, telephony: Telephony
) -> None:
    async with line_at("2026-11-27 16:00") as line:
        call = await dial(telephony, AFTER_HOURS)
        await call.heard("lang_choice")
        await call.press("2")
        await call.heard("sv/opening_confirm.2", within_s=60)
        await call.press("1")
        await call.heard("sv/callback_saved_next.1")
        (row,) = await line.rows_once("SELECT * FROM callback", 1)
        ending = await call.ended(within_s=40)
        assert (row["number"], row["line"], row["language"]) == (CITIZEN, "after_hours", "sv")
        assert (row["promised_by"], row["topic"]) == (date(2026, 11, 30), "families")
        wanted = [
            *(*notice("sv", "closed_next", "weekday/1"), *crisis("sv")),
            *("sv/opening_confirm.1", *number("0401234567", "sv"), "sv/opening_confirm.2"),
            *("sv/callback_saved_next.1", "sv/weekday/1", "sv/callback_saved_next.2"),
            *(*number(AFTER_HOURS, "sv"), "sv/callback_saved_next.3", "sv/goodbye"),
        ]
        names = [heard.names[0] for heard in spoken(call)]
        before = names[: names.index("sv/closed_next.1")]
        heard = as_named(call, before + wanted)[len(before) :]
        assert heard == wanted, call.story()
        assert (ending.status, answers(call)) == (480, 0)
        assert await line.outcomes(1) == ["callback"]
        (known,) = await line.rows("SELECT arrived, joined FROM call")
        assert known["joined"] is None
        assert row["joined"] == row["requested_at"] > known["arrived"]
