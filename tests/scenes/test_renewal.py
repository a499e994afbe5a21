"""Another configuration comes into force, and nobody on the line is lost or led astray by it."""

import asyncio
from dataclasses import replace

import pytest

from ivr.domain.call import CounsellorId, Language, LineId
from ivr.domain.callback import Status
from ivr.domain.counsellor import Doing
from ivr.domain.journal import DutyKind
from ivr.domain.policy import Routing
from ivr.domain.service import Service, Topic
from tests.fakes.service import ADULTS, DISABILITY, FAMILIES, FREE, NEVER, changed, counsellor
from tests.fakes.service import service as made
from tests.fakes.time import run_in_virtual_time
from tests.scenes.called_back import CalledBack, dials
from tests.scenes.standing import KEYS, PATIENT, Line, routed, team, tell

ANNA, BERTIL = CounsellorId("anna"), CounsellorId("bertil")


def patient(*names: str) -> Service:
    """The service with these counsellors of everything, and callers who wait for long."""
    return made(*team(*names), waiting=PATIENT)


def without(config: Service, *topics: str) -> Service:
    """The service without these topics."""
    left = {topic: each for topic, each in config.topics.items() if topic not in topics}
    lines = [
        replace(line, topics=tuple(left), general_topic=next(iter(left))) for line in config.lines
    ]
    people = [replace(each, topics=dict.fromkeys(left, 1)) for each in config.counsellors]
    return replace(config, topics=left, lines=tuple(lines), counsellors=tuple(people))


def test_who_is_on_the_line_when_it_is_closed_is_served_and_the_next_hears_that_it_is_closed() -> (
    None
):
    config = patient("anna")

    async def told(line: Line) -> None:
        in_menu = line.asterisk.call(FREE, "+358401234560")
        waiting = await line.caller()
        line.renew(changed(config, "free", schedule=NEVER))
        late = line.asterisk.call(FREE, "+358401234569")
        await line.until_over(late)
        assert line.outcomes(late) == ["closed_hours"]
        line.phones("anna", answers_after=1.0)
        with line.habit(in_menu, KEYS):
            await line.served(waiting)
            await line.served(in_menu)

    tell(config, told)


def test_a_menu_changed_in_the_middle_of_a_call_is_the_next_callers_menu() -> None:
    config = patient("anna")

    async def told(line: Line) -> None:
        before = line.asterisk.call(FREE, "+358401234560")
        await line.until_heard(before)
        line.renew(changed(config, "free", languages=(Language.SV,)))
        after = line.asterisk.call(FREE, "+358401234561")
        with line.habit(before, KEYS), line.habit(after, KEYS):
            await line.until(lambda: line.joined(before) and line.joined(after))
        assert any("lang_choice" in heard for heard in line.heard(before))
        assert not any("lang_choice" in heard for heard in line.heard(after))

    tell(config, told)


def test_a_new_counsellor_is_rung_for_who_waits_already() -> None:
    config = made(counsellor("anna", ADULTS), waiting=PATIENT)

    async def told(line: Line) -> None:
        caller = await line.caller()
        line.phones("bertil", answers_after=1.0)
        await asyncio.sleep(60)
        assert line.rung_for(caller) == []
        line.renew(replace(config, counsellors=(*config.counsellors, counsellor("bertil"))))
        await line.served(caller)
        assert line.rung_for(caller) == ["bertil"]

    tell(config, told)


def test_who_is_no_counsellor_any_more_talks_to_the_end_and_is_given_nobody_else() -> None:
    config = patient("anna", "bertil")

    async def told(line: Line) -> None:
        line.phones("anna", answers_after=1.0)
        first = await line.caller()
        await line.until(lambda: first.up)
        line.renew(replace(config, counsellors=(counsellor("bertil"),)))
        second = await line.caller(2)
        await asyncio.sleep(30)
        assert first.id in line.asterisk.channels
        await line.served(first)
        assert line.duty("anna")[-1] is DutyKind.SIGNED_OUT
        await asyncio.sleep(60)
        assert line.rung_for(second) == []
        line.phones("bertil", answers_after=1.0)
        await line.served(second)

    tell(config, told)


