"""However callers ask, calls end, people act, clocks jump and controllers die: the rules hold."""

from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ivr.director import attempts
from ivr.domain.attempt import Result
from ivr.domain.call import CallId, LineId
from ivr.domain.callback import Because, Callback, CallbackId, Status
from ivr.domain.schedule import local, open_at
from ivr.ports import Because as Why
from ivr.ports import JournalUnavailable, MadeByHand, Refused
from tests.fakes.journal import Disk
from tests.scenes.made_up_life import (
    ANNA,
    BOUNDS,
    NARROW,
    POLICY,
    Clock,
    Office,
    at_once,
    lines_that_dial,
)

LINES = ("free", "paid")
NUMBERS = ("+358401234567", "+358451112222")  # the second may not be called while NARROW holds
INDEX = st.integers(0, 11)
OPEN = {Status.WAITING, Status.CALLING}
PAUSE = timedelta(minutes=POLICY.between_min)
NIGHTS = [
    datetime(2027, 3, 28, 0, 50, tzinfo=UTC),  # the hour from 3 to 4 is left out
    datetime(2027, 10, 31, 0, 20, tzinfo=UTC),  # it comes twice
]


@dataclass(frozen=True, kw_only=True)
class Rang:
    """The citizen's phone rang, by the line or by hand."""

    number: str
    at: datetime
    callback: CallbackId


