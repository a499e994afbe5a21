"""Whom the end of Asterisk cuts off in the line is listed for people, if the line says so."""

import asyncio
from typing import Any

import pytest

from ivr.domain.callback import Because, Callback, Status
from ivr.domain.journal import CallbackKind, EventKind
from ivr.domain.policy import CallbackPolicy, OnAbandon, OnCutOff
from tests.fakes.asterisk import Channel
from tests.fakes.service import FREE
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.abandoning import config, in_line, joined
from tests.scenes.asking import IN_LINE, OTHER, OWN, SWEDISH, close
from tests.scenes.world import World

LISTS: dict[str, Any] = {"on_abandon": OnAbandon.NOTHING, "on_cut_off": OnCutOff.CANDIDATE}


def world(**waiting: Any) -> World:
    running = World(config(callback=CallbackPolicy(dial=True), **{**LISTS, **waiting}))
    running.start()
    return running


async def asterisk_dies(line: World, *, comes_back: bool = True) -> None:
    """With all who are on it, and the line's program, which comes back after it."""
    assert line.controller is not None
    line.controller.die()
    for channel in list(line.asterisk.channels):
        line.asterisk.end(channel)
    line.asterisk.started = line.house.clock.now()
    await line.stop()
    await asyncio.sleep(5)
    if comes_back:
        line.start()
        await asyncio.sleep(0.5)


def listed(line: World) -> list[Callback]:
    return [each for each in line.disk.callbacks if each.status is Status.UNREACHED]


async def cut_off(line: World, **caller: Any) -> Channel:
    """A caller who waited as Asterisk died."""
    waiting = await in_line(line, **caller)
    await asyncio.sleep(1)
    await asterisk_dies(line)
    assert line.outcomes(waiting) == ["lost"]
    return waiting


def test_who_waits_as_asterisk_dies_is_listed_at_their_place_and_not_called_unless_people_say() -> (
    None
):
    async def story() -> None:
        line = world()
        waited = await cut_off(line, keys=SWEDISH)
        (candidate,) = line.disk.callbacks
        assert (candidate.status, candidate.cut_off) == (Status.UNREACHED, True)
        assert (candidate.number, candidate.language) == (OWN, "sv")
        assert candidate.joined == joined(line, waited)
        (event,) = line.disk.callback_of(CallbackKind.REQUESTED)
        assert event.data == {"by": "cut_off"}
        line.phone("anna")
        await asyncio.sleep(3600)
        assert line.disk.callbacks == [candidate]
        await close(line)

    run_in_virtual_time(story())


@pytest.mark.parametrize(
    "waiting",
    [{"on_cut_off": OnCutOff.NOTHING}, {"on_abandon": OnAbandon.CALLBACK}],
    ids=["a line without it", "who was told that they are called back, and is"],
)
def test_who_is_called_back_anyway_or_whose_line_lists_nobody_is_not_listed(
    waiting: dict[str, Any],
) -> None:
    async def story() -> None:
        line = world(**waiting)
        await cut_off(line)
        assert listed(line) == []
        assert len(line.disk.callbacks) == ("on_abandon" in waiting)
        await close(line)

    run_in_virtual_time(story())


@pytest.mark.parametrize(
    ("number", "hidden"), [(OWN, True), ("0600123456", False), ("+46812345678", False)]
)
def test_who_shows_no_number_that_may_be_called_is_not_listed(number: str, *, hidden: bool) -> None:
    async def story() -> None:
        line = world()
        await cut_off(line, number=number, hidden=hidden)
        assert line.disk.callbacks == []
        await close(line)

    run_in_virtual_time(story())


def test_who_is_asked_for_a_topic_or_talks_as_asterisk_dies_is_not_listed() -> None:
    async def story() -> None:
        line = world()
        talker = await in_line(line)
        line.phone("anna")
        await line.until(lambda: bool(line.disk.of(EventKind.CONNECTED)))
        chooser = line.asterisk.call(FREE, OTHER)
        with line.habit(chooser, IN_LINE):
            await line.until(lambda: "fi/topic_menu" in line.heard(chooser))
        await asterisk_dies(line)
        assert [line.outcomes(each) for each in (talker, chooser)] == [["lost"], ["lost"]]
        assert line.disk.callbacks == []
        await close(line)

    run_in_virtual_time(story())


def test_who_is_cut_off_twice_is_listed_once_at_the_first_place() -> None:
    async def story() -> None:
        line = world(rejoin_min=0)
        first = await cut_off(line)
        await cut_off(line)
        (candidate,) = listed(line)
        assert candidate.joined == joined(line, first)
        await close(line)

    run_in_virtual_time(story())


async def taken_up(strike_at: int | None) -> int:
    """Two are cut off, and the controller that finds it dies at a step; how many steps it took."""
    line = world()
    callers = [await in_line(line), await in_line(line, OTHER)]
    await asyncio.sleep(1)
    await asterisk_dies(line, comes_back=False)

    def dies() -> None:
        assert line.controller is not None
        line.controller.die()

    steps = Steps(strike_at, dies)
    line.start(steps)
    await asyncio.sleep(1)
    taken = steps.taken
    if strike_at is not None:
        await line.crash_and_restart(1)
        await asyncio.sleep(1)
    assert [line.outcomes(each) for each in callers] == [["lost"], ["lost"]]
    places = [(each.number, each.joined) for each in listed(line)]
    assert places == [(OWN, joined(line, callers[0])), (OTHER, joined(line, callers[1]))]
    assert len(line.disk.callback_of(CallbackKind.REQUESTED)) == 2
    await close(line)
    return taken


def test_at_any_await_of_taking_up_each_is_listed_once_and_has_one_outcome() -> None:
    steps = run_in_virtual_time(taken_up(None))
    assert steps
    for step in range(1, steps + 1):
        run_in_virtual_time(taken_up(step))


def test_who_calls_again_and_gets_through_is_taken_off_the_list() -> None:
    async def story() -> None:
        line = world()
        await cut_off(line)
        line.phone("anna")
        await in_line(line, keys={**IN_LINE})
        await line.until(lambda: bool(line.disk.of(EventKind.CONNECTED)))
        await asyncio.sleep(0.1)
        (candidate,) = line.disk.callbacks
        assert candidate.closed_because is Because.SETTLED
        await close(line)

    run_in_virtual_time(story())


def test_who_calls_again_and_asks_to_be_called_back_has_the_one_request() -> None:
    async def story() -> None:
        line = world()
        waited = await cut_off(line)
        again = await in_line(line)
        line.asterisk.press(again, "1")
        with line.habit(again, {"number_confirm": "1"}):
            await line.until(lambda: "fi/callback_saved_today" in line.heard(again))
        await asyncio.sleep(0.1)
        assert listed(line) == []
        (request,) = [each for each in line.disk.callbacks if each.open]
        assert request.joined == joined(line, waited)  # the place was regained
        await close(line)

    run_in_virtual_time(story())
