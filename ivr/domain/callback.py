"""A request to be called back: what may happen to it, in which order, and when it is due."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NewType

from ivr.domain.attempt import Attempt, Result, id_by_hand
from ivr.domain.call import CallId, CounsellorId, Language, LineId, Refused, TopicId
from ivr.domain.policy import CallbackPolicy
from ivr.domain.schedule import Schedule, local, next_opening

CallbackId = NewType("CallbackId", str)

Key = tuple[LineId, str]
"""A line and a number, E.164: there is one open request of each at most."""


class Status(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"  # in the line at its place, from `not_before` on
    CALLING = "calling"  # from before the citizen is dialled until that attempt is over
    REACHED = "reached"  # calling -> a counsellor and the citizen talked
    UNREACHED = "unreached"  # calling -> attempts used up, or waiting -> the number may not be
    # called any more, or from the first (`cut_off`): wants a counsellor's eye
    ANSWERED_BY_PHONE = "answered_by_phone"  # waiting or calling -> the citizen got through
    CLOSED = "closed"  # waiting or unreached -> by a person, with a reason


OPEN = frozenset({Status.WAITING, Status.CALLING})


class Because(StrEnum):
    """Why a request was closed without a call."""

    SETTLED = "settled"  # the matter is settled otherwise
    NOT_WANTED = "not_wanted"  # the citizen wants no call any more
    MISTAKE = "mistake"  # made by mistake, or somebody else's number
    BY_HAND = "by_hand"  # called back from a list, before the line did it itself
    LAPSED = "lapsed"  # by the line itself: given up, and nobody saw to it for long


BY_PEOPLE = tuple(each for each in Because if each is not Because.LAPSED)
"""The reasons that a person may give."""


class IllegalTransition(Exception):
    """What was asked of a request cannot happen to it now; nothing has changed."""

    def __init__(self, callback: CallbackId, status: Status, what: str) -> None:
        super().__init__(f"callback {callback} is {status}: no {what}")
        self.callback = callback
        self.status = status
        self.what = what


@dataclass(frozen=True, kw_only=True)
class Callback:
    """One request from one number (E.164) to one line, for the whole of its life.

    Its id is that of the call that first asked. `joined` is its place in the line and
    never changes, nor does `requested`; all instants are UTC, `promised_by` is a day in
    Finland. `wanted` is the counsellor who has taken it. `forgiven` attempts do not count: they
    were begun before a person reopened it, or the citizen asked again. `answered_by` is the
    call in which the citizen got through. `again` is how many times it was asked for after the
    first. `refused` is why it was given up though there were attempts left.
    """

    id: CallbackId
    line: LineId
    number: str
    language: Language
    topic: TopicId
    joined: datetime
    requested: datetime
    promised_by: date
    status: Status = Status.WAITING
    caller_urgent: bool = False
    assessed_urgent: bool = False
    not_before: datetime | None = None
    wanted: CounsellorId | None = None
    attempts: tuple[Attempt, ...] = ()
    forgiven: int = 0
    answered_by: CallId | None = None
    closed_because: Because | None = None
    again: int = 0
    refused: Refused | None = None

    @property
    def key(self) -> Key:
        """The line and the number."""
        return self.line, self.number

    @property
    def open(self) -> bool:
        """Whether the citizen is still to be called, or is being called."""
        return self.status in OPEN

    @property
    def urgent(self) -> bool:
        """Whether it goes before those that are not."""
        return self.caller_urgent or self.assessed_urgent

    @property
    def cut_off(self) -> bool:
        """Whether nobody asked for it: the end of Asterisk cut the caller off, people decide."""
        given_up = self.status is Status.UNREACHED
        return given_up and not self.attempts and self.refused is None

    @property
    def tries(self) -> int:
        """How many attempts count."""
        return len(self.attempts) - self.forgiven

    def ask_again(
        self, *, urgent: bool, language: Language, topic: TopicId, promised_by: date
    ) -> "Callback":
        """The same number asks the same line again: the place stays, an urgent word counts.

        The call is made in the language, and on the topic, of the latest word. Who asks while
        they are being called, and so is busy, is called again whatever becomes of that.
        """
        self._only_in(Status.WAITING, Status.CALLING, what="asking again")
        calling = self.status is Status.CALLING
        return replace(
            self,
            caller_urgent=self.caller_urgent or urgent,
            language=language,
            topic=topic,
            promised_by=promised_by,
            forgiven=len(self.attempts) if calling else self.forgiven,
            again=self.again + 1,
        )

    def begin_attempt(
        self,
        *,
        counsellor: CounsellorId,
        call: CallId,
        now: datetime,
        schedule: Schedule,
        policy: CallbackPolicy,
    ) -> "Callback":
        """The citizen is about to be dialled; legal only while the request is due."""
        if not due(self, now, schedule, policy):
            raise IllegalTransition(self.id, self.status, "attempt, it is not due")
        return self._begun(counsellor, call, now)

    def begin_by_hand(self, *, counsellor: CounsellorId, began: datetime) -> "Callback":
        """A person dialled the citizen on another phone; whatever the hour was, it was so."""
        self._only_in(Status.WAITING, what="attempt")
        call = id_by_hand(self.id, len(self.attempts) + 1)
        return self._begun(counsellor, call, began)

    def end_attempt(self, result: Result, *, now: datetime, policy: CallbackPolicy) -> "Callback":
        """The attempt on the air is over; whoever had taken the request has had their turn."""
        self._only_in(Status.CALLING, what="end of an attempt")
        *before, last = self.attempts
        # A clock that was set back makes no attempt end before it began.
        over = replace(last, ended=max(now, last.began), result=result)
        ended = replace(self, attempts=(*before, over), wanted=None, not_before=None)
        return replace(ended, status=_after(ended, result, policy))

    def postpone(self, until: datetime) -> "Callback":
        """To an agreed time; one that was given up as unreached is called anew."""
        self._only_in(Status.WAITING, Status.UNREACHED, what="postponing")
        forgiven = len(self.attempts) if self.status is Status.UNREACHED else self.forgiven
        waiting = replace(self, status=Status.WAITING, not_before=until, forgiven=forgiven)
        return replace(waiting, refused=None)  # that is judged anew

    def refuse(self, why: Refused) -> "Callback":
        """The number may not be called, as it is judged now; a person is to see to it."""
        self._only_in(Status.WAITING, what="refusing")
        given_up = replace(self, status=Status.UNREACHED, wanted=None, not_before=None)
        return replace(given_up, refused=why)

    def take(self, by: CounsellorId) -> "Callback":
        """A counsellor will make the call themselves."""
        self._only_in(Status.WAITING, what="taking")
        return replace(self, wanted=by)

    def close(self, because: Because) -> "Callback":
        """Nobody is called any more. While an attempt is on the air, that is ended first."""
        self._only_in(Status.WAITING, Status.UNREACHED, what="closing")
        return replace(self, status=Status.CLOSED, closed_because=because)

    def answered_by_phone(self, call: CallId) -> "Callback":
        """The citizen got through in this call; an attempt on the air is let come to its end."""
        self._only_in(Status.WAITING, Status.CALLING, what="getting through by phone")
        calling = self.status is Status.CALLING
        status = Status.CALLING if calling else Status.ANSWERED_BY_PHONE
        return replace(self, status=status, answered_by=call)

    def _begun(self, counsellor: CounsellorId, call: CallId, began: datetime) -> "Callback":
        number = len(self.attempts) + 1
        attempt = Attempt(number=number, began=began, counsellor=counsellor, call=call)
        return replace(self, status=Status.CALLING, attempts=(*self.attempts, attempt))

    def _only_in(self, *legal: Status, what: str) -> None:
        if self.status not in legal:
            raise IllegalTransition(self.id, self.status, what)


def _after(ended: Callback, result: Result, policy: CallbackPolicy) -> Status:
    if result is Result.REACHED:
        return Status.REACHED
    if ended.answered_by is not None:
        return Status.ANSWERED_BY_PHONE
    spent = ended.tries >= policy.attempts or result is Result.WRONG_NUMBER
    return Status.UNREACHED if spent else Status.WAITING


def expected_by(callback: Callback) -> date:
    """The day (Europe/Helsinki) by which the citizen expects the call: promised, or agreed."""
    agreed = callback.not_before
    by = callback.promised_by
    return by if agreed is None else max(by, local(agreed).date())


def next_due(
    callback: Callback, now: datetime, schedule: Schedule, policy: CallbackPolicy
) -> datetime | None:
    """When the citizen may be dialled next, not before now; inside the line's hours.

    None: not at all, or the line never opens.
    """
    if callback.status is not Status.WAITING:
        return None
    return called_next(callback, now, schedule, policy)


def called_next(
    callback: Callback, now: datetime, schedule: Schedule, policy: CallbackPolicy
) -> datetime | None:
    """The same, for one that is being called as if that ended now and in vain."""
    earliest = max(now, callback.not_before or now)
    if callback.attempts:
        ended = callback.attempts[-1].ended or now
        earliest = max(earliest, ended + timedelta(minutes=policy.between_min))
    return next_opening(schedule, earliest)


def due(callback: Callback, now: datetime, schedule: Schedule, policy: CallbackPolicy) -> bool:
    """Whether the citizen may be dialled now."""
    at = next_due(callback, now, schedule, policy)
    return at is not None and at <= now
