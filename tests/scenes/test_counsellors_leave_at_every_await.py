"""A counsellor is taken out of the configuration in the middle of a talk led on to a colleague."""

import asyncio
from dataclasses import replace

import pytest

from ivr.domain.call import Outcome
from ivr.domain.service import Service
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.talks import Talk, help_at_hand


def without(gone: str) -> Service:
    config = help_at_hand()
    return replace(config, counsellors=tuple(c for c in config.counsellors if c.id != gone))


async def led_on(gone: str, at: int | None, way: str) -> tuple[list[str], int]:
    """Anna asks Bertil and leaves the caller to him; `gone` is taken out at this step after that.

    The outcomes of the call, and how many steps it took.
    """
    talks: list[Talk] = []
    steps = Steps(None, lambda: talks[0].world.renew(without(gone)))
    talks.append(await Talk.begin(steps, "bertil", "cecilia"))
    talk, begun = talks[0], steps.taken
    if at is not None:
        steps.strike_at(begun + at)
    await talk.press("anna", "*2102#")
    await talk.patiently(lambda: talk.together("anna", "bertil"))
    await talk.press("anna", way)
    await talk.patiently(lambda: talk.channel("bertil") is not None)
    await asyncio.sleep(5)
    assert talk.channel("caller") is not None, "the caller was lost"
    assert (
        any(talk.caller.id in both for both in talk.asterisk.bridges.values()) or talk.caller.music
    )
    taken = steps.taken - begun
    outcomes = await talk.over()
    await talk.everybody_is_free()
    await talk.world.stop()
    return outcomes, taken


@pytest.mark.parametrize(
    ("gone", "way"),
    [("anna", "*4"), ("bertil", "*4"), ("bertil", "*3")],
    ids=["who hands over", "who takes over", "who joins them"],
)
def test_the_caller_is_led_on_whoever_is_taken_out_meanwhile(gone: str, way: str) -> None:
    calm, taken = run_in_virtual_time(led_on(gone, None, way))
    assert calm == [Outcome.SERVED]
    assert taken > 40
    for step in range(1, taken + 1):
        outcomes, _ = run_in_virtual_time(led_on(gone, step, way))
        assert outcomes == calm, f"taken out at step {step} of {taken}"
