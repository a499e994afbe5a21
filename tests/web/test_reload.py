"""The configuration is brought into force over the web port by whoever has the token alone."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from ivr.config import ConfigurationError, Problem
from ivr.config.message import told
from ivr.errors import Refusal
from ivr.ports import Reloaded
from ivr.web.api import DeskAccess
from ivr.web.app import create_app, serving
from ivr.web.metrics import Metrics
from tests.web.made_up import ANYWHERE, MadeUpStatus
from tests.web.test_desk import TOKEN, MadeUpDesk, ask

ANY_FILE = Path("lines.yaml")
RELOAD = "/api/configuration/reload"


class MadeUp:
    """What a reload comes to. Implements `ivr.ports.Reloads`."""

    fault: str | None = None
    refusal: Refusal | None = None
    asked = 0

    async def reload(self) -> Reloaded:
        self.asked += 1
        if self.refusal is not None:
            self.fault = "refused"
            raise self.refusal
        return Reloaded(changes=["most_calls is 7, was 6"], doubts=["a doubt"])


@pytest.fixture
def made() -> list[MadeUp]:
    """The configuration, or none while the line is starting."""
    return [MadeUp()]


@pytest.fixture
async def web(made: list[MadeUp]) -> AsyncIterator[aiohttp.ClientSession]:
    status, desk = MadeUpStatus(), MadeUpDesk()
    access = DeskAccess(
        token=TOKEN,
        desk=lambda: desk,
        callbacks=lambda: None,
        configuration=lambda: made[0] if made else None,
    )
    async with (
        serving(create_app(status, Metrics(status), access), ANYWHERE) as address,
        aiohttp.ClientSession(f"http://{address}") as session,
    ):
        yield session


async def test_what_has_changed_is_the_answer(
    web: aiohttp.ClientSession, made: list[MadeUp]
) -> None:
    assert await ask(web, "POST", RELOAD) == (
        200, {"changes": ["most_calls is 7, was 6"], "doubts": ["a doubt"]},
    )  # fmt: skip
    assert made[0].asked == 1


async def test_every_mistake_is_in_the_answer(
    web: aiohttp.ClientSession, made: list[MadeUp]
) -> None:
    wrong = Problem(file=ANY_FILE, line=3, column=5, text=told("write a number"))
    made[0].refusal = ConfigurationError([wrong])
    status, said = await ask(web, "POST", RELOAD)
    assert (status, said["error"], said["message"]) == (409, "refused", "refused")
    assert said["mistakes"] == "lines.yaml:3:5: write a number"


async def test_without_the_token_nothing_is_looked_at(
    web: aiohttp.ClientSession, made: list[MadeUp]
) -> None:
    status, _ = await ask(web, "POST", RELOAD, token=None)
    assert status == 401
    for method in ("GET", "PUT", "DELETE"):
        assert (await ask(web, method, RELOAD))[0] == 405
    assert (await ask(web, "POST", RELOAD, {"folder": "/etc"}))[0] == 400
    assert made[0].asked == 0


async def test_while_the_line_is_starting_it_says_so(
    web: aiohttp.ClientSession, made: list[MadeUp]
) -> None:
    made.clear()
    assert (await ask(web, "POST", RELOAD))[0] == 503
