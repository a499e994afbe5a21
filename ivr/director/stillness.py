"""Whether a scene still does anything with its caller, or hangs by a fault of ours."""

import asyncio

from ivr.domain.stillness import stillness_s
from ivr.stage import Call

LOOK_S = 30.0
# One more look so much later: after a pause of the whole machine everything is overdue at once.
AGAIN_S = 5.0


class Stalled(Exception):
    """The scene has done nothing with the caller for longer than it may."""


class Stillness:
    """Watches one scene, from its first line on."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._begun = _now()
        self._suspected: float | None = None

    def look(self) -> float | None:
        """Seconds until the next look is due; None: the scene takes as long as it takes.

        Raises Stalled.
        """
        call = self._call
        line = call.service.line(call.facts.line) if call.facts.line is not None else None
        bound_s = stillness_s(call.facts, line)
        if bound_s is None:
            return None
        busy_until = max(self._begun, call.party.busy_until)
        left_s = busy_until + bound_s - _now()
        if left_s > 0:
            return min(left_s, LOOK_S)
        if self._suspected == busy_until:
            raise Stalled(f"nothing for {bound_s:g} s in the scene {call.facts.scene}")
        self._suspected = busy_until
        return AGAIN_S


def _now() -> float:
    return asyncio.get_running_loop().time()
