"""What happens on the switch reaches whoever it is about."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import assert_never

import structlog

from ivr.director.desk_calls import DeskCalls
from ivr.director.matchmaking import Matchmaker
from ivr.director.ringing import Leg
from ivr.domain.call import ChannelId
from ivr.ports import (
    Arrived,
    ChannelEnded,
    HoldChanged,
    KeyPressed,
    LegAnswered,
    LegMade,
    PhoneChanged,
    PhoneDialled,
    PlaybackEnded,
    RecordingEnded,
    Switch,
    SwitchEvent,
    SwitchUnavailable,
    TransferAsked,
    VoiceBegan,
    VoiceEnded,
)
from ivr.stage import Call, Party, Rung
from ivr.stage.inbox import Event
from ivr.tasks import Tasks

log = structlog.get_logger(__name__)


class Switchboard:
    """Hands the events of one connection on. `calls` are those performed, as they come and go."""

    def __init__(
        self,
        switch: Switch,
        tasks: Tasks,
        *,
        calls: Mapping[ChannelId, Call],
        desk: Matchmaker,
        desk_calls: DeskCalls,
        greet: Callable[[Arrived], None],
    ) -> None:
        self._switch = switch
        self._tasks = tasks
        self._calls = calls
        self._desk = desk
        self._desk_calls = desk_calls
        self._greet = greet

    def act_safely(self, event: SwitchEvent) -> None:
        """A fault of ours in one event is that event's, not every call's."""
        try:
            self._act(event)
        except Exception:
            log.exception("event.failed", kind=type(event).__name__)

    def _act(self, event: SwitchEvent) -> None:
        match event:
            case Arrived():
                self._greet(event)
            case (
                KeyPressed()
                | PlaybackEnded()
                | RecordingEnded()
                | TransferAsked()
                | HoldChanged()
                | ChannelEnded()
            ):
                self._deliver(event)
            case VoiceBegan() | VoiceEnded():
                if isinstance(party := self._party(event.channel), Rung):
                    party.ear.take(event)
            case LegMade() | LegAnswered():
                self._called(event)
            case PhoneDialled(channel=channel, account=account, dialled=dialled):
                self._desk_calls.attend(channel, account, dialled, found=False)
            case PhoneChanged():
                self._desk.phone(event.account, reachable=event.reachable)
            case _:
                assert_never(event)

    def _called(self, event: LegMade | LegAnswered) -> None:
        """A leg is there, or was answered.

        One that nobody here made was asked for over a socket that we gave up, and would stand
        undialled for ever; one that is answered was given up long ago.
        """
        leg = self._party(event.channel)
        if isinstance(event, LegAnswered) and isinstance(leg, Rung):
            leg.answer()
        elif leg is None:
            self._tasks.start(self._hang_up(event.channel), f"hang up {event.channel}")

    async def _hang_up(self, channel: ChannelId) -> None:
        with suppress(SwitchUnavailable):  # then the next connection sweeps it
            # Who answers in the same instant as the winner is given up already: two requests
            # to hang up cross, and the later one's cause is the one that the phone is told.
            await self._switch.hang_up(channel, elsewhere=True)

    def _deliver(self, event: Event | HoldChanged | ChannelEnded) -> None:
        if isinstance(event, TransferAsked):
            calls = self._calls.values()
            leading = {call.facts.leg for call in calls if call.facts.connected}
            party = self._desk.second_lines.hearer(event, leading)
        else:
            party = self._party(event.channel)
        if party is None:
            return
        if isinstance(event, ChannelEnded):
            if isinstance(party, Leg):
                party.rang = event.rang
            party.end(event.cause)
        elif isinstance(event, HoldChanged):
            party.holds_us = event.held
        else:
            party.deliver(event)

    def _party(self, channel: ChannelId) -> Party | None:
        if (call := self._calls.get(channel)) is not None:
            return call.party
        return self._desk.party(channel) or self._desk_calls.parties.get(channel)
