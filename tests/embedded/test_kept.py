"""A server of ours that dies is started again, until it is to end."""

import asyncio
import threading
from dataclasses import dataclass, field

import pytest

from ivr.embedded.kept import KeptServer
from ivr.errors import Refusal
from ivr.tasks import Tasks
from tests.adapters.polling import until


@dataclass
class MadeUpServer:
    """A server that lives and dies as the test says."""

    alive: bool = True
    starts: int = 0
    refuses: bool = False
    may_start: threading.Event = field(default_factory=threading.Event)

    def runs(self) -> bool:
        return self.alive

    def ensure_running(self) -> str:
        if self.refuses:
            raise Refusal("Asterisk does not start.")
        assert self.may_start.wait(20)
        self.starts += 1
        self.alive = True
        return f"address {self.starts}"

    def stop(self) -> None:
        self.alive = False


async def test_it_is_started_again_each_time_and_where_it_is_then_is_told():
    server, told = MadeUpServer(), list[str]()
    server.may_start.set()
    async with Tasks() as tasks:
        tasks.start(KeptServer("asterisk", server, told.append).keep(), "keep")
        for times in (1, 2):
            server.alive = False
            await until(lambda: server.alive and len(told) == server.starts)
            assert server.starts == times
    assert told == ["address 1", "address 2"]


async def test_one_that_does_not_start_says_so():
    with pytest.raises(Refusal, match="does not start"):
        await KeptServer("asterisk", MadeUpServer(alive=False, refuses=True), print).keep()


async def test_one_that_is_to_end_is_not_started_again_even_if_a_start_is_on_its_way():
    server = MadeUpServer(alive=False)
    kept = KeptServer("asterisk", server, lambda _: None)
    async with Tasks() as tasks:
        keeping = tasks.start(kept.keep(), "keep")
        await asyncio.sleep(0)  # it has looked
        keeping.cancel()
    asyncio.get_running_loop().call_later(0.1, server.may_start.set)
    await asyncio.to_thread(kept.stop)
    assert not server.alive
    async with Tasks() as tasks:
        tasks.start(kept.keep(), "keep")
        await asyncio.sleep(0.1)
    assert not server.alive
