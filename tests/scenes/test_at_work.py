"""The switch knows who is at work, for when it must serve alone."""

import asyncio
from datetime import timedelta

from ivr.domain.notice import Notice
from tests.fakes.service import ADULTS, FAMILIES, changed, counsellor, service
from tests.fakes.time import BEGIN, run_in_virtual_time
from tests.scenes.world import World


def listed(world: World) -> set[str]:
    """The phones that the switch is to ring for the free line, and for the one of adults."""
    _, *phones = world.asterisk.at_work.rstrip(",").split(",")
    return {phone for phone in phones if phone.startswith(("free/", "by_number/"))}


def test_the_switch_is_told_who_serves_which_line_and_who_pauses_is_not_among_them() -> None:
    async def story() -> None:
        config = service(counsellor("anna"), counsellor("bertil", ADULTS))
        config = changed(config, "by_number", topics=(ADULTS,), general_topic=ADULTS)
        world = World(changed(config, "free", topics=(FAMILIES,)))
        world.start()
        await world.until(lambda: bool(world.asterisk.at_work))
        assert listed(world) == set()
        for name in ("anna", "bertil"):
            world.phone(name)
        await world.until(lambda: len(listed(world)) == 3, within_s=10)
        assert listed(world) == {"free/anna", "by_number/anna", "by_number/bertil"}
        world.unregister("anna")
        await world.until(lambda: listed(world) == {"by_number/bertil"}, within_s=10)
        await world.stop()

    run_in_virtual_time(story())


def test_the_switch_is_told_what_somebody_has_closed_and_what_is_so_no_longer() -> None:
    async def story() -> None:
        world = World()
        line, other = world.config.lines[:2]
        hours = BEGIN + timedelta(hours=1), BEGIN + timedelta(hours=2)
        world.start()
        await world.until(lambda: len(world.asterisk.closed) == len(world.config.lines))
        assert set(world.asterisk.closed.values()) == {0}
        for each, until in zip((line, other), hours, strict=True):
            world.board.put(Notice(line=each.id, since=BEGIN, until=until, closes=True, spoken={}))
        ends = [int(until.timestamp()) for until in hours]
        told = world.asterisk.closed
        await world.until(lambda: [told[line.id], told[other.id]] == ends, within_s=10)
        await world.stop()
        world.board.end(other.id)
        world.start()
        await world.until(lambda: [told[line.id], told[other.id]] == [ends[0], 0], within_s=10)
        await asyncio.sleep(3600)
        assert told[line.id] == 0
        await world.stop()

    run_in_virtual_time(story())


def test_it_is_told_again_so_that_it_is_believed_for_most_of_an_hour_after_our_end() -> None:
    async def story() -> None:
        world = World()
        world.start()
        await asyncio.sleep(1800)
        left = int(world.asterisk.at_work[:10]) - BEGIN.timestamp() - 1800
        assert 3000 < left <= 3600
        await world.stop()

    run_in_virtual_time(story())
