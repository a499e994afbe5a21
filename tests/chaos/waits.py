"""The checks on those who wait: their turn, and what they hear meanwhile."""

from collections.abc import Iterator, Sequence

from tests.chaos.evidence import CallRow, Evidence, Spell
from tests.chaos.words import Loss

LONGEST_GAP_S = 2.0
# A stall of the machine is noticed at different calls a little sooner or later.
_ABOUT_S = 0.5
# Who has just come, or is about to go, is not passed over.
_STEADY_S = 1.0
_WAITS = {"waiting", "connecting"}
# Who was led on by a counsellor has a turn of their own.
_LED = {"transferred", "consulted", "returning"}


def served_before_their_turn(evidence: Evidence) -> Iterator[Loss]:
    """Nobody is rung for while somebody waits, unrung, whose turn comes first."""
    calls = [call for call in evidence.calls if call.joined is not None and not _led(call)]
    waits = {call.id: spells(call, {"waiting"}) for call in calls}
    served = [call for call in calls if call.connected is not None and call.callback is None]
    for call in served:
        rung = [e.at for e in call.events if e.kind == "ringing" and e.at <= (call.connected or 0)]
        for other in calls if rung else ():
            if _passed_over(other, waits[other.id], call, rung[-1]):
                text = f"waited since earlier when {call.id} was rung for"
                yield Loss(about=other.id, at=rung[-1], text=text)


def gaps_while_waiting(evidence: Evidence) -> Iterator[Loss]:
    """No caller who waits hears nothing for over two seconds, while Asterisk lives."""
    logs = {log.number: log for log in evidence.callers if log.number is not None}
    excused = [*evidence.stalls, *evidence.deaths_of_asterisk()]
    for call in evidence.calls:
        log = logs.get(call.number or "")
        if log is None or call.callback is not None:
            continue
        for wait in spells(call, _WAITS, until=log.answered or log.ended):
            for gap in log.gaps:
                silent = gap.shared_with(wait)
                if silent.lasts_s > LONGEST_GAP_S and not _excused(silent, excused):
                    text = f"heard nothing for {silent.lasts_s:.1f} s while waiting"
                    yield Loss(about=call.id, at=silent.began, text=text)


def spells(call: CallRow, scenes: set[str], *, until: float | None = None) -> list[Spell]:
    """When the call was in one of these scenes, without a break; until then, or its end."""
    last = until if until is not None else call.ended
    changes = [(event.at, event.scene) for event in call.events if event.kind == "scene"]
    found: list[Spell] = []
    for number, (at, scene) in enumerate(changes):
        later = changes[number + 1][0] if number + 1 < len(changes) else (last or at)
        end = later if until is None else min(later, until)
        if scene not in scenes or end <= at:
            continue
        goes_on = found and found[-1].ended == at
        found.append(Spell(began=found.pop().began if goes_on else at, ended=end))
    return found


def _excused(silent: Spell, excused: Sequence[Spell]) -> bool:
    """Whether the machine stood still, or Asterisk was away, at about this time."""
    wide = Spell(began=silent.began - _ABOUT_S, ended=silent.ended + _ABOUT_S)
    return any(wide.shared_with(each).lasts_s > 0 for each in excused)


def _passed_over(other: CallRow, waits: Sequence[Spell], call: CallRow, rung: float) -> bool:
    if other.id == call.id or (other.topic, other.language) != (call.topic, call.language):
        return False
    if _turn(other, rung) >= _turn(call, rung) or _rings(other, rung):
        return False
    return any(w.began + _STEADY_S < rung < w.ended - _STEADY_S for w in waits)


def _turn(call: CallRow, at: float) -> tuple[bool, float, str]:
    """What the line is ordered by at this time; urgent ones come first once they have said so."""
    urgent = any(event.kind == "urgent" and event.at <= at for event in call.events)
    return not urgent, call.joined or 0.0, call.id


def _rings(call: CallRow, at: float) -> bool:
    """Whether a phone rang for the call at this time, or had been missed just then."""
    before = [e for e in call.events if e.kind in {"ringing", "missed"} and e.at <= at]
    if not before:
        return False
    return before[-1].kind == "ringing" or before[-1].at > at - _STEADY_S


def _led(call: CallRow) -> bool:
    return any(e.kind in _LED or e.scene in _LED for e in call.events)
