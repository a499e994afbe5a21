"""A start goes by the last good configuration where the saved one cannot be spoken yet."""

from dataclasses import replace
from typing import Any

import pytest

from ivr import service as line
from ivr.domain.service import Service
from ivr.errors import Refusal
from ivr.service import _first
from tests.fakes.service import SilentSpeech, service

SAVED = service()
LAST = replace(SAVED, most_calls=7)
SPEECH = SilentSpeech()


class Plan:
    """What a start is planned with; `last` is the last good configuration."""

    settings = None

    def __init__(self, last: Service | None) -> None:
        self.said: list[str] = []
        self.names: dict[str, str] = {}
        self.options = self
        self.source = self
        self.watched = ()
        self.say = self.said.append
        self._last = last

    def last_good(self) -> Service | None:
        return self._last


@pytest.fixture(autouse=True)
def _last_is_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    def voice(_: object, of: Service, **__: object) -> SilentSpeech:
        if of is not LAST:
            raise Refusal("the prompt 'welcome' does not say what the configuration says")
        return SPEECH

    monkeypatch.setattr(line, "speak", lambda *_: ("a recording is not used",))
    monkeypatch.setattr(line, "voice", voice)
    monkeypatch.setattr(line, "pins_of", lambda *_, **__: {})


async def first(plan: Plan, of: Service) -> Any:
    made: Any = plan
    going: Any = None
    return await _first(made, going, of, (), ours=True)


async def test_a_text_that_nobody_has_spoken_yet_is_held_back_and_the_line_runs() -> None:
    plan = Plan(LAST)
    configuration = await first(plan, SAVED)
    assert configuration.version.service is LAST
    assert configuration.fault.startswith("held back: the prompt 'welcome' does not say")
    assert plan.said[0] == "doubtful: a recording is not used"
    assert plan.names["free"] == "free"


async def test_a_counsellor_who_has_no_pin_yet_is_held_back_and_the_line_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lacks_one(_: object, of: Service, **__: object) -> dict[str, str]:
        if of is not LAST:
            raise Refusal("pins.json holds no PIN for helvi")
        return {}

    monkeypatch.setattr(line, "voice", lambda *_, **__: SPEECH)
    monkeypatch.setattr(line, "pins_of", lacks_one)
    configuration = await first(Plan(LAST), SAVED)
    assert configuration.version.service is LAST
    assert configuration.fault == "held back: pins.json holds no PIN for helvi"


async def test_what_can_be_spoken_is_in_force() -> None:
    configuration = await first(Plan(SAVED), LAST)
    assert (configuration.version.service, configuration.fault) == (LAST, None)


@pytest.mark.parametrize("last", [None, SAVED, replace(SAVED, most_calls=8)])
async def test_where_the_last_good_one_cannot_be_spoken_either_it_is_refused(
    last: Service | None,
) -> None:
    with pytest.raises(Refusal, match="does not say what the configuration says"):
        await first(Plan(last), SAVED)
