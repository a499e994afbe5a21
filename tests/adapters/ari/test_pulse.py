"""A connection that has become useless in any one way is given up in time, and no other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from ivr.adapters.ari import connection as ari_connection
from ivr.adapters.ari import pulse
from ivr.adapters.ari import socket as ari_socket
from ivr.adapters.ari.connection import AriConnections
from ivr.domain.call import ChannelId
from ivr.ports import Connection, SwitchUnavailable

from .conftest import Exchange
from .server import FakeAri

FOUND_WITHIN_S = 15.0
BOUND_S = 5.0  # of the test
NEVER_S = 3600.0


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """All bounds a fraction of what they are; no WebSocket pings."""
    monkeypatch.setattr(pulse, "ASK_EVERY_S", 0.05)
    monkeypatch.setattr(pulse, "EVENT_BOUND_S", 0.3)
    monkeypatch.setattr(ari_socket, "REQUEST_BOUND_S", 0.3)
    monkeypatch.setattr(ari_socket, "CLOSE_BOUND_S", 0.1)
    monkeypatch.setattr(ari_connection, "HEARTBEAT_S", NEVER_S)


def test_whatever_the_fault_it_is_found_within_15_seconds() -> None:
    pings_s = ari_connection.HEARTBEAT_S * 1.5  # aiohttp waits half as long for the answer
    questions_s = pulse.ASK_EVERY_S + pulse.EVENT_BOUND_S
    assert max(pings_s, questions_s) + ari_socket.CLOSE_BOUND_S < FOUND_WITHIN_S


async def _lost(connection: Connection) -> None:
    async with asyncio.timeout(BOUND_S):
        assert [event async for event in connection.events()] == []


@asynccontextmanager
async def _told_all_the_time(ari: FakeAri) -> AsyncIterator[None]:
    """Something comes in without a pause, so that nothing seems to be wrong."""

    async def tell() -> None:
        with suppress(ConnectionError):
            while True:
                await ari.say({"type": "ChannelVarset"})
                await asyncio.sleep(0.01)

    telling = asyncio.create_task(tell())
    try:
        yield
    finally:
        telling.cancel()
        await asyncio.wait({telling})


@pytest.mark.usefixtures("soon")
async def test_a_connection_that_works_is_kept_and_says_how_quickly_it_answers(
    ari: FakeAri,
) -> None:
    async with ari.connections().connect() as connection:
        async with asyncio.timeout(BOUND_S):
            for _ in range(3):
                request = await ari.asked.get()
                assert (request["method"], request["uri"]) == ("POST", "events/user/pulse")
                assert request["query_strings"] == [{"name": "application", "value": "ivr"}]
        assert connection.answer_s is not None
        assert connection.answer_s < BOUND_S
        await connection.switch.progress(ChannelId("1.1"))


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("told", [True, False])
async def test_a_connection_whose_answers_vanish_is_given_up(ari: FakeAri, told: bool) -> None:
    ari.answer = lambda _: None
    async with ari.connections().connect() as connection:
        if not told:
            return await _lost(connection)
        async with _told_all_the_time(ari):
            await _lost(connection)
    return None


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("told", [True, False])
async def test_a_connection_that_takes_nothing_from_us_is_given_up(
    ari: FakeAri, told: bool
) -> None:
    async with ari.connections().connect() as connection:
        ari.go_deaf()
        if not told:
            return await _lost(connection)
        async with _told_all_the_time(ari):
            await _lost(connection)
    return None


@pytest.mark.usefixtures("soon")
async def test_a_connection_that_answers_and_tells_nothing_is_given_up(ari: FakeAri) -> None:
    ari.tells = False
    async with ari.connections().connect() as connection:
        await _lost(connection)


@pytest.mark.usefixtures("soon")
async def test_an_asterisk_that_knows_us_no_longer_is_given_up(ari: FakeAri) -> None:
    ari.answer = lambda _: (404, {"message": "Application not found"})
    async with ari.connections().connect() as connection:
        await _lost(connection)


@pytest.mark.usefixtures("soon")
async def test_an_asterisk_that_refuses_the_question_is_there_all_the_same(ari: FakeAri) -> None:
    ari.answer = lambda _: (403, {"message": "Forbidden"})
    async with ari.connections().connect() as connection:
        async with asyncio.timeout(BOUND_S):
            for _ in range(3):
                await ari.asked.get()
        assert connection.answer_s is not None


@pytest.mark.usefixtures("soon")
async def test_a_connection_that_is_given_up_is_left_though_the_other_side_takes_nothing(
    ari: FakeAri, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "ASK_EVERY_S", NEVER_S)
    async with ari.connections().connect() as connection:
        ari.go_deaf()
        async with _told_all_the_time(ari), asyncio.timeout(BOUND_S):
            with suppress(SwitchUnavailable):
                while True:  # until nothing more goes into the buffers on the way
                    await connection.switch.remember(ChannelId("1.1"), "x" * 1_000_000)
            await _lost(connection)


async def test_asterisk_itself_sends_the_event_that_it_is_asked_for(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "ASK_EVERY_S", 0.05)
    async with AriConnections(exchange.target, []).connect() as connection:
        async with asyncio.timeout(BOUND_S):
            while connection.answer_s is None:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
