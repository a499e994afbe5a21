"""A controller at work on an Asterisk, and proof that it leaves nothing behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from ivr.adapters.ari.switch import AT_WORK
from ivr.embedded.asterisk import AsteriskAccess
from tests.e2e.line import Line


@asynccontextmanager
async def running(line: Line, access: AsteriskAccess) -> AsyncIterator[Line]:
    """A controller at work on this Asterisk; in the end everything balances."""
    await line.start()
    try:
        yield line
        await _nothing_is_left(line, access)
    finally:
        await line.stop()
        await _clear(access)


async def _nothing_is_left(line: Line, access: AsteriskAccess) -> None:
    """Every arrival has its outcome, and the switch is empty."""
    query = "SELECT coalesce(sum(balance), 0) FROM outcome_balance"
    for _ in range(200):
        balance = (await line.rows(query))[0][0]
        listed = await ari_list(access)
        if balance == 0 and not any(listed.values()):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"balance {balance}, left on the switch: {listed}\n{line.said()[-3000:]}")


async def ari_list(access: AsteriskAccess) -> dict[str, list[str]]:
    """The channels and bridges that Asterisk has."""
    async with _ari(access) as session:
        return {
            what: [str(each["id"]) for each in await _get(session, f"{access.ari_url}/ari/{what}")]
            for what in ("channels", "bridges")
        }


async def _clear(access: AsteriskAccess) -> None:
    """After a failure: end what is left, so that the next test begins on an empty switch."""
    left = await ari_list(access)
    async with _ari(access) as session:
        for what, ids in left.items():
            for each in ids:
                (await session.delete(f"{access.ari_url}/ari/{what}/{each}")).release()


async def nobody_known(access: AsteriskAccess) -> None:
    """What a controller before has told Asterisk of who is at work is forgotten."""
    async with _ari(access) as session:
        told = {"variable": AT_WORK, "value": ""}
        async with session.post(f"{access.ari_url}/ari/asterisk/variable", json=told) as answer:
            assert answer.status == 204


def _ari(access: AsteriskAccess) -> aiohttp.ClientSession:
    login = aiohttp.encode_basic_auth(access.user, access.password)
    return aiohttp.ClientSession(headers={"Authorization": login})


async def _get(session: aiohttp.ClientSession, url: str) -> list[dict[str, object]]:
    async with session.get(url) as answer:
        return list(await answer.json())
