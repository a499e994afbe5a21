"""A real Asterisk with a dialplan that a phone can be tried against."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from ivr.embedded.asterisk import EmbeddedAsterisk
from ivr.embedded.packages import Root
from ivr.phone.baresip import open_telephony
from ivr.phone.phone import Telephony
from ivr.phone.repertoire import Repertoire
from ivr.settings import PROJECT_ROOT, PortRange, Settings
from tests.phone.sounds import MUSIC, SOUNDS, TEXTS
from tests.ports import free_port

MODULES = ("app_dial", "app_echo", "res_pjsip_refer")
ASKS_US = "set_var=PJSIP_TRANSFER_HANDLING()=ari-only\n"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("line")
    port = free_port()
    return Settings.from_environment(
        {"IVR_STATE_DIR": str(folder), "IVR_SIP_BIND": f"127.0.0.1:{port}"}
    )


@pytest.fixture(scope="module")
def switch(programs: Root, settings: Settings) -> Iterator[EmbeddedAsterisk]:
    """The administrator's configuration with our own extensions, running."""
    write_clips(settings.prompts_dir)
    asterisk = EmbeddedAsterisk(
        root=programs,
        state_dir=settings.state_dir,
        dialplan_dir=dialplan(settings.state_dir / "dialplan"),
        prompts_dir=settings.prompts_dir,
        sip=settings.sip_bind,
        rtp=PortRange(first=31000, last=31999),
        accounts=("anna",),
    )
    asterisk.ensure_running()
    yield asterisk
    asterisk.stop()


@pytest.fixture
async def telephony(switch: EmbeddedAsterisk) -> AsyncIterator[Telephony]:
    async with open_telephony(switch.sip, Repertoire.load(switch.prompts_dir)) as phones:
        yield phones


@pytest.fixture
def secret(switch: EmbeddedAsterisk) -> str:
    """The password of the account anna."""
    passwords: dict[str, str] = json.loads(
        (switch.state_dir / "secrets" / "phones.json").read_text()
    )
    return passwords["anna"]


def write_clips(folder: Path) -> None:
    for name, sound in (SOUNDS | MUSIC).items():
        file = folder / f"{name}.alaw"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(sound)
    manifest = {
        name: {"text": TEXTS.get(name, ""), "hash": "", "seconds": len(sound) / 8000}
        for name, sound in (SOUNDS | MUSIC).items()
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))


def dialplan(folder: Path) -> Path:
    """A copy of the administrator's files with the modules and the extensions of the tests."""
    folder.mkdir()
    for file in (PROJECT_ROOT / "dialplan").glob("*.conf"):
        (folder / file.name).write_text(file.read_text())
    modules = folder / "modules.conf"
    there = modules.read_text()
    more = "".join(f"load={name}.so\n" for name in MODULES if f"load={name}.so" not in there)
    modules.write_text(there + more)
    _let_phones_transfer(folder / "pjsip.conf")
    extensions = Path(__file__).with_name("dialplan.conf").read_text()
    (folder / "extensions.conf").write_text(extensions)
    return folder


def _let_phones_transfer(pjsip: Path) -> None:
    """Transfers are carried out by Asterisk itself: there is no controller to ask here."""
    trunk, template, phones = pjsip.read_text().partition("[phone](")
    phones = phones.replace("allow_transfer=no", "allow_transfer=yes").replace(ASKS_US, "")
    pjsip.write_text(trunk + template + phones)
