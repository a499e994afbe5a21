"""How a call's facts are written down: one short line of JSON, for the channel and the record."""

import json

from ivr.domain.call import (
    Caller,
    CallId,
    ChannelId,
    CounsellorId,
    Facts,
    Language,
    Limit,
    LineId,
    Outcome,
    Refused,
    SceneName,
    TopicId,
)
from ivr.domain.fields import Fields, parse, read_time, written

VERSION = 2  # 1 had fewer fields
MOST_BYTES = 2048  # Asterisk kept 16 kB intact; an entry of the record is to stay short

_JSON = json.JSONEncoder(separators=(",", ":"))


def encode(facts: Facts) -> str:
    """The facts as one line of ASCII, at most 2,048 bytes; what is unknown is left out.

    A hidden caller's number is never written. Raises ValueError for a time
    without a zone and for facts that do not fit (a monstrous number dialled).
    """
    fields = {"v": VERSION, **_fields(facts)}
    known = {
        key: value for key, value in fields.items() if value is not None and value is not False
    }
    text = _JSON.encode(known)
    if len(text) > MOST_BYTES:
        raise ValueError(f"facts of {len(text)} bytes; {MOST_BYTES} fit")
    return text


def decode(text: str) -> Facts:
    """The facts that `encode` wrote, in this program or another version of it.

    What a newer version says beside is left out: a caller is better led on with a
    little less known than greeted anew. Raises ValueError for anything else.
    """
    try:
        fields = Fields(parse(text, most=MOST_BYTES))
        fields.version()
        facts = _facts(fields)
    except ValueError as wrong:
        raise ValueError(f"unreadable facts: {wrong}") from wrong
    return facts


def _fields(facts: Facts) -> dict[str, str | int | bool | None]:
    return {
        "call_id": facts.call_id,
        "dialled": facts.dialled,
        "number": None if facts.caller.hidden else facts.caller.number,
        "hidden": facts.caller.hidden or None,
        "unfit": facts.caller.unfit,
        "arrived": written(facts.arrived),
        "scene": facts.scene,
        "step": facts.step,
        "line": facts.line,
        "language": facts.language,
        "topic": facts.topic,
        "joined": None if facts.joined is None else written(facts.joined),
        "answered": facts.answered or None,
        "budget_over": facts.budget_over or None,
        "connected": facts.connected or None,
        "counsellor": facts.counsellor,
        "leg": facts.leg,
        "caller_urgent": facts.caller_urgent or None,
        "assessed_urgent": facts.assessed_urgent or None,
        "limit": facts.limit,
        "redirected": facts.redirected or None,
        "waiting_since": None if facts.waiting_since is None else written(facts.waiting_since),
        "replaced_by": facts.replaced_by,
        "wanted": facts.wanted,
        "led_by": facts.led_by,
        "colleague": facts.colleague,
        "colleague_leg": facts.colleague_leg,
        "target": facts.target,
        "keyed": facts.keyed,
        "assured": facts.assured or None,
        "closed": facts.closed or None,
        "callback": facts.callback,
        "by_voice": facts.by_voice or None,
        "machine": facts.machine or None,
        "outcome": facts.outcome,
    }


def _facts(fields: Fields) -> Facts:
    return Facts(
        call_id=CallId(fields.text("call_id")),
        dialled=fields.text("dialled"),
        caller=_caller(fields),
        arrived=read_time(fields.text("arrived")),
        scene=SceneName(fields.text("scene")),
        step=fields.count("step"),
        line=fields.maybe("line", LineId),
        language=fields.maybe("language", Language),
        topic=fields.maybe("topic", TopicId),
        joined=fields.maybe("joined", read_time),
        answered=fields.flag("answered"),
        budget_over=fields.flag("budget_over"),
        connected=fields.flag("connected"),
        counsellor=fields.maybe("counsellor", CounsellorId),
        leg=fields.maybe("leg", ChannelId),
        caller_urgent=fields.flag("caller_urgent"),
        assessed_urgent=fields.flag("assessed_urgent"),
        limit=fields.maybe("limit", Limit),
        redirected=fields.flag("redirected"),
        waiting_since=fields.maybe("waiting_since", read_time),
        replaced_by=fields.maybe("replaced_by", CallId),
        wanted=fields.maybe("wanted", CounsellorId),
        led_by=fields.maybe("led_by", CounsellorId),
        colleague=fields.maybe("colleague", CounsellorId),
        colleague_leg=fields.maybe("colleague_leg", ChannelId),
        target=fields.some("target"),
        keyed=fields.some("keyed"),
        assured=fields.flag("assured"),
        closed=fields.flag("closed"),
        callback=fields.maybe("callback", CallId),
        by_voice=fields.flag("by_voice"),
        machine=fields.flag("machine"),
        outcome=fields.maybe("outcome", Outcome),
    )


def _caller(fields: Fields) -> Caller:
    caller = Caller(
        number=fields.some("number"),
        hidden=fields.flag("hidden"),
        unfit=fields.maybe("unfit", Refused),
    )
    if caller.hidden and caller.number is not None:
        raise ValueError("a hidden caller with a number")
    return caller
