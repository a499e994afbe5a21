"""No controller is there: Asterisk serves by itself, and the record has it all afterwards."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.embedded.asterisk import AsteriskAccess
from ivr.phone.phone import NotInTime, Phone, Telephony
from tests.e2e.at_work import nobody_known, running
from tests.e2e.callers import talk
from tests.e2e.heard import prompts, statuses
from tests.e2e.joining import ANOTHER, CITIZEN, EMPTY, SHORT_BUDGET, dial
from tests.e2e.line import Line

GREETED = ["fi/welcome", "fi/free_queue"]


@pytest.fixture
def nothing_noted(alone: Path) -> Path:
    """The folder of what Asterisk notes, without what other tests have left there."""
    for file in alone.iterdir():
        file.unlink()
    return alone


@pytest.fixture
async def noting(plan: Callable[[], Line], access: AsteriskAccess, nothing_noted: Path) -> Line:
    """A controller, not yet started, that reads what was noted in this test."""
    await nobody_known(access)
    planned = plan()
    environment = {**planned.environment, "IVR_ALONE_DIR": str(nothing_noted)}
    return replace(planned, environment=environment)


async def test_without_a_controller_callers_are_served_unanswered_or_promised_a_call_and_it_is_kept(
    noting: Line, access: AsteriskAccess, telephony: Telephony, anna: Phone
) -> None:
    served = await dial(telephony, EMPTY)
    leg = await anna.next_call(within_s=40)
    assert prompts(served) == GREETED, served.story()
    assert 200 not in statuses(served)
    assert "Lapsiperheet" in leg.display_name
    await leg.answer()
    await served.answered()
    await talk(served, leg)
    promised = await dial(telephony, SHORT_BUDGET, caller=ANOTHER)  # Anna is talking
    ending = await promised.ended(within_s=60)
    assert prompts(promised) == [*GREETED, "fi/alone_kept"], promised.story()
    assert (ending.status, ending.by_us) == (480, False)
    with pytest.raises(NotInTime):
        await anna.next_call(within_s=0.1)
    await served.hang_up()
    await leg.ended()
    async with running(noting, access) as line:
        assert await line.outcomes(2) == ["fallback", "fallback"]
        (request,) = await line.rows("SELECT * FROM callback")
        assert (request["number"], request["status"]) == (ANOTHER, "waiting")
        query = "SELECT caller, counsellor, arrived FROM call ORDER BY arrived"
        first, second = await line.rows(query)
        assert (first["caller"], first["counsellor"]) == (CITIZEN, "anna")
        assert (second["caller"], second["arrived"]) == (ANOTHER, request["joined"])
