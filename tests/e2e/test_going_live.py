"""Each file of a running line is edited under twenty calls: none notices, and the next one does."""

import asyncio
import os
import shutil
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.embedded.packages import Root
from ivr.phone.baresip import open_telephony
from ivr.phone.phone import CallState, PhoneCall, Telephony
from ivr.phone.repertoire import RATE, Repertoire
from ivr.settings import PROJECT_ROOT, Address
from tests.e2e.callers import connected, in_line, talk
from tests.e2e.conftest import CONFIG
from tests.e2e.embedded import phone_secret, sip, state_dir, stop_servers, unpacked
from tests.e2e.joining import ANOTHER, KEYS, MENUS, QUIET, dial, join
from tests.e2e.line import Line, copied
from tests.e2e.rawsip import SDP, RawCall, raw_call
from tests.e2e.standby import successor, waits
from tests.ports import free_port

WAITING = "SELECT FROM call WHERE scene = 'waiting' AND outcome IS NULL"
THIRD, FOURTH, FIFTH = "+358451112233", "+358451112244", "+358451112255"
OF_MENUS = 'numbers: ["029 100 0009"]\n    caller_id: "029 100 0009"\n    languages: '
MUSIC = """[from-trunk]
exten => music,1,Answer()
 same => n,MusicOnHold(ivr)
"""
UNHEARD = SDP.replace("audio 40000", "audio 9")  # where nobody listens, whoever has a port
HELVI = """
  helvi:
    name: "Helvi Uusi"
    number: 601
    account: helvi
    topics: [adults]
    languages: [fi]
"""


@pytest.fixture
async def own(
    programs: Root, prompts: Path, home: Path, tmp_path: Path, database_url: str
) -> AsyncIterator[Line]:
    """A line with files and servers of its own, all to be changed; in the end none is left."""
    state, http = home / "live", Address(host="127.0.0.1", port=free_port())
    unpacked(state)
    shutil.copytree(prompts, state / "prompts")
    shutil.copytree(CONFIG, tmp_path / "config")
    line = Line(
        config_dir=tmp_path / "config",
        environment={
            "IVR_STATE_DIR": str(state),
            "IVR_SIP_BIND": f"127.0.0.1:{free_port()}",
            "IVR_HTTP_BIND": str(http),
            "IVR_DATABASE_URL": database_url,
        },
        http=http,
        database_url=database_url,
        log=tmp_path / "live.log",
        root=copied(tmp_path / "version"),
    )
    try:
        await line.start()
        yield line
    finally:
        await line.kill()
        await stop_servers(line)


async def test_each_file_of_a_running_line_is_edited_under_twenty_calls(
    own: Line,
) -> None:
    before = Repertoire.load(state_dir(own) / "prompts")
    async with AsyncExitStack() as stack:
        phones = await stack.enter_async_context(open_telephony(sip(own), before))
        anna = await phones.counsellor("anna", phone_secret(state_dir(own), "anna"))
        talker = await join(phones, QUIET, "sv")
        leg = await connected(talker, anna)
        waiter = await join(phones, QUIET, "sv", caller=ANOTHER)
        finnish = await in_line(phones, "fi", "adults", caller=THIRD)
        others = [await stack.enter_async_context(_other(own, n)) for n in range(17)]
        await own.rows_once(WAITING, 19, within_s=60)

        _edit(own, "prompts.fi.yaml", "Lapset 1,", "Uudessa valikossa ovat lapset 1,")
        _edit(own, "prompts.sv.yaml", "Barn 1,", "I den nya menyn finns barn 1,")
        _edit(own, "counsellors.yaml", "counsellors:", f"counsellors:{HELVI}")
        _edit(own, "lines.yaml", f"{OF_MENUS}[fi, sv]", f"{OF_MENUS}[sv, fi]")
        await own.says("counsellor helvi: is new")
        await own.says("line menus: languages is sv, fi, was fi, sv")

        await _reloaded(own)  # Asterisk has read it by then, too
        helvi = await phones.counsellor("helvi", phone_secret(state_dir(own), "helvi"))
        helvis = await connected(finnish, helvi)
        after = Repertoire.load(state_dir(own) / "prompts")
        late = await asyncio.gather(
            _hears_the_new_menu(phones, "fi", before, after, caller=FOURTH),
            _hears_the_new_menu(phones, "sv", before, after, caller=FIFTH),
        )

        _save(own.root / "dialplan" / "extensions.conf", "[from-trunk]\n", MUSIC)
        await _reloaded(own)
        by_the_new_dialplan = await dial(phones, "music", caller=None)
        await by_the_new_dialplan.heard("music")
        await by_the_new_dialplan.hang_up()

        _edit(own, "schedule.yaml", 'mon-sun: ["0:00-24:00"]', "mon-sun: []")
        await _reloaded(own)
        await own.says("line quiet: other opening hours")
        assert "Nothing has changed in the YAML" in await _reloaded(own)
        closed_out = await dial(phones, QUIET, caller=None)
        await closed_out.heard(lambda heard: heard.prompt.startswith(("closed", "holiday")))
        await closed_out.hang_up()

        assert [_final(other) for other in others] == [[]] * 17
        await talk(talker, leg)
        await talk(finnish, helvis)
        assert waiter.state is not CallState.ENDED, waiter.story()
        for call in (talker, finnish, waiter, *late):
            await call.hang_up()
    ended = Counter(outcome.partition("_")[0] for outcome in await own.outcomes(23))
    assert ended == {"served": 2, "closed": 1, "abandoned": 20}


