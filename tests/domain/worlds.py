"""What a controller may find on connecting: channels, legs, bridges and an unfinished record."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import strategies as st

from ivr.domain.call import (
    BridgeId,
    CallId,
    ChannelId,
    CounsellorId,
    Facts,
    SceneName,
    consult_bridge,
    talk_bridge,
)
from ivr.domain.facts import encode
from ivr.domain.recovery import (
    Action,
    Adopt,
    Attend,
    Close,
    Found,
    Greet,
    HangUpOrphan,
    RemoveBridge,
    reconcile,
)
from tests.fakes.service import FREE, facts, service
from tests.fakes.time import BEGIN

FREE_LINE = service().line_for(FREE)
assert FREE_LINE is not None
CALL = facts(FREE_LINE)
UNREADABLE = ["", "{", "null", '{"v":99}', "x" * 5000]


@dataclass(frozen=True, kw_only=True)
class World:
    """What a controller may find on connecting."""

    performing: Mapping[CallId, ChannelId] = field(default_factory=dict)
    unfinished: Mapping[CallId, Facts] = field(default_factory=dict)
    found: Mapping[ChannelId, Found] = field(default_factory=dict)
    bridges: frozenset[BridgeId] = frozenset()
    switch_started: datetime = BEGIN - timedelta(days=1)
    callbacks: frozenset[CallId] = frozenset()
    attended: frozenset[ChannelId] = frozenset()

    def reconcile(self) -> tuple[Action, ...]:
        return reconcile(
            performing=self.performing,
            unfinished=self.unfinished,
            found=self.found,
            bridges=self.bridges,
            switch_started=self.switch_started,
            callbacks=self.callbacks,
            call_id=call_on,
            attended=self.attended,
        )

    def after(self, actions: tuple[Action, ...]) -> "World":
        """The world once all of it has been done."""
        performing, unfinished = dict(self.performing), dict(self.unfinished)
        found, bridges = dict(self.found), set(self.bridges)
        attended = set(self.attended)
        for action in actions:
            match action:
                case Adopt():
                    performing[action.facts.call_id] = action.channel
                case Greet():
                    performing[call_on(action.found.channel)] = action.found.channel
                case Attend():
                    attended.add(action.channel)
                case Close():
                    del unfinished[action.facts.call_id]
                case HangUpOrphan():
                    del found[action.channel]
                case RemoveBridge():
                    bridges.remove(action.bridge)
        return replace(
            self,
            performing=performing,
            unfinished=unfinished,
            found=found,
            bridges=frozenset(bridges),
            attended=frozenset(attended),
        )


def call_on(channel: ChannelId) -> CallId:
    return CallId(f"n1-{channel}")


def caller(channel: ChannelId, remembered: str | None, *, up: bool, ours: bool = True) -> Found:
    return Found(
        channel=channel,
        up=up,
        in_application=ours,
        dialled=FREE,
        caller="0401234567",
        hidden=False,
        facts=remembered,
        leg_of=None,
    )


def _leg(channel: ChannelId, call: CallId, *, up: bool) -> Found:
    found = caller(channel, None, up=up, ours=up)
    return replace(found, dialled="", caller="", leg_of=call)


@st.composite
def _phones(draw: st.DrawFn) -> list[Found]:
    """Counsellors' phones that dialled a code or a colleague."""
    codes = draw(st.lists(st.sampled_from(["*1", "*21", "*4", "102"]), max_size=2))
    return [
        replace(
            caller(ChannelId(f"2.{n}"), None, up=draw(st.booleans()), ours=draw(st.booleans())),
            dialled=code,
            phone="anna",
        )
        for n, code in enumerate(codes)
    ]


@dataclass(frozen=True, kw_only=True)
class ACall:
    """One call and all that there is of it, here and there."""

    facts: Facts
    channel: Found | None
    legs: tuple[Found, ...]
    in_journal: bool
    callback: bool
    bridges: frozenset[BridgeId]


@st.composite
def _calls(draw: st.DrawFn, number: int) -> ACall:
    channel, call_id = ChannelId(f"1.{number}"), call_on(ChannelId(f"1.{number}"))
    legs = [ChannelId(f"{call_id}.leg.{n}") for n in range(draw(st.integers(0, 3)))]
    some_leg = st.none() | st.sampled_from([*legs, ChannelId("gone")])
    known = replace(
        CALL,
        call_id=call_id,
        scene=draw(st.sampled_from(SceneName)),
        arrived=BEGIN + timedelta(seconds=draw(st.integers(0, 100))),
        answered=draw(st.booleans()),
        counsellor=draw(st.none() | st.just(CounsellorId("anna"))),
        leg=draw(some_leg),
        colleague=draw(st.none() | st.just(CounsellorId("bertil"))),
        colleague_leg=draw(some_leg),
    )
    remembered = draw(st.just(encode(known)) | st.none() | st.sampled_from(UNREADABLE))
    there = caller(channel, remembered, up=draw(st.booleans()), ours=draw(st.booleans()))
    return ACall(
        facts=known,
        channel=draw(st.none() | st.just(there)),
        legs=tuple(_leg(leg, call_id, up=draw(st.booleans())) for leg in legs),
        in_journal=draw(st.booleans()),
        callback=draw(st.booleans()),
        bridges=draw(
            st.frozensets(st.sampled_from([talk_bridge(call_id), consult_bridge(call_id)]))
        ),
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    calls = [draw(_calls(number)) for number in range(draw(st.integers(0, 4)))]
    found = [f for call in calls for f in (call.channel, *call.legs) if f is not None]
    found += draw(_phones())
    here = [call for call in calls if call.channel is not None and call.channel.in_application]
    performed = draw(st.lists(st.sampled_from(here), unique=True)) if here else []
    kept = (call.facts.call_id for call in calls if call.callback)
    return World(
        performing={c.facts.call_id: c.channel.channel for c in performed if c.channel},
        unfinished={c.facts.call_id: c.facts for c in calls if c.in_journal},
        found={f.channel: f for f in found},
        bridges=frozenset(bridge for c in calls for bridge in c.bridges)
        | draw(st.frozensets(st.just(BridgeId("somebody.talk")))),
        switch_started=BEGIN + timedelta(seconds=draw(st.integers(-1, 101))),
        callbacks=frozenset(kept),
    )
