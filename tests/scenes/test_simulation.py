"""A simulated call goes the way of a real one: the same scenes, prompts and outcomes.

Each is walked twice, by `ivr.simulation` and on the stricter switch that the tests of the scenes
use. They share the loop's virtual time and nothing else.
"""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis.strategies import integers

from ivr.config.prompts import SHIPPED, load_prompts
from ivr.domain.call import Language, LineId
from ivr.domain.closing import closed_notice
from ivr.domain.explaining import explain
from ivr.domain.journal import EventKind
from ivr.domain.notice import Notice, Spoken, closure
from ivr.domain.schedule import ExceptionalDay, Schedule, shut
from ivr.domain.service import Service
from ivr.phone.heard import Heard
from ivr.phone.keys import LISTEN_S, KeyScript
from ivr.ports import Speech
from ivr.simulation import time
from ivr.simulation.rehearsal import Counsellors, Scenario, rehearse
from ivr.simulation.switch import PICKED_UP_AFTER_S
from tests.domain.schedules import INSTANTS, SCHEDULES
from tests.fakes.asterisk import Channel
from tests.fakes.service import (
    BY_NUMBER,
    CLOSED,
    FREE,
    LIMITED,
    PAID,
    TOLL_FREE,
    WORKDAYS,
    SilentSpeech,
    changed,
    service,
)
from tests.fakes.time import BEGIN, run_in_virtual_time
from tests.scenes.world import World

TEXTS = {language: load_prompts(SHIPPED, language).texts for language in Language}
CONFIG = replace(service(), prompts=TEXTS)
LONGEST_S = 300.0
SAYS_ITS_OWN = replace(
    WORKDAYS, exceptions={BEGIN.date(): ExceptionalDay(hours=(), prompt="closed_own")}
)

WAYS: list[tuple[str, str]] = [
    (FREE, ""),
    (FREE, "1 3"),
    (FREE, "2 1 - 1 1"),  # asks to be called back
    (FREE, "2 1 - 1 2"),  # and does not, after all
    (FREE, "2 1 - 1 3 0501234567# 1"),  # at another number
    (FREE, "2 1 - 1 3 112# 1 0501234567# 2"),
    (FREE, "2 1 9"),
    (FREE, "5 7"),  # wrong keys
    (TOLL_FREE, "1 2 9"),
    (PAID, "2 0"),
    (BY_NUMBER, "1"),
    (LIMITED, "1 1 1 - 1"),
    (LIMITED, "2 3 2"),
    (CLOSED, ""),
]


class Caller:
    """Somebody on the switch of the other tests who presses keys as `ivr call` does."""

    def __init__(self, world: World, channel: Channel, keys: str) -> None:
        self._world = world
        self._channel = channel
        self._transcript: list[Heard] = []
        texts = {f"{lang}/{name}": text for lang in Language for name, text in TEXTS[lang].items()}
        self._script = KeyScript(keys.split(), texts)

    def hear(self, channel: Channel, sound: str) -> None:
        loop = asyncio.get_running_loop()
        if channel is self._channel:
            heard = Heard(
                names=(sound,),
                started_at_s=loop.time(),
                seconds_heard=0.0,
                complete=False,
                over=False,
            )
            self._transcript.append(heard)
            loop.call_later(LISTEN_S + 0.01, self._answer)

    def _answer(self) -> None:
        loop = asyncio.get_running_loop()
        for number, key in enumerate(self._script.due(self._transcript, loop.time()) or ""):
            loop.call_later(0.2 * number, self._world.asterisk.press, self._channel, key)


def on_the_line(number: str, keys: str, *, answered: bool) -> tuple[list[str], str]:
    """What the caller hears, and how the call ends, on the switch of the other tests."""

    async def story() -> tuple[list[str], str]:
        world = World(CONFIG)
        if answered:
            world.phone("anna", answers_after=PICKED_UP_AFTER_S)
        world.start()
        await world.until(lambda: world.house.roster.resumed)
        channel = world.asterisk.call(number)
        world.asterisk.listeners.append(Caller(world, channel, keys).hear)
        deadline = asyncio.get_running_loop().time() + LONGEST_S
        while not world.outcomes(channel):
            await asyncio.sleep(0.05)
            late = asyncio.get_running_loop().time() > deadline
            if late or world.disk.of(EventKind.CONNECTED):
                world.asterisk.end(channel.id)
        await world.stop()
        (outcome,) = world.outcomes(channel)
        return world.heard(channel), outcome

    return run_in_virtual_time(story())


