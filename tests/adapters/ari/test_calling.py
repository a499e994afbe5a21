"""A leg is made, comes into the application, and only then is dialled."""

import asyncio
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.adapters.ari import calling
from ivr.adapters.ari.events import Translator
from ivr.domain.call import CallId, ChannelId
from ivr.ports import ChannelGone, LegMade, Switch, SwitchRefused, SwitchUnavailable

from .server import FakeAri

LEG = ChannelId("n1-1.leg.aa")


async def _ring(switch: Switch) -> None:
    await switch.ring(
        LEG, call=CallId("n1-1"), account="anna", display="FI", number="029", ring_s=20
    )


def _asked(ari: FakeAri) -> list[str]:
    return [request["uri"] for request in ari.requests if request["uri"].startswith("channels")]


async def test_a_leg_is_dialled_once_it_is_in_the_application(ari: FakeAri) -> None:
    async with ari.connections().connect() as connection:
        await _ring(connection.switch)
    assert _asked(ari) == ["channels/create", f"channels/{LEG}/dial"]
    assert json.loads(ari.requests[-1]["message_body"]) == {"timeout": 20}


def test_a_leg_that_is_made_is_told_whoever_made_it() -> None:
    event = {"type": "StasisStart", "args": ["leg", "n1-1"], "channel": {"id": LEG}}
    assert Translator().translate(event) == LegMade(channel=LEG)


async def test_a_leg_that_never_comes_into_the_application_is_not_dialled(
    ari: FakeAri, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "ENTERING_BOUND_S", 0.05)
    ari.enters = False
    async with ari.connections().connect() as connection:
        with pytest.raises(ChannelGone):
            await _ring(connection.switch)
    assert _asked(ari) == ["channels/create"]


async def test_a_socket_that_ends_before_the_leg_has_come_is_told_at_once(ari: FakeAri) -> None:
    ari.enters = False
    async with ari.connections().connect() as connection:
        ringing = asyncio.create_task(_ring(connection.switch))
        while _asked(ari) != ["channels/create"]:
            await ari.asked.get()
        await ari.sockets[-1].close()
        with pytest.raises(SwitchUnavailable):
            await ringing
        with pytest.raises(SwitchUnavailable):
            await _ring(connection.switch)


@given(st.text(max_size=30) | st.from_regex(r"[+0-9&/@,;|${}()-]{1,24}", fullmatch=True))
def test_nothing_but_the_digits_of_a_number_comes_into_what_asterisk_dials(number: str) -> None:
    try:
        endpoint = calling.through_trunk(number)
    except SwitchRefused:
        assert not re.fullmatch(r"[+]?[0-9]{1,20}", number, re.ASCII)
    else:
        assert re.fullmatch(r"PJSIP/[+]?[0-9]{1,20}@trunk", endpoint, re.ASCII)


@pytest.mark.parametrize(
    "number", ["0401234567@evil.example", "0401234567&PJSIP/anna", "0401234567/n", "+", "", "١١٢"]
)
async def test_what_is_no_number_is_not_dialled(ari: FakeAri, number: str) -> None:
    call = CallId("n1-1")
    async with ari.connections().connect() as connection:
        switch = connection.switch
        for dialling in (
            switch.call_back(LEG, call=call, number=number, caller_id="", ring_s=9, facts="{}"),
            switch.dial_out(LEG, call=call, number=number, caller_id="", ring_s=9),
        ):
            with pytest.raises(SwitchRefused):
                await dialling
    assert _asked(ari) == []
