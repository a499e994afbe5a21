"""Beyond the most calls nobody is let in, all are told why, and those inside notice nothing."""

import asyncio
from dataclasses import replace

import pytest

from ivr.domain.journal import EventKind
from ivr.domain.policy import CallbackPolicy, Ending, OutgoingPolicy, WaitingPolicy
from ivr.domain.service import Service
from ivr.scenes import SCENES
from tests.fakes.asterisk import Channel
from tests.fakes.service import FREE, PAID, TOLL_FREE, changed, counsellor, service
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.test_crash_at_every_await import Story, restarts, strike
from tests.scenes.test_crash_at_every_await import close as close_story
from tests.scenes.world import World

FINNISH = {"lang_choice": "1", "topic_menu": "1"}
SWEDISH = {"lang_choice": "2", "limit_confirm": "1"}
KEYING = {"lang_choice": "2", "number_entry": "0451112222#", "number_readback": "1"}
NOTICE = [
    f"{lang}/{name}" for lang in ("fi", "sv") for name in ("all_busy", "call_later", "crisis")
]
BUSY = ["fi/all_busy", "sv/all_busy", "fi/lang_choice", "sv/lang_choice"]
ANOTHER = "+358451112222"


def config(on_full: Ending = Ending.OFFER_CALLBACK, most_calls: int = 1) -> Service:
    """Whatever the line, a callback is offered, or what is said here is done."""
    made = service(counsellor("anna"), counsellor("bertil"))
    for name in ("free", "toll_free", "paid"):
        waiting = WaitingPolicy(on_full=on_full, on_nobody=Ending.WAIT)
        made = changed(made, name, waiting=waiting)
    return replace(made, most_calls=most_calls)


async def inside(world: World, number: str = TOLL_FREE) -> Channel:
    """One who waits, and keeps all counsellors' phones from ringing for long."""
    channel = world.asterisk.call(number)
    with world.habit(channel, FINNISH):
        await world.until(lambda: channel.music)
    return channel


async def close(world: World) -> None:
    for channel in list(world.asterisk.channels):
        world.asterisk.end(channel)
    await asyncio.sleep(2)
    await world.stop()


def without_language(world: World, channel: Channel) -> list[str]:
    return [sound.rpartition("/")[2] for sound in world.heard(channel)]


@pytest.mark.parametrize("number", [FREE, TOLL_FREE, PAID])
def test_one_call_too_many_hears_so_unanswered_and_is_called_back_who_agrees(number: str) -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        first = await inside(world)
        progress = first.heard[-1]
        second = world.asterisk.call(number, ANOTHER)
        with world.habit(second, SWEDISH):
            await world.until_over(second)
        said = [*BUSY[:3], "sv/limit_confirm", "sv/callback_saved_today", "sv/goodbye"]
        assert world.heard(second) == said
        assert world.outcomes(second) == ["callback"]
        assert not second.up  # nothing is charged
        (request,) = world.disk.of(EventKind.CALLBACK_REQUESTED)
        assert (request.data["number"], request.data["language"]) == (ANOTHER, "sv")
        assert request.data["topic"] == "families"
        (limit,) = world.disk.of(EventKind.LIMIT)
        assert limit.data == {"because": "busy", "ending": "offer_callback"}
        assert first.music
        assert first.heard[-1] == progress or "queue" in first.heard[-1][1]
        await close(world)

    run_in_virtual_time(story())


def test_who_wants_no_callback_hears_when_to_call_and_where_help_is() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        await inside(world)
        second = world.asterisk.call(FREE, ANOTHER)
        with world.habit(second, {"lang_choice": "1", "limit_confirm": "2"}):
            await world.until_over(second)
        assert world.heard(second)[-3:] == ["fi/call_later", "fi/crisis", "fi/goodbye"]
        assert world.outcomes(second) == ["turned_away"]
        assert world.disk.callbacks == []
        await close(world)

    run_in_virtual_time(story())


def test_where_numbers_are_kept_without_a_key_the_caller_hears_that_theirs_is() -> None:
    async def story() -> None:
        world = World(config(Ending.KEEP_CALLBACK))
        world.start()
        await inside(world)
        second = world.asterisk.call(FREE, ANOTHER)
        await world.until_over(second)
        assert world.heard(second) == [*BUSY, "fi/callback_saved_today", "fi/goodbye"]
        assert world.outcomes(second) == ["callback"]
        await close(world)

    run_in_virtual_time(story())


def test_who_hides_their_number_may_key_one_in() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        await inside(world)
        second = world.asterisk.call(TOLL_FREE, hidden=True)
        with world.habit(second, KEYING):
            await world.until_over(second)
        assert world.outcomes(second) == ["callback"]
        assert not second.up
        await close(world)

    run_in_virtual_time(story())


