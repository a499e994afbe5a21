"""What a person at the terminal sees of the calls: one line an event."""

from collections import defaultdict
from collections.abc import Mapping

from ivr.domain.call import CallId, LineId
from ivr.domain.journal import Event, EventKind
from ivr.domain.schedule import local
from ivr.masking import escape, mask

# A word for the column, and what is said beside it, from the event's data.
_WORDS: Mapping[EventKind, tuple[str, str]] = {
    EventKind.ARRIVED: ("arrived", "{line}"),
    EventKind.ADOPTED: ("adopted", "{line}"),
    EventKind.SCENE: ("scene", "{scene}"),
    EventKind.JOINED: ("joined", "{ahead} ahead"),
    EventKind.RINGING: ("ringing", "{counsellor}"),
    EventKind.MISSED: ("missed", "{counsellor}: cause {cause}"),
    EventKind.CONNECTED: ("connected", "{counsellor}"),
    EventKind.ANSWERED: ("answered", "charging begins: {because}"),
    EventKind.CALLBACK_REQUESTED: ("callback", "promised by {promised_by}"),
    EventKind.FAULT: ("fault", "{what}"),
    EventKind.FINISHED: ("finished", "{outcome}"),
}


def call_line(event: Event, lines: Mapping[LineId, str]) -> str:
    """`15:04:05  call …388.0  arrived     Lapsiperheet`; local time, no numbers.

    `lines` has the names of the service lines.
    """
    word, said = _WORDS[event.kind]
    data = {**event.data, "line": _line(event, lines)}
    detail = escape(mask(said.format_map(defaultdict(lambda: "-", data))))
    return f"{local(event.at):%H:%M:%S}  call {_short(event.call_id)}  {word:<10}  {detail}"


def _line(event: Event, lines: Mapping[LineId, str]) -> str:
    if event.facts.line is None:
        return "a number that is no line"
    return lines.get(event.facts.line, event.facts.line)


def _short(call: CallId) -> str:
    """`n1-1795294388.0` is `…388.0`: enough to tell the calls of a quarter of an hour apart."""
    seconds, dot, counter = call.rpartition(".")
    return f"…{seconds[-3:]}{dot}{counter}"
