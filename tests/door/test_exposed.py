"""What the embedded servers open to the network, and who may read what they keep."""

import asyncio
import re
import stat
import subprocess
import wave
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from ivr.embedded.postgres import EmbeddedPostgres
from ivr.settings import Address
from tests.door.conftest import Desk, Door

pytestmark = pytest.mark.xdist_group("door")

_LISTENS, _UNCONNECTED = "0A", "07"  # states in /proc/net


async def test_asterisk_opens_sip_sound_ari_and_ami_where_it_was_told_and_nothing_else(
    desk: Desk,
) -> None:
    async with desk.door.knock("127.0.0.1") as citizen:
        call = citizen.invite("0291")
        await citizen.final_or(call, 100)
        await desk.next_call()
        opened = _opened(_pid(desk.door))
        citizen.cancel(call)
    sip, ari = str(desk.door.sip), desk.door.target.url.removeprefix("http://")
    tcp = {address for kind, address in opened if kind.startswith("tcp")}
    ami = desk.door.asterisk.ensure_running().ami
    assert tcp == {ari, str(desk.door.tls), str(ami)}
    assert ami.host == "127.0.0.1"
    udp = {address for kind, address in opened if kind.startswith("udp")} - {sip}
    sound = {address for address in udp if address.startswith("127.0.0.1:")}
    rtp = desk.door.asterisk.rtp
    assert sound
    assert all(rtp.first <= int(address.rpartition(":")[2]) <= rtp.last for address in sound)
    # Where the name servers answer its own questions: one port of IPv4, one of IPv6.
    assert len(udp - sound) <= 2


# What docs/security.md says of ARI is true of these.
OF_ARI = {"res_ari"} | {
    f"res_ari_{part}"
    for part in (
        *("applications", "asterisk", "bridges", "channels", "endpoints", "events"),
        *("model", "playbacks", "recordings"),
    )
}


async def test_no_name_of_a_recording_leads_out_of_where_notices_are_recorded(door: Door) -> None:
    spool = door.asterisk.state_dir / "asterisk" / "spool"
    for file in (spool / "outside.wav", spool / "recording" / "inside.wav"):
        with wave.open(str(file), "wb") as made:
            made.setparams((1, 2, 8000, 0, "NONE", ""))
            made.writeframes(bytes(1600))
    login = aiohttp.encode_basic_auth(door.target.user, door.target.password)
    stored = f"{door.target.url}/ari/recordings/stored"
    async with aiohttp.ClientSession(headers={"Authorization": login}) as session:
        for name, answers in (("inside", 200), ("..%2Foutside", 404), ("%2Fetc%2Fhostname", 404)):
            async with session.get(URL(f"{stored}/{name}/file", encoded=True)) as answer:
                assert answer.status == answers, name
        for copy, answers in (("inside", 403), ("..%2Foutside", 404)):
            path = f"{stored}/{copy}/copy?destinationRecordingName=..%2Fbeside"
            async with session.post(URL(path, encoded=True)) as answer:
                assert answer.status == answers, copy
    assert not (spool / "beside.wav").exists()


def test_nobody_manages_asterisk_but_the_controller(door: Door) -> None:
    cli = door.asterisk.cli
    assert re.search(r"Strict RTP: +Yes", cli("rtp show settings"))
    managers = cli("manager show users").split()
    assert "ivr" in managers
    assert "1 manager users configured." in cli("manager show users")
    assert re.search(r"Web Manager.*: +No", cli("manager show settings"))
    users = [line.split()[-1] for line in cli("ari show users").splitlines()[2:] if line.strip()]
    assert users == ["ivr"]
    loaded = cli("module show")
    assert set(re.findall(r"res_ari_?\w*", loaded)) == OF_ARI
    for far in (
        "func_shell",
        "func_curl",
        "app_system",
        "app_originate",
        "res_phoneprov",
        "pbx_spool",
    ):
        assert far not in loaded


