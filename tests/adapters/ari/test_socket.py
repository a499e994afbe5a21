"""Events come in order, answers find their commands, and whatever else comes does no harm."""

import asyncio
from typing import Any

import pytest

from ivr.adapters.ari import Replaced, sounds
from ivr.adapters.ari import socket as ari_socket
from ivr.adapters.ari.connection import AriConnection
from ivr.domain.call import ChannelId
from ivr.ports import (
    ChannelGone,
    KeyPressed,
    PlaybackId,
    SwitchEvent,
    SwitchRefused,
    SwitchUnavailable,
)

from .server import FakeAri

CALLER = ChannelId("1.1")
BOUND_S = 5.0


def _key(key: str) -> dict[str, Any]:
    return {"type": "ChannelDtmfReceived", "channel": {"id": CALLER}, "digit": key}


def _pressed(*keys: str) -> list[SwitchEvent]:
    return [KeyPressed(channel=CALLER, key=key) for key in keys]


async def _events(connection: AriConnection, count: int) -> list[SwitchEvent]:
    taken: list[SwitchEvent] = []
    async with asyncio.timeout(BOUND_S):
        async for event in connection.events():
            taken.append(event)
            if len(taken) == count:
                break
    return taken


async def _no_more_events(connection: AriConnection) -> None:
    async with asyncio.timeout(BOUND_S):
        assert [event async for event in connection.events()] == []


# --- events -----------------------------------------------------------------------


async def test_events_come_in_their_order_and_none_is_lost_before_they_are_read(
    ari: FakeAri,
) -> None:
    keys = [str(number % 10) for number in range(500)]
    async with ari.connections().connect() as connection:
        await ari.say(*map(_key, keys))
        await connection.switch.progress(CALLER)  # everything before its answer has arrived
        assert await _events(connection, len(keys)) == _pressed(*keys)


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "not json",
        "[]",
        "5",
        '"StasisStart"',
        "null",
        "{}",
        '{"type": null}',
        '{"type": "StasisStart"}',
        '{"type": "StasisStart", "channel": {"id": "1.1"}, "args": []}',
        '{"type": "StasisStart", "channel": {"id": "1.1"}, "args": ["call", "029"]}',
        '{"type": "StasisStart", "channel": {"id": "1.1"}, "args": ["somebody else\'s"]}',
        '{"type": "ChannelDtmfReceived", "channel": "1.1", "digit": "1"}',
        '{"type": "ChannelDestroyed", "channel": {"id": "1.1"}, "cause": "none"}',
        '{"type": "PlaybackFinished", "playback": {"id": "p", "target_uri": "bridge:b"}}',
        '{"type": "PeerStatusChange", "peer": {}}',
        '{"type": "InventedInAsterisk30", "channel": {"id": "1.1"}}',
        '{"type": "RESTResponse"}',
        '{"type": "RESTResponse", "request_id": "999", "status_code": 200}',
        '{"type": "RESTResponse", "request_id": [], "status_code": {}}',
    ],
)
async def test_what_means_nothing_is_passed_over(ari: FakeAri, nonsense: str) -> None:
    async with ari.connections().connect() as connection:
        await ari.say(_key("1"), nonsense, _key("2"))
        assert await _events(connection, 2) == _pressed("1", "2")


def test_an_answer_that_cannot_be_read_is_a_refusal() -> None:
    with pytest.raises(SwitchRefused, match="200"):
        _ = ari_socket.Response(status=200, text="{").body


async def test_another_controller_ends_this_one_at_once(ari: FakeAri) -> None:
    async with ari.connections().connect() as connection:
        await ari.say({"type": "ApplicationReplaced", "application": "ivr"}, _key("1"))
        with pytest.raises(Replaced):
            await _events(connection, 1)


async def test_the_events_end_when_the_connection_does(ari: FakeAri) -> None:
    async with ari.connections().connect() as connection:
        await ari.say(_key("1"))
        await ari.sockets[-1].close()
        assert await _events(connection, 1) == _pressed("1")
        await _no_more_events(connection)
        with pytest.raises(SwitchUnavailable):
            await connection.switch.progress(CALLER)


# --- commands ---------------------------------------------------------------------


