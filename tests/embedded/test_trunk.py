"""The carrier, known by its address or by an account that the line registers with."""

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from ivr import backing
from ivr.adapters.ami import registrations
from ivr.embedded.asterisk import AsteriskAccess, EmbeddedAsterisk
from ivr.embedded.trunk_config import Carrier, trunk
from ivr.registration import REGISTERED
from ivr.settings import Address, Settings
from ivr.trunk import TrunkLogin
from tests.embedded.registrar import header, registrar
from tests.embedded.sip import Caller
from tests.ports import free_port

BOUND_S = 20.0
CARRIER = "192.0.2.1:5060"
# Marks that end a value, or begin a comment, in Asterisk's files.
PASSWORD = r"a;b\c\"d=e,f [g](h)"
SENDER = "<sip:+358401234567@operator.example>"


@pytest.fixture
def carrier() -> Address:
    return Address(host="127.0.0.1", port=free_port())


@pytest.fixture
def registering(asterisk: EmbeddedAsterisk, carrier: Address) -> EmbeddedAsterisk:
    """The same Asterisk with an account at the carrier."""
    login = TrunkLogin(user="kunta-7", password=PASSWORD, domain="operator.example")
    return replace(asterisk, trunk=carrier, trunk_login=login)


async def until_registered(access: AsteriskAccess) -> None:
    """Asterisk says so over AMI."""
    async with asyncio.timeout(BOUND_S):
        state = ""
        while state != REGISTERED:
            (state,) = (await registrations(backing.ami(access))).values()


async def test_the_line_registers_with_the_carrier_that_wants_an_account(
    registering: EmbeddedAsterisk, carrier: Address
):
    async with registrar(carrier, PASSWORD) as there:
        access = await asyncio.to_thread(registering.ensure_running)
        async with asyncio.timeout(BOUND_S):
            request = await there.request("REGISTER")
        await until_registered(access)

    assert request.startswith("REGISTER sip:operator.example SIP/2.0")
    assert "<sip:kunta-7@operator.example>" in str(header(request, "To"))
    assert f"sip:trunk@{registering.sip}" in str(header(request, "Contact"))
    assert [line for line in registering.complaints() if "ERROR" in line] == []


async def test_a_call_to_what_was_registered_is_known_by_the_number_in_its_to(
    registering: EmbeddedAsterisk, carrier: Address
):
    async with registrar(carrier, PASSWORD):
        access = await asyncio.to_thread(registering.ensure_running)
        arrived = await _arrivals(
            access,
            registering.sip,
            '"0291 @ <b>, 5" <sip:+358291234567;npdi@operator.example;user=phone>',
            "<sip:0291234567;phone-context=+358@operator.example;transport=udp>",
            "<sip:kunta-7@operator.example>",
            "<sip:operator.example>",
            "<sip:1%22%29,SHELL%28id%29@operator.example>",
        )

    assert arrived == ["+358291234567", "0291234567", "7", "0", "1"]


async def test_a_challenged_call_of_ours_is_vouched_for_with_the_account(
    registering: EmbeddedAsterisk, carrier: Address
):
    async with registrar(carrier, PASSWORD) as there:
        access = await asyncio.to_thread(registering.ensure_running)
        async with _controller(access) as (session, _):
            asked = {"endpoint": "PJSIP/+358401234567@trunk", "app": "ivr", "callerId": "0291"}
            await session.post(f"{access.ari_url}/ari/channels", json=asked)
            async with asyncio.timeout(BOUND_S):
                request = await there.request("INVITE")

    assert request.startswith("INVITE sip:+358401234567@operator.example SIP/2.0")
    assert "<sip:0291@operator.example>" in str(header(request, "From"))


def test_whoever_calls_from_the_carriers_network_is_the_trunk_and_nobody_else(
    asterisk: EmbeddedAsterisk,
):
    named = replace(asterisk, trunk_peers=("127.0.0.8/30",))
    named.ensure_running()

    heard = []
    for host in ("127.0.0.9", "127.0.0.12"):
        with Caller(named.sip, host=host) as caller:
            caller.invite("0291234567", sender=SENDER)
            heard.append([status for status, _ in caller.responses()])
    assert heard[0][-1] == 480  # the apology, for no controller is there
    assert heard[1] == [401]


def test_the_carriers_addresses_are_those_that_it_is_called_at_or_those_named(tmp_path: Path):
    named = {"IVR_SIP_TRUNK": CARRIER, "IVR_STATE_DIR": str(tmp_path)}

    def peers(environ: dict[str, str]) -> tuple[str, ...]:
        return backing.peers(Settings.from_environment(environ))

    assert peers({}) == ("127.0.0.1",)
    assert peers(named) == ("127.0.0.1", "192.0.2.1")
    assert peers({**named, "IVR_SIP_TRUNK_PEERS": "198.51.100.0/28, 203.0.113.7"}) == (
        "127.0.0.1",
        "198.51.100.0/28",
        "203.0.113.7",
    )


def test_a_carrier_without_a_name_is_registered_with_at_its_address():
    address = Address(host="192.0.2.1", port=5060)
    login = TrunkLogin(user="kunta", password="p")
    text = trunk(Carrier(peers=(), address=address, login=login, sound=""))

    assert "server_uri=sip:192.0.2.1:5060\nclient_uri=sip:kunta@192.0.2.1\n" in text
    assert "outbound_proxy" not in text
    assert "from_domain" not in text


def test_the_line_never_stops_trying_to_register():
    address = Address(host="192.0.2.1", port=5060)
    login = TrunkLogin(user="kunta", password="p")
    text = trunk(Carrier(peers=(), address=address, login=login, sound=""))

    assert {"max_retries=1000000", "auth_rejection_permanent=no"} <= set(text.splitlines())
    for answer in ("retry", "forbidden_retry", "fatal_retry"):
        assert re.search(rf"^{answer}_interval=[1-9]", text, re.MULTILINE)


@asynccontextmanager
async def _controller(
    access: AsteriskAccess,
) -> AsyncIterator[tuple[aiohttp.ClientSession, aiohttp.ClientWebSocketResponse]]:
    login = base64.b64encode(f"{access.user}:{access.password}".encode()).decode()
    headers = {"Authorization": f"Basic {login}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.ws_connect(f"{access.ari_url}/ari/events?app=ivr") as events,
    ):
        yield session, events


async def _arrivals(access: AsteriskAccess, sip: Address, *dialled: str) -> list[str]:
    """The number that the controller gets for each To of a call to what was registered."""
    numbers = []
    async with _controller(access) as (_, events):
        for to in dialled:
            with Caller(sip) as caller:
                caller.invite("trunk", sender=SENDER, to=to)
                numbers.append(str((await _arrival(events))["args"][1]))
    return numbers


async def _arrival(events: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    while True:
        event: dict[str, Any] = await events.receive_json(timeout=BOUND_S)
        if event["type"] == "StasisStart":
            return event
