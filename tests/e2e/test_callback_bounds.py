"""Whom the line calls back at all, and how many of them at once."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.embedded.asterisk import AsteriskAccess
from ivr.phone.phone import Phone, PhoneCall, Telephony
from ivr.settings import Address
from tests.e2e.asking import abroad, asks, asks_in_swedish
from tests.e2e.at_work import running
from tests.e2e.conftest import CONFIG
from tests.e2e.desks import is_not_rung
from tests.e2e.joining import IN_TURN, join_at_once, tells_place
from tests.e2e.line import Line
from tests.e2e.outside import OUTSIDE, listening
from tests.e2e.talks import comes_to_work, hear_each_other
from tests.ports import free_port

OTHERS, ELSEWHERE = "0401113333", "0501113333"

Bounded = Callable[[str], AbstractAsyncContextManager[Line]]


@pytest.fixture
def phones_port() -> int:
    """A port at which the phones can be called."""
    return free_port()


@pytest.fixture
def bounded(plan: Callable[[], Line], access: AsteriskAccess, tmp_path: Path) -> Bounded:
    """A line whose calls back have these bounds."""

    @asynccontextmanager
    async def begin(bounds: str) -> AsyncIterator[Line]:
        folder = tmp_path / "config"
        shutil.copytree(CONFIG, folder)
        bound(folder, bounds)
        async with running(replace(plan(), config_dir=folder), access) as line:
            yield line

    return begin


def bound(folder: Path, bounds: str) -> None:
    """Let the calls back of a configuration have these bounds and no others."""
    lines = folder / "lines.yaml"
    before = lines.read_text().partition("\ncalling_back:")[0]
    lines.write_text(f"{before}\ncalling_back: {bounds}\n")


async def talks(counsellor: Phone, citizen: Phone) -> tuple[PhoneCall, PhoneCall]:
    """The counsellor accepts to call back, and talks with the citizen who is dialled then."""
    leg = await counsellor.next_call()
    await leg.answer()
    await leg.heard("back_sv.3", within_s=20)
    await leg.press("1")
    call = await citizen.next_call()
    await call.answer()
    await call.heard("sv/back_greeting")
    await call.press("1")
    await hear_each_other(call, leg)
    return leg, call


async def test_no_more_citizens_are_called_at_once_than_the_bound_though_counsellors_are_free(
    bounded: Bounded, telephony: Telephony, passwords: dict[str, str], office: Phone
) -> None:
    async with bounded("{at_once: 1}") as line:
        await asks_in_swedish(telephony, OUTSIDE)
        await asks_in_swedish(telephony, OTHERS)
        anna = await comes_to_work("anna", line, telephony, passwords)
        leg, call = await talks(anna, office)
        bertil = await comes_to_work("bertil", line, telephony, passwords)
        await is_not_rung(bertil)
        await call.hang_up()
        assert not (await leg.ended()).by_us
        leg, call = await talks(bertil, await telephony.citizen(OTHERS))
        await call.hang_up()
        assert not (await leg.ended()).by_us
        await line.rows_once("SELECT FROM callback WHERE status = 'reached'", 2)


async def test_a_number_outside_the_allowed_ones_is_refused_while_the_caller_stays_in_the_line(
    bounded: Bounded, telephony: Telephony
) -> None:
    async with bounded('{to: ["+35840"]}') as line:
        call = await join_at_once(telephony, IN_TURN, caller=abroad(ELSEWHERE))
        await call.press("1")
        await call.heard("fi/number_barred")
        await call.heard("fi/number_entry")
        await call.press("#")
        await call.heard(tells_place)
        await call.hang_up()
        assert await line.outcomes(1) == ["abandoned_queue"]
        assert await line.rows("SELECT FROM callback") == []


async def test_a_number_that_is_not_allowed_any_more_is_never_dialled_and_left_to_a_person(
    bounded: Bounded, telephony: Telephony, passwords: dict[str, str], carrier: Address
) -> None:
    async with bounded('{to: ["+358"]}') as line, listening(carrier) as dialled:
        await asks(telephony, ELSEWHERE)
        await line.stop()
        bound(line.config_dir, '{to: ["+35840"]}')
        await line.start()
        anna = await comes_to_work("anna", line, telephony, passwords)
        await line.rows_once("SELECT FROM callback WHERE status = 'unreached'", 1)
        await is_not_rung(anna)
        why = "SELECT data ->> 'because' FROM callback_event WHERE kind = 'refused'"
        assert [row[0] for row in await line.rows_once(why, 1)] == ["barred"]
        assert not any(b"INVITE" in each for each in dialled)
