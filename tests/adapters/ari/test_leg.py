"""A counsellor's phone on a real Asterisk: it registers, rings, is answered and joined."""

import asyncio

import pytest

from ivr.adapters.ari.connection import AriConnection
from ivr.adapters.ari.requests import Requests
from ivr.domain.call import BridgeId, CallId, ChannelId
from ivr.domain.sweep import Ours
from ivr.phone.phone import Phone
from ivr.ports import (
    ChannelEnded,
    ChannelGone,
    LegAnswered,
    PhoneChanged,
    Switch,
)

from .conftest import Line

BRIDGE = BridgeId("n1-1.talk")
LEG, CALL = ChannelId("leg"), CallId("n1-1")


async def _ring(switch: Switch, leg: ChannelId = LEG, account: str = "anna") -> None:
    await switch.ring(
        leg,
        call=CALL,
        account=account,
        display="SV Lapsiperheet 3:40",
        number="0291512360",
        ring_s=20,
    )


async def test_a_phone_that_registers_and_goes_is_reported(line: Line, anna: Phone) -> None:
    assert (await line.switch.snapshot()).reachable == {"anna"}
    await anna.unregister()
    gone = await line.until(PhoneChanged, lambda changed: not changed.reachable)
    assert gone.account == "anna"
    assert not (await line.switch.snapshot()).reachable


async def test_a_phone_that_is_asked_for_twice_rings_once(line: Line, anna: Phone) -> None:
    await _ring(line.switch)
    await _ring(line.switch)
    with pytest.raises(ChannelGone):  # its id is free, whatever Asterisk said of the other
        await _ring(line.switch, ChannelId("leg of bertil"), "bertil")
    ringing = await anna.next_call()
    assert (ringing.number, ringing.display_name) == ("0291512360", "SV Lapsiperheet 3:40")
    found = (await line.switch.snapshot()).channels
    assert list(found) == [LEG]
    assert found[LEG].leg_of == CALL
    assert not found[LEG].up
    assert (await line.switch.ours()).channels == {LEG}


async def test_what_a_phone_shows_cannot_leave_its_quotes(line: Line, anna: Phone) -> None:
    await line.switch.ring(
        LEG,
        call=CALL,
        account="anna",
        display='FI "Ä\\" <sip:999@evil>\r\nX: y ${EXTEN}',
        number="029",
        ring_s=20,
    )
    ringing = await anna.next_call()
    sender = ringing.messages[0].headers["from"]
    assert sender.startswith('"FI Ä sip:999@evilX: y ${EXTEN}" <sip:029@')


async def test_two_are_joined_once_however_often_it_is_asked(
    line: Line, citizen: Phone, anna: Phone
) -> None:
    caller, arrived = await line.called_by(citizen)
    await _ring(line.switch)
    counsellor = await anna.next_call()
    await counsellor.answer()
    await line.until(LegAnswered)
    for _ in range(2):
        await line.switch.join(BRIDGE, [LEG, arrived.channel])
    await line.switch.answer(arrived.channel)
    caller.speak_tone(440)
    counsellor.speak_tone(1000)
    await caller.hears_tone(1000)
    await counsellor.hears_tone(440)
    found = await line.switch.snapshot()
    assert found.bridges == {BRIDGE}
    assert await line.switch.ours() == Ours(
        channels=frozenset(found.channels), bridges=found.bridges
    )
    assert all(channel.up and channel.in_application for channel in found.channels.values())
    await line.switch.part(BRIDGE)
    for _ in range(100):  # the list of the application's bridges follows a moment later
        left = await line.switch.snapshot()
        if not left.bridges:
            break
        await asyncio.sleep(0.02)
    assert not left.bridges
    assert set(left.channels) == {LEG, arrived.channel}


async def test_a_phone_that_is_not_answered_stops_ringing_by_itself(
    line: Line, anna: Phone
) -> None:
    await line.switch.ring(LEG, call=CALL, account="anna", display="FI", number="029", ring_s=1)
    ringing = await anna.next_call()
    ended = await line.until(ChannelEnded)
    assert (ended.channel, ended.cause, ended.rang) == (LEG, 19, True)  # Q.850: no answer
    await ringing.ended()


async def test_a_phone_that_refuses_ends_its_leg_with_the_cause(line: Line, anna: Phone) -> None:
    await _ring(line.switch)
    await (await anna.next_call()).reject()
    ended = await line.until(ChannelEnded)
    assert (ended.channel, ended.cause) == (LEG, 17)  # Q.850: user busy


async def test_a_phone_in_whose_place_another_was_answered_is_told_so(
    line: Line, anna: Phone
) -> None:
    await _ring(line.switch)
    ringing = await anna.next_call()
    await _heard_to_ring(line.connection)
    await line.switch.hang_up(LEG, elsewhere=True)
    assert (await ringing.ended()).status == 487
    (cancel,) = [message for message in ringing.messages if message.method == "CANCEL"]
    assert cancel.headers["reason"] == 'SIP;cause=200;text="Call completed elsewhere"'
    assert (await line.until(ChannelEnded)).channel == LEG


async def _heard_to_ring(connection: AriConnection) -> None:
    """Wait until Asterisk has the phone's 180; a CANCEL before it carries no Reason (22.10)."""
    requests = Requests(connection._socket)
    async with asyncio.timeout(10):
        while (await requests.read(f"channels/{LEG}"))["state"] != "Ringing":  # noqa: ASYNC110
            await asyncio.sleep(0.01)
