"""A phone that puts us on hold on a real Asterisk: the event, and what is known without it."""

import asyncio

from ivr.domain.call import ChannelId
from ivr.phone.phone import Phone
from ivr.ports import HoldChanged

from .conftest import BOUND_S, Line


async def test_who_holds_us_is_told_as_it_happens_and_to_whoever_asks_later(
    line: Line, citizen: Phone
) -> None:
    call, arrived = await line.called_by(citizen)
    channel = arrived.channel
    await line.switch.answer(channel)
    await call.answered()
    await _until_held(line, channel, held=False)
    await call.hold()
    await line.until(HoldChanged, lambda changed: changed.held)
    await _until_held(line, channel, held=True)
    await call.resume()
    await line.until(HoldChanged, lambda changed: not changed.held)
    await _until_held(line, channel, held=False)
    await line.switch.hang_up(channel)


async def test_a_channel_that_cannot_be_asked_counts_as_one_that_holds_us(
    line: Line, citizen: Phone
) -> None:
    _, arrived = await line.called_by(citizen)
    assert await line.switch.holds_us(arrived.channel)  # no sound session yet
    assert await line.switch.holds_us(ChannelId("nobody"))


async def _until_held(line: Line, channel: ChannelId, *, held: bool) -> None:
    async with asyncio.timeout(BOUND_S):
        while True:
            if await line.switch.holds_us(channel) is held:
                return
            await asyncio.sleep(0.01)
