"""Wherever the controller dies, or anybody hangs up: nobody is lost, and nothing is left."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import product

import pytest

from ivr.domain.call import Outcome
from ivr.domain.journal import EventKind
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.talks import OUTSIDE, Talk

Story = Callable[[Talk], Awaitable[None]]


async def held(talk: Talk) -> None:
    await talk.insist("anna", "*1", talk.on_music)
    await asyncio.sleep(2)
    await talk.insist("anna", "*1", lambda: talk.together("caller", "anna"))


async def consulted(talk: Talk) -> None:
    await talk.insist("anna", "*2102#", lambda: talk.together("anna", "bertil"))
    await asyncio.sleep(1)
    await talk.insist("anna", "*5", lambda: talk.together("caller", "anna"))


async def consulted_and_completed(talk: Talk) -> None:
    await talk.insist("anna", "*2102#", lambda: talk.together("anna", "bertil"))
    await talk.insist("anna", "*4", lambda: talk.together("caller", "bertil"))


async def added(talk: Talk) -> None:
    await talk.insist("anna", "*2102#", lambda: talk.together("anna", "bertil"))
    await talk.insist("anna", "*3", lambda: talk.together("caller", "anna", "bertil"))
    await asyncio.sleep(1)
    await talk.insist("anna", "*4", lambda: talk.together("caller", "bertil"))


async def refused(talk: Talk) -> None:
    talk.phones["bertil"].declines = True
    await talk.insist("anna", "*2102#", lambda: "talk_busy" in talk.heard("anna"))
    await asyncio.sleep(4)
    talk.phones["bertil"].declines = False


async def to_a_colleague(talk: Talk) -> None:
    await talk.insist("anna", "*7102#", lambda: talk.together("caller", "bertil"))


async def to_a_topic(talk: Talk) -> None:
    await talk.insist("anna", "*72#", lambda: talk.together("caller", "bertil"))


async def outside(talk: Talk) -> None:
    await talk.insist("anna", f"*7{OUTSIDE}#", lambda: talk.together("caller", OUTSIDE))


async def outside_consulted(talk: Talk) -> None:
    await talk.insist("anna", f"*2{OUTSIDE}#", lambda: talk.together("anna", OUTSIDE))
    await talk.insist("anna", "*4", lambda: talk.together("caller", OUTSIDE))


async def handed_over_on_the_second_line(talk: Talk) -> None:
    for _ in range(3):
        if talk.together("caller", "bertil"):
            return
        if talk.channel("second") is None and talk.channel("anna") is not None:
            await talk.dial("102")
        await talk.patiently(lambda: talk.together("second", "bertil"))
        talk.refer("anna", "second")
        await talk.patiently(lambda: talk.together("caller", "bertil"))
    talk.hang_up("second")  # those who cannot be brought together speak until one hangs up


STORIES: list[Story] = [
    held,
    consulted,
    consulted_and_completed,
    added,
    refused,
    to_a_colleague,
    to_a_topic,
    outside,
    outside_consulted,
    handed_over_on_the_second_line,
]
MARKED = (EventKind.TRANSFERRED, EventKind.ADDED, EventKind.CONNECTED)


@dataclass
class Left:
    """What is left when all is over."""

    outcomes: list[str]
    ends_with: tuple[bool, ...]
    marked: list[int]
    steps: int


async def play(story: Story, strike_at: int | None, strike: Callable[[Talk], None]) -> Left:
    """Live through a story; something strikes at a step of the talk."""
    begun: list[Talk] = []
    steps = Steps(None, lambda: strike(begun[0]))
    talk = await Talk.begin(steps, "bertil")
    begun.append(talk)
    before = steps.taken
    steps.strike_at(None if strike_at is None else before + strike_at)
    await story(talk)
    await asyncio.sleep(3)
    await talk.patiently(lambda: any(talked_with(talk)) or talk.channel("caller") is None, 40)
    ends_with = talked_with(talk)
    taken = steps.taken - before
    outcomes = await talk.over()
    await talk.everybody_is_free()
    marked = [len(talk.events(kind)) for kind in MARKED]
    await talk.world.stop()
    return Left(outcomes=outcomes, ends_with=ends_with, marked=marked, steps=taken)


def talked_with(talk: Talk) -> tuple[bool, ...]:
    """Whether the caller talks with Anna, with Bertil, and with the number outside."""
    return tuple(talk.together("caller", who) for who in ("anna", "bertil", OUTSIDE))


def at_every_step(
    story: Story, strike: Callable[[Talk], None], check: Callable[[Left, Left], None]
) -> None:
    calm = run_in_virtual_time(play(story, None, strike))
    assert calm.steps > 5
    for step in range(1, calm.steps + 1):
        try:
            check(run_in_virtual_time(play(story, step, strike)), calm)
        except AssertionError as error:
            raise AssertionError(f"struck at step {step} of {calm.steps}: {error}") from error


@pytest.mark.parametrize("away_s", [0.2, 1.5])
@pytest.mark.parametrize("story", STORIES)
def test_a_crash_at_any_await_of_a_talk_changes_nothing_that_counts(
    story: Story, away_s: float
) -> None:
    restarts: set[asyncio.Task[None]] = set()

    def crash(talk: Talk) -> None:
        assert talk.world.controller is not None
        talk.world.controller.die()
        restart = asyncio.create_task(talk.world.crash_and_restart(away_s))
        restarts.add(restart)
        restart.add_done_callback(restarts.discard)

    def same(crashed: Left, calm: Left) -> None:
        assert crashed.outcomes == calm.outcomes
        assert crashed.ends_with == calm.ends_with
        assert crashed.marked == calm.marked

    at_every_step(story, crash, same)


@pytest.mark.parametrize(
    ("story", "who"),
    [
        *product(STORIES, ["caller", "anna", "bertil", OUTSIDE]),
        (handed_over_on_the_second_line, "second"),
    ],
)
def test_a_hang_up_at_any_await_of_a_talk_gives_one_outcome_and_leaves_nothing(
    story: Story, who: str
) -> None:
    def one_outcome(struck: Left, calm: Left) -> None:
        assert len(struck.outcomes) == 1, f"outcomes: {struck.outcomes}"
        (outcome,) = struck.outcomes
        assert outcome in {Outcome.SERVED, Outcome.HANDED_OVER, Outcome.ABANDONED_QUEUE}
        if who == "anna" and outcome == Outcome.ABANDONED_QUEUE:
            assert calm.ends_with != struck.ends_with

    at_every_step(story, lambda talk: talk.hang_up(who), one_outcome)


@pytest.mark.parametrize("story", STORIES)
def test_a_counsellor_whose_line_breaks_at_any_await_loses_no_caller(story: Story) -> None:
    def somebody_there(struck: Left, _: Left) -> None:
        assert struck.outcomes in ([Outcome.SERVED], [Outcome.HANDED_OVER])
        assert any(struck.ends_with), "the caller is alone"

    at_every_step(story, lambda talk: talk.hang_up("anna", cause=44), somebody_there)
