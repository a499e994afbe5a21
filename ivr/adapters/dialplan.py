"""What the dialplan is told of each line, to serve it while no controller is there."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from ivr.adapters import clips
from ivr.adapters.speech import spoken
from ivr.domain.alone import (
    KNOWN_AHEAD,
    Piece,
    by_day,
    forms,
    greeting,
    members,
    pieces,
    promises,
)
from ivr.domain.call import Language
from ivr.domain.closing import Said
from ivr.domain.number import dialled_form
from ivr.domain.phrase import Digits, Slot, topic_clip
from ivr.domain.policy import Distribution, OnBudgetEnd
from ivr.domain.prompts import scripts
from ivr.domain.schedule import Schedule
from ivr.domain.script import Script
from ivr.domain.service import Charging, Service, ServiceLine

EXTENSIONS, QUEUES = "local/alone.conf", "local/queues.conf"

# Whatever may mean something in a file of Asterisk's or in a SIP header.
_UNFIT = re.compile(r"[^\w .:/-]")

_STRATEGY: Mapping[Distribution, str] = {
    Distribution.LONGEST_IDLE: "leastrecent",
    Distribution.RING_ALL: "ringall",
    Distribution.FEWEST_CALLS: "fewestcalls",
    Distribution.IN_ORDER: "linear",
}


def files(service: Service, now: datetime) -> Mapping[str, str]:
    """The files that `dialplan/` includes, by their names under Asterisk's folder."""
    return {EXTENSIONS: _Alone(service).extensions(now), QUEUES: _queues(service)}


