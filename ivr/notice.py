"""The `ivr notice` command: what the callers of a line are told for a while, and its end."""

import argparse
import hashlib
import logging
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from ivr import backing, config, logs
from ivr.adapters import clips
from ivr.adapters.notice_folder import NoticeFolder
from ivr.adapters.steady_clock import line_time
from ivr.adapters.studio import Synthesiser
from ivr.config import ConfigurationError, NoFolder
from ivr.domain.call import Language, LineId
from ivr.domain.notice import MOST, MOST_S, Notice, Spoken
from ivr.domain.notice_end import read_end
from ivr.domain.schedule import local
from ivr.domain.script import SENTENCE_END, in_words
from ivr.domain.service import Service, ServiceLine
from ivr.errors import Refusal
from ivr.masking import escape
from ivr.notice_words import notice_text
from ivr.settings import Settings
from ivr.source import Source

MOST_CHARACTERS: Final = 600
_NAMES: Final[Mapping[Language, str]] = {Language.FI: "Finnish", Language.SV: "Swedish"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said after `ivr notice`."""
    verbs = parser.add_subparsers(required=True, metavar="WHAT")
    setting = verbs.add_parser("set", help="let the callers of a line hear it from now on")
    setting.add_argument("line", metavar="LINE", nargs="+", help="its name in lines.yaml")
    setting.add_argument("--text-fi", metavar="TEXT", help="what is said in Finnish")
    setting.add_argument("--text-sv", metavar="TEXT", help="what is said in Swedish")
    setting.add_argument(
        "--until",
        metavar="T",
        required=True,
        help='when it ends: 14:30, "2026-12-24 12:00", friday (its first minute) or "friday 12:00";'
        f" {MOST.days} days ahead at most",
    )
    setting.add_argument("--close", action="store_true", help="the line is closed meanwhile")
    setting.set_defaults(command=_set)
    listing = verbs.add_parser("list", help="what is told now")
    listing.set_defaults(command=_list)
    ending = verbs.add_parser("end", help="tell it no more, and open the line again")
    ending.add_argument("line", metavar="LINE", nargs="+", help="its name in lines.yaml")
    ending.set_defaults(command=_end)


def _set(parsed: argparse.Namespace, settings: Settings) -> int:
    """Everything is spoken before anybody hears anything."""
    logs.configure(as_json=False, level=logging.WARNING)
    now = _now(settings)
    _check_there_is_a_line(settings)
    lines = _lines(parsed, _service(parsed, settings))
    until = _until(parsed.until, now)
    texts = _texts(parsed, lines)
    folder = NoticeFolder(settings.notices_dir, settings.prompts_dir)
    _tidy(folder, now)
    voice = backing.voice(settings)
    spoken = {language: _spoken(folder, voice, language, text) for language, text in texts.items()}
    for line in lines:
        said = {language: spoken[language] for language in line.languages}
        notice = Notice(line=line.id, since=now, until=until, closes=parsed.close, spoken=said)
        folder.write(notice)
        _print(_told(notice))
    return 0


def _list(parsed: argparse.Namespace, settings: Settings) -> int:
    logs.configure(as_json=False, level=logging.WARNING)
    folder, now = NoticeFolder(settings.notices_dir, settings.prompts_dir), _now(settings)
    held = [notice for line in sorted(folder.known) if (notice := folder.of(line, now))]
    for notice in held:
        _print(_told(notice))
        for language, spoken in notice.spoken.items():
            _print(f"  {language}: {notice_text(spoken)}")
    if not held:
        _print("No notices.")
    return 0


def _end(parsed: argparse.Namespace, settings: Settings) -> int:
    """Also where the configuration is damaged just now."""
    logs.configure(as_json=False, level=logging.WARNING)
    folder, now = NoticeFolder(settings.notices_dir, settings.prompts_dir), _now(settings)
    lines = [LineId(name) for name in parsed.line]
    for line in lines:
        if folder.of(line, now) is None:
            raise Refusal(f"No notice holds for {escape(line)}: see `ivr notice list`.")
    for line in lines:
        folder.remove(line)
        _print(f"{line}: ended.")
    return 0


def _now(settings: Settings) -> datetime:
    """As the line has it, which may not have followed a step of the machine's clock yet."""
    return line_time(settings.state_dir / "clock.json")


def _check_there_is_a_line(settings: Settings) -> None:
    """Where none has run, nobody would ever hear it. Raises Refusal."""
    if not (settings.state_dir / "outbox.sqlite").exists():
        raise Refusal(
            f"No line has run with {settings.state_dir}: set IVR_STATE_DIR as the line has it."
        )


def _service(parsed: argparse.Namespace, settings: Settings) -> Service:
    """What the files describe; in the middle of an edit, what the line runs by. Raises Refusal.

    Nobody in an emergency is to mend somebody else's file first.
    """
    try:
        return config.load(parsed.config)
    except (ConfigurationError, NoFolder):
        source = Source(settings=settings, folder=parsed.config, open_now=False, say=_print)
        if (last := source.last_good()) is None:
            raise
        _print("The configuration as saved has mistakes (`ivr check`): by the last good one.")
        return last


def _lines(parsed: argparse.Namespace, service: Service) -> Sequence[ServiceLine]:
    """Those named. Raises Refusal."""
    found = {name: service.line(LineId(name)) for name in parsed.line}
    for name, line in found.items():
        if line is None:
            names = ", ".join(each.id for each in service.lines)
            raise Refusal(f"There is no line {escape(name)}; there are {names}.")
    return [line for line in found.values() if line is not None]


def _until(text: str, now: datetime) -> datetime:
    try:
        return read_end(text, now)
    except ValueError as wrong:
        raise Refusal(f"--until: {escape(str(wrong))}.") from None


def _texts(parsed: argparse.Namespace, lines: Sequence[ServiceLine]) -> Mapping[Language, str]:
    """What is said in each language of the lines. Raises Refusal."""
    given = {Language.FI: parsed.text_fi, Language.SV: parsed.text_sv}
    texts: dict[Language, str] = {}
    for language, text in given.items():
        option, name = f"--text-{language}", _NAMES[language]
        speak = [line.id for line in lines if language in line.languages]
        if text is not None and not speak:
            raise Refusal(f"{option}: {lines[0].id} does not speak {name}; leave it out.")
        if not speak:
            continue
        if text is None or not text.strip():
            raise Refusal(
                f"{option} is missing: callers of {speak[0]} who choose {name} are to understand"
                " it, too."
            )
        if len(text) > MOST_CHARACTERS:
            raise Refusal(
                f"{option} has {len(text)} characters, where {MOST_CHARACTERS} fit: shorten it."
            )
        texts[language] = " ".join(text.split())
    return texts


def _spoken(folder: NoticeFolder, voice: Synthesiser, language: Language, text: str) -> Spoken:
    """The text as a clip, before anybody can hear it. Raises Refusal."""
    words = in_words(text if text.endswith(SENTENCE_END) else f"{text}.", language)
    mark = hashlib.sha256(f"{voice.voice}\n{words}".encode()).hexdigest()[:16]
    sound = f"notices/{mark}-{language}"
    made = voice.speak(words, language)
    seconds = len(made.narrow) / clips.RATE
    if seconds > MOST_S:
        raise Refusal(
            f"--text-{language} takes {seconds:.0f} s to say, where {MOST_S:.0f} s fit: shorten it."
        )
    folder.keep(sound, made)
    return Spoken(sound=sound, seconds=seconds, text=text)


def _tidy(folder: NoticeFolder, now: datetime) -> None:
    """Clips that are older than any notice that holds."""
    gone_by = (now - MOST - timedelta(days=1)).timestamp()
    for file in folder.clips():
        if file.stat().st_mtime < gone_by:
            file.unlink(missing_ok=True)


def _told(notice: Notice) -> str:
    meanwhile = "; the line is closed meanwhile" if notice.closes else ""
    until = f"{local(notice.until):%A %Y-%m-%d %H:%M}"
    return f"{notice.line}: told to every caller until {until}{meanwhile}."


def _print(line: str) -> None:
    sys.stdout.write(f"{escape(line)}\n")
