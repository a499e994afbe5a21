"""What is dialled on a counsellor's phone is told as that, when it comes and when it is found."""

from typing import Any

import pytest

from ivr.adapters.ari.events import Translator
from ivr.adapters.ari.snapshot import _channel
from ivr.domain.call import ChannelId
from ivr.ports import PhoneDialled

CHANNEL: dict[str, Any] = {
    "id": "1.7",
    "state": "Up",
    "caller": {"name": "", "number": "anna"},
    "dialplan": {"app_name": "Stasis", "app_data": "ivr,desk,*21,anna"},
}


@pytest.mark.parametrize("dialled", ["*21", "102"])
def test_a_code_or_a_number_comes_with_the_phone_that_dialled_it(dialled: str) -> None:
    event = {"type": "StasisStart", "channel": CHANNEL, "args": ["desk", dialled, "anna"]}
    told = PhoneDialled(channel=ChannelId("1.7"), account="anna", dialled=dialled)
    assert Translator().translate(event) == told


@pytest.mark.parametrize("args", [["desk"], ["desk", "*1"]])
def test_half_a_code_is_none(args: list[str]) -> None:
    event = {"type": "StasisStart", "channel": CHANNEL, "args": args}
    assert Translator().translate(event) is None


def test_a_code_is_found_with_the_phone_that_dialled_it_and_is_no_caller() -> None:
    found = _channel(CHANNEL, "ivr")
    assert (found.phone, found.dialled, found.hidden) == ("anna", "*21", False)


def test_a_caller_is_no_phone_of_ours() -> None:
    call = {**CHANNEL, "dialplan": {"app_name": "Stasis", "app_data": "ivr,call,0291,0"}}
    assert _channel(call, "ivr").phone is None
