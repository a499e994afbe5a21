"""A number is keyed in, read back and kept, or refused with its reason; in virtual time."""

from dataclasses import replace

import pytest

from ivr.domain.journal import EventKind
from ivr.domain.policy import OutgoingPolicy
from tests.fakes.asterisk import Channel
from tests.fakes.service import FREE, changed, service
from tests.fakes.time import run_in_virtual_time
from tests.scenes.asking import (
    IN_LINE,
    KEYS,
    OTHER,
    PATIENT,
    asked,
    close,
    config,
)
from tests.scenes.world import World


def test_another_number_is_keyed_in_read_back_and_kept() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        keys = {"number_entry": "0451112222#", "number_readback": "1"}
        caller = await asked(world, {**IN_LINE, **KEYS, **keys})
        assert world.heard(caller)[-5:] == [
            *("fi/number_confirm", "fi/number_entry", "fi/number_readback"),
            *("fi/callback_saved_today", "fi/goodbye"),
        ]
        (request,) = world.disk.callbacks
        assert request.number == OTHER
        await close(world)

    run_in_virtual_time(story())


@pytest.mark.parametrize("keyed", ["0451112222", "00358451112222#", "999*0451112222#", "#"])
def test_a_number_ends_with_a_hash_or_a_pause_and_a_star_begins_it_anew(keyed: str) -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        keys = {"number_entry": keyed, "number_readback": "1"}
        caller = world.asterisk.call(FREE)
        with world.habit(caller, {**IN_LINE, **KEYS, **keys}):
            await world.until(lambda: bool(world.outcomes(caller)) or _came_back(world, caller))
        numbers = [request.number for request in world.disk.callbacks]
        assert numbers == ([] if keyed == "#" else [OTHER])
        await close(world)

    run_in_virtual_time(story())


def _came_back(world: World, caller: Channel) -> bool:
    return world.heard(caller).count("fi/queue_next") > 1


def test_a_number_that_was_read_back_wrong_is_keyed_in_again() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        caller = world.asterisk.call(FREE)
        wrong = {"number_entry": "0451112223#", "number_readback": "2"}
        with world.habit(caller, {**IN_LINE, **KEYS, **wrong}):
            await world.until(lambda: "fi/number_readback" in world.heard(caller))
        right = {"number_entry": "0451112222#", "number_readback": "1"}
        with world.habit(caller, right):
            await world.until(lambda: world.outcomes(caller) == ["callback"])
        assert [request.number for request in world.disk.callbacks] == [OTHER]
        await close(world)

    run_in_virtual_time(story())


@pytest.mark.parametrize("answer", ["", "7"])
def test_who_does_not_say_that_the_number_is_right_waits_on_and_nothing_is_kept(
    answer: str,
) -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        caller = world.asterisk.call(FREE)
        keys = {"number_entry": "0451112222#", "number_readback": answer, "number_confirm": "3"}
        with world.habit(caller, {**IN_LINE, **keys}):
            await world.until(lambda: caller.music)
            world.asterisk.press(caller, "1")
            await world.until(lambda: _came_back(world, caller))
        assert world.disk.callbacks == []
        await close(world)

    run_in_virtual_time(story())


REFUSED = {
    "112#": "number_emergency",
    "116117#": "number_short",
    "060012345#": "number_premium",
    "0700123456#": "number_premium",
    "00881612345678#": "number_satellite",
    "0401#": "number_invalid",
    "040123456789012345678901234567890123456#": "number_invalid",
    "0291000003#": "number_ours",
    "0046701234567#": "number_foreign",
}


@pytest.mark.parametrize("keyed", REFUSED)
def test_a_number_that_may_not_be_called_is_refused_with_its_reason_and_the_caller_stays(
    keyed: str,
) -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        caller = world.asterisk.call(FREE)
        with world.habit(caller, {**IN_LINE, "number_confirm": "3", "number_entry": keyed}):
            await world.until(lambda: caller.music)
            joined = world.disk.of(EventKind.JOINED)[0].facts.joined
            world.asterisk.press(caller, "1")
            await world.until(lambda: _came_back(world, caller))
        refused = ["fi/number_entry", f"fi/{REFUSED[keyed]}"]
        assert [s for s in world.heard(caller) if s in refused] == refused * 3
        assert world.disk.of(EventKind.JOINED)[-1].facts.joined == joined
        assert world.disk.callbacks == []
        await close(world)

    run_in_virtual_time(story())


def test_a_number_of_another_country_is_taken_where_the_line_allows_it() -> None:
    async def story() -> None:
        abroad = OutgoingPolicy(to=("+358", "+46"))
        world = World(replace(config(foreign=True), calling_back=abroad))
        world.start()
        keys = {"number_entry": "0046701234567#", "number_readback": "1"}
        await asked(world, {**IN_LINE, **KEYS, **keys})
        assert [request.number for request in world.disk.callbacks] == ["+46701234567"]
        await close(world)

    run_in_virtual_time(story())


def test_a_hidden_caller_may_give_a_number() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        caller = world.asterisk.call(FREE, hidden=True)
        keys = {"queue_next": "1", "number_entry": "0451112222#", "number_readback": "1"}
        with world.habit(caller, {**IN_LINE, **keys}):
            await world.until(lambda: world.outcomes(caller) == ["callback"])
        assert "fi/number_hidden" in world.heard(caller)
        assert "fi/number_confirm" not in world.heard(caller)
        assert [request.number for request in world.disk.callbacks] == [OTHER]
        await close(world)

    run_in_virtual_time(story())


def test_whose_own_number_may_not_be_called_hears_why_and_may_give_another() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        caller = world.asterisk.call(FREE, "+358600123456")
        with world.habit(caller, {**IN_LINE, "queue_next": "1"}):
            await world.until(lambda: "fi/number_entry" in world.heard(caller))
        assert world.heard(caller)[-2:] == ["fi/number_premium", "fi/number_entry"]
        await close(world)

    run_in_virtual_time(story())


def test_at_a_limit_another_number_is_taken_as_well() -> None:
    async def story() -> None:
        policy = replace(PATIENT, longest_s=20)
        world = World(changed(service(), "free", waiting=policy))
        world.start()
        keys = {"limit_confirm": "3", "number_entry": "0451112222#", "number_readback": "1"}
        await asked(world, {**IN_LINE, **keys})
        assert [request.number for request in world.disk.callbacks] == [OTHER]
        await close(world)

    run_in_virtual_time(story())


@pytest.mark.parametrize("keyed", ["", "112#"])
def test_at_a_limit_who_gives_no_number_hears_the_notice(keyed: str) -> None:
    async def story() -> None:
        policy = replace(PATIENT, longest_s=20)
        world = World(changed(service(), "free", waiting=policy))
        world.start()
        caller = world.asterisk.call(FREE)
        with world.habit(caller, {**IN_LINE, "limit_confirm": "3", "number_entry": keyed}):
            await world.until(lambda: world.outcomes(caller) == ["turned_away"])
        assert world.heard(caller)[-2:] == ["fi/call_later", "fi/goodbye"]
        await close(world)

    run_in_virtual_time(story())
