"""Those who talk notice nothing of the controller, nor of its death."""

from ivr.phone.phone import Phone, PhoneCall, Telephony
from tests.e2e.callers import Undisturbed, connected, restart, served, talk
from tests.e2e.joining import QUIET, join
from tests.e2e.line import Line


async def talking(telephony: Telephony, anna: Phone) -> tuple[PhoneCall, PhoneCall]:
    """A caller and the counsellor's leg."""
    call = await join(telephony, QUIET, "sv")
    return call, await connected(call, anna)


async def test_those_who_talk_do_not_notice_that_the_controller_died_and_came_back(
    line: Line, telephony: Telephony, anna: Phone, bystander: PhoneCall
) -> None:
    call, leg = await talking(telephony, anna)
    both = [Undisturbed.from_now(each, bystander) for each in (call, leg)]
    await restart(line)
    await talk(call, leg)
    for each in both:
        each.check()
    await call.hang_up()
    await leg.ended()
    assert await line.outcomes(1) == ["served"]
    assert len(await line.rows("SELECT FROM call_event WHERE kind = 'ringing'")) == 1


async def test_the_counsellor_is_let_go_when_the_caller_hung_up_while_the_controller_was_dead(
    line: Line, telephony: Telephony, anna: Phone
) -> None:
    call, leg = await talking(telephony, anna)
    await line.kill()
    await call.hang_up()
    await call.ended()
    await line.start()
    assert not (await leg.ended()).by_us
    assert await line.outcomes(1) == ["served"]


async def test_a_caller_whose_counsellor_went_while_the_controller_was_dead_is_led_back_to_the_line(
    line: Line, telephony: Telephony, anna: Phone
) -> None:
    call, leg = await talking(telephony, anna)
    await line.kill()
    await leg.hang_up()
    await leg.ended()
    await line.start()
    await call.heard("sv/counsellor_lost", within_s=30, out=True)
    await call.heard("sv/price_waiting", within_s=30, out=True)  # answered: it costs
    await served(call, anna)
    assert await line.outcomes(1) == ["served"]
