"""A callback: asked for while waiting, confirmed, kept, and only then promised."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing
from datetime import date
from pathlib import Path

import pytest

from ivr.phone.phone import PhoneCall, Telephony
from tests.e2e.heard import answers, as_named, number, prompts, spoken
from tests.e2e.joining import (
    ANOTHER,
    BRIEF,
    CITIZEN,
    OFFICE,
    QUIET,
    choose,
    dial,
    join,
    tells_place,
)
from tests.e2e.line import Line

OWN, QUIETS_OWN = "0401234567", "0291000007"
DELIVERED = {"P-Asserted-Identity": f"<sip:{CITIZEN}@carrier.example>"}


async def ask_for_callback(call: PhoneCall, language: str = "fi") -> None:
    """Press 1 while waiting and, when the own number is read back, wait for the question."""
    await call.press("1")
    await call.heard(f"{language}/number_confirm.1")


def promised(line: Line) -> list[tuple[str]]:
    """The callbacks that are on the controller's own disk."""
    outbox = Path(line.environment["IVR_STATE_DIR"]) / "outbox.sqlite"
    with closing(sqlite3.connect(f"file:{outbox}?mode=ro", uri=True)) as connection:
        return connection.execute("SELECT promised_by FROM callback").fetchall()


@pytest.mark.parametrize("language", ["fi", "sv"])
async def test_a_callback_is_confirmed_kept_and_only_then_promised(
    line: Line, telephony: Telephony, language: str
) -> None:
    call = await join(telephony, QUIET, language)
    await ask_for_callback(call, language)
    await call.heard(f"{language}/number_confirm.2", within_s=15)
    assert promised(line) == []
    await call.press("1")
    await call.heard(f"{language}/callback_saved_today.1")
    assert len(promised(line)) == 1
    (row,) = await line.rows_once("SELECT * FROM callback", 1)
    assert not any(heard.says("callback_saved_today.2") for heard in spoken(call))  # not yet
    await call.ended(within_s=25)
    wanted = [
        *(f"{language}/number_confirm.1", *number(OWN, language), f"{language}/number_confirm.2"),
        *(f"{language}/callback_saved_today.1", *number(QUIETS_OWN, language)),
        *(f"{language}/callback_saved_today.2", f"{language}/goodbye"),
    ]
    heard = as_named(call, [heard.names[0] for heard in spoken(call)][:3] + wanted)[3:]
    assert heard == wanted, call.story()
    assert answers(call) == 0
    assert await line.outcomes(1) == ["callback"]
    (known,) = await line.rows("SELECT id, joined FROM call")
    assert (row["id"], row["joined"]) == (known["id"], known["joined"])
    assert (row["number"], row["language"]) == (CITIZEN, language)
    assert (row["topic"], row["line"]) == ("families", "quiet")
    assert row["promised_by"].isoformat() == promised(line)[0][0]


async def test_a_caller_who_rather_waits_on_is_back_in_the_line_at_the_same_place(
    line: Line, telephony: Telephony
) -> None:
    call = await join(telephony, QUIET)
    (before,) = await line.rows_once("SELECT joined FROM call WHERE joined IS NOT NULL", 1)
    behind = await join(telephony, QUIET, caller=ANOTHER)
    await ask_for_callback(call)
    await call.press("2")
    await call.heard("fi/queue_next")
    await behind.hang_up()
    await call.hang_up()
    assert await line.outcomes(2) == ["abandoned_queue"] * 2
    assert (await line.rows("SELECT joined FROM call ORDER BY arrived"))[0] == before
    assert await line.rows("SELECT * FROM callback") == []


async def test_a_wrong_key_keeps_nothing_and_the_caller_waits_on(
    line: Line, telephony: Telephony
) -> None:
    call = await join(telephony, QUIET)
    await ask_for_callback(call)
    await call.press("9")
    await call.heard("fi/queue_next")
    await call.hang_up()
    assert await line.outcomes(1) == ["abandoned_queue"]
    assert await line.rows("SELECT * FROM callback") == []


