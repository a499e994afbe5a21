"""Which of several controllers runs the line: one. The others wait, and take over when it ends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import structlog

from ivr.adapters.fence import Verdict
from ivr.adapters.outbox import Outbox
from ivr.adapters.outbox_lock import Taken, waiting
from ivr.errors import Refusal
from ivr.ousting import Ousting
from ivr.ports import JournalUnavailable
from ivr.running import Stop
from ivr.tasks import Tasks

POLL_S = 0.2
# Who has lost the fence with the database's session takes it again a second after the database
# is back; one who knows of them gives them this much more.
RETURN_S = 5.0
# A process that was killed keeps the fence until Postgres has noticed.
NOTICED_S = 1.0

log = structlog.get_logger(__name__)


class Fence(Protocol):
    """What keeps controllers of one database apart; see `ivr.adapters.fence`."""

    async def ask(self) -> Verdict:
        """Take it if it is free; whose it is then."""
        ...

    async def answers(self) -> bool:
        """Whether it can be asked."""
        ...

    async def keep(self) -> None:
        """Look after it for ever."""
        ...

    async def close(self) -> None:
        """Let go of it."""
        ...


@dataclass(frozen=True, kw_only=True)
class Seat:
    """What only one controller may have: the outbox at `path`, and the fence of its database.

    `open` opens the outbox and raises Taken. `configuration` tells one from another.
    `force`: whoever has the seat is made to leave it.
    """

    path: Path
    open: Callable[[], Awaitable[Outbox]]
    fence: Fence | None
    configuration: str
    force: bool
    say: Callable[[str], None]

    @property
    def note(self) -> Path:
        """Where the one who has it writes down its configuration."""
        return self.path.with_name("configuration.sha256")


class Succession:
    """One controller's way to the seat. `outbox` is None until it is ours.

    `waits` says whom it waits for; None while it does not. Leaving closes the outbox.
    """

    def __init__(self, seat: Seat) -> None:
        self.outbox: Outbox | None = None
        self.waits: str | None = None
        self._seat = seat
        self._owner: int | None = None
        self._ousting = Ousting(seat.path)
        self._seated = False
        self._rival = False  # the fence has been seen to be another's
        self._careful_until = 0.0
        self._hindered: str | None = None
        self._configuration = seat.configuration

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            if self.outbox is not None:
                await self.outbox.close()
        finally:
            if self._seat.fence is not None:
                await self._seat.fence.close()

    def configured(self, configuration: str) -> None:
        """Another configuration is in force; of a standby, when it takes over."""
        self._configuration = configuration
        if self._seated:
            self._note()

    async def claim(self) -> bool:
        """Take the outbox if nobody has it. Raises Refusal, JournalUnavailable."""
        if self.outbox is None:
            try:
                self.outbox = await self._seat.open()
            except Taken as taken:
                self._owner = taken.owner
        return self.outbox is not None

    async def turn(self, stop: Stop) -> Outbox | None:
        """Return once the line is ours to run; None when asked to stop before.

        Nothing that the running controller uses is touched meanwhile. Raises Refusal.
        """
        since = _now()
        with waiting(self._seat.path):
            while not stop.asked.is_set():
                if await self._is_ours():
                    self._take_seat()
                    return self.outbox
                self._tell(since)
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_S):
                        await stop.asked.wait()
        return None

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Look after the fence meanwhile: it is lost with the database's session."""
        async with Tasks() as tasks:
            if self._seat.fence is not None:
                tasks.start(self._seat.fence.keep(), "fence")
            yield

    async def _is_ours(self) -> bool:
        if await self._claimed():
            return await self._fence_is_open()
        if self._seat.force:
            self._ousting.press(self._owner, _now())
        return False

    async def _claimed(self) -> bool:
        """As `claim`; but a standby that is needed does not give up over a disk that is full."""
        try:
            return await self.claim()
        except (Refusal, JournalUnavailable) as hindrance:
            if self.waits is None:
                raise
            if self._hindered != str(hindrance):
                log.exception("standby.cannot_take_over")
            self._hindered = str(hindrance)
            return False

    async def _fence_is_open(self) -> bool:
        """Whether the database knows of no other, or cannot tell and never knew of one."""
        fence = self._seat.fence
        if fence is None:
            return True
        if _now() < self._careful_until:
            if not await fence.answers():
                self._careful_until = _now() + RETURN_S
            return self._seat.force
        verdict = await fence.ask()
        self._rival = self._rival or verdict is Verdict.ANOTHERS
        if verdict is Verdict.UNKNOWN:
            log.warning("standby.database_away", decides="the outbox")
            self._careful_until = _now() + RETURN_S if self._rival else 0.0
        return verdict is Verdict.OURS or self._seat.force or not self._rival

    def _tell(self, since: float) -> None:
        """Say whom we wait for, whenever that is somebody else than before."""
        if self.outbox is None:
            who = f"process {self._owner or 'unknown'}"
        elif _now() - since > NOTICED_S:
            who = "from another folder, with the same database"
        else:
            return
        if who == self.waits:
            return
        first, self.waits = self.waits is None, who
        log.info("standby.waits", other=who)
        then = "This one waits, and takes over when that one ends. Ctrl-C ends this one."
        if self._seat.force:
            then = "It is told to end, and this one takes over."
        self._seat.say(f"Another controller ({who}) runs this line. {then}")
        if first and self.outbox is None:
            self._compare()

    def _compare(self) -> None:
        with suppress(OSError):
            if self._seat.note.read_text() == self._configuration:
                return
        log.warning("standby.configuration_differs")
        self._seat.say(
            "The configuration differs from that of the running controller; what this one"
            " holds ready is in force when it takes over."
        )

    def _take_seat(self) -> None:
        if self.waits is not None:
            log.warning("standby.takes_over")
            self._seat.say("This controller takes over.")
        self.waits = None
        self._seated = True
        self._note()

    def _note(self) -> None:
        with suppress(OSError):  # a full disk must not stop the line
            self._seat.note.write_text(self._configuration)


def _now() -> float:
    return asyncio.get_running_loop().time()
