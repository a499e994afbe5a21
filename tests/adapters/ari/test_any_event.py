"""Whatever Asterisk may send one day, no event ends the connection, and none is half understood."""

import asyncio
import copy
import json
import math
from collections.abc import Iterator
from dataclasses import fields
from types import NoneType
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.adapters.ari.events import Translator
from ivr.domain.call import ChannelId
from ivr.ports import KeyPressed, SwitchEvent

from .server import FakeAri, serving

Json = dict[str, Any]

BOUND_S = 20.0
_CHANNEL: Json = {
    "id": "1.1", "state": "Up", "caller": {"name": "", "number": "+358401234567"},
    "dialplan": {"app_name": "Stasis", "app_data": "ivr,leg,n1-1", "exten": "029"},
}  # fmt: skip
_REFERRED: Json = {
    "referred_by": {"source_channel": {"id": "1.1"}, "connected_channel": {"id": "1.2"}},
    "refer_to": {
        "requested_destination": {"destination": "102", "protocol_id": "x"},
        "destination_channel": {"id": "1.3"},
    },
}
KNOWN: list[Json] = [
    {"type": "StasisStart", "channel": _CHANNEL, "args": ["call", "029", "0"]},
    {"type": "StasisStart", "channel": _CHANNEL, "args": ["desk", "*1", "anna"]},
    {"type": "StasisStart", "channel": _CHANNEL, "args": ["leg", "n1-1"]},
    {"type": "StasisEnd", "channel": _CHANNEL},
    {"type": "ChannelHangupRequest", "channel": _CHANNEL, "cause": 16},
    {"type": "ChannelDestroyed", "channel": _CHANNEL, "cause": 16, "tech_cause": 487},
    {"type": "ChannelStateChange", "channel": _CHANNEL},
    {"type": "ChannelDtmfReceived", "channel": _CHANNEL, "digit": "1"},
    {"type": "ChannelHold", "channel": _CHANNEL},
    {"type": "ChannelTransfer", **_REFERRED},
    {"type": "PlaybackFinished",
     "playback": {"id": "p", "target_uri": "channel:1.1", "state": "done"}},
    {"type": "PeerStatusChange", "peer": {"peer_status": "Reachable"},
     "endpoint": {"resource": "anna"}},
    {"type": "RESTResponse", "request_id": "1", "status_code": 200, "message_body": "{}"},
    {"type": "InventedInAsterisk30", "channel": _CHANNEL},
]  # fmt: skip
# What may stand in the place of something else.
ODD: list[Any] = [
    None, True, 0, -1, 2**70, math.inf, "", "1.1", "call", "channel", "9" * 5000, "a\x00\x1b[31m",
    [], {}, [[]], {"id": []}, {"id": None}, ["call", 1, {}],
]  # fmt: skip
ANYTHING = st.sampled_from(ODD)


@st.composite
def almost_known(draw: st.DrawFn) -> Json:
    """An event that Asterisk knows, with something missing, or in the place of something else."""
    event = copy.deepcopy(draw(st.sampled_from(KNOWN)))
    for _ in range(draw(st.integers(min_value=1, max_value=3))):
        inside, key = draw(st.sampled_from(list(_places(event))))
        if draw(st.booleans()):
            del inside[key]
        else:
            inside[key] = copy.deepcopy(draw(ANYTHING))
        if not event:
            break
    return event


def _length(value: Any) -> int:
    return len(value) if isinstance(value, list) else 0


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Everything in it, by where it is."""
    keys = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for key in keys:
        yield value, key
        yield from _places(value[key])


EVENTS = almost_known()


def _is_whole(event: SwitchEvent) -> bool:
    """Whether each field is what it says: no list where an id belongs."""
    kinds = (str, bool, int, NoneType)
    return all(isinstance(getattr(event, field.name), kinds) for field in fields(event))


def _key(number: int) -> Json:
    return {"type": "ChannelDtmfReceived", "channel": {"id": "1.9"}, "digit": str(number % 10)}


@settings(max_examples=300)
@given(event=EVENTS)
def test_an_event_has_a_whole_meaning_or_none(event: Json) -> None:
    meaning = Translator().translate(event)
    assert meaning is None or (isinstance(meaning, get_args(SwitchEvent)) and _is_whole(meaning))


@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(events=st.lists(EVENTS | ANYTHING, max_size=20))
async def test_no_event_ends_the_connection_or_keeps_the_next_back(events: list[Any]) -> None:
    async with serving(FakeAri()) as ari, ari.connections().connect() as connection:
        leg = ChannelId("n1-1.leg.0")
        ari.enters = False
        socket = connection._socket
        async with socket.expecting("StasisStart", leg), asyncio.timeout(BOUND_S):
            for number, event in enumerate([*events, {}]):
                await ari.say(json.dumps(event), _key(number))
            pressed = 0
            async for meaning in connection.events():
                pressed += meaning == KeyPressed(channel=ChannelId("1.9"), key=str(pressed % 10))
                if pressed > len(events):
                    break


TEXTS = {
    "deep": "[" * 100_000,
    "deep and named": '{"type":' * 50_000,
    "a channel that is none": '{"type": "StasisStart", "channel": "1.1"}',
    "a figure": "1e999",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_no_text_ends_the_connection_while_a_leg_is_awaited(ari: FakeAri, text: str) -> None:
    async with ari.connections().connect() as connection:
        expecting = connection._socket.expecting("StasisStart", "1.1")
        async with expecting, asyncio.timeout(BOUND_S):
            await ari.say(text, _key(1))
            pressed = KeyPressed(channel=ChannelId("1.9"), key="1")
            assert await anext(connection.events()) == pressed
