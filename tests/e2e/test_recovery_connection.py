"""The controller loses Asterisk, or Asterisk the controller: calls go on, and are taken up."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace

import pytest

from ivr.embedded.asterisk import AsteriskAccess
from ivr.phone.phone import Phone, PhoneCall, Telephony
from tests.e2e.at_work import running
from tests.e2e.callers import Undisturbed, connected, talk
from tests.e2e.joining import ANOTHER, QUIET, join
from tests.e2e.line import POLL_S, READY_S, Line
from tests.e2e.wire import Wire, wire_to


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A controller that reaches Asterisk through a wire, and another one, not yet started."""

    line: Line
    wire: Wire
    second: Line


@pytest.fixture
async def scene(plan: Callable[[], Line], access: AsteriskAccess) -> AsyncIterator[Scene]:
    planned, second = plan(), replace(plan(), arguments=("--take-over",))
    async with wire_to(access.ari_url) as wire:
        environment = {**planned.environment, "IVR_ARI_URL": wire.url}
        async with running(replace(planned, environment=environment), access) as line:
            try:
                yield Scene(line=line, wire=wire, second=second)
            finally:
                await second.stop()


async def cut(scene: Scene) -> None:
    scene.wire.cut()
    await connected_again(scene.line)


async def dead(scene: Scene) -> None:
    scene.wire.go_dead()
    await connected_again(scene.line)


async def stopped(scene: Scene) -> None:
    await scene.line.stop()
    assert await scene.line.ended() == 0
    await scene.line.start()


async def replaced(scene: Scene) -> None:
    """The second takes the application over; the first goes, with a word."""
    await scene.second.start()
    assert await scene.line.ended() == 1
    said = scene.line.said()
    assert re.search("^Another controller has taken over", said, re.MULTILINE)
    assert "Traceback" not in said


@pytest.mark.parametrize("fails", [cut, dead, stopped, replaced])
async def test_who_talks_notices_nothing_and_who_waits_is_served_though_something_was(
    scene: Scene,
    telephony: Telephony,
    anna: Phone,
    bystander: PhoneCall,
    fails: Callable[[Scene], Awaitable[None]],
) -> None:
    talker = await join(telephony, QUIET, "sv")
    leg = await connected(talker, anna)
    waiter = await join(telephony, QUIET, "fi", caller=ANOTHER)
    await waiter.heard("music")
    all_three = [Undisturbed.from_now(each, bystander) for each in (talker, leg, waiter)]
    await fails(scene)
    await waiter.heard("fi/queue_next", out=True)
    await talk(talker, leg)
    for each in all_three:
        each.check()
    await talker.hang_up()
    await leg.ended()
    leg = await connected(waiter, anna)
    await leg.hang_up()
    assert await scene.line.outcomes(2) == ["served", "served"]


async def connected_again(line: Line) -> None:
    """Wait until the controller has connected for the second time."""
    deadline = asyncio.get_running_loop().time() + READY_S
    while line.logged().count('"director.connected"') < 2:
        assert asyncio.get_running_loop().time() < deadline, line.logged()
        await asyncio.sleep(POLL_S)
