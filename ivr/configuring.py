"""Which configuration is in force: each that is saved, after a full check; else the last good."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol

import structlog

from ivr.config import ConfigurationError
from ivr.config.saved import Sign, alike, is_young, sign
from ivr.domain.call import CounsellorId
from ivr.domain.changes import changes
from ivr.domain.service import Service
from ivr.errors import Refusal
from ivr.ports import Reloaded, Speech

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 1.0
# What was refused for what is going on just now, and not for what stands in a file.
AGAIN_S = 5.0
# A file that is being written is given so long to be whole, seconds.
SETTLES_S = 3.0
_BROKEN_OFF = "could not be checked: the log says why"


class NotYet(Refusal):
    """The files are in order, and cannot come into force now; it is tried again by itself."""


class NotTold(NotYet):
    """The configuration is in force, and Asterisk has not heard of it; it is told again."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """One configuration, checked, with its voice, its counsellors' PINs and its administrators'.

    `doubts` is what was doubtful when the voice was made.
    """

    service: Service
    speech: Speech
    pins: Mapping[CounsellorId, str] = field(repr=False)
    doubts: tuple[str, ...] = field(default=(), compare=False)


class Steps(Protocol):
    """What a configuration goes through before it is in force."""

    def check(self) -> tuple[Service, Sequence[str]]:
        """The service that the files describe, and what is doubtful. Blocking; raises Refusal."""
        ...

    async def admit(self, service: Service) -> None:
        """Raises NotYet while somebody still needs what it does not have any more."""
        ...

    def make(self, service: Service) -> Version:
        """Its prompts spoken, its PINs made. Blocking; raises Refusal."""
        ...

    async def take(self, version: Version) -> bool:
        """Let it be in force for all that begins from now on; whether it is. Raises NotYet.

        A standby only holds it ready.
        """
        ...

    async def tell(self) -> Sequence[str]:
        """Bring Asterisk in line; what a person has to do there, a line each. Raises NotTold."""
        ...


class Configuration:
    """The version in force. Only `keep` changes it, in one task. Implements `ivr.ports.Reloads`.

    `seen` is the sign of the folders when the first version was read. `fault` says why what is
    saved is not wholly in force; None when it is.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        version: Version,
        steps: Steps,
        *,
        seen: Sign,
        say: Callable[[str], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.version = version
        self.fault: str | None = None
        self._folders = folders
        self._tried = seen
        self._steps = steps
        self._say = say
        self._now = now
        self._day: date | None = None
        self._again = False
        self._asked: list[asyncio.Future[Reloaded]] = []
        self._wish = asyncio.Event()

    def hold_back(self, version: Version, because: NotYet) -> None:
        """Go on by this version, instead of what is saved; that is tried again by itself."""
        self.version, self.fault, self._again = version, why(because), True
        self._refused(because)

    def tell_soon(self) -> None:
        """Asterisk, or another one, is to be told of what is in force."""
        self._day = None
        self._wish.set()

    async def reload(self) -> Reloaded:
        """See `ivr.ports.Reloads`."""
        answer: asyncio.Future[Reloaded] = asyncio.get_running_loop().create_future()
        self._asked.append(answer)
        self._wish.set()
        return await answer

    async def keep(self) -> None:
        """Bring into force what is saved, for ever; end it by cancelling."""
        looked = 0.0
        while True:
            await self._wait()
            now = asyncio.get_running_loop().time()
            saved = await self._sign() != self._tried
            due = self._again and now >= looked + AGAIN_S
            if saved or due or self._asked:
                looked = now
                await self._look(loudly=saved)
            if self._now().date() != self._day:
                self._day = self._now().date()
                await self._tell_the_days()

    async def _wait(self) -> None:
        """Until it is time to look, or somebody asks for it."""
        try:
            async with asyncio.timeout(LOOK_EVERY_S):
                await self._wish.wait()
        except TimeoutError:
            return
        self._wish.clear()

    async def _look(self, *, loudly: bool) -> None:
        """Try what is saved; whoever asked is told what came of it.

        While it is tried nothing new is wrong with it: `fault` is that of before.
        """
        asked, self._asked = self._asked, []
        before, self._again = self.fault, False
        fault: str | None = _BROKEN_OFF
        try:
            reloaded = await self._try()
        except Refusal as refusal:
            self._again = isinstance(refusal, NotYet)
            self.fault = fault = why(refusal)
            if loudly or fault != before:
                self._refused(refusal)
            _refuse(asked, refusal)
        else:
            self.fault = fault = None
            if before is not None and not reloaded.changes:
                self._in_order_again()
            for answer in asked:
                if not answer.done():  # who asked may have gone
                    answer.set_result(reloaded)
        finally:
            self.fault = fault
            _refuse(asked, Refusal(f"The configuration {_BROKEN_OFF}."))

    async def _try(self) -> Reloaded:
        """All or nothing. Raises Refusal."""
        self._tried = await self._settled()
        service, doubts = await asyncio.to_thread(self._steps.check)
        if not alike(await self._sign(), self._tried):
            raise NotYet("The files are being saved; they are read again in a moment.")
        await self._steps.admit(service)
        version = await asyncio.to_thread(self._steps.make, service)
        doubts = [*doubts, *version.doubts]
        changed = changes(self.version.service, service)
        if not changed and version.speech != self.version.speech:
            changed = ("the prompts sound otherwise",)
        elif not changed and version.pins != self.version.pins:
            changed = ("the PINs are others",)
        if version != self.version:
            in_force = await self._steps.take(version)
            self.version = version
            self._taken("in force" if in_force else "held ready", changed, doubts)
        elif version.doubts != self.version.doubts:  # a recording that cannot be used, for one
            self.version = replace(self.version, doubts=version.doubts)
            self._doubted(version.doubts)
        return Reloaded(changes=changed, doubts=[*doubts, *await self._steps.tell()])

    async def _settled(self) -> Sign:
        """The sign of the folders, once nothing has been written for a moment."""
        loop = asyncio.get_running_loop()
        until, seen = loop.time() + SETTLES_S, await self._sign()
        while is_young(seen) and loop.time() < until:
            await asyncio.sleep(SETTLES_S / 20)
            seen = await self._sign()
        return seen

    async def _sign(self) -> Sign:
        return await asyncio.to_thread(sign, *self._folders)

    async def _tell_the_days(self) -> None:
        """Asterisk knows the hours of some days ahead: of one more, every day."""
        try:
            await self._steps.tell()
        except NotTold as refusal:
            self.fault, self._again = why(refusal), True
            self._refused(refusal)

    def _refused(self, refusal: Refusal) -> None:
        log.error("configuration.refused", why=str(refusal).splitlines())
        on = "" if isinstance(refusal, NotTold) else " The last good one runs on:"
        self._say(f"The configuration as saved is {self.fault}.{on}")
        for line in str(refusal).splitlines():
            self._say(f"  {line}")

    def _taken(self, state: str, changed: Sequence[str], doubts: Sequence[str]) -> None:
        log.info("configuration.taken", state=state, changes=list(changed))
        self._say(f"The configuration as saved is {state}:")
        for change in changed:
            self._say(f"  {change}")
        self._doubted(doubts)

    def _doubted(self, doubts: Sequence[str]) -> None:
        for doubt in doubts:
            log.warning("configuration.doubtful", why=doubt)
            self._say(f"doubtful: {doubt}")

    def _in_order_again(self) -> None:
        log.info("configuration.in_order")
        self._say("The configuration as saved is in order.")


def why(refusal: Refusal) -> str:
    """In one line, and without what somebody may have written in the wrong place."""
    if isinstance(refusal, ConfigurationError):
        first, *more = refusal.problems
        place = f"{first.file.name}:{first.line}:{first.column}"
        return f"refused: {place}{f' and {len(more)} more' if more else ''}, see `ivr check`"
    said = str(refusal).splitlines()[0].rstrip(".")
    if isinstance(refusal, NotTold):
        return f"in force, but {said}"
    return f"{'held back' if isinstance(refusal, NotYet) else 'refused'}: {said}"


def _refuse(asked: Sequence[asyncio.Future[Reloaded]], why: Refusal) -> None:
    """Tell those who have not been told."""
    for answer in asked:
        if not answer.done():
            answer.set_exception(why)