async def test_a_standby_takes_over_with_what_was_saved_while_it_waited(
    plan: Callable[[], Line], telephony: Telephony, tmp_path: Path
) -> None:
    line = replace(plan(), config_dir=shutil.copytree(CONFIG, tmp_path / "config"))
    standby = successor(line)
    try:
        await line.start()
        await waits(standby)
        _edit(line, "lines.yaml", f"{OF_MENUS}[fi, sv]", f"{OF_MENUS}[fi]")
        for controller in (line, standby):
            await controller.says("line menus: languages is fi, was fi, sv")
        await line.kill()
        await standby.ready()
        late = await dial(telephony, MENUS, caller=FOURTH)
        await late.heard("fi/welcome")
        await late.hang_up()
        assert await standby.outcomes(1) == ["abandoned_menu"]
        assert "differs" not in standby.said()
    finally:
        await line.kill()
        await standby.stop()


async def _hears_the_new_menu(
    phones: Telephony, language: str, before: Repertoire, after: Repertoire, *, caller: str
) -> PhoneCall:
    """A caller who is asked in Swedish first, chooses, and comes to a menu with other words."""
    call = await dial(phones, MENUS, caller=caller)
    assert (await call.heard("lang_choice")).language == "sv"
    await call.press(KEYS[language])
    await call.heard(f"{language}/welcome")
    await call.press("#")
    await call.heard(f"{language}/no_input")  # to a menu that these phones do not know
    assert _hears(call, after, f"{language}/topic_short")
    assert not _hears(call, before, f"{language}/topic_short")
    return call


def _other(line: Line, number: int) -> AbstractAsyncContextManager[RawCall]:
    """One more caller, who presses nothing and waits."""
    sender = f"<sip:+35840765{number:04}@127.0.0.1>".encode()
    return raw_call(sip(line), QUIET, sender=sender, sdp=UNHEARD)


def _final(call: RawCall) -> list[int]:
    """The responses that end the call, or answer it."""
    return [m.status for m in call.messages if m.cseq_method == "INVITE" and m.status >= 200]


def _hears(call: PhoneCall, repertoire: Repertoire, prompt: str) -> bool:
    """Whether the call has heard the prompt's first words as this repertoire has them."""
    places = repertoire.search(call.pcm)
    return any(prompt in place.clip.names and place.offset < RATE // 2 for place in places)


def _edit(line: Line, name: str, old: str, new: str) -> None:
    """Change a file of the configuration."""
    _save(line.config_dir / name, old, new)


def _save(file: Path, old: str, new: str) -> None:
    """Save a file as an editor does: whole, under another name, and renamed."""
    text = file.read_text()
    assert old in text
    file.with_suffix(".new").write_text(text.replace(old, new, 1))
    file.with_suffix(".new").rename(file)


async def _reloaded(line: Line) -> str:
    """What `ivr reload` prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ivr", "--config", str(line.config_dir), "reload",
        cwd=PROJECT_ROOT, env={**os.environ, **line.environment},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    return out.decode()
