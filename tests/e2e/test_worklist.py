"""A counsellor works through the callbacks on a real phone."""

from ivr.phone.phone import Telephony
from tests.e2e.heard import number, prompts, spoken
from tests.e2e.joining import CITIZEN, QUIET, join
from tests.e2e.line import Line

OWN = "0401234567"


async def test_a_counsellor_hears_of_a_callback_and_its_number_and_closes_it_from_the_phone(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    citizen = await join(telephony, QUIET)
    await citizen.press("1")
    await citizen.heard("fi/number_confirm.1")
    await citizen.press("1")
    await citizen.heard("fi/callback_saved_today.1", within_s=15)
    await citizen.hang_up()
    (kept,) = await line.rows_once("SELECT id FROM callback WHERE status = 'waiting'", 1)
    anna = await telephony.counsellor("anna", passwords["anna"])
    call = await anna.dial("*7")
    await call.heard("fi/desk_back_take", within_s=30)
    assert {"fi/desk_backs_1", "fi/desk_back_fi"} <= set(prompts(call))
    assert "fi/desk_back_digits" not in prompts(call)
    await call.press("5")
    await call.heard("fi/desk_back_digits")
    await call.heard("fi/desk_back_take", within_s=30)
    clips = [heard.names[0] for heard in spoken(call)]
    place = clips.index("fi/desk_back_digits.1")
    assert clips[place + 1 : place + 1 + len(OWN)] == number(OWN, "fi")
    await call.press("4")
    for asked in ("close_settled", "confirm"):
        await call.heard(f"fi/desk_back_{asked}")
        await call.press("1")
    await call.ended(within_s=30)
    assert prompts(call)[-2:] == ["fi/desk_back_closed", "fi/desk_backs_0"]
    closed = "SELECT id, closed_because FROM callback WHERE status = 'closed'"
    assert [tuple(row) for row in await line.rows_once(closed, 1)] == [(kept["id"], "settled")]
    assert CITIZEN.removeprefix("+358") not in line.said() + line.logged()
