"""Who is called back by whom, and before whom: language, urgency, other lines; virtual time."""

import asyncio
from dataclasses import replace
from functools import partial

from ivr.domain.call import Language
from ivr.domain.callback import Because, Status
from ivr.domain.counsellor import Doing
from ivr.domain.policy import CallbackPolicy, Distribution, Routing
from ivr.domain.service import Service
from tests.fakes.asterisk import FakePhone
from tests.fakes.service import FREE, PAID, changed, counsellor
from tests.fakes.time import run_in_virtual_time
from tests.scenes.asking import ASKS, IN_LINE, PATIENT, SWEDISH, asked
from tests.scenes.callback_desk import BERTIL, desk_of
from tests.scenes.called_back import ACCEPTS, NUMBER, OTHERS_NUMBER, CalledBack, dials, other_asks

URGENT, NOT_URGENT = {"urgency": "1"}, {"urgency": "2"}


def two_lines(*names: str, attempts: int = 3) -> Service:
    """The lines `free` and `paid`, which both make their calls back themselves."""
    policy = CallbackPolicy(attempts=attempts)
    return changed(dials(*names, attempts=attempts), "paid", waiting=PATIENT, callback=policy)


def statuses(world: CalledBack) -> set[Status]:
    """How the requests stand."""
    return {each.status for each in world.disk.callbacks}


def _stand(world: CalledBack, wanted: list[tuple[str, Status]]) -> bool:
    return [(str(each.line), each.status) for each in world.disk.callbacks] == wanted


async def hangs_up(world: CalledBack) -> None:
    """The citizen ends the talk."""
    citizen = world.channel(NUMBER)
    assert citizen is not None
    world.asterisk.end(citizen.id)
    await world.until(lambda: bool(world.outcomes(citizen)))


def test_a_request_in_swedish_rings_nobody_who_speaks_only_finnish() -> None:
    async def story() -> None:
        people = (
            counsellor("cecilia", languages=(Language.FI,)),
            counsellor("bertil", languages=(Language.SV,)),
        )
        world = CalledBack(
            replace(dials(), counsellors=people), {"back_sv": "1", "back_greeting": "1"}
        )
        world.start()
        await asked(world, {**SWEDISH, **ASKS})
        cecilia = world.phone("cecilia")
        await asyncio.sleep(120)
        world.phone("bertil")
        await world.until(lambda: world.together("bertil"))
        assert cecilia.rung == 0
        await world.close()

    run_in_virtual_time(story())


def test_an_urgent_word_at_the_second_asking_lets_the_citizen_be_called_first() -> None:
    async def story() -> None:
        world = CalledBack(changed(dials(), "free", urgency_question=True))
        world.start()
        await asked(world, {**IN_LINE, **ASKS, **NOT_URGENT})
        for said in (NOT_URGENT, URGENT):
            await other_asks(world, said)
        other = world.asterisk.phones[OTHERS_NUMBER] = FakePhone()
        world.phone("anna")
        await world.until(lambda: other.rung == 1)
        assert world.citizen.rung == 0
        world.unregister("anna")
        await world.close()

    run_in_virtual_time(story())


def test_a_request_that_a_counsellor_has_taken_rings_their_phone_and_no_other() -> None:
    async def story() -> None:
        world = await CalledBack.begin(config=dials("anna", "bertil"))
        await desk_of(world).take(world.request.id, BERTIL)
        anna = world.phone("anna")
        world.phone("bertil")
        await world.until(lambda: world.together("bertil"))
        assert anna.rung == 0
        await world.close()

    run_in_virtual_time(story())


def test_who_calls_in_themselves_as_the_counsellor_accepts_is_not_dialled() -> None:
    async def story() -> None:
        world = await CalledBack.begin({})
        world.phone("anna")
        await world.until(lambda: "fi/back_fi" in world.told("anna"))
        leg = world.channel("anna")
        assert leg is not None
        caller = world.asterisk.call(FREE)
        await world.until_heard(caller)
        world.asterisk.press(leg, "1")
        await world.until(lambda: "fi/back_not_now" in world.told("anna"))
        await asyncio.sleep(5)
        assert (world.citizen.rung, world.request.attempts) == (0, ())
        world.asterisk.end(caller.id)
        world.keys = dict(ACCEPTS)
        await world.until(world.together)
        await world.close()

    run_in_virtual_time(story())


