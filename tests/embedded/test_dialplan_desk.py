"""What a counsellor's phone can dial, and what the controller gets of it."""

import pytest

from ivr.embedded.asterisk import EmbeddedAsterisk
from ivr.embedded.passwords import phone_passwords

from .arriving import arrival, controller
from .sip import Caller


def _dial(phone: Caller, asterisk: EmbeddedAsterisk, number: str) -> None:
    """Dial on Anna's phone, with her password."""
    password = phone_passwords(asterisk.state_dir, ["anna"])["anna"]
    sender = f"<sip:anna@{asterisk.sip}>"
    phone.invite(number, sender=sender)
    _, challenge = next(phone.responses())
    login = phone.authorization(challenge, user="anna", password=password, number=number)
    phone.invite(number, sender=sender, headers=(login,))


@pytest.mark.parametrize("code", ["*1", "*2", "*21", "*24", "*3", "*4", "*5", "*51", "*55", "*6"])
async def test_a_counsellors_phone_dials_a_code_and_the_controller_gets_it_with_the_phone(
    asterisk: EmbeddedAsterisk, code: str
):
    await _reaches_the_controller(asterisk, code)


@pytest.mark.parametrize("number", ["10", "102", "1020", "10200", "11", "911"])
async def test_a_counsellors_phone_dials_a_colleague(asterisk: EmbeddedAsterisk, number: str):
    await _reaches_the_controller(asterisk, number)


async def _reaches_the_controller(asterisk: EmbeddedAsterisk, code: str) -> None:
    async with controller(asterisk.ensure_running()) as events:
        with Caller(asterisk.sip) as phone:
            _dial(phone, asterisk, code)
            assert (await arrival(events))["args"] == ["desk", code, "anna"]


def test_a_code_finds_no_controller_and_the_phone_is_told(asterisk: EmbeddedAsterisk):
    asterisk.ensure_running()

    with Caller(asterisk.sip) as phone:
        _dial(phone, asterisk, "*1")
        assert [status for status, _ in phone.responses()][-1] == 480


@pytest.mark.parametrize(
    "number",
    [
        "0401234567",
        "112",
        "5",
        "102000",
        "10#",
        "*8",
        "*71",
        "*0",
        "*11",
        "*25",
        "*211",
        "*50",
        "*56",
        "*1#",
        "*91",
        "anna",
    ],
)
def test_a_counsellors_phone_can_dial_nothing_else(asterisk: EmbeddedAsterisk, number: str):
    asterisk.ensure_running()

    with Caller(asterisk.sip) as phone:
        _dial(phone, asterisk, number)
        assert [status for status, _ in phone.responses()][-1] == 403
