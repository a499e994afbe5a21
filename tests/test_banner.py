"""What an administrator reads when the line is up is what callers are told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ivr import banner
from ivr.domain.schedule import Interval, forced_open
from ivr.settings import Settings
from tests.fakes.service import changed, service
from tests.fakes.time import BEGIN


@pytest.mark.parametrize("trial", [False, True])
def test_a_line_that_somebody_has_closed_is_closed_until_then(trial: bool) -> None:
    config = service()
    line, other = config.lines[:2]
    if trial:
        config = changed(config, line.id, schedule=forced_open(line.schedule))
        config = changed(config, other.id, schedule=forced_open(other.schedule))
    during = Interval(start=BEGIN, end=BEGIN + timedelta(hours=1))
    config = replace(config, closures={line.id: during})
    said = list(banner.lines(config, Settings.from_environment({}), now=BEGIN, trial=trial))
    hours = [text.strip() for text in said if "open" in text and "opening" not in text]
    assert hours[0] == "CLOSED now; opens Monday 23.11. 11:00"
    assert hours[1].endswith("open until 15:00")
