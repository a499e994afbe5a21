"""What an administrator decides about asking, waiting, ringing and wrapping up."""

from dataclasses import dataclass
from enum import StrEnum

from ivr.domain.call import TopicId


class OnBudgetEnd(StrEnum):
    """What happens when the free waiting of an `early_media` line runs out."""

    CALLBACK = "callback"  # the caller's own number is kept as a callback
    ANSWER = "answer"  # the caller is told that charging begins, then answered
    WAIT = "wait"  # the caller goes on waiting, unanswered, until the carrier ends it


class Ending(StrEnum):
    """What happens to a caller who cannot go on waiting; none of it is a silent hang-up."""

    OFFER_CALLBACK = "offer_callback"  # the caller is told why and asked for their number
    KEEP_CALLBACK = "keep_callback"  # the caller's own number is kept, and they are told
    NOTICE = "notice"  # the caller is told why, and when and where help is to be had
    OTHER_TOPIC = "other_topic"  # the caller is told, and waits for another topic
    WAIT = "wait"  # the caller waits on


class OnAbandon(StrEnum):
    """What becomes of a caller who hangs up in the line."""

    CALLBACK = "callback"  # the caller's own number is kept, where they were told so
    NOTHING = "nothing"


class OnCutOff(StrEnum):
    """What becomes of a caller in the line when Asterisk dies, who was told nothing of it."""

    CANDIDATE = "candidate"  # people see the caller's own number, and decide whether to call it
    NOTHING = "nothing"


class Distribution(StrEnum):
    """Which of the free counsellors with the best skill level is rung."""

    LONGEST_IDLE = "longest_idle"
    RING_ALL = "ring_all"  # all of them, at most `Routing.ring_most`
    FEWEST_CALLS = "fewest_calls"  # today
    IN_ORDER = "in_order"  # as they stand in counsellors.yaml


class Disposition(StrEnum):
    """What became of a conversation, in the counsellor's word; `resolved` counts as solved."""

    RESOLVED = "resolved"
    REFERRED_COUNTY = "referred_county"
    REFERRED_ELSEWHERE = "referred_elsewhere"
    CALLBACK_AGREED = "callback_agreed"
    OTHER = "other"


DISPOSITION_KEYS = {str(n): each for n, each in enumerate(Disposition, 1)}


@dataclass(frozen=True, kw_only=True)
class Routing:
    """Who is rung for a topic. Seconds of waiting.

    After `overflow_after_s` also the counsellors of `overflow_topic`, after
    `anyone_after_s` whoever speaks the language; None: never. `wrap_up_s` is how
    long a counsellor rests after a call on the topic.
    """

    distribution: Distribution = Distribution.LONGEST_IDLE
    ring_most: int = 3
    overflow_after_s: float | None = None
    overflow_topic: TopicId | None = None
    anyone_after_s: float | None = None
    wrap_up_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class MenuPolicy:
    """How long a question waits. Seconds, after the prompt's end; `retries` after the first try."""

    timeout_s: float = 6.0
    retries: int = 2


@dataclass(frozen=True, kw_only=True)
class WaitingPolicy:
    """What a waiting caller hears and for how long. Seconds, and minutes where it says so.

    Who comes into the line at place `offer_from_place` (1: the first) or behind it is
    offered a callback at once, and not only after `offer_after_s`; None: nobody is.
    `longest_s` counts from the joining, `most` the callers on the line. `nobody`
    is when nobody who could serve the caller has been signed in and reachable
    for `nobody_after_s`. Who is in the line at closing is served for
    `after_closing_min`; then `on_closing`. Who was cut off and calls again from
    the same number within `rejoin_min` regains the place (0: never). With
    `on_abandon: callback` they are called back as well, and told so while they wait. With
    `on_cut_off: candidate` those whom the end of Asterisk cut off, and who had not been told
    so, are listed for people to decide.
    A phone whose sound had been flowing and stopped `ghost_after_s` ago is gone (0: no
    such check).
    """

    offer_after_s: float = 15.0
    offer_from_place: int | None = None
    announce_every_s: float = 75.0
    budget_s: float = 110.0
    offer_before_budget_s: float = 30.0
    on_budget_end: OnBudgetEnd = OnBudgetEnd.CALLBACK
    ring_s: float = 20.0
    longest_s: float = 3600.0
    on_longest: Ending = Ending.OFFER_CALLBACK
    most: int = 50
    on_full: Ending = Ending.OFFER_CALLBACK
    nobody_after_s: float = 10.0
    on_nobody: Ending = Ending.OFFER_CALLBACK
    after_closing_min: int = 15
    on_closing: Ending = Ending.OFFER_CALLBACK
    other_topic: TopicId | None = None
    rejoin_min: int = 10
    on_abandon: OnAbandon = OnAbandon.NOTHING
    on_cut_off: OnCutOff = OnCutOff.NOTHING
    ghost_after_s: float = 60.0


@dataclass(frozen=True, kw_only=True)
class CallbackPolicy:
    """Whether and for when a callback is taken, and how it is made.

    Requests made later than `last_for_today_min` minutes before closing are
    promised for the next day of opening, and so are those beyond `most_a_day`.
    The citizen is called up to `attempts` times, `between_min` minutes after the
    end of the attempt before at the earliest. `foreign`: also to another country.
    `outside_hours`: also who calls while the line is closed may ask for one.
    `dial`: the line makes the calls itself, each once a counsellor has accepted it, and
    lets the citizen's phone ring `ring_s` seconds; else they are made from a list. With `voice`
    the citizen is connected when they speak, as with a key, and machines are told. The number
    is erased `erase_after_days` days after the request is over.
    """

    enabled: bool = True
    last_for_today_min: int = 60
    most_a_day: int = 100
    attempts: int = 3
    between_min: int = 30
    foreign: bool = False
    outside_hours: bool = False
    dial: bool = True
    ring_s: float = 30.0
    voice: bool = True
    erase_after_days: int = 30


@dataclass(frozen=True, kw_only=True)
class OutgoingPolicy:
    """What holds for the calls back of all lines together.

    At most `at_once` citizens are being dialled or talked with. One number is called
    `calls_a_day` times at most on one day (Europe/Helsinki), for whichever line and request;
    what people called by hand counts. Only numbers that begin like one of `to` (E.164) are
    called at all.
    """

    at_once: int = 10
    calls_a_day: int = 3
    to: tuple[str, ...] = ("+358",)


@dataclass(frozen=True, kw_only=True)
class DeskPolicy:
    """What holds for all counsellors.

    After `misses` calls in a row that rang unanswered a counsellor is paused. After
    `pin_tries` wrong PINs a phone must wait `pin_pause_s` seconds.
    """

    misses: int = 2
    pin_tries: int = 3
    pin_pause_s: float = 60.0
