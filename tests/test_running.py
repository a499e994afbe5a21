"""What runs beside the calls may fail without them; what they stand on may not."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ivr.errors import Refusal
from ivr.plan import Options
from ivr.running import Line, Stop
from ivr.upkeep import Upkeep, Work
from tests.fakes.time import run_in_virtual_time


async def for_ever() -> None:
    await asyncio.sleep(3600)


async def fails() -> None:
    raise KeyError("a fault of the program")


class Switchboard:
    """A conductor that conducts as it is told to."""

    def __init__(self, conduct: Work) -> None:
        self.conduct = conduct
        self.ready = asyncio.Event()
        self.ready.set()
        self.calls = 1
        self.left = False

    async def leave(self) -> None:
        self.left = True

    async def finish(self) -> None:
        """The calls take their time."""
        await for_ever()


def line(
    *,
    conduct: Work = for_ever,
    recording: Callable[[], Awaitable[None]] = for_ever,
    announced: str = "",
    say: Callable[[str], None] = lambda _: None,
    **kept_up: Work,
) -> Line:
    async def drain(_: float) -> int:
        return 0

    return Line(
        conductor=cast("Any", Switchboard(conduct)),
        shipper=cast("Any", SimpleNamespace(drain=drain)),
        recording=recording,
        kept_up=kept_up,
        upkeep=Upkeep(),
        own=(),
        awaited=lambda: False,
        clock=cast("Any", SimpleNamespace(follow=lambda _: for_ever())),
        announcement=[announced],
        say=say,
    )


def test_calls_go_on_while_what_ships_or_erases_or_announces_fails_again_and_again() -> None:
    def closed(_: str) -> None:
        raise BrokenPipeError

    async def story() -> None:
        stop = Stop()
        running = line(ship=fails, erase=for_ever, say=closed)
        asyncio.get_running_loop().call_later(60, stop.ask)
        await running.run(stop)
        assert asyncio.get_running_loop().time() == 60
        assert running.upkeep.faults == {"ship": "KeyError, see the log"}
        assert cast("Switchboard", running.conductor).left

    run_in_virtual_time(story())


def test_a_fault_in_what_takes_calls_ends_the_process_so_that_it_is_started_again() -> None:
    async def story() -> None:
        running = line(conduct=fails)
        with pytest.raises(KeyError):
            await running.run(Stop())

    run_in_virtual_time(story())


def test_a_line_that_cannot_record_ends_and_says_so() -> None:
    async def ends() -> None:
        await asyncio.sleep(5)

    async def story() -> None:
        with pytest.raises(Refusal, match="recorded"):
            await line(recording=ends).run(Stop())

    run_in_virtual_time(story())


def test_a_standby_that_comes_while_calls_are_let_end_has_them_and_the_servers_at_once() -> None:
    class Server:
        def stop(self) -> None:
            raise AssertionError("the calls end with it")

    async def story() -> None:
        stop, loop = Stop(), asyncio.get_running_loop()
        running = replace(line(), own=[Server()], awaited=lambda: loop.time() >= 20)
        loop.call_later(10, stop.ask)
        await running.run(stop)
        assert cast("Switchboard", running.conductor).left
        assert 20 <= loop.time() < 21

    run_in_virtual_time(story())


def test_a_console_that_is_closed_keeps_nobody_from_their_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Closed:
        def write(self, _: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr("sys.stdout", Closed())
    Options(config_dir=Path()).say("call …388.0  arrived")
