"""Asterisk reads its files anew when it is asked over AMI, and may be asked for nothing else."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ivr import backing, config
from ivr.adapters.ami import AmiFailed, AmiTarget, read_anew, readers, registrations
from ivr.config.prompts import SHIPPED
from ivr.configuring import NotTold
from ivr.embedded.asterisk import AsteriskAccess, EmbeddedAsterisk
from ivr.embedded.dialplan_check import startable
from ivr.errors import Refusal
from ivr.settings import Address
from ivr.telling import Ours
from tests.embedded.sip import Caller
from tests.ports import free_port


def target(access: AsteriskAccess) -> AmiTarget:
    return AmiTarget(address=access.ami, user=access.user, password=access.ami_password)


async def test_new_phones_and_a_new_dialplan_are_read_while_it_runs(
    asterisk: EmbeddedAsterisk,
) -> None:
    access = asterisk.ensure_running()
    numbers = "[alone-numbers]\nexten => 0291,1,Set(LINE=free)\n same => n,Return()\n"
    queue = "[alone-free](alone)\nmember => PJSIP/anna,0\n"
    generated = {"local/alone.conf": numbers, "local/queues.conf": queue}
    renewed = replace(asterisk, accounts=("anna", "bertil"), generated=generated)

    changed = renewed.renewed()
    assert changed == {"local/alone.conf", "local/queues.conf", "local/phones.conf"}
    await read_anew(target(access), changed)

    assert await registrations(target(access)) == {}  # a trunk by its address has none
    assert "bertil" in asterisk.cli("pjsip show endpoints")
    assert "Set(LINE=free)" in asterisk.cli("dialplan show alone-numbers")
    assert "PJSIP/anna" in asterisk.cli("queue show alone-free")
    assert renewed.renewed() == frozenset()
    assert renewed.ensure_running() == access


async def test_who_does_not_know_the_password_is_refused(asterisk: EmbeddedAsterisk) -> None:
    access = asterisk.ensure_running()
    with pytest.raises(AmiFailed, match="password"):
        await read_anew(replace(target(access), password="guessed"), ["local/alone.conf"])
    with pytest.raises(AmiFailed, match="reached"):
        await read_anew(
            replace(target(access), address=Address(host="127.0.0.1", port=free_port())),
            ["local/alone.conf"],
        )


def test_one_that_does_not_run_reads_everything_when_it_starts(
    asterisk: EmbeddedAsterisk,
) -> None:
    assert asterisk.renewed() == frozenset()


def test_each_file_has_its_reader_and_what_is_not_known_is_read_by_all() -> None:
    assert readers(["local/alone.conf", "extensions.conf"]) == ("pbx_config.so",)
    assert readers(["local/phones.conf", "local/queues.conf"]) == ("app_queue.so", "res_pjsip.so")
    assert readers(["local/phones.conf", "pjsip.conf"]) == ("",)
    assert readers([]) == ()


def test_its_password_is_its_owners_alone(asterisk: EmbeddedAsterisk, tmp_path: Path) -> None:
    asterisk.ensure_running()
    secret = asterisk.state_dir / "secrets" / "ami"
    assert secret.stat().st_mode & 0o077 == 0
    assert secret.read_text() != (asterisk.state_dir / "secrets" / "ari").read_text()


async def test_an_edited_dialplan_is_tried_beside_it_and_read_only_if_it_is_sound(
    asterisk: EmbeddedAsterisk, edited: Callable[[str, str, str], EmbeddedAsterisk]
) -> None:
    access, service = asterisk.ensure_running(), config.load(SHIPPED)
    by_itself = backing.alone(service)
    mended = edited("extensions.conf", "Hangup(19)", "Hangup(34)")
    sound = Ours(replace(mended, generated=by_itself), target(access))
    await asyncio.to_thread(sound.check)
    assert await sound.tell(service) == []
    assert "Hangup(34)" in asterisk.cli("dialplan show apology")
    assert "alone-line-families" in asterisk.cli("dialplan show alone-line-families")

    misspelt = edited("pjsip.conf", "direct_media=no", "direct_medai=no")
    broken = Ours(replace(misspelt, generated=by_itself), target(access))
    with pytest.raises(Refusal, match="direct_medai"):
        await asyncio.to_thread(broken.check)
    with pytest.raises(NotTold, match="not checked"):
        await broken.tell(service)
    assert "Hangup(34)" in asterisk.cli("dialplan show apology")


async def test_a_call_in_progress_stays_as_it_is_while_an_edited_dialplan_is_read(
    asterisk: EmbeddedAsterisk, edited: Callable[[str, str, str], EmbeddedAsterisk]
) -> None:
    waits = "[from-trunk]\nexten => 4711,1,Progress()\n same => n,Wait(60)\n"
    before = edited("extensions.conf", "[from-trunk]\n", waits)
    access = before.ensure_running()
    with Caller(before.sip) as caller:
        caller.invite("4711", sender="<sip:+358401234567@127.0.0.1>")
        assert 183 in (status for status, _ in caller.responses())
        after = edited("extensions.conf", "[from-trunk]\n", waits.replace("60", "61"))
        changed = after.renewed()
        assert changed == {"extensions.conf"}
        await read_anew(target(access), changed)
        assert "Wait(61)" in before.cli("dialplan show 4711@from-trunk")
        (call,) = before.cli("core show channels concise").splitlines()
        assert call.split("!")[4:7] == ["Ring", "Wait", "60"]


def _answers_19(asterisk: EmbeddedAsterisk) -> bool:
    return "Hangup(19)" in asterisk.cli("dialplan show apology")


def test_a_start_with_a_bad_dialplan_goes_by_the_one_that_was_in_force(
    asterisk: EmbeddedAsterisk, edited: Callable[[str, str, str], EmbeddedAsterisk]
) -> None:
    assert startable(asterisk) is asterisk  # nothing has run yet
    asterisk.ensure_running()
    assert startable(asterisk) is asterisk
    sound = edited("extensions.conf", "Hangup(19)", "Hangup(34)")
    startable(sound).ensure_running()
    assert _answers_19(asterisk)  # it runs: nobody has tried what was edited
    asterisk.stop()
    assert startable(sound) is sound
    for spoil in (_misspell, _delete, _link_to_nowhere):
        bad = edited("extensions.conf", "Hangup(19)", "Hangup(34)")
        spoil(bad.dialplan_dir)
        assert startable(bad).dialplan_dir == asterisk.configuration
    startable(bad).ensure_running()
    assert _answers_19(asterisk)


def _misspell(dialplan: Path) -> None:
    file = dialplan / "pjsip.conf"
    file.write_text(file.read_text().replace("direct_media=no", "direct_medai=no"))


def _delete(dialplan: Path) -> None:
    (dialplan / "extensions.conf").unlink()


def _link_to_nowhere(dialplan: Path) -> None:
    (dialplan / "extensions.conf").unlink()
    (dialplan / "extensions.conf").symlink_to(dialplan / "nowhere")
