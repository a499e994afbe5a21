"""After a crash or a dropped socket every caller is taken up once, and every lost call closed."""

from dataclasses import replace

from hypothesis import given

from ivr.domain.call import (
    ChannelId,
    Outcome,
    SceneName,
    consult_bridge,
    talk_bridge,
)
from ivr.domain.facts import encode
from ivr.domain.recovery import (
    Adopt,
    Attend,
    Close,
    Found,
    Greet,
    HangUpOrphan,
)
from tests.domain.worlds import CALL, UNREADABLE, World, call_on, caller, worlds


def _callers(world: World) -> list[ChannelId]:
    ours = [f for f in world.found.values() if f.in_application]
    return [f.channel for f in ours if f.leg_of is None and f.phone is None]


def _second_line(found: Found) -> bool:
    return found.in_application and found.phone is not None and found.dialled == "102"


@given(world=worlds())
def test_doing_all_of_it_and_asking_again_gives_nothing_to_do(world: World) -> None:
    assert world.after(world.reconcile()).reconcile() == ()


@given(world=worlds())
def test_every_caller_found_is_taken_up_exactly_once(world: World) -> None:
    taken = [
        action.channel if isinstance(action, Adopt) else action.found.channel
        for action in world.reconcile()
        if isinstance(action, Adopt | Greet)
    ]
    assert sorted([*taken, *world.performing.values()]) == sorted(_callers(world))


@given(world=worlds())
def test_every_phone_that_dialled_a_code_is_attended_to_with_its_account_and_code(
    world: World,
) -> None:
    attended = [action for action in world.reconcile() if isinstance(action, Attend)]
    assert {(a.channel, a.account, a.dialled) for a in attended} == {
        (f.channel, "anna", f.dialled)
        for f in world.found.values()
        if f.phone is not None and f.in_application and f.dialled.startswith("*")
    }


@given(world=worlds())
def test_every_phone_that_dialled_a_colleague_is_hung_up(world: World) -> None:
    hung_up = {action.channel for action in world.reconcile() if isinstance(action, HangUpOrphan)}
    assert hung_up >= {f.channel for f in world.found.values() if _second_line(f)}


@given(world=worlds())
def test_every_call_that_is_no_longer_there_is_closed_once_and_no_other(world: World) -> None:
    closed = [action.facts.call_id for action in world.reconcile() if isinstance(action, Close)]
    there = {call_on(channel) for channel in _callers(world)}
    assert sorted(closed) == sorted(world.unfinished.keys() - there)


@given(world=worlds())
def test_a_call_that_was_begun_before_asterisk_was_is_lost_unless_a_callback_is_kept(
    world: World,
) -> None:
    for action in world.reconcile():
        if isinstance(action, Close):
            kept = action.facts.call_id in world.callbacks
            older = action.facts.arrived < world.switch_started
            assert (action.outcome is Outcome.CALLBACK) is kept
            assert (action.outcome is Outcome.LOST) is (older and not kept)


@given(world=worlds())
def test_a_caller_is_never_hung_up_on_nor_is_a_counsellor_a_caller_talks_with(
    world: World,
) -> None:
    actions = world.reconcile()
    hung_up = {action.channel for action in actions if isinstance(action, HangUpOrphan)}
    adopted = [action for action in actions if isinstance(action, Adopt)]
    others = (f for f in world.found.values() if f.leg_of is None and not _second_line(f))
    assert not hung_up & {f.channel for f in others}
    assert not hung_up & {action.leg for action in adopted}
    assert not hung_up & {action.facts.leg for action in adopted}
    assert not hung_up & {action.colleague_leg for action in adopted}
    assert not hung_up & {action.facts.colleague_leg for action in adopted}


@given(world=worlds())
def test_a_leg_that_nobody_wants_is_hung_up(world: World) -> None:
    left = world.after(world.reconcile())
    adopted = [action.facts for action in world.reconcile() if isinstance(action, Adopt)]
    wanted = {leg for facts in adopted for leg in (facts.leg, facts.colleague_leg)}
    for found in left.found.values():
        if found.leg_of is not None:
            assert found.channel in wanted or found.leg_of in world.performing


@given(world=worlds())
def test_a_counsellor_is_taken_up_only_when_they_have_answered(world: World) -> None:
    for action in world.reconcile():
        if isinstance(action, Adopt):
            assert action.leg in (None, action.facts.leg)
            assert action.colleague_leg in (None, action.facts.colleague_leg)
            for taken_up in (action.leg, action.colleague_leg):
                assert taken_up is None or world.found[taken_up].up
                assert taken_up is None or world.found[taken_up].in_application


@given(world=worlds())
def test_a_bridge_is_kept_for_a_call_that_goes_on_and_for_no_other(world: World) -> None:
    actions = world.reconcile()
    going_on = set(world.performing) | {a.facts.call_id for a in actions if isinstance(a, Adopt)}
    left = world.after(actions).bridges
    kinds = (talk_bridge, consult_bridge)
    assert left == world.bridges & {bridge(call) for call in going_on for bridge in kinds}


@given(world=worlds())
def test_an_adopted_call_is_known_to_be_answered_when_the_switch_says_so(world: World) -> None:
    for action in world.reconcile():
        if isinstance(action, Adopt) and world.found[action.channel].up:
            assert action.facts.answered


def test_a_caller_whose_facts_cannot_be_read_is_greeted_and_their_call_not_closed() -> None:
    channel = ChannelId("1.7")
    known = replace(CALL, call_id=call_on(channel))
    for remembered in [None, *UNREADABLE]:
        found = caller(channel, remembered, up=False)
        world = World(unfinished={known.call_id: known}, found={channel: found})
        assert world.reconcile() == (Greet(found=found),)


def test_a_citizen_whom_we_called_is_taken_up_by_the_record_where_their_facts_cannot_be_read() -> (
    None
):
    channel = ChannelId("back.7")
    known = replace(CALL, call_id=call_on(channel), scene=SceneName.GREETING)
    for remembered in [None, *UNREADABLE]:
        found = replace(caller(channel, remembered, up=True), called=True)
        (action,) = World(unfinished={known.call_id: known}, found={channel: found}).reconcile()
        assert isinstance(action, Adopt)
        assert action.facts == replace(known, answered=True)


def test_a_citizen_whom_we_called_and_nobody_knows_what_for_is_hung_up_on_and_never_greeted() -> (
    None
):
    channel = ChannelId("back.7")
    for remembered in [None, *UNREADABLE]:
        found = replace(caller(channel, remembered, up=True), called=True)
        actions = World(unfinished={}, found={channel: found}).reconcile()
        assert actions == (HangUpOrphan(channel=channel),)


def test_a_caller_whom_the_dialplan_has_taken_back_is_left_to_it() -> None:
    channel = ChannelId("1.7")
    known = replace(CALL, call_id=call_on(channel))
    apologised_to = caller(channel, encode(known), up=False, ours=False)
    actions = World(unfinished={known.call_id: known}, found={channel: apologised_to}).reconcile()
    assert actions == (Close(facts=known, outcome=Outcome.ABANDONED_MENU),)
