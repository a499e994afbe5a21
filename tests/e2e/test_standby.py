"""A second controller waits, and goes on with the calls of the first when that one ends."""

import re
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest

from ivr.phone.phone import Phone, PhoneCall, Telephony
from tests.e2e.callers import Undisturbed, connected, in_line, served, talk, times_heard
from tests.e2e.joining import ANOTHER, MENUS, QUIET, choose, dial, join
from tests.e2e.line import Line
from tests.e2e.standby import readiness, successor, waits

THIRD = "+358451112233"
Succeed = Callable[..., Line]


@pytest.fixture
async def succeed(line: Line) -> AsyncIterator[Succeed]:
    """Controllers to come after that of the fixture `line`, not yet started; killed in the end."""
    async with AsyncExitStack() as stack:

        def succeed(*arguments: str) -> Line:
            new = successor(line, *arguments)
            stack.push_async_callback(new.kill)
            return new

        yield succeed


async def test_a_standby_goes_on_with_all_calls_when_the_other_is_killed_or_told_to_end(
    line: Line, succeed: Succeed, telephony: Telephony, anna: Phone, bystander: PhoneCall
) -> None:
    standby, third = succeed(), succeed()
    await waits(standby)
    assert line.process is not None
    told = f"process {line.process.pid}"
    assert await readiness(standby) == (
        503, "standby", [f"standby: another controller ({told}) runs the line"],
    )  # fmt: skip
    await standby.says(re.escape(f"Another controller ({told}) runs this line. This one waits"))
    talker = await join(telephony, QUIET, "sv")
    leg = await connected(talker, anna)
    waiter = await join(telephony, QUIET, "fi", caller=ANOTHER)
    await waiter.heard("music")
    chooser = await dial(telephony, MENUS, caller=THIRD)
    await choose(chooser, "sv")
    await chooser.heard("sv/topic_short")
    undisturbed = [Undisturbed.from_now(each, bystander) for each in (talker, leg, waiter)]
    await line.kill()
    await standby.ready()
    await chooser.heard("sv/topic_short")
    await chooser.press("1")
    await chooser.heard("sv/queue_pos_1", out=True)
    await waiter.heard("fi/queue_next", out=True)
    await waits(third)
    await standby.stop()
    assert await standby.ended() == 0
    await third.ready()
    await waiter.heard("fi/queue_next", out=True)
    await talk(talker, leg)
    for each in undisturbed:
        each.check()
    await chooser.heard("sv/queue_pos_1", out=True)
    assert times_heard(waiter)["fi/queue_next"] == 3
    await talker.hang_up()
    await leg.ended()
    await served(waiter, anna)
    await served(chooser, anna)
    assert await third.outcomes(3) == ["served", "served", "served"]
    assert "differs" not in standby.said() + third.said()


async def test_a_controller_that_hangs_is_ended_by_one_that_is_told_to_take_over(
    line: Line, succeed: Succeed, telephony: Telephony, passwords: dict[str, str]
) -> None:
    waiter = await in_line(telephony, "sv")
    assert line.process is not None
    line.process.send_signal(signal.SIGSTOP)
    forceful = succeed("--take-over")
    await forceful.start()
    assert await line.ended() == -signal.SIGKILL
    await served(waiter, await telephony.counsellor("anna", passwords["anna"]))
    assert await forceful.outcomes(1) == ["served"]


async def test_a_controller_with_a_folder_of_its_own_waits_as_well(
    line: Line, plan: Callable[[], Line]
) -> None:
    elsewhere = plan()
    await waits(elsewhere)
    told = "from another folder, with the same database"
    reason = f"standby: another controller ({told}) runs the line"
    assert await readiness(elsewhere) == (503, "standby", [reason])
    await elsewhere.stop()
    assert await elsewhere.ended() == 0
    assert (await readiness(line))[1] == "ready"
