"""`make test-images`: the images build, and the stack serves a call that outlives a controller."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import aiohttp
import pytest
import yaml

from ivr.phone.baresip import open_telephony
from ivr.phone.phone import Telephony
from ivr.phone.repertoire import Repertoire
from ivr.settings import Address
from tests.e2e.callers import connected, served, talk
from tests.e2e.joining import ANOTHER, QUIET, join
from tests.images.engine import DOCKER_DIR, Stack, build, find, provide_base
from tests.ports import free_port

CONFIG = Path(__file__).parents[1] / "e2e" / "config"
IVR_USER = "5061"
UP_S = 600.0  # on a slow machine the prompts take minutes to be spoken
SERVICES = ("postgres", "asterisk", "upkeep", "controller", "standby")
CONTROLLERS = {"controller": "HTTP_PORT", "standby": "STANDBY_HTTP_PORT"}
OUTCOMES = "SELECT string_agg(outcome, ' ') FROM call"


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The images, built, and the stack at work; nothing of it is left."""
    engine = find()
    if isinstance(engine, str):
        pytest.skip(engine)
    folder = tmp_path_factory.mktemp("stack")
    provide_base(engine, folder)
    build(engine)
    ports = {name: free_port() for name in ("sip", "ari", "first", "second")}
    stack = Stack(
        engine=engine,
        name=f"ivrtest{os.getpid()}",
        environment={
            "IVR_CONFIG": str(shutil.copytree(CONFIG, folder / "config")),
            "IVR_SECRETS": str(_secrets(folder / "secrets")),
            "IVR_SETTINGS": str(_settings(folder / "line.env", ports["sip"])),
            "ARI_PORT": str(ports["ari"]),
            "HTTP_PORT": str(ports["first"]),
            "STANDBY_HTTP_PORT": str(ports["second"]),
        },
    )
    folder.chmod(0o755)
    try:
        stack.compose("up", "--no-build", "-d")
        assert all(stack.process(service) for service in SERVICES)  # podman's says nothing
        yield stack
    finally:
        stack.compose("down", "-v")


def _settings(file: Path, port: int) -> Path:
    file.write_text(f"IVR_SIP_BIND=127.0.0.1:{port}\nIVR_RTP_PORTS=40000-41999\n")
    return file


def _secrets(folder: Path) -> Path:
    folder.mkdir()
    for name in ("ari", "desk_token"):
        (folder / name).write_text(os.urandom(24).hex())
        (folder / name).chmod(0o400)
        shutil.chown(folder / name, int(IVR_USER))
    return folder


@pytest.fixture
async def telephony(stack: Stack, tmp_path: Path) -> AsyncIterator[Telephony]:
    """Phones that know the prompts as they were spoken in the container."""
    await states(stack, {"ready", "standby"})
    _copy_prompts(stack, tmp_path)
    async with open_telephony(_sip(stack), Repertoire.load(tmp_path), port=0) as phones:
        yield phones


def _sip(stack: Stack) -> Address:
    """Where the stack takes calls."""
    first = Path(stack.environment["IVR_SETTINGS"]).read_text().splitlines()[0]
    host, _, port = first.partition("=")[2].rpartition(":")
    return Address(host=host, port=int(port))


def _copy_prompts(stack: Stack, out: Path) -> None:
    listed = stack.execute("upkeep", "sh", "-c", "cd /var/lib/ivr/prompts && tar c . | base64")
    unpacked = ["sh", "-c", 'base64 -d | tar x -C "$0"', str(out)]
    subprocess.run(unpacked, input=listed, text=True, check=True)


async def states(stack: Stack, wanted: set[str]) -> Mapping[str, str]:
    """What the two controllers say of themselves, once that is so; who is first is all the same."""
    deadline = asyncio.get_running_loop().time() + UP_S
    async with aiohttp.ClientSession() as session:
        while True:
            said = {
                service: await _state(session, stack.environment[port])
                for service, port in CONTROLLERS.items()
            }
            if set(said.values()) == wanted:
                return said
            assert asyncio.get_running_loop().time() < deadline, said
            await asyncio.sleep(0.2)


async def _state(session: aiohttp.ClientSession, port: str) -> str:
    try:
        async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
            return str((await answer.json())["state"])
    except aiohttp.ClientError:
        return "not there"


async def test_a_call_goes_on_when_the_controller_is_killed_which_comes_back_as_the_standby(
    stack: Stack, telephony: Telephony
) -> None:
    passwords = json.loads(stack.execute("upkeep", "cat", "/var/lib/ivr/secrets/phones.json"))
    talker = await join(telephony, QUIET, "sv")
    anna = await telephony.counsellor("anna", passwords["anna"])
    leg = await connected(talker, anna)
    waiter = await join(telephony, QUIET, "fi", caller=ANOTHER)
    await waiter.heard("music")
    before = await states(stack, {"ready", "standby"})
    running = next(service for service, said in before.items() if said == "ready")
    os.kill(stack.process(running), signal.SIGKILL)
    await waiter.heard("fi/queue_next", out=True)
    await talk(talker, leg)
    after = await states(stack, {"ready", "standby"})
    assert after[running] == "standby"
    await talker.hang_up()
    await leg.ended()
    await served(waiter, anna)
    await recorded(stack, "served served")


async def recorded(stack: Stack, outcomes: str) -> None:
    """Wait until the database has these outcomes."""
    deadline = asyncio.get_running_loop().time() + 60
    while (there := _asked(stack, OUTCOMES)) != outcomes:
        assert asyncio.get_running_loop().time() < deadline, there
        await asyncio.sleep(0.2)


def test_nothing_runs_as_root_and_only_the_controllers_read_what_they_keep(stack: Stack) -> None:
    for service in SERVICES:
        assert stack.execute(service, "id", "-u").strip() != "0"
    kept = stack.execute("upkeep", "find", "/var/lib/ivr", "-perm", "/o+r", "-name", "outbox*")
    assert kept == ""


def test_every_service_finds_itself_well(stack: Stack) -> None:
    for service, said in yaml.safe_load((DOCKER_DIR / "compose.yaml").read_text())[
        "services"
    ].items():
        stack.execute(service, *said["healthcheck"]["test"][1:])


def test_a_backup_is_one_command_in_the_stack(stack: Stack) -> None:
    file = "/var/backups/ivr/tried.tar.gz"
    stack.execute("upkeep", "ivr", "backup", file)
    assert stack.execute("upkeep", "stat", "-c", "%a %u", file).split() == ["600", IVR_USER]


def _asked(stack: Stack, query: str) -> str:
    return stack.execute(
        "postgres", "psql", "-XAt", "-d", "ivr", "-c", query, user=IVR_USER
    ).strip()
