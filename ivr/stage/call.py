"""The only caller-facing interface: what a telephonist does with one call."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import structlog

from ivr.domain import facts as codec
from ivr.domain.call import ChannelId, Facts, Language, SceneName
from ivr.domain.journal import EventKind, Promised, event
from ivr.domain.menu import Chosen, NoAnswer, NoMatch, Question
from ivr.domain.phrase import Slot
from ivr.domain.place import Regained
from ivr.domain.service import Service, ServiceLine
from ivr.ports import Clock, Journal, JournalUnavailable, Switch
from ivr.stage.alarm import alarm
from ivr.stage.asking import ask
from ivr.stage.heard import Heard
from ivr.stage.holding import Watch, hold, music
from ivr.stage.joining import Joining, at_place, join
from ivr.stage.keying import KeyTimers, key_in
from ivr.stage.party import Party, Prompt, Words
from ivr.stage.talk import Talk

log = structlog.get_logger(__name__)

T = TypeVar("T")

SETTLE_BOUND_S = 1.0


class Call:
    """One caller's call, from arrival to outcome.

    Every verb raises ChannelGone when the caller has hung up first, and
    SwitchUnavailable when Asterisk cannot be reached; scenes catch neither.
    `facts` survive a crash, as they were when the current scene was entered.
    `service` is the configuration that the call began with. Until it has `begun` it is only
    going to be made: nothing of it is on the switch or on the record.
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
        begun: bool = True,
    ) -> None:
        self.facts = facts
        self.begun = begun
        self.party = party
        self.service = service
        self.joining: Joining | None = None  # how they came into the line with this scene
        self.talk = Talk(party, facts.call_id, switch)
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

    def now(self) -> datetime:
        """The present instant, UTC."""
        return self._clock.now()

    def note(self, **facts: Any) -> None:
        """Change the facts; they are kept when the next scene is entered."""
        self.facts = replace(self.facts, **facts)

    async def enter(self, scene: SceneName, asked: Regained | None = None) -> None:
        """Write the facts where they survive us, and the scene into the record.

        The first time that the scene is the line, the caller joins it: now, or at the
        place of an earlier call that was cut off, or of the request to be called back that the
        caller has `asked` for. A wait after a talk is one of its own.
        """
        talked = self.facts.scene is SceneName.RETURNING
        self.note(scene=scene, step=self.facts.step + 1)
        self.joining = None
        if scene is SceneName.WAITING and self.facts.joined is None:
            joined = await join(self._journal, self.line, self.facts, self.now(), asked)
            self.joining, self.facts = joined
        elif scene is SceneName.WAITING and talked:
            self.note(waiting_since=self.now())
        await self._switch.remember(self.channel, codec.encode(self.facts))
        self.record(EventKind.SCENE, scene=scene)
        if self.joining is Joining.REGAINED:
            self.record(EventKind.REJOINED)

    async def regain(self, place: Regained) -> None:
        """Stand at the place of an earlier call of the caller, in the middle of the wait."""
        since = self.facts.waiting_since or self.facts.joined or self.facts.arrived
        self.facts = at_place(self.facts, place, since=since)
        await self.keep()
        self.record(EventKind.REJOINED)

    def record(
        self, kind: EventKind, /, of: str = "", **data: str | int | float | bool | None
    ) -> None:
        """Put a fact on the record. `of` tells events of one kind and step apart."""
        if not self.begun:
            return
        self._journal.record(event(self.facts, kind, self.now(), data, of))

    async def promise(self, kind: EventKind, **data: str | int | float | bool | None) -> None:
        """Put a fact on disk, and return only then. Raises JournalUnavailable."""
        await self._journal.promise(event(self.facts, kind, self.now(), data))

    async def promised(self) -> Promised | None:
        """What this call was promised; None while no promise is on disk.

        A disk that does not answer says None as well: what was promised before a crash is
        promised again under the same id, and a call is not led astray for want of an answer.
        """
        try:
            return await self._journal.callback_promised(self.facts.call_id)
        except JournalUnavailable:
            log.exception("call.promise_unknown")
            return None

    def prompt(self, name: str, language: Language | None = None, /, **slots: Slot) -> Prompt:
        """A prompt in the caller's language, or in the one given."""
        return Prompt(id=name, language=language or self.language, slots=slots)

    async def say(
        self, *prompts: Words, keys: bool = False, until: asyncio.Future[Any] | None = None
    ) -> Heard:
        """Say the prompts; with `keys` a key ends them, `until` ends them when it is done."""
        return await self.party.say(prompts, keys=keys, until=until)

    async def tell(self, *prompts: Prompt) -> None:
        """Say the prompts, after which nothing is expected of the caller.

        Music follows by itself, until the next is said or the call ends: whoever hears the last
        word while we die is not left in silence until another takes the call over.
        """
        await self.party.say(prompts, then_music=True)

    async def announce(self, *prompts: Prompt, until: asyncio.Future[Any]) -> Heard:
        """Say the prompts to who is held; a key or `until` ends them. Music follows.

        It follows by itself, so that nobody hears silence because we are gone by then.
        """
        return await self.party.say(prompts, keys=True, until=until, then_music=True)

    def length(self, *prompts: Words) -> float:
        """How long it takes to say the prompts, seconds."""
        return self.party.length(prompts)

    async def ask(
        self,
        question: Question[T],
        prompts: Sequence[Prompt],
        again: Callable[[NoMatch | NoAnswer], Sequence[Prompt]],
        until: asyncio.Future[Any] | None = None,
    ) -> Chosen[T] | NoMatch | NoAnswer:
        """Put a question until it is answered or its retries are used up.

        `again` gives what is said, in place of the prompts, after a wrong key or
        a silence; nothing, where there is to be no other try. A key is taken during the
        prompt. Once `until` is done, silence is the answer, without another try.
        """
        return await ask(self.party, question, prompts, again, until)

    async def key_in(
        self, prompts: Sequence[Prompt], timers: KeyTimers, until: asyncio.Future[Any] | None
    ) -> str:
        """Have a number keyed in, ended by `#`, begun anew by `*`; empty if there was none.

        A key is taken during the prompts. `until` ends it when it is done.
        """
        return await key_in(self.party, prompts, timers, until)

    async def hold(
        self,
        seconds: float,
        until: asyncio.Future[Any] | None = None,
        *,
        watch: Watch | None = None,
    ) -> Heard:
        """Hold music until a key, `until`, or the time has passed, or `watch` says that it is over.

        `watch` is asked while the music goes on. It is left on, and ends as soon as something is
        said or `music` ends: between the two nobody hears silence, even if we die there.
        """
        await self._switch.start_music(self.channel)
        return await hold(self.party, seconds, until, watch, self.refresh)

    def alarm(self, at: datetime | None) -> AbstractContextManager[asyncio.Future[None]]:
        """A future that is done at the instant (None: never), for as long as the block lasts."""
        return alarm(at, self.now())

    async def received(self) -> int | None:
        """How many packets of sound have come from the caller so far; None without a session."""
        return await self._switch.received(self.channel)

    async def holds_us(self) -> bool:
        """Whether the caller's phone has put us on hold, by the switch's own word."""
        return await self._switch.holds_us(self.channel)

    def music(self) -> AbstractAsyncContextManager[None]:
        """Hold music for as long as the block lasts."""
        return music(self._switch, self.channel)

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

    async def settle(self) -> None:
        """Return once what was recorded is on disk, or is late: a disk in trouble holds up nobody.

        Before facts are kept from which a new process concludes that it was recorded.
        """
        with suppress(JournalUnavailable, TimeoutError):
            async with asyncio.timeout(SETTLE_BOUND_S):
                await self._journal.flush()

    async def keep(self, **facts: Any) -> None:
        """Change the facts and write them where they survive us, in the middle of a scene."""
        self.note(**facts)
        await self._switch.remember(self.channel, codec.encode(self.facts))
