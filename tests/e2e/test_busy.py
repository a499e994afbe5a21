"""More calls than the service takes: those too many are told so, and the others left in peace."""

import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.embedded.asterisk import AsteriskAccess
from ivr.phone.phone import PhoneCall, Telephony
from tests.e2e.at_work import running
from tests.e2e.callers import Undisturbed
from tests.e2e.conftest import CONFIG
from tests.e2e.heard import answers, prompts
from tests.e2e.joining import ANOTHER, QUIET, dial, join
from tests.e2e.line import Line

THIRD = "+358402223333"


@pytest.fixture
async def small(
    plan: Callable[[], Line], access: AsteriskAccess, tmp_path: Path
) -> AsyncIterator[Line]:
    """A line that takes two calls."""
    folder = tmp_path / "config"
    shutil.copytree(CONFIG, folder)
    lines = folder / "lines.yaml"
    lines.write_text(f"most_calls: 2\n{lines.read_text()}")
    async with running(replace(plan(), config_dir=folder), access) as line:
        yield line


async def test_who_is_one_too_many_hears_so_unanswered_and_is_called_back(
    small: Line, telephony: Telephony, bystander: PhoneCall
) -> None:
    inside = [await join(telephony, QUIET), await join(telephony, QUIET, caller=ANOTHER)]
    for each in inside:
        await each.heard("music")
    waiters = [Undisturbed.from_now(each, bystander) for each in inside]
    third = await dial(telephony, QUIET, caller=THIRD)
    await third.heard("fi/all_busy")
    fourth = await dial(telephony, QUIET)
    await third.heard("lang_choice", within_s=20)
    await third.press("1")
    await third.heard("fi/limit_confirm.2", within_s=20)
    await third.press("1")
    await third.heard("fi/callback_saved_today.1", within_s=20)
    assert prompts(third)[:2] == ["fi/all_busy", "sv/all_busy"]
    await third.hang_up()
    ending = await fourth.ended(within_s=60)
    assert (ending.status, ending.by_us) == (480, False)
    assert [answers(call) for call in (third, fourth)] == [0, 0]
    told = [prompt for prompt in prompts(fourth) if "/digit" not in prompt]
    notice = ("all_busy", "call_later", "crisis")
    assert list(dict.fromkeys(told)) == [
        f"{lang}/{each}" for lang in ("fi", "sv") for each in notice
    ]
    for waiter in waiters:
        waiter.check()
    for each in inside:
        await each.hang_up()
    outcomes = await small.outcomes(4)
    assert sorted(outcomes) == ["abandoned_queue", "abandoned_queue", "callback", "turned_away"]
    (row,) = await small.rows("SELECT number, line FROM callback")
    assert tuple(row) == (THIRD, "quiet")
