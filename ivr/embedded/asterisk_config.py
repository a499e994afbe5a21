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
from ivr.embedded.trunk_config import Carrier, trunk
from ivr.errors import Refusal
from ivr.regular import content
from ivr.settings import Address, PortRange, SipTls
from ivr.trunk import TrunkLogin

ARI_USER = AMI_USER = "ivr"
# The last resort: beyond it Asterisk itself refuses calls, with 503. More than the controller
# ever lets in and tells that all lines are busy (`most_calls` in lines.yaml, and a quarter).
MOST_CALLS = 2000
_MOST_BYTES = 1_000_000  # of one of the administrator's files; ours are a hundredth of it

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

    `ami_port` is 0 where AMI is closed. `trunk` is where the carrier takes our calls, None where
    we call nobody outside; `trunk_login` the account that we register there with, if it wants one.
    """

    sip: Address
    tls: SipTls | None
    rtp: PortRange
    ari_port: int
    ari_password: str = field(repr=False)
    ami_port: int
    ami_password: str = field(repr=False)
    trunk_peers: tuple[str, ...]
    trunk: Address | None
    trunk_login: TrunkLogin | None
    phones: Mapping[str, str] = field(repr=False)


def write_configuration(
    folders: Folders, reach: Reach, generated: Mapping[str, str]
) -> frozenset[str]:
    """Bring the folder up to date; return the names of the files that changed. Raises Refusal.

    `generated` are further files by their names, such as `local/alone.conf`.
    """
    wanted = configuration(folders, reach, generated)
    changed = frozenset(name for name in wanted if _written(folders.etc / name, wanted[name]))
    present = (path for path in folders.etc.rglob("*") if path.is_file())
    left_over = {str(path.relative_to(folders.etc)) for path in present} - wanted.keys()
    for name in left_over:
        (folders.etc / name).unlink()
    return changed | left_over


def configuration(folders: Folders, reach: Reach, generated: Mapping[str, str]) -> dict[str, str]:
    """Every file by its name; `generated` are further ones. Raises Refusal."""
    tls = (reach.tls.certificate, reach.tls.key) if reach.tls else ()
    for path in (folders.root.path, folders.home, folders.prompts, folders.records, *tls):
        if unfit := _UNFIT.intersection(str(path)):
            raise Refusal(
                f"The path {path} contains {' '.join(sorted(unfit))!r}, which Asterisk's"
                " configuration cannot carry: use another place for it (the clone, IVR_STATE_DIR,"
                " IVR_SIP_TLS_CERT)."
            )
    wanted = dict(administrators(folders.dialplan)) | dict(_generated(folders, reach))
    return wanted | dict(generated)


def administrators(dialplan: Path) -> Iterator[tuple[str, str]]:
    """The administrator's own files, and what they say. Raises Refusal.

    What is hidden is an editor's, which has it there while somebody writes.
    """
    files = sorted(dialplan.glob("[!.]*.conf"))
    if not files:
        raise Refusal(f"{dialplan} holds no Asterisk configuration: restore the dialplan folder.")
    return ((file.name, _text(file)) for file in files)


def _text(file: Path) -> str:
    try:
        return content(file, _MOST_BYTES).decode().replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise Refusal(f"{file} is no UTF-8: save it as UTF-8.") from error


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
    if reach.ami_port:
        yield "local/manager.conf", _manager(reach)
    yield "local/transport.conf", _transports(reach)
    yield "local/trunk.conf", trunk(_carrier(reach))
    yield "local/phones.conf", "\n".join(_phone(*phone, reach) for phone in reach.phones.items())


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
    return _main(directories)


def installed(etc: Path) -> str:
    """The main file of an Asterisk that the host has installed: all but `etc` is where it was."""
    return _main({"astetcdir": etc})


def _main(directories: Mapping[str, Path]) -> str:
    lines = [f"{name}={path}" for name, path in directories.items()]
    options = ["live_dangerously=no", f"maxcalls={MOST_CALLS}"]
    return "\n".join(["[directories]", *lines, "", "[options]", *options, ""])


def _manager(reach: Reach) -> str:
    """Its user may have files read anew, and is told of no event: no call, no number."""
    general = f"enabled=yes\nbindaddr=127.0.0.1\nport={reach.ami_port}\n"
    door = "deny=0.0.0.0/0.0.0.0\npermit=127.0.0.1/255.255.255.255\n"
    return f"{general}[{AMI_USER}]\nsecret={reach.ami_password}\n{door}read=\nwrite=system\n"


def _transports(reach: Reach) -> str:
    udp = f"[udp]\ntype=transport\nprotocol=udp\nbind={reach.sip}\n"
    if reach.tls is None:
        return udp
    # Left to itself Asterisk speaks TLS 1.0 and nothing newer (22.10); sslv23 is 1.2 and 1.3.
    return (
        f"{udp}[tls]\ntype=transport\nprotocol=tls\nmethod=sslv23\nbind={reach.tls.bind}\n"
        f"cert_file={reach.tls.certificate}\npriv_key_file={reach.tls.key}\n"
    )


def _carrier(reach: Reach) -> Carrier:
    peers = list(reach.trunk_peers)
    if not _is_any(reach.sip.host):
        peers.append(reach.sip.host)  # `ivr call` calls from the address that it calls
    return Carrier(peers=peers, address=reach.trunk, login=reach.trunk_login, sound=_sound(reach))


def _phone(account: str, password: str, reach: Reach) -> str:
    encrypted = "media_encryption=sdes\n" if reach.tls else ""
    return (
        f"[{account}](phone)\nauth={account}\naors={account}\n{_sound(reach)}{encrypted}"
        f"[{account}](phone-auth)\nusername={account}\npassword={password}\n"
        f"[{account}](phone-aor)\n"
    )


def _sound(reach: Reach) -> str:
    """Sound is taken where SIP is; left to itself, Asterisk takes it on every address."""
    if _is_any(reach.sip.host):
        return ""
    return f"media_address={reach.sip.host}\nbind_rtp_to_media_address=yes\n"


def _is_any(host: str) -> bool:
    return ipaddress.ip_address(host).is_unspecified
