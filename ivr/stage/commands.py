"""What a counsellor asks for during a call: by keys, or by the transfer buttons of their phone."""

import asyncio
from contextlib import suppress
from typing import Any

import structlog

from ivr.domain.call import Language
from ivr.domain.transfer import (
    Command,
    Complete,
    Directory,
    HandOver,
    Incomplete,
    Invalid,
    Keying,
    Match,
    Refusal,
    Timers,
    directory,
    referred,
    understand,
)
from ivr.ports import ChannelGone
from ivr.stage.call import Call
from ivr.stage.heard import Asked, Finished, Heard, Interrupted, Pressed
from ivr.stage.party import Party, Prompt
from ivr.stage.until import first_of

log = structlog.get_logger(__name__)

TIMERS = Timers()


class Commands:
    """The commands of the counsellor on this leg of the call, one after another.

    What is no command is refused by voice, in the counsellor's own language, and the
    next one is waited for. With `quiet` nothing is said: the leg is busy with sound.
    """

    def __init__(self, call: Call, leg: Party, *, quiet: bool = False) -> None:
        self._call = call
        self._leg = leg
        self._quiet = quiet
        self._keying = Keying()
        self._asker = leg.channel  # the line on which the phone asked for a transfer

    async def next(self, until: asyncio.Future[Any] | None = None) -> Command | None:
        """The next command; None once the leg has gone or `until` is done."""
        endings = [self._leg.gone] if until is None else [self._leg.gone, until]
        with first_of(*endings) as ended:
            while True:
                heard = await self._heard(ended)
                if isinstance(heard, Interrupted):
                    return None
                match self._meaning(heard):
                    case Complete(command=command):
                        return command
                    case Invalid(why=why):
                        await self.refuse(why)
                    case Incomplete():
                        pass

    async def refuse(self, why: Refusal) -> None:
        """Say why it is not done; a phone that asked for it gets its code as well."""
        log.info("command.refused", why=why)
        with suppress(ChannelGone):
            await self._call.talk.report(self._asker, done=False)
            if not self._quiet:
                await self.tell(f"talk_{why}")

    async def tell(self, prompt: str) -> None:
        """Say a prompt to the counsellor; a key, or another wish, ends it and is the next one.

        Nothing while their phone holds: they hear nothing then, and a phone that came back
        meanwhile would leave the caller with the music of its hold button (Asterisk 22.10).
        """
        if self._leg.holds_us:
            return
        with suppress(ChannelGone):
            heard = await self._leg.say([Prompt(id=prompt, language=self._language)], keys=True)
            if isinstance(heard, Pressed | Asked):
                # By whoever listens next, and that may be another scene.
                self._leg.hear_again(heard)

    async def done(self) -> None:
        """A phone that asked for the transfer hears that it was done."""
        with suppress(ChannelGone):
            await self._call.talk.report(self._asker, done=True)

    async def _heard(self, ended: asyncio.Future[None]) -> Heard:
        heard = await self._leg.listen(self._left_s(), until=ended)
        if isinstance(heard, Interrupted) and self._leg.gone.done():
            # Some phones hang up as soon as they have asked for a transfer.
            last = await self._leg.listen(0)
            return heard if isinstance(last, Finished) else last
        return heard

    @property
    def _language(self) -> Language:
        """The counsellor's own; the caller's where the configuration knows them no longer."""
        people = {person.id: person for person in self._call.service.counsellors}
        person = people.get(self._call.facts.counsellor) if self._call.facts.counsellor else None
        return person.own_language if person is not None else self._call.language

    @property
    def _directory(self) -> Directory:
        call = self._call
        return directory(call.service, of=call.facts.counsellor, language=call.language)

    def _left_s(self) -> float | None:
        ends = self._keying.ends(TIMERS)
        return None if ends is None else max(ends - _now(), 0.0)

    def _meaning(self, heard: Asked | Pressed | Finished) -> Match:
        match heard:
            case Asked():
                return self._asked(heard)
            case Pressed(key=key):
                return self._pressed(key)
            case Finished():
                return self._expired()

    def _pressed(self, key: str) -> Match:
        self._keying = self._keying.press(key, _now())
        if not self._keying.keys:
            return Incomplete()  # a key before any star is meant for nobody
        match = understand(self._keying.keys, self._directory)
        if not isinstance(match, Incomplete):
            self._keying = Keying()
        return match

    def _expired(self) -> Incomplete | Invalid:
        """The time between the keys is over; a lone star was a slip."""
        begun, self._keying = len(self._keying.keys) > 1, Keying()
        return Invalid(why=Refusal.UNFINISHED) if begun else Incomplete()

    def _asked(self, asked: Asked) -> Complete | Invalid:
        self._asker = asked.by
        if asked.consulted is None:
            return referred(asked.target, self._directory)
        on_first = asked.by == self._leg.channel
        return Complete(command=HandOver(line=asked.consulted if on_first else asked.by))


def _now() -> float:
    return asyncio.get_running_loop().time()
