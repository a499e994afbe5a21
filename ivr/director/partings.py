"""What is said on a counsellor's leg, or asked there, after the citizen has gone."""

from contextlib import suppress

from ivr.director.house import House
from ivr.director.ringing import Leg
from ivr.domain.attempt import result_of
from ivr.domain.call import CALLING_SCENES, ChannelId
from ivr.domain.journal import DutyKind
from ivr.domain.policy import Disposition
from ivr.domain.service import Counsellor
from ivr.ports import ChannelGone, SwitchUnavailable
from ivr.scenes.desk import ask_disposition
from ivr.stage import Call, Prompt
from ivr.tasks import Tasks


class Partings:
    """The legs of one connection on which a counsellor is spoken to; a crash drops that."""

    def __init__(self, house: House, tasks: Tasks) -> None:
        self._house = house
        self._tasks = tasks
        self.legs: dict[ChannelId, Leg] = {}

    def ask(self, call: Call, leg: Leg) -> bool:
        """Ask on this leg and then hang it up; false where there is nothing to ask, or nobody.

        On a line that holds us nobody would hear it, and the caller would seem to be there still.
        """
        person = self._person(leg)
        nobody = leg.gone.done() or leg.holds_us
        if person is None or nobody or not call.line.dispositions:
            return False
        self.legs[leg.channel] = leg
        self._tasks.start(self._ask(call, leg, person), f"disposition {leg.channel}")
        return True

    def not_reached(self, call: Call, leg: Leg) -> bool:
        """Say on this leg why a citizen was not reached, and then hang it up; see `ask`."""
        facts, gone = call.facts, call.party.gone
        if facts.callback is None or facts.connected or facts.scene not in CALLING_SCENES:
            return False
        result = result_of(facts, gone.result() if gone.done() else None)
        return self.tell(leg, f"back_{result}")

    def tell(self, leg: Leg, prompt: str) -> bool:
        """Say this on the leg and then hang it up; see `ask`."""
        person = self._person(leg)
        if person is None or leg.gone.done():
            return False
        self.legs[leg.channel] = leg
        self._tasks.start(self._tell(leg, person, prompt), f"tell {leg.channel}")
        return True

    async def _tell(self, leg: Leg, person: Counsellor, prompt: str) -> None:
        roster = self._house.roster
        gone = suppress(ChannelGone, SwitchUnavailable)
        try:
            with roster.dialling(roster.account(person.id)), gone:
                await leg.stop_everything()
                await leg.say([Prompt(id=prompt, language=person.own_language)], until=leg.gone)
        finally:
            del self.legs[leg.channel]
            leg.hang_up()

    def _person(self, leg: Leg) -> Counsellor | None:
        people = self._house.service.counsellors
        return next((each for each in people if each.id == leg.counsellor), None)

    async def _ask(self, call: Call, leg: Leg, person: Counsellor) -> None:
        roster, language = self._house.roster, person.own_language
        gone = suppress(ChannelGone, SwitchUnavailable)
        try:
            with roster.dialling(roster.account(person.id)), gone:
                await call.talk.part()
                await leg.stop_everything()
                said = await ask_disposition(leg, language, call.line.dispositions)
                if said is not None:
                    self._keep(person, call, said)
                    await leg.say([Prompt(id="desk_noted", language=language)], until=leg.gone)
        finally:
            del self.legs[leg.channel]
            leg.hang_up()

    def _keep(self, person: Counsellor, call: Call, said: Disposition) -> None:
        duties, data = self._house.roster.duties, {"code": said}
        on, kind = call.facts.call_id, DutyKind.DISPOSITION
        duties.put(person.id, duties[person.id], kind, call=on, data=data)
