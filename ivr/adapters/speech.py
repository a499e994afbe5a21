"""Which sound files say a prompt, with its slots filled."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.adapters import clips
from ivr.adapters.clips import CURE, ClipKey
from ivr.domain import phrase
from ivr.domain.call import Language
from ivr.domain.phrase import ClipId, Slot
from ivr.domain.prompts import scripts
from ivr.domain.script import Script, Words
from ivr.domain.service import Service
from ivr.errors import Refusal
from ivr.ports import Media, Utterance


@dataclass(frozen=True, kw_only=True)
class Prompts:
    """The prompts, spoken: a `Speech` out of clips that lie in one folder.

    `seconds` is the length of each clip when they were loaded.
    """

    folder: Path
    scripts: Mapping[Language, Mapping[str, Script]]
    seconds: Mapping[ClipKey, float]

    @classmethod
    def load(cls, out: Path, service: Service) -> "Prompts":
        """The prompts of the service from the folder that `studio.build` wrote.

        Raises Refusal if a clip is missing or says another text than the configuration.
        """
        folder = out.resolve()
        wanted = clips.wanted(service)
        made = clips.read_manifest(folder)
        seconds: dict[ClipKey, float] = {}
        for clip, text in wanted.items():
            length = clips.seconds(clips.path(folder, clip))
            if length is None:
                raise Refusal(_fault(folder, clip, "is missing"))
            if clip not in made or made[clip].text != text:
                raise Refusal(_fault(folder, clip, "does not say what the configuration says"))
            seconds[clip] = length
        spoken = {language: scripts(service, language) for language in Language}
        return cls(folder=folder, scripts=spoken, seconds=seconds)

    def utter(self, language: Language, prompt: str, /, **slots: Slot) -> Utterance:
        """The sound of one prompt with its slots filled.

        Raises KeyError for an unknown prompt or a slot that is not given. Slots that
        the text does not say are left unsaid.
        """
        said = spoken(self.scripts[language][prompt], language, slots)
        return Utterance(
            media=tuple(Media(f"{self.folder}/{clip}") for clip in said),
            seconds=sum(self._seconds(clip) for clip in said),
        )

    def _seconds(self, clip: ClipKey) -> float:
        """How long the clip lasts now.

        It may have been recorded anew since, and what lasts longer than is thought is cut off.
        """
        return clips.seconds(clips.path(self.folder, clip)) or self.seconds[clip]


def spoken(script: Script, language: Language, slots: Mapping[str, Slot]) -> list[ClipKey]:
    """The clips that say a prompt. Raises KeyError for a slot that is not given."""
    return [
        clips.key(language, clip)
        for part in script
        for clip in _clips(part.clip if isinstance(part, Words) else slots[part.slot], language)
    ]


def _clips(said: ClipId | Slot, language: Language) -> tuple[ClipId, ...]:
    return (said,) if isinstance(said, str) else phrase.clips(said, language)


def _fault(folder: Path, clip: ClipKey, what: str) -> str:
    language, _, name = clip.partition("/")
    prompt = name.partition(".")[0]
    return f"the prompt {prompt!r} ({language}): {clips.path(folder, clip)} {what}; {CURE}"
