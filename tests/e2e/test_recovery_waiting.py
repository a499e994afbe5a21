"""What becomes of those who wait while the controller is dead."""

import pytest

from ivr.phone.phone import Phone, PhoneCall, Telephony
from tests.e2e.callers import Undisturbed, connected, in_line, restart, served, times_heard
from tests.e2e.joining import ANOTHER, CITIZEN, MENUS, QUIET, dial, join, tells_place
from tests.e2e.line import Line


async def test_callers_keep_place_language_topic_and_music_when_the_controller_dies(
    line: Line, telephony: Telephony, passwords: dict[str, str], bystander: PhoneCall
) -> None:
    first = await in_line(telephony, "fi", "adults")
    second = await in_line(telephony, "sv", "disability", caller=ANOTHER)
    waiting = [Undisturbed.from_now(each, bystander) for each in (first, second)]
    await restart(line)
    await first.heard("fi/queue_next", out=True)
    await second.heard("sv/queue_pos_1", out=True)
    for each in waiting:
        each.check()
    assert max(times_heard(first).values()) == times_heard(first)["fi/queue_next"] == 2
    assert max(times_heard(second).values()) == times_heard(second)["sv/queue_pos_1"] == 2
    anna = await telephony.counsellor("anna", passwords["anna"])
    leg = await connected(first, anna)
    assert leg.display_name.startswith("FI Työikäiset")
    assert second.answered_at is None
    await leg.hang_up()
    leg = await connected(second, anna)
    assert leg.display_name.startswith("SV Vammaispalvelut")
    await leg.hang_up()
    assert await line.outcomes(2) == ["served", "served"]


async def test_who_hears_an_announcement_when_the_controller_dies_hears_music_after_it(
    line: Line, telephony: Telephony
) -> None:
    call = await join(telephony)
    await line.kill()
    await call.heard("music", within_s=20)
    await line.start()
    await call.hang_up()
    assert await line.outcomes(1) == ["abandoned_queue"]


async def test_a_phone_that_rang_when_the_controller_died_rings_again_for_the_same_caller(
    line: Line, telephony: Telephony, anna: Phone
) -> None:
    call = await join(telephony, QUIET, "sv")
    ringing = await anna.next_call()
    await restart(line)
    assert (await ringing.ended()).status == 487
    await served(call, anna)
    assert await line.outcomes(1) == ["served"]


@pytest.mark.parametrize(
    ("place", "outcome"), [("menu", "abandoned_menu"), ("line", "abandoned_queue")]
)
async def test_a_caller_who_hangs_up_while_the_controller_is_dead_is_closed_afterwards(
    line: Line, telephony: Telephony, place: str, outcome: str
) -> None:
    if place == "menu":
        call = await dial(telephony, MENUS)
        await call.heard("lang_choice")
    else:
        call = await in_line(telephony, "sv")
    await line.rows_once("SELECT FROM call", 1)  # what is told in the last 50 ms may be lost
    await line.kill()
    await call.hang_up()
    await call.ended()
    await line.start()
    assert await line.outcomes(1) == [outcome]


async def test_a_caller_who_comes_while_the_controller_is_dead_is_greeted_and_then_taken_over(
    line: Line, telephony: Telephony
) -> None:
    await line.kill()
    call = await dial(telephony, QUIET)
    await call.heard("fi/welcome")
    behind = await dial(telephony, QUIET, caller=ANOTHER)
    await behind.heard("fi/welcome")
    await line.start()
    for each in (call, behind):
        await each.heard("lang_choice", within_s=60)
        await each.press("1")
        await each.heard(tells_place, within_s=40, out=True)
        assert each.answered_at is None
        await each.hang_up()
    assert await line.outcomes(2) == ["abandoned_queue"] * 2
    # Their places are those of their arrival.
    rows = await line.rows("SELECT caller, joined, arrived FROM call ORDER BY joined")
    assert [row["caller"] for row in rows] == [CITIZEN, ANOTHER]
    assert all(row["joined"] == row["arrived"] for row in rows)
