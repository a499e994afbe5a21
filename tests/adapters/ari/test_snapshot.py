"""What is found on the switch when some of it goes while it is read."""

from collections.abc import Mapping
from typing import Any

import pytest

from ivr.domain.call import BridgeId, ChannelId
from ivr.domain.recovery import Found
from ivr.ports import SwitchRefused

from .server import Answer, FakeAri, Request, serving

NOT_SET: Answer = (404, {"message": "Provided variable was not found"})
GONE: Answer = (404, {"message": "Provided channel was not found"})


def _channel(name: str, *args: str, app: str = "Stasis") -> dict[str, Any]:
    return {
        "id": name,
        "state": "Ring",
        "caller": {"number": "+358401234567"},
        "dialplan": {"app_name": app, "app_data": ",".join(["ivr", *args])},
    }


def _switch(channels: list[dict[str, Any]], facts: dict[str, Answer]) -> FakeAri:
    """A switch with these channels, and what it says when asked for the facts on each."""
    listed: dict[str, Any] = {
        "asterisk/info": {"status": {"startup_time": "2026-11-23T08:00:00.000+0000"}},
        "applications/ivr": {"bridge_ids": []},
        "channels": channels,
        "endpoints/PJSIP": [],
    }

    def answer(request: Request) -> Answer:
        uri = request["uri"]
        if uri in listed:
            return 200, listed[uri]
        return facts[uri.split("/")[1]]

    return FakeAri(answer=answer)


async def _channels(ari: FakeAri) -> Mapping[ChannelId, Found]:
    async with serving(ari), ari.connections().connect() as connection:
        return (await connection.switch.snapshot()).channels


async def _found(ari: FakeAri) -> dict[ChannelId, str | None]:
    return {channel: each.facts for channel, each in (await _channels(ari)).items()}


async def test_a_caller_who_goes_while_it_is_looked_is_not_found() -> None:
    callers = [_channel(f"1.{n}", "call", "0291", "0") for n in range(120)]
    remembered: dict[str, Answer] = {c["id"]: (200, {"value": "{}"}) for c in callers}
    ari = _switch(callers, {**remembered, "1.5": GONE, "1.7": NOT_SET})
    found = await _found(ari)
    assert set(found) == {ChannelId(c["id"]) for c in callers} - {"1.5"}
    assert found[ChannelId("1.7")] is None
    assert found[ChannelId("1.119")] == "{}"


async def test_a_look_at_what_is_ours_is_one_small_request() -> None:
    ari = FakeAri(answer=lambda _: (200, {"channel_ids": ["1.1", "leg"], "bridge_ids": ["b"]}))
    async with serving(ari), ari.connections().connect() as connection:
        before = len(ari.requests)
        listed = await connection.switch.ours()
    assert set(listed.channels) == {ChannelId("1.1"), ChannelId("leg")}
    assert set(listed.bridges) == {BridgeId("b")}
    assert [request["uri"] for request in ari.requests[before:]] == ["applications/ivr"]


async def test_legs_and_counsellors_phones_have_no_facts_to_ask_for() -> None:
    leg = _channel("leg", "leg", "n1-1.1")
    phone = _channel("1.9", "desk", "*21", "anna")
    found = await _channels(_switch([leg, phone], {}))
    assert {channel: each.facts for channel, each in found.items()} == {"leg": None, "1.9": None}
    assert found[ChannelId("leg")].leg_of == "n1-1.1"


async def test_a_citizen_whom_the_line_calls_back_is_known_from_a_caller() -> None:
    back, caller = _channel("back.1", "back", "n1-back.1"), _channel("1.1", "call", "0291", "0")
    read: Answer = (200, {"value": "{}"})
    found = await _channels(_switch([back, caller], {"back.1": read, "1.1": read}))
    called = {channel: (each.called, each.leg_of) for channel, each in found.items()}
    assert called == {"back.1": (True, None), "1.1": (False, None)}


async def test_of_a_phone_that_still_rings_it_is_asked_whose_leg_it_is() -> None:
    ringing = [_channel(name, app="AppDial2") for name in ("mine", "gone", "nobodys")]
    written: dict[str, Answer] = {
        "mine": (200, {"value": "n1-1.1"}),
        "gone": GONE,
        "nobodys": NOT_SET,
    }
    found = await _channels(_switch(ringing, written))
    assert {name: each.leg_of for name, each in found.items()} == {
        "mine": "n1-1.1",
        "nobodys": None,
    }
    assert all(each.facts is None for each in found.values())


async def test_facts_that_cannot_be_read_leave_nobody_greeted_anew() -> None:
    with pytest.raises(SwitchRefused):
        await _found(_switch([_channel("1.1", "call", "0291", "0")], {"1.1": (500, None)}))
