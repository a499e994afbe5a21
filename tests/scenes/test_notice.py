"""What everybody is told for a while is heard by the next caller, and ends by itself."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from ivr.domain.call import Language, LineId
from ivr.domain.callback import Status
from ivr.domain.journal import EventKind
from ivr.domain.notice import Notice, Spoken
from ivr.domain.policy import CallbackPolicy
from ivr.domain.service import Service
from tests.fakes.asterisk import Channel
from tests.fakes.service import FREE, PAID, changed, service
from tests.fakes.time import BEGIN, run_in_virtual_time
from tests.scenes.called_back import CalledBack
from tests.scenes.desks import in_virtual_time
from tests.scenes.world import World

FI, SV = "told/fi", "told/sv"
SPOKEN = {
    Language.FI: Spoken(sound=FI, seconds=1.0),
    Language.SV: Spoken(sound=SV, seconds=1.0),
}
IN_SWEDISH = {"lang_choice": "2", "topic_menu": "1"}


def told(line: str = "free", *, minutes: int = 60, closes: bool = False) -> Notice:
    """From the tests' Monday, 10:00 in Finland, on."""
    until = BEGIN + timedelta(minutes=minutes)
    return Notice(line=LineId(line), since=BEGIN, until=until, closes=closes, spoken=SPOKEN)


def offering() -> Service:
    """Who calls outside hours is asked whether to be called back."""
    callback = CallbackPolicy(dial=False, outside_hours=True)
    return changed(service(), "free", callback=callback)


async def heard_of(
    world: World, until: str, keys: Mapping[str, str] = IN_SWEDISH, number: str = FREE
) -> tuple[Channel, list[str]]:
    """A caller who has heard this by now, and all that they have heard."""
    caller = world.asterisk.call(number)
    with world.habit(caller, keys):
        await world.until(lambda: any(each.endswith(until) for each in world.heard(caller)), 120)
    return caller, world.heard(caller)


@in_virtual_time(service())
async def test_the_next_caller_hears_it_in_their_language_before_the_welcome(world: World) -> None:
    world.board.put(told())
    _, heard = await heard_of(world, "queue_next")
    assert heard.index(SV) == heard.index("sv/welcome") - 1
    assert FI not in heard


@in_virtual_time(service())
async def test_a_key_goes_past_it_but_not_past_what_the_wait_costs(world: World) -> None:
    world.board.put(told("paid"))
    keys = {**IN_SWEDISH, "sv": "5"}  # the first second of the notice
    _, heard = await heard_of(world, "price_waiting", keys, PAID)
    assert heard[heard.index(SV) :] == [
        SV,
        "sv/welcome",
        "sv/emergency",
        "sv/price_waiting",
    ]


@in_virtual_time(service())
async def test_callers_of_other_lines_hear_nothing_of_it(world: World) -> None:
    world.board.put(told("toll_free", closes=True))
    _, heard = await heard_of(world, "queue_next")
    assert not {FI, SV} & set(heard)


@in_virtual_time(service())
async def test_it_ends_by_itself(world: World) -> None:
    world.board.put(told(minutes=1, closes=True))
    await asyncio.sleep(60)
    _, heard = await heard_of(world, "queue_next")
    assert not {FI, SV} & set(heard)


@in_virtual_time(service())
async def test_a_closed_line_says_why_and_until_when_in_each_language(world: World) -> None:
    world.board.put(told(closes=True))
    caller = world.asterisk.call(FREE)
    await world.until_over(caller)
    assert world.heard(caller) == [
        FI,
        "fi/closed_later_today",
        "fi/crisis",
        SV,
        "sv/closed_later_today",
        "sv/crisis",
    ]
    assert world.outcomes(caller) == ["closed_hours"]
    assert not world.asterisk.past[caller.id].up


@in_virtual_time(service())
async def test_no_call_is_answered_that_a_closure_keeps_out(world: World) -> None:
    world.board.put(told("paid", closes=True))
    caller = world.asterisk.call(PAID)
    await world.until_over(caller)
    assert world.outcomes(caller) == ["closed_hours"]
    assert not world.asterisk.past[caller.id].up


