"""`ivr run` on servers of its own: what it tells, how it serves, and how it ends."""

import asyncio
import json
import os
import re
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest

from ivr.embedded.packages import Root
from ivr.embedded.postgres import EmbeddedPostgres
from ivr.phone.baresip import open_telephony
from ivr.phone.phone import Telephony
from ivr.phone.repertoire import Repertoire
from ivr.settings import Address
from tests.e2e.callers import connected, talk
from tests.e2e.embedded import (
    ONE_NUMBER,
    SHIPPED,
    phone_secret,
    processes_of,
    remembered,
    sip,
    spoken,
    state_dir,
    stop_servers,
    unpacked,
)
from tests.e2e.joining import ANOTHER, choose, dial
from tests.e2e.line import Line
from tests.e2e.rawsip import raw_call
from tests.e2e.standby import successor, waits
from tests.ports import free_port

FAMILIES, GUIDANCE = "0291512360", "062189400"
_numbers = count()


@pytest.fixture
def fresh(programs: Root, prompts: Path, home: Path, tmp_path: Path) -> Callable[[Path], Line]:
    """Lines with a fresh folder each, in which everything is to be started."""

    def plan(config_dir: Path) -> Line:
        state = home / f"own{next(_numbers)}"
        unpacked(state)
        (state / "prompts").symlink_to(spoken(config_dir, prompts, programs))
        http = Address(host="127.0.0.1", port=free_port())
        environment = {
            "IVR_STATE_DIR": str(state),
            "IVR_SIP_BIND": f"127.0.0.1:{free_port()}",
            "IVR_HTTP_BIND": str(http),
        }
        return Line(
            config_dir=config_dir,
            environment=environment,
            http=http,
            database_url=EmbeddedPostgres(state).url("ivr"),
            log=tmp_path / f"{state.name}.log",
            arguments=("--open-now",),
        )

    return plan


@asynccontextmanager
async def at_work(line: Line) -> AsyncIterator[Telephony]:
    """The line, running, and phones; whatever happens, nothing of it is left."""
    try:
        await line.start()
        repertoire = Repertoire.load(state_dir(line) / "prompts")
        async with open_telephony(sip(line), repertoire) as telephony:
            yield telephony
    finally:
        await line.kill()
        await stop_servers(line)


async def test_the_shipped_configuration_serves_a_caller_and_ends_in_stages(
    fresh: Callable[[Path], Line],
) -> None:
    line = fresh(SHIPPED)
    async with at_work(line) as telephony:
        for told in (f"sip:{FAMILIES}@{sip(line)} ", "open for this trial", "c101 ", "TRIAL",
                     f"http://{line.http}/readyz", str(state_dir(line) / "secrets")):  # fmt: skip
            await line.says(re.escape(told))
        call = await dial(telephony, FAMILIES)
        await choose(call, "sv")
        karin = await telephony.counsellor("c102", phone_secret(state_dir(line), "c102"))
        leg = await connected(call, karin)
        for event in ("arrived", "scene", "joined", "ringing", "answered", "connected"):
            await line.says(rf"^\d\d:\d\d:\d\d  call …\S+  {event} ")
        line.interrupt()
        await line.says("No new calls. Waiting for 1 to end; Ctrl-C again ends them now.")
        await turned_away(telephony)
        await talk(call, leg)
        line.interrupt()
        assert await line.ended() == 0
        assert processes_of(state_dir(line)) == []
        await line.start()
        assert await line.outcomes(2) == ["lost", "fallback"]
    assert processes_of(state_dir(line)) == []


async def test_the_example_of_one_number_serves_a_caller_and_a_standby_goes_on_with_its_servers(
    fresh: Callable[[Path], Line],
) -> None:
    line = fresh(ONE_NUMBER)
    async with at_work(line) as telephony:
        call = await dial(telephony, GUIDANCE)
        await choose(call, "fi")
        await call.heard("fi/topic_menu_2")
        standby = successor(line)
        await waits(standby)
        await call.press("1")
        maria = await telephony.counsellor("c101", phone_secret(state_dir(line), "c101"))
        leg = await connected(call, maria)
        line.interrupt()
        assert await line.ended() == 0
        await line.says("The standby takes over.")
        await standby.ready()
        await talk(call, leg)
        await call.hang_up()
        await leg.heard("sv/desk_note_resolved", out=True)
        await leg.press("1")
        await leg.ended()
        assert await standby.outcomes(1) == ["served"]
        standby.interrupt()
        assert await standby.ended() == 0
        assert processes_of(state_dir(line)) == []


async def test_servers_of_its_own_that_were_killed_are_started_again_and_nothing_is_lost(
    fresh: Callable[[Path], Line],
) -> None:
    line = fresh(SHIPPED)
    async with at_work(line) as telephony:
        karin = await telephony.counsellor("c102", phone_secret(state_dir(line), "c102"))
        await (await dial(telephony, FAMILIES)).heard("lang_choice")
        await remembered(state_dir(line), "c102")
        asterisk, postgres = pids(line)
        os.kill(postgres, signal.SIGKILL)
        os.kill(asterisk, signal.SIGKILL)
        await line.logs("switch.connection_lost")
        await line.ready()
        second = await dial(telephony, FAMILIES, caller=ANOTHER)
        await choose(second, "sv")
        leg = await connected(second, karin)
        await leg.hang_up()
        await line.logs(r"server\.started_again.*postgres")
        assert await line.outcomes(2) == ["lost", "served"]
        came = await line.rows("SELECT id, at FROM call_event ORDER BY ctid")
        assert [row["at"] for row in came] == sorted(row["at"] for row in came)
        assert {asterisk, postgres}.isdisjoint(pids(line))
    assert processes_of(state_dir(line)) == []


async def test_two_lines_run_side_by_side(fresh: Callable[[Path], Line]) -> None:
    first, second = fresh(SHIPPED), fresh(ONE_NUMBER)
    try:
        await asyncio.gather(first.start(), second.start())
        for line, number in ((first, FAMILIES), (second, GUIDANCE)):
            async with raw_call(sip(line), number) as call:
                assert await call.status(180) == 183
            assert await line.outcomes(1) == ["abandoned_menu"]
        await first.stop()
        async with raw_call(sip(second), GUIDANCE) as call:
            assert await call.status(180) == 183
        assert await second.outcomes(2) == ["abandoned_menu"] * 2
        await second.stop()
        assert [*processes_of(state_dir(first)), *processes_of(state_dir(second))] == []
    finally:
        for line in (first, second):
            await line.kill()
            await stop_servers(line)


async def turned_away(telephony: Telephony) -> None:
    """A new caller hears the apology, unanswered."""
    late = await dial(telephony, FAMILIES, caller=ANOTHER)
    await late.heard("fi/apology")
    assert late.answered_at is None
    await late.hang_up()


def pids(line: Line) -> tuple[int, int]:
    """The processes of its Asterisk and its Postgres."""
    asterisk = json.loads((state_dir(line) / "asterisk" / "run.json").read_text())["pid"]
    postgres = (state_dir(line) / "postgres" / "data" / "postmaster.pid").read_text().split()[0]
    return int(asterisk), int(postgres)
