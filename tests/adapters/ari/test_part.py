"""Who leaves a bridge can be spoken to at once."""

from functools import partial

from ivr.domain.call import BridgeId, CallId, ChannelId
from ivr.phone.phone import Phone
from ivr.ports import LegAnswered, PlaybackEnded, PlaybackId

from .conftest import Exchange, Line

BRIDGE, LEG = BridgeId("n1-1.talk"), ChannelId("leg")
TIMES = 30


async def test_whoever_was_in_a_talk_hears_what_is_played_right_after_it(
    line: Line, anna: Phone, citizen: Phone, exchange: Exchange
) -> None:
    _, arrived = await line.called_by(citizen)
    await line.switch.ring(
        LEG, call=CallId("n1-1"), account="anna", display="SV", number="0291512360", ring_s=20
    )
    leg = await anna.next_call()
    await leg.answer()
    await line.until(LegAnswered)
    both = LEG, arrived.channel
    for turn in range(TIMES):
        await line.switch.join(BRIDGE, both)
        await line.switch.part(BRIDGE)
        before = len(line.seen)
        for who in both:
            playback = PlaybackId(f"{who}.{turn}")
            await line.switch.play(who, playback, [exchange.sound("short")])
        for who in both:
            await line.until(PlaybackEnded, partial(_is, f"{who}.{turn}"), after=before)


def _is(playback: str, ended: PlaybackEnded) -> bool:
    return ended.playback == playback
