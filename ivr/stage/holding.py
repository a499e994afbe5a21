"""How a caller is held: music until something ends it, and a look at them while it goes on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Protocol

import structlog

from ivr.domain.call import ChannelId
from ivr.ports import ChannelGone, Switch, SwitchUnavailable
from ivr.stage.heard import Finished, Heard
from ivr.stage.party import Party

log = structlog.get_logger(__name__)

# A proxy may give up after 3 minutes without a provisional response, so one is
# due at least every minute (RFC 3261 §13.3.1.1).
REFRESH_S = 45.0


class Watch(Protocol):
    """What is looked after while the music goes on."""

    every_s: float

    async def over(self) -> bool:
        """Whether the music is to end now. Sends nothing that would disturb it."""
        ...


async def hold(
    party: Party,
    seconds: float,
    until: asyncio.Future[Any] | None,
    watch: Watch | None,
    refresh: Callable[[], Awaitable[None]],
) -> Heard:
    """Wait, to the music that plays. See `ivr.stage.Call.hold`."""
    loop = asyncio.get_running_loop()
    end, refresh_at = loop.time() + seconds, loop.time() + REFRESH_S
    while True:
        if watch is not None and await watch.over():
            return Finished()
        look_at = end if watch is None else loop.time() + watch.every_s
        heard = await party.listen(min(end, refresh_at, look_at) - loop.time(), until=until)
        if not isinstance(heard, Finished) or loop.time() >= end:
            return heard
        if loop.time() >= refresh_at:
            await refresh()
            refresh_at += REFRESH_S


@asynccontextmanager
async def music(switch: Switch, channel: ChannelId) -> AsyncIterator[None]:
    """Hold music for as long as the block lasts."""
    await switch.start_music(channel)
    try:
        yield
    finally:
        await _stop_music(switch, channel)


async def _stop_music(switch: Switch, channel: ChannelId) -> None:
    try:
        await switch.stop_music(channel)
    except (ChannelGone, SwitchUnavailable):
        log.debug("call.music_left_playing")
