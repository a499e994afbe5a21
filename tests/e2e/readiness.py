"""What a running line says of itself on its web port."""

import asyncio

import aiohttp

from tests.e2e.line import POLL_S, READY_S, Line


async def becomes(line: Line, state: str) -> None:
    """Wait until /readyz says so."""
    deadline = asyncio.get_running_loop().time() + READY_S
    async with aiohttp.ClientSession() as session:
        while (seen := await _state(session, line)) != state:
            assert asyncio.get_running_loop().time() < deadline, f"{seen}\n{line.said()[-3000:]}"
            await asyncio.sleep(POLL_S)


async def _state(session: aiohttp.ClientSession, line: Line) -> str:
    async with session.get(f"http://{line.http}/readyz") as answer:
        return str((await answer.json())["state"])
