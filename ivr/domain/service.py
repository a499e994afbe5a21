"""What an administrator decides about the service: lines, topics, counsellors."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ivr.domain.call import CounsellorId, Language, LineId, TopicId
from ivr.domain.number import dialled_form
from ivr.domain.schedule import Schedule


class Charging(StrEnum):
    """When the call is answered, and so who pays for the wait."""

    EARLY_MEDIA = "early_media"  # no 200 OK until a counsellor answers: waiting is free
    TOLL_FREE = "toll_free"  # 0800 or 116: answered at once, the county pays
    ANSWERED = "answered"  # answered at once, the caller pays


class OnBudgetEnd(StrEnum):
    """What happens when the free waiting of an `early_media` line runs out."""

    CALLBACK = "callback"  # the caller's own number is kept as a callback
    ANSWER = "answer"  # the caller is told that charging begins, then answered
    WAIT = "wait"  # the caller goes on waiting, unanswered, until the carrier ends it


@dataclass(frozen=True, kw_only=True)
class Topic:
    """What a caller may want to talk about; `name` is what the counsellor reads and hears.

    `key` is the DTMF key that chooses it in a menu.
    """

    id: TopicId
    key: str
    name: Mapping[Language, str]


@dataclass(frozen=True, kw_only=True)
class MenuPolicy:
    """How long a question waits. Seconds, after the prompt's end; `retries` after the first try."""

    timeout_s: float = 6.0
    retries: int = 2


@dataclass(frozen=True, kw_only=True)
class WaitingPolicy:
    """What a waiting caller hears and for how long. Seconds."""

    offer_after_s: float = 15.0
    announce_every_s: float = 75.0
    budget_s: float = 110.0
    offer_before_budget_s: float = 30.0
    on_budget_end: OnBudgetEnd = OnBudgetEnd.CALLBACK
    ring_s: float = 20.0


@dataclass(frozen=True, kw_only=True)
class CallbackPolicy:
    """Whether and for when a callback is taken.

    Requests made later than `last_for_today_min` minutes before closing are
    promised for the next day of opening.
    """

    enabled: bool = True
    last_for_today_min: int = 60


@dataclass(frozen=True, kw_only=True)
class ServiceLine:
    """One service number and what it does.

    `numbers` are the numbers dialled, in their `number.dialled_form`: `0291512360`.
    `caller_id` is the number that the line calls from and says that it calls from.
    `topic_prompt` names the prompt of the topic menu; None where the number
    dialled says the topic. `general_topic` is where a caller goes who does not choose.
    `languages` in the order of the menu; the first is the default.
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


@dataclass(frozen=True, kw_only=True)
class Counsellor:
    """Who answers. `account` is the SIP account of the phone."""

    id: CounsellorId
    name: str
    account: str
    topics: frozenset[TopicId]
    languages: frozenset[Language]


@dataclass(frozen=True, kw_only=True)
class Service:
    """The whole configuration in force.

    `region` is the county's name as the welcome says it (genitive in Finnish).
    `crisis_number` is the social and crisis emergency number, in its `dialled_form`.
    """

    region: Mapping[Language, str]
    crisis_number: str
    lines: tuple[ServiceLine, ...]
    topics: Mapping[TopicId, Topic]
    counsellors: tuple[Counsellor, ...]
    prompts: Mapping[Language, Mapping[str, str]]

    def line_for(self, dialled: str) -> ServiceLine | None:
        """The line that owns the number dialled, in any form; None for a number of nobody."""
        digits = dialled_form(dialled)
        return next((line for line in self.lines if digits in line.numbers), None)

    def line(self, line_id: LineId) -> ServiceLine | None:
        """The line with this id; None when the configuration no longer has it."""
        return next((line for line in self.lines if line.id == line_id), None)
