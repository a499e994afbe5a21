"""The `ivr check` command: what is wrong in the configuration, before it goes live."""

import argparse
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from ivr import backing, config
from ivr.adapters import clips
from ivr.config import Findings, Tongue
from ivr.config.message import Message, told
from ivr.config.problem import Problem
from ivr.settings import Settings

_MISTAKE = told("error")
_DOUBT = told("warning")


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said after `ivr check`."""
    parser.add_argument(
        "--lang",
        type=Tongue,
        choices=list(Tongue),
        default=Tongue.EN,
        help="the language in which it is said: fi, sv or en (default: %(default)s)",
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
    folder: Path = parsed.config
    tongue: Tongue = parsed.lang
    try:
        found = config.examine(folder, datetime.now(UTC))
    except config.NoFolder as refusal:
        _say([refusal.text.said(tongue)])
        return 1
    lines = [
        *_lines(_MISTAKE, found.mistakes, tongue),
        *_lines(_DOUBT, found.doubts, tongue),
    ]
    doubts = len(found.doubts)
    if found.service is not None:
        _, no_trunk = backing.without_trunk(settings, found.service)
        if no_trunk is not None:
            lines.append(f"{_DOUBT.said(tongue)}: {no_trunk.said(tongue)}")
            doubts += 1
    _say([*lines, _verdict(folder, found, doubts).said(tongue)])
    return 1 if found.mistakes else 0


def _lines(kind: Message, problems: Iterable[Problem], tongue: Tongue) -> Iterable[str]:
    """`config/lines.yaml:12:5: error: …`, as compilers write it and editors follow it."""
    for problem in problems:
        yield f"{problem.place}: {kind.said(tongue)}: {problem.text.said(tongue)}"


def _verdict(folder: Path, found: Findings, doubts: int) -> Message:
    if found.service is None:
        return told(
            "{folder}: errors: {mistakes}, warnings: {doubts}; it cannot be used.",
            folder=folder,
            mistakes=len(found.mistakes),
            doubts=doubts,
        )
    counted = told(
        "{folder}: {lines} lines, {topics} topics, {counsellors} counsellors",
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