def test_who_is_rung_and_no_counsellor_any_more_may_still_answer() -> None:
    config = patient("anna", "bertil")

    async def told(line: Line) -> None:
        (anna,) = line.phones("anna", answers_after=5.0)
        caller = await line.caller()
        await line.until(lambda: anna.rung == 1)
        line.renew(replace(config, counsellors=(counsellor("bertil"),)))
        await line.served(caller)
        assert line.rung_for(caller) == ["anna"]
        assert line.house.roster.at("anna") is None

    tell(config, told)


def test_a_phone_that_rings_out_for_who_is_no_counsellor_any_more_rings_no_more() -> None:
    config = patient("anna", "bertil")

    async def told(line: Line) -> None:
        (anna,) = line.phones("anna")
        caller = await line.caller()
        await line.until(lambda: anna.rung == 1)
        line.renew(replace(config, counsellors=(counsellor("bertil"),)))
        line.phones("bertil", answers_after=1.0)
        await line.served(caller)
        assert line.rung_for(caller) == ["anna", "bertil"]
        assert line.duty("anna")[-1] is DutyKind.SIGNED_OUT

    tell(config, told)


def test_who_comes_back_as_a_counsellor_is_at_work_by_their_phone_as_ever() -> None:
    config = patient("anna", "bertil")

    async def told(line: Line) -> None:
        line.phones("anna", answers_after=1.0)
        line.renew(replace(config, counsellors=(counsellor("bertil"),)))
        assert line.house.roster.at("anna") is None
        assert ANNA not in line.house.roster.duties
        line.renew(config)
        await line.served(await line.caller())

    tell(config, told)


def test_a_counsellor_with_another_phone_leaves_the_old_one_to_whoever_has_it_now() -> None:
    config = patient("anna")
    moved = replace(counsellor("anna"), account="cecilia")
    heir = replace(counsellor("bertil"), account="anna")

    async def told(line: Line) -> None:
        line.phones("anna", "cecilia")
        await line.until(lambda: line.house.roster.at("anna") == ANNA)
        line.renew(replace(config, counsellors=(moved, heir)))
        assert line.house.roster.at("anna") == BERTIL
        assert line.house.roster.at("cecilia") == ANNA

    tell(config, told)


def test_a_skill_taken_away_or_given_counts_for_who_waits_already() -> None:
    config = patient("anna", "bertil")

    async def told(line: Line) -> None:
        line.phones("anna", "bertil", answers_after=5.0)
        people = counsellor("anna", ADULTS), counsellor("bertil")
        line.renew(replace(config, counsellors=people))
        caller = await line.caller()
        await line.served(caller)
        assert line.rung_for(caller) == ["bertil"]

    tell(config, told)


def test_who_waits_for_a_topic_that_is_no_more_is_served_as_the_lines_general_one() -> None:
    config = made(counsellor("anna", DISABILITY), waiting=PATIENT)

    async def told(line: Line) -> None:
        line.phones("anna", answers_after=1.0)
        caller = await line.caller()
        await asyncio.sleep(30)
        assert line.rung_for(caller) == []
        line.renew(without(config, FAMILIES))
        await line.served(caller)

    tell(config, told)


def test_who_waited_for_it_is_served_so_by_the_next_controller_too() -> None:
    config = patient("anna")

    async def told(line: Line) -> None:
        caller = await line.caller()
        line.renew(without(config, FAMILIES))
        await line.crash_and_restart(1.0)
        line.phones("anna", answers_after=1.0)
        await line.served(caller)

    tell(config, told)


def test_a_wrap_up_is_as_long_as_it_was_when_the_call_began() -> None:
    config = patient("anna")

    async def told(line: Line) -> None:
        line.phones("anna", answers_after=1.0)
        caller = await line.caller()
        await line.until(lambda: caller.up)
        line.renew(routed(config, FAMILIES, Routing(wrap_up_s=0)))
        await line.served(caller)
        assert line.house.roster.duties[ANNA].doing is Doing.WRAP_UP

    tell(routed(config, FAMILIES, Routing(wrap_up_s=30)), told)


