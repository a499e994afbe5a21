"""What `ivr call` and `ivr phone` print, in a terminal and without one."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ivr.adapters.clips import Sounds
from ivr.adapters.notice_folder import NoticeFolder
from ivr.domain.call import CounsellorId, Language, LineId
from ivr.domain.notice import Notice, Spoken
from ivr.domain.service import Counsellor
from ivr.embedded.asterisk import EmbeddedAsterisk
from ivr.errors import Refusal
from ivr.phone import commands
from ivr.phone.phone import Telephony
from ivr.settings import PROJECT_ROOT, Address, Settings
from tests.phone.sounds import noise
from tests.ports import free_port

ANNA = Counsellor(
    id=CounsellorId("virtanen"),
    name="Anna Virtanen",
    account="anna",
    number="101",
    topics={},
    languages={},
    own_language=Language.FI,
)
PHONE = """
import asyncio, signal, sys
from ivr.phone import commands
from ivr.settings import Settings
from tests.phone.test_commands import ANNA
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
auto = "--auto" in sys.argv
asyncio.run(commands.phone(Settings.from_environment(), [ANNA], "virtanen", auto=auto, tone=True))
"""


@pytest.fixture(autouse=True)
def _running(switch: EmbeddedAsterisk) -> None:
    """Every test here has a line to phone."""


async def test_a_call_is_told_prompt_by_prompt_with_what_it_costs(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await commands.call(settings, "100", caller="+358401234567") == 0
    told = [line[9:] for line in capsys.readouterr().out.splitlines()]
    assert told == [
        "183 Session Progress (not answered: nothing is charged)",
        'fi welcome  "Tervetuloa."',
        "fi number  4",
        'sv welcome  "Välkommen."',
        "200 OK: answered, charging begins",
        "fi number  0",
        "ended by the other side: cause 16, normal clearing",
    ]


async def test_a_notice_is_told_with_what_it_says(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = NoticeFolder(settings.notices_dir, settings.prompts_dir)
    folder.keep("notices/abc-sv", Sounds(narrow=noise(99, 1.0), wide=None))
    spoken = Spoken(sound="notices/abc-sv", seconds=1.0, text="Det är fel på nätet.")
    since = datetime(2026, 11, 23, 8, tzinfo=UTC)
    folder.write(
        Notice(
            line=LineId("families"),
            since=since,
            until=since + timedelta(hours=1),
            closes=False,
            spoken={Language.SV: spoken},
        )
    )
    try:
        assert await commands.call(settings, "900", caller="anonymous") == 0
    finally:
        folder.remove(LineId("families"))
    assert 'sv notice/families  "Det är fel på nätet."' in capsys.readouterr().out


async def test_a_key_is_pressed_when_the_question_has_been_heard_for_a_second(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await commands.call(settings, "200", caller="anonymous", keys="9 5") == 0
    told = [(float(line[:7]), line[9:]) for line in capsys.readouterr().out.splitlines()]
    (asked,) = [at for at, text in told if text.startswith("fi question")]
    ((pressed, text),) = [each for each in told if each[1].startswith("press")]
    assert text == "press 9"
    assert pressed - asked >= 1.0
    assert told[-2][1] == "fi number  4"


async def test_a_call_is_hung_up_when_its_time_is_over(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await commands.call(settings, "300", caller="anonymous", wait_s=1.0) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2].endswith("  music")
    assert lines[-1].endswith("ended by this phone: 487 Request Terminated")


async def test_a_call_that_does_not_get_through_is_refused_with_its_cause(
    settings: Settings,
) -> None:
    with pytest.raises(Refusal, match=r"The call to 600 did not get through: .* 486 Busy Here"):
        await commands.call(settings, "600", caller="+358401234567")


async def test_a_line_that_does_not_run_is_refused_with_its_cure(settings: Settings) -> None:
    nowhere = replace(settings, sip_bind=Address(host="127.0.0.1", port=free_port()))
    with pytest.raises(Refusal, match=r"No line answers at 127.0.0.1:\d+ .*make run"):
        await commands.call(nowhere, "100", caller="+358401234567")


async def test_who_calls_must_be_a_number_or_anonymous(settings: Settings) -> None:
    with pytest.raises(Refusal, match="no number to call from"):
        await commands.call(settings, "100", caller="<sip:x>;y")


async def test_a_counsellor_who_is_not_configured_is_refused(settings: Settings) -> None:
    with pytest.raises(Refusal, match=r"no counsellor 'nobody' .* there are virtanen"):
        await commands.phone(settings, [ANNA], "nobody")


async def test_a_counsellor_without_a_password_is_told_where_it_comes_from(
    settings: Settings,
) -> None:
    new = replace(ANNA, account="new")
    with pytest.raises(Refusal, match=r"phones.json holds no password for new: .*make run"):
        await commands.phone(settings, [new], "new")


@asynccontextmanager
async def desk(settings: Settings, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The counsellor's phone in a process of its own, interrupted at the end."""
    environment = {
        "PYTHONPATH": str(PROJECT_ROOT),
        "IVR_STATE_DIR": str(settings.state_dir),
        "IVR_SIP_BIND": str(settings.sip_bind),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-u", "-c", PHONE, *arguments,
        cwd=PROJECT_ROOT, env=environment,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def said(process: asyncio.subprocess.Process, text: str) -> str:
    """The next line that has the text in it."""
    assert process.stdout is not None
    while True:
        line = (await asyncio.wait_for(process.stdout.readline(), 15)).decode()
        assert line, f"it ended before it said {text!r}"
        if text in line:
            return line[10:].rstrip()


async def test_a_counsellors_phone_answers_by_itself_and_says_who_is_there(
    settings: Settings, telephony: Telephony
) -> None:
    async with desk(settings, "--auto") as process:
        await said(process, "anna is registered; answers by itself")
        call = await (await telephony.citizen("+358401234567")).dial("500")
        assert await said(process, "rings") == "rings: SV Lapsiperheet 3:40 <+358401234567>"
        await said(process, "answered")
        await call.hears_tone(440)
        await said(process, "the caller is connected")
        await call.hang_up()
        await said(process, "ended by the other side: cause 16")
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), 15)
        late = await (await telephony.citizen("+358401234567")).dial("500")
        assert (await late.ended()).status >= 400


async def test_a_phone_that_is_told_to_end_hangs_up(
    settings: Settings, telephony: Telephony
) -> None:
    async with desk(settings, "--auto") as process:
        await said(process, "anna is registered; answers by itself")
        call = await (await telephony.citizen("+358401234567")).dial("500")
        await said(process, "answered")
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 15)
        assert not (await call.ended()).by_us


async def test_a_counsellors_phone_is_answered_and_hung_up_from_the_keyboard(
    settings: Settings, telephony: Telephony
) -> None:
    async with desk(settings) as process:
        await said(process, "anna is registered; Enter answers")
        assert process.stdin is not None
        call = await (await telephony.citizen("+358401234567")).dial("500")
        await said(process, "rings")
        process.stdin.write(b"\n")
        await call.answered()
        await said(process, "the caller is connected")
        process.stdin.write(b"h\n")
        await said(process, "ended by this phone")
        assert not (await call.ended()).by_us
        refused = await (await telephony.citizen("+358401234567")).dial("500")
        await said(process, "rings")
        process.stdin.write(b"h\n")
        assert (await refused.ended()).status == 486
