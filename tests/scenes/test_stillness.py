"""A scene that hangs by a fault of ours leaves nobody in silence; none that goes on is ended."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import pytest

from ivr.domain.call import Outcome, SceneName
from ivr.domain.journal import EventKind
from ivr.domain.policy import Ending, MenuPolicy, WaitingPolicy
from ivr.scenes import SCENES
from ivr.stage import Call, Desk
from tests.fakes.asterisk import Channel, FakeAsterisk
from tests.fakes.service import FREE, PAID, TOLL_FREE, changed, service
from tests.fakes.switch import FakeSwitch
from tests.fakes.time import run_in_virtual_time
from tests.scenes.world import World

FINNISH = {"lang_choice": "1", "topic_menu": "2"}
PATIENT = WaitingPolicy(longest_s=14400, on_nobody=Ending.WAIT, offer_after_s=3000)
SILENCE_S = 40.0  # nobody hears nothing for longer
Scene = Callable[[Call, Desk], Awaitable[SceneName | Outcome]]


async def for_ever(*_: object, **__: object) -> Any:
    """A bug: something is awaited that never comes."""
    await asyncio.get_running_loop().create_future()


def hangs_once(then: Scene) -> Scene:
    calls = []

    async def scene(call: Call, desk: Desk) -> SceneName | Outcome:
        calls.append(call)
        return await (for_ever() if len(calls) == 1 else then(call, desk))

    return scene


def patient() -> World:
    """A toll-free line in which people may wait for hours."""
    return World(changed(service(), "toll_free", waiting=PATIENT))


async def close(world: World) -> None:
    for channel in list(world.asterisk.channels):
        world.asterisk.end(channel)
    await asyncio.sleep(2)
    await world.stop()


def silences(channel: Channel, until: float) -> list[float]:
    """The pauses between one sound's beginning and the next, up to this instant (loop time)."""
    times = [at for at, _ in channel.heard] + [until]
    return [after - before for before, after in pairwise(times)]


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


@pytest.mark.parametrize("hours", [1, 3])
def test_who_waits_for_hours_is_left_alone(hours: int) -> None:
    async def story() -> None:
        world = patient()
        world.start()
        world.phone("anna", answers_after=None)
        caller = world.asterisk.call(TOLL_FREE)
        with world.habit(caller, FINNISH):
            await asyncio.sleep(hours * 3600)
        assert caller.id in world.asterisk.channels
        assert world.disk.of(EventKind.FAULT) == []
        await close(world)

    run_in_virtual_time(story())


@pytest.mark.parametrize("keys", ["", "*1", "*7101"])
def test_who_talks_is_held_or_waits_for_a_consultation_for_hours_is_left_alone(keys: str) -> None:
    async def story() -> None:
        world = World()
        world.start()
        world.phone("anna")
        caller = world.asterisk.call(TOLL_FREE)
        with world.habit(caller, FINNISH):
            await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
        world.phone("bertil")
        (leg,) = [c for c in world.asterisk.channels.values() if c.leg_of]
        for key in keys:
            world.asterisk.press(leg, key)
        await asyncio.sleep(5 * 3600)
        assert caller.id in world.asterisk.channels
        assert world.disk.of(EventKind.FAULT) == []
        await close(world)

    run_in_virtual_time(story())


def test_who_takes_all_the_time_that_there_is_for_each_key_is_left_alone() -> None:
    async def story() -> None:
        menu = MenuPolicy(timeout_s=28.0, retries=5)
        world = World(changed(service(), "toll_free", menu=menu, waiting=PATIENT))
        world.start()
        world.phone("anna", answers_after=None)
        caller = world.asterisk.call(TOLL_FREE)
        slow = {"lang_retry": "1", "topic_menu": "4", "callback_offer": "1", "number_confirm": "3"}
        with world.habit(caller, {**slow, "number_entry": "0451112222"}, after_s=27.0):
            await asyncio.sleep(3600)
        assert world.disk.of(EventKind.FAULT) == []
        await close(world)

    run_in_virtual_time(story())


def test_after_a_pause_of_the_whole_machine_nobody_is_taken_to_hang(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story() -> None:
        world = patient()
        world.start()
        world.phone("anna", answers_after=None)
        caller = world.asterisk.call(TOLL_FREE)
        with world.habit(caller, FINNISH):
            await world.until(lambda: caller.music)
            await asyncio.sleep(3)
            loop: Any = asyncio.get_running_loop()
            loop._jumping.elapsed += 300.0  # nothing ran meanwhile
            await asyncio.sleep(60)
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


def names(world: World, channel: Channel) -> list[str]:
    return [sound.rpartition("/")[2] for sound in world.heard(channel)]


def dict_of_scenes() -> dict[SceneName, Scene]:
    assert isinstance(SCENES, dict)
    return SCENES


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
