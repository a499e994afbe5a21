"""A code dialled on a counsellor's phone: what is said to whoever is there, and what they key."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

import structlog

from ivr.domain.call import ChannelId, CounsellorId, Language
from ivr.domain.menu import Chosen, NoAnswer, NoMatch, Question
from ivr.domain.notice import RECORDING, Spoken
from ivr.domain.phrase import Slot
from ivr.domain.service import ServiceLine
from ivr.ports import Clock, Door, DutyDesk, Notices, NotKept, SwitchRefused, Utterance
from ivr.stage.asking import ask
from ivr.stage.keying import KeyTimers, key_in
from ivr.stage.party import Party, Prompt
from ivr.stage.worklist import Worklist

log = structlog.get_logger(__name__)

T = TypeVar("T")

TIMERS = KeyTimers()
ANSWER_S = 6.0


@dataclass(frozen=True, kw_only=True)
class Said:
    """A prompt with its slots filled, in whatever language it will be said."""

    id: str
    slots: Mapping[str, Slot]


Words = str | Said
"""A prompt by its name alone, or with its slots."""


class DeskCall:
    """One call from a phone of the service to its desk; no citizen's call, so it has no outcome.

    What is said is in the language of the phone's user, until a number keyed in
    says who is there; in both languages where nobody is known.
    """

    def __init__(
        self,
        *,
        party: Party,
        account: str,
        dialled: str,
        desk: DutyDesk,
        door: Door,
        worklist: Worklist,
        lines: Sequence[ServiceLine],
        notices: Notices,
        clock: Clock,
    ) -> None:
        self.party = party
        self.account = account
        self.dialled = dialled
        self.desk = desk
        self.door = door
        self.worklist = worklist
        self.lines = lines
        self.notices = notices
        self._clock = clock
        self._language = door.language(account)

    @property
    def user(self) -> CounsellorId | None:
        """Who is signed in on the phone."""
        return self.door.at(self.account)

    def now(self) -> datetime:
        """The present instant, UTC."""
        return self._clock.now()

    def speak_to(self, number: str) -> None:
        """From now on speak as whoever has this number wants to be spoken to."""
        self._language = self.door.language(self.account, number)

    async def say(self, *words: Words) -> None:
        """Say the prompts one after another."""
        await self.party.say(self._prompts(words))

    async def play(self, sound: Utterance) -> None:
        """Play something that is no prompt."""
        await self.party.say([sound])

    async def record(self, language: Language, *, longest_s: float) -> Spoken | None:
        """What they say, in this language, until a key or for so long; None if it failed.

        Kept until they say something else in it, and for this call alone: see `keep`. Raises
        NotKept.
        """
        name = draft(self.party.channel, language)
        with _kept():
            seconds = await self.party.record(name, longest_s=longest_s)
        return None if seconds is None else Spoken(sound=f"{RECORDING}{name}", seconds=seconds)

    async def keep(self, spoken: Spoken, name: str) -> Spoken:
        """Keep what they have said, in place of whatever has this name. Raises NotKept."""
        with _kept():
            await self.party.forget_recording(name)
            await self.party.keep_recording(spoken.sound.removeprefix(RECORDING), name)
        return replace(spoken, sound=f"{RECORDING}{name}")

    async def digits(self, *words: Words) -> str:
        """Ask for digits; empty where none came."""
        return await key_in(self.party, self._prompts(words), TIMERS)

    async def choice(self, words: Sequence[Words], options: Mapping[str, T]) -> T | None:
        """Ask for one key, twice at most; None where no good one came."""
        prompts = self._prompts(words)
        question = Question(options=options, timeout_s=ANSWER_S, retries=1)
        match await ask(self.party, question, prompts, lambda _: prompts, None):
            case Chosen(value=value):
                return value
            case NoAnswer() | NoMatch():
                return None

    def _prompts(self, words: Sequence[Words]) -> list[Prompt]:
        languages = [self._language] if self._language is not None else list(Language)
        return [_prompt(each, language) for language in languages for each in words]


@contextmanager
def _kept() -> Iterator[None]:
    """A switch that cannot write where it keeps recordings refuses."""
    try:
        yield
    except SwitchRefused as refused:
        log.exception("desk.not_recorded")
        raise NotKept from refused


def draft(channel: ChannelId, language: Language) -> str:
    """The name of what is recorded on this channel; always the same, so that it is found again."""
    return f"draft-{channel.replace('.', '-')}-{language}"


def _prompt(words: Words, language: Language) -> Prompt:
    if isinstance(words, Said):
        return Prompt(id=words.id, language=language, slots=words.slots)
    return Prompt(id=words, language=language)
