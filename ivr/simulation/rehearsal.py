"""One call to one line, from its arrival to its outcome, by the line's own director and scenes."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Final

from ivr.adapters.numbering import NumberingPlans
from ivr.director import Book, Director, Door, House, Roster
from ivr.domain.call import ChannelId, Language, LineId
from ivr.domain.journal import Event, EventKind
from ivr.domain.notice import Notice, closures
from ivr.domain.service import Service, ServiceLine, SignsIn
from ivr.phone.heard import Heard
from ivr.phone.keys import LISTEN_S, KeyScript
from ivr.ports import Arrived, KeyPressed, Media, Speech
from ivr.simulation.journal import SimulatedJournal
from ivr.simulation.notices import SimulatedNotices
from ivr.simulation.speech import SimulatedSpeech
from ivr.simulation.switch import SimulatedSwitch
from ivr.simulation.telling import Story
from ivr.simulation.time import VirtualClock
from ivr.tasks import Tasks

LONGEST_S: Final = 4 * 3600.0
_TALKS_S, _KEY_S, _MOMENT_S = 5.0, 0.2, 0.01
_CALLER: Final = ChannelId("caller")
_NOTHING_TOLD: Final[Mapping[LineId, Notice]] = MappingProxyType({})


class Counsellors(StrEnum):
    """What the counsellors are doing when the call comes."""

    BUSY = "busy"  # at work, each in another call that goes on
    FREE = "free"  # at work, and answer
    NONE = "none"  # nobody is at work


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Who calls which line when (UTC), what they press, and who is there to answer.

    `caller` is the number shown, None for none. `keys` are pressed as in KeyScript. The caller
    hangs up after `wait_s` seconds, and a while after a counsellor has answered.
    """

    line: ServiceLine
    at: datetime
    keys: Sequence[str] = ()
    caller: str | None = None
    counsellors: Counsellors = Counsellors.BUSY
    wait_s: float = LONGEST_S
    languages: Sequence[Language] = tuple(Language)


async def rehearse(
    service: Service,
    scenario: Scenario,
    spoken: Speech | None,
    notices: Mapping[LineId, Notice] = _NOTHING_TOLD,
) -> Story:
    """Perform the call, and what is to be told of it. To be run in virtual time.

    `spoken` are the prompts as they were built, for their lengths; see SimulatedSpeech.
    `notices` are what callers are told for a while, or find the line closed by.
    """
    as_it_is = replace(_at_work(service), closures=closures(notices.values()))
    return await _Rehearsal(as_it_is, scenario, spoken, notices).perform()


class _Rehearsal:
    def __init__(
        self,
        service: Service,
        scenario: Scenario,
        spoken: Speech | None,
        notices: Mapping[LineId, Notice],
    ) -> None:
        loop = asyncio.get_running_loop()
        self._scenario = scenario
        self._speech = SimulatedSpeech(service, spoken)
        self._notices = SimulatedNotices(notices, self._speech)
        self._story = Story(speech=self._speech, languages=scenario.languages, now_s=loop.time)
        there = frozenset() if scenario.counsellors is Counsellors.NONE else service.phones
        self._switch = SimulatedSwitch(
            started=scenario.at,
            reachable=frozenset(there),
            length=lambda media: self._speech.said(media).seconds,
            heard=self._heard,
        )
        self._over: asyncio.Future[None] = loop.create_future()
        self._transcript: list[Heard] = []
        self._texts: dict[str, str] = {}
        self._script = KeyScript(scenario.keys, self._texts)
        self._house = self._housed(service)

    async def perform(self) -> Story:
        """The call, and then the end of the connection."""
        ready = asyncio.Event()
        async with Tasks() as tasks:
            director = Director(self._house, self._switch)
            directing = tasks.start(director.run(ready.set), "director")
            await ready.wait()
            if self._scenario.counsellors is Counsellors.BUSY:
                for counsellor in self._house.roster.present():
                    self._house.roster.talk(counsellor)
            self._arrive()
            await self._over
            await self._switch.close()
            await directing
        if left := self._script.left:
            self._story.adds(f"{'not asked':<10}  for {' '.join(left)}")
        return self._story

    def _housed(self, service: Service) -> House:
        clock = VirtualClock(self._scenario.at)
        journal, numbers = SimulatedJournal(self._happened), NumberingPlans()
        roster = Roster(service, clock, journal)
        return House(
            node="simulated",
            service=service,
            speech=self._speech,
            journal=journal,
            numbers=numbers,
            callbacks=Book(service, numbers, journal, clock),
            clock=clock,
            roster=roster,
            door=Door(service, roster, clock, {}),
            notices=self._notices,
        )

    def _arrive(self) -> None:
        caller = self._scenario.caller
        self._switch.begin(_CALLER)
        arrived = Arrived(
            channel=_CALLER,
            dialled=self._scenario.line.numbers[0],
            caller=caller or "",
            hidden=caller is None,
        )
        self._switch.tell(arrived)
        self._later(self._scenario.wait_s, self._hang_up)

    def _hang_up(self) -> None:
        if not self._over.done():
            self._story.adds("hangs up")
            self._switch.end(_CALLER)

    def _happened(self, event: Event) -> None:
        self._story.happens(event)
        if event.kind is EventKind.CONNECTED:
            self._later(_TALKS_S, self._hang_up)
        elif event.kind is EventKind.FINISHED and not self._over.done():
            self._over.set_result(None)

    def _heard(self, channel: ChannelId, sound: Media) -> None:
        """A prompt begins; where it asks for a key, the answer comes a moment later."""
        said = self._speech.said(sound)
        if channel != _CALLER:
            self._story.counsellor_hears(said)
            return
        self._story.hears(said)
        self._texts[sound] = self._speech.text(said)
        heard = Heard(
            names=(sound,),
            started_at_s=asyncio.get_running_loop().time(),
            seconds_heard=0.0,
            complete=False,
            over=False,
        )
        self._transcript.append(heard)
        self._later(LISTEN_S + _MOMENT_S, self._answer)

    def _answer(self) -> None:
        keys = self._script.due(self._transcript, asyncio.get_running_loop().time())
        if keys is None:
            return
        self._story.presses(keys)
        for number, key in enumerate(keys):
            pressed = KeyPressed(channel=_CALLER, key=key)
            self._later(_KEY_S * number, partial(self._switch.tell, pressed))

    def _later(self, seconds: float, what: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(seconds, what)


def _at_work(service: Service) -> Service:
    """The service, where everybody has a phone of their own and is at work when it is on."""
    people = (
        replace(
            person,
            account=person.account or f"phone-of-{person.id}",
            signs_in=SignsIn.WITH_PHONE,
        )
        for person in service.counsellors
    )
    return replace(service, counsellors=tuple(people))
