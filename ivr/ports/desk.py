"""What counsellors may do about their own work, by their phone or by a screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ivr.domain.call import CallId, CounsellorId, Language
from ivr.domain.counsellor import Doing
from ivr.domain.pause import PauseReason
from ivr.domain.policy import Disposition


class Because(StrEnum):
    """Why something was not done."""

    NO_SUCH_COUNSELLOR = "no_such_counsellor"
    NO_SUCH_PHONE = "no_such_phone"
    NO_SUCH_CALL = "no_such_call"  # none of theirs
    NOT_SIGNED_IN = "not_signed_in"
    IN_CALL = "in_call"  # theirs, or that of whoever is signed in on the phone
    NOTHING_TO_END = "nothing_to_end"
    NO_DISPOSITION = "no_disposition"  # the line asks for none, or not this one
    TOO_LATE = "too_late"  # the wrap-up is over
    NO_SUCH_LINE = "no_such_line"
    NO_SUCH_CALLBACK = "no_such_callback"
    TAKEN = "taken"  # another counsellor has taken the callback
    BEING_CALLED = "being_called"  # an attempt is on the air
    STILL_OPEN = "still_open"  # there is nothing to reopen
    GIVEN_UP = "given_up"  # unreached: to be reopened first
    OVER = "over"  # reached, closed, or the citizen got through
    OTHER_OPEN = "other_open"  # the number has a newer open request of the line
    LINE_CLOSED = "line_closed"  # at the time that was to be agreed
    IMPOSSIBLE_TIME = "impossible_time"  # gone by, too far ahead, or not yet
    NOT_KEPT = "not_kept"  # the disk does not answer


class Refused(Exception):
    """It was not done, and nothing has changed."""

    def __init__(self, because: Because) -> None:
        super().__init__(because)
        self.because = because


class By(StrEnum):
    """How a wish came in."""

    CODE = "code"
    API = "api"


@dataclass(frozen=True, kw_only=True)
class OnDuty:
    """One counsellor as others may see them; times are UTC.

    `reason` is why they are paused, or will be after the call or the wrap-up.
    `account` is the phone signed in on. `calls` were answered today.
    """

    counsellor: CounsellorId
    name: str
    doing: Doing
    since: datetime
    reason: PauseReason | None
    account: str | None
    reachable: bool
    wrap_up_until: datetime | None
    call: CallId | None
    calls: int


class DutyDesk(Protocol):
    """The desk where counsellors sign in and out. Everything raises Refused."""

    def on_duty(self) -> Sequence[OnDuty]:
        """All counsellors, in the order of the configuration."""
        ...

    def sign_in(self, counsellor: CounsellorId, account: str, by: By) -> PauseReason | None:
        """Work on this phone from now on; the pause that this has ended."""
        ...

    def sign_out(self, counsellor: CounsellorId, by: By) -> None:
        """Work no more today, unless they sign in again."""
        ...

    def pause(self, counsellor: CounsellorId, reason: PauseReason, by: By) -> bool:
        """Take no calls; false where that begins only after the call or the wrap-up."""
        ...

    def resume(self, counsellor: CounsellorId, by: By) -> PauseReason | None:
        """End the pause or the wrap-up; the pause that this has ended."""
        ...

    def dispositions(self, counsellor: CounsellorId) -> Sequence[Disposition]:
        """What may now be said of the counsellor's call."""
        ...

    def dispose(
        self, counsellor: CounsellorId, disposition: Disposition, call: CallId | None = None
    ) -> None:
        """Say what became of the current or last call; said again, it replaces the first."""
        ...

    async def assess_urgent(self, counsellor: CounsellorId, call: CallId | None = None) -> None:
        """The current or last caller's matter is urgent, in the counsellor's judgement."""
        ...


class WrongPin(Exception):
    """The number and the PIN do not belong together."""


class Barred(Exception):
    """Too many wrong PINs: for a while nothing is tried from this phone or for this number."""


class Door(Protocol):
    """Who somebody at a phone is."""

    def at(self, account: str) -> CounsellorId | None:
        """Who is signed in on the phone."""
        ...

    def language(self, account: str, number: str | None = None) -> Language | None:
        """In which language to speak: of who has the number, or of the phone's user or owner."""
        ...

    def check_open(self, account: str) -> None:
        """Raises Barred while nothing may be tried from this phone."""
        ...

    def admit_administrator(self, account: str, pin: str) -> None:
        """Let in who has the PIN of the administrators. Raises WrongPin, Barred."""
        ...

    def admit(self, account: str, number: str, pin: str) -> CounsellorId:
        """Who has this number and PIN. Raises WrongPin, Barred."""
        ...
