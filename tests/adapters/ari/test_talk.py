"""What a talk needs of a real Asterisk: keys that nobody hears, ringing, calls outside, REFER."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ivr.adapters.ari.events import Translator
from ivr.domain.call import BridgeId, CallId, ChannelId
from ivr.phone.phone import Phone, PhoneCall
from ivr.ports import NO_SUCH_CALL, ChannelGone, KeyPressed, LegAnswered, TransferAsked

from .conftest import Line
from .server import FakeAri

BRIDGE, OTHER = BridgeId("n1-1.talk"), BridgeId("n1-1.consult")
LEG, CALL = ChannelId("leg"), CallId("n1-1")
WISH: Mapping[str, Any] = {
    "type": "ChannelTransfer",
    "timestamp": "2026-11-22T00:00:00.000+0000",
    "refer_to": {"requested_destination": {"destination": "200"}},
    "referred_by": {
        "source_channel": {"id": "leg"},
        "connected_channel": {"id": "1.1"},
        "bridge": {"id": "n1-1.talk"},
    },
}


async def talking(
    line: Line, citizen: Phone, anna: Phone
) -> tuple[PhoneCall, PhoneCall, ChannelId]:
    """A caller and a counsellor on a bridge, and the caller's channel."""
    caller, arrived = await line.called_by(citizen)
    await line.switch.ring(
        LEG, call=CALL, account="anna", display="SV", number="0291512360", ring_s=20
    )
    leg = await anna.next_call()
    await leg.answer()
    await line.until(LegAnswered)
    await line.switch.join(BRIDGE, [LEG, arrived.channel])
    await line.switch.answer(arrived.channel)
    return caller, leg, arrived.channel


def _is_last(channel: ChannelId) -> Callable[[KeyPressed], bool]:
    return lambda pressed: (pressed.channel, pressed.key) == (channel, "7")


async def test_keys_in_a_talk_are_events_and_the_other_hears_none_of_them(
    line: Line, citizen: Phone, anna: Phone
) -> None:
    caller, leg, channel = await talking(line, citizen, anna)
    caller.speak_tone(440)
    await leg.hears_tone(440)
    for phone, of in ((leg, LEG), (caller, channel)):
        await phone.press("*7")
        await line.until(KeyPressed, _is_last(of))
        pressed = [e.key for e in line.seen if isinstance(e, KeyPressed) and e.channel == of]
        assert pressed == ["*", "7"], line.seen
    leg.speak_tone(1000)
    await caller.hears_tone(1000)


async def test_whoever_is_on_the_bridge_already_notices_nothing_of_being_joined_again(
    line: Line, citizen: Phone, anna: Phone
) -> None:
    caller, leg, channel = await talking(line, citizen, anna)
    caller.speak_tone(440)
    await leg.hears_tone(440)
    for _ in range(5):
        await line.switch.join(BRIDGE, [LEG, channel])
    caller.speak_tone(700)
    await leg.hears_tone(700)


async def test_whoever_is_on_the_bridge_is_not_added_anew_which_would_make_a_gap(
    ari: FakeAri,
) -> None:
    ari.answer = lambda _: (200, {"channels": [LEG]})
    async with ari.connections().connect() as connection:
        await connection.switch.join(BRIDGE, [LEG, ChannelId("1.1")])
    bodies = [json.loads(r["message_body"]) for r in ari.requests if "addChannel" in r["uri"]]
    assert [body["channel"] for body in bodies] == [["1.1"]]


async def test_one_who_is_joined_elsewhere_leaves_the_first_bridge(
    line: Line, citizen: Phone, anna: Phone
) -> None:
    caller, leg, channel = await talking(line, citizen, anna)
    caller.speak_tone(440)
    await leg.hears_tone(440)
    await line.switch.join(OTHER, [LEG])
    await leg.until(lambda: not leg.hearing.tone(440), "silence", within_s=10)
    await line.switch.join(OTHER, [channel])
    await leg.hears_tone(440)


async def test_a_party_hears_that_a_phone_rings_until_it_does_no_more(
    line: Line, citizen: Phone
) -> None:
    caller, arrived = await line.called_by(citizen)
    await line.switch.answer(arrived.channel)
    await caller.answered()
    await line.switch.start_ringback(arrived.channel)
    await caller.hears_tone(425)
    await line.switch.stop_ringback(arrived.channel)
    await caller.until(lambda: not caller.hearing.tone(425), "silence", within_s=10)
    await line.switch.stop_ringback(arrived.channel)


async def test_without_a_carrier_nobody_outside_can_be_called(line: Line) -> None:
    with pytest.raises(ChannelGone):
        await line.switch.dial_out(
            LEG, call=CALL, number="0401112222", caller_id="0291512360", ring_s=20
        )


async def test_a_transfer_that_nobody_asked_for_may_be_reported(
    line: Line, citizen: Phone, anna: Phone
) -> None:
    _, leg, _ = await talking(line, citizen, anna)
    for done in (True, False):
        await line.switch.report_transfer(LEG, done=done)
    await line.switch.report_transfer(ChannelId("nobody"), done=True)
    leg.speak_tone(1000)
    assert leg.ending is None


async def test_a_wish_is_answered_after_something_was_read_from_the_phones_dialog(
    ari: FakeAri,
) -> None:
    async with ari.connections().connect() as connection:
        await connection.switch.report_transfer(LEG, done=False)
    first, last = ari.requests[-2:]
    assert (first["method"], first["uri"]) == ("GET", "channels/leg/variable")
    read = {query["name"]: query["value"] for query in first["query_strings"]}
    assert read == {"variable": "CHANNEL(pjsip,call-id)"}
    assert (last["method"], last["uri"]) == ("POST", "channels/leg/transfer_progress")


@pytest.mark.parametrize("status", [404, 409, 412])
async def test_a_wish_that_can_no_longer_be_answered_is_no_fault(ari: FakeAri, status: int) -> None:
    ari.answer = lambda request: (status, {"message": "too late"})
    async with ari.connections().connect() as connection:
        await connection.switch.report_transfer(LEG, done=True)


async def test_a_phone_that_may_not_transfer_is_told_so_and_nothing_happens(
    line: Line, citizen: Phone, anna: Phone
) -> None:
    caller, leg, _ = await talking(line, citizen, anna)
    assert await leg.transfer("200") == 603
    assert not [event for event in line.seen if isinstance(event, TransferAsked)]
    leg.speak_tone(1000)
    await caller.hears_tone(1000)


def test_a_wish_to_transfer_is_told_from_its_echoes() -> None:
    wish = TransferAsked(channel=ChannelId("leg"), target="200", consulted=None)
    assert Translator().translate(WISH) == wish
    assert Translator().translate({**WISH, "state": "channel_answered"}) is None
    alone = {"source_channel": {"id": "leg"}}
    assert Translator().translate({**WISH, "referred_by": alone}) is None


def test_an_attended_transfer_names_the_phones_second_call() -> None:
    to = {"requested_destination": {"destination": "201"}, "destination_channel": {"id": "1.7"}}
    asked = Translator().translate({**WISH, "refer_to": to})
    assert asked == TransferAsked(
        channel=ChannelId("leg"), target="201", consulted=ChannelId("1.7")
    )


def test_an_attended_transfer_to_an_unknown_call_is_no_blind_one() -> None:
    unknown = {"requested_destination": {"destination": "201", "protocol_id": "junk"}}
    asked = Translator().translate({**WISH, "refer_to": unknown})
    assert asked == TransferAsked(channel=ChannelId("leg"), target="201", consulted=NO_SUCH_CALL)
