"""Calls that arrive at the dialplan of a real Asterisk, as the controller gets them."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from ivr.embedded.asterisk import AsteriskAccess, EmbeddedAsterisk

from .sip import Caller

PLAIN = '"Matti" <sip:+358401234567@carrier.example>'


@asynccontextmanager
async def controller(access: AsteriskAccess) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    login = base64.b64encode(f"{access.user}:{access.password}".encode()).decode()
    headers = {"Authorization": f"Basic {login}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.ws_connect(f"{access.ari_url}/ari/events?app=ivr") as events,
    ):
        yield events


async def arrival(events: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    while True:
        event: dict[str, Any] = await events.receive_json(timeout=10)
        if event["type"] == "StasisStart":
            return event


async def arrival_of(
    asterisk: EmbeddedAsterisk, number: str, sender: str, *headers: str
) -> dict[str, Any]:
    async with controller(asterisk.ensure_running()) as events:
        with Caller(asterisk.sip) as caller:
            caller.invite(number, sender=sender, headers=headers)
            return await arrival(events)
