"""`ivr run --open-now`: the line is tried outside its hours."""

from collections.abc import Callable
from dataclasses import replace

from ivr.embedded.asterisk import AsteriskAccess
from ivr.phone.phone import Telephony
from tests.e2e.at_work import running
from tests.e2e.joining import SHUT, join
from tests.e2e.line import Line


async def test_a_closed_line_is_served_when_tried_as_if_open_and_the_console_says_so(
    plan: Callable[[], Line],
    access: AsteriskAccess,
    telephony: Telephony,
    passwords: dict[str, str],
) -> None:
    async with running(replace(plan(), arguments=("--open-now",)), access) as line:
        await line.says("TRIAL: the opening hours are overridden")
        anna = await telephony.counsellor("anna", passwords["anna"])
        call = await join(telephony, SHUT)
        leg = await anna.next_call()
        await leg.answer()
        await call.answered()
        await leg.hang_up()
        assert await line.outcomes(1) == ["served"]


async def test_a_line_that_is_not_tried_does_not_speak_of_a_trial(line: Line) -> None:
    await line.says("CLOSED")
    assert "TRIAL" not in line.said()
