"""Asterisk dies, or Postgres is away, while calls go on."""

import asyncio
import json
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.embedded.asterisk import EmbeddedAsterisk
from ivr.embedded.passwords import phone_passwords
from ivr.embedded.postgres import EmbeddedPostgres
from ivr.phone.baresip import open_telephony
from ivr.phone.phone import Phone, PhoneCall, Telephony
from ivr.phone.repertoire import Repertoire
from ivr.settings import Address
from tests.e2e.at_work import running
from tests.e2e.callers import Undisturbed, connected, in_line, served, talk
from tests.e2e.joining import ANOTHER, CITIZEN, FORSAKEN, MENUS, QUIET, choose, dial, join
from tests.e2e.line import Line
from tests.e2e.readiness import becomes
from tests.e2e.wire import Wire, wire_to
from tests.ports import free_port

LATER, UNTOLD = "+358409876543", "+358451112233"
REQUESTS = "SELECT id, number, joined, status FROM callback ORDER BY joined"
CALLS = "SELECT id, language, joined FROM call ORDER BY arrived"


# Phones that are asked so seldom are known after a start only because all are asked then.
SELDOM = """
[anna](+type=aor)
qualify_frequency=3600
"""


@pytest.fixture
def mortal(
    embedded: EmbeddedAsterisk, dialplan: Path, tmp_path: Path
) -> Iterator[EmbeddedAsterisk]:
    """An Asterisk of the test's own, to be killed."""
    seldom = shutil.copytree(dialplan, tmp_path / "dialplan")
    with (seldom / "pjsip.conf").open("a") as phones:
        phones.write(SELDOM)
    sip = Address(host="127.0.0.1", port=free_port())
    asterisk = replace(embedded, state_dir=tmp_path / "mortal", sip=sip, dialplan_dir=seldom)
    try:
        asterisk.ensure_running()
        yield asterisk
    finally:
        asterisk.stop()


@pytest.fixture
async def wire(mortal: EmbeddedAsterisk) -> AsyncIterator[Wire]:
    """To that Asterisk, which has another port after its death."""
    async with wire_to(mortal.ensure_running().ari_url) as wire:
        yield wire


async def test_callers_are_lost_with_asterisk_and_new_ones_are_served_as_soon_as_it_is_back(
    mortal: EmbeddedAsterisk, wire: Wire, plan: Callable[[], Line], repertoire: Repertoire
) -> None:
    access = replace(mortal.ensure_running(), ari_url=wire.url)
    planned = plan()
    place = {"IVR_ARI_URL": wire.url, "IVR_ARI_PASSWORD": access.password}
    line = replace(planned, environment={**planned.environment, **place})
    async with running(line, access), open_telephony(mortal.sip, repertoire) as telephony:
        anna = await telephony.counsellor(
            "anna", phone_passwords(mortal.state_dir, ["anna"])["anna"]
        )
        leg = await connected(await join(telephony, caller=CITIZEN), anna)
        waiter = await join(telephony, FORSAKEN, "sv", caller=ANOTHER)
        await waiter.heard("sv/callback_on_hangup", out=True)
        await join(telephony, QUIET, "fi", caller=UNTOLD)
        chooser = await dial(telephony, MENUS, caller=None)
        await choose(chooser, "sv")
        await chooser.heard("sv/topic_short")
        kill(mortal)
        wire.far_url = (await asyncio.to_thread(mortal.ensure_running)).ari_url
        assert await line.outcomes(4) == ["lost"] * 4
        _, waited, untold, _ = calls = await line.rows(CALLS)
        assert [row["language"] for row in calls] == ["fi", "sv", "fi", "sv"]
        assert [bool(row["joined"]) for row in calls] == [True, True, True, False]
        assert [tuple(row) for row in await line.rows_once(REQUESTS, 2)] == [
            (waited["id"], ANOTHER, waited["joined"], "waiting"),
            (untold["id"], UNTOLD, untold["joined"], "unreached"),
        ]
        await leg.hang_up()
        await served(await in_line(telephony, "fi", caller=LATER), anna)
        assert await line.outcomes(5) == ["lost"] * 4 + ["served"]


def kill(asterisk: EmbeddedAsterisk) -> None:
    pid = int(json.loads((asterisk.state_dir / "asterisk" / "run.json").read_text())["pid"])
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A Postgres of the test's own, to be stopped."""
    server = EmbeddedPostgres(tmp_path)
    try:
        server.ensure_running()
        yield server
    finally:
        server.stop()


async def test_calls_go_on_without_postgres_and_are_recorded_in_order_when_it_is_back(
    postgres: EmbeddedPostgres,
    line: Line,
    telephony: Telephony,
    anna: Phone,
    bystander: PhoneCall,
) -> None:
    talker = await in_line(telephony, "sv")
    leg = await connected(talker, anna)
    waiter = await in_line(telephony, "fi", caller=ANOTHER)
    both = [Undisturbed.from_now(each, bystander) for each in (talker, waiter)]
    await asyncio.to_thread(postgres.stop)
    await talk(talker, leg)
    for each in both:
        each.check()
    await talker.hang_up()
    await leg.ended()
    await becomes(line, "degraded")
    await served(waiter, anna)
    await asyncio.to_thread(postgres.ensure_running)
    await becomes(line, "ready")
    assert await line.outcomes(2) == ["served", "served"]
    came = await line.rows("SELECT id, at FROM call_event ORDER BY ctid")
    assert [row["at"] for row in came] == sorted(row["at"] for row in came)
