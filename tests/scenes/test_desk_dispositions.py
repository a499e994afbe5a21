"""A counsellor says what became of a call, and that a matter is urgent."""

import asyncio

from ivr.domain.call import CallId
from ivr.domain.journal import DutyKind, EventKind
from ivr.domain.policy import Disposition
from tests.scenes.desks import (
    ANNA,
    caller_in_line,
    dial,
    house,
    in_virtual_time,
    talk,
)
from tests.scenes.world import World


@in_virtual_time(house(wrap_up_s=30, dispositions=(Disposition.RESOLVED, Disposition.OTHER)))
async def test_a_disposition_is_taken_while_wrapping_up_and_the_last_word_counts(
    world: World,
) -> None:
    world.phone("anna")
    caller = await talk(world)
    leg = next(c for c in world.asterisk.channels.values() if c.leg_of)
    world.asterisk.end(leg.id)  # the counsellor hangs up first: nothing is asked
    await world.until_over(caller)
    assert await dial(world, "anna", "*51") == ["fi/desk_noted"]
    asked = ["fi/desk_note_resolved", "fi/desk_note_other"]
    # 2 is no answer on this line
    heard = await dial(world, "anna", "*5", {"desk_note_other": "2 5"})
    assert heard == [*asked, *asked, "fi/desk_noted"]
    said = world.disk.duty_of(DutyKind.DISPOSITION, ANNA)
    assert [e.data["code"] for e in said] == ["resolved", "other"]
    assert {e.call_id for e in said} == {CallId(f"n1-{caller.id}")}
    await asyncio.sleep(30)
    assert await dial(world, "anna", "*51") == ["fi/desk_no_disposition"]


@in_virtual_time()
async def test_a_line_without_dispositions_asks_for_none(world: World) -> None:
    world.phone("anna")
    assert await dial(world, "anna", "*51") == ["fi/desk_no_call"]
    caller = await talk(world)
    assert await dial(world, "anna", "*51") == ["fi/desk_no_disposition"]
    world.asterisk.end(caller.id)
    await world.until_over(caller)
    assert not any("disposition" in s for c in world.asterisk.past.values() for _, s in c.heard
                   if c.leg_of)  # fmt: skip


@in_virtual_time()
async def test_the_callers_matter_is_found_urgent_during_the_call_and_after_it(
    world: World,
) -> None:
    world.phone("anna")
    caller = await talk(world)
    call = CallId(f"n1-{caller.id}")
    assert await dial(world, "anna", "*6") == ["fi/desk_urgent"]
    assert [e.data["by"] for e in world.disk.of(EventKind.URGENT, call)] == ["counsellor"]
    assert '"assessed_urgent":true' in (caller.facts or "")
    world.asterisk.end(caller.id)
    await world.until_over(caller)
    await dial(world, "anna", "*6")
    assert [e.call_id for e in world.disk.duty_of(DutyKind.ASSESSED_URGENT)] == [call, call]


@in_virtual_time(house(dispositions=(Disposition.RESOLVED, Disposition.OTHER)))
async def test_a_counsellor_whose_caller_hung_up_is_asked_and_is_not_rung_meanwhile(
    world: World,
) -> None:
    phone = world.phone("anna")
    caller = await talk(world)
    waiting = await caller_in_line(world)
    (leg,) = (c for c in world.asterisk.channels.values() if c.leg_of)
    with world.habit(leg, {"desk_note_other": "1"}):
        world.asterisk.end(caller.id)
        await world.until(lambda: "fi/desk_noted" in world.heard(leg), 30)
        assert phone.rung == 1
        await world.until(lambda: leg.id not in world.asterisk.channels, 5)
    asked = ["fi/desk_note_resolved", "fi/desk_note_other"]
    assert world.heard(leg)[-3:] == [*asked, "fi/desk_noted"]
    (said,) = world.disk.duty_of(DutyKind.DISPOSITION, ANNA)
    assert (said.data["code"], said.call_id) == ("resolved", CallId(f"n1-{caller.id}"))
    await world.until(lambda: waiting.up, 10)
    world.asterisk.end(waiting.id)
    await world.until_over(waiting)
    await asyncio.sleep(60)  # nobody says what became of this one
    assert not world.asterisk.channels
    assert len(world.disk.duty_of(DutyKind.DISPOSITION)) == 1


@in_virtual_time(house(dispositions=(Disposition.RESOLVED,)))
async def test_a_counsellor_who_answers_with_a_key_and_hangs_up_at_once_has_answered(
    world: World,
) -> None:
    world.phone("anna")
    caller = await talk(world)
    (leg,) = (c for c in world.asterisk.channels.values() if c.leg_of)
    world.asterisk.end(caller.id)
    await world.until(lambda: "fi/desk_note_resolved" in world.heard(leg), 30)
    world.asterisk.press(leg, "1")
    await asyncio.sleep(0.01)
    world.asterisk.end(leg.id)
    await world.until(lambda: bool(world.disk.duty_of(DutyKind.DISPOSITION)), 5)


@in_virtual_time(house(dispositions=(Disposition.RESOLVED, Disposition.OTHER)))
async def test_a_counsellor_who_holds_a_caller_that_hangs_up_is_not_asked_on_that_line(
    world: World,
) -> None:
    world.phone("anna")
    caller = await talk(world)
    leg = next(c for c in world.asterisk.channels.values() if c.leg_of)
    world.asterisk.hold(leg, held=True)
    await asyncio.sleep(1)
    world.asterisk.end(caller.id)
    await world.until_over(caller)
    await asyncio.sleep(0.5)
    assert leg.id not in world.asterisk.channels
    assert not any("note" in sound for _, sound in leg.heard)