def test_who_gets_through_by_phone_while_being_dialled_is_not_dialled_again() -> None:
    async def story() -> None:
        world = await CalledBack.begin(config=dials("anna", "bertil"))
        world.citizen.answers_after = None
        world.phone("anna")
        await world.until(lambda: world.citizen.rung == 1)
        caller = world.asterisk.call(FREE)
        with world.habit(caller, IN_LINE):
            world.phone("bertil")
            await world.until(lambda: caller.up)
        await world.until_ended(Status.ANSWERED_BY_PHONE)
        world.asterisk.end(caller.id)
        await asyncio.sleep(3600)
        assert (world.citizen.rung, world.results) == (1, ["no_answer"])
        await world.close()

    run_in_virtual_time(story())


def test_where_all_are_rung_the_citizen_is_dialled_once_for_the_first_to_answer() -> None:
    async def story() -> None:
        config = dials("anna", "bertil")
        all_at_once = Routing(distribution=Distribution.RING_ALL)
        topics = {t.id: replace(t, routing=all_at_once) for t in config.topics.values()}
        world = await CalledBack.begin(config=replace(config, topics=topics))
        anna, bertil = world.phone("anna"), world.phone("bertil", answers_after=1.5)
        await world.until(world.together)
        assert (anna.rung, bertil.rung, world.citizen.rung) == (1, 1, 1)
        assert world.told("bertil") == []
        await world.close()

    run_in_virtual_time(story())


def test_who_has_asked_two_lines_is_called_by_both_and_by_one_at_a_time() -> None:
    async def story() -> None:
        world = await CalledBack.begin(config=two_lines("anna", "bertil"))
        await asked(world, {**IN_LINE, **ASKS}, PAID)
        world.phone("anna")
        world.phone("bertil")
        await world.until(lambda: world.together("anna") or world.together("bertil"))
        await asyncio.sleep(120)
        assert world.citizen.rung == 1
        assert statuses(world) == {Status.REACHED, Status.WAITING}
        await hangs_up(world)
        await world.until(lambda: statuses(world) == {Status.REACHED})
        assert world.citizen.rung == 2
        await world.close()

    run_in_virtual_time(story())


def test_a_request_that_one_line_has_given_up_keeps_no_other_and_no_new_one_from_its_call() -> None:
    async def story() -> None:
        world = await CalledBack.begin(config=two_lines(attempts=1))
        world.asterisk.phones[NUMBER] = FakePhone(busy=True)
        world.phone("anna")
        await world.until_ended(Status.UNREACHED)
        world.unregister("anna")
        given_up = world.request
        world.asterisk.phones[NUMBER] = world.citizen
        await asked(world, {**IN_LINE, **ASKS}, PAID)
        await asked(world, {**IN_LINE, **ASKS})
        assert world.disk.callbacks[0] == given_up
        world.phone("anna")
        for free in (Status.WAITING, Status.REACHED):
            now = [("free", Status.UNREACHED), ("paid", Status.REACHED), ("free", free)]
            await world.until(partial(_stand, world, now))
            await hangs_up(world)
        assert world.disk.callbacks[0] == given_up
        await world.close()

    run_in_virtual_time(story())


def test_who_hears_of_a_request_as_it_is_closed_is_told_that_it_cannot_be_called() -> None:
    async def story() -> None:
        world = await CalledBack.begin({})
        world.phone("anna")
        await world.until(lambda: "fi/back_fi" in world.told("anna"))
        await desk_of(world).close(world.request.id, Because.NOT_WANTED)
        await world.until(lambda: world.channel("anna") is None)
        assert world.told("anna") == ["fi/back_fi", "fi/back_not_now"]
        assert [doing for _, _, doing in world.house.roster.at_work()] == [Doing.FREE]
        await asyncio.sleep(60)
        assert world.citizen.rung == 0
        await world.close()

    run_in_virtual_time(story())
