"""A caller of the load: what they want, by chance, and what they live through."""

import asyncio
import random
import time
from dataclasses import dataclass
from enum import Enum, auto
from typing import Self

from ivr.settings import Address
from tests.chaos.evidence import CallerLog, End
from tests.chaos.hearing import Ear, Ears
from tests.e2e.rawsip import RawCall, audio_port, raw_call

FREE, TOLL_FREE = "0291000001", "0800100002"
_LOOKS_EVERY_S = 0.15
_BREATHES_EVERY_S = 1.0
_FINAL_WITHIN_S = 2.0
# No call of the load lasts so long: its caller is in a place that has no end.
LONGEST_S = 240.0


class Wish(Enum):
    """What the caller is up to."""

    TALK = auto()
    CALLBACK = auto()  # by key, while waiting
    MENU_ONLY = auto()  # hangs up in the menus
    IMPATIENT = auto()  # hangs up in the line


_WISHES = {Wish.TALK: 60, Wish.CALLBACK: 14, Wish.MENU_ONLY: 8, Wish.IMPATIENT: 18}


@dataclass(frozen=True, kw_only=True)
class Person:
    """A caller as chance made them. Times in seconds.

    `patience_s` lasts from dialling, `talks_s` from the answer.
    """

    name: str
    number: str
    dials: str
    wish: Wish
    hidden: bool
    swedish: bool
    urgent: bool
    topic: str
    thinks_s: float
    patience_s: float
    talks_s: float

    @classmethod
    def of(cls, number: int, chance: random.Random) -> Self:
        """The caller with this number in the run."""
        wish = chance.choices([*_WISHES], [*_WISHES.values()])[0]
        patience = {Wish.MENU_ONLY: (0.5, 6.0), Wish.IMPATIENT: (8.0, 60.0)}.get(wish)
        return cls(
            name=f"caller {number}",
            number=f"+35840{1000000 + number}",
            dials=chance.choices([FREE, TOLL_FREE], [8, 2])[0],
            wish=wish,
            hidden=chance.random() < 0.06,
            swedish=chance.random() < 0.3,
            urgent=chance.random() < 0.2,
            topic=chance.choice("123"),
            thinks_s=chance.uniform(0.3, 1.2),
            patience_s=chance.uniform(*patience) if patience else LONGEST_S,
            talks_s=chance.uniform(4, 40),
        )

    def key(self, clip: str) -> str:
        """What they press when they have heard a clip begin, such as `fi/lang_choice`."""
        name = clip.partition("/")[2].partition(".")[0]
        if name.startswith("lang_") and name != "lang_switch":
            return "2" if self.swedish else "1"
        keys = {
            "welcome": "#",
            "topic_short": self.topic,
            "urgency": "1" if self.urgent else "2",
            "number_confirm": "1",
            "limit_confirm": "1",
            "number_entry": f"0{self.number[4:]}#",  # who withholds it keys it in
            "number_readback": "1",
        }
        if self.wish is Wish.CALLBACK and name in {"queue_pos_n", "queue_next", "callback_offer"}:
            return "1"
        return keys.get(name, "")


@dataclass(kw_only=True, eq=False)
class Caller:
    """One call, from dialling to its end. It is `cut_off` when Asterisk is killed."""

    person: Person
    server: Address
    ears: Ears
    gives_up: bool = False
    cut_off: bool = False

    async def live(self) -> CallerLog:
        """Call; give up when patience, or the load, is over."""
        person = self.person
        began = time.time()
        sender = f"<sip:{person.number}@127.0.0.1>".encode()
        headers = (b"Privacy: id",) if person.hidden else ()
        with self.ears.ear() as ear:
            async with raw_call(
                self.server, person.dials, sender=sender, sdp=ear.sdp, headers=headers
            ) as call:
                seen = _Seen(call)
                end = await self._until_the_end(call, ear, seen, began)
                ended = time.time()
        return CallerLog(
            name=person.name,
            number=None if person.hidden else person.number,
            dialled=person.dials,
            began=began,
            ended=ended,
            end=end,
            status=seen.final,
            taken=seen.taken,
            answered=seen.answered,
            heard=tuple(ear.heard),
            gaps=tuple(ear.gaps),
        )

    async def _until_the_end(self, call: RawCall, ear: Ear, seen: "_Seen", began: float) -> End:
        breathed, pressed_for = began, 0.0
        while (end := seen.look()) is None:
            now = time.time()
            if self.cut_off:
                return End.SILENT
            over = seen.answered is not None and now > seen.answered + self.person.talks_s
            if self.gives_up or over or now > began + self.person.patience_s:
                await _hang_up(call, seen)
                return End.OWN
            at, clip = ear.newest
            key = self.person.key(clip)
            if seen.audio and key and at > pressed_for and now > at + self.person.thinks_s:
                ear.press(key, seen.audio)
                pressed_for = at
            if seen.audio and now > breathed + _BREATHES_EVERY_S:
                ear.breathe(seen.audio)
                breathed = now
            await asyncio.sleep(_LOOKS_EVERY_S)
        return end


class _Seen:
    """What the signalling of a call has said so far. Its times are when it was looked at."""

    def __init__(self, call: RawCall) -> None:
        self.taken: float | None = None
        self.answered: float | None = None
        self.final = 0
        self.audio = 0
        self._call = call
        self._looked = 0

    def look(self) -> End | None:
        """Take in what has come; how the call has ended, if it has."""
        messages = self._call.messages[self._looked :]
        self._looked += len(messages)
        for message in messages:
            at = time.time() - (time.monotonic() - message.at)
            if message.method == "BYE":
                return End.BYE
            if message.cseq_method == "INVITE" and not message.method:
                self._respond(message.status, at)
            if "m=audio" in message.body:
                self.audio = audio_port([message])
        return End.REFUSED if self.final >= 300 else None

    def _respond(self, status: int, at: float) -> None:
        if status > 100:
            self.taken = self.taken or at
        if status >= 200:
            self.final = self.final or status
        if status == 200:
            self.answered = self.answered or at


async def _hang_up(call: RawCall, seen: _Seen) -> None:
    """BYE if it was answered, CANCEL if not; and BYE if the two cross."""
    if seen.answered is None:
        call.cancel()
        deadline = time.monotonic() + _FINAL_WITHIN_S
        while not seen.final and time.monotonic() < deadline:
            await asyncio.sleep(_LOOKS_EVERY_S)
            seen.look()
