"""Another controller for a line that has one."""

import asyncio
from dataclasses import replace

import aiohttp

from ivr.settings import Address
from tests.e2e.line import POLL_S, READY_S, Line
from tests.ports import free_port


def successor(line: Line, *arguments: str) -> Line:
    """A controller with the same folder and servers, and a web address of its own."""
    http = Address(host="127.0.0.1", port=free_port())
    return replace(
        line,
        environment={**line.environment, "IVR_HTTP_BIND": str(http)},
        http=http,
        log=line.log.with_name(f"{http.port}.log"),
        arguments=(*line.arguments, *arguments),
        process=None,
    )


async def readiness(line: Line) -> tuple[int, str, list[str]]:
    """The status, the state and the reasons that its web port tells."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://{line.http}/readyz") as answer,
    ):
        said = await answer.json()
        return answer.status, said["state"], said["reasons"]


async def waits(line: Line) -> None:
    """Start it, and return once it waits for another's end."""
    await line.launch()
    deadline = asyncio.get_running_loop().time() + READY_S
    while "standby" not in await _state(line):
        late = asyncio.get_running_loop().time() > deadline
        assert line.runs, line.said()
        assert not late, line.said()
        await asyncio.sleep(POLL_S)


async def _state(line: Line) -> str:
    try:
        return (await readiness(line))[1]
    except aiohttp.ClientError:
        return "not there"
