"""The `ivr schedule` command: when a line is open and why, and what a change would change."""

import argparse
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ivr import config, logs
from ivr.adapters.notice_folder import NoticeFolder
from ivr.domain.closing import Said
from ivr.domain.explaining import DayTold, Explanation, explain, month_told
from ivr.domain.notice import Notice
from ivr.domain.schedule import HORIZON, Schedule, local
from ivr.domain.schedule_diff import changes
from ivr.domain.service import Service, ServiceLine
from ivr.domain.wording import worded
from ivr.masking import escape
from ivr.notice_words import notice_text
from ivr.schedule import words
from ivr.schedule.asked import date_asked, instant_asked, line_asked, month_asked
from ivr.settings import Settings

_LINE_HELP = "the line's name in lines.yaml, or its number"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said after `ivr schedule`."""
    verbs = parser.add_subparsers(required=True, metavar="WHAT")
    why = verbs.add_parser("explain", help="open or closed at a time, which rule says so, and when")
    why.add_argument("line", metavar="LINE", help=_LINE_HELP)
    why.add_argument("--at", metavar="T", help='like "2026-12-24 10:00" (Finland); else now')
    why.set_defaults(command=_explain)
    month = verbs.add_parser("calendar", help="the days of a month, with their hours")
    month.add_argument("line", metavar="LINE", help=_LINE_HELP)
    month.add_argument("--month", metavar="M", help="like 2026-12; else this month")
    month.set_defaults(command=_calendar)
    difference = verbs.add_parser("diff", help="on which days two schedules differ, in words")
    difference.add_argument("old", type=Path, help="a folder of configuration, or a schedule.yaml")
    difference.add_argument("new", type=Path, help="another")
    difference.add_argument("--from", dest="first", metavar="DAY", help="like 2026-12-01; or today")
    difference.set_defaults(command=_diff)


def _explain(parsed: argparse.Namespace, settings: Settings) -> int:
    logs.configure(as_json=False, level=logging.WARNING)
    service, notices = _as_it_is(parsed, settings)
    line = line_asked(service, parsed.line)
    at = instant_asked(parsed.at, _now())
    told = explain(line.schedule, at)
    _print([heading(line), *explained(told), *_told(line, notices.of(line.id, at))])
    _print([*_heard(service, line, told.notice)])
    return 0


def _calendar(parsed: argparse.Namespace, settings: Settings) -> int:
    logs.configure(as_json=False, level=logging.WARNING)
    service, _ = _as_it_is(parsed, settings)
    line = line_asked(service, parsed.line)
    year, month = month_asked(parsed.month, local(_now()).date())
    days = month_told(line.schedule, year, month)
    _print([heading(line), words.said_month(year, month), "", *listed(days)])
    return 0


def _diff(parsed: argparse.Namespace, _: Settings) -> int:
    old, new = _schedules(parsed.old, parsed.new), _schedules(parsed.new, parsed.old)
    first = date_asked(parsed.first, local(_now()).date())
    last = first + HORIZON - timedelta(days=1)
    _print([f"From {words.said_date(first)} to {words.said_date(last)}:", ""])
    for names, before, after in _together(old, new):
        told = [words.said_change(each) for each in changes(before, after, first, HORIZON.days)]
        _print([", ".join(names), *(f"  {line}" for line in told or ["Nothing changes."])])
    _print([f"{name} is new." for name in new if name not in old])
    _print([f"{name} is gone." for name in old if name not in new])
    return 0


def heading(line: ServiceLine) -> str:
    """`families (Lapsiperheiden neuvonta / Rådgivning för barnfamiljer)`."""
    names = " / ".join(line.name[language] for language in line.languages)
    return f"{line.id} ({names})"


def explained(told: Explanation) -> Iterator[str]:
    """Open or closed, which rule decided, until when, and the next opening; a line each."""
    state = "OPEN" if told.open else "CLOSED"
    yield f"{words.said_instant(told.at)}: {state}"
    rule, shut = words.said_rule(told.day.plan), told.day.shut
    if shut is not None and shut.start <= told.at < shut.end:
        yield _row("decided by", f"a notice, which {words.said_shut(shut)}")
        yield _row("otherwise", rule)
    else:
        yield _row("decided by", rule)
        yield from () if shut is None else [_row("a notice", words.said_shut(shut))]
    yield _row("this day", words.said_opened(told.day))
    for remark in words.remarks(told.day):
        yield _row("", remark)
    if told.day.plan != told.day.usual:
        yield _row("without it", words.said_hours(told.day.usual.hours))
    far = f"not within {HORIZON.days} days"
    until = words.said_instant(told.until) if told.until else far
    yield _row("open until" if told.open else "closed until", until)
    yield _row("next opening", words.said_instant(told.opens) if told.opens else far)


def listed(days: Sequence[DayTold]) -> Iterator[str]:
    """A month, a line a day, and how much of it the line is open."""
    hours = [words.said_opened(told) for told in days]
    width = max(map(len, hours))
    for told, opened in zip(days, hours, strict=True):
        day = told.plan.day
        date = f"{words.WEEKDAYS[day.weekday()][:3]} {f'{day.day}.{day.month}.':>6}"
        yield f"  {date}  {opened:<{width}}  {'; '.join(words.notes(told))}".rstrip()
    open_days = sum(bool(told.opened) for told in days)
    whole = sum(map(words.length, days), timedelta()) / timedelta(hours=1)
    yield ""
    yield f"  open on {open_days} days, {whole:g} hours in all"


def _as_it_is(parsed: argparse.Namespace, settings: Settings) -> tuple[Service, NoticeFolder]:
    """The service as configured, closed where a notice closes it just now; and the notices."""
    notices = NoticeFolder(settings.notices_dir, settings.prompts_dir)
    return replace(config.load(parsed.config), closures=notices.closures), notices


def _told(line: ServiceLine, held: Notice | None) -> Iterator[str]:
    """What every caller is told first, open or closed."""
    if held is None or not held.spoken:
        return
    yield _row("callers hear", f"a notice, until {words.said_instant(held.until)}")
    for language in (each for each in line.languages if each in held.spoken):
        yield _row("", f"{language}  {notice_text(held.spoken[language])}")


def _heard(service: Service, line: ServiceLine, notice: Said | None) -> Iterator[str]:
    """What callers are told of a closed line, in each of its languages."""
    if notice is None:
        return
    prompt, slots = notice
    yield _row("callers hear", prompt)
    for language in line.languages:
        yield _row("", f"{language}  {worded(service, language, prompt, slots)}")


def _schedules(path: Path, other: Path) -> Mapping[str, Schedule]:
    """By line where both are folders, else by their names in schedule.yaml."""
    if path.is_file() or other.is_file():
        return config.schedules(path if path.is_file() else path / "schedule.yaml")
    return {str(line.id): line.schedule for line in config.load(path).lines}


def _together(
    old: Mapping[str, Schedule], new: Mapping[str, Schedule]
) -> list[tuple[list[str], Schedule, Schedule]]:
    """Those of both, with the names of all to which the same happens."""
    alike: list[tuple[list[str], Schedule, Schedule]] = []
    for name in (name for name in new if name in old):
        for names, before, after in alike:
            if (before, after) == (old[name], new[name]):
                names.append(name)
                break
        else:
            alike.append(([name], old[name], new[name]))
    return alike


def _row(name: str, value: str) -> str:
    return f"  {name:<13} {value}"


def _now() -> datetime:
    return datetime.now(UTC)


def _print(lines: Sequence[str]) -> None:
    sys.stdout.writelines(f"{escape(line)}\n" for line in lines)
