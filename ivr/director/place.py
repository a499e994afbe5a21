"""One caller's place in the line, and what can be said to them about it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from ivr.director.ringing import Leg
from ivr.domain.call import Facts, Outcome
from ivr.domain.line import Contact, Led
from ivr.domain.place import place_left
from ivr.domain.service import ServiceLine
from ivr.ports import ChannelGone
from ivr.stage import Call, Taker


class Surroundings(Protocol):
    """What a place knows only from the rest of the line."""

    def ahead(self, place: "StandingPlace") -> int:
        """How many contacts are served before this one."""
        ...

    def wait(self, place: "StandingPlace") -> timedelta | None:
        """How long this one is likely to wait; None: not sure."""
        ...

    def again(self, place: "StandingPlace", vanished: datetime) -> "StandingPlace | None":
        """Where the caller stands once more whose phone vanished at this instant, if they do."""
        ...


def _nobody_is_told() -> None:
    """The place is not in the matchmaker's hands yet."""


class StandingPlace:
    """One caller's place in the line. Implements `ivr.stage.Place`."""

    def __init__(self, call: Call, line: Surroundings) -> None:
        self.call = call
        self.taken: asyncio.Future[Taker] = asyncio.get_running_loop().create_future()
        self.ringing: dict[Leg, asyncio.Task[bool]] = {}
        self.nobody_since: datetime | None = None
        self.regained = False
        self.left = False
        self.wants_anew: Callable[[], None] = _nobody_is_told
        self._line = line
        self._read = call.facts
        self._contact = contact_of(call.facts, call.line)

    @property
    def contact(self) -> Contact:
        """Who waits here, as the facts of the call say now: urgency may come while waiting."""
        if self._read is not self.call.facts:
            self._read = self.call.facts
            self._contact = contact_of(self.call.facts, self.call.line)
        return self._contact

    @property
    def rung(self) -> bool:
        """Whether a counsellor's phone rings for the caller now."""
        return bool(self.ringing)

    @property
    def wants(self) -> bool:
        """Whether the caller is still to be given a counsellor."""
        return not self.left and not self.taken.done()

    @property
    def open(self) -> bool:
        """Whether phones are still to be rung."""
        return self.wants and not self.ringing

    async def hand_over(self, vanished: datetime) -> None:
        """See `ivr.stage.Place`."""
        left = place_left(self.call.facts, Outcome.GHOST)
        again = self._line.again(self, vanished)
        if left is None or again is None or self.call.line.waiting.rejoin_min <= 0:
            return
        self.call.note(replaced_by=again.call.facts.call_id)
        again.regained = True
        with suppress(ChannelGone):  # then it is they who leave it behind
            await again.call.regain(left)

    def ahead(self) -> int:
        """How many callers are served before this one."""
        return self._line.ahead(self)

    def wait(self) -> timedelta | None:
        """How long the caller is likely to wait; None: not sure."""
        return self._line.wait(self)


def contact_of(facts: Facts, line: ServiceLine) -> Contact:
    """The caller as the line sees them."""
    by, since = facts.led_by, facts.waiting_since
    return Contact(
        id=facts.call_id,
        topic=facts.topic or line.general_topic,
        language=facts.language or line.languages[0],
        joined=facts.joined or facts.arrived,
        urgent=facts.urgent,
        wanted=facts.wanted,
        led=None if by is None or since is None else Led(by=by, at=since),
    )
