"""A line that is closed and may be asked to call back, and those who call it."""

from dataclasses import replace
from datetime import time
from typing import Any, cast

from ivr.domain.policy import CallbackPolicy, WaitingPolicy
from ivr.domain.schedule import Hours, Schedule
from ivr.domain.service import Service
from tests.fakes.asterisk import Channel
from tests.fakes.service import CLOSED, changed, service
from tests.scenes.world import World


def hours(*spans: tuple[time, time]) -> Schedule:
    """Open from Monday to Friday at these times."""
    day = tuple(Hours(opens=opens, closes=closes) for opens, closes in spans)
    return Schedule(weekly=dict.fromkeys(range(5), day))


# It is Monday, 10:00.
LATER_TODAY = hours((time(12), time(15)))
OVER_FOR_TODAY = hours((time(8), time(9, 30)))

FINNISH = {"lang_choice": "1"}
SWEDISH = {"lang_choice": "2"}
ASKS = {**FINNISH, "opening_confirm": "1"}
KEYS_IN = {"number_entry": "0451112222#", "number_readback": "1"}


def config(
    schedule: Schedule = OVER_FOR_TODAY, budget_s: float = 110, **changes: object
) -> Service:
    """The service whose line of the number CLOSED offers a callback outside its hours."""
    return changed(
        service(),
        "closed",
        schedule=schedule,
        waiting=WaitingPolicy(budget_s=budget_s, offer_before_budget_s=0),
        callback=replace(
            CallbackPolicy(outside_hours=True, dial=False), **cast("dict[str, Any]", changes)
        ),
    )


async def calls(
    world: World,
    keys: dict[str, str],
    caller: str = "+358401234567",
    *,
    hidden: bool = False,
) -> Channel:
    """Somebody who calls the closed line, presses these keys, and whose call has ended."""
    channel = world.asterisk.call(CLOSED, caller, hidden=hidden)
    with world.habit(channel, keys):
        await world.until_over(channel)
    return channel
