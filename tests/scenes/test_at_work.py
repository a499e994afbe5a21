"""The switch knows who is at work, for when it must serve alone."""

import asyncio

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


def test_it_is_told_again_so_that_it_is_believed_for_most_of_an_hour_after_our_end() -> None:
    async def story() -> None:
        world = World()
        world.start()
        await asyncio.sleep(1800)
        left = int(world.asterisk.at_work[:10]) - BEGIN.timestamp() - 1800
        assert 3000 < left <= 3600
        await world.stop()

    run_in_virtual_time(story())
