"""A caller on hold, and one whose counsellor asks a colleague, outlive the controller."""

from ivr.phone.phone import Phone, PhoneCall, Telephony
from tests.e2e.callers import Undisturbed, restart
from tests.e2e.line import Line
from tests.e2e.talks import Talk, comes_to_work, hear_each_other


async def test_a_held_caller_hears_nothing_of_a_restart_and_comes_back_to_the_counsellor(
    line: Line, telephony: Telephony, anna: Phone, bystander: PhoneCall
) -> None:
    talk = await Talk.begin(telephony, anna)
    await talk.hold()
    undisturbed = Undisturbed.from_now(talk.call, bystander)
    await restart(line)
    undisturbed.check()
    await talk.leg.press("*1")
    await hear_each_other(talk.call, talk.leg)
    await talk.over(talk.leg)
    assert await line.outcomes(1) == ["served"]


async def test_a_consultation_goes_on_and_the_colleague_takes_the_call(
    line: Line, telephony: Telephony, passwords: dict[str, str], anna: Phone
) -> None:
    talk = await Talk.begin(telephony, anna)
    bertil = await comes_to_work("bertil", line, telephony, passwords)
    colleague = await talk.consult(bertil, "102")
    await restart(line)
    await hear_each_other(talk.leg, colleague)
    await talk.leg.press("*4")
    assert not (await talk.leg.ended()).by_us
    await hear_each_other(talk.call, colleague)
    await talk.over(colleague)
    assert await line.outcomes(1) == ["served"]


async def test_a_held_caller_whose_counsellor_went_meanwhile_goes_back_to_the_line(
    line: Line, telephony: Telephony, passwords: dict[str, str], anna: Phone
) -> None:
    talk = await Talk.begin(telephony, anna)
    bertil = await comes_to_work("bertil", line, telephony, passwords)
    await talk.hold()
    await line.kill()
    await talk.leg.hang_up()
    await line.start()
    await talk.call.heard("sv/counsellor_lost", within_s=30, out=True)
    await talk.call.heard("sv/price_waiting", within_s=30, out=True)  # answered: it costs
    leg = await bertil.next_call()
    await leg.answer()
    await hear_each_other(talk.call, leg)
    await talk.over(leg)
    assert await line.outcomes(1) == ["served"]
