"""Who talked with the caller went while no controller looked: the caller is still there."""

import asyncio
from dataclasses import dataclass

import pytest

from ivr.domain.call import Outcome
from ivr.domain.journal import EventKind
from tests.fakes.service import FREE
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.talks import HABITS, OUTSIDE, Talk, help_at_hand
from tests.scenes.world import World

AWAY_S = 3.0


async def meanwhile(talk: Talk, *who: str) -> None:
    """The controller is away for some seconds, and these hang up."""
    assert talk.world.controller is not None
    talk.world.controller.die()
    for each in who:
        talk.hang_up(each)
    await talk.world.crash_and_restart(AWAY_S)


def told(talk: Talk) -> bool:
    """Whether the caller has heard that the counsellor is lost, and that this wait costs."""
    heard = talk.heard("caller")
    return "counsellor_lost" in heard and heard.count("price_waiting") == 1


@pytest.mark.parametrize(
    ("keys", "with_whom", "go"),
    [
        ("", ("caller", "anna"), ("anna",)),
        ("*1", (), ("anna",)),
        ("*2102#", ("anna", "bertil"), ("anna", "bertil")),
        ("*2102#*3", ("caller", "anna", "bertil"), ("anna", "bertil")),
        (f"*2{OUTSIDE}#", ("anna", OUTSIDE), ("anna", OUTSIDE)),
        (f"*2{OUTSIDE}#", ("anna", OUTSIDE), ("anna",)),
        (f"*2{OUTSIDE}#*3", ("caller", "anna", OUTSIDE), ("anna", OUTSIDE)),
        (f"*7{OUTSIDE}#", ("caller", OUTSIDE), (OUTSIDE,)),
    ],
)
def test_a_caller_who_is_still_there_is_led_back_to_the_line_and_told_so(
    keys: str, with_whom: tuple[str, ...], go: tuple[str, ...]
) -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil", "cecilia")
        talk.phones["cecilia"].answers_after = None  # serves adults only
        (joined,) = [e.facts.joined for e in talk.events(EventKind.CONNECTED)]
        for code in keys.replace("#*", "# *").split():
            await talk.press("anna", code)
            await asyncio.sleep(2)
        if with_whom:
            await talk.until_together(*with_whom)
        await meanwhile(talk, *go)
        await talk.world.until(lambda: told(talk), 30)
        await talk.world.until(lambda: any(talk.together("caller", w) for w in ("anna", "bertil")))
        last = talk.events(EventKind.CONNECTED)[-1].facts
        assert (last.joined, last.topic) == (joined, "families")
        assert await talk.over() == [Outcome.SERVED]
        await talk.everybody_is_free()
        await talk.world.stop()

    run_in_virtual_time(story())


@pytest.mark.parametrize(
    ("go", "left"), [("anna", ("caller", "bertil")), ("bertil", ("caller", "anna"))]
)
def test_whoever_is_left_of_a_consultation_has_the_caller_and_no_music_goes_on(
    go: str, left: tuple[str, str]
) -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        await talk.press("anna", "*2102#")
        await talk.until_together("anna", "bertil")
        await meanwhile(talk, go)
        await talk.until_together(*left)
        assert not talk.caller.music
        assert await talk.over() == [Outcome.SERVED]
        assert not talk.events(EventKind.FAULT)
        await talk.everybody_is_free()
        await talk.world.stop()

    run_in_virtual_time(story())


def test_who_hangs_up_on_hearing_so_has_left_the_line_as_after_any_talk_that_broke() -> None:
    async def story(*, crash: bool) -> list[str]:
        talk = await Talk.begin()
        if crash:
            await meanwhile(talk, "anna")
        else:
            talk.hang_up("anna", cause=44)
        await talk.world.until(lambda: "counsellor_lost" in talk.heard("caller"))
        outcomes = await talk.over()
        assert len(talk.events(EventKind.CONNECTED)) == 1
        await talk.world.stop()
        return outcomes

    broken, unseen = (run_in_virtual_time(story(crash=crash)) for crash in (False, True))
    assert broken == unseen == [Outcome.ABANDONED_QUEUE]


def test_a_caller_who_went_as_well_was_served() -> None:
    async def story() -> None:
        talk = await Talk.begin()
        await meanwhile(talk, "anna", "caller")
        assert await talk.over() == [Outcome.SERVED]
        await talk.world.stop()

    run_in_virtual_time(story())


@dataclass(frozen=True)
class Struck:
    """What became of a caller at whose answer the controller died, and the counsellor went."""

    steps: int
    charged: bool
    told: bool
    waits: bool


async def about_the_answer(strike_at: int | None) -> Struck:
    """A caller is put through to Anna; all dies at a step, and nobody answers afterwards."""
    talk = Talk(World(help_at_hand()))

    def strike() -> None:
        assert talk.world.controller is not None
        talk.world.controller.die()
        talk.phones["anna"].answers_after = None
        talk.hang_up("anna")

    steps = Steps(strike_at, strike)
    talk.world.start(steps)
    talk.phones["anna"] = talk.world.phone("anna")
    talk.caller = talk.asterisk.call(FREE)
    with talk.world.habit(talk.caller, HABITS):
        await talk.patiently(lambda: talk.caller.up or talk.phones["anna"].ended == [16], 20)
        charged, taken = talk.caller.up, steps.taken
        await talk.world.crash_and_restart(AWAY_S)
        await asyncio.sleep(8)
    struck = Struck(
        steps=taken,
        charged=charged,
        told=told(talk),
        waits=talk.phones["anna"].rung == 2 and talk.caller.up is charged,
    )
    await talk.over()
    await talk.world.stop()
    return struck


def test_whoever_was_answered_the_moment_before_a_crash_is_told_that_waiting_costs_now() -> None:
    calm = run_in_virtual_time(about_the_answer(None))
    steps = range(calm.steps - 20, calm.steps + 1)  # from the whisper on
    struck = [run_in_virtual_time(about_the_answer(step)) for step in steps]
    assert all(each.waits for each in struck)
    assert [each.told for each in struck] == [each.charged for each in struck]
    assert {each.charged for each in struck} == {False, True}