@in_virtual_time(offering())
async def test_who_may_be_called_back_hears_it_in_the_language_chosen_and_no_false_day(
    world: World,
) -> None:
    world.board.put(told(minutes=5 * 60, closes=True))  # to 15:00, when it closes anyway
    caller = world.asterisk.call(FREE)
    with world.habit(caller, {"lang_choice": "2", "opening_confirm": "1"}):
        await world.until_over(caller)
    heard = world.heard(caller)
    assert heard[1:4] == [SV, "sv/closed_next", "sv/crisis"]
    assert "sv/callback_saved_next" in heard
    (request,) = world.disk.callbacks
    assert request.promised_by.isoformat() == "2026-11-24"


@in_virtual_time(service())
async def test_who_waits_when_it_closes_waits_on_and_is_promised_no_false_day(
    world: World,
) -> None:
    keys = {**IN_SWEDISH, "callback_offer": "1", "number_confirm": "1"}
    caller, _ = await heard_of(world, "queue_next")
    world.board.put(told(minutes=20 * 60, closes=True))
    with world.habit(caller, keys):
        await world.until_over(caller)
    heard = world.heard(caller)
    assert "sv/closing_waiting" not in heard
    assert SV not in heard
    assert "sv/callback_saved_next" in heard
    (request,) = world.disk.callbacks
    assert request.promised_by.isoformat() == "2026-11-24"


@in_virtual_time(service())
async def test_who_waits_when_it_closes_is_served(world: World) -> None:
    caller, _ = await heard_of(world, "queue_next")
    world.board.put(told(closes=True))
    world.phone("anna")
    await world.until(lambda: caller.up, 60)
    await asyncio.sleep(5)
    world.asterisk.end(caller.id)
    await world.until_over(caller)
    assert world.outcomes(caller) == ["served"]


@in_virtual_time(service())
async def test_whom_it_reaches_as_it_is_taken_back_is_let_in(world: World) -> None:
    for number, line, up in ((FREE, "free", False), (PAID, "paid", True)):
        world.board.put(told(line, closes=True))
        caller = world.asterisk.call(number)
        with world.habit(caller, IN_SWEDISH):
            await world.until_heard(caller)
            world.board.end(LineId(line))
            await world.until(lambda: "sv/queue_next" in world.heard(caller), 60)  # noqa: B023
        assert caller.up is up
        assert "sv/closed_later_today" not in world.heard(caller)
        joined = world.disk.of(EventKind.SCENE)
        assert [each.data["scene"] for each in joined].count("language") == 1
        world.asterisk.end(caller.id)
        await world.until_over(caller)
        world.disk.events.clear()


@in_virtual_time(offering())
async def test_whom_it_reaches_as_it_is_taken_back_keeps_the_language_chosen(world: World) -> None:
    world.board.put(told(closes=True))
    caller = world.asterisk.call(FREE)
    with world.habit(caller, IN_SWEDISH):
        await world.until(lambda: "fi/lang_choice" in world.heard(caller))
        world.board.end(LineId("free"))
        await world.until(lambda: "sv/queue_next" in world.heard(caller), 60)
    heard = world.heard(caller)
    assert heard.count("fi/lang_choice") == 1
    assert "sv/closed_later_today" not in heard


@in_virtual_time(service())
async def test_a_restart_changes_nothing(world: World) -> None:
    world.board.put(told(closes=True))
    await world.stop()
    world.start()
    caller = world.asterisk.call(FREE)
    await world.until_over(caller)
    assert world.heard(caller)[0] == FI
    assert world.outcomes(caller) == ["closed_hours"]


def test_nobody_is_called_back_while_the_line_is_closed_and_everybody_after_it() -> None:
    async def story() -> None:
        world = await CalledBack.begin()
        closed = told(closes=True, minutes=30)
        world.board.put(closed)
        world.phone("anna")
        await asyncio.sleep(20 * 60)
        assert not world.request.attempts
        world.board.end(closed.line)
        await world.until(lambda: world.request.status is Status.REACHED, 120)
        await world.close()

    run_in_virtual_time(story())


def test_who_accepts_a_callback_as_the_line_is_closed_dials_nobody() -> None:
    async def story() -> None:
        world = await CalledBack.begin({})
        world.phone("anna")
        await world.until(lambda: "fi/back_fi" in world.told("anna"))
        leg = world.channel("anna")
        assert leg is not None
        world.board.put(told(closes=True))
        world.asterisk.press(leg, "1")
        await world.until(lambda: "fi/back_not_now" in world.told("anna"))
        assert not world.request.attempts
        await world.close()

    run_in_virtual_time(story())
