"""A trunk that wants a registration and lacks it makes the line degraded, in plain words."""

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

from ivr.adapters.ami import AmiFailed, AmiTarget
from ivr.parts import registration_of
from ivr.registration import LOOK_AGAIN_S, LOOK_EVERY_S, Registration
from ivr.settings import Address, Settings
from tests.fakes.time import run_in_virtual_time

TARGET = AmiTarget(address=Address(host="127.0.0.1", port=5038), user="ivr", password="p")
NOT_KNOWN = "it is not known whether it is registered with the operator: AMI does not answer"


def test_what_asterisk_says_of_it_is_a_fault_until_it_is_registered() -> None:
    said: dict[str, str] | None = {}

    async def ask(target: AmiTarget) -> Mapping[str, str]:
        assert target is TARGET
        if said is None:
            raise AmiFailed("AMI does not answer")
        return said

    async def story() -> list[str | None]:
        nonlocal said
        registration = Registration(lambda: TARGET, ask)
        heard = [registration.fault]
        watching = asyncio.create_task(registration.watch())
        for says, after_s in (
            ({"trunk-registration": "Rejected", "other": "Registered"}, 0.0),
            ({"other": "Registered"}, LOOK_AGAIN_S),
            ({"trunk-registration": "Registered"}, LOOK_AGAIN_S),
            (None, LOOK_EVERY_S),
            ({"trunk-registration": "Registered"}, LOOK_AGAIN_S),
        ):
            said = says
            await asyncio.sleep(after_s + 0.1)
            heard.append(registration.fault)
        watching.cancel()
        await asyncio.wait({watching})
        return heard

    assert run_in_virtual_time(story()) == [
        None,  # not known yet
        "not registered with the operator, so no call comes in (Asterisk says Rejected)",
        (
            "not registered with the operator, so no call comes in (Asterisk has no"
            " [trunk-registration])"
        ),
        None,
        NOT_KNOWN,
        None,
    ]


def test_a_trunk_by_its_address_and_an_asterisk_that_cannot_be_asked_are_not_watched() -> None:
    address = {"IVR_SIP_TRUNK": "192.0.2.1:5060"}
    account = {**address, "IVR_SIP_TRUNK_USER": "kunta-7", "IVR_SIP_TRUNK_PASSWORD": "p"}
    asked = cast("Any", SimpleNamespace(ami=TARGET))
    silent = cast("Any", SimpleNamespace(ami=None))
    assert registration_of(Settings.from_environment(address), asked) is None
    assert registration_of(Settings.from_environment(account), silent) is None
    assert registration_of(Settings.from_environment(account), asked) is not None
