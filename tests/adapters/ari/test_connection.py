"""The connection is made again and again, until Asterisk is there or says no."""

import asyncio
import socket
from dataclasses import replace

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from ivr.adapters.ari import AriConnections, AriTarget
from ivr.adapters.ari.connection import LONGEST_PAUSE_S, pause_before
from ivr.domain.call import ChannelId
from ivr.errors import Refusal

from .server import FakeAri

BOUND_S = 5.0


async def test_a_connection_is_tried_until_asterisk_is_there() -> None:
    """Nobody listens; when the third attempt has failed, somebody begins to."""
    with socket.socket() as port:
        port.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{port.getsockname()[1]}"
        failures = 0
        third = asyncio.Event()

        def failed() -> float:
            nonlocal failures
            failures += 1
            if failures == 3:
                third.set()
            return 0.0

        ari = FakeAri()
        target = AriTarget(url=url, user="ivr", password="secret")
        connecting = AriConnections(target, [], failed).connect()
        opening = asyncio.ensure_future(connecting.__aenter__())
        await asyncio.wait_for(third.wait(), BOUND_S)
        assert not opening.done()
        application = web.Application()
        application.router.add_get("/ari/events", ari.serve)
        runner = web.AppRunner(application)
        await runner.setup()
        await web.SockSite(runner, port).start()
        await asyncio.wait_for(opening, BOUND_S)
        await connecting.__aexit__(None, None, None)
        await runner.cleanup()
    assert ari.attempts == 1


async def test_an_asterisk_that_came_back_elsewhere_is_sought_there(ari: FakeAri) -> None:
    here = AriTarget(url=ari.url, user="ivr", password="a very secret word")
    connections: list[AriConnections] = []

    def failed() -> float:
        connections[0].aim(here)
        return 0.0

    connections.append(AriConnections(replace(here, url="http://127.0.0.1:1"), [], failed))
    async with asyncio.timeout(BOUND_S), connections[0].connect():
        assert ari.attempts == 1


@pytest.mark.parametrize("status", [404, 500, 503])
async def test_an_asterisk_that_is_still_starting_is_tried_again(ari: FakeAri, status: int) -> None:
    ari.refusals = [status, status]
    async with ari.connections().connect():
        assert ari.attempts == 3


async def test_a_connection_that_breaks_while_it_is_prepared_is_tried_again(ari: FakeAri) -> None:
    ari.hang_ups = 2
    async with ari.connections("anna").connect() as connection:
        assert ari.attempts == 3
        await connection.switch.progress(ChannelId("1.1"))


@pytest.mark.parametrize("status", [401, 403])
async def test_a_wrong_password_is_refused_without_being_told(ari: FakeAri, status: int) -> None:
    ari.refusals = [status]
    with pytest.raises(Refusal) as refusal:
        async with ari.connections().connect():
            pass
    message = str(refusal.value)
    assert "'ivr'" in message
    assert "IVR_ARI_USER" in message
    assert "IVR_ARI_PASSWORD" in message
    assert "secret" not in message
    assert ari.attempts == 1


def test_the_password_is_not_in_what_a_log_shows_of_the_target() -> None:
    assert "secret" not in repr(AriTarget(url="http://h:1", user="ivr", password="secret"))


async def test_the_password_is_sent_in_a_header_and_never_in_the_address(ari: FakeAri) -> None:
    async with ari.connections().connect():
        assert ari.headers["Authorization"].startswith("Basic ")


@given(attempt=st.integers(1, 10**9), jitter=st.floats(0, 1))
def test_the_pause_before_the_next_attempt_is_never_long_and_never_nothing(
    attempt: int, jitter: float
) -> None:
    pause = pause_before(attempt, jitter)
    assert 0.05 <= pause <= LONGEST_PAUSE_S
    assert pause <= pause_before(attempt + 1, jitter)
    assert pause_before(attempt, 0.0) <= pause <= pause_before(attempt, 1.0)


async def test_noise_is_switched_off_and_each_phone_is_watched_on_every_connect(
    ari: FakeAri,
) -> None:
    connections = ari.connections("anna", "bertil")
    for _ in range(2):
        async with connections.connect():
            pass
    asked = [(request["method"], request["uri"]) for request in ari.requests]
    once = [
        ("PUT", "applications/ivr/eventFilter"),
        ("PUT", "applications/ivr-phones/eventFilter"),
        ("POST", "applications/ivr-phones/subscription"),
        ("POST", "applications/ivr-phones/subscription"),
    ]
    assert asked == once * 2


async def test_a_phone_that_is_new_is_watched_from_now_on_and_over_the_next_connection(
    ari: FakeAri,
) -> None:
    def answer(request: dict[str, str]) -> tuple[int, object]:
        state = "online" if request["uri"].endswith("bertil") else "offline"
        return 200, {"state": state}

    ari.answer = answer
    connections = ari.connections("anna")
    assert await connections.watch(["anna", "cecilia"]) == {}
    async with connections.connect():
        watched = await connections.watch(["anna", "bertil", "cecilia"])
        assert watched == {"bertil": True}
        assert await connections.watch(["bertil", "dora"]) == {"dora": False}
    begun = len(ari.requests)
    async with connections.connect():
        again = [each for each in ari.requests[begun:] if "subscription" in each["uri"]]
        assert len(again) == 2
        assert await connections.watch(["bertil", "dora"]) == {}
