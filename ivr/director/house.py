"""Everything a director works with that outlives one connection to the switch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ivr.director.callbacks import Book
from ivr.director.door import Door
from ivr.director.roster import Roster
from ivr.domain.call import CallId, ChannelId, CounsellorId
from ivr.domain.estimate import Pace
from ivr.domain.service import Service
from ivr.ports import (
    AloneNotes,
    Clock,
    Journal,
    NoNotes,
    NoNotices,
    Notices,
    Numbers,
    Speech,
)


def _as_told(at: datetime) -> datetime:
    """The clocks agree."""
    return at


@dataclass(kw_only=True)
class House:
    """The service as configured, its voice, its record, its clock and its people.

    `node` names the Asterisk that the calls are on; it is part of every call's id.
    `pace` is how long calls have taken counsellors lately. `alone` is what Asterisk noted of
    the calls that it served by itself. `service` and `speech` are those in force: a call
    keeps those that it began with. `notices` are what callers are told for a while.
    `of_machine` gives an instant that the switch tells, by the machine's clock, as `clock` has it.
    """

    node: str
    service: Service
    speech: Speech
    journal: Journal
    numbers: Numbers
    callbacks: Book
    clock: Clock
    roster: Roster
    door: Door
    pace: Pace = field(default_factory=Pace)
    alone: AloneNotes = field(default_factory=NoNotes)
    of_machine: Callable[[datetime], datetime] = _as_told
    notices: Notices = field(default_factory=NoNotices)

    def renew(self, service: Service, speech: Speech, pins: Mapping[CounsellorId, str]) -> None:
        """From this instant on all that begins goes by this configuration.

        All at once, so that nobody meets a part of it.
        """
        self.service, self.speech = service, speech
        self.door.renew(service, pins)
        self.roster.renew(service)
        self.callbacks.renew(service)

    def call_id(self, channel: ChannelId) -> CallId:
        """The id of the call on this channel, the same whoever asks and whenever."""
        return CallId(f"{self.node}-{channel}")
