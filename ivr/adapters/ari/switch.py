"""The verbs of the line as ARI requests, each safe to repeat."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from ivr.adapters.ari.events import CALL, LEG
from ivr.adapters.ari.socket import AriSocket, Json, Response
from ivr.domain.call import BridgeId, CallId, ChannelId
from ivr.domain.recovery import Found
from ivr.ports import (
    ChannelGone,
    Media,
    PlaybackId,
    Snapshot,
    SwitchRefused,
)

FACTS = "IVR_STATE"
LEG_OF = "IVR_LEG_OF"
MUSIC_CLASS = "ivr"
APOLOGY = "apology"
# Q.850 causes. 19 makes Asterisk end an unanswered call with 480 Temporarily
# Unavailable; 16 (normal clearing) would send 603 Decline, as if we refused.
NO_ANSWER = "19"
NORMAL_CLEARING = "16"


class AriSwitch:
    """One Asterisk, over one open socket. Implements `ivr.ports.Switch`."""

    def __init__(self, socket: AriSocket, application: str) -> None:
        self._socket = socket
        self._application = application

    async def progress(self, channel: ChannelId) -> None:
        """See `ivr.ports.Switch`."""
        await self._do("POST", f"channels/{_seg(channel)}/progress")

    async def answer(self, channel: ChannelId) -> None:
        """See `ivr.ports.Switch`."""
        await self._do("POST", f"channels/{_seg(channel)}/answer")

    async def play(self, channel: ChannelId, playback: PlaybackId, media: Sequence[Media]) -> None:
        """See `ivr.ports.Switch`."""
        sounds = [f"sound:{path}" for path in media]
        await self._do(
            "POST",
            f"channels/{_seg(channel)}/play/{_seg(playback)}",
            {"media": sounds},
        )

    async def stop(self, playback: PlaybackId) -> bool:
        """See `ivr.ports.Switch`."""
        path = f"playbacks/{_seg(playback)}"
        return await self._do("DELETE", path, gone_is_fine=True)

    async def start_music(self, channel: ChannelId) -> None:
        """See `ivr.ports.Switch`."""
        await self._do("POST", f"channels/{_seg(channel)}/moh", {"mohClass": MUSIC_CLASS})

    async def stop_music(self, channel: ChannelId) -> None:
        """See `ivr.ports.Switch`."""
        await self._do("DELETE", f"channels/{_seg(channel)}/moh")

    async def remember(self, channel: ChannelId, facts: str) -> None:
        """See `ivr.ports.Switch`."""
        # In the body: as a query string, 4,000 characters are refused with 400.
        body = {"variable": FACTS, "value": facts}
        await self._do("POST", f"channels/{_seg(channel)}/variable", body)

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
        answer = await self._send(
            "POST",
            f"channels/{_seg(leg)}",
            {
                "endpoint": f"PJSIP/{account}",
                "app": self._application,
                "appArgs": f"{LEG},{call}",
                "callerId": f'"{_plain(display)}" <{_plain(number)}>',
                "timeout": round(ring_s),
                "variables": {LEG_OF: call},
            },
        )
        # 409 is the answer to a leg that exists (we asked before). An account with no
        # phone registered is answered with 500, or with 409 if the last failure in the
        # same thread of Asterisk was that (22.10).
        if answer.status in (409, 500):
            await self._do("GET", f"channels/{_seg(leg)}")
        else:
            _check(answer, f"ring {account}")

    async def join(self, bridge: BridgeId, channels: Sequence[ChannelId]) -> None:
        """See `ivr.ports.Switch`."""
        await self._do("POST", f"bridges/{_seg(bridge)}", {"type": "mixing"}, exists_is_fine=True)
        for channel in channels:
            path = f"bridges/{_seg(bridge)}/addChannel"
            answer = await self._send("POST", path, {"channel": [channel]})
            if answer.status in (400, 404, 409, 422):  # gone, or no longer ours
                raise ChannelGone(channel)
            _check(answer, path)

    async def part(self, bridge: BridgeId) -> None:
        """See `ivr.ports.Switch`."""
        await self._do("DELETE", f"bridges/{_seg(bridge)}", gone_is_fine=True)

    async def hang_up(self, channel: ChannelId, *, answered: bool = False) -> None:
        """See `ivr.ports.Switch`."""
        cause = NORMAL_CLEARING if answered else NO_ANSWER
        answer = await self._send("DELETE", f"channels/{_seg(channel)}", reason_code=cause)
        if answer.status != 404:
            _check(answer, "hang up")

    async def apologise(self, channel: ChannelId) -> None:
        """See `ivr.ports.Switch`."""
        body = {"context": APOLOGY, "extension": "s", "priority": 1}
        await self._do("POST", f"channels/{_seg(channel)}/continue", body)

    async def snapshot(self) -> Snapshot:
        """See `ivr.ports.Switch`."""
        info = await self._read("asterisk/info")
        application = await self._read(f"applications/{self._application}")
        channels = await self._read("channels")
        endpoints = await self._read("endpoints/PJSIP")
        listed = [_channel(channel, self._application) for channel in channels]
        return Snapshot(
            started=datetime.fromisoformat(info["status"]["startup_time"]),
            channels={channel.channel: channel for channel in listed},
            bridges=frozenset(BridgeId(bridge) for bridge in application["bridge_ids"]),
            reachable=frozenset(e["resource"] for e in endpoints if e["state"] == "online"),
        )

    async def _read(self, path: str) -> Any:
        answer = await self._send("GET", path)
        _check(answer, path)
        return answer.body

    async def _do(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        gone_is_fine: bool = False,
        exists_is_fine: bool = False,
    ) -> bool:
        """Send a verb; whether there was anything to do. 404 and 409 are decided here alone.

        404: what was spoken to has gone, the ordinary race against a hang-up.
        409: the channel is leaving our application, or the id we chose exists
        already because the same request was made before; `exists_is_fine` says
        which it is for a verb that creates something.
        """
        answer = await self._send(method, path, body)
        if answer.status == 404 and gone_is_fine:
            return False
        if answer.status == 409 and exists_is_fine:
            return False
        if answer.status in (404, 409, 412):
            raise ChannelGone(path)
        _check(answer, path)
        return True

    async def _send(
        self, method: str, path: str, body: Json | None = None, **query: str
    ) -> Response:
        return await self._socket.request(method, path, body, **query)


def _check(answer: Response, what: str) -> None:
    if answer.status >= 400:
        reason = answer.body.get("message") if isinstance(answer.body, dict) else answer.body
        raise SwitchRefused(f"Asterisk refused {what} with {answer.status}: {reason}")


def _seg(identifier: str) -> str:
    return quote(identifier, safe="")


def _plain(text: str) -> str:
    """Text that cannot leave the quotes of a SIP display name (RFC 3261 §25.1)."""
    return "".join(c for c in text if c.isprintable() and c not in '"\\<>')


def _channel(listed: Mapping[str, Any], application: str) -> Found:
    variables = listed.get("channelvars", {})
    dialplan = listed["dialplan"]
    name, _, rest = str(dialplan["app_data"]).partition(",")
    args = rest.split(",")
    ours = dialplan["app_name"] == "Stasis" and name == application
    arrived = ours and len(args) == 3 and args[0] == CALL
    return Found(
        channel=ChannelId(listed["id"]),
        up=listed["state"] == "Up",
        in_application=ours,
        dialled=args[1] if arrived else "",
        caller=listed["caller"]["number"],
        hidden=arrived and args[2] != "0",
        facts=variables.get(FACTS) or None,
        leg_of=CallId(variables[LEG_OF]) if variables.get(LEG_OF) else None,
    )
