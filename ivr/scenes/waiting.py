"""The caller waits, without paying where that was said, until a counsellor has answered."""

from datetime import datetime

from ivr.domain.call import SceneName
from ivr.domain.phrase import Count
from ivr.domain.service import OnBudgetEnd
from ivr.domain.waiting import Step, can_offer, next_due
from ivr.stage import Call, Desk, Finished, Heard, Interrupted, Place, Pressed, Prompt

CALLBACK_KEY = "1"
MOST_COUNTED = 100
RING_GRACE_S = 3.0


async def waiting(call: Call, desk: Desk) -> SceneName:
    """Stand in the line: music, the place now and then, key 1 for a callback."""
    async with desk.place(call) as place:
        entered = said = call.now()
        offers = 0
        heard: Heard = await _say(call, place, [_position(call, place)])
        while True:
            match heard:
                case Interrupted():
                    return _taken(call, place)
                case Pressed(key=key) if key == CALLBACK_KEY and call.line.callback.enabled:
                    return SceneName.CALLBACK
                case Pressed() | Finished():
                    pass
            due = next_due(call.line, call.facts, entered=entered, said=said, offers=offers)
            if (left := _seconds(call.now(), due.at)) > 0:
                heard = await call.hold(left, place.taken)
                continue
            if due.step is Step.BUDGET_END:
                if place.rung:  # somebody is about to answer
                    heard = await call.hold(RING_GRACE_S, place.taken)
                    continue
                return _budget_end(call)
            heard = await _say(call, place, _announcement(call, place, due.step))
            said = call.now()
            offers += due.step is Step.OFFER


def _announcement(call: Call, place: Place, step: Step) -> list[Prompt]:
    if step is Step.OFFER:
        return [call.prompt("callback_offer")]
    return [_position(call, place), call.prompt("hold_thanks")]


def _position(call: Call, place: Place) -> Prompt:
    match place.ahead():
        case 0:
            return call.prompt("queue_next")
        case 1:
            return call.prompt("queue_pos_1")
        case n if n <= MOST_COUNTED:
            return call.prompt("queue_pos_n", count=Count(n))
        case _:
            return call.prompt("queue_pos_many")


def _taken(call: Call, place: Place) -> SceneName:
    taker = place.taken.result()
    call.note(counsellor=taker.counsellor, leg=taker.leg)
    return SceneName.CONNECTING


def _budget_end(call: Call) -> SceneName:
    """The free waiting is over: keep the number, or say that charging begins, or wait on."""
    match call.line.waiting.on_budget_end:
        case OnBudgetEnd.CALLBACK if can_offer(call.line, call.facts):
            return SceneName.BUDGET_END
        case OnBudgetEnd.ANSWER:
            return SceneName.BUDGET_END
        case _:
            call.note(budget_over=True)
            return SceneName.WAITING


async def _say(call: Call, place: Place, prompts: list[Prompt]) -> Heard:
    return await call.say(*prompts, keys=True, until=place.taken)


def _seconds(now: datetime, at: datetime) -> float:
    return (at - now).total_seconds()
