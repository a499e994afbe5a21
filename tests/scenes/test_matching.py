"""Who is rung for whom, and when, and what is told to those who wait; in virtual time."""

import asyncio
from dataclasses import replace
from typing import Any

from ivr.domain import facts as codec
from ivr.domain.call import CallId, CounsellorId, Facts, Language, LineId, SceneName
from ivr.domain.journal import EventKind
from ivr.domain.policy import Distribution, Ending, Routing
from tests.fakes.service import (
    ADULTS,
    DISABILITY,
    FAMILIES,
    FREE,
    changed,
    counsellor,
    facts,
    service,
)
from tests.fakes.time import BEGIN, run_in_virtual_time
from tests.scenes.standing import PATIENT, Line, routed, team, tell


def waiting_in_swedish(number: int, **more: Any) -> Facts:
    """A caller who was in the line before this controller was there."""
    config = service()
    known = facts(config.lines[0])
    return replace(
        known,
        call_id=CallId(f"n1-1.{number}"),
        scene=SceneName.WAITING,
        line=LineId("free"),
        language=Language.SV,
        topic=FAMILIES,
        joined=BEGIN.replace(minute=number),
        **more,
    )


def test_a_caller_overflows_to_another_topic_and_then_to_anyone_at_the_very_instant() -> None:
    people = counsellor("adults", ADULTS), counsellor("disability", DISABILITY)
    overflow = Routing(overflow_after_s=60, overflow_topic=DISABILITY, anyone_after_s=120)
    config = routed(service(*people, waiting=replace(PATIENT, ring_s=10)), FAMILIES, overflow)

    async def told(line: Line) -> None:
        adults, disability = line.phones("adults", "disability")
        caller = await line.caller()
        joined = line.disk.of(EventKind.JOINED)[0].facts.joined
        assert joined is not None
        await line.until(lambda: disability.rung == 1)
        ringing = line.disk.of(EventKind.RINGING)[0]
        assert 60 <= (ringing.at - joined).total_seconds() < 60.1
        assert adults.rung == 0
        await line.until(lambda: adults.rung == 1)
        ringing = next(
            e for e in line.disk.of(EventKind.RINGING) if e.data["counsellor"] == "adults"
        )
        assert 120 <= (ringing.at - joined).total_seconds() < 130.1
        assert line.rung_for(caller)[0] == "disability"

    tell(config, told)


def test_the_next_caller_is_rung_for_when_the_wrap_up_is_over_and_not_before() -> None:
    config = routed(service(waiting=PATIENT), FAMILIES, Routing(wrap_up_s=30))

    async def told(line: Line) -> None:
        (anna,) = line.phones("anna", answers_after=1.0)
        first = await line.caller()
        second = await line.caller(2)
        await line.served(first)
        ended = asyncio.get_running_loop().time()
        await line.until(lambda: anna.rung == 2)
        assert 29.5 < asyncio.get_running_loop().time() - ended < 30.5
        await line.served(second)

    tell(config, told)


def test_three_counsellors_serve_twenty_callers_in_the_order_of_their_joining() -> None:
    async def told(line: Line) -> None:
        callers = [await line.caller(n % 10) for n in range(20)]
        for name in ("anna", "bo", "cia"):
            line.phone(name, answers_after=2.0)
            await asyncio.sleep(1)
        await asyncio.gather(*(line.served(caller, talk_s=30) for caller in callers))
        ringing = sorted(line.disk.of(EventKind.RINGING), key=lambda event: event.at)
        served = list(dict.fromkeys(event.call_id for event in ringing))
        assert served == [f"n1-{caller.id}" for caller in callers]

    tell(service(*team("anna", "bo", "cia"), waiting=PATIENT), told)


