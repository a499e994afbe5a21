"""A caller whom the dialplan has served alone comes with the instant of their arrival."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ivr.adapters.ari.events import Translator
from ivr.adapters.ari.snapshot import _channel
from ivr.ports import Arrived

SINCE = datetime(2026, 11, 23, 8, 0, 0, 250_000, tzinfo=UTC)
EPOCH = str(int(SINCE.timestamp()))


def channel(*args: str, state: str = "Ring") -> dict[str, Any]:
    return {
        "id": "1.7",
        "state": state,
        "creationtime": "2026-11-23T10:00:00.250+0200",
        "caller": {"name": "", "number": "+358401234567"},
        "dialplan": {"app_name": "Stasis", "app_data": ",".join(["ivr", "call", "0291", *args])},
    }


@pytest.mark.parametrize("state", ["Ring", "Up"])
def test_when_they_came_is_told_to_the_millisecond_when_they_come_and_when_they_are_found(
    state: str,
) -> None:
    listed = channel("1", EPOCH, state=state)
    event = {"type": "StasisStart", "channel": listed, "args": ["call", "0291", "1", EPOCH]}
    told = Translator().translate(event)
    found = _channel(listed, "ivr")
    assert isinstance(told, Arrived)
    assert (told.since, told.hidden, told.up) == (SINCE, True, state == "Up")
    assert (found.since, found.hidden, found.up, found.dialled) == (SINCE, True, told.up, "0291")


@pytest.mark.parametrize("more", [(), ("",), ("soon",)])
def test_who_comes_straight_to_us_comes_now(more: tuple[str, ...]) -> None:
    listed = channel("0", *more)
    event = {"type": "StasisStart", "channel": listed, "args": ["call", "0291", "0", *more]}
    told = Translator().translate(event)
    assert isinstance(told, Arrived)
    assert (told.since, told.dialled) == (None, "0291")
    assert _channel(listed, "ivr").since is None
