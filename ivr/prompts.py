"""The `ivr prompts` command: the prompts spoken, looked at and played."""

import argparse
import logging
import shutil
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from ivr import backing, config, logs
from ivr.adapters import clips
from ivr.adapters.clips import ClipKey, Made
from ivr.adapters.inspection import inspect
from ivr.domain.call import Language
from ivr.errors import Refusal
from ivr.settings import Settings

# Players of sound files by how common they are, and what keeps them quiet.
_PLAYERS: Final = (
    ("aplay", "-q"),
    ("paplay",),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said after `ivr prompts`."""
    verbs = parser.add_subparsers(required=True, metavar="WHAT")
    building = verbs.add_parser("build", help="speak what is missing or has changed")
    building.add_argument(
        "--confirm",
        action="append",
        default=[],
        metavar="LANG/ID",
        help="this recording is right, though its text has changed since; may be repeated",
    )
    building.set_defaults(command=_build)
    checking = verbs.add_parser("check", help="what is missing, flawed, or spoken by machine still")
    checking.set_defaults(command=_check)
    playing = verbs.add_parser("play", help="play a prompt, or say where its files are")
    playing.add_argument("prompt", metavar="ID", help="as in prompts.fi.yaml, or a piece: digit/4")
    playing.add_argument("--lang", choices=list(map(str, Language)), help="in this language only")
    playing.set_defaults(command=_play)


def _build(parsed: argparse.Namespace, settings: Settings) -> int:
    logs.configure(as_json=False, level=logging.WARNING)
    service = config.load(parsed.config)
    confirmed = [ClipKey(name) for name in parsed.confirm]
    if unknown := sorted(set(confirmed) - set(clips.wanted(service))):
        raise Refusal(f"There is no prompt {unknown[0]!r}; write it like fi/welcome.")
    built = backing.build_prompts(
        settings, service, backing.recordings(parsed.config), confirmed=confirmed
    )
    _print(f"{built.made} clips made in {settings.prompts_dir}")
    sys.stderr.writelines(f"{sentence}\n" for sentence in built.unused)
    return 1 if built.unused else 0


def _check(parsed: argparse.Namespace, settings: Settings) -> int:
    service = config.load(parsed.config)
    seen = inspect(service, settings.prompts_dir, backing.recordings(parsed.config))
    for wrong in seen.wrong:
        _print(wrong)
    for doubt in seen.doubtful:
        _print(f"doubtful: {doubt}")
    for language in Language:
        if ids := [clip for clip in seen.by_machine if clip.startswith(f"{language}/")]:
            _print(f"{language}, spoken by machine still:")
            _print(textwrap.fill(", ".join(_in_short(ids)), 96, initial_indent="  ",
                                 subsequent_indent="  "))  # fmt: skip
    persons = seen.clips - len(seen.by_machine)
    _print(
        f"{seen.clips} clips, {persons} of them recorded by people;"
        f" {len(seen.wrong) or 'none'} with something wrong."
    )
    return 1 if seen.wrong else 0


def _in_short(ids: Sequence[ClipKey]) -> Iterator[str]:
    """The clips without their language; those of one folder, such as `count`, as their number."""
    names = [clip.partition("/")[2] for clip in ids]
    yield from sorted(name for name in names if "/" not in name)
    folders = Counter(name.partition("/")[0] for name in names if "/" in name)
    yield from (f"{folder}/ ({count})" for folder, count in sorted(folders.items()))


def _play(parsed: argparse.Namespace, settings: Settings) -> int:
    made = clips.read_manifest(settings.prompts_dir)
    languages = [Language(parsed.lang)] if parsed.lang else list(Language)
    chosen = [clip for language in languages for clip in _pieces(made, language, parsed.prompt)]
    if not chosen:
        raise Refusal(_unknown(made, parsed.prompt))
    player = next((words for words in _PLAYERS if shutil.which(words[0])), None)
    for clip in chosen:
        file = clips.wide_path(settings.prompts_dir, clip)
        _print(f"{clip}: {made[clip].text}" if player else f"{file}: {made[clip].text}")
        if player is not None:
            _play_by(player, file)
    if player is None:
        _print(f"There is no {', '.join(words[0] for words in _PLAYERS)} here to play them with.")
    return 0


def _pieces(made: Mapping[ClipKey, Made], language: Language, prompt: str) -> Sequence[ClipKey]:
    """The clip of this name, or those that the prompt is said in, in their order."""
    name = f"{language}/{prompt}"
    if ClipKey(name) in made:
        return [ClipKey(name)]
    pieces = [clip for clip in made if clip.rpartition(".")[0] == name]
    return sorted(pieces, key=lambda clip: int(clip.rpartition(".")[2]))


def _unknown(made: Mapping[ClipKey, Made], prompt: str) -> str:
    if not made:
        return f"No prompts have been spoken yet; {clips.CURE}."
    names = {clip.partition("/")[2] for clip in made}
    near = get_close_matches(prompt, names, n=1)
    cure = f"is it {near[0]!r}?" if near else "their names are in prompts.fi.yaml"
    return f"There is no prompt {prompt!r}: {cure}"


def _play_by(player: Sequence[str], file: Path) -> None:
    done = subprocess.run([*player, str(file)], capture_output=True, check=False)
    if done.returncode != 0:
        said = " ".join(done.stderr.decode(errors="replace").split()) or "it did not say why"
        raise Refusal(f"{player[0]} did not play {file}: {said}")


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