# What would make, move or hear a call, run a command, or write a file. The least right with which
# files are read anew has others besides (docs/security.md).
NOT_THEIRS = [
    {"Action": "Originate", "Channel": "Local/0291@from-trunk", "Application": "Wait"},
    {"Action": "Command", "Command": "core stop now"},
    {"Action": "Redirect", "Channel": "x", "Context": "from-trunk", "Exten": "0291"},
    {"Action": "Atxfer", "Channel": "x", "Context": "from-trunk", "Exten": "0291"},
    {"Action": "Setvar", "Variable": "X", "Value": "1"},
    {"Action": "UpdateConfig", "SrcFilename": "manager.conf", "DstFilename": "manager.conf"},
    {"Action": "CreateConfig", "Filename": "extra.conf"},
]


@pytest.mark.parametrize("wish", NOT_THEIRS, ids=lambda wish: wish["Action"])
async def test_who_may_have_files_read_anew_makes_and_moves_no_call_and_writes_no_file(
    door: Door, wish: dict[str, str]
) -> None:
    access = door.asterisk.ensure_running()
    login = {"Action": "Login", "Username": access.user, "Secret": access.ami_password}
    assert "Authentication accepted" in await _managed(access.ami, login)
    answer = await _managed(access.ami, login, wish)
    assert "Permission denied" in answer
    assert "Event:" not in answer.partition("FullyBooted")[2]


async def test_ami_lets_nobody_in_without_the_password(door: Door) -> None:
    ami = door.asterisk.ensure_running().ami
    guessed = {"Action": "Login", "Username": "ivr", "Secret": "ivr"}
    assert "Authentication failed" in await _managed(ami, guessed)
    assert "Permission denied" in await _managed(ami, {"Action": "Reload"})


async def _managed(ami: Address, *wishes: dict[str, str]) -> str:
    """What AMI answers to these wishes, until it closes or each has its answer."""
    reader, writer = await asyncio.open_connection(ami.host, ami.port)
    said = (await reader.readline()).decode()
    async with asyncio.timeout(10):
        for wish in wishes:
            lines = "".join(f"{name}: {value}\r\n" for name, value in wish.items())
            writer.write(f"{lines}\r\n".encode())
            said += (await reader.readuntil(b"Response: ")).decode()
            said += (await reader.readuntil(b"\r\n\r\n")).decode()
    writer.close()
    await writer.wait_closed()
    return said


@pytest.mark.parametrize("login", [None, ("ivr", "ivr"), ("asterisk", "asterisk"), ("ivr", "")])
async def test_ari_answers_nobody_without_the_password(
    door: Door, login: tuple[str, str] | None
) -> None:
    headers = {"Authorization": aiohttp.encode_basic_auth(*login)} if login else {}
    async with aiohttp.ClientSession(headers=headers) as session:
        for path in (
            "asterisk/info",
            "channels",
            "recordings/stored",
            "events?app=ivr",
            "api-docs/resources.json",
        ):
            async with session.get(f"{door.target.url}/ari/{path}") as answer:
                assert answer.status == 401


def test_what_the_embedded_servers_keep_is_for_their_owner_alone(
    door: Door, tmp_path: Path
) -> None:
    postgres = EmbeddedPostgres(tmp_path / "state")
    try:
        postgres.ensure_running()
        for state in (door.asterisk.state_dir, tmp_path / "state"):
            assert list(_open_to_others(state)) == []
    finally:
        postgres.stop()


def _open_to_others(folder: Path) -> Iterator[str]:
    """Whatever another user could read, but for what lies in a folder closed to them."""
    for path in folder.iterdir():
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            if mode & (stat.S_IRWXG | stat.S_IRWXO):
                yield from _open_to_others(path)
        elif not stat.S_ISLNK(mode) and mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield str(path)


def _pid(door: Door) -> int:
    return int((door.asterisk.state_dir / "asterisk" / "run" / "asterisk.pid").read_text())


def _opened(pid: int) -> list[tuple[str, str]]:
    """Kind and address of the sockets of this process on which others can reach it."""
    held = subprocess.run(
        ["ls", "-l", f"/proc/{pid}/fd"], capture_output=True, text=True, check=True
    )
    found = []
    for kind in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{pid}/net/{kind}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] in {_LISTENS, _UNCONNECTED} and f"socket:[{fields[9]}]" in held.stdout:
                found.append((kind, _address(fields[1])))
    return found


def _address(text: str) -> str:
    host, _, port = text.partition(":")
    number = bytes.fromhex(host)[::-1] if len(host) == 8 else b""
    return f"{'.'.join(map(str, number)) or '[::]'}:{int(port, 16)}"
