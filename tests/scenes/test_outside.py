"""A telephone outside is consulted or has the caller: whose word counts, and how it ends."""

import asyncio

import pytest

from ivr.domain.call import Outcome
from ivr.domain.journal import EventKind
from ivr.domain.service import OUTSIDE_LONGEST_S
from ivr.ports import Snapshot
from tests.fakes.switch import FakeSwitch
from tests.fakes.time import Steps, run_in_virtual_time
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


@pytest.mark.parametrize("keys", [f"*7{OUTSIDE}#", f"*2{OUTSIDE}#*4", f"*2{OUTSIDE}#*3*4"])
def test_a_restart_does_not_part_a_caller_from_a_telephone_outside(keys: str) -> None:
    async def story() -> None:
        talk = await Talk.begin()
        first, *more = [f"*{code}" for code in keys[1:].split("*")]
        await talk.press("anna", first)
        await talk.world.until(lambda: talk.channel(OUTSIDE) is not None)
        for code in more:
            await asyncio.sleep(1)
            await talk.press("anna", code)
        await talk.until_together("caller", OUTSIDE)
        await asyncio.sleep(1)
        parted: list[float] = []

        async def listen() -> None:
            while True:
                if not talk.together("caller", OUTSIDE) or talk.caller.music:
                    parted.append(asyncio.get_running_loop().time())
                await asyncio.sleep(0.001)

        listening = asyncio.create_task(listen())
        assert talk.world.controller is not None
        talk.world.controller.die()
        await talk.world.crash_and_restart(1.0)
        await asyncio.sleep(1)
        listening.cancel()
        await asyncio.wait({listening})
        assert not parted
        talk.hang_up(OUTSIDE)
        assert await talk.over() == [Outcome.HANDED_OVER]
        assert len(talk.events(EventKind.TRANSFERRED)) == 1
        await talk.everybody_is_free()
        await talk.world.stop()

    run_in_virtual_time(story())


def test_who_hangs_up_outside_as_a_restart_takes_the_talk_up_has_ended_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    look = FakeSwitch.snapshot
    looked: list[int] = []

    async def hangs_up(at: int) -> list[str] | None:
        """Hang up at this step of the restart; the outcome, None if there are no more steps."""
        talk = await Talk.begin()
        await talk.press("anna", f"*7{OUTSIDE}#")
        await talk.until_together("caller", OUTSIDE)
        await asyncio.sleep(1)
        await talk.world.stop()
        steps = Steps(at, lambda: talk.hang_up(OUTSIDE))

        async def snapshot(switch: FakeSwitch) -> Snapshot:
            found = await look(switch)
            looked.append(steps.taken)
            return found

        with monkeypatch.context() as patch:
            patch.setattr(FakeSwitch, "snapshot", snapshot)
            talk.world.start(steps)
            await asyncio.sleep(1)
        struck = talk.channel(OUTSIDE) is None
        if not struck:
            talk.hang_up(OUTSIDE)
        outcomes = await talk.over()
        await talk.world.stop()
        return outcomes if struck else None

    step = 1
    while (outcomes := run_in_virtual_time(hangs_up(step))) is not None:
        if step > looked[-1]:  # before that nobody knows how their talk ended
            assert outcomes == [Outcome.HANDED_OVER], f"at {step}, seen at {looked[-1]}"
        step += 1
    assert step > looked[-1] + 3


def test_a_call_that_nobody_ends_outside_is_ended_and_not_in_silence() -> None:
    async def story() -> None:
        talk = await Talk.begin()
        await talk.press("anna", f"*7{OUTSIDE}#")
        await talk.until_together("caller", OUTSIDE)
        await asyncio.sleep(OUTSIDE_LONGEST_S - 5)
        assert talk.together("caller", OUTSIDE)
        await asyncio.sleep(10)
        assert (talk.channel("caller"), talk.channel(OUTSIDE)) == (None, None)
        assert talk.heard("caller")[-1] == "goodbye"
        assert await talk.over() == [Outcome.HANDED_OVER]
        await talk.world.stop()

    run_in_virtual_time(story())
