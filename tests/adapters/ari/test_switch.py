"""Each verb on a real Asterisk: what it does, and what it says when a hang-up was faster."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ivr.adapters.ari import AriConnections, Replaced
from ivr.domain.call import BridgeId, CallId, ChannelId
from ivr.errors import Refusal
from ivr.phone.phone import Phone, Telephony
from ivr.ports import (
    Arrived,
    ChannelEnded,
    ChannelGone,
    KeyPressed,
    LegAnswered,
    PhoneChanged,
    PlaybackEnded,
    PlaybackId,
    Switch,
)

from .conftest import Exchange, Line

NOBODY, BRIDGE, SAID = ChannelId("nobody"), BridgeId("n1-1.talk"), PlaybackId("said")
LEG, CALL = ChannelId("leg"), CallId("n1-1")


async def _ring(switch: Switch, leg: ChannelId = LEG, account: str = "anna") -> None:
    await switch.ring(
        leg, call=CALL, account=account, display="SV Lapsiperheet 3:40", number="0291512360", ring_s=20
    )


# --- connecting -------------------------------------------------------------------


async def test_a_wrong_password_is_refused_by_name(exchange: Exchange) -> None:
    target = replace(exchange.target, password="wrong")
    with pytest.raises(Refusal, match="'ivr'.*IVR_ARI_PASSWORD"):
        async with AriConnections(target, list).connect():
            pass


async def test_an_idle_switch_has_nothing_on_it(line: Line) -> None:
    found = await line.switch.snapshot()
    assert not found.channels
    assert not found.bridges
    assert not found.reachable
    assert timedelta(0) < datetime.now(UTC) - found.started < timedelta(hours=1)


async def test_a_second_controller_takes_over_and_the_first_one_knows(
    exchange: Exchange, citizen: Phone
) -> None:
    connections = AriConnections(exchange.target, list)
    async with connections.connect() as first, connections.connect() as second:
        with pytest.raises(Replaced):
            async for _ in first.events():
                pytest.fail("the first controller was told of something else")
        newest = Line(second.switch, second)
        listening = asyncio.create_task(newest.listen())
        call, _ = await newest.called_by(citizen)
        await call.hang_up()
        await newest.until(ChannelEnded)
        await second.close()
        await listening


async def test_the_noise_stays_away(line: Line, citizen: Phone, exchange: Exchange) -> None:
    heard: list[str] = []
    translate = line.connection._socket._sort

    def listening(text: str) -> None:
        heard.append(json.loads(text)["type"])
        translate(text)

    line.connection._socket._sort = listening  # type: ignore[method-assign]
    call, arrived = await line.called_by(citizen)
    await line.switch.remember(arrived.channel, "{}")
    await line.switch.play(arrived.channel, SAID, [exchange.sound("short")])
    await line.until(PlaybackEnded)
    await line.switch.answer(arrived.channel)
    await call.hang_up()
    await line.until(ChannelEnded)
    assert set(heard) == {
        "RESTResponse", "StasisStart", "PlaybackFinished", "ChannelHangupRequest", "StasisEnd",
    }  # fmt: skip
