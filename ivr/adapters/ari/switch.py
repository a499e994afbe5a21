"""The verbs of the line as ARI requests, each safe to repeat."""

from collections.abc import Sequence

from ivr.adapters.ari.bridges import Bridges
from ivr.adapters.ari.calling import Calling, Shown, through_trunk
from ivr.adapters.ari.entry import BACK
from ivr.adapters.ari.events import SILENCE_MS
from ivr.adapters.ari.requests import Requests, check, seg
from ivr.adapters.ari.snapshot import FACTS, ours, snapshot
from ivr.adapters.ari.socket import AriSocket
from ivr.adapters.ari.sounds import Sounds
from ivr.domain.call import BridgeId, CallId, ChannelId, LineId
from ivr.domain.sweep import Ours
from ivr.ports import Media, PlaybackId, Snapshot

APOLOGY = "apology"
AT_WORK, CLOSED = "AT_WORK", "CLOSED_"  # read in local/alone.conf
# 1 while the other side of the channel's sound has put us on hold, else 0 (chan_pjsip).
HOLD = "CHANNEL(rtp,hold)"
# Read from the phone's SIP dialog, after whatever that is busy with (chan_pjsip).
IN_ITS_TURN = "CHANNEL(pjsip,call-id)"
# Hears speech in what comes from a channel (func_talkdetect): after how much silence it is over,
# in milliseconds, and how loud it is (mean of |sample|; 256 is a soft voice, and Asterisk's own
# choice).
LISTEN, LISTEN_FOR = "TALK_DETECT(set)", f"{SILENCE_MS},256"
STOP_LISTENING = "TALK_DETECT(remove)"
# Q.850 causes. 19 makes Asterisk end an unanswered call with 480 Temporarily
# Unavailable; 16 (normal clearing) would send 603 Decline, as if we refused.
NO_ANSWER = "19"
NORMAL_CLEARING = "16"
# Sent as `Reason: SIP;cause=200;text="Call completed elsewhere"` (RFC 3326).
ANSWERED_ELSEWHERE = "26"


