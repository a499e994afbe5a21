"""What the switch has now, read over ARI."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from ivr.adapters.ari.entry import BACK, CALL, DESK, LEG, LEG_OF, came, entered_with
from ivr.adapters.ari.requests import Requests, check, seg
from ivr.domain.call import BridgeId, CallId, ChannelId
from ivr.domain.recovery import Found
from ivr.domain.sweep import Ours
from ivr.ports import Snapshot

FACTS = "IVR_STATE"
NOT_REMEMBERED = "Provided variable was not found"
# So many channels are asked for their facts at once.
AT_ONCE = 50


async def ours(requests: Requests, application: str) -> Ours:
    """See `ivr.ports.Switch`."""
    listed = await requests.read(f"applications/{application}")
    return Ours(
        channels=frozenset(ChannelId(each) for each in listed["channel_ids"]),
        bridges=frozenset(BridgeId(each) for each in listed["bridge_ids"]),
    )


async def snapshot(requests: Requests, application: str) -> Snapshot:
    """See `ivr.ports.Switch`."""
    info = await requests.read("asterisk/info")
    ours = await requests.read(f"applications/{application}")
    channels = await requests.read("channels")
    endpoints = await requests.read("endpoints/PJSIP")
    listed = [_channel(channel, application) for channel in channels]
    found = await _with_variables(requests, listed)
    return Snapshot(
        started=datetime.fromisoformat(info["status"]["startup_time"]),
        channels={channel.channel: channel for channel in found},
        bridges=frozenset(BridgeId(bridge) for bridge in ours["bridge_ids"]),
        reachable=frozenset(e["resource"] for e in endpoints if e["state"] == "online"),
    )


async def _with_variables(requests: Requests, listed: Sequence[Found]) -> list[Found]:
    """Channels with what is written on them; one that has gone meanwhile is left out.

    Asked of each one: variables that Asterisk lists by itself would come with every event
    too, and cost it more than that (`dialplan/ari.conf`).
    """
    found: list[Found | None] = []
    for first in range(0, len(listed), AT_ONCE):
        some = listed[first : first + AT_ONCE]
        found += await asyncio.gather(*(_with_its_own(requests, each) for each in some))
    return [each for each in found if each is not None]


async def _with_its_own(requests: Requests, found: Found) -> Found | None:
    """The facts of a caller's channel; of one that is not ours yet, whose leg it is."""
    if found.leg_of is not None or found.phone is not None:
        return found
    path = f"channels/{seg(found.channel)}/variable"
    variable = FACTS if found.in_application else LEG_OF
    answer = await requests.send("GET", path, variable=variable)
    if answer.status == 404:  # nothing remembered yet, or no such channel
        return found if answer.body["message"] == NOT_REMEMBERED else None
    check(answer, path)
    value = answer.body["value"]
    if not found.in_application:
        return replace(found, leg_of=CallId(value) if value else None)
    return replace(found, facts=value or None)


def _channel(listed: Mapping[str, Any], application: str) -> Found:
    name, args = entered_with(listed)
    ours = name == application
    arrived = ours and len(args) >= 3 and args[0] == CALL
    to_desk = ours and len(args) == 3 and args[0] == DESK
    leg = ours and len(args) == 2 and args[0] == LEG
    return Found(
        channel=ChannelId(listed["id"]),
        up=listed["state"] == "Up",
        in_application=ours,
        dialled=args[1] if arrived or to_desk else "",
        caller=listed["caller"]["number"],
        hidden=arrived and args[2] != "0",
        facts=None,
        leg_of=CallId(args[1]) if leg else None,
        phone=args[2] if to_desk else None,
        called=ours and args[:1] == [BACK],
        since=came(listed, args) if arrived else None,
    )
