"""How a request to be called back is written down: one line of JSON, for the record."""

import json

from ivr.domain.attempt import Attempt, Result
from ivr.domain.call import CallId, CounsellorId, Language, LineId, Refused, TopicId
from ivr.domain.callback import Because, Callback, CallbackId, Status
from ivr.domain.fields import Fields, parse, read_day, read_time, written

VERSION = 1
MOST_CHARACTERS = 16384  # attempts are few, but a person may reopen a request again and again

_GIVEN_UP = frozenset({Status.UNREACHED, Status.CLOSED})
_JSON = json.JSONEncoder(separators=(",", ":"))


def encode(callback: Callback) -> str:
    """The request as one line of ASCII; what is unknown is left out.

    Raises ValueError for a time without a zone.
    """
    fields = {
        "v": VERSION,
        "id": callback.id,
        "line": callback.line,
        "number": callback.number,
        "language": callback.language,
        "topic": callback.topic,
        "joined": written(callback.joined),
        "requested": written(callback.requested),
        "promised_by": callback.promised_by.isoformat(),
        "status": callback.status,
        "caller_urgent": callback.caller_urgent or None,
        "assessed_urgent": callback.assessed_urgent or None,
        "not_before": None if callback.not_before is None else written(callback.not_before),
        "wanted": callback.wanted,
        "attempts": [_attempt(each) for each in callback.attempts] or None,
        "forgiven": callback.forgiven,
        "answered_by": callback.answered_by,
        "closed_because": callback.closed_because,
        "again": callback.again,
        "refused": callback.refused,
    }
    return _JSON.encode(_known(fields))


def decode(text: str) -> Callback:
    """The request that `encode` wrote, in this program or another version of it.

    What a newer version says beside is left out. Raises ValueError for anything else.
    """
    try:
        fields = Fields(parse(text, most=MOST_CHARACTERS))
        fields.version()
        return _checked(_callback(fields))
    except ValueError as wrong:
        raise ValueError(f"an unreadable callback: {wrong}") from wrong


def _attempt(attempt: Attempt) -> dict[str, object]:
    return _known(
        {
            "number": attempt.number,
            "began": written(attempt.began),
            "counsellor": attempt.counsellor,
            "call": attempt.call,
            "ended": None if attempt.ended is None else written(attempt.ended),
            "result": attempt.result,
        }
    )


def _known(fields: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in fields.items() if value is not None}


def _callback(fields: Fields) -> Callback:
    return Callback(
        id=CallbackId(fields.text("id")),
        line=LineId(fields.text("line")),
        number=fields.text("number"),
        language=Language(fields.text("language")),
        topic=TopicId(fields.text("topic")),
        joined=read_time(fields.text("joined")),
        requested=read_time(fields.text("requested")),
        promised_by=read_day(fields.text("promised_by")),
        status=Status(fields.text("status")),
        caller_urgent=fields.flag("caller_urgent"),
        assessed_urgent=fields.flag("assessed_urgent"),
        not_before=fields.maybe("not_before", read_time),
        wanted=fields.maybe("wanted", CounsellorId),
        attempts=tuple(_read_attempt(each) for each in fields.several("attempts")),
        forgiven=fields.count("forgiven"),
        answered_by=fields.maybe("answered_by", CallId),
        closed_because=fields.maybe("closed_because", Because),
        again=fields.count("again"),
        refused=fields.maybe("refused", Refused),
    )


def _read_attempt(fields: Fields) -> Attempt:
    return Attempt(
        number=fields.count("number"),
        began=read_time(fields.text("began")),
        counsellor=CounsellorId(fields.text("counsellor")),
        call=CallId(fields.text("call")),
        ended=fields.maybe("ended", read_time),
        result=fields.maybe("result", Result),
    )


def _checked(callback: Callback) -> Callback:
    """What does not fit together was not written by us."""
    if [each.number for each in callback.attempts] != list(range(1, len(callback.attempts) + 1)):
        raise ValueError("attempts that are not numbered from 1")
    if any((each.ended is None) is not (each.result is None) for each in callback.attempts):
        raise ValueError("an attempt's end and its result belong together")
    if callback.refused is not None and callback.status not in _GIVEN_UP:
        raise ValueError(f"{callback.status}, and yet given up")
    on_air = [each.number for each in callback.attempts if each.ended is None]
    calling = [len(callback.attempts)] if callback.status is Status.CALLING else []
    if on_air != calling:
        raise ValueError(f"{callback.status}, with the attempts {on_air} on the air")
    return callback
