"""The night on which the clocks change: nobody is dropped, and nobody's phone rings early."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest

from ivr.domain.callback import Status
from ivr.domain.notice_end import read_end
from ivr.domain.schedule import Hours, Schedule
from tests.fakes.service import FREE, changed, service
from tests.fakes.time import BEGIN, run_in_virtual_time
from tests.scenes.asking import ASKS, IN_LINE, PATIENT, asked
from tests.scenes.called_back import CalledBack, dials
from tests.scenes.test_notice import told
from tests.scenes.world import World

ALL_DAY = Hours(opens=time(0), closes=time(0))
DAILY = Schedule(weekly={day: (Hours(opens=time(9), closes=time(15)),) for day in range(7)})
# The day before (UTC), and when it is nine in the morning after it, by the new time.
NIGHTS = {
    "back to winter": (
        datetime(2026, 10, 24, 11, tzinfo=UTC),
        datetime(2026, 10, 25, 7, tzinfo=UTC),
    ),
    "on to summer": (datetime(2027, 3, 27, 12, tzinfo=UTC), datetime(2027, 3, 28, 6, tzinfo=UTC)),
}


@pytest.mark.parametrize("night", NIGHTS)
def test_after_a_night_of_23_or_25_hours_citizens_are_called_at_nine_and_not_before(
    night: str,
) -> None:
    async def story() -> None:
        before, nine = NIGHTS[night]
        world = CalledBack(changed(dials(), "free", schedule=DAILY))
        world.clock.ahead = before - BEGIN
        world.start()
        await asked(world, {**IN_LINE, **ASKS})
        await asyncio.sleep((nine - timedelta(hours=3) - world.clock.now()).total_seconds())
        world.phone("anna")
        await world.until(lambda: world.citizen.rung == 1, 5 * 3600, every_s=10)
        assert nine <= world.clock.now() <= nine + timedelta(minutes=1)
        await world.until_ended(Status.REACHED)
        await world.close()

    run_in_virtual_time(story())


@pytest.mark.parametrize(
    "changes", [datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2027, 3, 28, 1, tzinfo=UTC)]
)
def test_who_waits_while_the_clocks_change_hears_their_place_and_is_served(
    changes: datetime,
) -> None:
    async def story() -> None:
        always = replace(DAILY, forced_open=True)
        often = replace(PATIENT, announce_every_s=60)
        world = World(changed(service(), "free", schedule=always, waiting=often))
        world.clock.ahead = changes - timedelta(minutes=2) - BEGIN
        world.start()
        caller = world.asterisk.call(FREE)
        with world.habit(caller, IN_LINE):
            await world.until(lambda: caller.music)
            await asyncio.sleep(240)
            told = [at for at, sound in caller.heard if sound.endswith("queue_next")]
            gaps = [later - at for at, later in pairwise(told)]
            assert len(told) >= 3
            assert max(gaps) - min(gaps) < 1.0, "told their place at another pace"
            world.phone("anna")
            await world.until(lambda: caller.up)
        world.asterisk.end(caller.id)
        await world.until_over(caller)
        assert world.outcomes(caller) == ["served"]
        await asyncio.sleep(1)
        await world.stop()

    run_in_virtual_time(story())


# Said at 2:50, up to a time that comes twice, or that is skipped: its first, and an hour later.
@pytest.mark.parametrize(
    ("begins", "text", "ends"),
    [
        ("2026-10-24T23:50+00:00", "3:30", "2026-10-25T00:30+00:00"),
        ("2026-10-24T23:50+00:00", "4:30", "2026-10-25T02:30+00:00"),
        ("2027-03-28T00:50+00:00", "3:30", "2027-03-28T01:30+00:00"),
        ("2027-03-28T00:50+00:00", "4:30", "2027-03-28T01:30+00:00"),
    ],
)
def test_a_closure_over_the_night_on_which_the_clocks_change_ends_by_itself_in_time(
    begins: str, text: str, ends: str
) -> None:
    since = datetime.fromisoformat(begins)
    until = read_end(text, since)
    assert until == datetime.fromisoformat(ends)

    async def story() -> None:
        always = replace(DAILY, weekly=dict.fromkeys(range(7), (ALL_DAY,)))
        world = World(changed(service(), "free", schedule=always))
        world.clock.ahead = since - BEGIN
        world.start()
        world.board.put(replace(told(closes=True), since=since, until=until))
        await asyncio.sleep((until - world.clock.now()).total_seconds() - 60)
        before = world.asterisk.call(FREE)
        await world.until_over(before)
        assert world.outcomes(before) == ["closed_hours"]
        assert world.heard(before)[1] == "fi/closed_later_today"
        await asyncio.sleep((until - world.clock.now()).total_seconds())
        after = world.asterisk.call(FREE)
        with world.habit(after, IN_LINE):
            await world.until(lambda: after.music)
        assert not {"told/fi", "told/sv"} & set(world.heard(after))
        world.asterisk.end(after.id)
        await world.until_over(after)
        await world.stop()

    run_in_virtual_time(story())
