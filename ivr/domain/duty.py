"""How a counsellor's state is written down: one short line of JSON, for the record."""

import json

from ivr.domain.call import CallId, LineId
from ivr.domain.counsellor import Doing, Duty
from ivr.domain.fields import Fields, parse, read_day, read_time, written
from ivr.domain.pause import PauseReason

VERSION = 1
MOST_CHARACTERS = 2048

_JSON = json.JSONEncoder(separators=(",", ":"))


def encode(duty: Duty) -> str:
    """The state as one line of ASCII; what is unknown is left out.

    Raises ValueError for a time without a zone.
    """
    fields: dict[str, str | int | None] = {
        "v": VERSION,
        "doing": duty.doing,
        "since": written(duty.since),
        "rests_until": written(duty.rests_until),
        "account": duty.account,
        "reachable": duty.reachable or None,
        "wrap_up_until": None if duty.wrap_up_until is None else written(duty.wrap_up_until),
        "reason": duty.reason,
        "misses": duty.misses,
        "calls": duty.calls,
        "calls_on": None if duty.calls_on is None else duty.calls_on.isoformat(),
        "left_on": None if duty.left_on is None else duty.left_on.isoformat(),
        "call": duty.call,
        "line": duty.line,
        "serial": duty.serial,
    }
    known = {key: value for key, value in fields.items() if value is not None}
    return _JSON.encode(known)


def decode(text: str) -> Duty:
    """The state that `encode` wrote, in this program or another version of it.

    What a newer version says beside is left out. Raises ValueError for anything else.
    """
    try:
        fields = Fields(parse(text, most=MOST_CHARACTERS))
        fields.version()
        return _duty(fields)
    except ValueError as wrong:
        raise ValueError(f"an unreadable state of a counsellor: {wrong}") from wrong


def _duty(fields: Fields) -> Duty:
    duty = Duty(
        doing=Doing(fields.text("doing")),
        since=read_time(fields.text("since")),
        rests_until=read_time(fields.text("rests_until")),
        account=fields.some("account"),
        reachable=fields.flag("reachable"),
        wrap_up_until=fields.maybe("wrap_up_until", read_time),
        reason=fields.maybe("reason", PauseReason),
        misses=fields.count("misses"),
        calls=fields.count("calls"),
        calls_on=fields.maybe("calls_on", read_day),
        left_on=fields.maybe("left_on", read_day),
        call=fields.maybe("call", CallId),
        line=fields.maybe("line", LineId),
        serial=fields.count("serial"),
    )
    _check(duty)
    return duty


def _check(duty: Duty) -> None:
    """What does not fit together was not written by us."""
    if (duty.doing is Doing.WRAP_UP) is not (duty.wrap_up_until is not None):
        raise ValueError("a wrap-up and its end belong together")
    if duty.doing is Doing.PAUSED and duty.reason is None:
        raise ValueError("a pause without a reason")
    # A leg found on the air is taken up also of one who had signed out.
    if duty.account is None and duty.doing not in (Doing.SIGNED_OUT, Doing.TALKING):
        raise ValueError(f"{duty.doing} on no phone")
