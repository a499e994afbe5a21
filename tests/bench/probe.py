"""One caller who listens closely: how long each thing takes, as seen on the wire.

SIPp makes the load and cannot hear. Beside it these callers go the same way a few times
a second, to counsellors of their own, and time what they hear by its sound.
"""

import asyncio
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from ivr.domain.phrase import Count, TopicName
from ivr.settings import Address
from tests.bench.figures import Calls, Delay
from tests.bench.media import Marks, Media, began, marks, token
from tests.bench.phones import Phones, audio_port
from tests.bench.place import KEYS, NUMBER, PROBED, Place, sound_bytes
from tests.bench.polling import found
from tests.e2e.rawsip import raw_call

THINKS_S = 0.7  # from the beginning of a prompt to the key
HEARS_WITHIN_S = 5.0
SPEAKS_S = 0.5

POSITION = "position"
_POSITIONS = ("queue_next", "queue_pos_1", "queue_pos_n")
_SAID = ("lang_choice", "welcome", "topic_menu", "queue_next", "queue_pos_1")


@dataclass(frozen=True, kw_only=True)
class Clips:
    """What the prompts on the way are known by, and how long the whisper lasts, in seconds."""

    prompts: Mapping[str, Marks]
    whisper_s: float

    @classmethod
    def of(cls, place: Place) -> "Clips":
        """The clips that a probe hears."""
        sounds = {name: sound_bytes(place.sound(name)) for name in _SAID}
        sounds["queue_pos_n"] = sound_bytes(place.sound("queue_pos_n", count=Count(2))[:1])
        whisper = sound_bytes(place.sound("whisper_fi", topic=TopicName(PROBED)))
        known = {
            name: marks(sound, (other for each, other in sounds.items() if each != name))
            for name, sound in sounds.items()
        }
        # Which place in the line is said depends on how many calls ring at that moment.
        position = {sound: n for name in _POSITIONS for sound, n in known[name].items()}
        return cls(prompts={**known, POSITION: position}, whisper_s=len(whisper) / 8000)


@dataclass(kw_only=True)
class Probes:
    """The probes of one round and what they found."""

    server: Address
    phones: Phones
    clips: Clips
    delays: dict[Delay, list[float]] = field(default_factory=lambda: {d: [] for d in Delay})
    made: int = 0
    faults: list[str] = field(default_factory=list)
    most: int = 0
    _now: int = 0

    @property
    def calls(self) -> Calls:
        """How many were made, and how many failed."""
        return Calls(made=self.made, failed=len(self.faults), at_once=self.most)

    async def run(self, *, rate: float, seconds: float) -> None:
        """Call `rate` times a second for so long, and return when all calls have ended."""
        async with asyncio.TaskGroup() as calls:
            start = time.monotonic()
            for number in range(round(rate * seconds)):
                await asyncio.sleep(start + number / rate - time.monotonic())
                calls.create_task(self._call(token(number)))

    async def _call(self, own: bytes) -> None:
        self.made += 1
        self._now += 1
        self.most = max(self.most, self._now)
        try:
            await self._go_the_way(own)
        except (TimeoutError, AssertionError, ValueError) as error:
            self.faults.append(str(error) or "nothing was heard in time")
        finally:
            self._now -= 1

    async def _go_the_way(self, own: bytes) -> None:
        async with AsyncExitStack() as stack:
            media = stack.enter_context(Media())
            dialled = time.time()
            call = await stack.enter_async_context(raw_call(self.server, NUMBER, sdp=media.sdp))
            begun = await self._hears(media, "lang_choice", dialled)
            self.delays[Delay.SET_UP].append(begun - dialled)
            port = next(audio_port(m) for m in call.messages if "m=audio" in m.body)
            ways = (("1", "welcome"), ("#", "topic_menu"), (KEYS[PROBED], POSITION))
            for key, prompt in ways:
                await asyncio.sleep(THINKS_S)
                pressed = await media.press(key, port)
                self.delays[Delay.KEY].append(await self._hears(media, prompt, pressed) - pressed)
            speaking = asyncio.create_task(media.speak(own, port))
            stack.callback(speaking.cancel)
            await self._meets_a_counsellor(media, own)
            await asyncio.sleep(SPEAKS_S)
            assert await call.status(200, within_s=1) == 200

    async def _hears(self, media: Media, prompt: str, after: float) -> float:
        """When a prompt began, once it is heard."""
        clip = self.clips.prompts[prompt]
        return await found(lambda: began(media.heard, clip, after=after), HEARS_WITHIN_S)

    async def _meets_a_counsellor(self, media: Media, own: bytes) -> None:
        """Hear a counsellor, and be heard by the same."""
        patience_s = self.phones.ring_s + self.clips.whisper_s + HEARS_WITHIN_S
        at, sound = await found(lambda: self._counsellor_heard(media), patience_s)
        leg = self.phones.answered[sound]
        heard = await found(lambda: _first(leg.media, own), HEARS_WITHIN_S)
        answered = leg.at + self.clips.whisper_s
        self.delays[Delay.CALLER_HEARS].append(at - answered)
        self.delays[Delay.BOTH_HEAR].append(max(at, heard) - answered)

    def _counsellor_heard(self, media: Media) -> tuple[float, bytes] | None:
        known = self.phones.answered
        return next(((p.at, p.sound) for p in media.heard if p.sound in known), None)


def _first(media: Media, sound: bytes) -> float | None:
    return next((packet.at for packet in media.heard if packet.sound == sound), None)
