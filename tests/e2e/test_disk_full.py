"""The disk takes nothing more: what is promised is on the disk, or it is not promised."""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import aiohttp

from ivr.phone.phone import Telephony
from tests.e2e.callers import served
from tests.e2e.joining import QUIET, join
from tests.e2e.known import KnownPhones
from tests.e2e.line import Line
from tests.e2e.readiness import becomes
from tests.e2e.test_callback import ask_for_callback, promised


@contextmanager
def full_disk(line: Line) -> Iterator[None]:
    """The kernel refuses every byte that the line would write to a file, its log included."""
    assert line.process is not None
    pid = line.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        with suppress(ProcessLookupError):  # killed meanwhile
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


async def test_on_a_full_disk_nothing_is_promised_and_who_waits_on_is_served(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    call = await join(telephony, QUIET)
    with full_disk(line):
        await ask_for_callback(call)
        await call.press("1")
        await call.heard("fi/callback_failed", within_s=15, out=True)
        await becomes(line, "not_ready")
        assert "ivr_journal_broken 1.0" in await metrics(line)
        await call.heard("fi/queue_next")
        # The console is a file, too: that somebody is at work cannot be read there now.
        assert isinstance(telephony, KnownPhones)
        await served(call, await telephony.phones.counsellor("anna", passwords["anna"]))
    await becomes(line, "ready")
    assert await line.outcomes(1) == ["served"]
    assert promised(line) == []
    assert await line.rows("SELECT FROM callback") == []
    kinds = [row["kind"] for row in await line.rows("SELECT kind FROM call_event")]
    assert {"arrived", "joined", "connected", "answered", "finished"} <= {*kinds}


async def test_a_caller_of_whom_the_disk_knows_nothing_outlives_the_controller_all_the_same(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    with full_disk(line):
        call = await join(telephony, QUIET, "sv")
        await becomes(line, "not_ready")
        await line.kill()
    await line.start()
    await call.heard("sv/queue_next")
    await served(call, await telephony.counsellor("anna", passwords["anna"]))
    assert await line.outcomes(1) == ["served"]
    (row,) = await line.rows("SELECT language, joined FROM call")
    assert row["language"] == "sv"
    assert row["joined"] is not None


async def metrics(line: Line) -> str:
    async with (
        asyncio.timeout(5),
        aiohttp.ClientSession() as session,
        session.get(f"http://{line.http}/metrics") as answer,
    ):
        return await answer.text()
