"""How a call's facts are written down: one short line of JSON, for the channel and the record."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ivr.domain.call import (
    Caller,
    CallId,
    ChannelId,
    CounsellorId,
    Facts,
    Language,
    LineId,
    Outcome,
    SceneName,
    TopicId,
)

VERSION = 1
MOST_BYTES = 2048  # Asterisk kept 16 kB intact, but the variable comes with every event


def encode(facts: Facts) -> str:
    """The facts as one line of ASCII, at most 2,048 bytes; what is unknown is left out.

    A hidden caller's number is never written. Raises ValueError for a time
    without a zone and for facts that do not fit (a monstrous number dialled).
    """
    fields = {"v": VERSION, **_fields(facts)}
    known = {
        key: value for key, value in fields.items() if value is not None and value is not False
    }
    text = json.dumps(known, separators=(",", ":"))
    if len(text) > MOST_BYTES:
        raise ValueError(f"facts of {len(text)} bytes; {MOST_BYTES} fit")
    return text


def decode(text: str) -> Facts:
    """The facts that `encode` wrote. Raises ValueError for anything else, older versions too."""
    try:
        fields = _Fields(_parse(text))
        fields.version()
        facts = _facts(fields)
        fields.end()
    except ValueError as wrong:
        raise ValueError(f"unreadable facts: {wrong}") from wrong
    return facts


def _fields(facts: Facts) -> dict[str, str | int | bool | None]:
    return {
        "call_id": facts.call_id,
        "dialled": facts.dialled,
        "number": None if facts.caller.hidden else facts.caller.number,
        "hidden": facts.caller.hidden or None,
        "arrived": _written(facts.arrived),
        "scene": facts.scene,
        "step": facts.step,
        "line": facts.line,
        "language": facts.language,
        "topic": facts.topic,
        "joined": None if facts.joined is None else _written(facts.joined),
        "answered": facts.answered or None,
        "budget_over": facts.budget_over or None,
        "connected": facts.connected or None,
        "counsellor": facts.counsellor,
        "leg": facts.leg,
        "outcome": facts.outcome,
    }


def _facts(fields: "_Fields") -> Facts:
    line, topic, joined = fields.some("line"), fields.some("topic"), fields.some("joined")
    language, outcome = fields.some("language"), fields.some("outcome")
    counsellor, leg = fields.some("counsellor"), fields.some("leg")
    return Facts(
        call_id=CallId(fields.text("call_id")),
        dialled=fields.text("dialled"),
        caller=_caller(fields),
        arrived=_read(fields.text("arrived")),
        scene=SceneName(fields.text("scene")),
        step=fields.count("step"),
        line=None if line is None else LineId(line),
        language=None if language is None else Language(language),
        topic=None if topic is None else TopicId(topic),
        joined=None if joined is None else _read(joined),
        answered=fields.flag("answered"),
        budget_over=fields.flag("budget_over"),
        connected=fields.flag("connected"),
        counsellor=None if counsellor is None else CounsellorId(counsellor),
        leg=None if leg is None else ChannelId(leg),
        outcome=None if outcome is None else Outcome(outcome),
    )


def _caller(fields: "_Fields") -> Caller:
    caller = Caller(number=fields.some("number"), hidden=fields.flag("hidden"))
    if caller.hidden and caller.number is not None:
        raise ValueError("a hidden caller with a number")
    return caller


def _parse(text: str) -> dict[str, object]:
    if len(text) > MOST_BYTES:
        raise ValueError(f"{len(text)} characters, where {MOST_BYTES} fit")
    try:
        value = json.loads(text)
    except RecursionError:  # a thousand opening brackets are no ValueError to the json module
        raise ValueError("nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError(f"not an object but a {type(value).__name__}")  # noqa: TRY004 - garbage
    return value


def _written(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone: {at.isoformat()}")
    return at.astimezone(UTC).isoformat()


def _read(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.utcoffset() != timedelta(0):
        raise ValueError(f"a time that is not UTC: {text!r}")
    return at.replace(tzinfo=UTC)


@dataclass(frozen=True)
class _Fields:
    """The fields not yet taken; every one must be taken once, as what it is."""

    left: dict[str, object]

    def version(self) -> None:
        version = self.take("v")
        if type(version) is not int or version != VERSION:
            raise ValueError(f"version {version!r}, where this program reads {VERSION}")

    def take(self, key: str) -> object:
        return self.left.pop(key, None)

    def some(self, key: str) -> str | None:
        value = self.take(key)
        if value is not None and not isinstance(value, str):
            raise ValueError(f"{key} is a text, not {value!r}")
        return value

    def text(self, key: str) -> str:
        value = self.some(key)
        if value is None:
            raise ValueError(f"{key} is missing")
        return value

    def count(self, key: str) -> int:
        value = self.take(key)
        if type(value) is not int or value < 0:
            raise ValueError(f"{key} is a count, not {value!r}")
        return value

    def flag(self, key: str) -> bool:
        value = self.left.pop(key, False)
        if not isinstance(value, bool):
            raise ValueError(f"{key} is true or false, not {value!r}")  # noqa: TRY004 - garbage
        return value

    def end(self) -> None:
        if self.left:
            raise ValueError(f"unknown {', '.join(sorted(self.left))}")
