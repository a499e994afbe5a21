"""However a request's life goes, its rules hold: attempts are finite, spaced, inside hours."""

from collections.abc import Callable
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ivr.domain.attempt import Result
from ivr.domain.call import CallId, Language, LineId, Refused, TopicId
from ivr.domain.callback import (
    Because,
    Callback,
    CallbackId,
    IllegalTransition,
    Key,
    Status,
    due,
    next_due,
)
from ivr.domain.callback_state import decode, encode
from ivr.domain.policy import CallbackPolicy
from ivr.domain.schedule import open_at
from tests.domain.callbacks import ANNA, request
from tests.fakes.service import WORKDAYS
from tests.fakes.time import BEGIN

POLICY = CallbackPolicy(attempts=2, between_min=30)
KEYS = [
    (LineId(line), number) for line in ("free", "paid") for number in ("+35840111", "+35840222")
]
INDEX = st.integers(0, 11)


class Life(RuleBasedStateMachine):
    """Two numbers and two lines; citizens ask, counsellors call, clocks jump."""

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN
        self.all: dict[CallbackId, Callback] = {}
        self.first: dict[CallbackId, Callback] = {}

    def _open(self) -> dict[Key, Callback]:
        return {it.key: it for it in self.all.values() if it.open}

    def _pick(self, index: int) -> Callback:
        return list(self.all.values())[index % len(self.all)]

    def _do(self, before: Callback, doing: Callable[[], Callback]) -> None:
        try:
            after = doing()
        except IllegalTransition:
            assert self.all[before.id] is before
            return
        self.all[before.id] = decode(encode(after))
        assert self.all[before.id] == after

    @rule(key=st.sampled_from(KEYS), urgent=st.booleans(), language=st.sampled_from(Language))
    def ask(self, key: Key, urgent: bool, language: Language) -> None:
        line, number = key
        earlier = self._open().get(key)
        if earlier is not None:
            again = earlier.ask_again(
                urgent=urgent,
                language=language,
                topic=TopicId("adults"),
                promised_by=earlier.promised_by,
            )
            assert again.joined == earlier.joined
            assert again.urgent is (earlier.urgent or urgent)
            self.all[earlier.id] = again
            return
        new = CallbackId(f"n1-{len(self.all)}")
        asked = request(
            id=new, line=line, number=number, joined=self.now, requested=self.now,
            language=language, caller_urgent=urgent,
        )  # fmt: skip
        self.all[new] = self.first[new] = asked

    @precondition(lambda self: self.all)
    @rule(index=INDEX)
    def begin(self, index: int) -> None:
        it = self._pick(index)
        is_due = due(it, self.now, WORKDAYS, POLICY)
        call = CallId(f"{it.id}.{len(it.attempts)}")

        def begun() -> Callback:
            after = it.begin_attempt(
                counsellor=ANNA, call=call, now=self.now, schedule=WORKDAYS, policy=POLICY
            )
            assert is_due
            return after

        self._do(it, begun)
        assert (self.all[it.id] is not it) is is_due

    @precondition(lambda self: self.all)
    @rule(index=INDEX, result=st.sampled_from(Result))
    def end(self, index: int, result: Result) -> None:
        it = self._pick(index)
        self._do(it, lambda: it.end_attempt(result, now=self.now, policy=POLICY))

    @precondition(lambda self: self.all)
    @rule(index=INDEX, result=st.sampled_from(Result))
    def call_by_hand(self, index: int, result: Result) -> None:
        it = self._pick(index)
        if it.status is Status.WAITING:
            begun = it.begin_by_hand(counsellor=ANNA, began=self.now)
            self._do(it, lambda: begun.end_attempt(result, now=self.now, policy=POLICY))

    @precondition(lambda self: self.all)
    @rule(index=INDEX)
    def got_through(self, index: int) -> None:
        it = self._pick(index)
        self._do(it, lambda: it.answered_by_phone(CallId("n1-in")))

    @precondition(lambda self: self.all)
    @rule(index=INDEX, hours=st.integers(0, 40))
    def postpone(self, index: int, hours: int) -> None:
        it = self._pick(index)
        if it.key not in self._open() or it.open:  # reopening beside an open one is the book's no
            self._do(it, lambda: it.postpone(self.now + timedelta(hours=hours)))

    @precondition(lambda self: self.all)
    @rule(index=INDEX)
    def take(self, index: int) -> None:
        it = self._pick(index)
        self._do(it, lambda: it.take(ANNA))

    @precondition(lambda self: self.all)
    @rule(index=INDEX, why=st.sampled_from(Refused))
    def refuse(self, index: int, why: Refused) -> None:
        it = self._pick(index)
        self._do(it, lambda: it.refuse(why))

    @precondition(lambda self: self.all)
    @rule(index=INDEX, because=st.sampled_from(Because))
    def close(self, index: int, because: Because) -> None:
        it = self._pick(index)
        self._do(it, lambda: it.close(because))

    @rule(minutes=st.sampled_from([1, 29, 30, 31, 240, 1440, 4320]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(minutes=st.sampled_from([1, 31, 300]))
    def the_clock_is_set_back(self, minutes: int) -> None:
        self.now -= timedelta(minutes=minutes)

    @invariant()
    def nothing_of_the_asking_ever_changes(self) -> None:
        for it in self.all.values():
            first = self.first[it.id]
            assert (it.key, it.joined, it.requested) == (first.key, first.joined, first.requested)

    @invariant()
    def attempts_are_numbered_finite_spaced_and_inside_hours(self) -> None:
        for it in self.all.values():
            assert [each.number for each in it.attempts] == list(range(1, len(it.attempts) + 1))
            assert it.tries <= POLICY.attempts
            ours = [each for each in it.attempts if not each.by_hand]
            assert all(open_at(WORKDAYS, each.began) for each in ours)
            for one, following in zip(it.attempts, it.attempts[1:], strict=False):
                assert one.ended is not None
                pause = following.began - one.ended
                assert following.by_hand or pause >= timedelta(minutes=POLICY.between_min)

    @invariant()
    def one_attempt_at_most_is_on_the_air_and_only_while_calling(self) -> None:
        for it in self.all.values():
            on_air = [each for each in it.attempts if each.ended is None]
            assert on_air == ([it.attempts[-1]] if it.status is Status.CALLING else [])

    @invariant()
    def whoever_waits_is_due_sooner_or_later_and_nobody_else_is(self) -> None:
        for it in self.all.values():
            at = next_due(it, self.now, WORKDAYS, POLICY)
            assert (at is not None) is (it.status is Status.WAITING)
            assert at is None or due(it, at, WORKDAYS, POLICY)

    @invariant()
    def whoever_got_through_is_not_called_any_more(self) -> None:
        for it in self.all.values():
            assert it.answered_by is None or it.status is not Status.WAITING

    @invariant()
    def there_is_one_open_request_of_a_number_and_line(self) -> None:
        assert len(self._open()) == sum(it.open for it in self.all.values())


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
