"""What a counsellor keys during a call, and whom a call may be led to."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ivr.domain.call import ChannelId, CounsellorId, Language, TopicId
from ivr.domain.number import dialled_form
from ivr.domain.service import Service


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Another counsellor."""

    counsellor: CounsellorId

    def __str__(self) -> str:
        return f"counsellor:{self.counsellor}"


@dataclass(frozen=True, kw_only=True)
class ToTopic:
    """Whoever serves this topic."""

    topic: TopicId

    def __str__(self) -> str:
        return f"topic:{self.topic}"


@dataclass(frozen=True, kw_only=True)
class Outside:
    """A telephone outside the service; the number in its `dialled_form`."""

    number: str

    def __str__(self) -> str:
        return f"outside:{self.number}"


Target = Colleague | ToTopic | Outside


class Refusal(StrEnum):
    """Why what was keyed is not done."""

    UNFINISHED = "unfinished"  # the time between the keys ran out
    NO_CODE = "no_code"  # these keys are no code
    NO_SUCH_NUMBER = "no_such_number"  # nobody and nothing has this number
    NOT_ALLOWED = "not_allowed"  # an outside number that is not on the list, or the wrong kind
    NOT_NOW = "not_now"  # the code means nothing at this point of the call
    ABSENT = "absent"  # the colleague is not at work, or their phone is not there
    BUSY = "busy"  # the colleague has a call, or declines this one
    NO_ANSWER = "no_answer"  # it rang, and nobody answered
    FAILED = "failed"  # the outside number could not be reached


class Key(StrEnum):
    """A code without a number, as it is keyed."""

    HOLD = "*1"  # the caller hears music; again: the two talk on
    ADD = "*3"  # all three talk
    COMPLETE = "*4"  # the counsellor leaves, the other two talk on
    BACK = "*5"  # the colleague goes, the counsellor is back with the caller
    URGENT = "*6"  # the counsellor's judgement: urgent


@dataclass(frozen=True, kw_only=True)
class Consult:
    """Speak with the target while the caller hears music: `*2` number `#`."""

    target: Colleague | Outside


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """Lead the caller to the target, unannounced: `*7` number `#`."""

    target: Target


@dataclass(frozen=True, kw_only=True)
class HandOver:
    """Lead the caller to whoever is spoken with on this second line of the phone (RFC 5589)."""

    line: ChannelId


Command = Key | Consult | Transfer | HandOver

STAR: Final = "*"
_END: Final = "#"
_CONSULT: Final = "*2"
_TRANSFER: Final = "*7"
_MOST_DIGITS: Final = 15  # E.164
_DIGITS: Final = frozenset("0123456789")
_PLAIN: Final = {key.value: key for key in Key}


@dataclass(frozen=True, kw_only=True)
class Incomplete:
    """More keys may follow."""


@dataclass(frozen=True, kw_only=True)
class Complete:
    """The keys are this command."""

    command: Command


@dataclass(frozen=True, kw_only=True)
class Invalid:
    """The keys are no command, whatever follows."""

    why: Refusal


Match = Incomplete | Complete | Invalid


@dataclass(frozen=True, kw_only=True)
class Directory:
    """Whom this counsellor may lead this caller to.

    `numbers` are the colleagues' own numbers, `topics` the keys of the topics that
    somebody serves in the caller's language, `outside` numbers in their `dialled_form`.
    """

    numbers: Mapping[str, CounsellorId]
    topics: Mapping[str, TopicId]
    outside: frozenset[str]

    def target(self, number: str) -> Target | Refusal:
        """Whom a number means, keyed or in the user part of a Refer-To header (RFC 3515)."""
        if number in self.numbers:
            return Colleague(counsellor=self.numbers[number])
        if number in self.topics:
            return ToTopic(topic=self.topics[number])
        outside = dialled_form(number)
        if outside in self.outside:
            return Outside(number=outside)
        # As long as a telephone number: one that is not on the list. RFC 3966 numbers have 3 up.
        looks_outside = len(outside) > _LONGEST_INSIDE
        return Refusal.NOT_ALLOWED if looks_outside else Refusal.NO_SUCH_NUMBER


_LONGEST_INSIDE: Final = 5  # digits of a counsellor's number


def directory(service: Service, *, of: CounsellorId | None, language: Language) -> Directory:
    """The directory of one counsellor with a caller of this language."""
    people = [person for person in service.counsellors if person.id != of]
    served = {t for p in service.counsellors if language in p.languages for t in p.topics}
    return Directory(
        numbers={person.number: person.id for person in people},
        topics={topic.key: topic.id for topic in service.topics.values() if topic.id in served},
        outside=frozenset(service.outside_numbers),
    )


def understand(keys: str, known: Directory) -> Match:
    """What the keys pressed so far mean.

    A star begins anew, so that a slip can be mended. Keys before any star mean
    nothing: both sides may press keys for reasons of their own.
    """
    start = keys.rfind(STAR)
    if start < 0:
        return Invalid(why=Refusal.NO_CODE)
    code = keys[start:]
    if code == STAR:
        return Incomplete()
    if code in _PLAIN:
        return Complete(command=_PLAIN[code])
    if not code.startswith((_CONSULT, _TRANSFER)):
        return Invalid(why=Refusal.NO_CODE)
    number, end, _ = code[2:].partition(_END)
    if len(number) > _MOST_DIGITS or not _DIGITS.issuperset(number):
        return Invalid(why=Refusal.NO_CODE)
    if not end:
        return Incomplete()
    return _addressed(code[:2], number, known)


def referred(number: str, known: Directory) -> Complete | Invalid:
    """What the user part of a Refer-To header asks for: a transfer, unannounced."""
    return _addressed(_TRANSFER, number, known)


def _addressed(code: str, number: str, known: Directory) -> Complete | Invalid:
    match known.target(number):
        case Refusal() as why:
            return Invalid(why=why)
        case ToTopic() if code == _CONSULT:
            return Invalid(why=Refusal.NOT_ALLOWED)  # nobody in particular can be consulted
        case Colleague() | Outside() as target if code == _CONSULT:
            return Complete(command=Consult(target=target))
        case target:
            return Complete(command=Transfer(target=target))


def read_target(text: str | None) -> Target | None:
    """The target that `str()` wrote into the facts; None for none that we know."""
    kind, _, name = (text or "").partition(":")
    match kind:
        case "counsellor":
            return Colleague(counsellor=CounsellorId(name))
        case "topic":
            return ToTopic(topic=TopicId(name))
        case "outside":
            return Outside(number=name)
        case _:
            return None


@dataclass(frozen=True, kw_only=True)
class Timers:
    """How long the keys of a code may take. Seconds: to the second key, from key to key, in all."""

    first_s: float = 4.0
    between_s: float = 5.0
    overall_s: float = 30.0


@dataclass(frozen=True, kw_only=True)
class Keying:
    """The keys of a code so far; `begun` and `latest` are seconds of one clock."""

    keys: str = ""
    begun: float = 0.0
    latest: float = 0.0

    def press(self, key: str, at: float) -> "Keying":
        """One more key; before a star, and with it, everything begins."""
        if key == STAR:
            return Keying(keys=STAR, begun=at, latest=at)
        if not self.keys:
            return self
        return Keying(keys=self.keys + key, begun=self.begun, latest=at)

    def ends(self, timers: Timers) -> float | None:
        """When the keys so far are given up; None where there are none."""
        if not self.keys:
            return None
        pause = timers.first_s if self.keys == STAR else timers.between_s
        return min(self.latest + pause, self.begun + timers.overall_s)
