"""Who hangs up in the line is called back, at the place they had, where they were told so."""

import asyncio

import pytest

from ivr.domain.callback import Status
from ivr.domain.journal import CallbackKind, EventKind
from ivr.domain.policy import CallbackPolicy, OnAbandon
from ivr.domain.promise import promised_by
from tests.fakes.service import FREE
from tests.fakes.time import BEGIN, run_in_virtual_time
from tests.scenes.abandoning import TOLD, config, hangs_up, in_line, joined, kept, told, world
from tests.scenes.asking import IN_LINE, OTHER, OWN, SWEDISH, close
from tests.scenes.world import World


def test_who_hangs_up_in_the_line_is_called_back_at_the_place_they_had() -> None:
    async def story() -> None:
        line = world()
        caller = await in_line(line)
        assert line.heard(caller)[-3:] == ["fi/queue_next", "sv/lang_switch", f"fi/{TOLD}"]
        await asyncio.sleep(120)
        assert await hangs_up(line, caller) == "abandoned_queue"
        request = await kept(line, caller)
        assert (request.number, request.status) == (OWN, Status.WAITING)
        assert (str(request.language), request.topic) == ("fi", "families")
        free = line.config.line_for(FREE)
        assert free is not None
        assert request.promised_by == promised_by(free, BEGIN)
        (event,) = line.disk.callback_of(CallbackKind.REQUESTED)
        assert event.data == {"by": "hang_up"}
        assert line.disk.of(EventKind.CALLBACK_REQUESTED) == []
        await close(line)

    run_in_virtual_time(story())


@pytest.mark.parametrize("before", ["lang_choice", "topic_menu", "queue_next"])
def test_who_hangs_up_before_they_were_told_so_is_not_called_by_surprise(before: str) -> None:
    async def story() -> None:
        line = world()
        caller = line.asterisk.call(FREE)
        with line.habit(caller, IN_LINE):
            await line.until(lambda: f"fi/{before}" in line.heard(caller))
        await asyncio.sleep(0.2)
        await hangs_up(line, caller)
        await asyncio.sleep(1)
        assert line.disk.callbacks == []
        assert told(line, caller) == []
        await close(line)

    run_in_virtual_time(story())


@pytest.mark.parametrize(
    ("number", "hidden"), [(OWN, True), ("0600123456", False), ("+46812345678", False)]
)
def test_who_shows_no_number_that_may_be_called_is_told_nothing_and_not_kept(
    number: str, *, hidden: bool
) -> None:
    async def story() -> None:
        line = world()
        caller = await in_line(line, number, hidden=hidden)
        await asyncio.sleep(5)
        assert await hangs_up(line, caller) == "abandoned_queue"
        await asyncio.sleep(1)
        assert (told(line, caller), line.disk.callbacks) == ([], [])
        await close(line)

    run_in_virtual_time(story())


def test_on_a_line_without_it_nobody_is_told_or_kept() -> None:
    async def story() -> None:
        for silent in (
            config(on_abandon=OnAbandon.NOTHING),
            config(callback=CallbackPolicy(enabled=False)),
        ):
            line = World(silent)
            line.start()
            caller = await in_line(line)
            await asyncio.sleep(5)
            assert await hangs_up(line, caller) == "abandoned_queue"
            await asyncio.sleep(1)
            assert (told(line, caller), line.disk.callbacks) == ([], [])
            await close(line)

    run_in_virtual_time(story())


def test_it_is_said_again_with_the_place_and_in_a_language_chosen_anew() -> None:
    async def story() -> None:
        line = world(announce_every_s=60)
        caller = await in_line(line)
        await asyncio.sleep(70)
        assert line.heard(caller)[-3:] == ["fi/queue_next", "fi/hold_thanks", f"fi/{TOLD}"]
        line.asterisk.press(caller, "9")
        await line.until(lambda: told(line, caller) == ["fi", "fi", "sv"])
        assert line.heard(caller)[-2:] == ["sv/queue_next", f"sv/{TOLD}"]
        await line.until(lambda: caller.music)
        line.asterisk.press(caller, "0")
        await line.until(lambda: line.heard(caller)[-1] == "sv/queue_next")
        assert len(line.disk.of(EventKind.ASSURED)) == 1
        await hangs_up(line, caller)
        assert str((await kept(line, caller)).language) == "sv"
        await close(line)

    run_in_virtual_time(story())