def test_who_wants_one_counsellor_waits_for_that_one_unless_they_take_no_calls() -> None:
    config = service(*team("anna", "bo"), waiting=PATIENT)

    async def whole() -> None:
        line = Line(config)
        caller = line.asterisk.call(FREE)
        caller.facts = codec.encode(waiting_in_swedish(1, wanted=CounsellorId("bo")))
        anna, bo = line.phones("anna", "bo", answers_after=1.0)
        line.start()
        await line.served(caller)
        assert (anna.rung, bo.rung) == (0, 1)
        await line.stop()
        gone = line.asterisk.call(FREE)
        gone.facts = codec.encode(waiting_in_swedish(2, wanted=CounsellorId("bo")))
        del line.asterisk.phones["bo"]
        line.start()
        await line.served(gone)
        assert (anna.rung, bo.rung) == (1, 1)
        for channel in list(line.asterisk.channels.values()):
            line.asterisk.end(channel.id)
        await asyncio.sleep(1)
        await line.stop()

    run_in_virtual_time(whole())


def test_the_urgent_caller_is_served_first_and_then_who_joined_first() -> None:
    async def whole() -> None:
        line = Line(service(waiting=PATIENT))
        callers = [line.asterisk.call(FREE) for _ in range(3)]
        for number, caller in enumerate(callers, 1):
            urgent = number == 3
            caller.facts = codec.encode(waiting_in_swedish(number, caller_urgent=urgent))
        line.phones("anna", answers_after=1.0)
        line.start()
        for caller in (callers[2], callers[0], callers[1]):
            await line.served(caller)
        await asyncio.sleep(1)
        await line.stop()

    run_in_virtual_time(whole())


def test_fewest_calls_and_the_order_of_the_configuration_decide_where_they_are_to() -> None:
    for distribution, expected in [
        (Distribution.FEWEST_CALLS, ["anna", "bo", "anna", "bo"]),
        (Distribution.IN_ORDER, ["anna", "anna", "anna", "anna"]),
    ]:
        config = service(*team("anna", "bo"), waiting=PATIENT)
        rung: list[str] = []

        async def told(line: Line, rung: list[str] = rung) -> None:
            line.phones("anna", "bo", answers_after=1.0)
            for number in range(4):
                caller = await line.caller(number)
                await line.served(caller)
                rung += line.rung_for(caller)

        tell(routed(config, FAMILIES, Routing(distribution=distribution)), told)
        assert rung == expected


def test_the_wait_is_told_once_three_calls_of_the_last_hour_say_how_long_one_takes() -> None:
    async def told(line: Line) -> None:
        line.phones("anna", answers_after=1.0)
        callers = [await line.caller(number) for number in range(5)]
        for caller in callers[:3]:
            await line.served(caller, talk_s=280)
        await line.until(lambda: callers[3].up)
        next_one, last = await line.caller(5), await line.caller(6)
        await asyncio.sleep(5)
        # One ahead and about 4 min 45 s for each; then two ahead.
        assert line.heard(next_one)[-1] == "fi/lang_switch"
        assert "sv/wait_5_10" in line.heard(next_one)
        assert "sv/wait_gt10" in line.heard(last)
        assert not [told for told in line.heard(callers[0]) if "wait_" in told]

    tell(service(waiting=PATIENT), told)


def test_since_when_nobody_is_at_work_is_known_and_whoever_could_take_overflow_counts() -> None:
    overflow = Routing(anyone_after_s=600)
    config = routed(service(counsellor("adults", ADULTS), waiting=PATIENT), FAMILIES, overflow)
    told_why = replace(PATIENT, on_nobody=Ending.NOTICE, nobody_after_s=30)
    config = changed(config, "free", waiting=told_why)

    async def told(line: Line) -> None:
        line.phones("adults")
        caller = await line.caller()
        await asyncio.sleep(120)
        assert caller.music
        line.unregister("adults")
        gone = asyncio.get_running_loop().time()
        await line.until_over(caller)
        assert line.outcomes(caller) == ["turned_away"]
        assert 30 <= asyncio.get_running_loop().time() - gone < 60

    tell(config, told)
