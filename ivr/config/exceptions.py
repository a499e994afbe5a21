"""Whether the dated exceptions of a schedule say one thing of each date."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from ivr.config.message import Message, cure, together, told
from ivr.config.naming import Place
from ivr.config.problem import Problem
from ivr.config.source import Node
from ivr.config.values import Wrong, parse_date
from ivr.domain.call import Language
from ivr.domain.prompts import OWN_NOTICE, names_own_notice

_MOST_DAYS = 366
_CHANGES = ("closed", "hours", "shorten_to")

Prompts = Mapping[Language, Collection[str]]


def contradictions(exceptions: Node, prompts: Prompts) -> Iterator[Problem]:
    """Exceptions that overlap, that say two things or nothing, or name a prompt that is not there.

    `prompts` are the ids of the prompts of each language.
    """
    yield from _overlaps(exceptions)
    for exception in exceptions.items():
        yield from _one_thing(exception)
        yield from _own_prompt(exception["prompt"], prompts)


def days_of(first: date, last: date | None) -> list[date]:
    """The dates of an exception; none if the last is before the first."""
    span = (last or first) - first
    return [first + timedelta(days=n) for n in range(span.days + 1)]


@dataclass(frozen=True, kw_only=True)
class _Named:
    """An exception as a refusal names it."""

    text: Message
    line: int

    @classmethod
    def of(cls, exception: Node, days: list[date]) -> "_Named":
        first, last, reason = days[0], days[-1], exception["reason"].text
        dates = (
            Message(f"{first}")
            if first == last
            else told("{first} to {last}", first=first, last=last)
        )
        text = (
            dates
            if reason is None
            else Message("{reason!r} ({dates})", (("reason", reason), ("dates", dates)))
        )
        return cls(text=text, line=exception["date"].problem("").line)


def _overlaps(exceptions: Node) -> Iterator[Problem]:
    owners: dict[date, _Named] = {}
    for exception in exceptions.items():
        first, last = _date(exception["date"]), _date(exception["last_date"])
        if first is None:
            continue  # the schema has said so
        place = exception["last_date"].problem
        if last is not None and (wrong := _wrong_span(first, last)):
            yield place(wrong.words, first=first, last=last)
            continue
        days = days_of(first, last)
        named = _Named.of(exception, days)
        other = next((owners[day] for day in days if day in owners), None)
        if other is None:
            owners |= dict.fromkeys(days, named)
        else:
            yield exception["date"].problem(
                "the exception {this} overlaps the exception {other} in line {line};"
                " let each date be in one of them",
                this=named.text,
                other=other.text,
                line=other.line,
            )


def _wrong_span(first: date, last: date) -> Message | None:
    if last < first:
        return told(
            "{last} is before {first}; write the last day of the exception, or leave it out"
        )
    if (last - first).days >= _MOST_DAYS:
        return told(
            "from {first} to {last} is more than a year; write what is always so under weekly,"
            " or check the year"
        )
    return None


def _date(node: Node) -> date | None:
    try:
        return parse_date(node.text or "")
    except Wrong:
        return None


def _one_thing(exception: Node) -> Iterator[Problem]:
    """An exception closes, opens or shortens; or it changes only what is said."""
    given = [key for key in _CHANGES if _says(exception[key])]
    if len(given) > 1:
        yield exception[given[0]].key_problem(
            "an exception has one of closed, hours and shorten_to, and here are {given};"
            " write one of them",
            given=together(given),
        )
    if not given and exception["prompt"].value is None:
        yield exception.problem(
            'an exception needs closed: yes, hours: ["9:00-12:00"], shorten_to: "9:00-12:00" or'
            " a prompt; write one of them"
        )


def _says(change: Node) -> bool:
    return change.value not in (None, False, "no", [])


def _own_prompt(prompt: Node, prompts: Prompts) -> Iterator[Problem]:
    name = prompt.text
    if name is None:
        return
    if not names_own_notice(name):
        yield prompt.problem(
            "{name!r} cannot be said on a closed day; give it a prompt of its own, whose name"
            " begins with {beginning}, such as {beginning}christmas",
            name=name,
            beginning=OWN_NOTICE,
        )
        return
    for language, known in prompts.items():
        if known and name not in known:
            yield from _missing(name, prompt.problem, language, known)


def _missing(
    name: str, place: Place, language: Language, known: Collection[str]
) -> Iterator[Problem]:
    own = [each for each in known if names_own_notice(each)]
    file = f"prompts.{language}.yaml"
    if own:
        yield place(
            "there is no prompt {name!r} in {file}; {cure} Or write it there.",
            name=name,
            file=file,
            cure=cure(name, own),
        )
    else:
        yield place("there is no prompt {name!r} in {file}; write it there", name=name, file=file)
