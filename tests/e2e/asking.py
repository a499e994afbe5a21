"""Citizens who ask to be called back, and counsellors who try it."""

from ivr.phone.hearing import Heard
from ivr.phone.phone import Phone, PhoneCall, Telephony
from tests.e2e.joining import BACK, IN_TURN, join, join_at_once


async def asks(telephony: Telephony, number: str, *, line: str = IN_TURN) -> PhoneCall:
    """A citizen asks a line of one language to be called back, and is promised it."""
    call = await join_at_once(telephony, line, caller=abroad(number))
    await call.press("1")
    await call.heard("fi/number_confirm.1")
    await call.press("1")
    await call.heard("fi/callback_saved_today.1")
    await call.hang_up()
    return call


async def asks_in_swedish(telephony: Telephony, number: str) -> None:
    """A citizen asks a line of both languages to be called back in Swedish."""
    call = await join(telephony, BACK, "sv", caller=abroad(number))
    await call.press("1")
    await call.heard("sv/number_confirm.1")
    await call.press("1")
    await call.heard("sv/callback_saved_today.1")
    await call.hang_up()


def abroad(number: str) -> str:
    """The number as its owner's operator shows it."""
    return f"+358{number[1:]}"


async def tries(counsellor: Phone, language: str = "fi", rings: PhoneCall | None = None) -> str:
    """A counsellor accepts the next one, or this; what they hear of it in the end."""
    leg = rings or await counsellor.next_call()
    assert leg.display_name.startswith("Takaisinsoitto"), leg.display_name
    await leg.answer()
    await leg.heard(f"back_{language}.1")
    await leg.press("1")

    def why(heard: Heard) -> bool:
        return heard.prompt.startswith("back_") and heard.prompt != f"back_{language}"

    told = (await leg.heard(why)).prompt
    assert not (await leg.ended()).by_us
    return told
