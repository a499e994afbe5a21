"""Who hears whom: channels put on bridges and taken off, as ARI requests."""

from collections.abc import Collection, Sequence
from typing import cast

from ivr.adapters.ari.requests import Requests, check, seg
from ivr.domain.call import BridgeId, ChannelId
from ivr.ports import ChannelGone

# Of a channel: it is gone, no longer ours, or not there where it is looked for.
_GONE = (400, 404, 409, 422)
# A bridge that goes is listed for some milliseconds more.
_TRIES = 20


class Bridges:
    """Makes and ends bridges. Its verbs are safe to repeat."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        # Whom we have put where: what Asterisk lists comes some milliseconds late.
        self._joined: dict[BridgeId, set[str]] = {}

    async def join(self, bridge: BridgeId, channels: Sequence[ChannelId], *, keys: bool) -> None:
        """See `ivr.ports.Switch`."""
        path = f"bridges/{seg(bridge)}"
        on_it = await self._there(path)
        self._joined.setdefault(bridge, set()).update(on_it, channels)
        for channel in channels:
            if channel in on_it:  # to add who is on it would make a gap
                continue
            add = {"channel": [channel], "absorbDTMF": not keys}
            answer = await self._requests.send("POST", f"{path}/addChannel", add)
            if answer.status in _GONE:
                raise ChannelGone(channel)
            check(answer, f"{path}/addChannel")

    async def part(self, bridge: BridgeId) -> None:
        """See `ivr.ports.Switch`.

        Each is taken off the bridge first, and has left it when that is answered. Of those
        whom the end of a bridge throws out, one who is spoken to at once hears nothing, and
        the playback never ends (play_uri in res_stasis_playback.c, Asterisk 22.10: the channel
        still has the bridge, and the bridge has it no more).
        """
        path = f"bridges/{seg(bridge)}"
        joined = self._joined.pop(bridge, None)
        for channel in await self._listed(path) if joined is None else joined:
            off = {"channel": [channel]}
            answer = await self._requests.send("POST", f"{path}/removeChannel", off)
            if answer.status not in _GONE:
                check(answer, f"{path}/removeChannel")
        await self._requests.do("DELETE", path, gone_is_fine=True)

    async def _listed(self, path: str) -> Collection[str]:
        """The channels on a bridge that another connection has made; none if there is no bridge."""
        found = await self._requests.send("GET", path)
        if found.status == 404:
            return ()
        check(found, path)
        return cast("Collection[str]", found.body["channels"])

    async def _there(self, path: str) -> Collection[str]:
        """Make the bridge if there is none; the channels on it."""
        # With plain "mixing" two phones' keys would go from one to the other and be no
        # events (native_rtp, Asterisk 22.10).
        wanted = {"type": "mixing,dtmf_events"}
        for _ in range(_TRIES):
            made = await self._requests.send("POST", path, wanted)
            if made.status == 409:
                made = await self._requests.send("GET", path)
            if made.status != 404:
                break
        check(made, path)
        return cast("Collection[str]", made.body["channels"])