class Life(RuleBasedStateMachine):
    """Two numbers, two lines, one office after another."""

    def __init__(self) -> None:
        super().__init__()
        self.config = lines_that_dial()
        self.disk, self.clock = Disk(), Clock()
        self.on_air: set[CallId] = set()
        self.asked: dict[CallbackId, tuple[LineId, str, datetime]] = {}
        self.rang: list[Rang] = []
        self.calls = 0
        self._quiet = patch.object(attempts, "log")  # that the disk is full is no news here
        self._quiet.start()
        self.office = self._office()

    def teardown(self) -> None:
        self._quiet.stop()

    def _office(self) -> Office:
        return Office(self.config, self.disk, self.clock, self.on_air)

    def _call(self) -> CallId:
        self.calls += 1
        return CallId(f"n1-{self.calls}.1")

    def _known(self) -> dict[CallbackId, Callback]:
        return self.office.ledger.latest()

    def _pick(self, index: int) -> Callback:
        known = list(self._known().values())
        return known[index % len(known)]

    def _wish(self, wish: Coroutine[Any, Any, Callback]) -> None:
        with suppress(Refused):
            assert at_once(wish) in self._known().values()

    @rule(line=st.sampled_from(LINES), number=st.sampled_from(NUMBERS), urgent=st.booleans())
    def ask(self, line: str, number: str, urgent: bool) -> None:
        key, call = (LineId(line), number), self._call()
        earlier = next((it for it in self._known().values() if it.open and it.key == key), None)
        of = self.config.line(LineId(line))
        assert of is not None
        try:
            self.office.ask(call, of, number, urgent=urgent)
        except JournalUnavailable:
            assert self.disk.full
            return
        (now,) = [it for it in self._known().values() if it.open and it.key == key]
        assert now.id == (earlier.id if earlier is not None else call)
        assert now.urgent is (urgent or (earlier is not None and earlier.urgent))
        self.asked.setdefault(now.id, (*key, now.joined))

    @precondition(lambda self: self.asked)
    @rule(index=INDEX, dies=st.booleans())
    def a_counsellor_accepts(self, index: int, dies: bool) -> None:
        """`dies`: the controller, once the attempt is on disk and nobody is dialled yet."""
        before, call, room = self._pick(index), self._call(), len(self.on_air)
        if not self.office.begin(before, call):
            return
        if dies:
            self.the_controller_dies(most=9)
            return
        now = self.clock.at
        line = self.config.line(before.line)
        assert line is not None
        assert open_at(line.schedule, now)
        assert (before.status, room < BOUNDS.at_once) == (Status.WAITING, True)
        assert before.number.startswith(self.config.calling_back.to)
        assert self._rang_on(before.number, now) < BOUNDS.calls_a_day
        assert before.not_before is None or before.not_before <= now
        others = [it for it in self._known().values() if it.number == before.number]
        assert [it.id for it in others if it.status is Status.CALLING] == [before.id]
        self._rings(before.id)
        self.on_air.add(call)

    def _rings(self, callback: CallbackId) -> None:
        it = self._known()[callback]
        self.rang.append(Rang(number=it.number, at=it.attempts[-1].began, callback=it.id))

    def _rang_on(self, number: str, now: datetime) -> int:
        """How often the phone rang on that day in Finland."""
        days = [local(rang.at).date() for rang in self.rang if rang.number == number]
        return days.count(local(now).date())

    @precondition(lambda self: self.on_air)
    @rule(index=INDEX, result=st.sampled_from(Result))
    def a_call_comes_to_something(self, index: int, result: Result) -> None:
        call = sorted(self.on_air)[index % len(self.on_air)]
        self.office.attempts.end(call, result)
        if result is not Result.REACHED:
            self.on_air.remove(call)

    @precondition(lambda self: self.asked)
    @rule(index=INDEX, result=st.sampled_from(Result), minutes=st.sampled_from([None, 0, 5, 600]))
    def call_by_hand(self, index: int, result: Result, minutes: int | None) -> None:
        it, now = self._pick(index), self.clock.at
        began = None if minutes is None else now - timedelta(minutes=minutes)
        made = MadeByHand(counsellor=ANNA, result=result, began=began)
        why = self._why_not(self.office.desk.attempted(it.id, made))
        if why is None:
            self._rings(it.id)
        elif it.status is Status.WAITING:  # no bound on calls ever refuses it
            assert why in (Why.IMPOSSIBLE_TIME, Why.NOT_KEPT)

    @staticmethod
    def _why_not(wish: Coroutine[Any, Any, Callback]) -> Why | None:
        try:
            at_once(wish)
        except Refused as refused:
            return refused.because
        return None

    @precondition(lambda self: self.asked)
    @rule(index=INDEX, hours=st.integers(0, 40))
    def postpone(self, index: int, hours: int) -> None:
        until = self.clock.at + timedelta(hours=hours)
        self._wish(self.office.desk.postpone(self._pick(index).id, until))

    @precondition(lambda self: self.asked)
    @rule(index=INDEX)
    def reopen(self, index: int) -> None:
        self._wish(self.office.desk.reopen(self._pick(index).id))

    @precondition(lambda self: self.asked)
    @rule(index=INDEX)
    def take(self, index: int) -> None:
        self._wish(self.office.desk.take(self._pick(index).id, ANNA))

    @precondition(lambda self: self.asked)
    @rule(index=INDEX, because=st.sampled_from(Because))
    def close(self, index: int, because: Because) -> None:
        self._wish(self.office.desk.close(self._pick(index).id, because))

    @rule(minutes=st.sampled_from([1, 29, 30, 31, 240, 1440, 4320]))
    def time_passes(self, minutes: int) -> None:
        self.clock.at += timedelta(minutes=minutes)

    @rule(night=st.sampled_from(NIGHTS))
    def it_is_the_night_when_clocks_change(self, night: datetime) -> None:
        self.clock.at = max(night, self.clock.at)

    @rule(minutes=st.sampled_from([1, 31, 300, 1500]))
    def the_clock_is_set_back(self, minutes: int) -> None:
        self.clock.at -= timedelta(minutes=minutes)

    @rule(full=st.booleans())
    def the_disk_is_full_or_not(self, full: bool) -> None:
        self.disk.full = full
        self.office.ledger.arrive()

    @rule(most=st.integers(0, 9), gone=st.integers(0, 2), narrow=st.booleans())
    def the_controller_dies(self, most: int, gone: int = 0, narrow: bool = False) -> None:
        """So much of what was on its way came to the disk; `gone` calls end while it is away."""
        self.office.ledger.arrive(most)
        promised = {it.id for it in self.disk.callbacks}
        for call in sorted(self.on_air)[:gone]:
            self.on_air.remove(call)
        self.config = replace(self.config, calling_back=NARROW if narrow else BOUNDS)
        self.office = self._office()
        assert {it.id for it in self._known().values()} == promised

    @invariant()
    def the_book_is_what_is_on_disk_or_soon_will_be(self) -> None:
        known = {id_: it for id_, it in self._known().items() if self._stands(it)}
        assert {it.id: it for it in self.office.book.known} == known

    @staticmethod
    def _stands(callback: Callback) -> bool:
        return callback.status in OPEN | {Status.UNREACHED}

    @invariant()
    def no_request_is_lost_and_its_place_never_changes(self) -> None:
        kept = {it.id: (it.line, it.number, it.joined) for it in self._known().values()}
        assert kept == self.asked

    @invariant()
    def the_list_is_in_the_order_of_the_line(self) -> None:
        listed = at_once(self.office.desk.listed())
        assert [it.id for it in listed] == [
            it.id for it in sorted(listed, key=lambda it: (not it.urgent, it.joined, it.id))
        ]

    @invariant()
    def no_more_are_on_the_line_than_may_be(self) -> None:
        calling = [it for it in self._known().values() if it.status is Status.CALLING]
        assert {it.attempts[-1].call for it in calling} <= self.on_air
        assert len(self.on_air) <= BOUNDS.at_once

    @invariant()
    def a_number_has_one_open_request_of_a_line_and_rings_for_one_at_a_time(self) -> None:
        opened = [it for it in self._known().values() if it.open]
        assert len({it.key for it in opened}) == len(opened)
        called = [it.number for it in opened if it.status is Status.CALLING]
        assert len(set(called)) == len(called)

    @invariant()
    def attempts_are_numbered_finite_spaced_and_inside_hours(self) -> None:
        for it in self._known().values():
            line = self.config.line(it.line)
            assert line is not None
            assert [each.number for each in it.attempts] == list(range(1, len(it.attempts) + 1))
            assert it.tries <= POLICY.attempts
            ours = [each for each in it.attempts if not each.by_hand]
            assert all(open_at(line.schedule, each.began) for each in ours)
            for one, following in zip(it.attempts, it.attempts[1:], strict=False):
                assert one.ended is not None
                assert following.by_hand or following.began - one.ended >= PAUSE

    @invariant()
    def whoever_rang_has_an_attempt_for_it(self) -> None:
        for it in self._known().values():
            rang = [each.at for each in self.rang if each.callback == it.id]
            assert not set(rang) - {each.began for each in it.attempts}

    @invariant()
    def whoever_waits_is_due_sooner_or_later_and_nobody_else_is(self) -> None:
        now = self.clock.at
        for it in self._known().values():
            at = self.office.desk.prospect(it).at
            assert (at is not None) is (it.status is Status.WAITING)
            assert at is None or (at >= now and self._rang_on(it.number, at) < BOUNDS.calls_a_day)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
