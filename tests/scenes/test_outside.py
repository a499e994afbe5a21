"""A telephone outside is consulted or has the caller: whose word counts."""

import pytest

from ivr.domain.call import Outcome
from ivr.domain.journal import EventKind
from tests.fakes.time import run_in_virtual_time
from tests.scenes.talks import OUTSIDE, Talk

HUNG_UP, SILENT, OUT_OF_ORDER = 16, 1, 44


@pytest.mark.parametrize("cause", [SILENT, OUT_OF_ORDER])
def test_a_counsellor_whose_phone_fails_while_asking_outside_has_not_handed_the_caller_over(
    cause: int,
) -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        await talk.press("anna", f"*2{OUTSIDE}#")
        await talk.until_together("anna", OUTSIDE)
        talk.hang_up("anna", cause)
        await talk.until_together("caller", "bertil")
        assert talk.channel(OUTSIDE) is None
        assert "counsellor_lost" in talk.heard("caller")
        assert not talk.events(EventKind.TRANSFERRED)
        assert await talk.over() == [Outcome.SERVED]
        await talk.world.stop()

    run_in_virtual_time(story())


@pytest.mark.parametrize(
    ("keys", "to", "cause"),
    [
        (f"*2{OUTSIDE}#", OUTSIDE, HUNG_UP),  # as on any phone
        (f"*2{OUTSIDE}#*3", OUTSIDE, OUT_OF_ORDER),  # the two talk already
        ("*2102#", "bertil", OUT_OF_ORDER),  # a colleague
    ],
)
def test_otherwise_whoever_was_asked_goes_on_with_the_caller(
    keys: str, to: str, cause: int
) -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        consult, more, _ = keys.partition("*3")
        await talk.press("anna", consult)
        await talk.until_together("anna", to)
        await talk.press("anna", more)
        talk.hang_up("anna", cause)
        await talk.until_together("caller", to)
        assert await talk.over() == [Outcome.HANDED_OVER if to == OUTSIDE else Outcome.SERVED]
        await talk.everybody_is_free()
        await talk.world.stop()

    run_in_virtual_time(story())