async def test_a_command_that_is_not_answered_in_time_ends_the_connection(
    ari: FakeAri, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ari.connections().connect() as connection:
        monkeypatch.setattr(ari_socket, "REQUEST_BOUND_S", 0.1)
        ari.answer = lambda _: None
        with pytest.raises(SwitchUnavailable, match=r"POST channels/1\.1/answer within 0\.1 s"):
            await connection.switch.answer(CALLER)
        await _no_more_events(connection)
        ari.answer = lambda _: (204, None)
        with pytest.raises(SwitchUnavailable, match="closed"):
            await connection.switch.answer(CALLER)


async def test_closing_fails_the_commands_on_their_way_at_once(ari: FakeAri) -> None:
    ari.answer = lambda _: None
    async with ari.connections().connect() as connection:
        waiting = [
            asyncio.create_task(verb)
            for verb in (connection.switch.answer(CALLER), connection.switch.snapshot())
        ]
        await asyncio.wait_for(ari.asked.get(), BOUND_S)
        await connection.close()
        outcomes = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), BOUND_S)
        assert [type(outcome) for outcome in outcomes] == [SwitchUnavailable] * 2
        await _no_more_events(connection)


async def test_a_broken_connection_fails_the_commands_on_their_way(ari: FakeAri) -> None:
    ari.answer = lambda _: None
    async with ari.connections().connect() as connection:
        waiting = asyncio.create_task(connection.switch.answer(CALLER))
        await asyncio.wait_for(ari.asked.get(), BOUND_S)
        await ari.sockets[-1].close()
        with pytest.raises(SwitchUnavailable):
            await asyncio.wait_for(waiting, BOUND_S)


async def test_an_answer_that_comes_too_late_or_twice_is_given_to_nobody(ari: FakeAri) -> None:
    async with ari.connections().connect() as connection:
        ari.answer = lambda _: None
        waiting = asyncio.create_task(connection.switch.answer(CALLER))
        await asyncio.wait_for(ari.asked.get(), BOUND_S)
        waiting.cancel()
        await asyncio.wait({waiting})
        ari.answer = lambda _: (204, None)
        for _ in range(2):
            await ari.answer_to(ari.requests[-1], 404, {"message": "Channel not found"})
        await connection.switch.answer(CALLER)  # not taken for the 404 before it


async def test_answers_find_their_commands_in_whatever_order_they_come(ari: FakeAri) -> None:
    ari.answer = lambda _: None
    async with ari.connections().connect() as connection:
        first = asyncio.create_task(connection.switch.answer(CALLER))
        second = asyncio.create_task(connection.switch.stop(PlaybackId("p")))
        third = asyncio.create_task(connection.switch.progress(CALLER))
        asked = [await asyncio.wait_for(ari.asked.get(), BOUND_S) for _ in range(3)]
        for request, status in zip(reversed(asked), (404, 204, 500), strict=True):
            await ari.answer_to(request, status, {"message": "so it is"})
        await asyncio.wait({first, second, third}, timeout=BOUND_S)
        assert isinstance(third.exception(), ChannelGone)
        assert second.exception() is None
        assert isinstance(first.exception(), SwitchRefused)


async def test_what_asterisk_will_not_do_is_told_in_its_own_words(ari: FakeAri) -> None:
    ari.answer = lambda _: (500, {"message": "Internal Server Error"})
    async with ari.connections().connect() as connection:
        with pytest.raises(SwitchRefused, match="500: Internal Server Error"):
            await connection.switch.start_music(CALLER)


async def test_a_playback_that_has_begun_without_a_sound_yet_is_stopped_a_moment_later(
    ari: FakeAri,
) -> None:
    answers = iter([500, 500, 204])
    ari.answer = lambda _: (next(answers), {"message": "Could not stop playback"})
    async with ari.connections().connect() as connection:
        assert await connection.switch.stop(PlaybackId("p"))
    assert next(answers, None) is None


async def test_a_playback_that_never_stops_is_not_asked_for_ever(
    ari: FakeAri, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sounds, "STOP_AGAIN_S", 0.0)
    ari.answer = lambda _: (500, {"message": "Could not stop playback"})
    async with ari.connections().connect() as connection:
        with pytest.raises(SwitchRefused, match="500: Could not stop playback"):
            await connection.switch.stop(PlaybackId("p"))
