"""Whoever calls while the line is closed may ask to be called back; in virtual time."""

import asyncio
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from ivr.director import Book
from ivr.domain.journal import EventKind
from ivr.domain.policy import CallbackPolicy
from ivr.domain.schedule import ExceptionalDay, Schedule
from ivr.domain.service import Charging
from tests.fakes.service import CLOSED, DISABILITY, changed
from tests.fakes.time import BEGIN, run_in_virtual_time
from tests.scenes.after_hours import (
    ASKS,
    FINNISH,
    KEYS_IN,
    LATER_TODAY,
    OVER_FOR_TODAY,
    SWEDISH,
    calls,
    config,
    hours,
)
from tests.scenes.asking import OWN, close
from tests.scenes.world import World

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
SHUT_ON_TUESDAY = replace(OVER_FOR_TODAY, exceptions={TUESDAY: ExceptionalDay(hours=())})
BOTH_NOTICES = ["fi/closed_next", "fi/crisis", "sv/closed_next", "sv/crisis"]
PROMISES: list[tuple[Schedule, str, str, date]] = [
    (LATER_TODAY, "closed_later_today", "callback_saved_today", MONDAY),
    (OVER_FOR_TODAY, "closed_next", "callback_saved_next", TUESDAY),
    (SHUT_ON_TUESDAY, "closed_next", "callback_saved_next", date(2026, 11, 25)),
]


@pytest.mark.parametrize(("key", "language"), [("1", "fi"), ("2", "sv")])
@pytest.mark.parametrize(
    ("schedule", "notice", "saved", "day"),
    PROMISES,
    ids=["before opening", "after closing", "before a day off"],
)
def test_who_asks_on_a_closed_line_is_promised_a_day_on_which_it_opens(
    key: str, language: str, schedule: Schedule, notice: str, saved: str, *, day: date
) -> None:
    async def story() -> None:
        world = World(config(schedule))
        world.start()
        caller = await calls(world, {"lang_choice": key, "opening_confirm": "1"})
        assert world.heard(caller) == [
            "fi/lang_choice",
            *(f"{language}/{each}" for each in (notice, "crisis", "opening_confirm", saved)),
            f"{language}/goodbye",
        ]
        (request,) = world.disk.callbacks
        assert (request.number, request.line, request.topic) == (OWN, "closed", "families")
        assert (request.language, request.promised_by) == (language, day)
        assert world.outcomes(caller) == ["callback"]
        assert not caller.up
        await close(world)

    run_in_virtual_time(story())


def test_who_asks_again_and_chooses_no_language_is_called_in_the_one_chosen_before() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        await calls(world, {**SWEDISH, "opening_confirm": "1"})
        await calls(world, {"opening_confirm": "1"})
        (request,) = world.disk.callbacks
        assert (request.again, request.language) == (1, "sv")
        await close(world)

    run_in_virtual_time(story())


def test_its_place_is_that_of_the_moment_of_asking_and_the_call_never_joined_the_line() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        slow = world.asterisk.call(CLOSED, "+358409999999")
        quick = await calls(world, ASKS)
        with world.habit(slow, {"opening_confirm": "1"}):
            await world.until_over(slow)
        first, second = world.disk.callbacks
        assert (first.number, second.number) == (OWN, "+358409999999")
        assert BEGIN < first.joined == first.requested < second.joined == second.requested
        for event in world.disk.of(EventKind.CALLBACK_REQUESTED):
            assert event.facts.joined is None
        assert world.disk.of(EventKind.JOINED) == []
        assert world.outcomes(quick) == ["callback"]
        await close(world)

    run_in_virtual_time(story())


def test_at_the_opening_it_is_served_before_those_who_call_then() -> None:
    async def story() -> None:
        soon = hours((time(10, 2), time(15)))
        world = World(config(soon, dial=True))
        world.start()
        await calls(world, ASKS)
        anna = world.phone("anna", answers_after=None)
        await asyncio.sleep(90)
        assert anna.rung == 0  # not before the line opens
        await world.until(lambda: world.asterisk.phones["anna"].rung > 0, within_s=60)
        later = world.asterisk.call(CLOSED, "+358409999999")
        with world.habit(later, {"lang_choice": "1", "topic_menu": "1"}):
            await world.until(lambda: later.music)
        assert "fi/queue_pos_1" in world.heard(later)
        await close(world)

    run_in_virtual_time(story())


