"""Instants of a virtual loop, and coroutines whose steps are counted."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Coroutine, Generator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from ivr.simulation.time import VirtualLoop

T = TypeVar("T")

BEGIN = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # a Monday, 10:00 in Finland


class VirtualClock:
    """The loop's time as instants, `ahead` of it if set. Implements `ivr.ports.Clock`."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return BEGIN + self.ahead + timedelta(seconds=asyncio.get_running_loop().time())


class _Loop(VirtualLoop):
    """A loop that knows when something happens next."""

    def next_due(self) -> float | None:
        """The time of the next timer; None if something can happen before, or nothing is due."""
        ready, scheduled = vars(self)["_ready"], vars(self)["_scheduled"]
        return None if ready or not scheduled else float(scheduled[0].when())


async def tick(every_s: float, until: float) -> None:
    """Sleep for `every_s`, or for as many times that as pass before anything can happen.

    Not beyond the first of them after `until`, a time of the loop.
    """
    loop = asyncio.get_running_loop()
    due = loop.next_due() if isinstance(loop, _Loop) else None
    at = loop.time() + every_s
    while due is not None and at < min(due, until):
        at += every_s
    await asyncio.sleep(at - loop.time())


counting: contextvars.ContextVar["Steps | None"] = contextvars.ContextVar("counting", default=None)


class Steps:
    """Counts the steps (from one await to the next) of the tasks begun under it."""

    def __init__(self, strike_at: int | None, strike: Callable[[], None]) -> None:
        self.taken = 0
        self._strike_at = strike_at
        self._strike = strike

    def strike_at(self, step: int | None) -> None:
        """Strike at this step, and at no other."""
        self._strike_at = step

    def step(self) -> None:
        self.taken += 1
        if self.taken == self._strike_at:
            self._strike()


class _Counted(Coroutine[Any, Any, Any]):
    """A coroutine that tells `counting` before each of its steps."""

    def __init__(self, inner: Coroutine[Any, Any, Any]) -> None:
        self._inner = inner
        self.__name__ = getattr(inner, "__name__", "step")
        self.__qualname__ = self.__name__

    def send(self, value: Any) -> Any:
        self._tell()
        return self._inner.send(value)

    def throw(self, *error: Any) -> Any:
        self._tell()
        return self._inner.throw(*error)

    def close(self) -> None:
        self._inner.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._inner.__await__()

    def _tell(self) -> None:
        steps = counting.get()
        if steps is not None:
            steps.step()


def _task(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> asyncio.Task[Any]:
    return asyncio.Task(_Counted(coro), loop=loop, **options)


def run_in_virtual_time(work: Awaitable[T]) -> T:
    """Run to the end in virtual time; every task left over is an error."""
    loop = _Loop()
    loop.set_task_factory(_task)
    try:
        return loop.run_until_complete(_checked(work))
    finally:
        _sweep(loop)
        loop.close()


def _sweep(loop: asyncio.AbstractEventLoop) -> None:
    """After a failure: end what still runs, so that the failure is all that is reported."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left))


async def _checked(work: Awaitable[T]) -> T:
    result = await work
    left = [t.get_name() for t in asyncio.all_tasks() if t is not asyncio.current_task()]
    assert not left, f"tasks left over: {left}"
    return result
