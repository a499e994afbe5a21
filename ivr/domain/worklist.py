"""Which callbacks a counsellor hears of on their phone, in which order, and what each key does."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum, auto

from ivr.domain.call import CallId
from ivr.domain.callback import Callback, CallbackId, Status
from ivr.domain.line import Contact, Skills
from ivr.domain.routing import rank, reach
from ivr.domain.service import Counsellor, Service

Turn = tuple[bool, bool, datetime, CallbackId]


class Act(Enum):
    """What a counsellor may do about the callback they hear of."""

    TAKE = auto()  # they will make this call
    REOPEN = auto()  # one that was given up is to be called again
    NEXT = auto()
    POSTPONE = auto()
    CLOSE = auto()
    NUMBER = auto()  # hear the number
    ATTEMPT = auto()  # say what became of a call made by hand
    REPEAT = auto()
    PREVIOUS = auto()


_ALWAYS: Mapping[str, Act] = {
    "2": Act.NEXT,
    "3": Act.POSTPONE,
    "4": Act.CLOSE,
    "5": Act.NUMBER,
    "0": Act.REPEAT,
    "*": Act.PREVIOUS,
}


def keys(callback: Callback, *, dials: bool) -> Mapping[str, Act]:
    """What each key does; `dials`: the line makes the call itself, so nobody makes it by hand."""
    if callback.status is Status.UNREACHED:
        return {"1": Act.REOPEN, **_ALWAYS}
    by_hand = {} if dials else {"6": Act.ATTEMPT}
    return {"1": Act.TAKE, **by_hand, **_ALWAYS}


def worklist(
    callbacks: Iterable[Callback], who: Counsellor, service: Service, now: datetime
) -> tuple[Callback, ...]:
    """What the counsellor may see to, in the order of the line, and after it what was given up.

    That is what they have taken, what was given up, and what their phone could be rung for
    now if nobody had taken it. While a citizen is being called, there is nothing to do. The
    topic is one that can be told; what is of no line and no topic any more is left out.
    """
    told = (_with_topic(each, service) for each in callbacks)
    found = (each for each in told if each is not None and _concerns(each, who, service, now))
    return tuple(sorted(found, key=turn))


def turn(callback: Callback) -> Turn:
    """What the list is ordered by."""
    given_up = callback.status is Status.UNREACHED
    return given_up, not callback.urgent, callback.joined, callback.id


def moved(work: Sequence[Callback], heard: Callback | None, act: Act) -> Callback | None:
    """Which one is told after `heard` and this act, whatever has become of it meanwhile.

    After the last comes the first again, and before the first is nothing. None: nothing is left.
    """
    here = next((each for each in work if heard is not None and each.id == heard.id), None)
    match act:
        case Act.NEXT:
            return following(work, heard) or _first(work)
        case Act.PREVIOUS:
            return _preceding(work, heard) or here or _first(work)
        case _:
            return here or following(work, heard) or _first(work)


def following(work: Sequence[Callback], heard: Callback | None) -> Callback | None:
    """The next one after that which was heard; None: it was the last."""
    return _first([each for each in work if heard is None or turn(each) > turn(heard)])


def _preceding(work: Sequence[Callback], heard: Callback | None) -> Callback | None:
    return _first([each for each in reversed(work) if heard and turn(each) < turn(heard)])


def _first(work: Sequence[Callback]) -> Callback | None:
    return work[0] if work else None


def _concerns(callback: Callback, who: Counsellor, service: Service, now: datetime) -> bool:
    match callback.status:
        case Status.UNREACHED:
            return True
        case Status.WAITING:
            return callback.wanted == who.id or _could_serve(callback, who, service, now)
        case _:
            return False


def _could_serve(callback: Callback, who: Counsellor, service: Service, now: datetime) -> bool:
    """As the line itself judges it, for calls and callbacks alike."""
    contact = Contact(
        id=CallId(callback.id),
        topic=callback.topic,
        language=callback.language,
        joined=callback.joined,
    )
    within = reach(contact, service.topics[callback.topic].routing, now)
    skills = Skills(topics=who.topics, languages=who.languages)
    return rank(contact, within, who.id, skills) is not None


def _with_topic(callback: Callback, service: Service) -> Callback | None:
    """A topic that is no more is the general one of the line."""
    if callback.topic in service.topics:
        return callback
    line = service.line(callback.line)
    return None if line is None else replace(callback, topic=line.general_topic)
