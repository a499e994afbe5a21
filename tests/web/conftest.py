"""The web port of a made-up service."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from ivr.web.app import create_app, serving
from ivr.web.metrics import Metrics
from tests.web.made_up import ANYWHERE, MadeUpStatus


@pytest.fixture
def status() -> MadeUpStatus:
    return MadeUpStatus()


@pytest.fixture
def metrics(status: MadeUpStatus) -> Metrics:
    return Metrics(status)


@pytest.fixture
async def web(status: MadeUpStatus, metrics: Metrics) -> AsyncIterator[aiohttp.ClientSession]:
    async with (
        serving(create_app(status, metrics), ANYWHERE) as address,
        aiohttp.ClientSession(f"http://{address}") as session,
    ):
        yield session
