"""The `ivr simulate` command: what a caller would hear, and where their keys would lead them."""

import argparse
import logging
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from ivr import config, logs
from ivr.adapters.notice_folder import NoticeFolder
from ivr.adapters.speech import Prompts
from ivr.domain.call import Language
from ivr.domain.explaining import explain
from ivr.domain.service import Service, ServiceLine
from ivr.errors import Refusal
from ivr.masking import escape
from ivr.schedule import heading, words
from ivr.schedule.asked import instant_asked, line_asked
from ivr.settings import Settings

ANONYMOUS = "anonymous"
_COUNSELLORS = {
    "busy": "all counsellors are in other calls",
    "free": "a counsellor is free",
    "none": "no counsellor is at work",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said after `ivr simulate`."""
    parser.add_argument("line", metavar="LINE", help="the line's name in lines.yaml, or its number")
    parser.add_argument("--at", metavar="T", help='when, like "2026-12-24 10:00"; else now')
    parser.add_argument(
        "--keys",
        default="",
        help='keys to press, one a question, as in "1 2"; a dash lets a question go by',
    )
    parser.add_argument("--from", dest="caller", default="+358401234567", help="or: anonymous")
    parser.add_argument(
        "--counsellors", choices=list(_COUNSELLORS), default="busy", help="default: %(default)s"
    )
    parser.add_argument("--wait", type=float, metavar="S", help="hang up after so many seconds")
    parser.add_argument(
        "--lang",
        choices=[*map(str, Language), "both"],
        default="both",
        help="what is heard, and in this",
    )
    parser.set_defaults(command=_simulate)


def _simulate(parsed: argparse.Namespace, settings: Settings) -> int:
    # What a line needs that comes back from a crash is loaded sooner without these.
    from ivr.simulation import rehearsal, time  # noqa: PLC0415

    logs.configure(as_json=False, level=logging.WARNING)
    notices = NoticeFolder(settings.notices_dir, settings.prompts_dir)
    service = replace(config.load(parsed.config), closures=notices.closures)
    line, at = line_asked(service, parsed.line), instant_asked(parsed.at, datetime.now(UTC))
    scenario = rehearsal.Scenario(
        line=line,
        at=at,
        keys=parsed.keys.split(),
        caller=_number(parsed.caller),
        counsellors=rehearsal.Counsellors(parsed.counsellors),
        wait_s=rehearsal.LONGEST_S if parsed.wait is None else parsed.wait,
        languages=[lang for lang in line.languages if parsed.lang in {lang, "both"}],
    )
    spoken = _spoken(settings.prompts_dir, service)
    story = time.run(rehearsal.rehearse(service, scenario, spoken, notices.known))
    _print(_setting(line, at, parsed.counsellors, built=spoken is not None))
    _print(story.lines())
    return 0


def _setting(line: ServiceLine, at: datetime, counsellors: str, *, built: bool) -> Iterator[str]:
    """Which line is called when, and what the caller does not see."""
    told = explain(line.schedule, at)
    yield heading(line)
    yield f"{words.said_instant(at)}: {'OPEN' if told.open else 'CLOSED'}"
    if told.day.shut is not None:
        yield f"a notice {words.said_shut(told.day.shut)}"
    yield f"{_COUNSELLORS[counsellors]}, and nobody else calls"
    if not built:
        yield "the prompts are not built, and their lengths are estimated: `ivr prompts build`"
    yield ""


def _spoken(folder: Path, service: Service) -> Prompts | None:
    """The prompts as they were built; None unless they say what the configuration says."""
    try:
        return Prompts.load(folder, service)
    except Refusal:
        return None


def _number(caller: str) -> str | None:
    """The number that the line is shown; None for none. Raises Refusal."""
    if caller == ANONYMOUS:
        return None
    if not re.fullmatch(r"\+?[0-9]{1,20}", caller):
        raise Refusal(f"{caller!r} is no number to call from: write +358…, or anonymous.")
    return caller


def _print(lines: Iterator[str] | Sequence[str]) -> None:
    sys.stdout.writelines(f"{escape(line)}\n" for line in lines)
