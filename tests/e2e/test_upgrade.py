"""A newer version takes the line over under calls, and the older one takes it back."""

from dataclasses import replace
from pathlib import Path

import pytest

from ivr.phone.phone import Phone, PhoneCall, Telephony
from tests.e2e.callers import Undisturbed, connected, served, talk, times_heard
from tests.e2e.joining import ANOTHER, QUIET, join
from tests.e2e.line import Line, copied
from tests.e2e.standby import successor, waits

LATER = "ALTER TABLE call ADD COLUMN later text; CREATE TABLE later (id integer);\n"


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """A version whose facts say more, and whose database has more."""
    root = copied(tmp_path / "newer")
    number = len(list((root / "sql").glob("0*.sql"))) + 1
    (root / "sql" / f"{number:04}_later.sql").write_text(LATER)
    for state in ("facts", "callback_state"):
        module = root / "ivr" / "domain" / f"{state}.py"
        says, more = '"v": VERSION,', '"v": VERSION, "later": "new",'
        text = module.read_text()
        assert says in text
        module.write_text(text.replace(says, more))
    return root


async def test_calls_notice_neither_the_upgrade_nor_the_roll_back_over_a_migration(
    line: Line, newer: Path, telephony: Telephony, anna: Phone, bystander: PhoneCall
) -> None:
    talker = await join(telephony, QUIET, "sv")
    leg = await connected(talker, anna)
    waiter = await join(telephony, QUIET, "fi", caller=ANOTHER)
    await waiter.heard("music")
    undisturbed = [Undisturbed.from_now(each, bystander) for each in (talker, leg)]
    upgraded, back = replace(successor(line), root=newer), successor(line)
    try:
        await waits(upgraded)
        assert await line.rows("SELECT later FROM later") == []  # while the older one still runs
        await line.stop()
        await upgraded.ready()
        await waiter.heard("fi/queue_next", out=True)
        await talk(talker, leg)
        await waits(back)
        await upgraded.stop()
        await back.ready()
        await waiter.heard("fi/queue_next", out=True)
        await talk(talker, leg)
        for each in undisturbed:
            each.check()
        assert times_heard(waiter)["fi/queue_next"] == 3
        await talker.hang_up()
        await leg.ended()
        await served(waiter, anna)
        assert await back.outcomes(2) == ["served", "served"]
        assert "migrations.newer_database" in back.logged()
    finally:
        await upgraded.kill()
        await back.kill()
