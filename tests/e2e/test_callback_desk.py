"""What counsellors do about one callback holds for the line that calls."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import pytest

from ivr.domain.schedule import HELSINKI
from ivr.phone.phone import Telephony
from ivr.settings import Address
from tests.e2e.asking import asks, asks_in_swedish, tries
from tests.e2e.desks import Api, code, is_not_rung
from tests.e2e.exchange import exchange
from tests.e2e.joining import CLERKS, IN_TURN
from tests.e2e.line import Line
from tests.e2e.talks import comes_to_work

NUMBER = "0401112228"
BUSY = {NUMBER: 486}
KEPT = "SELECT id FROM callback WHERE status = 'waiting'"
ATTEMPTS = "SELECT began, counsellor FROM callback_attempt WHERE result IS NOT NULL"


@pytest.fixture
async def api(line: Line) -> AsyncIterator[Api]:
    """The interface of the running line."""
    async with Api.of(line) as api:
        yield api


async def postponed(line: Line, api: Api) -> tuple[str, datetime]:
    """The path of the only callback, which is put off by some seconds, and until when."""
    (kept,) = await line.rows_once(KEPT, 1)
    path, until = f"callbacks/{kept['id']}", datetime.now(UTC) + timedelta(seconds=12)
    status, shown = await api.ask("POST", f"{path}/postpone", {"until": until.isoformat()})
    assert (status, datetime.fromisoformat(shown["not_before"])) == (200, until)
    return path, until


async def test_a_postponed_callback_is_made_at_the_agreed_time_and_not_before(
    line: Line, telephony: Telephony, passwords: dict[str, str], api: Api, *, carrier: Address
) -> None:
    await asks(telephony, NUMBER, line=IN_TURN)
    _, until = await postponed(line, api)
    anna = await comes_to_work("anna", line, telephony, passwords)
    await is_not_rung(anna)
    async with exchange(carrier, BUSY):
        assert await tries(anna) == "back_busy"
    (made,) = await line.rows_once(ATTEMPTS, 1)
    assert made["began"] >= until


async def test_a_callback_that_a_counsellor_has_taken_rings_with_them_and_with_nobody_else(
    line: Line, telephony: Telephony, passwords: dict[str, str], api: Api, *, carrier: Address
) -> None:
    await asks_in_swedish(telephony, NUMBER)
    path, _ = await postponed(line, api)
    assert (await api.ask("POST", f"{path}/take", {"counsellor": "bertil"}))[0] == 200
    anna = await comes_to_work("anna", line, telephony, passwords)
    bertil = await comes_to_work("bertil", line, telephony, passwords)
    async with exchange(carrier, BUSY):
        told, _ = await asyncio.gather(tries(bertil, "sv"), is_not_rung(anna, 15))
    assert told == "back_busy"
    assert [row["counsellor"] for row in await line.rows_once(ATTEMPTS, 1)] == ["bertil"]


async def test_who_declines_a_callback_has_made_no_attempt_and_the_next_counsellor_is_rung(
    line: Line, telephony: Telephony, passwords: dict[str, str], carrier: Address
) -> None:
    await asks_in_swedish(telephony, NUMBER)
    anna = await comes_to_work("anna", line, telephony, passwords)
    rings = await anna.next_call()
    bertil = await comes_to_work("bertil", line, telephony, passwords)
    await rings.reject()
    leg = await bertil.next_call()
    assert await line.rows("SELECT FROM callback_attempt") == []
    async with exchange(carrier, BUSY):
        assert await tries(bertil, "sv", leg) == "back_busy"
    assert [row["counsellor"] for row in await line.rows_once(ATTEMPTS, 1)] == ["bertil"]


async def test_a_time_agreed_on_from_the_phone_is_kept_and_nobody_is_rung_before(
    line_at: Callable[[str], AbstractAsyncContextManager[Line]],
    telephony: Telephony,
    passwords: dict[str, str],
) -> None:
    async with line_at("2026-11-26 10:00") as line:
        anna = await comes_to_work("anna", line, telephony, passwords)
        assert await code(anna, "*21") != ()
        await asks(telephony, NUMBER, line=CLERKS)
        call = await anna.dial("*7")
        for asked, keys in {"take": "3", "today": "2", "time": "1430#", "agreed": "1"}.items():
            await call.heard(f"fi/desk_back_{asked}", within_s=30)
            await call.press(keys)
        await call.heard("fi/desk_back_postponed")
        await call.hang_up()
        (row,) = await line.rows_once(
            "SELECT not_before FROM callback WHERE not_before IS NOT NULL", 1
        )
        assert row["not_before"] == datetime(2026, 11, 27, 14, 30, tzinfo=HELSINKI)
        assert await code(anna, "*3") != ()
        await is_not_rung(anna)
