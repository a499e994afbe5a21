"""One channel of ours: what it hears, the keys it presses, and its end."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from ivr.domain.call import ChannelId, Language
from ivr.domain.phrase import Slot
from ivr.ports import (
    KeyPressed,
    Media,
    PlaybackEnded,
    PlaybackId,
    RecordingEnded,
    Speech,
    Switch,
    TransferAsked,
    Utterance,
)
from ivr.stage.heard import Asked, Finished, Heard, Interrupted, Pressed, event_of, heard_in
from ivr.stage.inbox import Event, Inbox, Wish

log = structlog.get_logger(__name__)

# ARI does not report every failure to start: a playback that outlives its length
# by this much has failed.
START_BOUND_S = 3.0
STOP_BOUND_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """One prompt to be said, with its slots filled, in a language."""

    id: str
    language: Language
    slots: Mapping[str, Slot] = field(default_factory=dict)


Words = Prompt | Utterance
"""What is said: a prompt, or sound that is none."""


class Party:
    """Someone at the other end of a channel. `gone` is set, once, when the channel has ended.

    `busy_until` is how long what is said or listened for just now may take, or when the last
    of it ended (event loop time).
    """

    def __init__(self, channel: ChannelId, switch: Switch, speech: Speech) -> None:
        self.channel = channel
        self.gone: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.holds_us = False  # they have put us on hold, and may send no sound
        self.busy_until = -math.inf
        self._switch = switch
        self.speech = speech
        self._inbox = Inbox()
        self._turn = 0

    def deliver(self, event: Event) -> None:
        """Take an event of this channel; events are acted on in their order."""
        self._inbox.put(event)

    def end(self, cause: int) -> None:
        """The channel has ended, with this Q.850 cause (0: unknown)."""
        if not self.gone.done():
            self.gone.set_result(cause)

    def forget_keys(self) -> None:
        """Drop keys pressed so far: they were no answer to what is asked next."""
        self._inbox.forget_keys()

    def hear_again(self, heard: Pressed | Asked) -> None:
        """Hear this once more, before anything else: nobody has acted on it."""
        self._inbox.put_first(event_of(self.channel, heard))

    async def say(
        self,
        prompts: Sequence[Words],
        *,
        keys: bool = False,
        until: asyncio.Future[Any] | None = None,
        then_music: bool = False,
    ) -> Heard:
        """Say the prompts one after another, as one playback.

        With `keys` a key ends it (barge-in); `until` ends it when it is done. With
        `then_music` hold music follows what was said, whatever becomes of us; it ends as soon
        as something else is said (ast_openstream_full, Asterisk 22).
        """
        media, seconds = self._compose(prompts)
        playback = self._next_playback()
        await self._switch.play(self.channel, playback, media, then_music=then_music)
        heard = await self._listen(_now() + seconds + START_BOUND_S, playback, keys, until)
        if heard is None:
            log.error("party.playback_overdue", prompts=[_name(p) for p in prompts])
            heard = Finished()
            await self._silence(playback)
        elif not isinstance(heard, Finished):
            await self._silence(playback)
        return heard

    def length(self, prompts: Sequence[Words]) -> float:
        """How long it takes to say the prompts, seconds."""
        return self._compose(prompts)[1]

    async def listen(
        self, seconds: float | None, *, until: asyncio.Future[Any] | None = None
    ) -> Heard:
        """Wait for a key, for `until` or for the time to pass (None: however long)."""
        deadline = math.inf if seconds is None else _now() + seconds
        return await self._listen(deadline, None, True, until) or Finished()

    async def record(self, recording: str, *, longest_s: float) -> float | None:
        """Record them until a key or for so long; how long it is (seconds), None if it failed."""
        await self._switch.record(self.channel, recording, longest_s=longest_s)
        deadline = _now() + longest_s + START_BOUND_S
        while _now() < deadline:
            event = await self._inbox.next(deadline)
            if isinstance(event, RecordingEnded) and event.recording == recording:
                return None if event.failed else event.seconds
        log.error("party.recording_overdue", channel=self.channel)
        await self._switch.forget_recording(recording)
        return None

    async def keep_recording(self, recording: str, name: str) -> None:
        """Keep what they have said under another name, too."""
        await self._switch.keep_recording(recording, name)

    async def forget_recording(self, recording: str) -> None:
        """Keep nothing of what they have said, or are saying."""
        await self._switch.forget_recording(recording)

    async def stop_everything(self) -> None:
        """Stop what an earlier process left playing, so that no later verb waits for its end.

        Its end is awaited: until then its id is taken, and stopping the id would stop it
        and not what we play under it (Asterisk 22.10).
        """
        for turn in (0, 1):
            playback = self._playback(turn)
            if await self._switch.stop(playback):
                await self._end_of(playback)

    async def _listen(
        self,
        deadline: float,
        playback: PlaybackId | None,
        keys: bool,
        until: asyncio.Future[Any] | None,
    ) -> Heard | None:
        if until is not None:
            until.add_done_callback(self._inbox.wake)
        self.busy_until = deadline
        try:
            while until is None or not until.done():
                event = await self._inbox.next(deadline)
                match event:
                    case KeyPressed() | TransferAsked() if keys:
                        return heard_in(event)
                    case PlaybackEnded() if event.playback == playback:
                        await self._check_played(event)
                        return Finished()
                    case None if _now() >= deadline:
                        return None
                    case _:
                        pass
            return Interrupted()
        finally:
            self.busy_until = _now()
            if until is not None:
                until.remove_done_callback(self._inbox.wake)

    async def _check_played(self, ended: PlaybackEnded) -> None:
        """A playback fails when its channel ends, or else because of the sound file."""
        if not ended.failed:
            return
        await asyncio.wait({self.gone}, timeout=STOP_BOUND_S)
        if not self.gone.done():
            log.error("party.sound_not_played", channel=self.channel)

    async def _silence(self, playback: PlaybackId) -> None:
        """Stop a playback and await its end: a channel does one thing after another."""
        await self._switch.stop(playback)
        await self._end_of(playback)

    async def _end_of(self, playback: PlaybackId) -> None:
        """Await the end of a playback that was stopped; keys and wishes are kept meanwhile."""
        deadline = _now() + STOP_BOUND_S
        early: list[Wish] = []
        while _now() < deadline:
            event = await self._inbox.next(deadline)
            if isinstance(event, PlaybackEnded) and event.playback == playback:
                break
            if isinstance(event, Wish):
                early.append(event)
        self._inbox.put_early(early)

    def _compose(self, prompts: Sequence[Words]) -> tuple[list[Media], float]:
        said = [
            p if isinstance(p, Utterance) else self.speech.utter(p.language, p.id, **p.slots)
            for p in prompts
        ]
        return [m for u in said for m in u.media], sum(u.seconds for u in said)

    def _next_playback(self) -> PlaybackId:
        self._turn += 1
        return self._playback(self._turn)

    def _playback(self, turn: int) -> PlaybackId:
        # Two names in turn, so that a new process knows what to stop.
        return PlaybackId(f"{self.channel}.say{turn % 2}")


def _name(words: Words) -> str:
    return words.id if isinstance(words, Prompt) else ", ".join(words.media)


def _now() -> float:
    return asyncio.get_running_loop().time()