def test_a_topic_that_is_new_is_routed_as_it_says() -> None:
    config = patient("anna")
    new = Topic(id=FAMILIES, key="1", name=config.topics[FAMILIES].name)
    slow = replace(new, routing=Routing(wrap_up_s=45))

    async def told(line: Line) -> None:
        line.renew(replace(config, topics={**config.topics, FAMILIES: slow}))
        line.phones("anna", answers_after=1.0)
        await line.served(await line.caller())
        assert line.house.roster.duties[ANNA].doing is Doing.WRAP_UP

    tell(config, told)


def test_a_citizen_to_be_called_back_stands_at_the_same_place_by_the_new_configuration() -> None:
    async def story() -> None:
        world = await CalledBack.begin(config=dials("anna", "bertil"))
        await asyncio.sleep(30)
        world.renew(without(dials("bertil"), FAMILIES))
        world.phone("bertil")
        await world.until(lambda: world.together("bertil"))
        await world.until(lambda: world.request.status is Status.REACHED)
        await world.close()

    run_in_virtual_time(story())


def test_who_hears_of_a_citizen_meanwhile_calls_them() -> None:
    async def story() -> None:
        world = await CalledBack.begin()
        world.phone("anna")
        await world.until(lambda: "fi/back_fi" in world.told("anna"))
        world.renew(dials("anna", "bertil"))
        await world.until(world.together)
        assert world.told("anna") == ["fi/back_fi"]
        await world.close()

    run_in_virtual_time(story())


def test_a_citizen_whose_line_calls_nobody_any_more_is_not_called_and_stays_on_the_list() -> None:
    async def story() -> None:
        world = await CalledBack.begin()
        policy = replace(world.config.lines[0].callback, dial=False)
        world.renew(changed(world.config, "free", callback=policy))
        world.phone("anna")
        await asyncio.sleep(300)
        assert world.citizen.rung == 0
        assert world.request.status is Status.WAITING
        await world.close()

    run_in_virtual_time(story())


def test_the_lines_that_somebody_is_on_are_known() -> None:
    async def told(line: Line) -> None:
        assert line.controller is not None
        assert line.controller.director.on_air.lines == frozenset()
        await line.caller()
        assert line.controller.director.on_air.lines == {LineId("free")}

    tell(patient("anna"), told)


@pytest.mark.parametrize("dies", [True, False])
def test_who_talks_on_a_phone_that_is_theirs_no_more_talks_on_and_is_then_rung_on_the_new_one(
    *, dies: bool
) -> None:
    config = patient("anna")
    moved = replace(config, counsellors=(replace(counsellor("anna"), account="cecilia"),))

    async def told(line: Line) -> None:
        line.phones("anna", "cecilia", answers_after=1.0)
        first = await line.caller()
        await line.until(lambda: first.up)
        line.renew(moved)
        second = await line.caller(2)
        if dies:
            await line.crash_and_restart(0.5)
        await asyncio.sleep(30)
        assert first.id in line.asterisk.channels
        assert line.rung_for(second) == []
        await line.served(first)
        await line.served(second)
        assert line.rung_for(second) == ["anna"]
        assert "cecilia" in {c.account for c in line.asterisk.past.values()}

    tell(config, told)


@pytest.mark.parametrize("dies", [True, False])
def test_who_talks_with_somebody_who_is_no_counsellor_any_more_is_not_cut_off(
    *, dies: bool
) -> None:
    config = patient("anna", "bertil")

    async def told(line: Line) -> None:
        line.phones("anna", answers_after=1.0)
        first = await line.caller()
        await line.until(lambda: first.up)
        line.renew(replace(config, counsellors=(counsellor("bertil"),)))
        if dies:
            await line.crash_and_restart(0.5)
        await asyncio.sleep(120)
        assert first.id in line.asterisk.channels
        assert any({first.id} < both for both in line.asterisk.bridges.values())
        second = await line.caller(2)
        await line.served(first)
        await asyncio.sleep(30)
        assert line.rung_for(second) == []
        line.phones("bertil", answers_after=1.0)
        await line.served(second)

    tell(config, told)
