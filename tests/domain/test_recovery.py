"""After a crash or a dropped socket every caller is taken up once, and every lost call closed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.call import (
    BridgeId,
    CallId,
    ChannelId,
    CounsellorId,
    Facts,
    Outcome,
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
            call_id=_call_id,
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
                    performing[_call_id(action.found.channel)] = action.found.channel
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


def _call_id(channel: ChannelId) -> CallId:
    return CallId(f"n1-{channel}")


def _caller(channel: ChannelId, remembered: str | None, *, up: bool, ours: bool = True) -> Found:
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
    found = _caller(channel, None, up=up, ours=up)
    return replace(found, dialled="", caller="", leg_of=call)


@st.composite
def _phones(draw: st.DrawFn) -> list[Found]:
    """Counsellors' phones that dialled a code."""
    codes = draw(st.lists(st.sampled_from(["*1", "*21", "*4"]), max_size=2))
    return [
        replace(
            _caller(ChannelId(f"2.{n}"), None, up=draw(st.booleans()), ours=draw(st.booleans())),
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
    channel, call_id = ChannelId(f"1.{number}"), _call_id(ChannelId(f"1.{number}"))
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
    there = _caller(channel, remembered, up=draw(st.booleans()), ours=draw(st.booleans()))
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
def _worlds(draw: st.DrawFn) -> World:
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


def _callers(world: World) -> list[ChannelId]:
    ours = [f for f in world.found.values() if f.in_application]
    return [f.channel for f in ours if f.leg_of is None and f.phone is None]


@given(world=_worlds())
def test_doing_all_of_it_and_asking_again_gives_nothing_to_do(world: World) -> None:
    assert world.after(world.reconcile()).reconcile() == ()


@given(world=_worlds())
def test_every_caller_found_is_taken_up_exactly_once(world: World) -> None:
    taken = [
        action.channel if isinstance(action, Adopt) else action.found.channel
        for action in world.reconcile()
        if isinstance(action, Adopt | Greet)
    ]
    assert sorted([*taken, *world.performing.values()]) == sorted(_callers(world))


@given(world=_worlds())
def test_every_phone_that_dialled_a_code_is_attended_to_with_its_account_and_code(
    world: World,
) -> None:
    attended = [action for action in world.reconcile() if isinstance(action, Attend)]
    assert {(a.channel, a.account, a.dialled) for a in attended} == {
        (f.channel, "anna", f.dialled)
        for f in world.found.values()
        if f.phone is not None and f.in_application
    }


@given(world=_worlds())
def test_every_call_that_is_no_longer_there_is_closed_once_and_no_other(world: World) -> None:
    closed = [action.facts.call_id for action in world.reconcile() if isinstance(action, Close)]
    there = {_call_id(channel) for channel in _callers(world)}
    assert sorted(closed) == sorted(world.unfinished.keys() - there)


@given(world=_worlds())
def test_a_call_that_was_begun_before_asterisk_was_is_lost_unless_a_callback_is_kept(
    world: World,
) -> None:
    for action in world.reconcile():
        if isinstance(action, Close):
            kept = action.facts.call_id in world.callbacks
            older = action.facts.arrived < world.switch_started
            assert (action.outcome is Outcome.CALLBACK) is kept
            assert (action.outcome is Outcome.LOST) is (older and not kept)


@given(world=_worlds())
def test_a_caller_is_never_hung_up_on_nor_is_a_counsellor_a_caller_talks_with(
    world: World,
) -> None:
    actions = world.reconcile()
    hung_up = {action.channel for action in actions if isinstance(action, HangUpOrphan)}
    adopted = [action for action in actions if isinstance(action, Adopt)]
    assert not hung_up & {f.channel for f in world.found.values() if f.leg_of is None}
    assert not hung_up & {action.leg for action in adopted}
    assert not hung_up & {action.facts.leg for action in adopted}
    assert not hung_up & {action.colleague_leg for action in adopted}
    assert not hung_up & {action.facts.colleague_leg for action in adopted}


@given(world=_worlds())
def test_a_leg_that_nobody_wants_is_hung_up(world: World) -> None:
    left = world.after(world.reconcile())
    adopted = [action.facts for action in world.reconcile() if isinstance(action, Adopt)]
    wanted = {leg for facts in adopted for leg in (facts.leg, facts.colleague_leg)}
    for found in left.found.values():
        if found.leg_of is not None:
            assert found.channel in wanted or found.leg_of in world.performing


@given(world=_worlds())
def test_a_counsellor_is_taken_up_only_when_they_have_answered(world: World) -> None:
    for action in world.reconcile():
        if isinstance(action, Adopt):
            assert action.leg in (None, action.facts.leg)
            assert action.colleague_leg in (None, action.facts.colleague_leg)
            for taken_up in (action.leg, action.colleague_leg):
                assert taken_up is None or world.found[taken_up].up
                assert taken_up is None or world.found[taken_up].in_application


@given(world=_worlds())
def test_a_bridge_is_kept_for_a_call_that_goes_on_and_for_no_other(world: World) -> None:
    actions = world.reconcile()
    going_on = set(world.performing) | {a.facts.call_id for a in actions if isinstance(a, Adopt)}
    left = world.after(actions).bridges
    kinds = (talk_bridge, consult_bridge)
    assert left == world.bridges & {bridge(call) for call in going_on for bridge in kinds}


@given(world=_worlds())
def test_an_adopted_call_is_known_to_be_answered_when_the_switch_says_so(world: World) -> None:
    for action in world.reconcile():
        if isinstance(action, Adopt) and world.found[action.channel].up:
            assert action.facts.answered


def test_a_caller_whose_facts_cannot_be_read_is_greeted_and_their_call_not_closed() -> None:
    channel = ChannelId("1.7")
    known = replace(CALL, call_id=_call_id(channel))
    for remembered in [None, *UNREADABLE]:
        found = _caller(channel, remembered, up=False)
        world = World(unfinished={known.call_id: known}, found={channel: found})
        assert world.reconcile() == (Greet(found=found),)


def test_a_caller_whom_the_dialplan_has_taken_back_is_left_to_it() -> None:
    channel = ChannelId("1.7")
    known = replace(CALL, call_id=_call_id(channel))
    apologised_to = _caller(channel, encode(known), up=False, ours=False)
    actions = World(unfinished={known.call_id: known}, found={channel: apologised_to}).reconcile()
    assert actions == (Close(facts=known, outcome=Outcome.ABANDONED_MENU),)
