"""What an administrator decides about the service: lines, topics, counsellors."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from ivr.domain.call import CounsellorId, Language, LineId, TopicId
from ivr.domain.load import MOST_CALLS
from ivr.domain.number import dialled_form
from ivr.domain.policy import (
    CallbackPolicy,
    DeskPolicy,
    Disposition,
    MenuPolicy,
    OutgoingPolicy,
    Routing,
    WaitingPolicy,
)
from ivr.domain.schedule import Interval, Schedule, shut

# Longer than anybody talks: it ends calls that nobody is in any more.
OUTSIDE_LONGEST_S = 14400.0


class Charging(StrEnum):
    """When the call is answered, and so who pays for the wait."""

    EARLY_MEDIA = "early_media"  # no 200 OK until a counsellor answers: waiting is free
    TOLL_FREE = "toll_free"  # 0800 or 116: answered at once, the county pays
    ANSWERED = "answered"  # answered at once, the caller pays


class SignsIn(StrEnum):
    """How a counsellor begins to work."""

    WITH_PHONE = "with_phone"  # when their own phone registers
    WITH_CODE = "with_code"  # by *1, number and PIN, on any phone


@dataclass(frozen=True, kw_only=True)
class Topic:
    """What a caller may want to talk about; `name` is what the counsellor reads and hears.

    `key` is the DTMF key that chooses it in a menu.
    """

    id: TopicId
    key: str
    name: Mapping[Language, str]
    routing: Routing = field(default_factory=Routing)


@dataclass(frozen=True, kw_only=True)
class ServiceLine:
    """One service number and what it does.

    `numbers` are the numbers dialled, in their `number.dialled_form`: `0291512360`.
    `caller_id` is the number that the line calls from and says that it calls from.
    `topic_prompt` names the prompt of the topic menu; None where the number
    dialled says the topic. `general_topic` is where a caller goes who does not choose.
    `languages` in the order of the menu; the first is the default.
    `urgency_question` asks the caller whether help is needed today. `dispositions`
    are asked of the counsellor after a call; none: nothing is asked.
    """

    id: LineId
    name: Mapping[Language, str]
    numbers: tuple[str, ...]
    caller_id: str
    languages: tuple[Language, ...]
    charging: Charging
    topics: tuple[TopicId, ...]
    topic_prompt: str | None
    general_topic: TopicId
    schedule: Schedule
    menu: MenuPolicy
    waiting: WaitingPolicy
    callback: CallbackPolicy
    urgency_question: bool = False
    dispositions: tuple[Disposition, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Counsellor:
    """Who answers.

    `account` is the SIP account of their own phone, None for one who has none.
    `number` is what they sign in with and what colleagues key in to reach them,
    two to five digits. `topics` and `languages` are skills with their level: 1 is
    the best, and who has the best level is rung first. `own_language` is the
    language in which the line speaks to them.
    """

    id: CounsellorId
    name: str
    account: str | None
    number: str
    topics: Mapping[TopicId, int]
    languages: Mapping[Language, int]
    own_language: Language
    signs_in: SignsIn = SignsIn.WITH_PHONE


@dataclass(frozen=True, kw_only=True)
class Service:
    """The whole configuration in force.

    `region` is the county's name as the welcome says it (genitive in Finnish).
    `crisis_number` is the social and crisis emergency number, in its `dialled_form`.
    `shared_phones` are SIP accounts of phones that belong to no one person.
    `outside_numbers` are those, in their `dialled_form`, to which a call may be
    transferred, and `outside_longest_s` is how many seconds it may last there.
    `calling_back` bounds the calls back of all lines together. Beyond `most_calls` at the same
    time nobody is taken in, and nobody called back. `closures` are the times in which lines are
    closed by somebody's word, as they are at this moment: the one thing here that may change.
    """

    region: Mapping[Language, str]
    crisis_number: str
    lines: tuple[ServiceLine, ...]
    topics: Mapping[TopicId, Topic]
    counsellors: tuple[Counsellor, ...]
    prompts: Mapping[Language, Mapping[str, str]]
    shared_phones: tuple[str, ...] = ()
    outside_numbers: tuple[str, ...] = ()
    outside_longest_s: float = OUTSIDE_LONGEST_S
    desk: DeskPolicy = field(default_factory=DeskPolicy)
    calling_back: OutgoingPolicy = field(default_factory=OutgoingPolicy)
    most_calls: int = MOST_CALLS
    closures: Mapping[LineId, Interval] = field(default_factory=dict)

    @property
    def phones(self) -> tuple[str, ...]:
        """The SIP accounts of all phones of the service."""
        own = [person.account for person in self.counsellors if person.account is not None]
        return tuple(dict.fromkeys([*own, *self.shared_phones]))

    def line_for(self, dialled: str) -> ServiceLine | None:
        """The line that owns the number dialled, in any form; None for a number of nobody."""
        digits = dialled_form(dialled)
        line = next((line for line in self.lines if digits in line.numbers), None)
        return None if line is None else self._now(line)

    def line(self, line_id: LineId) -> ServiceLine | None:
        """The line with this id; None when the configuration no longer has it."""
        line = next((line for line in self.lines if line.id == line_id), None)
        return None if line is None else self._now(line)

    def _now(self, line: ServiceLine) -> ServiceLine:
        """The line with its closure, if there is one."""
        during = self.closures.get(line.id)
        return line if during is None else replace(line, schedule=shut(line.schedule, during))
