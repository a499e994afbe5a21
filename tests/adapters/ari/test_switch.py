"""Each verb on a real Asterisk: what it does, and what it says when a hang-up was faster."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ivr.adapters.ari import AriConnections, Replaced
from ivr.domain.call import BridgeId, CallId, ChannelId
from ivr.errors import Refusal
from ivr.phone.phone import Phone, Telephony
from ivr.ports import (
    ChannelEnded,
    ChannelGone,
    Media,
    PlaybackEnded,
    PlaybackId,
    Switch,
)

from .conftest import SERVICE_NUMBER, Exchange, Line

NOBODY, BRIDGE, SAID = ChannelId("nobody"), BridgeId("n1-1.talk"), PlaybackId("said")


# --- connecting -------------------------------------------------------------------


async def test_a_wrong_password_is_refused_by_name(exchange: Exchange) -> None:
    target = replace(exchange.target, password="wrong")
    with pytest.raises(Refusal, match=r"'ivr'.*IVR_ARI_PASSWORD"):
        async with AriConnections(target, []).connect():
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
    connections = AriConnections(exchange.target, [])
    async with connections.connect() as first, connections.connect() as second:
        with pytest.raises(Replaced):
            await anext(first.events())
        newest = Line(second.switch, second)
        listening = asyncio.create_task(newest.listen())
        call, _ = await newest.called_by(citizen)
        await call.hang_up()
        await newest.until(ChannelEnded)
        await second.close()
        await listening


async def test_the_noise_stays_away(exchange: Exchange, citizen: Phone) -> None:
    kinds: list[str] = []
    async with AriConnections(exchange.target, []).connect() as connection:
        call = await citizen.dial(SERVICE_NUMBER)
        async for event in connection._socket.events():
            kinds.append(event["type"])
            if event["type"] == "StasisStart":
                channel = ChannelId(event["channel"]["id"])
                await connection.switch.remember(channel, "{}")
                await connection.switch.answer(channel)
                await connection.switch.play(channel, SAID, [exchange.sound("short")])
            elif event["type"] == "PlaybackFinished":
                await call.hang_up()
            elif event["type"] == "StasisEnd":
                break
    assert kinds == [
        "StasisStart",
        "ChannelStateChange",
        "PlaybackFinished",
        "ChannelHangupRequest",
        "StasisEnd",
    ]


# --- what comes from a channel ----------------------------------------------------


async def test_the_sound_that_comes_from_a_caller_is_counted_until_they_have_gone(
    line: Line, citizen: Phone
) -> None:
    call, arrived = await line.called_by(citizen)
    await line.switch.start_music(arrived.channel)
    packets: list[int | None] = [None]
    for _ in range(200):
        packets.append(await line.switch.received(arrived.channel))
        if (packets[-1] or 0) >= 50:
            break
        await asyncio.sleep(0.05)
    counted = [number for number in packets if number is not None]
    assert counted == sorted(counted)
    assert counted[-1] >= 50
    await call.hang_up()
    await line.until(ChannelEnded)
    assert await line.switch.received(arrived.channel) is None
    assert await line.switch.received(NOBODY) is None


# --- what has gone ----------------------------------------------------------------


@pytest.mark.parametrize(
    "verb",
    [
        lambda switch: switch.progress(NOBODY),
        lambda switch: switch.answer(NOBODY),
        lambda switch: switch.play(NOBODY, SAID, [Media("/nothing")]),
        lambda switch: switch.start_music(NOBODY),
        lambda switch: switch.stop_music(NOBODY),
        lambda switch: switch.remember(NOBODY, "{}"),
        lambda switch: switch.apologise(NOBODY),
        lambda switch: switch.join(BRIDGE, [NOBODY]),
        lambda switch: switch.ring(
            NOBODY, call=CallId("n1-1"), account="anna", display="FI", number="029", ring_s=20
        ),
    ],
)
async def test_a_verb_for_whom_nobody_is_there_says_so(
    line: Line, verb: Callable[[Switch], Awaitable[None]]
) -> None:
    with pytest.raises(ChannelGone):
        await verb(line.switch)


async def test_what_is_to_end_may_have_ended(line: Line) -> None:
    assert not await line.switch.stop(SAID)
    await line.switch.part(BRIDGE)
    await line.switch.hang_up(NOBODY)


async def test_a_channel_that_has_left_for_the_dialplan_is_gone_for_every_verb(
    line: Line, citizen: Phone, exchange: Exchange
) -> None:
    call, arrived = await line.called_by(citizen)
    await line.switch.apologise(arrived.channel)
    await line.until(ChannelEnded)
    for verb in (
        line.switch.play(arrived.channel, SAID, [exchange.sound("short")]),
        line.switch.answer(arrived.channel),
        line.switch.join(BRIDGE, [arrived.channel]),
        line.switch.apologise(arrived.channel),
    ):
        with pytest.raises(ChannelGone):
            await verb
    ending = await call.ended()
    assert (ending.status, call.answered_at) == (480, None)


# --- one call ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "facts",
    [
        "{}",
        json.dumps({"name": 'Läpi "sanoi", \\ ja ${CHANNEL(name)} ${SHELL(id)}', "n": [1, 2]}),
        json.dumps({"name": "Åsa 🙂 Öberg\n"}, ensure_ascii=False),
        json.dumps({"long": "x" * 2000}),
    ],
)
async def test_facts_are_read_back_as_they_were_remembered(
    line: Line, citizen: Phone, facts: str
) -> None:
    _, arrived = await line.called_by(citizen)
    await line.switch.remember(arrived.channel, '{"older": true}')
    await line.switch.remember(arrived.channel, facts)
    found = (await line.switch.snapshot()).channels[arrived.channel]
    assert found.facts == facts


async def test_a_caller_who_waits_is_found_as_they_arrived(line: Line, citizen: Phone) -> None:
    _, arrived = await line.called_by(citizen)
    found = (await line.switch.snapshot()).channels[arrived.channel]
    assert (found.dialled, found.caller, found.hidden) == (SERVICE_NUMBER, "+358401234567", False)
    assert (arrived.dialled, arrived.caller, arrived.hidden) == (
        found.dialled,
        found.caller,
        found.hidden,
    )
    assert found.in_application
    assert not found.up
    assert found.facts is None
    assert found.leg_of is None


async def test_a_hidden_caller_is_found_hidden(line: Line, telephony: Telephony) -> None:
    _, arrived = await line.called_by(await telephony.citizen(None))
    found = (await line.switch.snapshot()).channels[arrived.channel]
    assert (arrived.hidden, arrived.caller) == (True, "")
    assert (found.hidden, found.caller) == (True, "")


async def test_sound_and_music_do_not_answer_a_call_and_answering_twice_is_answering_once(
    line: Line, citizen: Phone, exchange: Exchange
) -> None:
    call, arrived = await line.called_by(citizen)
    channel = arrived.channel
    await line.switch.play(channel, SAID, [exchange.sound("short"), exchange.sound("short")])
    ended = await line.until(PlaybackEnded)
    assert ended == PlaybackEnded(channel=channel, playback=SAID, failed=False)
    await line.switch.start_music(channel)
    await line.switch.progress(channel)
    await line.switch.stop_music(channel)
    assert call.answered_at is None
    await line.switch.answer(channel)
    await line.switch.answer(channel)
    await line.switch.progress(channel)
    await call.answered()
    await call.hang_up()
    await line.until(ChannelEnded)
    answers = [m for m in call.messages if m.status == 200 and m.cseq_method == "INVITE"]
    assert len(answers) == 1


async def test_music_may_be_started_and_stopped_twice(line: Line, citizen: Phone) -> None:
    _, arrived = await line.called_by(citizen)
    for verb in (line.switch.start_music, line.switch.stop_music):
        await verb(arrived.channel)
        await verb(arrived.channel)


async def test_a_sound_that_is_not_there_is_a_playback_that_failed(
    line: Line, citizen: Phone, exchange: Exchange
) -> None:
    _, arrived = await line.called_by(citizen)
    await line.switch.play(arrived.channel, SAID, [exchange.sound("nowhere")])
    assert (await line.until(PlaybackEnded)).failed


async def test_a_playback_asked_for_twice_is_played_twice(
    line: Line, citizen: Phone, exchange: Exchange
) -> None:
    """Asterisk 22.10 does not refuse an id that is in use: one more reason to stop first."""
    _, arrived = await line.called_by(citizen)
    for _ in range(2):
        await line.switch.play(arrived.channel, SAID, [exchange.sound("short")])
    await line.until(PlaybackEnded)
    await line.until(PlaybackEnded, after=1 + line.seen.index(await line.until(PlaybackEnded)))


async def test_a_call_that_is_hung_up_unanswered_ends_with_480_and_not_as_if_refused(
    line: Line, citizen: Phone
) -> None:
    call, arrived = await line.called_by(citizen)
    await line.switch.hang_up(arrived.channel)
    assert (await call.ended()).status == 480
    assert (await line.until(ChannelEnded)).channel == arrived.channel
