"""Whether anything was lost: each check is a function of the evidence and says what it found."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.chaos.evidence import CallerLog, CallRow, End, Evidence, Spell
from tests.chaos.faults import Fault
from tests.chaos.waits import gaps_while_waiting, served_before_their_turn
from tests.chaos.words import Loss

SAVED = ("callback_saved_today", "callback_saved_next")
BACK_WITHIN_S = 30.0
SPARE_HANDLES = 6  # a scrape, a connection that is being closed, a log that was turned
SPARE_TASKS = 3
ON_DISK_WITHIN_S = 0.15  # 50 ms are promised, and the kill is not exactly when it is noted

_WITH_COUNSELLOR = {"served", "handed_over"}
# Outcomes of which the caller's own hanging up is the cause.
_OWN_DOING = {"abandoned_menu", "abandoned_queue", "carrier_released"}
_SLACK_S = 1.0
# What a controller says to whom the end of a prompt was not told.
_OVERDUE = "party.playback_overdue"
_KILLS = {Fault.KILLED, Fault.AWAY, Fault.TAKEN_OVER, Fault.RECORD_AND_CONTROLLER}
_DEAFENS = {Fault.HALF_OPEN, Fault.FROZEN}

Check = Callable[[Evidence], Iterator[Loss]]


@dataclass(frozen=True, kw_only=True)
class Known:
    """A call as its caller saw it, and as it is on record."""

    log: CallerLog
    row: CallRow


def every_arrival_has_its_outcome(evidence: Evidence) -> Iterator[Loss]:
    """Each call that was taken is on record once, with an outcome, and nothing else is."""
    rows = [row for row in evidence.calls if row.callback is None]
    for row in rows:
        if row.outcome is None:
            yield Loss(about=row.id, at=row.arrived, text="arrived and has no outcome")
    by_number = Counter(row.number for row in rows)
    for log in evidence.callers:
        if log.number is not None and by_number[log.number] != 1 and _counts(evidence, log):
            text = f"is on record {by_number[log.number]} times; ended by {_ended(log)}"
            yield Loss(about=log.name, at=log.began, text=text)
    known = {log.number for log in evidence.callers}
    for row in rows:
        if row.number not in known:
            yield Loss(about=row.id, at=row.arrived, text="is on record, and nobody called so")
    hidden = [log for log in evidence.callers if log.number is None and log.taken is not None]
    least = sum(_counts(evidence, log) for log in hidden)
    if not least <= by_number[None] <= len(hidden):
        text = f"{by_number[None]} calls on record without a number; {least} were made"
        yield Loss(about="-", at=0.0, text=text)


def what_callers_saw_is_on_record(evidence: Evidence) -> Iterator[Loss]:
    """The outcome is what the caller lived through; nobody who stayed was hung up on."""
    for known in _known(evidence):
        if (text := _disagrees(evidence, known)) is not None:
            yield Loss(about=known.row.id, at=known.log.ended, text=text)


def every_promise_is_a_row(evidence: Evidence) -> Iterator[Loss]:
    """Who heard that they will be called back stands in the table of callbacks."""
    kept = {row.number for row in evidence.callbacks}
    for log in evidence.callers:
        at = next((at for at, clip in log.heard if clip.split(".")[0][3:] in SAVED), None)
        if at is not None and log.number is not None and log.number not in kept:
            yield Loss(about=log.name, at=at, text="heard a promise that is no row")
    promised = {row.id for row in evidence.callbacks}
    for call in evidence.calls:
        asked = any(event.kind == "callback_requested" for event in call.events)
        if asked and call.id not in promised:
            yield Loss(about=call.id, at=call.arrived, text="has a promise that is no row")


def nobody_is_called_twice(evidence: Evidence) -> Iterator[Loss]:
    """Nobody is dialled while being dialled, nor once they have talked, nor off the record."""
    attempts = Counter[str | None]()
    for row in evidence.callbacks:
        attempts[row.number] += len(row.attempts)
    rung: dict[str, list[Spell]] = {}
    talked = {
        row.number: row.connected
        for row in evidence.calls
        if row.callback is not None and row.connected is not None
    }
    for call in sorted(evidence.dialled, key=lambda each: each.began):
        spell = Spell(began=call.began, ended=call.ended)
        if talked.get(call.number, call.began) < call.began:
            yield Loss(about=_tail(call.number), at=call.began, text="called after they talked")
        if any(spell.shared_with(each).lasts_s > 0 for each in rung.get(call.number, [])):
            yield Loss(about=_tail(call.number), at=call.began, text="called twice at a time")
        rung.setdefault(call.number, []).append(spell)
    for number, spells in rung.items():
        if len(spells) > attempts[number]:
            text = f"dialled {len(spells)} times, {attempts[number]} attempts on record"
            yield Loss(about=_tail(number), at=spells[-1].began, text=text)


def nobody_pays_before_a_counsellor_talks(evidence: Evidence) -> Iterator[Loss]:
    """On a line that is free until then, no 200 comes before the two are connected."""
    for known in _known(evidence):
        log, row = known.log, known.row
        if log.dialled not in evidence.free_numbers or log.answered is None:
            continue
        if row.connected is None or row.connected > log.answered + _SLACK_S:
            yield Loss(about=row.id, at=log.answered, text="answered before a counsellor talked")


def nothing_is_left(evidence: Evidence) -> Iterator[Loss]:
    """No channel, bridge, task or file handle outlives the calls, and no event its outbox."""
    left = evidence.left
    for what, ids in (("channel", left.channels), ("bridge", left.bridges)):
        for each in ids:
            yield Loss(about=each, at=0.0, text=f"a {what} is left over")
    if left.backlog or left.set_aside:
        text = f"{left.backlog} events not in Postgres, {left.set_aside} refused by it"
        yield Loss(about="outbox", at=0.0, text=text)
    if left.tasks > left.tasks_at_rest + SPARE_TASKS:
        text = f"{left.tasks} tasks, {left.tasks_at_rest} before the first call"
        yield Loss(about="controller", at=0.0, text=text)
    for process, count in left.handles.items():
        before = left.handles_at_rest.get(process, 0)
        if count > before + SPARE_HANDLES:
            text = f"{count} file handles, {before} before the first call"
            yield Loss(about=process, at=0.0, text=text)


def nothing_failed_unforeseen(evidence: Evidence) -> Iterator[Loss]:
    """No scene and no task failed, and every fault was got over."""
    for at, text in evidence.left.complaints:
        if not (text.startswith(_OVERDUE) and _deaf(evidence, at)):
            yield Loss(about="controller", at=at, text=text)
    for call in evidence.calls:
        for event in call.events:
            if event.kind == "fault":
                text = f"its scene {event.scene} failed: {event.data.get('what')}"
                yield Loss(about=call.id, at=event.at, text=text)
    for each in evidence.struck:
        if not each.back <= each.ended + BACK_WITHIN_S:  # NaN, too
            text = f"not got over within {BACK_WITHIN_S:g} s: {each.fault}"
            yield Loss(about="-", at=each.ended, text=text)


CHECKS: dict[str, Check] = {
    "arrivals = outcomes": every_arrival_has_its_outcome,
    "outcomes are what callers saw": what_callers_saw_is_on_record,
    "every promise spoken is a row": every_promise_is_a_row,
    "nobody called twice": nobody_is_called_twice,
    "served in order": served_before_their_turn,
    "no gap over 2 s while waiting": gaps_while_waiting,
    "nobody pays before a counsellor talks": nobody_pays_before_a_counsellor_talks,
    "nothing left over": nothing_is_left,
    "nothing failed unforeseen": nothing_failed_unforeseen,
}


def losses(evidence: Evidence) -> dict[str, list[Loss]]:
    """What each check found, by its name."""
    return {name: list(check(evidence)) for name, check in CHECKS.items()}


def _known(evidence: Evidence) -> Iterator[Known]:
    """The calls whose log and row are known to belong together: those with a number."""
    logs = {log.number: log for log in evidence.callers if log.number is not None}
    for row in evidence.calls:
        if row.callback is None and row.number in logs:
            yield Known(log=logs[row.number], row=row)


def _counts(evidence: Evidence, log: CallerLog) -> bool:
    """Whether a call without a row would be a loss: not if nobody ever had it.

    It died with Asterisk, or hung up first; or came as the controller was killed, and hung up
    before there was another. What the dialplan serves by itself is on record as well.
    """
    if log.taken is None or _died_with_asterisk(evidence, log):
        return False
    if log.end is End.OWN and _came_as_it_died(evidence, log):
        return False
    return log.end is not End.OWN or bool(log.heard)


def _deaf(evidence: Evidence, at: float) -> bool:
    """Whether what Asterisk said did not reach the controller at this time, or late."""
    struck = (each for each in evidence.struck if each.fault in _DEAFENS)
    return any(each.began <= at <= each.ended + _SLACK_S for each in struck)


def _came_as_it_died(evidence: Evidence, log: CallerLog) -> bool:
    """Whether it arrived too late to be on disk, and was over too soon to be found on the line."""
    return any(
        abs(log.began - each.began) < ON_DISK_WITHIN_S and log.ended <= each.back
        for each in evidence.struck
        if each.fault in _KILLS
    )


def _died_with_asterisk(evidence: Evidence, log: CallerLog) -> bool:
    call = Spell(began=log.began - _SLACK_S, ended=log.ended + _SLACK_S)
    return any(call.shared_with(death).lasts_s > 0 for death in evidence.deaths_of_asterisk())


def _disagrees(evidence: Evidence, known: Known) -> str | None:
    """How the record differs from what the caller saw; None: it does not."""
    log, row = known.log, known.row
    if row.outcome == "lost":
        alive = not _died_with_asterisk(evidence, log)
        return "is lost, though Asterisk lived" if alive else None
    if row.outcome in _OWN_DOING and log.end is not End.OWN:
        return f"is {row.outcome}, and the caller had stayed; ended by {_ended(log)}"
    if row.outcome in _WITH_COUNSELLOR and log.answered is None and log.end is not End.OWN:
        return f"is {row.outcome}, and was never answered"
    if log.answered is not None and row.answered is None:
        return "was answered, and is not so on record"
    return None


def _ended(log: CallerLog) -> str:
    return f"{log.end} {log.status or ''}".strip()


def _tail(number: str) -> str:
    """A number as it may be printed."""
    return f"…{number[-3:]}"
