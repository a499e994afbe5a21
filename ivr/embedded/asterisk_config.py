"""What stands in the embedded Asterisk's configuration folder.

The administrator's own files (`dialplan/`) are copied word for word; what depends on this
instance (addresses, folders, accounts) is generated beside them into `local/`, which they
include.
"""

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ivr.embedded.packages import Root
from ivr.embedded.private import write_private
from ivr.errors import Refusal
from ivr.settings import Address, PortRange

ARI_USER = "ivr"

# Characters that end a value, a path or a list in one of Asterisk's files.
_UNFIT = frozenset(":;,&|\"'`$\\()[]{}<>#\n\r\t")


@dataclass(frozen=True, kw_only=True)
class Folders:
    """Where one instance of Asterisk keeps its things; all absolute.

    `records` is where it notes what it does while no controller is there.
    """

    root: Root
    home: Path
    run: Path
    dialplan: Path
    prompts: Path
    records: Path

    @property
    def etc(self) -> Path:
        """The configuration as Asterisk reads it."""
        return self.home / "etc"


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How the world reaches one instance: ports, the trunk's addresses, the phones' passwords.

    `trunk` is where the carrier takes our calls, None where we call nobody outside.
    """

    sip: Address
    rtp: PortRange
    ari_port: int
    ari_password: str = field(repr=False)
    trunk_peers: tuple[str, ...]
    trunk: Address | None
    phones: Mapping[str, str] = field(repr=False)


def write_configuration(
    folders: Folders, reach: Reach, generated: Mapping[str, str]
) -> frozenset[str]:
    """Bring the folder up to date; return the names of the files that changed. Raises Refusal.

    `generated` are further files by their names, such as `local/alone.conf`.
    """
    for folder in (folders.root.path, folders.home, folders.prompts, folders.records):
        if unfit := _UNFIT.intersection(str(folder)):
            raise Refusal(
                f"The path {folder} contains {' '.join(sorted(unfit))!r}, which Asterisk's"
                " configuration cannot carry: use another place for the clone or IVR_STATE_DIR."
            )
    wanted = dict(_administrators(folders.dialplan)) | dict(_generated(folders, reach))
    wanted |= generated
    changed = frozenset(name for name in wanted if _written(folders.etc / name, wanted[name]))
    present = (path for path in folders.etc.rglob("*") if path.is_file())
    left_over = {str(path.relative_to(folders.etc)) for path in present} - wanted.keys()
    for name in left_over:
        (folders.etc / name).unlink()
    return changed | left_over


def _administrators(dialplan: Path) -> Iterator[tuple[str, str]]:
    files = sorted(dialplan.glob("*.conf"))
    if not files:
        raise Refusal(f"{dialplan} holds no Asterisk configuration: restore the dialplan folder.")
    return ((file.name, file.read_text()) for file in files)


def _written(file: Path, text: str) -> bool:
    """Write the file unless it says so already; some hold passwords, so all are private."""
    if file.exists() and file.read_text() == text:
        return False
    write_private(file, text)
    return True


def _generated(folders: Folders, reach: Reach) -> Iterator[tuple[str, str]]:
    yield "asterisk.conf", _asterisk(folders)
    yield "local/globals.conf", f"PROMPTS={folders.prompts}\nRECORDS={folders.records}\n"
    yield "local/music.conf", f"directory={folders.prompts / 'music'}\n"
    yield "local/rtp.conf", f"rtpstart={reach.rtp.first}\nrtpend={reach.rtp.last}\n"
    yield "local/http.conf", f"bindaddr=127.0.0.1\nbindport={reach.ari_port}\n"
    yield "local/ari.conf", f"[{ARI_USER}]\ntype=user\npassword={reach.ari_password}\n"
    yield "local/transport.conf", f"[udp]\ntype=transport\nprotocol=udp\nbind={reach.sip}\n"
    yield "local/trunk.conf", _trunk(reach)
    yield "local/phones.conf", "\n".join(_phone(*phone) for phone in reach.phones.items())


def _asterisk(folders: Folders) -> str:
    directories = {
        "astetcdir": folders.etc,
        "astmoddir": folders.root.libraries / "asterisk" / "modules",
        "astdatadir": folders.root.path / "usr/share/asterisk",
        "astvarlibdir": folders.home / "lib",
        "astagidir": folders.home / "lib/agi-bin",
        "astcachedir": folders.home / "lib/cache",
        "astdbdir": folders.home / "lib",
        "astkeydir": folders.home / "lib",
        "astspooldir": folders.home / "spool",
        "astrundir": folders.run,
        "astlogdir": folders.home / "log",
        "astsbindir": folders.root.path / "usr/sbin",
    }
    lines = [f"{name}={path}" for name, path in directories.items()]
    return "\n".join(["[directories]", *lines, "", "[options]", "live_dangerously=no", ""])


def _trunk(reach: Reach) -> str:
    peers = dict.fromkeys(reach.trunk_peers)
    if not ipaddress.ip_address(reach.sip.host).is_unspecified:
        peers[reach.sip.host] = None  # `ivr call` calls from the address that it calls
    matches = "".join(f"match={peer}\n" for peer in peers)
    identify = f"[trunk-addresses]\ntype=identify\nendpoint=trunk\n{matches}"
    if reach.trunk is None:
        return identify
    return f"{identify}[trunk](+)\naors=trunk\n[trunk]\ntype=aor\ncontact=sip:{reach.trunk}\n"


def _phone(account: str, password: str) -> str:
    return (
        f"[{account}](phone)\nauth={account}\naors={account}\n"
        f"[{account}](phone-auth)\nusername={account}\npassword={password}\n"
        f"[{account}](phone-aor)\n"
    )
