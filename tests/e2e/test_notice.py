"""What every caller is told for a while: said by command or recorded on a phone, and heard."""

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ivr import config
from ivr.domain.call import Language
from ivr.embedded.packages import Root
from ivr.phone.phone import Phone, PhoneCall, Telephony
from ivr.phone.repertoire import RATE, decoded
from ivr.settings import PROJECT_ROOT
from tests.e2e.desks import pin
from tests.e2e.heard import answers
from tests.e2e.heard import prompts as said_to
from tests.e2e.joining import QUIET, dial, tells_place
from tests.e2e.line import Line

# The phones know by ear what the prompts say: so a notice says what one of them says, which
# nobody hears otherwise.
AS_PROMPT = "sorry_stay"


async def notice(line: Line, *arguments: str) -> str:
    """The command beside the running line, once it has noticed; what it wrote."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ivr", "--config", str(line.config_dir), "notice", *arguments,
        cwd=PROJECT_ROOT, env={**os.environ, **line.environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    written, _ = await process.communicate()
    assert process.returncode == 0, written.decode()
    return written.decode()


async def a_caller(telephony: Telephony, *, joins: bool) -> PhoneCall:
    """A caller who presses 2 for Swedish, and has heard the place in the line or the end."""
    call = await dial(telephony, QUIET)
    if joins:
        await call.heard("lang_choice")
        await call.press("2")
        await call.heard(tells_place, within_s=60)
        await call.hang_up()
    await call.ended(within_s=60)
    return call


async def test_a_notice_closes_the_line_for_the_next_caller_and_ends(
    line: Line, telephony: Telephony, programs: Root
) -> None:
    state = Path(line.environment["IVR_STATE_DIR"])
    (state / "asterisk").symlink_to(programs.path.parent)  # espeak-ng is there
    texts = {language: config.load(line.config_dir).prompts[language] for language in Language}
    said = [part for lang in Language for part in (f"--text-{lang}", texts[lang][AS_PROMPT])]
    until = f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%d} 12:00"
    await notice(line, "set", "quiet", *said, "--until", until, "--close")
    await line.logs(r"notice\.put")
    closed = await a_caller(telephony, joins=False)
    told = dict.fromkeys(said_to(closed))
    assert [each for each in told if each.endswith((AS_PROMPT, "crisis"))] == [
        f"{lang}/{name}" for lang in Language for name in (AS_PROMPT, "crisis")
    ]
    assert answers(closed) == 0
    assert "the line is closed meanwhile" in await notice(line, "list")
    await notice(line, "end", "quiet")
    await line.logs(r"notice\.taken_away")
    let_in = await a_caller(telephony, joins=True)
    assert f"sv/{AS_PROMPT}" not in said_to(let_in)
    assert await line.outcomes(2) == ["closed_hours", "abandoned_queue"]


async def test_a_notice_is_recorded_on_a_phone_and_heard_by_the_next_caller(
    line: Line, telephony: Telephony, prompts: Path, *, anna: Phone
) -> None:
    pcm = {lang: decoded((prompts / lang / f"{AS_PROMPT}.alaw").read_bytes()) for lang in Language}
    ids = [str(each.id) for each in config.load(line.config_dir).lines]
    administrators = pin(line, "*9")
    call = await anna.dial("*9")
    await call.heard("fi/desk_pin")
    await call.press(f"{administrators}#")
    await call.heard("fi/desk_notice_line")
    await call.press(f"{ids.index('quiet') + 1}#")
    await call.heard("fi/desk_notice_speak_fi", out=True)
    await line.kill()  # in the middle of it: nothing of it is kept, and nobody waits for its end
    await line.start()
    await call.heard("fi/desk_pin")
    await call.press(f"{administrators}#")
    await call.heard("fi/desk_notice_line")
    await call.press(f"{ids.index('quiet') + 1}#")
    for lang in Language:
        await call.heard(f"fi/desk_notice_speak_{lang}", out=True)
        call.speak(pcm[lang])
        await asyncio.sleep(len(pcm[lang]) / RATE)  # as long as it takes to say it
        await call.press("#")
        await call.heard(f"{lang}/{AS_PROMPT}")
        await call.heard("fi/desk_notice_good")
        await call.press("1")
    for prompt, key in (("close", "2"), ("how_long", "1"), ("confirm", "1")):
        await call.heard(f"fi/desk_notice_{prompt}")
        await call.press(key)
    await call.heard("fi/desk_notice_live")
    await call.ended(within_s=20)
    caller = await a_caller(telephony, joins=True)
    heard = said_to(caller)
    assert heard.index(f"sv/{AS_PROMPT}") == heard.index("sv/welcome") - 1
    assert f"fi/{AS_PROMPT}" not in heard
    assert administrators not in line.said() + line.logged()
