"""How somebody is called: a channel of ours is made first, and dialled once it is ours.

One request could do both (`POST /channels/{id}`), but Asterisk then follows whoever answers
302 Moved Temporarily: to any number through the trunk, to any SIP address, into the dialplan
(22.10.1; no setting of an endpoint stops it). A channel that is dialled by itself is not
redirected: a 302 ends it.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ivr.adapters.ari.entry import LEG, LEG_OF
from ivr.adapters.ari.requests import Requests, check, plain, seg
from ivr.adapters.ari.socket import AriSocket
from ivr.domain.call import CallId, ChannelId
from ivr.ports import ChannelGone, SwitchRefused

# From the channel's making to its entering the application: milliseconds, unless all is busy.
ENTERING_BOUND_S = 5.0

_DIALLED = re.compile(r"\+?[0-9]{1,20}", re.ASCII)

_NO_MORE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the phone that is called shows of whoever calls."""

    number: str
    name: str = ""

    def variables(self) -> dict[str, str]:
        """As variables of the channel: who calls (for the INVITE), and whom the leg stands for."""
        name, number = plain(self.name), plain(self.number)
        return {
            "CONNECTEDLINE(name,i)": name,
            "CONNECTEDLINE(num,i)": number,
            "CALLERID(name)": name,
            "CALLERID(num)": number,
        }


def through_trunk(number: str) -> str:
    """The endpoint by which the number is dialled outside. Raises SwitchRefused.

    Whatever is no digit would be a part of Asterisk's dial string, or of the SIP address:
    another endpoint, several of them, another host.
    """
    if not _DIALLED.fullmatch(number):
        raise SwitchRefused("what is to be dialled is no number")
    return f"PJSIP/{number}@trunk"


class Calling:
    """Calls out over one open socket, into one application."""

    def __init__(self, socket: AriSocket, application: str) -> None:
        self._socket = socket
        self._requests = Requests(socket)
        self._application = application

    async def call_out(
        self,
        leg: ChannelId,
        *,
        call: CallId,
        endpoint: str,
        shown: Shown,
        ring_s: float,
        role: str = LEG,
        variables: Mapping[str, str] = _NO_MORE,
    ) -> None:
        """Call the endpoint, for `ring_s` at most; nothing if the leg is there already.

        `variables` are on the channel before it is dialled.

        Raises ChannelGone where nobody can be called, SwitchUnavailable, SwitchRefused.
        """
        body = {
            "endpoint": endpoint,
            "app": self._application,
            "appArgs": f"{role},{call}",
            "channelId": leg,
            "variables": {LEG_OF: call, **shown.variables(), **variables},
        }
        async with self._socket.expecting("StasisStart", leg) as entered:
            answer = await self._requests.send("POST", "channels/create", body)
            # 409 is the answer to a leg that exists (we asked before). An account with no
            # phone registered, like a trunk with no address, is answered with 500, or with
            # 409 if the last failure in the same thread of Asterisk was that (22.10).
            if answer.status in (409, 500):
                await self._requests.do("GET", f"channels/{seg(leg)}")
                return
            check(answer, "ring")
            await self._until(entered, leg)
        timeout = {"timeout": round(ring_s)}
        await self._requests.do("POST", f"channels/{seg(leg)}/dial", timeout)

    async def _until(self, entered: asyncio.Future[None], leg: ChannelId) -> None:
        """Until the channel is in the application: before, Asterisk does not dial it."""
        try:
            async with asyncio.timeout(ENTERING_BOUND_S):
                await entered
        except TimeoutError:
            raise ChannelGone(leg) from None
