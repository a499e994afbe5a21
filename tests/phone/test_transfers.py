"""A counsellor's phone in a call: codes, keys, a second call, and handing a call over."""

from typing import cast

import pytest
from baresip import TransferFailed
from baresip.call import Call
from baresip.call import CallState as StackState

from ivr.phone.call import BaresipCall
from ivr.phone.phone import CallGone, CallState, Ending, NotInTime, Phone, PhoneCall, Telephony
from ivr.phone.repertoire import Repertoire
from ivr.settings import Address

CITIZEN = "+358401234567"


@pytest.fixture
async def anna(telephony: Telephony, secret: str) -> Phone:
    return await telephony.counsellor("anna", secret)


async def talk(telephony: Telephony, anna: Phone) -> tuple[PhoneCall, PhoneCall]:
    """A citizen's call and the counsellor's, who hear each other: 440 and 700 Hz."""
    call = await (await telephony.citizen(CITIZEN)).dial("500")
    leg = await anna.next_call()
    await leg.answer()
    call.speak_tone(440)
    leg.speak_tone(700)
    await leg.hears_tone(440)
    await call.hears_tone(700)
    return call, leg


async def test_a_counsellor_dials_a_code_and_hears_the_answer(anna: Phone) -> None:
    call = await anna.dial("*1")
    await call.answered()
    await call.heard("fi/digit/4", out=True)
    assert not (await call.ended()).by_us


async def test_a_code_that_is_given_up_at_once_is_cancelled(anna: Phone) -> None:
    call = await anna.dial("430")
    await call.hang_up()
    assert await call.ended() == Ending(status=487, reason="Request Terminated", by_us=True)


async def test_keys_pressed_in_an_answered_call_arrive(anna: Phone) -> None:
    call = await anna.dial("420")
    await call.answered()
    await call.press("9")
    await call.heard("fi/digit/4")


async def test_a_call_handed_over_reaches_the_number_and_leaves_the_phone(
    telephony: Telephony, anna: Phone
) -> None:
    call, leg = await talk(telephony, anna)
    assert await leg.transfer("*1") == 200
    assert (await leg.ended()).by_us
    await call.heard("fi/digit/4")
    refer = next(message for message in leg.messages if message.method == "REFER")
    assert refer.headers["refer-to"].startswith("sip:*1@")


async def test_a_call_that_cannot_be_handed_over_goes_on(telephony: Telephony, anna: Phone) -> None:
    call, leg = await talk(telephony, anna)
    assert await leg.transfer("nobody") == 404
    assert leg.state is CallState.ANSWERED
    call.hush()
    await leg.until(lambda: not leg.hearing.tone(440), "silence", within_s=5)
    call.speak_tone(440)
    await leg.hears_tone(440)
    await call.hears_tone(700)


async def test_two_calls_are_joined_and_both_leave_the_phone(
    telephony: Telephony, anna: Phone
) -> None:
    call, leg = await talk(telephony, anna)
    second = await anna.dial("410")
    await second.heard("sv/welcome")
    assert leg.state is CallState.ANSWERED
    assert await leg.transfer_attended(second) == 200
    await call.heard("sv/welcome")
    await leg.ended()
    await second.ended()


async def test_two_calls_that_cannot_be_joined_both_go_on(anna: Phone) -> None:
    echo, clips = await anna.dial("400"), await anna.dial("410")
    await echo.answered()
    await clips.answered()
    assert await echo.transfer_attended(clips) >= 400
    echo.speak_tone(700)
    await echo.hears_tone(700)
    await clips.heard("sv/welcome")


async def test_a_call_on_hold_is_silent_until_it_is_taken_up_again(
    telephony: Telephony, anna: Phone
) -> None:
    call, leg = await talk(telephony, anna)
    await leg.hold()
    await call.until(lambda: not call.hearing.tone(700), "silence", within_s=5)
    await leg.until(lambda: not leg.hearing.tone(440), "silence", within_s=5)
    await leg.resume()
    await leg.hears_tone(440)
    await call.hears_tone(700)


async def test_the_second_call_can_be_left_and_the_first_taken_up_again(
    telephony: Telephony, anna: Phone
) -> None:
    call, leg = await talk(telephony, anna)
    second = await anna.dial("410")
    await second.heard("sv/welcome")
    await second.hang_up()
    assert (await second.ended()).by_us
    await leg.hears_tone(440)
    await call.hears_tone(700)


async def test_a_call_that_has_ended_is_not_handed_over(telephony: Telephony, anna: Phone) -> None:
    call, leg = await talk(telephony, anna)
    await call.hang_up()
    await leg.ended()
    with pytest.raises(CallGone):
        await leg.transfer("*1")


async def test_two_calls_are_not_joined_when_one_has_ended(
    telephony: Telephony, anna: Phone
) -> None:
    call, leg = await talk(telephony, anna)
    second = await anna.dial("*1")
    await second.ended()
    with pytest.raises(CallGone):
        await leg.transfer_attended(second)
    await leg.hears_tone(440)
    await call.hears_tone(700)


class Unreported:
    """A call of the stack whose transfer ends without a word of how."""

    def __init__(self, state: StackState) -> None:
        self.state = StackState.ESTABLISHED
        self._after = state

    def on(self, listener: object) -> None:
        del listener

    async def transfer(self, uri: str, **bound: float) -> None:
        del uri, bound
        self.state = self._after
        raise TransferFailed("no outcome")


@pytest.mark.parametrize(
    ("after", "error"), [(StackState.ESTABLISHED, NotInTime), (StackState.CLOSED, CallGone)]
)
async def test_a_transfer_of_which_nothing_is_heard_is_told_from_a_call_that_ended(
    after: StackState, error: type[Exception]
) -> None:
    call = BaresipCall(
        cast("Call", Unreported(after)),
        server=Address(host="127.0.0.1", port=5060),
        number="410",
        messages=[],
        repertoire=Repertoire.of({}),
    )
    with pytest.raises(error):
        await call.transfer("*1")
