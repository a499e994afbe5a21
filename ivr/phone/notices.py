"""What callers are told for a while, for the ear of `ivr call` and `ivr phone`."""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.adapters import clips
from ivr.adapters.clips import ClipKey
from ivr.adapters.notice_folder import NoticeFolder
from ivr.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Told:
    """The notices that were written and spoken: A-law and text by `fi/notice/LINE`."""

    sounds: Mapping[str, bytes]
    texts: Mapping[str, str]


def told(settings: Settings) -> Told:
    """The notices that are kept here; what a person recorded, no clip says."""
    sounds: dict[str, bytes] = {}
    texts: dict[str, str] = {}
    for line, notice in NoticeFolder(settings.notices_dir, settings.prompts_dir).known.items():
        for language, spoken in notice.spoken.items():
            file = clips.path(settings.prompts_dir, ClipKey(spoken.sound))
            if spoken.text is not None and file.is_file():
                name = f"{language}/notice/{line}"
                sounds[name], texts[name] = file.read_bytes(), spoken.text
    return Told(sounds=sounds, texts=texts)
