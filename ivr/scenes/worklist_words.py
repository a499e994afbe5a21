"""What a counsellor is told of the callbacks that wait, and of one of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from ivr.domain.call import CounsellorId
from ivr.domain.callback import Callback, Status
from ivr.domain.phrase import Count, Day, Digits, TimeOfDay, TopicName
from ivr.domain.schedule import local
from ivr.domain.worklist import Act
from ivr.stage.desk_call import Said, Words

MOST_COUNTED = 100

# In the order in which they are told.
_KEYS: Mapping[Act, str] = {
    Act.TAKE: "desk_back_take",
    Act.REOPEN: "desk_back_reopen",
    Act.NEXT: "desk_back_next",
    Act.POSTPONE: "desk_back_postpone",
    Act.CLOSE: "desk_back_close",
    Act.NUMBER: "desk_back_number",
    Act.ATTEMPT: "desk_back_attempt",
    Act.REPEAT: "desk_back_repeat",
    Act.PREVIOUS: "desk_back_previous",
}


def how_many(work: Sequence[Callback]) -> list[Words]:
    """How many wait, and how many were given up; nothing of none."""
    given_up = sum(each.status is Status.UNREACHED for each in work)
    waiting = len(work) - given_up
    counts = {"desk_backs": waiting, "desk_lost": given_up}
    return [_counted(name, n) for name, n in counts.items() if n]


def about(callback: Callback, who: CounsellorId, now: datetime) -> list[Words]:
    """The one callback, without its number."""
    today = local(now).date()
    told: list[Words] = ["desk_back_urgent"] if callback.urgent else []
    topic = TopicName(callback.topic)
    name = f"desk_back_{callback.language}"
    told.append(Said(id=name, slots={"topic": topic, **when(callback.requested, now)}))
    if callback.cut_off:
        return [*told, "desk_back_cut_off"]  # nobody has promised them a call
    promised = Day(callback.promised_by, today)
    told.append(Said(id="desk_back_promised", slots={"day": promised}))
    if callback.not_before is not None and callback.not_before > now:
        told.append(Said(id="desk_back_later", slots=when(callback.not_before, now)))
    if callback.attempts:
        told.append(_counted("desk_back_tried", len(callback.attempts)))
    if callback.status is Status.UNREACHED:
        told.append("desk_back_given_up")
        if callback.refused is not None:
            told.append(f"number_{callback.refused}")
    elif callback.wanted is not None:
        told.append("desk_back_mine" if callback.wanted == who else "desk_back_taken")
    return told


def choices(acts: Iterable[Act]) -> list[Words]:
    """Which key does what."""
    possible = set(acts)
    return [words for act, words in _KEYS.items() if act in possible]


def number(callback: Callback, name: str = "desk_back_digits") -> Said:
    """The number, in groups; for those alone who are signed in."""
    return Said(id=name, slots={"number": Digits(callback.number)})


def when(at: datetime, now: datetime) -> Mapping[str, Day | TimeOfDay]:
    """The slots of a day and a time in Finland."""
    there = local(at)
    return {"day": Day(there.date(), local(now).date()), "time": TimeOfDay(there.time())}


def _counted(name: str, n: int) -> Words:
    if n == 1:
        return f"{name}_1"
    if n > MOST_COUNTED:
        return f"{name}_many"
    return Said(id=f"{name}_n", slots={"count": Count(n)})
