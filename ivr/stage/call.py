"""The only caller-facing interface: what a telephonist does with one call."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Any, TypeVar

import structlog

from ivr.domain import facts as codec
from ivr.domain.call import BridgeId, ChannelId, Facts, Language, SceneName, talk_bridge
from ivr.domain.journal import EventKind, event
from ivr.domain.menu import AskAgain, Chosen, NoAnswer, NoMatch, Question, judge
from ivr.domain.phrase import Slot
from ivr.domain.service import Service, ServiceLine
from ivr.ports import ChannelGone, Clock, Journal, Switch, SwitchUnavailable
from ivr.stage.party import Finished, Heard, Interrupted, Party, Pressed, Prompt

log = structlog.get_logger(__name__)

T = TypeVar("T")

# A proxy may give up after 3 minutes without a provisional response, so one is
# due at least every minute (RFC 3261 §13.3.1.1).
REFRESH_S = 45.0


class Call:
    """One caller's call, from arrival to outcome.

    Every verb raises ChannelGone when the caller has hung up first, and
    SwitchUnavailable when Asterisk cannot be reached; scenes catch neither.
    `facts` survive a crash, as they were when the current scene was entered.
    `service` is the configuration that the call began with.
    """

    def __init__(
        self,
        *,
        facts: Facts,
        party: Party,
        service: Service,
        switch: Switch,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self.facts = facts
        self.party = party
        self.service = service
        self._switch = switch
        self._journal = journal
        self._clock = clock

    @property
    def channel(self) -> ChannelId:
        """The caller's channel."""
        return self.party.channel

    @property
    def line(self) -> ServiceLine:
        """The service line of the number dialled. Raises LookupError where there is none."""
        line = self.service.line(self.facts.line) if self.facts.line else None
        if line is None:
            raise LookupError(f"call {self.facts.call_id} is on no line of the configuration")
        return line

    @property
    def language(self) -> Language:
        """The language chosen, or the line's default."""
        return self.facts.language or self.line.languages[0]

    @property
    def bridge(self) -> BridgeId:
        """The bridge that this call would talk on."""
        return talk_bridge(self.facts.call_id)

    def now(self) -> datetime:
        """The present instant, UTC."""
        return self._clock.now()

    def note(self, **facts: Any) -> None:
        """Change the facts; they are kept when the next scene is entered."""
        self.facts = replace(self.facts, **facts)

    async def enter(self, scene: SceneName) -> None:
        """Write the facts where they survive us, and the scene into the record.

        The first time that the scene is the line, the caller joins it: now.
        """
        self.note(scene=scene, step=self.facts.step + 1)
        if scene is SceneName.WAITING and self.facts.joined is None:
            self.note(joined=self.now())
        await self._switch.remember(self.channel, codec.encode(self.facts))
        self.record(EventKind.SCENE, scene=scene)
        log.info("scene.entered", scene=scene)

    def record(
        self, kind: EventKind, of: str = "", **data: str | int | float | bool | None
    ) -> None:
        """Put a fact on the record. `of` tells events of one kind and step apart."""
        self._journal.record(event(self.facts, kind, self.now(), data, of))

    async def promise(self, kind: EventKind, **data: str | int | float | bool | None) -> None:
        """Put a fact on disk, and return only then. Raises JournalUnavailable."""
        await self._journal.promise(event(self.facts, kind, self.now(), data))

    async def promised(self) -> date | None:
        """The day by which this call's callback is promised; None while none is on disk."""
        return await self._journal.callback_promised(self.facts.call_id)

    def prompt(self, name: str, language: Language | None = None, /, **slots: Slot) -> Prompt:
        """A prompt in the caller's language, or in the one given."""
        return Prompt(id=name, language=language or self.language, slots=slots)

    async def say(
        self, *prompts: Prompt, keys: bool = False, until: asyncio.Future[Any] | None = None
    ) -> Heard:
        """Say the prompts; with `keys` a key ends them, `until` ends them when it is done."""
        return await self.party.say(prompts, keys=keys, until=until)

    async def ask(
        self,
        question: Question[T],
        prompts: Sequence[Prompt],
        again: Callable[[NoMatch | NoAnswer], Sequence[Prompt]],
    ) -> Chosen[T] | NoMatch | NoAnswer:
        """Put a question until it is answered or its retries are used up.

        `again` gives what is said, in place of the prompts, after a wrong key or
        a silence. A key is taken during the prompt.
        """
        attempt = 0
        while True:
            key = await self._one_key(prompts, question.timeout_s)
            verdict = judge(question, attempt=attempt, key=key)
            if not isinstance(verdict, AskAgain):
                return verdict
            attempt += 1
            prompts = again(verdict.because)

    async def hold(self, seconds: float, until: asyncio.Future[Any] | None = None) -> Heard:
        """Hold music until a key, `until`, or the time has passed."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        async with self.music():
            while True:
                left = end - loop.time()
                heard = await self.party.listen(min(left, REFRESH_S), until=until)
                if not isinstance(heard, Finished) or loop.time() >= end:
                    return heard
                await self.refresh()

    @asynccontextmanager
    async def music(self) -> AsyncIterator[None]:
        """Hold music for as long as the block lasts."""
        await self._switch.start_music(self.channel)
        try:
            yield
        finally:
            try:
                await self._switch.stop_music(self.channel)
            except (ChannelGone, SwitchUnavailable):
                log.debug("call.music_left_playing")

    async def refresh(self) -> None:
        """Send another 183 while the call is not answered, so that no proxy gives it up."""
        if not self.facts.answered:
            await self._switch.progress(self.channel)

    async def answer(self, because: str) -> None:
        """Answer the call: charging, if there is any, begins here."""
        if self.facts.answered:
            return
        await self._switch.answer(self.channel)
        self.note(answered=True)
        self.record(EventKind.ANSWERED, because=because)

    async def connect(self, leg: Party) -> bool:
        """Let the caller and the counsellor hear each other; false if the counsellor has gone."""
        try:
            await self._switch.join(self.bridge, [leg.channel])
        except ChannelGone:
            return False
        await self._switch.join(self.bridge, [self.channel])
        return not leg.gone.done()

    async def disconnect(self) -> None:
        """Take the caller off the bridge, if they were on one."""
        await self._switch.part(self.bridge)

    async def connected(self) -> None:
        """Write down, where it survives us, that the two have been connected."""
        self.note(connected=True)
        self.record(EventKind.CONNECTED, counsellor=self.facts.counsellor)
        await self._switch.remember(self.channel, codec.encode(self.facts))

    async def _one_key(self, prompts: Sequence[Prompt], timeout_s: float) -> str | None:
        self.party.forget_keys()
        heard = await self.say(*prompts, keys=True)
        if isinstance(heard, Finished):
            heard = await self.party.listen(timeout_s)
        match heard:
            case Pressed():
                return heard.key
            case Finished() | Interrupted():
                return None
