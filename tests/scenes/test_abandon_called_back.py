"""Who hung up in the line is called in their turn, or calls again and has the place again."""

import asyncio
from dataclasses import replace

from ivr.domain.callback import Status
from ivr.domain.journal import EventKind
from ivr.domain.policy import OnAbandon
from tests.fakes.service import changed
from tests.fakes.time import run_in_virtual_time
from tests.scenes.abandoning import hangs_up, in_line, kept
from tests.scenes.asking import OTHER, PATIENT
from tests.scenes.called_back import ACCEPTS, NUMBER, CalledBack, dials


def _line(keys: dict[str, str] | None = None) -> CalledBack:
    """A running line that calls back who hangs up in it, and does it itself."""
    policy = replace(PATIENT, on_abandon=OnAbandon.CALLBACK)
    world = CalledBack(changed(dials(), "free", waiting=policy), ACCEPTS if keys is None else keys)
    world.start()
    return world


def test_who_hung_up_is_called_before_those_who_came_later() -> None:
    async def story() -> None:
        line = _line()
        caller = await in_line(line)
        behind = await in_line(line, OTHER)
        await hangs_up(line, caller)
        line.phone("anna")
        await line.until(line.together)
        await line.until(lambda: line.request.status is Status.REACHED)
        assert line.request.id == f"n1-{caller.id}"
        assert not behind.up
        await line.close()

    run_in_virtual_time(story())


def test_who_calls_again_has_the_place_again_is_not_dialled_and_is_called_back_no_more() -> None:
    async def story() -> None:
        line = _line()
        caller = await in_line(line)
        await in_line(line, OTHER)
        await hangs_up(line, caller)
        request = await kept(line, caller)
        again = await in_line(line)
        assert "fi/place_regained" in line.heard(again)
        line.phone("anna")
        await line.until(lambda: again.up)
        await line.until(lambda: line.request.status is Status.ANSWERED_BY_PHONE)
        (rejoined,) = line.disk.of(EventKind.REJOINED)
        assert rejoined.facts.joined == request.joined
        assert (line.citizen.rung, line.request.attempts) == (0, ())
        await line.close()

    run_in_virtual_time(story())


def test_a_counsellor_who_hears_of_them_is_let_go_as_soon_as_they_call_again() -> None:
    async def story() -> None:
        line = _line({"back_greeting": "1"})
        caller = await in_line(line)
        await hangs_up(line, caller)
        line.phone("anna")
        await line.until(lambda: "fi/back_fi" in line.told("anna"))
        leg = line.channel("anna")
        assert leg is not None
        again = line.asterisk.call("0291000001")
        await line.until(lambda: leg.id not in line.asterisk.channels, within_s=5)
        assert line.told("anna") == ["fi/back_fi", "fi/back_not_now"]
        await hangs_up(line, again)  # in the menu: the request stands
        line.keys = dict(ACCEPTS)
        await line.until(line.together)
        assert line.told(NUMBER) == ["fi/back_greeting"]
        await line.close()

    run_in_virtual_time(story())


def test_who_is_called_back_and_waits_again_is_not_told_that_they_call_from_a_number() -> None:
    async def story() -> None:
        line = _line()
        caller = await in_line(line)
        await hangs_up(line, caller)
        line.phone("anna")
        await line.until(line.together)
        await asyncio.sleep(1)
        leg, citizen = line.channel("anna"), line.channel(NUMBER)
        assert leg is not None
        assert citizen is not None
        line.unregister("anna")
        line.asterisk.end(leg.id, cause=18)
        await line.until(lambda: "fi/queue_next" in line.heard(citizen) and citizen.music)
        assert "fi/callback_on_hangup" not in line.heard(citizen)
        await hangs_up(line, citizen)
        await asyncio.sleep(1)
        assert line.request.status is Status.REACHED
        await line.close()

    run_in_virtual_time(story())
