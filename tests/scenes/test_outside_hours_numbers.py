"""Outside hours a number is given, refused, or kept too late to be promised; in virtual time."""

import pytest

from tests.fakes.asterisk import PROMPT_S
from tests.fakes.service import CLOSED
from tests.fakes.time import run_in_virtual_time
from tests.scenes.after_hours import ASKS, FINNISH, KEYS_IN, SWEDISH, calls, config
from tests.scenes.asking import OTHER, OWN, close
from tests.scenes.world import World


def test_another_number_is_keyed_in_read_back_and_kept() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        caller = await calls(world, {**SWEDISH, "opening_confirm": "3", **KEYS_IN})
        assert world.heard(caller)[-4:] == [
            *("sv/number_entry", "sv/number_readback"),
            *("sv/callback_saved_next", "sv/goodbye"),
        ]
        assert [request.number for request in world.disk.callbacks] == [OTHER]
        await close(world)

    run_in_virtual_time(story())


@pytest.mark.parametrize(
    ("number", "why"),
    [(None, "number_hidden"), ("+358600123456", "number_premium"), ("0291000001", "number_ours")],
)
def test_who_has_no_number_that_may_be_called_hears_why_and_may_key_one_in(
    number: str | None, why: str
) -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        keys = {**FINNISH, **KEYS_IN}
        caller = await calls(world, keys, number or OWN, hidden=number is None)
        heard = world.heard(caller)
        assert heard[3:5] == [f"fi/{why}", "fi/number_entry"]
        assert "fi/opening_confirm" not in heard
        assert [request.number for request in world.disk.callbacks] == [OTHER]
        assert world.outcomes(caller) == ["callback"]
        await close(world)

    run_in_virtual_time(story())


@pytest.mark.parametrize(
    ("keyed", "why"),
    [
        ("112#", "number_emergency"),
        ("060012345#", "number_premium"),
        ("0291000003#", "number_ours"),
    ],
)
def test_a_number_that_may_not_be_called_is_refused_with_its_reason(keyed: str, why: str) -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        caller = await calls(world, {**FINNISH, "opening_confirm": "3", "number_entry": keyed})
        refused = ["fi/number_entry", f"fi/{why}"]
        after = ["fi/callback_not_kept", "fi/goodbye"]
        assert world.heard(caller)[4:] == [*refused * 3, *after]
        assert world.outcomes(caller) == ["closed_hours"]
        assert world.disk.callbacks == []
        await close(world)

    run_in_virtual_time(story())


@pytest.mark.parametrize("number_readback", ["", "7"])
def test_who_does_not_say_that_the_number_is_right_hears_that_nothing_is_kept(
    number_readback: str,
) -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        keys = {**SWEDISH, "number_entry": "0451112222#", "number_readback": number_readback}
        caller = await calls(world, keys, hidden=True)
        assert world.heard(caller)[-2:] == ["sv/callback_not_kept", "sv/goodbye"]
        assert world.outcomes(caller) == ["closed_hours"]
        assert world.disk.callbacks == []
        await close(world)

    run_in_virtual_time(story())


@pytest.mark.parametrize("keys", [ASKS, {**FINNISH, "opening_confirm": "3", **KEYS_IN}])
def test_what_the_disk_refuses_is_told_and_not_promised(keys: dict[str, str]) -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        world.disk.full = True
        caller = world.asterisk.call(CLOSED)
        with world.habit(caller, keys):
            await world.until(lambda: "fi/goodbye" in world.heard(caller))
        world.disk.full = False
        await world.until_over(caller)
        assert world.heard(caller)[-2:] == ["fi/callback_not_kept", "fi/goodbye"]
        assert world.disk.callbacks == []
        assert world.outcomes(caller) == ["closed_hours"]
        await close(world)

    run_in_virtual_time(story())


OFFERED = {
    "the own number": ASKS,
    "another number": {**FINNISH, "opening_confirm": "3", **KEYS_IN},
    "the own number, without a language": {"opening_confirm": "1"},
    "no key": {},
    "a wrong key": {**FINNISH, "opening_confirm": "5"},
    "no number": {**FINNISH, "opening_confirm": "3"},
}
NOTICES = {"lang_choice", "closed_next", "crisis"}


@pytest.mark.parametrize("budget_s", range(4, 34, 3))
@pytest.mark.parametrize("way", OFFERED)
@pytest.mark.parametrize("hidden", [False, True])
def test_what_cannot_be_said_before_the_free_time_ends_is_not_begun(
    way: str, budget_s: int, *, hidden: bool
) -> None:
    async def story() -> None:
        world = World(config(budget_s=budget_s))
        world.start()
        caller = await calls(world, OFFERED[way], hidden=hidden)
        asked = [at for at, sound in caller.heard if sound.rpartition("/")[2] not in NOTICES]
        assert all(at + PROMPT_S <= budget_s + 0.1 for at in asked), caller.heard
        kept = len(world.disk.callbacks)
        assert world.outcomes(caller) == ["callback" if kept else "closed_hours"]
        assert ("fi/callback_saved_next" in world.heard(caller)) == bool(kept)
        assert not caller.up
        await close(world)

    run_in_virtual_time(story())
