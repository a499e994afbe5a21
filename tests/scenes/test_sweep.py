"""What an error, or an event that never came, left behind is found while the line runs."""

import asyncio

import pytest

from ivr.domain.call import BridgeId, CallId, ChannelId
from ivr.domain.journal import EventKind
from tests.fakes.asterisk import Channel, FakeAsterisk
from tests.fakes.service import FREE, TOLL_FREE
from tests.fakes.switch import FakeSwitch
from tests.fakes.time import run_in_virtual_time
from tests.scenes.world import World

FINNISH = {"lang_choice": "1", "topic_menu": "1"}
TWO_LOOKS_S = 130.0


async def close(world: World) -> None:
    for channel in list(world.asterisk.channels):
        world.asterisk.end(channel)
    await asyncio.sleep(2)
    await world.stop()


def unseen(world: World) -> "Unseen":
    return Unseen(world.asterisk)


class Unseen:
    """For as long as it lasts no event comes."""

    def __init__(self, asterisk: FakeAsterisk) -> None:
        self._asterisk = asterisk
        self._queue = asterisk.events

    def __enter__(self) -> None:
        self._asterisk.events = None

    def __exit__(self, *_: object) -> None:
        self._asterisk.events = self._queue


async def talking(world: World) -> tuple[Channel, Channel]:
    """A caller and the counsellor's leg."""
    world.phone("anna")
    caller = world.asterisk.call(TOLL_FREE)
    with world.habit(caller, FINNISH):
        await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
    (leg,) = [c for c in world.asterisk.channels.values() if c.leg_of]
    return caller, leg


def test_a_caller_whose_arrival_was_never_told_is_greeted() -> None:
    async def story() -> None:
        world = World()
        world.start()
        await asyncio.sleep(1)
        with unseen(world):
            caller = world.asterisk.call(FREE)
        with world.habit(caller, FINNISH):
            await world.until(lambda: caller.music, within_s=TWO_LOOKS_S + 30)
        assert world.heard(caller)[0] == "fi/lang_choice"
        await close(world)
        assert world.outcomes(caller) == ["abandoned_queue"]

    run_in_virtual_time(story())


def test_a_caller_whom_nobody_performs_any_more_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        world = World()
        world.start()
        caller = world.asterisk.call(TOLL_FREE)
        with world.habit(caller, FINNISH):
            await world.until(lambda: caller.music)
            (task,) = [t for t in asyncio.all_tasks() if t.get_name() == f"call n1-{caller.id}"]
            task.cancel()  # a fault that ends it unseen
            await asyncio.sleep(1)
            assert world.controller is not None
            assert world.controller.director.on_air.calls == {}
            adopted = len(world.disk.of(EventKind.ADOPTED))
            await world.until(
                lambda: len(world.disk.of(EventKind.ADOPTED)) > adopted, within_s=TWO_LOOKS_S
            )
            world.phone("anna")
            await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
        await close(world)
        assert world.outcomes(caller) == ["served"]

    run_in_virtual_time(story())


def test_a_leg_and_a_bridge_of_nobody_are_ended() -> None:
    async def story() -> None:
        world = World()
        world.start()
        await asyncio.sleep(1)
        leg = Channel(id=ChannelId("leg.x"), leg_of=CallId("n1-none"), up=True)
        world.asterisk.channels[leg.id] = leg
        world.asterisk.bridges[BridgeId("n1-none.talk")] = {leg.id}
        await asyncio.sleep(TWO_LOOKS_S)
        assert not world.asterisk.channels
        assert not world.asterisk.bridges
        await close(world)

    run_in_virtual_time(story())


def test_a_leg_that_its_own_call_has_forgotten_is_ended_and_the_call_goes_on() -> None:
    async def story() -> None:
        world = World()
        world.start()
        caller, leg = await talking(world)
        stray = Channel(id=ChannelId("leg.x"), leg_of=CallId(f"n1-{caller.id}"), up=True)
        world.asterisk.channels[stray.id] = stray
        await asyncio.sleep(TWO_LOOKS_S)
        assert set(world.asterisk.channels) == {caller.id, leg.id}
        (talk,) = world.asterisk.bridges.values()
        assert talk == {caller.id, leg.id}
        await close(world)

    run_in_virtual_time(story())


def test_a_caller_who_hung_up_unseen_is_not_performed_for_ever() -> None:
    async def story() -> None:
        world = World()
        world.start()
        caller, leg = await talking(world)
        with unseen(world):
            world.asterisk.end(caller.id)
        await world.until(lambda: bool(world.outcomes(caller)), within_s=TWO_LOOKS_S)
        assert world.outcomes(caller) == ["served"]
        await world.until(lambda: leg.id not in world.asterisk.channels)
        await close(world)

    run_in_virtual_time(story())


def test_a_caller_whose_counsellor_went_unseen_is_not_left_alone() -> None:
    async def story() -> None:
        world = World()
        world.start()
        caller, leg = await talking(world)
        with unseen(world):
            world.asterisk.end(leg.id)
        await world.until(lambda: "fi/counsellor_lost" in world.heard(caller), within_s=TWO_LOOKS_S)
        await world.until(lambda: len(world.disk.of(EventKind.CONNECTED)) == 2)
        await close(world)

    run_in_virtual_time(story())


def test_nothing_is_swept_of_those_who_wait_talk_are_rung_or_at_their_desk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And as long as nothing is at odds twice, no more than one small request is made."""

    async def story() -> None:
        world = World()
        snapshots = 0
        read = FakeSwitch.snapshot

        async def counted(self: FakeSwitch) -> object:
            nonlocal snapshots
            snapshots += 1
            return await read(self)

        monkeypatch.setattr(FakeSwitch, "snapshot", counted)
        world.start()
        caller, leg = await talking(world)
        world.phone("bertil", answers_after=None)
        waiter = world.asterisk.call(TOLL_FREE, "+358451112222")
        with world.habit(waiter, FINNISH):
            for second in range(600):
                if second % 50 == 0:
                    world.asterisk.dial_code("bertil", "*1")
                await asyncio.sleep(1)
        assert {caller.id, leg.id, waiter.id} <= set(world.asterisk.channels)
        assert snapshots == 1  # at the connect
        assert world.disk.of(EventKind.FAULT) == []
        await close(world)

    run_in_virtual_time(story())