async def test_a_callback_asked_for_shortly_before_closing_is_promised_for_the_next_opening(
    line_at: Callable[[str], AbstractAsyncContextManager[Line]], telephony: Telephony
) -> None:
    async with line_at("2026-11-27 14:30") as line:
        call = await join(telephony, OFFICE, "fi")
        await ask_for_callback(call)
        await call.press("1")
        await call.heard("fi/callback_saved_next.1")
        (row,) = await line.rows_once("SELECT * FROM callback", 1)
        assert row["promised_by"] == date(2026, 11, 30)
        await call.heard("fi/callback_saved_next.2")
        clips = [heard.names[0] for heard in spoken(call)]
        place = clips.index("fi/callback_saved_next.1")
        assert clips[place + 1] == "fi/weekday/1"
        await call.hang_up()
        assert await line.outcomes(1) == ["callback"]


async def test_the_number_is_kept_without_a_key_when_the_free_waiting_ends(
    line: Line, telephony: Telephony
) -> None:
    call = await dial(telephony, BRIEF)
    await call.heard("fi/welcome")
    await call.press("#")
    await call.heard("fi/free_window_end", within_s=15)
    assert len(promised(line)) == 1
    ending = await call.ended(within_s=15)
    assert (ending.status, ending.by_us) == (480, False)
    told = [prompt for prompt in prompts(call) if prompt != "fi/queue_next"]  # if there was time
    assert told == ["fi/welcome", "fi/free_window_end"]
    assert answers(call) == 0
    assert await line.outcomes(1) == ["callback"]
    (row,) = await line.rows("SELECT number, line FROM callback")
    assert tuple(row) == (CITIZEN, "brief")


async def test_who_hangs_up_after_the_promise_is_called_back_all_the_same(
    line: Line, telephony: Telephony
) -> None:
    call = await join(telephony, QUIET)
    await ask_for_callback(call)
    await call.press("1")
    await call.heard("fi/callback_saved_today.1")
    await call.hang_up()
    assert await line.outcomes(1) == ["callback"]
    assert len(await line.rows("SELECT * FROM callback")) == 1


async def test_a_withheld_number_is_not_called_back_though_the_network_delivers_it(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    citizen = await telephony.citizen(None)
    call = await citizen.dial(QUIET, headers=DELIVERED)
    await choose(call, "sv")
    await call.heard(tells_place)
    await call.press("1")
    await call.heard("sv/number_hidden", out=True)
    await call.heard("sv/number_entry")
    await call.press("#")
    await call.heard("sv/queue_next")
    anna = await telephony.counsellor("anna", passwords["anna"])
    leg = await anna.next_call()
    await leg.answer()
    await call.answered()
    await call.hang_up()
    assert await line.outcomes(1) == ["served"]
    assert await line.rows("SELECT * FROM callback") == []


async def test_a_hidden_caller_gives_a_number_and_who_asks_again_keeps_the_place(
    line: Line, telephony: Telephony
) -> None:
    first = await join(telephony, QUIET, caller=None)
    await first.press("1")
    await first.heard("fi/number_entry")
    await first.press(f"{OWN}#")
    await first.heard("fi/number_readback.2", within_s=15)
    await first.press("1")
    await first.heard("fi/callback_saved_today.1")
    await first.hang_up()
    (before,) = await line.rows_once("SELECT id, joined, number, again FROM callback", 1)
    assert (before["number"], before["again"]) == (CITIZEN, 0)
    second = await join(telephony, QUIET)
    await ask_for_callback(second)
    await second.press("1")
    await second.heard("fi/callback_exists")
    await second.heard("fi/callback_saved_today.1", within_s=15)
    await second.hang_up()
    assert await line.outcomes(2) == ["callback"] * 2
    (after,) = await line.rows("SELECT id, joined, number, again FROM callback")
    assert dict(after) == {**dict(before), "again": 1}