def test_what_the_disk_does_not_take_is_not_said_and_the_caller_waits_on() -> None:
    async def story() -> None:
        line = world()
        line.disk.full = True
        caller = await in_line(line)
        await asyncio.sleep(5)
        assert told(line, caller) == []
        line.disk.full = False
        assert await hangs_up(line, caller) == "abandoned_queue"
        await asyncio.sleep(1)
        assert line.disk.callbacks == []
        await close(line)

    run_in_virtual_time(story())


@pytest.mark.parametrize("trouble", ["full", "late", "silent"])
def test_a_disk_in_trouble_when_they_hang_up_loses_nobody(trouble: str) -> None:
    async def story() -> None:
        line = world()
        caller = await in_line(line)
        line.disk.full = True
        line.asterisk.press(caller, "1")  # and is told that it cannot be kept: a doubt
        with line.habit(caller, {"number_confirm": "1"}):
            await line.until(lambda: "fi/callback_failed" in line.heard(caller))
        line.disk.full = False
        setattr(line.disk, trouble, True)
        assert await hangs_up(line, caller) == "abandoned_queue"
        await kept(line, caller)
        setattr(line.disk, trouble, False)
        await close(line)

    run_in_virtual_time(story())


def test_whom_the_network_releases_at_its_ring_limit_is_called_back() -> None:
    async def story() -> None:
        line = world()
        caller = await in_line(line)
        assert await hangs_up(line, caller, cause=102) == "carrier_released"
        await kept(line, caller)
        await close(line)

    run_in_virtual_time(story())


@pytest.mark.parametrize("calls_again", [False, True])
def test_whose_phone_vanished_is_called_back_unless_they_stand_in_the_line_again(
    *, calls_again: bool
) -> None:
    async def story() -> None:
        line = world(ghost_after_s=20)
        ghost = line.asterisk.call(FREE)
        ghost.sends_from = asyncio.get_running_loop().time()
        with line.habit(ghost, IN_LINE):
            await line.until(lambda: ghost.music)
        await asyncio.sleep(10)
        ghost.sends_until = asyncio.get_running_loop().time()
        await asyncio.sleep(5)
        if calls_again:
            await in_line(line)
        await line.until_over(ghost)
        assert line.outcomes(ghost) == ["ghost"]
        if calls_again:
            await asyncio.sleep(1)
            assert line.disk.callbacks == []
        else:
            await kept(line, ghost)
        await close(line)

    run_in_virtual_time(story())


@pytest.mark.parametrize(("restarted", "outcome"), [(False, "abandoned_queue"), (True, "lost")])
def test_who_went_while_no_controller_looked_is_called_back(
    outcome: str, *, restarted: bool
) -> None:
    async def story() -> None:
        line = world()
        caller, other = await in_line(line), await in_line(line, OTHER)
        await asyncio.sleep(1)
        assert line.controller is not None
        line.controller.die()
        line.asterisk.end(caller.id)
        line.asterisk.end(other.id)
        if restarted:  # the switch: nobody is on it any more
            line.asterisk.started = line.house.clock.now()
        await line.crash_and_restart(30)
        assert await hangs_up(line, caller) == outcome
        await line.until_over(other)
        await asyncio.sleep(0.1)
        places = [(each.number, each.joined) for each in line.disk.callbacks]
        assert places == [(OWN, joined(line, caller)), (OTHER, joined(line, other))]
        await close(line)

    run_in_virtual_time(story())


def test_who_hangs_up_twice_is_one_request_at_the_first_place_in_the_latest_language() -> None:
    async def story() -> None:
        line = world(rejoin_min=0)
        first = await in_line(line)
        await hangs_up(line, first)
        for keys, again in ((IN_LINE, 0), (SWEDISH, 1)):
            await hangs_up(line, await in_line(line, keys=keys))
            request = await kept(line, first)
            assert request.again == again
        assert str(request.language) == "sv"
        await close(line)

    run_in_virtual_time(story())
