"""Those who are neither the trunk nor a phone: no call, no hint at who is known, and a trace."""

import re

import pytest

from ivr.phone.wire import SipMessage
from tests.door.conftest import Desk, Door, unbothered
from tests.door.knocking import Knocker, until
from tests.e2e.rawsip import SDP

pytestmark = pytest.mark.xdist_group("door")

METHODS = (
    "OPTIONS", "REGISTER", "INVITE", "SUBSCRIBE", "NOTIFY", "MESSAGE", "PUBLISH", "REFER", "INFO",
    "UPDATE", "PRACK", "BYE", "CANCEL", "ACK", "BANANA",
)  # fmt: skip
NAMES = ("anna", "trunk", "100", "0291512360", "*7", "ivr", "asterisk")
SCANNER = {"user_agent": "friendly-scanner"}
_OF_THE_REQUEST = re.compile(r'z9hG4bK\d+|(?:nonce|opaque)="[^"]*"|anna|zeno')


@pytest.mark.parametrize("method", METHODS)
async def test_a_stranger_is_let_in_with_no_method_and_under_no_name(
    desk: Desk, method: str
) -> None:
    async with unbothered(desk), desk.door.knock() as stranger:
        expected = {"BYE": [481], "CANCEL": [481], "ACK": []}.get(method, [401])
        for name in NAMES:
            body = SDP if method == "INVITE" else ""
            sent = stranger.request(
                method, name, body=body, from_=f"<sip:{name}@{desk.door.sip.host}>;tag=1",
                event="presence", refer_to="<sip:100@example.com>", **SCANNER,
            )  # fmt: skip
            await stranger.answer(sent if expected else stranger.request("OPTIONS"))
            assert stranger.statuses(sent) == expected
    assert not desk.dialled
    assert {arrived.dialled for arrived in desk.arrived} == {"0291512360"}  # the one of after


async def test_nothing_tells_a_stranger_which_names_are_known(door: Door) -> None:
    async with door.knock() as stranger:
        told = [await _told(stranger, name) for name in ("anna", "zeno")]
    assert told[0] == told[1]


async def test_a_scan_of_numbers_finds_nothing_hinders_nobody_and_is_logged(desk: Desk) -> None:
    door = desk.door
    async with door.knock("127.0.0.9") as scanner, door.knock("127.0.0.3") as phone:
        for number in range(100, 200, 10):
            sent = [
                scanner.request(method, str(each), body=SDP * (method == "INVITE"), **SCANNER)
                for each in range(number, number + 10)
                for method in ("OPTIONS", "REGISTER", "INVITE")
            ]
            await desk.next_call()
            registered = await phone.log_in(
                "REGISTER", "", "bertil", door.password("bertil"), to="<sip:bertil@line>"
            )
            assert await phone.final_or(registered) == 200
            assert {await scanner.final_or(each) for each in sent} == {401}
    await _logged(door, "InvalidAccountID", "127.0.0.9")


async def test_guesses_at_a_password_fail_and_are_logged_and_lock_nobody_out(desk: Desk) -> None:
    door = desk.door
    async with door.knock("127.0.0.8") as guesser, door.knock("127.0.0.3") as phone:
        for guess in ("", "anna", "1234", door.password("bertil")):
            tried = await guesser.log_in("REGISTER", "", "anna", guess, to="<sip:anna@line>")
            assert await guesser.final_or(tried) == 401
        own = door.password("anna")
        right = await phone.log_in("REGISTER", "", "anna", own, to="<sip:anna@line>")
        assert await phone.final_or(right) == 200
    lines = await _logged(door, "ChallengeResponseFailed", "127.0.0.8", at_least=4)
    assert all('AccountID="anna"' in line for line in lines)
    assert own not in door.logged("security")


async def test_who_has_one_phones_password_is_that_phone_whatever_they_call_themselves(
    desk: Desk,
) -> None:
    async with desk.door.knock() as bertil:
        secret = desk.door.password("bertil")
        for other in ("anna", "trunk", "+358401234567"):
            call = await bertil.log_in(
                "INVITE", "*1", "bertil", secret, body=SDP, from_=f"<sip:{other}@line>;tag=1"
            )
            assert (await until(lambda: desk.dialled)).pop().account == "bertil"
            desk.seen.clear()
            bertil.cancel(call)
            refused = await bertil.log_in("INVITE", "*1", other, secret, body=SDP)
            assert await bertil.final_or(refused) == 401
    assert not desk.arrived


async def _told(stranger: Knocker, name: str) -> dict[str, str]:
    """What an answer says, but for what must differ from one to the next."""
    sent = stranger.request("REGISTER", from_=f"<sip:{name}@line>;tag=1", to=f"<sip:{name}@line>")
    answer: SipMessage = await stranger.answer(sent)
    headers = {key: _OF_THE_REQUEST.sub("", value) for key, value in answer.headers.items()}
    return {"status": str(answer.status), **headers}


async def _logged(door: Door, event: str, host: str, *, at_least: int = 1) -> list[str]:
    """The lines of this event that name this address, once there are so many."""
    named = f'SecurityEvent="{event}"', f'RemoteAddress="IPV4/UDP/{host}/'

    def lines() -> list[str]:
        every = door.logged("security").splitlines()
        return [one for one in every if all(name in one for name in named)]

    await until(lambda: len(lines()) >= at_least)
    return lines()
