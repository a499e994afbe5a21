"""`ivr callbacks` works through what real callers have asked of the running line."""

import asyncio
import os
import sys

from ivr.phone.phone import PhoneCall, Telephony
from ivr.settings import PROJECT_ROOT
from tests.e2e.desks import secret
from tests.e2e.heard import prompts
from tests.e2e.joining import BACK, CITIZEN, join
from tests.e2e.line import Line
from tests.e2e.talks import comes_to_work


async def callbacks(line: Line, *arguments: str) -> tuple[int, str]:
    """The command beside the running line: its exit code, and all that it wrote."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ivr", "callbacks", *arguments,
        cwd=PROJECT_ROOT, env={**os.environ, **line.environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    written, _ = await process.communicate()
    return process.returncode or 0, written.decode()


async def promised(telephony: Telephony) -> PhoneCall:
    """A caller who has asked to be called back, and was promised it."""
    call = await join(telephony, BACK)
    await call.press("1")
    await call.heard("fi/number_confirm.1")
    await call.press("1")
    await call.heard("fi/callback_saved_today.1", within_s=15)
    await call.hang_up()
    return call


async def test_a_callback_is_listed_and_cancelled_and_is_not_called_and_the_number_may_ask_anew(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    await promised(telephony)
    (kept,) = await line.rows_once("SELECT id FROM callback WHERE status = 'waiting'", 1)
    code, listed = await callbacks(line, "list")
    _, row = listed.splitlines()
    assert code == 0
    assert row.split()[:5] == [kept["id"], "waiting", "back", CITIZEN, "fi"]
    code, shown = await callbacks(line, "show", kept["id"])
    assert (code, CITIZEN in shown) == (0, True)
    code, said = await callbacks(line, "cancel", kept["id"], "--because", "settled")
    assert (code, said) == (0, f"{kept['id']} is closed: settled.\n")
    assert await callbacks(line, "list") == (0, "No callbacks.\n")
    closed = "SELECT id FROM callback WHERE status = 'closed' AND closed_because = 'settled'"
    assert await line.rows_once(closed, 1) == [kept]
    code, said = await callbacks(line, "cancel", kept["id"], "--because", "settled")
    assert (code, said.startswith("Nothing was done: it is over")) == (1, True)
    second = await promised(telephony)
    assert "fi/callback_exists" not in prompts(second)
    assert await line.outcomes(2) == ["callback"] * 2
    (new,) = await line.rows_once("SELECT id FROM callback WHERE status = 'waiting'", 1)
    assert new != kept
    # What was cancelled no longer stands in the line; the new one does.
    anna = await comes_to_work("anna", line, telephony, passwords)
    leg = await anna.next_call()
    assert leg.display_name == "Takaisinsoitto FI Lapsiperheet"
    assert (await callbacks(line, "cancel", new["id"], "--because", "not_wanted"))[0] == 0
    assert not (await leg.ended()).by_us
    assert await line.rows("SELECT FROM callback_attempt") == []
    assert secret(line, "desk_token").stat().st_mode & 0o777 == 0o600
    assert CITIZEN.removeprefix("+358") not in line.said() + line.logged()
