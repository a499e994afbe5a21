"""A phone that answers 302 leads its call nowhere: the leg ends, and nobody else is called."""

import asyncio

from ivr.domain.call import CallId, ChannelId
from ivr.embedded.passwords import phone_passwords
from ivr.ports import ChannelEnded, LegMade, PhoneChanged
from ivr.settings import Address
from tests.e2e.outside import listening
from tests.e2e.rawphone import raw_phone
from tests.ports import free_port

from .conftest import BOUND_S, SERVICE_NUMBER, Exchange, Line

REDIRECTED = 23  # Q.850


def _elsewhere(stranger: Address) -> tuple[str, ...]:
    """Contacts of a 302: what Asterisk would dial if it followed them."""
    premium = f"sip:+358600123@{stranger}"
    through_itself = f"PJSIP/anna/{premium}".replace("/", "%2F").replace(":", "%3A")
    return (
        f"<{premium}>",
        f"<tel:+358600123>, <{premium}>",
        f"<sip:{through_itself.replace('@', '%40')}@127.0.0.1>",
        f"<sip:{SERVICE_NUMBER}@127.0.0.1>",
        f"<sip:Local%2F{SERVICE_NUMBER}%40from-trunk@127.0.0.1>",
        "<sip:*1@127.0.0.1>",
    )


async def _nothing_is_left(line: Line) -> None:
    async with asyncio.timeout(BOUND_S):
        while (await line.switch.snapshot()).channels:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_302_ends_the_leg_and_is_not_followed_wherever_it_leads(
    line: Line, exchange: Exchange
) -> None:
    secret = phone_passwords(exchange.asterisk.state_dir, ["anna"])["anna"]
    stranger = Address(host="127.0.0.1", port=free_port())
    async with (
        listening(stranger) as heard,
        raw_phone(exchange.asterisk.sip, "anna", secret, says=(302,)) as phone,
    ):
        await line.until(PhoneChanged, lambda changed: changed.reachable)
        before = len(line.seen)
        for number, contact in enumerate(_elsewhere(stranger)):
            phone.leads_to = contact
            leg = ChannelId(f"leg{number}")
            await line.switch.ring(
                leg, call=CallId("n1-1"), account="anna", display="FI", number="029", ring_s=20
            )
            ended = await line.until(ChannelEnded, lambda ended, leg=leg: ended.channel == leg)  # type: ignore[misc]
            assert ended.cause == REDIRECTED
            await _nothing_is_left(line)
        assert phone.rung == len(_elsewhere(stranger))
        assert {type(event) for event in line.seen[before:]} == {LegMade, ChannelEnded}
        assert not heard
