"""What to do with the calls found on the switch when the controller connects.

The same after a crash of the controller and after a dropped socket: what lives is
on the switch, what was begun is in the journal, and this decides what follows.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from ivr.domain import facts as codec
from ivr.domain.call import (
    BridgeId,
    CallId,
    ChannelId,
    Facts,
    Outcome,
    consult_bridge,
    talk_bridge,
)
from ivr.domain.code import is_number
from ivr.domain.ending import outcome_of_hangup


@dataclass(frozen=True, kw_only=True)
class Found:
    """A channel on the switch, as the switch lists it.

    `dialled`, `caller` and `hidden` are as on arrival. `facts` is what was
    remembered on it (None: nothing yet); `leg_of` the call that a counsellor's
    leg was rung for, None on a caller's channel. `phone` is the account of a
    counsellor's phone that dialled a code or a colleague. `called`: we have dialled the
    citizen, and not they us. `since` is when a call came (UTC) that the switch served alone
    before.
    """

    channel: ChannelId
    up: bool
    in_application: bool
    dialled: str
    caller: str
    hidden: bool
    facts: str | None
    leg_of: CallId | None
    phone: str | None = None
    called: bool = False
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Adopt:
    """Go on with this call from the first line of its scene.

    `leg` is its counsellor's, `colleague_leg` that of whoever was consulted, added or
    transferred to; None for one that is not there.
    """

    channel: ChannelId
    facts: Facts
    leg: ChannelId | None
    colleague_leg: ChannelId | None = None


@dataclass(frozen=True, kw_only=True)
class Greet:
    """Nobody has met this caller yet."""

    found: Found


@dataclass(frozen=True, kw_only=True)
class Attend:
    """A counsellor has dialled a code and is to be heard, from the beginning."""

    channel: ChannelId
    account: str
    dialled: str


@dataclass(frozen=True, kw_only=True)
class Close:
    """The call ended while nobody looked."""

    facts: Facts
    outcome: Outcome


@dataclass(frozen=True, kw_only=True)
class HangUpOrphan:
    """A leg that belongs to no caller, or a phone that nobody speaks with any more.

    Or a citizen whom we have called, and nobody knows what for.
    """

    channel: ChannelId


@dataclass(frozen=True, kw_only=True)
class RemoveBridge:
    """A bridge that nobody is to talk on."""

    bridge: BridgeId


Action = Adopt | Greet | Attend | Close | HangUpOrphan | RemoveBridge


def reconcile(
    *,
    performing: Mapping[CallId, ChannelId],
    unfinished: Mapping[CallId, Facts],
    found: Mapping[ChannelId, Found],
    bridges: frozenset[BridgeId],
    switch_started: datetime,
    callbacks: frozenset[CallId],
    call_id: Callable[[ChannelId], CallId],
    attended: frozenset[ChannelId] = frozenset(),
) -> tuple[Action, ...]:
    """What must be done so that every call found is performed and every lost one closed.

    `performing` are the calls already taken care of, `attended` the phones whose codes
    are, `unfinished` those that the
    journal knows to have begun and not ended, `callbacks` those among them with
    a callback on disk. `call_id` gives the call on a caller's channel, so that one
    who must be greeted again goes on with the same call. Doing all of it and
    asking again gives nothing to do.
    """
    callers = {
        c.channel: _read(c, unfinished.get(call_id(c.channel)))
        for c in found.values()
        if _is_callers(c)
    }
    known = {facts.call_id for facts in callers.values() if facts is not None}
    here = known | {call_id(channel) for channel in callers} | set(performing)
    wanted = {leg for f in callers.values() if f is not None for leg in (f.leg, f.colleague_leg)}
    wanted |= {leg.channel for leg in found.values() if leg.leg_of in performing}
    actions: list[Action] = []
    for channel, facts in callers.items():
        if channel in performing.values():
            continue
        actions.append(_take_up(channel, facts, found))
    actions += _attend(found, attended)
    lost = (facts for call, facts in unfinished.items() if call not in here)
    actions += [_close(f, switch_started, kept=f.call_id in callbacks) for f in lost]
    legs = (c for c in found.values() if c.leg_of is not None and c.channel not in wanted)
    actions += [HangUpOrphan(channel=leg.channel) for leg in legs]
    actions += [HangUpOrphan(channel=line.channel) for line in _second_lines(found, attended)]
    going_on = known | set(performing)
    needed = {bridge(call) for call in going_on for bridge in (talk_bridge, consult_bridge)}
    actions += [RemoveBridge(bridge=bridge) for bridge in sorted(bridges - needed)]
    return tuple(actions)


def _is_callers(channel: Found) -> bool:
    return channel.leg_of is None and channel.phone is None and channel.in_application


def _attend(found: Mapping[ChannelId, Found], attended: frozenset[ChannelId]) -> list[Attend]:
    return [
        Attend(channel=c.channel, account=c.phone, dialled=c.dialled)
        for c in _phones(found, attended)
        if c.phone is not None and not is_number(c.dialled)
    ]


def _second_lines(found: Mapping[ChannelId, Found], attended: frozenset[ChannelId]) -> list[Found]:
    """Phones that dialled a colleague: a consultation does not outlive us, and the caller does."""
    return [c for c in _phones(found, attended) if is_number(c.dialled)]


def _phones(found: Mapping[ChannelId, Found], attended: frozenset[ChannelId]) -> list[Found]:
    ours = (c for c in found.values() if c.phone is not None and c.in_application)
    return [c for c in ours if c.channel not in attended]


def _read(channel: Found, on_record: Facts | None) -> Facts | None:
    """The facts on a caller's channel; None where there are none, or none that we can read.

    For a citizen whom we have called those on record do as well: they cannot begin anew.
    """
    facts = on_record if channel.called else None
    with suppress(ValueError):
        facts = codec.decode(channel.facts) if channel.facts is not None else facts
    return None if facts is None else replace(facts, answered=facts.answered or channel.up)


def _take_up(
    channel: ChannelId, facts: Facts | None, found: Mapping[ChannelId, Found]
) -> Adopt | Greet | HangUpOrphan:
    """Whom we have called is never greeted as if they had called us."""
    if facts is None:
        called = found[channel].called
        return HangUpOrphan(channel=channel) if called else Greet(found=found[channel])
    return Adopt(
        channel=channel,
        facts=facts,
        leg=_present(facts.leg, found),
        colleague_leg=_present(facts.colleague_leg, found),
    )


def _present(leg: ChannelId | None, found: Mapping[ChannelId, Found]) -> ChannelId | None:
    """The leg, if it has been answered and is ours."""
    there = found.get(leg) if leg is not None else None
    return leg if there is not None and there.up and there.in_application else None


def _close(facts: Facts, switch_started: datetime, *, kept: bool) -> Close:
    if facts.arrived < switch_started and not kept:
        return Close(facts=facts, outcome=Outcome.LOST)
    return Close(facts=facts, outcome=outcome_of_hangup(facts, cause=0, callback_kept=kept))
