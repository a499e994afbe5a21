"""A request whose number may not be called any more is left for a person's eye, and says why."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from ivr.adapters.numbering import NumberingPlans
from ivr.domain.call import Refused
from ivr.domain.callback import Callback, Status
from ivr.domain.journal import CallbackKind
from ivr.domain.policy import OutgoingPolicy
from ivr.domain.service import Service
from tests.fakes.asterisk import FakePhone
from tests.fakes.service import changed
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.callback_desk import desk_of
from tests.scenes.called_back import NUMBER, CalledBack


def ours(config: Service) -> Service:
    """The citizen's number is one of the service."""
    return changed(config, "paid", caller_id="0401234567")


def barred(config: Service) -> Service:
    """Nobody is called at such numbers."""
    return replace(config, calling_back=OutgoingPolicy(to=("+46",)))


async def found_refused(
    world: CalledBack, config: Service, steps: Steps | None = None
) -> FakePhone:
    """The line is started again with another configuration, and a counsellor comes."""
    await world.stop()
    world.config = config
    world.start(steps)
    return world.phone("anna")


def given_up(world: CalledBack) -> Callback:
    """The one request, which was given up once."""
    (refused,) = world.disk.callback_of(CallbackKind.REFUSED)
    assert refused.data == {"because": world.request.refused}
    assert world.request.status is Status.UNREACHED
    return world.request


@pytest.mark.parametrize(("change", "why"), [(ours, Refused.OURS), (barred, Refused.BARRED)])
def test_a_number_that_may_not_be_called_any_more_is_never_dialled_and_a_person_sees_why(
    change: Callable[[Service], Service], why: Refused
) -> None:
    async def story() -> None:
        world = await CalledBack.begin({})
        anna = await found_refused(world, change(world.config))
        await asyncio.sleep(120)
        assert (anna.rung, world.citizen.rung) == (0, 0)
        assert given_up(world).refused is why
        await world.crash_and_restart(1)
        await asyncio.sleep(120)
        assert [it.id for it in await desk_of(world).listed()] == [given_up(world).id]
        await world.close()

    run_in_virtual_time(story())


def test_a_request_that_is_reopened_is_judged_anew() -> None:
    async def story() -> None:
        world = await CalledBack.begin()
        usual = world.config
        await found_refused(world, barred(usual))
        await world.until(lambda: world.request.status is Status.UNREACHED)
        assert (await desk_of(world).reopen(world.request.id)).refused is None
        await world.until(lambda: len(world.disk.callback_of(CallbackKind.REFUSED)) == 2)
        assert world.request.status is Status.UNREACHED
        await found_refused(world, usual)
        await asyncio.sleep(60)
        assert world.citizen.rung == 0  # nothing comes back by itself
        await desk_of(world).reopen(world.request.id)
        await world.until(world.together)
        await world.close()

    run_in_virtual_time(story())


def test_a_line_that_does_not_dial_leaves_the_judgement_to_people() -> None:
    async def story() -> None:
        world = await CalledBack.begin({})
        policy = replace(world.config.lines[0].callback, dial=False)
        await found_refused(world, changed(barred(world.config), "free", callback=policy))
        await asyncio.sleep(120)
        assert world.request.status is Status.WAITING
        await world.close()

    run_in_virtual_time(story())


@pytest.mark.parametrize("fault", [None, RuntimeError("the plans are gone")])
def test_a_number_is_judged_once_more_just_before_it_is_dialled_and_what_is_not_known_is_not(
    monkeypatch: pytest.MonkeyPatch, fault: Exception | None
) -> None:
    async def story() -> None:
        world = await CalledBack.begin()
        judged = NumberingPlans.objection

        def turning(plans: NumberingPlans, dialled: str) -> Refused | None:
            if any(it.status is Status.CALLING for it in world.house.callbacks.open):
                if fault is not None:
                    raise fault
                return Refused.PREMIUM
            return judged(plans, dialled)

        monkeypatch.setattr(NumberingPlans, "objection", turning)
        world.phone("anna")
        await world.until(lambda: world.results == ["failed"])
        assert world.citizen.rung == 0
        assert world.channel(NUMBER) is None
        await world.close()

    run_in_virtual_time(story())


async def _crashed(at: int | None) -> int:
    """How many steps there were; the controller dies at this one and is started again."""
    world = await CalledBack.begin({})
    restarts: list[asyncio.Task[None]] = []

    def strike() -> None:
        assert world.controller is not None
        world.controller.die()
        restarts.append(asyncio.get_running_loop().create_task(world.crash_and_restart(0.5)))

    steps = Steps(at, strike)
    anna = await found_refused(world, barred(world.config), steps)
    await asyncio.sleep(2)
    taken = steps.taken
    await asyncio.sleep(60)
    for restart in restarts:
        await restart
    assert given_up(world).refused is Refused.BARRED
    assert (anna.rung, world.citizen.rung) == (0, 0)
    await world.close()
    return taken


def test_a_crash_at_any_await_gives_it_up_once_and_dials_nobody() -> None:
    for step in range(1, run_in_virtual_time(_crashed(None)) + 1):
        run_in_virtual_time(_crashed(step))