class AriSwitch:
    """One Asterisk, over one open socket. Implements `ivr.ports.Switch`."""

    def __init__(self, socket: AriSocket, application: str) -> None:
        self._requests = Requests(socket)
        self._calling = Calling(socket, application)
        self._bridges = Bridges(self._requests)
        self._sounds = Sounds(self._requests)
        self._application = application

    async def progress(self, channel: ChannelId) -> None:
        """See `ivr.ports.Switch`."""
        await self._requests.do("POST", f"channels/{seg(channel)}/progress")

    async def answer(self, channel: ChannelId) -> None:
        """See `ivr.ports.Switch`."""
        await self._requests.do("POST", f"channels/{seg(channel)}/answer")

    async def play(
        self,
        channel: ChannelId,
        playback: PlaybackId,
        media: Sequence[Media],
        *,
        then_music: bool = False,
    ) -> None:
        """See `ivr.ports.Switch`."""
        await self._sounds.play(channel, playback, media, then_music=then_music)

    async def stop(self, playback: PlaybackId) -> bool:
        """See `ivr.ports.Switch`."""
        return await self._sounds.stop(playback)

    async def record(self, channel: ChannelId, recording: str, *, longest_s: float) -> None:
        """See `ivr.ports.Switch`."""
        await self._sounds.record(channel, recording, longest_s=longest_s)

    async def keep_recording(self, recording: str, name: str) -> None:
        """See `ivr.ports.Switch`."""
        await self._sounds.keep_recording(recording, name)

    async def forget_recording(self, recording: str) -> None:
        """See `ivr.ports.Switch`."""
        await self._sounds.forget_recording(recording)

    async def start_music(self, channel: ChannelId) -> None:
        """See `ivr.ports.Switch`."""
        await self._sounds.music(channel)

    async def stop_music(self, channel: ChannelId) -> None:
        """See `ivr.ports.Switch`."""
        await self._requests.do("DELETE", f"channels/{seg(channel)}/moh")

    async def listen(self, channel: ChannelId) -> None:
        """See `ivr.ports.Switch`."""
        await self._set(channel, LISTEN, LISTEN_FOR)

    async def stop_listening(self, channel: ChannelId) -> None:
        """See `ivr.ports.Switch`."""
        await self._set(channel, STOP_LISTENING, "")

    async def received(self, channel: ChannelId) -> int | None:
        """See `ivr.ports.Switch`."""
        path = f"channels/{seg(channel)}/rtp_statistics"
        answer = await self._requests.send("GET", path)
        if (
            answer.status == 404
        ):  # no session yet, or the channel has gone: its end comes as an event
            return None
        check(answer, path)
        return int(answer.body["rxcount"])

    async def holds_us(self, channel: ChannelId) -> bool:
        """See `ivr.ports.Switch`."""
        path = f"channels/{seg(channel)}/variable"
        answer = await self._requests.send("GET", path, variable=HOLD)
        return answer.status != 200 or answer.body["value"] != "0"

    async def start_ringback(self, channel: ChannelId) -> None:
        """See `ivr.ports.Switch`."""
        await self._requests.do("POST", f"channels/{seg(channel)}/ring")

    async def stop_ringback(self, channel: ChannelId) -> None:
        """See `ivr.ports.Switch`."""
        await self._requests.do("DELETE", f"channels/{seg(channel)}/ring")

    async def remember(self, channel: ChannelId, facts: str) -> None:
        """See `ivr.ports.Switch`."""
        await self._set(channel, FACTS, facts)

    async def ring(
        self,
        leg: ChannelId,
        *,
        call: CallId,
        account: str,
        display: str,
        number: str,
        ring_s: float,
    ) -> None:
        """See `ivr.ports.Switch`."""
        await self._calling.call_out(
            leg,
            call=call,
            endpoint=f"PJSIP/{account}",
            shown=Shown(name=display, number=number),
            ring_s=ring_s,
        )

    async def dial_out(
        self, leg: ChannelId, *, call: CallId, number: str, caller_id: str, ring_s: float
    ) -> None:
        """See `ivr.ports.Switch`."""
        await self._calling.call_out(
            leg,
            call=call,
            endpoint=through_trunk(number),
            shown=Shown(number=caller_id),
            ring_s=ring_s,
        )

    async def call_back(
        self,
        channel: ChannelId,
        *,
        call: CallId,
        number: str,
        caller_id: str,
        ring_s: float,
        facts: str,
    ) -> None:
        """See `ivr.ports.Switch`."""
        await self._calling.call_out(
            channel,
            call=call,
            endpoint=through_trunk(number),
            shown=Shown(number=caller_id),
            ring_s=ring_s,
            role=BACK,
            variables={FACTS: facts},
        )

    async def join(
        self, bridge: BridgeId, channels: Sequence[ChannelId], *, keys: bool = False
    ) -> None:
        """See `ivr.ports.Switch`."""
        await self._bridges.join(bridge, channels, keys=keys)

    async def part(self, bridge: BridgeId) -> None:
        """See `ivr.ports.Switch`."""
        await self._bridges.part(bridge)

    async def hang_up(
        self, channel: ChannelId, *, answered: bool = False, elsewhere: bool = False
    ) -> None:
        """See `ivr.ports.Switch`."""
        cause = NORMAL_CLEARING if answered else NO_ANSWER
        cause = ANSWERED_ELSEWHERE if elsewhere else cause
        answer = await self._requests.send("DELETE", f"channels/{seg(channel)}", reason_code=cause)
        if answer.status != 404:
            check(answer, "hang up")

    async def report_transfer(self, channel: ChannelId, *, done: bool) -> None:
        """See `ivr.ports.Switch`."""
        # Asterisk tells us of the wish before it has put down what it needs to hear the answer,
        # and ends with a segmentation fault if that comes first (22.10.1). What is asked of
        # the phone's SIP dialog is answered once it has done with the REFER.
        of_dialog = f"channels/{seg(channel)}/variable"
        await self._requests.send("GET", of_dialog, variable=IN_ITS_TURN)
        states = "channel_answered" if done else "channel_declined"
        path = f"channels/{seg(channel)}/transfer_progress"
        answer = await self._requests.send("POST", path, states=states)
        if answer.status not in (404, 409, 412):
            check(answer, path)

    async def apologise(self, channel: ChannelId) -> None:
        """See `ivr.ports.Switch`."""
        body = {"context": APOLOGY, "extension": "s", "priority": 1}
        await self._requests.do("POST", f"channels/{seg(channel)}/continue", body)

    async def tell_at_work(self, phones: str) -> None:
        """See `ivr.ports.Switch`."""
        body = {"variable": AT_WORK, "value": phones}
        await self._requests.do("POST", "asterisk/variable", body)

    async def tell_closed(self, line: LineId, until: int) -> None:
        """See `ivr.ports.Switch`."""
        body = {"variable": f"{CLOSED}{line}", "value": str(until)}
        await self._requests.do("POST", "asterisk/variable", body)

    async def ours(self) -> Ours:
        """See `ivr.ports.Switch`."""
        return await ours(self._requests, self._application)

    async def snapshot(self) -> Snapshot:
        """See `ivr.ports.Switch`."""
        return await snapshot(self._requests, self._application)

    async def _set(self, channel: ChannelId, variable: str, value: str) -> None:
        # In the body: as a query string, 4,000 characters are refused with 400.
        body = {"variable": variable, "value": value}
        await self._requests.do("POST", f"channels/{seg(channel)}/variable", body)
