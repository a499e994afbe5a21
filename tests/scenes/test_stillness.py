"""A scene that hangs by a fault of ours is ended, and leaves nobody in silence."""

import asyncio

import pytest

from ivr.domain.call import Outcome, SceneName
from ivr.domain.journal import EventKind
from ivr.scenes import SCENES
from ivr.stage import Call, Desk
from tests.fakes.asterisk import Channel, FakeAsterisk
from tests.fakes.service import FREE, PAID, TOLL_FREE
from tests.fakes.switch import FakeSwitch
from tests.fakes.time import run_in_virtual_time
from tests.scenes.hanging import (
    FINNISH,
    SILENCE_S,
    close,
    dict_of_scenes,
    for_ever,
    hangs_once,
    names,
    patient,
    silences,
)
from tests.scenes.world import World

HANG = [SceneName.LANGUAGE, SceneName.NOTICES, SceneName.TOPIC, SceneName.WAITING]


@pytest.mark.parametrize("number", [FREE, TOLL_FREE, PAID])
@pytest.mark.parametrize("scene", HANG)
def test_a_scene_that_hangs_is_ended_and_the_caller_told_so_and_served(
    monkeypatch: pytest.MonkeyPatch, scene: SceneName, number: str
) -> None:
    async def story() -> None:
        world = World()
        monkeypatch.setitem(dict_of_scenes(), scene, hangs_once(SCENES[scene]))
        world.start()
        began = asyncio.get_running_loop().time()
        caller = world.asterisk.call(number)
        with world.habit(caller, FINNISH):
            await world.until(lambda: "sorry_stay" in names(world, caller))
            assert asyncio.get_running_loop().time() - began < SILENCE_S + 10
            world.phone("anna")
            await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
        (fault,) = world.disk.of(EventKind.FAULT)
        assert fault.data["what"] == "Stalled"
        assert fault.facts.scene == scene
        (connected,) = world.disk.of(EventKind.CONNECTED)
        assert connected.facts.topic == "families"  # the general one
        await close(world)
        assert world.outcomes(caller) == ["served"]

    run_in_virtual_time(story())


def test_a_call_in_which_a_scene_hangs_twice_is_led_to_the_apology_of_the_dialplan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story() -> None:
        world = World()
        monkeypatch.setattr(FakeSwitch, "join", for_ever)
        world.start()
        world.phone("anna")
        caller = world.asterisk.call(FREE)
        with world.habit(caller, FINNISH):
            await world.until_over(caller)
        assert names(world, caller).count("sorry_stay") == 1
        assert len(world.disk.of(EventKind.FAULT)) == 2
        assert world.outcomes(caller) == ["fallback"]
        assert not caller.up  # and nothing was charged
        assert caller.id in world.asterisk.channels
        assert not caller.in_application
        await close(world)

    run_in_virtual_time(story())


@pytest.mark.parametrize("verb", ["start_music", "stop_music", "remember", "play", "answer"])
def test_whatever_asterisk_never_answers_the_caller_is_not_left_in_silence(
    monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    async def story() -> None:
        world = World()
        monkeypatch.setattr(FakeSwitch, verb, for_ever)
        world.start()
        world.phone("anna")
        caller = world.asterisk.call(FREE)
        with world.habit(caller, FINNISH):
            await world.until_over(caller)
        assert world.outcomes(caller) == ["fallback"]
        await close(world)

    run_in_virtual_time(story())


def test_a_scene_that_does_not_even_end_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        world = World()
        freed = asyncio.get_running_loop().create_future()

        async def stubborn(call: Call, desk: Desk) -> SceneName:
            try:
                await for_ever()
            finally:
                await asyncio.wait({freed})
            return SceneName.TOPIC

        monkeypatch.setitem(dict_of_scenes(), SceneName.NOTICES, stubborn)
        world.start()
        caller = world.asterisk.call(FREE)
        with world.habit(caller, FINNISH):
            await world.until(lambda: "sorry_stay" in names(world, caller))
            await world.until(lambda: caller.music)
        freed.set_result(None)
        await close(world)

    run_in_virtual_time(story())


def test_a_closed_line_that_hangs_ends_in_the_apology(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        world = World()
        monkeypatch.setitem(dict_of_scenes(), SceneName.UNKNOWN_NUMBER, for_ever)
        world.start()
        caller = world.asterisk.call("0999")
        await world.until_over(caller)
        assert world.outcomes(caller) == ["fallback"]
        assert not caller.in_application
        await close(world)

    run_in_virtual_time(story())


def test_a_prompt_whose_end_is_never_told_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        world = World()
        monkeypatch.setattr(FakeAsterisk, "_playback_ended", _untold)
        world.start()
        world.phone("anna")
        caller = world.asterisk.call(FREE)
        await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
        assert max(silences(caller, asyncio.get_running_loop().time())) < 20
        assert world.disk.of(EventKind.FAULT) == []
        await close(world)

    run_in_virtual_time(story())


def test_who_hangs_up_while_a_scene_hangs_has_hung_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        world = World()
        monkeypatch.setitem(dict_of_scenes(), SceneName.NOTICES, for_ever)
        world.start()
        caller = world.asterisk.call(FREE)
        with world.habit(caller, FINNISH):
            await asyncio.sleep(25)
        world.asterisk.end(caller.id)
        await world.until_over(caller)
        assert world.outcomes(caller) == ["abandoned_menu"]
        await close(world)

    run_in_virtual_time(story())


def test_a_connection_lost_while_a_scene_hangs_leaves_the_call_to_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story() -> None:
        world = World()
        monkeypatch.setitem(
            dict_of_scenes(), SceneName.NOTICES, hangs_once(SCENES[SceneName.NOTICES])
        )
        world.start()
        caller = world.asterisk.call(FREE)
        with world.habit(caller, FINNISH):
            await asyncio.sleep(25)
            await world.crash_and_restart(1)
            await world.until(lambda: caller.music)
        assert world.disk.of(EventKind.FAULT) == []
        assert "sorry_stay" not in names(world, caller)
        await close(world)

    run_in_virtual_time(story())


def _untold(self: FakeAsterisk, channel: Channel, *, failed: bool) -> None:
    channel.playing = None


def test_a_wait_that_hangs_and_lets_go_late_does_not_take_the_place_of_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def hangs_and_lets_go_late(call: Call, desk: Desk) -> SceneName | Outcome:
        async with desk.place(call):
            try:
                await for_ever()
            finally:
                await asyncio.sleep(20)
        return SceneName.WAITING

    async def story() -> None:
        world = patient()
        waits = iter([hangs_and_lets_go_late])
        then = SCENES[SceneName.WAITING]

        async def scene(call: Call, desk: Desk) -> SceneName | Outcome:
            return await next(waits, then)(call, desk)

        monkeypatch.setitem(dict_of_scenes(), SceneName.WAITING, scene)
        world.start()
        caller = world.asterisk.call(TOLL_FREE)
        with world.habit(caller, FINNISH):
            await world.until(lambda: "sorry_stay" in names(world, caller))
            await asyncio.sleep(60)
            world.phone("anna")
            await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
        assert len(world.disk.of(EventKind.FAULT)) == 1
        await close(world)

    run_in_virtual_time(story())
