"""What becomes of the phones that ring for a caller, answered or not; in virtual time."""

import asyncio

from ivr.domain.call import CallId, ChannelId
from ivr.domain.journal import DutyKind, EventKind
from ivr.domain.policy import Distribution, Routing
from ivr.ports import LegMade
from tests.fakes.asterisk import Channel
from tests.fakes.service import FAMILIES, service
from tests.scenes.standing import PATIENT, Line, routed, team, tell

RING_ALL = Routing(distribution=Distribution.RING_ALL, ring_most=3)


def test_all_phones_ring_the_first_to_answer_wins_and_the_others_keep_their_turn() -> None:
    config = routed(service(*team("anna", "bo", "cia", "dan"), waiting=PATIENT), FAMILIES, RING_ALL)

    async def told(line: Line) -> None:
        anna, bo, cia, dan = line.phones("anna", "bo", "cia", "dan")
        first = await line.caller()
        await line.until(lambda: (anna.rung, bo.rung, cia.rung) == (1, 1, 1))
        assert dan.rung == 0  # never more than is bounded
        leg = next(c for c in line.asterisk.channels.values() if c.account == "bo")
        line.asterisk.pick_up(leg.id)
        await line.until(lambda: first.up)
        assert (anna.ended, cia.ended) == ([26], [26])
        assert line.duty("anna") == line.duty("cia") == [DutyKind.RINGING, DutyKind.WITHDRAWN]
        await line.caller(2)
        await line.until(lambda: (anna.rung, cia.rung, dan.rung) == (2, 2, 1))
        assert bo.rung == 1

    tell(config, told)


def test_of_two_who_answer_in_the_same_instant_one_wins_and_the_other_is_free_at_once() -> None:
    config = routed(service(*team("anna", "bo"), waiting=PATIENT), FAMILIES, RING_ALL)

    async def told(line: Line) -> None:
        anna, bo = line.phones("anna", "bo", answers_after=5.0)
        first = await line.caller()
        await line.until(lambda: first.up)
        assert sorted((*anna.ended, *bo.ended)) == [26]
        loser = "anna" if anna.ended else "bo"
        assert line.duty(loser) == [DutyKind.RINGING, DutyKind.WITHDRAWN]
        second = await line.caller(2)
        await line.until(lambda: second.up)
        assert line.rung_for(second) == [loser]
        await line.served(first)
        await line.served(second)

    tell(config, told)


def test_a_leg_that_is_answered_and_that_nobody_here_has_rung_is_hung_up() -> None:
    async def told(line: Line) -> None:
        (anna,) = line.phones("anna")
        stray = Channel(id=ChannelId("stray"), account="anna", leg_of=CallId("n1-0"))
        line.asterisk.channels[stray.id] = stray
        line.asterisk.pick_up(stray.id)
        await line.until(lambda: anna.ended == [26])
        assert stray.id not in line.asterisk.channels

    tell(service(waiting=PATIENT), told)


def test_a_leg_that_was_asked_for_over_a_socket_given_up_does_not_stand_undialled() -> None:
    async def told(line: Line) -> None:
        line.phones("anna")
        late = Channel(id=ChannelId("late"), account="anna", leg_of=CallId("n1-0"))
        line.asterisk.channels[late.id] = late
        line.asterisk.emit(LegMade(channel=late.id))
        await line.until(lambda: late.id not in line.asterisk.channels)

    tell(service(waiting=PATIENT), told)


def test_every_phone_stops_when_the_caller_hangs_up_and_nobody_has_missed_a_call() -> None:
    config = routed(service(*team("anna", "bo", "cia"), waiting=PATIENT), FAMILIES, RING_ALL)

    async def told(line: Line) -> None:
        phones = line.phones("anna", "bo", "cia")
        caller = await line.caller()
        await line.until(lambda: all(phone.rung for phone in phones))
        line.asterisk.end(caller.id)
        await line.until_over(caller)
        assert line.outcomes(caller) == ["abandoned_queue"]
        await asyncio.sleep(0.2)
        assert [phone.ended for phone in phones] == [[16]] * 3
        assert not line.disk.duty_of(DutyKind.MISSED)
        again = await line.caller(2)
        await line.until(lambda: len(line.rung_for(again)) == 3)
        assert set(line.rung_for(again)) == {"anna", "bo", "cia"}

    tell(config, told)


def test_who_declines_has_missed_nothing_and_is_rung_again_after_a_rest() -> None:
    async def told(line: Line) -> None:
        (anna,) = line.phones("anna")
        anna.declines = True
        caller = await line.caller()
        for times in range(1, 5):
            await line.until(lambda times=times: anna.rung == times)  # type: ignore[misc]
        anna.declines, anna.answers_after = False, 1.0
        assert not line.disk.duty_of(DutyKind.MISSED)
        assert {e.data["why"] for e in line.disk.of(EventKind.MISSED)} == {"declined"}
        await line.served(caller)

    tell(service(waiting=PATIENT), told)


def test_a_phone_that_rings_and_then_does_not_want_to_be_disturbed_has_missed_nothing() -> None:
    async def told(line: Line) -> None:
        (anna,) = line.phones("anna")
        anna.unavailable_after = 5.0
        caller = await line.caller()
        for times in range(1, 5):
            await line.until(lambda times=times: anna.rung == times)  # type: ignore[misc]
        anna.unavailable_after, anna.answers_after = None, 1.0
        assert not line.disk.duty_of(DutyKind.MISSED)
        assert {e.data["why"] for e in line.disk.of(EventKind.MISSED)} == {"declined"}
        await line.served(caller)

    tell(service(waiting=PATIENT), told)


def test_a_phone_that_is_registered_but_dead_costs_its_counsellor_no_miss() -> None:
    async def told(line: Line) -> None:
        anna, bo = line.phones("anna", "bo", answers_after=1.0)
        anna.dead = True
        caller = await line.caller()
        await line.served(caller)
        assert line.rung_for(caller) == ["anna", "bo"]
        assert bo.rung == 1
        assert {e.data["why"] for e in line.disk.of(EventKind.MISSED)} == {"vanished"}
        assert line.duty("anna") == [DutyKind.RINGING, DutyKind.WITHDRAWN]

    tell(service(*team("anna", "bo"), waiting=PATIENT), told)


def test_a_phone_that_goes_while_it_rings_gives_the_caller_to_another_at_once() -> None:
    async def told(line: Line) -> None:
        anna, bo = line.phones("anna", "bo")
        caller = await line.caller()
        await line.until(lambda: anna.rung == 1)
        line.unregister("anna")
        await line.until(lambda: bo.rung == 1, within_s=0.5)
        assert "anna" not in [channel.account for channel in line.asterisk.channels.values()]
        line.phone("anna", answers_after=1.0)
        line.asterisk.end(
            next(c.id for c in line.asterisk.channels.values() if c.account == "bo"), 17
        )
        await line.served(caller)
        assert line.rung_for(caller) == ["anna", "bo", "anna"]
        assert not line.disk.duty_of(DutyKind.MISSED)

    tell(service(*team("anna", "bo"), waiting=PATIENT), told)


def test_a_phone_that_registers_anew_while_it_rings_is_rung_anew() -> None:
    async def told(line: Line) -> None:
        (old,) = line.phones("anna")
        caller = await line.caller()
        await line.until(lambda: old.rung == 1)
        line.unregister("anna")  # Asterisk 22.10 says both in one breath
        new = line.phone("anna", answers_after=1.0)
        await line.served(caller)
        assert (old.rung, new.rung) == (1, 1)
        assert not line.disk.duty_of(DutyKind.MISSED)

    tell(service(waiting=PATIENT), told)