@pytest.mark.parametrize("how", [Ending.NOTICE, Ending.WAIT, Ending.OTHER_TOPIC])
def test_a_line_that_keeps_no_numbers_says_in_each_language_where_help_is(how: Ending) -> None:
    async def story() -> None:
        world = World(config(how))
        world.start()
        await inside(world)
        second = world.asterisk.call(PAID, ANOTHER)
        await world.until_over(second)
        assert world.heard(second) == NOTICE
        assert world.outcomes(second) == ["turned_away"]
        assert not second.up
        assert len(world.disk.of(EventKind.JOINED)) == 1  # of who is inside
        await close(world)

    run_in_virtual_time(story())


def test_beyond_a_quarter_more_nobody_is_asked_anything_and_a_free_place_is_taken_at_once() -> None:
    async def story() -> None:
        world = World(config(most_calls=4))
        world.start()
        four = [await inside(world) for _ in range(4)]
        fifth = world.asterisk.call(FREE, ANOTHER)
        await asyncio.sleep(0.5)
        sixth = world.asterisk.call(FREE, "+358451113333")
        await world.until_over(sixth)
        assert world.heard(sixth) == NOTICE
        assert world.outcomes(sixth) == ["turned_away"]
        assert world.heard(fifth)[:4] == BUSY
        world.asterisk.end(fifth.id)
        for each in four[:2]:
            world.asterisk.end(each.id)
        await asyncio.sleep(1)
        seventh = await inside(world)
        assert "all_busy" not in without_language(world, seventh)
        await close(world)

    run_in_virtual_time(story())


def test_nobody_is_called_back_while_there_are_as_many_calls_as_may_be() -> None:
    async def story() -> None:
        made = changed(config(), "free", callback=CallbackPolicy(dial=True))
        world = World(replace(made, calling_back=OutgoingPolicy(to=("+358",))))
        world.start()
        world.phone("anna")
        first = world.asterisk.call(TOLL_FREE)
        with world.habit(first, FINNISH):
            await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
        second = world.asterisk.call(FREE, ANOTHER)
        with world.habit(second, {"lang_choice": "1", "limit_confirm": "1"}):
            await world.until_over(second)
        bertil = world.phone("bertil")
        await asyncio.sleep(300)
        assert bertil.rung == 0
        world.asterisk.end(first.id)
        await world.until(lambda: bertil.rung > 0)
        await close(world)

    run_in_virtual_time(story())


def test_a_fault_of_ours_lets_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object) -> None:
        raise RuntimeError("a fault")

    async def story() -> None:
        world = World(config())
        assert isinstance(SCENES, dict)
        monkeypatch.setitem(SCENES, "busy", fails)
        world.start()
        await inside(world)
        second = world.asterisk.call(FREE, ANOTHER)
        await world.until_over(second)
        assert world.outcomes(second) == ["fallback"]
        assert not second.in_application
        await close(world)

    run_in_virtual_time(story())


async def crashed(strike_at: int | None, away_s: float) -> Story:
    """One is inside, one too many calls. The controller dies at a step."""
    world = World(config())
    struck = asyncio.Event()
    steps = Steps(strike_at, lambda: strike(world, struck))
    world.start(steps)
    restart = asyncio.create_task(restarts(world, struck, away_s))
    first = await inside(world)
    second = world.asterisk.call(FREE, ANOTHER)
    with world.habit(second, {**SWEDISH, "topic_menu": "1"}):
        await asyncio.sleep(60)
    world.asterisk.end(second.id)
    await world.until_over(second)
    world.asterisk.end(first.id)
    await world.until_over(first)
    return await close_story(world, restart, [first, second], steps)


def test_a_crash_at_any_await_of_one_too_many_gives_one_outcome() -> None:
    steps = run_in_virtual_time(crashed(None, 1)).steps
    for step in range(1, steps + 1, 2):
        story = run_in_virtual_time(crashed(step, 1 + step % 3))
        assert [len(each) for each in story.outcomes] == [1, 1], step


async def hung_up(strike_at: int | None) -> int:
    """The one too many hangs up at a step."""
    world = World(config())
    callers: list[Channel] = []

    def hang_up() -> None:
        if callers:
            world.asterisk.end(callers[0].id)

    steps = Steps(strike_at, hang_up)
    world.start(steps)
    await inside(world)
    steps.taken = 0
    callers.append(world.asterisk.call(FREE, ANOTHER))
    with world.habit(callers[0], SWEDISH):
        await asyncio.sleep(40)
    kept = len(world.disk.callbacks)
    assert world.outcomes(callers[0]) == ["callback" if kept else "turned_away"]
    taken = steps.taken
    await close(world)
    return taken


def test_a_hang_up_at_any_await_of_one_too_many_gives_one_outcome() -> None:
    steps = run_in_virtual_time(hung_up(None))
    assert steps > 20
    for step in range(1, steps + 1):
        run_in_virtual_time(hung_up(step))