def test_without_a_key_both_notices_are_heard_and_nothing_is_kept() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        caller = await calls(world, {})
        assert world.heard(caller) == [
            *("fi/lang_choice", "sv/lang_choice"),
            *BOTH_NOTICES,
            *("fi/opening_confirm", "fi/goodbye"),
        ]
        assert world.outcomes(caller) == ["closed_hours"]
        assert world.disk.callbacks == []
        assert not caller.up
        await close(world)

    run_in_virtual_time(story())


@pytest.mark.parametrize("key", ["2", "5"])
def test_who_does_not_want_to_be_called_hears_goodbye_and_nothing_is_kept(key: str) -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        caller = await calls(world, {**FINNISH, "opening_confirm": key})
        assert world.heard(caller).count("fi/opening_confirm") == (1 if key == "2" else 3)
        assert world.heard(caller)[-1] == "fi/goodbye"
        assert world.outcomes(caller) == ["closed_hours"]
        assert world.disk.callbacks == []
        await close(world)

    run_in_virtual_time(story())


@pytest.mark.parametrize(
    "unable",
    [
        {"schedule": Schedule(weekly={})},
        {"callback": CallbackPolicy(dial=False)},
        {"callback": CallbackPolicy(enabled=False)},
    ],
    ids=["opens no more", "does not offer it", "no callbacks"],
)
def test_where_nothing_can_be_promised_nothing_is_asked(unable: dict[str, Any]) -> None:
    async def story() -> None:
        world = World(changed(config(), "closed", **unable))
        world.start()
        caller = await calls(world, ASKS)
        notice = "closed" if "schedule" in unable else "closed_next"
        assert world.heard(caller) == [
            f"{language}/{each}" for language in ("fi", "sv") for each in (notice, "crisis")
        ]
        assert world.outcomes(caller) == ["closed_hours"]
        await close(world)

    run_in_virtual_time(story())


@pytest.mark.parametrize("charging", Charging)
def test_a_closed_line_is_never_answered_however_it_charges(charging: Charging) -> None:
    async def story() -> None:
        world = World(changed(config(), "closed", charging=charging))
        world.start()
        caller = await calls(world, {**FINNISH, "opening_confirm": "3", **KEYS_IN})
        assert world.outcomes(caller) == ["callback"]
        assert not caller.up
        assert world.disk.of(EventKind.ANSWERED) == []
        await close(world)

    run_in_virtual_time(story())


def test_a_line_of_one_language_does_not_ask_for_it() -> None:
    async def story() -> None:
        both = config()
        swedish = changed(both, "closed", languages=(both.lines[3].languages[1],))
        world = World(swedish)
        world.start()
        caller = await calls(world, {"opening_confirm": "1"})
        assert world.heard(caller)[:3] == ["sv/closed_next", "sv/crisis", "sv/opening_confirm"]
        assert [request.language for request in world.disk.callbacks] == ["sv"]
        await close(world)

    run_in_virtual_time(story())


def test_who_asks_again_keeps_the_first_place_and_topic_and_hears_so() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        await calls(world, ASKS)
        (first,) = world.disk.callbacks
        about = replace(first, topic=DISABILITY, caller_urgent=True)
        world.house.callbacks.keep(about)
        caller = await calls(world, {**SWEDISH, "opening_confirm": "1"})
        assert world.heard(caller)[-3:] == [
            *("sv/callback_exists", "sv/callback_saved_next", "sv/goodbye"),
        ]
        (again,) = world.disk.callbacks
        assert (again.joined, again.again, again.language) == (first.joined, 1, "sv")
        assert again.topic == DISABILITY
        assert again.urgent
        await close(world)

    run_in_virtual_time(story())


def test_when_the_line_opens_meanwhile_the_opening_is_told_as_it_was_for_the_caller() -> None:
    async def story() -> None:
        world = World(config(hours((time(10, 0, 7), time(15)))))
        world.start()
        caller = await calls(world, {"opening_confirm": "1"})
        notices = [s for s in world.heard(caller) if "closed" in s]
        assert notices == ["fi/closed_later_today", "sv/closed_later_today"]
        assert world.heard(caller)[-2:] == ["fi/callback_saved_today", "fi/goodbye"]
        await close(world)

    run_in_virtual_time(story())


def test_after_a_fault_of_ours_nobody_is_put_into_the_line_of_a_closed_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fault(*_: object) -> None:
        raise RuntimeError("a fault")

    async def story() -> None:
        world = World(config())
        world.start()
        monkeypatch.setattr(Book, "refusal", fault)
        caller = await calls(world, {**FINNISH, **KEYS_IN}, hidden=True)
        assert world.outcomes(caller) == ["fallback"]
        assert world.disk.of(EventKind.JOINED) == []
        await close(world)

    run_in_virtual_time(story())
