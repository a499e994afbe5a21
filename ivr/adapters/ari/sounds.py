"""What is played to a channel and recorded from it, as ARI requests."""

import asyncio
from collections.abc import Sequence

from ivr.adapters.ari.requests import Requests, check, seg
from ivr.domain.call import ChannelId
from ivr.ports import Media, PlaybackId, SwitchRefused

MUSIC_CLASS = "ivr"
# How a recording is named that is played; what is no such name is the path of a sound file.
RECORDED = "recording:"
RECORDING_FORMAT = "alaw"
# How often a playback is asked to stop that has begun and has no sound yet, seconds apart.
STOP_TRIES, STOP_AGAIN_S = 100, 0.02


class Sounds:
    """Plays, records, and ends both. Its verbs are safe to repeat."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    async def play(
        self,
        channel: ChannelId,
        playback: PlaybackId,
        media: Sequence[Media],
        *,
        then_music: bool = False,
    ) -> None:
        """See `ivr.ports.Switch`.

        Music is asked for in the same step, over the same socket: a channel takes it up when its
        playback has ended, and it is answered before (stasis_app_control_moh_start,
        Asterisk 22.10), so that nobody waits meanwhile.
        """
        path = f"channels/{seg(channel)}/play/{seg(playback)}"
        sounds = [each if each.startswith(RECORDED) else f"sound:{each}" for each in media]
        wishes = [self._requests.do("POST", path, {"media": sounds})]
        if then_music:
            wishes.append(self.music(channel))
        for answer in await asyncio.gather(*wishes, return_exceptions=True):
            if isinstance(answer, BaseException):
                raise answer

    async def music(self, channel: ChannelId) -> bool:
        """Hold music, now or when what is played has ended."""
        path = f"channels/{seg(channel)}/moh"
        return await self._requests.do("POST", path, {"mohClass": MUSIC_CLASS})

    async def stop(self, playback: PlaybackId) -> bool:
        """See `ivr.ports.Switch`.

        For the moment in which a playback has begun and its sound has not (an unanswered caller
        is sent a 183 in between) Asterisk 22.10 refuses with 500: res_stasis_playback.c sets the
        state before `controllable`.
        """
        path = f"playbacks/{seg(playback)}"
        for _ in range(STOP_TRIES - 1):
            try:
                return await self._requests.do("DELETE", path, gone_is_fine=True)
            except SwitchRefused:
                await asyncio.sleep(STOP_AGAIN_S)
        return await self._requests.do("DELETE", path, gone_is_fine=True)

    async def record(self, channel: ChannelId, recording: str, *, longest_s: float) -> None:
        """See `ivr.ports.Switch`."""
        wanted = {
            "name": recording,
            "format": RECORDING_FORMAT,
            "maxDurationSeconds": round(longest_s),
            "ifExists": "overwrite",
            "terminateOn": "any",
        }
        await self._requests.do("POST", f"channels/{seg(channel)}/record", wanted)

    async def keep_recording(self, recording: str, name: str) -> None:
        """See `ivr.ports.Switch`."""
        path = f"recordings/stored/{seg(recording)}/copy"
        check(await self._requests.send("POST", path, destinationRecordingName=name), path)

    async def forget_recording(self, recording: str) -> None:
        """See `ivr.ports.Switch`."""
        for state in ("live", "stored"):
            path = f"recordings/{state}/{seg(recording)}"
            await self._requests.do("DELETE", path, gone_is_fine=True)
