"""Those who talk in a call, and what each of them hears."""

import asyncio
from dataclasses import dataclass

import numpy as np

from ivr.phone.phone import Phone, PhoneCall, Telephony
from ivr.phone.repertoire import RATE
from tests.e2e.callers import connected
from tests.e2e.joining import QUIET, join
from tests.e2e.line import Line

NOBODYS = "0409998888"
TONES = (440.0, 600.0, 850.0)
LOUD = 100.0  # of 32,768; silence is below 10
LANGUAGE = "sv"  # which Anna and Bertil speak


@dataclass(kw_only=True)
class Talk:
    """A caller and Anna, who talk."""

    call: PhoneCall
    leg: PhoneCall

    @classmethod
    async def begin(cls, telephony: Telephony, anna: Phone, number: str = QUIET) -> "Talk":
        """A caller on the quiet line, and Anna's leg."""
        call = await join(telephony, number, LANGUAGE)
        leg = await connected(call, anna)
        await hear_each_other(call, leg)
        return cls(call=call, leg=leg)

    async def hold(self) -> None:
        """The caller hears music."""
        await self.leg.press("*1")
        await hears_music(self.call)

    async def consult(self, colleague: Phone, number: str) -> PhoneCall:
        """Anna speaks with somebody, and the caller hears music."""
        await self.leg.press(f"*2{number}#")
        await hears_music(self.call)
        other = await colleague.next_call()
        await other.answer()
        await hear_each_other(self.leg, other)
        return other

    async def over(self, *others: PhoneCall) -> None:
        """The caller hangs up, and all others are let go."""
        await self.call.hang_up()
        for other in others:
            assert not (await other.ended()).by_us


async def hear_each_other(*calls: PhoneCall) -> None:
    """One speaks after the other, each with a voice of their own, and all others hear it."""
    for call in calls:
        call.hush()
    for speaker, hz in zip(calls, TONES, strict=False):
        speaker.speak_tone(hz)
        for call in calls:
            if call is not speaker:
                await call.hears_tone(hz)
        speaker.hush()


async def hears_music(call: PhoneCall) -> None:
    """There is sound while everybody is silent. (The music goes on where it stopped last.)"""

    def sounds() -> bool:
        latest = call.pcm[-RATE // 2 :].astype(np.float64)
        return bool(np.sqrt(np.mean(latest**2)) > LOUD)

    await asyncio.sleep(0.6)  # what was said before has faded
    await call.until(sounds, "music", within_s=20)


async def comes_to_work(
    name: str, line: Line, telephony: Telephony, passwords: dict[str, str]
) -> Phone:
    """A colleague's phone registers, and the line knows it."""
    phone = await telephony.counsellor(name, passwords[name])
    await line.rows_once(
        f"SELECT FROM counsellor_event WHERE counsellor = '{name}' AND kind = 'signed_in'", 1
    )
    return phone


async def hears_nothing_of(call: PhoneCall, speaker: PhoneCall, *, for_s: float = 1.0) -> None:
    """What one says does not reach the other."""
    speaker.speak_tone(1200.0)
    await asyncio.sleep(for_s)
    assert not call.hearing.tone(1200.0), call.story()
    speaker.hush()
