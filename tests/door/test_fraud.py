"""Nobody outside reaches a phone, a code or a number outside, and nobody takes a call over."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

import pytest

from ivr.domain.call import CallId, ChannelId
from tests.door.conftest import SERVICE_NUMBER, Desk, unbothered
from tests.door.knocking import Knocker, Sent, until
from tests.e2e.rawsip import SDP

pytestmark = pytest.mark.xdist_group("door")

TRUNK = "127.0.0.1"
DIALLED = {
    "a code of the desk": ("*7", "*7"),
    "a sign-in": ("*1", "*1"),
    "a pause": ("*21", "*21"),
    "a colleague": ("102", "102"),
    "a phone's account": ("anna", "0"),
    "a phone by its technology": (quote("PJSIP/anna", safe=""), "0"),
    "a local channel": (quote("Local/*1@from-phones/n", safe=""), "0"),
    "another context": (quote("0291,from-phones", safe=""), "0291"),
    "a premium number": ("0600123456", "0600123456"),
    "abroad": ("+37211234567", "+37211234567"),
    "abroad with a prefix": ("00990003580600123456", "00990003580600123456"),
    "an emergency number": ("112", "112"),
    "a function": (quote("7${SET(GLOBAL(CARRIED)=out)}", safe=""), "7"),
    "an expression": (quote("0$[1+1]", safe=""), "01+1"),
    "line breaks": (quote("0291\r\nX: y", safe=""), "0291"),
    "a null": ("0291%00112", "0291"),
}


@pytest.mark.parametrize(("number", "arrives"), DIALLED.values(), ids=DIALLED)
async def test_whatever_the_trunk_dials_goes_to_the_controller_as_a_number_or_nowhere(
    desk: Desk, called_out: list[bytes], number: str, arrives: str
) -> None:
    async with desk.door.knock(TRUNK) as caller, unbothered(desk):
        call = caller.invite(number)
        await caller.final_or(call, 100)
        await desk.next_call()
        caller.cancel(call)
    dialled = [one.dialled for one in desk.arrived if one.dialled != SERVICE_NUMBER]
    assert dialled == [arrives]
    assert not desk.dialled
    assert not called_out


# Where it is carried out, Asterisk has a global variable more; func_logic.so is loaded.
COMMAND = "${SET(GLOBAL(CARRIED)=out)}"
IDENTITIES = {
    "in the name": {"from_": f'"{COMMAND}" <sip:+358401234567@x>;tag=1'},
    "in the number": {"from_": f"<sip:{quote(COMMAND, safe='')}@x>;tag=1"},
    "after the number": {"from_": f"<sip:+358401234567;x={quote(COMMAND, safe='')}@x>;tag=1"},
    "in the tag": {"from_": f'<sip:+358401234567@x>;tag=1;x="{COMMAND}"'},
    "in the assertion": {
        "p_asserted_identity": f'"{COMMAND}" <sip:+358409999999{quote(COMMAND, safe="")}@x>',
    },
    "in two assertions": {"p_asserted_identity": f"<sip:{COMMAND}@x>, <tel:+358;x={COMMAND}>"},
    "in the diversion": {"diversion": f'"{COMMAND}" <sip:{quote(COMMAND, safe="")}@x>;reason=x'},
    "in Remote-Party-ID": {"remote_party_id": f'"{COMMAND}" <sip:1@x>;privacy=off;screen=yes'},
    "in Privacy": {"privacy": f'id"]?x);{COMMAND}'},
    "in the agent": {"user_agent": COMMAND, "subject": COMMAND, "organization": COMMAND},
    "in the call's id": {"call_id": f"{quote(COMMAND, safe='()')}@x"},
    "in the contact": {"contact": f'"{COMMAND}" <sip:{quote(COMMAND, safe="")}@127.0.0.1>'},
    "a break of the expression": {"from_": '"x" <sip:%22%5d%3fdone%29@x>;tag=1'},
    "line breaks": {"from_": "<sip:+35840%0d%0aPrivacy:%20id%0d%0a1234567@x>;tag=1"},
    "brackets": {"from_": "<sip:%7d%7d%29%29%5d%5d1234567@x>;tag=1"},
    "commas": {"from_": "<sip:1,2,3%2c4@x>;tag=1"},
}


@pytest.mark.parametrize("identity", IDENTITIES.values(), ids=IDENTITIES)
async def test_nothing_that_a_caller_says_of_themselves_is_carried_out(
    desk: Desk, identity: dict[str, str]
) -> None:
    async with desk.door.knock(TRUNK) as caller, unbothered(desk):
        call = caller.invite("0291", **identity)
        await caller.final_or(call, 100)
        await desk.next_call()
        caller.cancel(call)
    (arrived,) = (one for one in desk.arrived if one.dialled == "0291")
    assert set(arrived.caller) <= set("+0123456789")
    assert arrived.hidden or arrived.caller
    assert "CARRIED" not in desk.door.asterisk.cli("dialplan show globals")


TARGETS = (
    "<sip:+358600123456@{carrier}>", "<sip:*7@{server}>", "<sip:anna@{server}>",
    "<sip:0291512360@{server}>", "<tel:+358600123456>", "<sip:x@192.0.2.1>",
    "<sip:1@{server}?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc>", "nonsense", "<>",
)  # fmt: skip


@pytest.mark.parametrize("who", ["the trunk", "a phone"])
async def test_nobody_refers_a_call_to_anywhere(
    desk: Desk, called_out: list[bytes], who: str
) -> None:
    async with desk.door.knock(TRUNK) as knocker, unbothered(desk):
        call = await _called(desk, knocker) if who == "the trunk" else await _dialled(desk, knocker)
        dialog = await knocker.answered(call)
        number = 2
        for target in TARGETS:
            to = target.format(carrier=desk.door.carrier, server=desk.door.sip)
            for more in ({}, {"refer_sub": "false"}):
                number += 1
                sent = knocker.inside(dialog, "REFER", number, refer_to=to, **more)
                assert await knocker.final_or(sent) in {400, 603}
            outside = knocker.request("REFER", "0291", refer_to=to)
            assert await knocker.final_or(outside) in {401, 501}
        ended = knocker.inside(dialog, "BYE", number + 1)
        assert await knocker.final_or(ended) == 200  # it was there until now
    assert not called_out
    assert len(desk.arrived) + len(desk.dialled) == 2  # this call, and the one of after


async def test_a_phone_is_rung_where_it_is_and_not_where_it_says(
    desk: Desk, called_out: list[bytes]
) -> None:
    async with desk.door.knock("127.0.0.3") as phone:
        registered = await phone.log_in(
            "REGISTER", "", "anna", desk.door.password("anna"), to="<sip:anna@line>",
            contact=f"<sip:+358600123456@{desk.door.carrier}>",
        )  # fmt: skip
        assert await phone.final_or(registered) == 200
        await until(lambda: [one for one in phone.came if one.method == "OPTIONS"])
        await desk.connection.switch.ring(
            ChannelId("leg1"), call=CallId("n1-1"), account="anna", display="FI", number="029",
            ring_s=20,
        )  # fmt: skip
        await until(lambda: [one for one in phone.came if one.method == "INVITE"])
    assert not called_out


async def test_a_call_is_not_taken_over_by_who_does_not_know_its_ids(desk: Desk) -> None:
    async with (
        desk.door.knock(TRUNK) as citizen, desk.door.knock() as stranger,
        desk.door.knock(TRUNK) as another, unbothered(desk),
    ):  # fmt: skip
        dialog = await citizen.answered(await _called(desk, citizen))
        known = stranger.invite("0291", replaces=dialog.replaces, require="replaces")
        assert await stranger.final_or(known) == 401
        guessed = dialog.replaces.partition(";")[0] + ";to-tag=1;from-tag=1"
        refused = another.invite("0291", replaces=guessed, require="replaces")
        assert await another.final_or(refused) == 481
        for method in ("BYE", "INFO", "UPDATE"):
            odd = stranger.request(
                method, "0291", call_id=dialog.call_id, from_=dialog.caller,
                to=f"{dialog.callee}x", cseq=f"9 {method}",
            )  # fmt: skip
            assert await stranger.final_or(odd) in {401, 481}
        ended = citizen.inside(dialog, "BYE", 2)
        assert await citizen.final_or(ended) == 200


async def _called(desk: Desk, citizen: Knocker) -> Sent:
    """A citizen's call that is answered."""
    return await _answer(desk, lambda: _sent(citizen.invite("0291")))


async def _dialled(desk: Desk, phone: Knocker) -> Sent:
    """A call of Anna's phone to the desk, answered."""
    secret = desk.door.password("anna")
    return await _answer(desk, lambda: phone.log_in("INVITE", "*1", "anna", secret, body=SDP))


async def _sent(call: Sent) -> Sent:
    return call


async def _answer(desk: Desk, dial: Callable[[], Awaitable[Sent]]) -> Sent:
    before = len(desk.came)
    call = await dial()
    await until(lambda: len(desk.came) > before)
    await desk.connection.switch.answer(desk.came[before].channel)
    return call
