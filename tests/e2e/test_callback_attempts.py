"""How often, how far apart and on which days somebody is called who cannot be reached."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from ivr.phone.phone import Phone, Telephony
from ivr.settings import Address
from tests.e2e.asking import abroad, asks, tries
from tests.e2e.desks import Api, is_not_rung
from tests.e2e.exchange import exchange
from tests.e2e.here import LineHere
from tests.e2e.joining import CLERKS
from tests.e2e.line import Line
from tests.e2e.talks import comes_to_work

NUMBER = "0401112227"
BUSY = {NUMBER: 486}
RESULTS = "SELECT result FROM callback_attempt WHERE result IS NOT NULL ORDER BY number"

LineAt = Callable[[str], AbstractAsyncContextManager[Line]]


async def is_tried(line: Line, anna: Phone, carrier: Address, *, before: int) -> None:
    """Anna is rung, accepts, and hears that the number is busy."""
    async with exchange(carrier, BUSY) as trunk:
        assert await tries(anna) == "back_busy"
    assert trunk.happened == [f"dialled {NUMBER}", f"over {NUMBER}"]
    results = [row["result"] for row in await line.rows_once(RESULTS, before + 1)]
    assert results == ["busy"] * (before + 1)


async def test_who_is_not_reached_is_tried_half_an_hour_apart_and_on_the_next_day_and_given_up(
    line_at: LineAt, telephony: Telephony, passwords: dict[str, str], carrier: Address
) -> None:
    async with line_at("2026-11-26 13:55") as line:  # a Thursday; the line closes at 15
        assert isinstance(line, LineHere)
        await asks(telephony, NUMBER, line=CLERKS)
        anna = await comes_to_work("anna", line, telephony, passwords)
        await is_tried(line, anna, carrier, before=0)
        await line.later(minutes=28)
        await is_not_rung(anna)
        await line.later(minutes=10)
        await is_tried(line, anna, carrier, before=1)
        await line.later(minutes=31)  # the half hour is over, and so is the day
        await is_not_rung(anna)
        await line.later(hours=18)
        await is_tried(line, anna, carrier, before=2)
        await line.later(hours=1)
        await is_not_rung(anna)
        (row,) = await line.rows_once("SELECT status, number FROM callback", 1)
        assert tuple(row) == ("unreached", abroad(NUMBER))
        async with Api.of(line) as api:
            _, listed = await api.ask("GET", "callbacks?status=unreached")
            assert [each["number"] for each in listed["callbacks"]] == [abroad(NUMBER)]


async def test_a_number_is_called_three_times_a_day_at_most_though_people_reopen_its_request(
    line_at: LineAt, telephony: Telephony, passwords: dict[str, str], carrier: Address
) -> None:
    async with line_at("2026-11-26 10:00") as line:
        assert isinstance(line, LineHere)
        await asks(telephony, NUMBER, line=CLERKS)
        (kept,) = await line.rows_once("SELECT id FROM callback", 1)
        path = f"callbacks/{kept['id']}"
        async with Api.of(line) as api:
            for _ in range(3):
                noted = {"counsellor": "anna", "result": "busy"}
                assert (await api.ask("POST", f"{path}/attempt", noted))[0] == 200
            status, reopened = await api.ask("POST", f"{path}/reopen")
            assert (status, reopened["status"]) == (200, "waiting")
        await line.later(hours=1)
        async with Api.of(line) as api:
            _, shown = await api.ask("GET", path)
        assert shown["held_by"] == "calls_a_day"
        assert shown["next_due"].startswith("2026-11-27T")
        anna = await comes_to_work("anna", line, telephony, passwords)
        await is_not_rung(anna)
        await line.later(hours=23)
        await is_tried(line, anna, carrier, before=3)
