"""What a person at the terminal sees of calls, callbacks and counsellors: one line an event."""

from collections import defaultdict
from collections.abc import Mapping

from ivr.domain.call import CallId, LineId
from ivr.domain.journal import (
    CallbackEvent,
    CallbackKind,
    Data,
    DutyEvent,
    DutyKind,
    Event,
    EventKind,
)
from ivr.domain.schedule import local
from ivr.masking import escape, mask

# A word for the column, and what is said beside it, from the event's data.
_WORDS: Mapping[EventKind, tuple[str, str]] = {
    EventKind.ARRIVED: ("arrived", "{line}"),
    EventKind.ADOPTED: ("adopted", "{line}"),
    EventKind.SCENE: ("scene", "{scene}"),
    EventKind.JOINED: ("joined", "{ahead} ahead"),
    EventKind.REJOINED: ("rejoined", "the place of an earlier call"),
    EventKind.ASSURED: ("assured", "is called back on hanging up"),
    EventKind.URGENT: ("urgent", "says the {by}"),
    EventKind.LANGUAGE: ("language", "{language}"),
    EventKind.LIMIT: ("limit", "{because}: {ending}"),
    EventKind.GHOST: ("ghost", "no sound for {silent_s} s"),
    EventKind.RINGING: ("ringing", "{counsellor}"),
    EventKind.MISSED: ("missed", "{counsellor}: cause {cause}"),
    EventKind.CONNECTED: ("connected", "{counsellor}"),
    EventKind.HELD: ("held", ""),
    EventKind.RESUMED: ("resumed", ""),
    EventKind.CONSULTED: ("consulted", "{counsellor}"),
    EventKind.ADDED: ("added", "{counsellor}"),
    EventKind.TRANSFERRED: ("passed on", "{kind}"),
    EventKind.ANSWERED: ("answered", "charging begins: {because}"),
    EventKind.CALLBACK_REQUESTED: ("callback", "promised by {promised_by}"),
    EventKind.CALLBACK_REPEATED: ("callback", "asked again, promised by {promised_by}"),
    EventKind.FAULT: ("fault", "{what}"),
    EventKind.FINISHED: ("finished", "{outcome}"),
}

# That one was asked for is told with the call that asked.
_CALLBACK_WORDS: Mapping[CallbackKind, tuple[str, str]] = {
    CallbackKind.CALLED: ("called", "attempt {attempt}, {counsellor}"),
    CallbackKind.ENDED: ("ended", "attempt {attempt}, {result}: {status}"),
    CallbackKind.POSTPONED: ("postponed", "to {at}"),
    CallbackKind.TAKEN: ("taken", "{by}"),
    CallbackKind.CLOSED: ("closed", "{because}"),
    CallbackKind.ANSWERED_BY_PHONE: ("ended", "got through by phone"),
    CallbackKind.REFUSED: ("given up", "the number is refused: {because}"),
}

# The others are told with the call that they belong to.
_DUTY_WORDS: Mapping[DutyKind, tuple[str, str]] = {
    DutyKind.SIGNED_IN: ("signed in", "{account}"),
    DutyKind.SIGNED_OUT: ("signed out", ""),
    DutyKind.REACHABLE: ("phone here", "{account}"),
    DutyKind.UNREACHABLE: ("phone gone", "{account}"),
    DutyKind.PAUSED: ("paused", "{reason}"),
    DutyKind.RESUMED: ("resumed", ""),
    DutyKind.DISPOSITION: ("noted", "call {call}: {code}"),
    DutyKind.ASSESSED_URGENT: ("noted", "call {call}: urgent"),
    DutyKind.WRONG_PIN: ("wrong PIN", ""),
}


def call_line(event: Event, lines: Mapping[LineId, str]) -> str:
    """`15:04:05  call …388.0  arrived     Lapsiperheet`; local time, no numbers.

    `lines` has the names of the service lines.
    """
    start = f"{local(event.at):%H:%M:%S}  call {_short(event.call_id)}"
    return f"{start}  {call_words(event, lines)}"


def call_words(event: Event, lines: Mapping[LineId, str]) -> str:
    """What happened in a call: `arrived     Lapsiperheet`; see `call_line`."""
    word, said = _WORDS[event.kind]
    if event.kind is EventKind.ARRIVED and event.facts.callback is not None:
        word = "calls back"
    detail = _said(said, {**event.data, "line": _line(event, lines)})
    return f"{word:<10}  {detail}".rstrip()


def duty_line(event: DutyEvent) -> str | None:
    """`15:04:05  salminen     paused      lunch`; None for what only a call tells."""
    if event.kind not in _DUTY_WORDS:
        return None
    word, said = _DUTY_WORDS[event.kind]
    call = None if event.call_id is None else _short(event.call_id)
    detail = _said(said, {**event.data, "call": call or "-"})
    start = f"{local(event.at):%H:%M:%S}  {escape(event.counsellor):<11}  {word:<10}"
    return f"{start}  {detail}".rstrip()


def callback_line(event: CallbackEvent) -> str | None:
    """`15:04:05  back …388.0  called      attempt 1, aino`; None for what only a call tells.

    It is named by the call that first asked.
    """
    if event.kind not in _CALLBACK_WORDS:
        return None
    word, said = _CALLBACK_WORDS[event.kind]
    until = event.callback.not_before
    known: Data = {
        "status": event.callback.status,
        "at": None if until is None else f"{local(until):%d.%m. %H:%M}",
    }
    start = f"{local(event.at):%H:%M:%S}  back {_short(CallId(event.callback.id))}  {word:<10}"
    return f"{start}  {_said(said, {**event.data, **known})}".rstrip()


def _said(template: str, data: Data) -> str:
    return escape(mask(template.format_map(defaultdict(lambda: "-", data))))


def _line(event: Event, lines: Mapping[LineId, str]) -> str:
    if event.facts.line is None:
        return "a number that is no line"
    return lines.get(event.facts.line, event.facts.line)


def _short(call: CallId) -> str:
    """`n1-1795294388.0` is `…388.0`: enough to tell the calls of a quarter of an hour apart."""
    seconds, dot, counter = call.rpartition(".")
    return f"…{seconds[-3:]}{dot}{counter}"
