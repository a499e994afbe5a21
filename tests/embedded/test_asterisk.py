import json
import os
import pickle
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.embedded.asterisk import EmbeddedAsterisk
from ivr.embedded.passwords import phone_passwords
from ivr.errors import Refusal
from ivr.settings import Address
from tests.ports import free_port

Edited = Callable[[str, str, str], EmbeddedAsterisk]


def _pid(asterisk: EmbeddedAsterisk) -> int:
    return int(json.loads((asterisk.state_dir / "asterisk/run.json").read_text())["pid"])


def test_asterisk_starts_without_a_complaint(outspoken: EmbeddedAsterisk):
    outspoken.ensure_running()

    assert outspoken.complaints() == []
    assert "Running" in outspoken.cli("module show like app_stasis")
    assert str(outspoken.sip) in outspoken.cli("pjsip show transports")
    assert re.search(r"syslog\.auth .* SECURITY", outspoken.cli("logger show channels"))


def test_asterisk_is_adopted_when_it_runs_already(asterisk: EmbeddedAsterisk):
    first = asterisk.ensure_running()

    assert replace(asterisk).ensure_running() == first


def test_asterisk_outlives_the_command_that_started_it(asterisk: EmbeddedAsterisk):
    starts_and_is_killed = (
        "import os, pickle, signal, sys\n"
        "pickle.load(sys.stdin.buffer).ensure_running()\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run(
        [sys.executable, "-c", starts_and_is_killed], input=pickle.dumps(asterisk), check=False
    )
    survivor = _pid(asterisk)

    asterisk.ensure_running()
    assert _pid(asterisk) == survivor
    assert os.getpgid(survivor) == survivor  # a Ctrl-C in the terminal does not reach it


def test_a_stopped_asterisk_is_gone_and_a_second_stop_is_nothing(asterisk: EmbeddedAsterisk):
    asterisk.ensure_running()
    pid = _pid(asterisk)

    asterisk.stop()
    asterisk.stop()

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_an_asterisk_that_was_killed_is_started_again(asterisk: EmbeddedAsterisk):
    first = asterisk.ensure_running()
    os.kill(_pid(asterisk), signal.SIGKILL)
    os.waitpid(_pid(asterisk), 0)

    assert not asterisk.runs()
    again = asterisk.ensure_running()
    assert again.boot != first.boot
    assert again.ari_url == first.ari_url


def test_a_port_that_another_program_took_meanwhile_is_left_to_it(asterisk: EmbeddedAsterisk):
    first = asterisk.ensure_running()
    os.kill(_pid(asterisk), signal.SIGKILL)
    os.waitpid(_pid(asterisk), 0)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", int(first.ari_url.rpartition(":")[2])))
        other.listen()

        assert asterisk.ensure_running().ari_url != first.ari_url


def test_a_new_counsellor_gets_a_phone_without_a_restart(asterisk: EmbeddedAsterisk):
    first = asterisk.ensure_running()

    again = replace(asterisk, accounts=("anna", "bertil")).ensure_running()

    assert again.boot == first.boot
    assert "bertil" in asterisk.cli("pjsip show endpoints")


def test_an_edited_dialplan_is_read_without_a_restart(asterisk: EmbeddedAsterisk, edited: Edited):
    first = asterisk.ensure_running()

    again = edited("extensions.conf", "Hangup(19)", "Hangup(34)").ensure_running()

    assert again.boot == first.boot
    assert "Hangup(34)" in asterisk.cli("dialplan show apology")


def test_new_days_and_new_phones_of_a_line_are_read_without_a_restart(asterisk: EmbeddedAsterisk):
    first = asterisk.ensure_running()
    numbers = "[alone-numbers]\nexten => 0291,1,Set(LINE=free)\n same => n,Return()\n"
    queue = "[alone-free](alone)\nmember => PJSIP/anna,0\n"
    generated = {"local/alone.conf": numbers, "local/queues.conf": queue}

    assert replace(asterisk, generated=generated).ensure_running() == first
    assert "Set(LINE=free)" in asterisk.cli("dialplan show alone-numbers")
    assert "PJSIP/anna" in asterisk.cli("queue show alone-free")


def test_another_sip_address_restarts_asterisk_there(asterisk: EmbeddedAsterisk):
    first = asterisk.ensure_running()
    elsewhere = Address(host="127.0.0.1", port=free_port())

    again = replace(asterisk, sip=elsewhere).ensure_running()

    assert again.boot != first.boot
    assert str(elsewhere) in asterisk.cli("pjsip show transports")


def test_a_port_in_use_is_refused_with_the_setting_that_moves_it(
    asterisk: EmbeddedAsterisk, prompts: Path
):
    asterisk.ensure_running()
    second = replace(asterisk, state_dir=asterisk.state_dir.with_name("second"))

    with pytest.raises(Refusal, match=rf"{asterisk.sip} \(UDP\) is in use.*IVR_SIP_BIND"):
        second.ensure_running()


def test_an_address_of_another_host_is_refused(asterisk: EmbeddedAsterisk):
    nobodys = replace(asterisk, sip=Address(host="192.0.2.1", port=5060))  # RFC 5737

    with pytest.raises(Refusal, match="no address of this host"):
        nobodys.ensure_running()


def test_a_mistake_in_a_file_of_asterisks_is_refused_in_its_words(edited: Edited):
    broken = edited("pjsip.conf", "direct_media=no", "direct_medai=no")

    with pytest.raises(Refusal, match="direct_medai"):
        broken.ensure_running()


def test_a_path_too_long_for_a_socket_and_with_spaces_in_it_will_do(
    asterisk: EmbeddedAsterisk, tmp_path: Path
):
    deep = replace(asterisk, state_dir=tmp_path / "a deep folder" / ("x" * 100))
    try:
        deep.ensure_running()
        assert "Asterisk 22" in deep.cli("core show version")
    finally:
        deep.stop()


def test_a_path_that_asterisk_cannot_spell_is_refused(asterisk: EmbeddedAsterisk, tmp_path: Path):
    with pytest.raises(Refusal, match="IVR_STATE_DIR"):
        replace(asterisk, state_dir=tmp_path / "a;b").ensure_running()


def test_passwords_are_made_once_and_only_their_owner_can_read_them(asterisk: EmbeddedAsterisk):
    asterisk.ensure_running()
    made = phone_passwords(asterisk.state_dir, ["anna"])

    assert phone_passwords(asterisk.state_dir, ["bertil", "anna"])["anna"] == made["anna"]
    readable_by_others = [
        path
        for folder in ("secrets", "asterisk/etc")
        for path in (asterisk.state_dir / folder).rglob("*")
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    ]
    assert readable_by_others == []


@pytest.mark.parametrize("account", ["trunk", "anna]", "anna\nmatch=0.0.0.0/0", "", "ä"])
def test_an_account_that_would_break_asterisks_files_is_refused(account: str, tmp_path: Path):
    with pytest.raises(Refusal, match="cannot be a counsellor's SIP account"):
        phone_passwords(tmp_path, [account])