class _Alone:
    """The extensions. What is said differs between closed times little, and is written once."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._scripts = {language: scripts(service, language) for language in Language}
        self._notices: dict[str, int] = {}
        self._days: dict[int, Sequence[tuple[str, Sequence[Piece]]]] = {}

    def extensions(self, now: datetime) -> str:
        lines = [text for line in self._service.lines for text in self._line(line, now)]
        return "\n".join([*_numbers(self._service), *lines, *self._closed(), ""])

    def _line(self, line: ServiceLine, now: datetime) -> Iterator[str]:
        yield from _context(f"alone-line-{line.id}", self._settings(line))
        yield from _context(f"alone-phones-{line.id}", self._paused(line))
        yield f"\n[alone-hours-{line.id}]"
        today = "${STRFTIME(${EPOCH},UTC,%Y%m%d)}"
        known = f"${{DIALPLAN_EXISTS(alone-hours-{line.id},{today},1)}}"
        yield "exten => s,1,Set(HOURS=)"
        # By the controller's last word, somebody has closed the line for a while.
        yield f" same => n,GotoIf($[0${{CLOSED_{line.id}}} > ${{EPOCH}}]?shut)"
        yield f" same => n,GotoIf($[{known} = 1]?{today},1)"
        yield " same => n,Return()"
        yield f" same => n(shut),Set(HOURS=closed {self._notice(line, ('closed', {}))})"
        yield " same => n,Return()"
        for day, parts in self._known_ahead(line.schedule, now):
            yield from self._hours(line, day, parts)

    def _known_ahead(
        self, schedule: Schedule, now: datetime
    ) -> Sequence[tuple[str, Sequence[Piece]]]:
        """The days of a schedule; lines that share one share them."""
        known = id(schedule)  # which the service keeps as long as we live
        if known not in self._days:
            self._days[known] = [*by_day(pieces(schedule, now, KNOWN_AHEAD.days))]
        return self._days[known]

    def _paused(self, line: ServiceLine) -> Iterator[tuple[str, str | int]]:
        """Who is not at work is not rung, for as long as the controller's word is believed."""
        yield "KNOWN", "$[0${AT_WORK:0:10} > ${EPOCH}]"
        for member in members(self._service, line):
            here = f'${{REGEX(",{line.id}/{member.account}," ${{AT_WORK}})}}'
            paused = f"${{IF($[${{KNOWN}} = 1 & 0{here} = 0]?1:0)}}"
            yield f"QUEUE_MEMBER(alone-{line.id},paused,PJSIP/{member.account})", paused

    def _hours(self, line: ServiceLine, day: str, parts: Sequence[Piece]) -> Iterator[str]:
        """The last instant of each piece is tried in turn."""
        first = f"exten => {day},1"
        for part in parts:
            value = self._meaning(line, part)
            yield f"{first},Set(HOURS={value})"
            yield f" same => n,GotoIf($[${{EPOCH}} < {int(part.end.timestamp())}]?known)"
            first = " same => n"
        yield " same => n(known),Return()"

    def _meaning(self, line: ServiceLine, part: Piece) -> str:
        if part.notice is None:
            closes = part.closes or part.end
            return f"open {int(closes.timestamp())}"
        return f"closed {self._notice(line, part.notice)}"

    def _notice(self, line: ServiceLine, notice: Said) -> int:
        """The number under which it is said, in each language of the line."""
        crisis: dict[str, Slot] = {"crisis_number": Digits(self._service.crisis_number)}
        each = [
            self._files([language], [notice, ("crisis", crisis)]) for language in line.languages
        ]
        return self._notices.setdefault("\n".join(each), len(self._notices) + 1)

    def _closed(self) -> Iterator[str]:
        yield "\n[alone-closed]"
        for said, number in self._notices.items():
            yield f"exten => {number},1,Gosub(alone-note,s,1(closed ${{EPOCH}}))"
            yield " same => n,Progress()"
            yield from (f" same => n,Playback({each},noanswer)" for each in said.split("\n"))
            yield " same => n,Goto(alone-over,s,1)"

    def _settings(self, line: ServiceLine) -> Iterator[tuple[str, str | int]]:
        free = line.charging is Charging.EARLY_MEDIA
        waiting = line.waiting
        yield "CHARGING", line.charging
        yield "AT_BUDGET", waiting.on_budget_end if free else OnBudgetEnd.WAIT
        yield "BUDGET", round(waiting.budget_s)
        yield "LONGEST", round(waiting.longest_s)
        yield "AFTER_CLOSING", waiting.after_closing_min * 60
        yield "CALLBACKS", int(promises(line))
        yield "TURN", 15
        languages = line.languages
        yield "GREETING", self._files(languages, [(name, {}) for name in greeting(line)])
        yield "PAYS", self._files(languages, [("free_window_answer", {})])
        yield "KEPT", self._files(languages, [("alone_kept", {})])
        crisis: dict[str, Slot] = {"crisis_number": Digits(self._service.crisis_number)}
        yield "LATER", self._files(languages, [("call_later", {}), ("crisis", crisis)])
        topic = self._service.topics[line.general_topic]
        yield "CALLERID(name)", _UNFIT.sub("", topic.name[Language.FI])
        yield "TOPIC", f"${{PROMPTS}}/{clips.key(Language.FI, topic_clip(line.general_topic))}"

    def _files(self, languages: Iterable[Language], said: Sequence[Said]) -> str:
        """What Playback takes to say this in each language."""
        names = [
            name
            for language in languages
            for prompt, slots in said
            for name in spoken(self._script(language, prompt), language, slots)
        ]
        return "&".join(f"${{PROMPTS}}/{name}" for name in names)

    def _script(self, language: Language, prompt: str) -> Script:
        return self._scripts[language][prompt]


def _numbers(service: Service) -> Iterator[str]:
    """The numbers dialled, and all those that are our own."""
    yield "[alone-numbers]"
    for line in service.lines:
        for number in line.numbers:
            for form in forms(number):
                yield f"exten => {form},1,Set(LINE={line.id})"
                yield " same => n,Return()"
    yield "\n[alone-ours]"
    each = [number for line in service.lines for number in (*line.numbers, line.caller_id)]
    for number in dict.fromkeys(dialled_form(number) for number in each):
        yield from (f"exten => {form},1,NoOp()" for form in forms(number))


def _context(name: str, settings: Iterable[tuple[str, str | int]]) -> Iterator[str]:
    yield f"\n[{name}]"
    first = "exten => s,1"
    for variable, value in settings:
        yield f"{first},Set({variable}={value})"
        first = " same => n"
    yield f"{first},Return()"


def _queues(service: Service) -> str:
    return "\n".join(text for line in service.lines for text in _queue(service, line))


def _queue(service: Service, line: ServiceLine) -> Iterator[str]:
    topic = service.topics[line.general_topic]
    yield f"[alone-{line.id}](alone)"
    yield f"strategy={_STRATEGY[topic.routing.distribution]}"
    yield f"timeout={round(line.waiting.ring_s)}"
    for member in members(service, line):
        yield f"member => PJSIP/{member.account},{member.penalty}"
    yield ""
