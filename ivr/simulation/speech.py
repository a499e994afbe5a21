"""What is said in a simulated call: which prompt, with which slots, and for how long."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ivr.domain.call import Language
from ivr.domain.phrase import Slot
from ivr.domain.service import Service
from ivr.domain.wording import worded
from ivr.ports import Media, Speech, Utterance

# Of the slower of the voices that come with the line: what fits in here fits in there.
_CHARACTERS_A_SECOND: Final = 11.7


@dataclass(frozen=True, kw_only=True)
class Said:
    """One prompt with its slots, in the language in which it is said; `seconds` long.

    `words` are its own, by language, where no prompt of the configuration says it.
    """

    prompt: str
    language: Language
    slots: Mapping[str, Slot] = field(default_factory=dict)
    seconds: float
    words: Mapping[Language, str] | None = None


class SimulatedSpeech:
    """Implements `ivr.ports.Speech`: sounds are names under which it knows what they say.

    `spoken` are the prompts as they were built, for their lengths; without them lengths are
    estimated by the text.
    """

    def __init__(self, service: Service, spoken: Speech | None) -> None:
        self._service = service
        self._spoken = spoken
        self._names: dict[tuple[object, ...], Media] = {}
        self._said: dict[Media, Said] = {}

    def utter(self, language: Language, prompt: str, /, **slots: Slot) -> Utterance:
        """See `ivr.ports.Speech`."""
        key = (language, prompt, *sorted(slots.items(), key=lambda slot: slot[0]))
        if key not in self._names:
            seconds = self._seconds(language, prompt, slots)
            said = Said(prompt=prompt, language=language, slots=slots, seconds=seconds)
            (self._names[key],) = self.utterance(said).media
        media = self._names[key]
        return Utterance(media=(media,), seconds=self._said[media].seconds)

    def utterance(self, said: Said) -> Utterance:
        """A sound that says this."""
        media = Media(f"{said.language}/{said.prompt}.{len(self._said)}")
        self._said[media] = said
        return Utterance(media=(media,), seconds=said.seconds)

    def said(self, media: Media) -> Said:
        """What a sound says."""
        return self._said[media]

    def text(self, said: Said, language: Language | None = None) -> str:
        """The words of it, in its language or in another one."""
        wanted = language or said.language
        if said.words is not None:
            return said.words.get(wanted, "not in this language")
        return worded(self._service, wanted, said.prompt, said.slots)

    def _seconds(self, language: Language, prompt: str, slots: Mapping[str, Slot]) -> float:
        if self._spoken is not None:
            return self._spoken.utter(language, prompt, **slots).seconds
        return len(worded(self._service, language, prompt, slots)) / _CHARACTERS_A_SECOND
