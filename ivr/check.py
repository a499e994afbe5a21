"""The `ivr check` command: what is wrong in the configuration, before it goes live."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ivr import backing, config
from ivr.adapters import clips
from ivr.config import Findings, Tongue
from ivr.config.message import Message, told
from ivr.embedded import dialplan_check
from ivr.errors import Refusal
from ivr.settings import PROJECT_ROOT, Settings

_MISTAKE = told("error")
_DOUBT = told("warning")
_NOTE = told("note")


@dataclass(frozen=True, kw_only=True)
class _Line:
    """One finding: what kind it is, where it stands, if anywhere, and what is told."""

    kind: Message
    place: str | None = None
    text: Message

    def said(self, tongue: Tongue) -> str:
        """`config/lines.yaml:12:5: error: …`, as compilers write it and editors follow it."""
        place = f"{self.place}: " if self.place is not None else ""
        return f"{place}{self.kind.said(tongue)}: {self.text.said(tongue)}"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said after `ivr check`."""
    parser.add_argument(
        "--lang",
        choices=list(map(str, Tongue)),
        default=str(Tongue.EN),
        help="the language in which it is said: fi, sv or en (default: %(default)s)",
    )
    parser.add_argument(
        "--dialplan",
        type=Path,
        default=PROJECT_ROOT / "dialplan",
        metavar="DIR",
        help="the folder of Asterisk's configuration (default: %(default)s)",
    )
    parser.add_argument(
        "--no-asterisk",
        action="store_true",
        help="do not load it into an Asterisk, which takes some seconds",
    )
    parser.add_argument(
        "--schemas",
        type=Path,
        metavar="DIR",
        help="instead, write the JSON Schema of each file, by which editors help, into this folder",
    )
    parser.set_defaults(command=_check)


def _check(parsed: argparse.Namespace, settings: Settings) -> int:
    if parsed.schemas is not None:
        return _write_schemas(parsed.schemas)
    tongue = Tongue(parsed.lang)
    try:
        found = config.examine(parsed.config, datetime.now(UTC))
    except config.NoFolder as refusal:
        _say([refusal.text.said(tongue)])
        return 1
    lines = [*_of_the_files(found, settings), *_of_the_dialplan(parsed, found, settings)]
    ranks = [_MISTAKE, _DOUBT, _NOTE]
    lines.sort(key=lambda line: ranks.index(line.kind))  # else in their order
    _say(
        [*(line.said(tongue) for line in lines), _verdict(parsed.config, found, lines).said(tongue)]
    )
    return 1 if any(line.kind is _MISTAKE for line in lines) else 0


def _of_the_files(found: Findings, settings: Settings) -> Iterator[_Line]:
    for problem in found.mistakes:
        yield _Line(kind=_MISTAKE, place=problem.place, text=problem.text)
    for problem in found.doubts:
        yield _Line(kind=_DOUBT, place=problem.place, text=problem.text)
    if found.service is not None:
        _, no_trunk = backing.without_trunk(settings, found.service)
        if no_trunk is not None:
            yield _Line(kind=_DOUBT, text=no_trunk)


def _of_the_dialplan(
    parsed: argparse.Namespace, found: Findings, settings: Settings
) -> Iterator[_Line]:
    folder: Path = parsed.dialplan
    generated = backing.alone(found.service) if found.service is not None else None
    try:
        if parsed.no_asterisk:
            yield _Line(kind=_NOTE, text=told("the dialplan is not loaded into an Asterisk"))
        else:
            yield from _loaded(settings, folder, generated or {})
        yield from _linted(folder, generated)
    except Refusal as refusal:
        yield _Line(kind=_MISTAKE, text=Message(str(refusal)))


def _loaded(settings: Settings, folder: Path, generated: Mapping[str, str]) -> Iterator[_Line]:
    root = dialplan_check.at_hand(settings)
    if root is None:
        text = told(
            "the dialplan is not loaded into an Asterisk: there is none; `make setup` unpacks one"
        )
        yield _Line(kind=_DOUBT, text=text)
        return
    for complaint in dialplan_check.loaded(root, folder, generated):
        yield _complaint(complaint, told("Asterisk says: {text}", text=complaint.text))


def _linted(folder: Path, generated: Mapping[str, str] | None) -> Iterator[_Line]:
    if not dialplan_check.lints():
        text = told("the dialplan is not linted, for the linter asterisklint is not installed")
        yield _Line(kind=_DOUBT, text=text)
    elif generated is None:
        text = told("the dialplan is not linted before the files are right: a part is made of them")
        yield _Line(kind=_NOTE, text=text)
    else:
        for complaint in dialplan_check.linted(folder, generated):
            yield _complaint(complaint, told("the linter says: {text}", text=complaint.text))


def _complaint(complaint: dialplan_check.Complaint, text: Message) -> _Line:
    return _Line(kind=_MISTAKE if complaint.serious else _DOUBT, place=complaint.place, text=text)


def _verdict(folder: Path, found: Findings, lines: Iterable[_Line]) -> Message:
    kinds = [line.kind for line in lines]
    mistakes, doubts = kinds.count(_MISTAKE), kinds.count(_DOUBT)
    if found.service is None or mistakes:
        return told(
            "{folder}: errors: {mistakes}, warnings: {doubts}; it cannot be used.",
            folder=folder,
            mistakes=mistakes,
            doubts=doubts,
        )
    counted = told(
        "{folder}: lines: {lines}, topics: {topics}, counsellors: {counsellors}",
        folder=folder,
        lines=len(found.service.lines),
        topics=len(found.service.topics),
        counsellors=len(found.service.counsellors),
    )
    if doubts:
        return told("{counted}; warnings: {doubts}; it can run so.", counted=counted, doubts=doubts)
    return told("{counted}; nothing is wrong.", counted=counted)


def _write_schemas(folder: Path) -> int:
    for name, text in config.schema_files().items():
        clips.write(folder / name, text.encode())
        _say([str(folder / name)])
    return 0


def _say(lines: Iterable[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)
