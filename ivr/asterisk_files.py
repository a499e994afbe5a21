"""The `ivr asterisk` command: all files of an Asterisk that the host has installed."""

import argparse
import base64
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from ivr import backing, config
from ivr.embedded.asterisk_config import AMI_USER, ARI_USER, Folders, configuration, installed
from ivr.embedded.packages import HOST
from ivr.embedded.private import write_private
from ivr.errors import Refusal
from ivr.settings import PROJECT_ROOT, AriServer, Settings

ANSWER_S = 10.0

_SIP = ("res_pjsip.so", "res_pjsip_endpoint_identifier_ip.so", "res_pjsip_outbound_registration.so")
# Which modules read a file anew. What else has changed is read at Asterisk's next start.
_READ_BY: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("extensions.conf", "alone.conf"), ("pbx_config.so",)),
    **dict.fromkeys(("local/alone.conf", "local/globals.conf"), ("pbx_config.so",)),
    **dict.fromkeys(("queues.conf", "local/queues.conf"), ("app_queue.so",)),
    **dict.fromkeys(("pjsip.conf", "local/trunk.conf", "local/phones.conf"), _SIP),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said after `ivr asterisk`."""
    verbs = parser.add_subparsers(required=True, metavar="WHAT")
    building = verbs.add_parser("build", help="write all its files, for `asterisk -C`")
    building.add_argument("folder", type=Path, help="where Asterisk reads its configuration")
    building.add_argument(
        "--reload", action="store_true", help="have a running Asterisk read what has changed"
    )
    building.set_defaults(command=_build)


def _build(parsed: argparse.Namespace, settings: Settings) -> int:
    folder = parsed.folder.absolute()
    changed = write(settings, parsed.config, folder)
    sys.stdout.writelines(f"{folder / name}\n" for name in sorted(changed))
    if parsed.reload:
        sys.stdout.writelines(f"{said}\n" for said in _read_anew(_server(settings), changed))
    return 0


def write(settings: Settings, config_dir: Path, folder: Path) -> frozenset[str]:
    """Bring the folder up to date; the names of the files that changed. Raises Refusal.

    What stands in `asterisk/` of the configuration takes the place of the file of that name,
    `asterisk/local/` of the generated ones. Who may read the folder's group may read the files.
    """
    wanted = {**_files(settings, config_dir, folder), **_own(config_dir / "asterisk")}
    try:
        (folder / "local").mkdir(mode=0o750, parents=True, exist_ok=True)
        return frozenset(name for name, text in wanted.items() if _written(folder / name, text))
    except OSError as error:
        raise Refusal(f"{folder} cannot be written: {error.strerror or error}.") from error


def _files(settings: Settings, config_dir: Path, folder: Path) -> Mapping[str, str]:
    server, service = _server(settings), config.load(config_dir)
    embedded = backing.embedded_asterisk(settings, service, root=HOST)
    ami = settings.ami
    reach = embedded.reach(urlsplit(server.url).port or 80, ami.address.port if ami else 0)
    reach = replace(reach, ari_password=server.password)
    if ami is not None:
        reach = replace(reach, ami_password=ami.password)
    folders = Folders(
        root=HOST,
        home=folder,
        run=folder,
        dialplan=PROJECT_ROOT / "dialplan",
        prompts=settings.prompts_dir,
        records=settings.records_dir,
    )
    return configuration(folders, reach, embedded.generated) | {"asterisk.conf": installed(folder)}


def _own(folder: Path) -> Mapping[str, str]:
    files = (*folder.glob("*.conf"), *folder.glob("local/*.conf"))
    return {str(file.relative_to(folder)): file.read_text() for file in files}


def _server(settings: Settings) -> AriServer:
    if settings.ari is None:
        raise Refusal("IVR_ARI_URL is not set: set it to where this Asterisk is to take ARI.")
    if settings.ari.user != ARI_USER:
        raise Refusal(f"IVR_ARI_USER must be {ARI_USER}: the files name that user.")
    if settings.ami is not None and settings.ami.user != AMI_USER:
        raise Refusal(f"IVR_AMI_USER must be {AMI_USER}: the files name that user.")
    return settings.ari


def _written(file: Path, text: str) -> bool:
    if file.exists() and file.read_text() == text:
        return False
    write_private(file, text, mode=0o640)  # passwords: for Asterisk's group, by the folder's
    return True


def _read_anew(server: AriServer, changed: frozenset[str]) -> Iterator[str]:
    """What was read, and what wants a start of Asterisk, in words."""
    modules = dict.fromkeys(module for name in changed for module in _READ_BY.get(name, ()))
    try:
        done = [module for module in modules if _reloaded(server, module)]
    except urllib.error.URLError as error:
        yield f"Asterisk does not answer ({error.reason}): it reads them when it starts."
        return
    if done:
        yield f"Asterisk has read them: {' '.join(done)}."
    if later := sorted(changed - _READ_BY.keys()):
        yield f"Asterisk reads these only when it starts: {' '.join(later)}."


def _reloaded(server: AriServer, module: str) -> bool:
    """Whether the module has read its files; False where it is not loaded. Raises Refusal."""
    login = base64.b64encode(f"{server.user}:{server.password}".encode()).decode()
    request = urllib.request.Request(  # noqa: S310 - http or https: see `Settings`
        f"{server.url}/ari/asterisk/modules/{module}",
        method="PUT",
        headers={"Authorization": f"Basic {login}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_S):  # noqa: S310
            return True
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return False
        raise Refusal(f"Asterisk does not read {module} anew: it answers {error.code}.") from error
