"""Citizens and counsellors who talk or wait while something fails, and what they notice."""

from collections import Counter
from dataclasses import dataclass

from ivr.phone.phone import CallState, Phone, PhoneCall, Telephony
from ivr.phone.repertoire import RATE
from tests.e2e.heard import spoken
from tests.e2e.joining import CITIZEN, MENUS, choose, dial
from tests.e2e.line import Line

CITIZENS_HZ, COUNSELLORS_HZ = 440, 600
STALL_S = 0.1  # of a bystander's music: more than a packet that is late
ABOUT_S = 0.5  # how far apart one stall of the machine is noticed at two phones
TOPICS = {"families": "1", "disability": "2", "adults": "3"}


async def in_line(
    telephony: Telephony, language: str, topic: str = "families", *, caller: str | None = CITIZEN
) -> PhoneCall:
    """A caller who has chosen language and topic and hears music."""
    call = await dial(telephony, MENUS, caller=caller)
    await choose(call, language)
    await call.heard(f"{language}/topic_short")
    await call.press(TOPICS[topic])
    await call.heard("music")
    return call


async def connected(call: PhoneCall, counsellor: Phone) -> PhoneCall:
    """The counsellor's leg of this call, answered; the two talk."""
    leg = await counsellor.next_call()
    await leg.answer()
    await call.answered()
    await talk(call, leg)
    return leg


async def talk(call: PhoneCall, leg: PhoneCall) -> None:
    """Each speaks, and hears the other now."""
    call.speak_tone(CITIZENS_HZ)
    leg.speak_tone(COUNSELLORS_HZ)
    await leg.hears_tone(CITIZENS_HZ)
    await call.hears_tone(COUNSELLORS_HZ)


async def served(call: PhoneCall, counsellor: Phone) -> None:
    """Let the counsellor talk with the caller until the caller hangs up."""
    leg = await connected(call, counsellor)
    await call.hang_up()
    await leg.ended()


async def restart(line: Line) -> None:
    """kill -9, and start again."""
    await line.kill()
    await line.start()


def times_heard(call: PhoneCall) -> Counter[str]:
    """How often each clip was begun, as `fi/welcome`; music left out."""
    return Counter(f"{heard.language}/{heard.clip}" for heard in spoken(call))


@dataclass(frozen=True, kw_only=True)
class Undisturbed:
    """A phone from a moment on, of which it is claimed that it notices nothing.

    When a `bystander`, whose music Asterisk plays without the controller, hears nothing for a
    moment, the machine stalls, and the silence of others at that time is no fault of ours.
    """

    call: PhoneCall
    bystander: PhoneCall
    since_s: float
    requests: int

    @classmethod
    def from_now(cls, call: PhoneCall, bystander: PhoneCall) -> "Undisturbed":
        """Remember this moment."""
        since_s = len(call.pcm) / RATE
        return cls(call=call, bystander=bystander, since_s=since_s, requests=_requests(call))

    def check(self, longest_silence_s: float = 0.5) -> None:
        """Nothing since: no silence, no SIP request, no end."""
        silences = self.call.hearing.silences(longest_silence_s)
        silent = [
            (at, length)
            for at, length in silences
            if at + length > self.since_s and not self._machine_stalls(at, length)
        ]
        assert not silent, f"silent at {silent}\n{self.call.story()}"
        assert _requests(self.call) == self.requests, self.call.story()
        assert self.call.state is not CallState.ENDED, self.call.story()

    def _machine_stalls(self, at_s: float, length_s: float) -> bool:
        """Whether the bystander hears nothing either, at about this time of the call."""
        later_s = self.call.began - self.bystander.began
        first, last = at_s + later_s - ABOUT_S, at_s + length_s + later_s + ABOUT_S
        stalls = self.bystander.hearing.silences(STALL_S)
        return any(at < last and at + length > first for at, length in stalls)


def _requests(call: PhoneCall) -> int:
    return sum(1 for message in call.messages if message.method)
