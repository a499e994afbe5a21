"""Where a new call begins: which line it is for and whether that is open."""

from datetime import datetime

from ivr.domain.call import Caller, CallId, Facts, SceneName
from ivr.domain.destination import Objection, refused
from ivr.domain.load import at_the_door
from ivr.domain.number import normalised
from ivr.domain.schedule import open_at
from ivr.domain.service import Charging, Service

MOST_DIALLED = 40


def receive(
    service: Service,
    *,
    call_id: CallId,
    dialled: str,
    caller: str,
    hidden: bool,
    now: datetime,
    objection: Objection,
    since: datetime | None = None,
    calls: int = 0,
) -> Facts:
    """The facts of a call that has just arrived.

    `caller` is what the network delivered, in any form; nothing of it is kept
    when the caller withheld the number. `since` is when the call came, if the switch has
    served it alone until now: then it has its place in the line from that instant on.
    `calls` are those inside, of all lines.
    """
    arrived = now if since is None else min(since, now)
    line = service.line_for(dialled)
    number = None if hidden else normalised(caller)
    unfit = (
        refused(number, line=line, service=service, objection=objection)
        if number is not None and line is not None
        else None
    )
    if line is None:
        scene = SceneName.UNKNOWN_NUMBER
    elif not open_at(line.schedule, arrived):
        scene = SceneName.CLOSED
    elif since is not None:  # they have been inside all the time
        scene = SceneName.LANGUAGE
    else:
        scene = at_the_door(calls, service.most_calls)
    return Facts(
        call_id=call_id,
        dialled=dialled[:MOST_DIALLED],
        caller=Caller(number=number, hidden=hidden, unfit=unfit),
        arrived=arrived,
        scene=scene,
        joined=arrived if since is not None and scene is SceneName.LANGUAGE else None,
        line=line.id if line else None,
    )


def answered_at_once(service: Service, facts: Facts) -> bool:
    """Whether to answer on arrival: the line is open and does not wait in early media."""
    line = service.line(facts.line) if facts.line else None
    return (
        line is not None
        and facts.scene is SceneName.LANGUAGE
        and line.charging is not Charging.EARLY_MEDIA
    )