def in_simulation(
    number: str,
    keys: str,
    counsellors: Counsellors,
    *,
    config: Service = CONFIG,
    at: datetime = BEGIN,
    spoken: Speech | None = None,
    notice: Notice | None = None,
) -> tuple[list[str], str]:
    """What the caller hears, and how the call ends, in a simulation."""
    line = config.line_for(number)
    assert line is not None
    scenario = Scenario(
        line=line,
        at=at,
        keys=keys.split(),
        caller="+358401234567",
        counsellors=counsellors,
        wait_s=LONGEST_S,
    )
    notices = {} if notice is None else {notice.line: notice}
    story = time.run(rehearse(config, scenario, spoken, notices))
    assert story.facts is not None
    assert story.facts.outcome is not None
    return [f"{said.language}/{said.prompt}" for said in story.heard], str(story.facts.outcome)


def closing_notice(at: datetime, hours: int, *, closes: bool = True) -> Notice | None:
    """A notice that holds from half an hour before, for so many hours; none for 0."""
    if not hours:
        return None
    since = at - timedelta(minutes=30)
    spoken = {lang: Spoken(sound=f"told/{lang}", seconds=1.0, text="Told.") for lang in Language}
    until = since + timedelta(hours=hours)
    return Notice(line=LineId("free"), since=since, until=until, closes=closes, spoken=spoken)


def test_what_callers_are_told_for_a_while_is_told_before_the_welcome() -> None:
    told = closing_notice(BEGIN, 1, closes=False)
    heard, _ = in_simulation(FREE, "2 1", Counsellors.FREE, notice=told)
    assert heard[heard.index("sv/welcome") - 1] == "sv/notice"
    assert heard.count("sv/notice") == 1


@pytest.mark.parametrize(("number", "keys"), WAYS)
@pytest.mark.parametrize("answered", [False, True], ids=["nobody there", "answered"])
def test_a_simulated_call_hears_and_becomes_what_a_call_on_a_switch_does(
    number: str, keys: str, *, answered: bool
) -> None:
    counsellors = Counsellors.FREE if answered else Counsellors.NONE
    simulated = in_simulation(number, keys, counsellors, spoken=SilentSpeech())
    assert simulated == on_the_line(number, keys, answered=answered)


def test_while_all_counsellors_are_in_other_calls_the_caller_waits_and_is_promised_a_call() -> None:
    heard, outcome = in_simulation(FREE, "1 1", Counsellors.BUSY)
    assert heard[-2:] == ["fi/callback_offer", "fi/free_window_end"]
    assert outcome == "callback"


@settings(max_examples=40, deadline=None)
@example(schedule=SAYS_ITS_OWN, at=BEGIN, closed_for_h=0)
@example(schedule=WORKDAYS, at=BEGIN, closed_for_h=1)
@given(SCHEDULES, INSTANTS, integers(0, 100))
def test_the_scenes_say_what_the_schedule_is_explained_to_say(
    schedule: Schedule, at: datetime, closed_for_h: int
) -> None:
    notice = closing_notice(at, closed_for_h)
    during = None if notice is None else closure(notice)
    before = [] if notice is None else ["notice"]
    own = {language: {**TEXTS[language], "closed_own": "{day} {time}"} for language in Language}
    config = replace(changed(CONFIG, "free", schedule=schedule), prompts=own)
    heard, outcome = in_simulation(FREE, "1", Counsellors.BUSY, config=config, at=at, notice=notice)
    told = explain(shut(schedule, during), at)
    assert told.open == (during is None and explain(schedule, at).open)
    assert (heard[0] == "fi/lang_choice") == told.open
    assert (outcome == "closed_hours") == (not told.open)
    if told.notice is not None:
        prompt, _ = told.notice
        assert told.notice == closed_notice(shut(schedule, during), at)
        each = [*before, prompt, "crisis"]
        assert heard == [f"{lang}/{name}" for lang in Language for name in each]
