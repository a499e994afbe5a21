"""Where this instance runs: folders, addresses and servers, read from the environment."""

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import urlsplit

from ivr.errors import Refusal

_SHORTEST_TOKEN = 20
_LEAST_MB, _MOST_MB = 10, 1_000_000
PROJECT_ROOT = Path(__file__).resolve().parent.parent

_Value = TypeVar("_Value")


@dataclass(frozen=True, kw_only=True)
class Address:
    """An IP address and a port, 1 to 65535."""

    host: str
    port: int

    def __str__(self) -> str:
        """`127.0.0.1:5060`, `[::1]:5060`."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, kw_only=True)
class PortRange:
    """The UDP ports for sound, both ends included; a call uses two of them."""

    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class SipTls:
    """Where SIP is taken over TLS (TCP), with a certificate and its key in PEM files."""

    bind: Address
    certificate: Path
    key: Path


@dataclass(frozen=True, kw_only=True)
class AriServer:
    """An Asterisk that somebody else runs. `url` is its root, such as `http://host:8088`."""

    url: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class AmiServer:
    """How that Asterisk is told of its files in `folder`, which we may write."""

    address: Address
    user: str
    password: str = field(repr=False)
    folder: Path


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The environment's part of the configuration.

    Without `database_url` the embedded Postgres is used, without `ari` the embedded
    Asterisk. `state_dir` is absolute. `sip_trunk` is where the carrier takes our calls; None:
    no outside number can be reached. Without `sip_tls` SIP is taken over UDP alone. `outbox_mb`
    is how far the outbox may grow, in megabytes of 10**6 bytes. `debian_mirror` is only for
    hosts that are no Debian. Without `ami` the Asterisk of `ari` reads its files when its people
    tell it to.
    """

    database_url: str | None
    ari: AriServer | None
    state_dir: Path
    sip_bind: Address
    http_bind: Address
    rtp_ports: PortRange
    sip_trunk: Address | None
    debian_mirror: str | None
    sip_tls: SipTls | None = None
    pins_file: Path | None = None
    alone_dir: Path | None = None
    desk_token: str | None = field(default=None, repr=False)
    outbox_mb: int = 2000
    ami: AmiServer | None = None

    @property
    def packages_dir(self) -> Path:
        """Where the Debian packages of Asterisk and its tools are unpacked."""
        return self.state_dir / "asterisk" / "root"

    @property
    def prompts_dir(self) -> Path:
        """Where the spoken prompts are; Asterisk must see it at the same path."""
        return self.state_dir / "prompts"

    @property
    def records_dir(self) -> Path:
        """Where Asterisk notes the calls that it serves while no controller is there."""
        return self.alone_dir or self.state_dir / "alone"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the `IVR_*` variables; an empty one counts as not set. Raises Refusal."""
        return cls(
            database_url=_optional(environ, "IVR_DATABASE_URL", _database_url),
            ari=_ari_server(environ),
            state_dir=_optional(environ, "IVR_STATE_DIR", _state_dir) or PROJECT_ROOT / "var",
            sip_bind=_required(environ, "IVR_SIP_BIND", _address, default="127.0.0.1:5060"),
            http_bind=_required(environ, "IVR_HTTP_BIND", _address, default="127.0.0.1:8080"),
            rtp_ports=_required(environ, "IVR_RTP_PORTS", _port_range, default="10000-19999"),
            sip_trunk=_optional(environ, "IVR_SIP_TRUNK", _address),
            debian_mirror=_optional(environ, "IVR_DEBIAN_MIRROR", _mirror),
            sip_tls=_sip_tls(environ),
            pins_file=_optional(environ, "IVR_PINS_FILE", _own_file),
            alone_dir=_optional(environ, "IVR_ALONE_DIR", _state_dir),
            desk_token=_optional(environ, "IVR_DESK_TOKEN", _token),
            outbox_mb=_required(environ, "IVR_OUTBOX_MB", _megabytes, default="2000"),
            ami=_ami_server(environ),
        )


def _required(
    environ: Mapping[str, str], name: str, parse: Callable[[str], _Value], *, default: str
) -> _Value:
    try:
        return parse(environ.get(name) or default)
    except ValueError as wrong:
        raise Refusal(f"{name}: {wrong}.") from None


def _optional(
    environ: Mapping[str, str], name: str, parse: Callable[[str], _Value]
) -> _Value | None:
    return _required(environ, name, parse, default="") if environ.get(name) else None


def _sip_tls(environ: Mapping[str, str]) -> SipTls | None:
    bind = _optional(environ, "IVR_SIP_TLS_BIND", _address)
    certificate = _optional(environ, "IVR_SIP_TLS_CERT", _own_file)
    key = _optional(environ, "IVR_SIP_TLS_KEY", _own_file)
    if bind and certificate and key:
        return SipTls(bind=bind, certificate=certificate, key=key)
    given = {"IVR_SIP_TLS_BIND": bind, "IVR_SIP_TLS_CERT": certificate, "IVR_SIP_TLS_KEY": key}
    if any(given.values()):
        missing = next(name for name, value in given.items() if not value)
        raise Refusal(f"{missing} is not set: set it, or unset the other IVR_SIP_TLS_ variables.")
    return None


def _ari_server(environ: Mapping[str, str]) -> AriServer | None:
    url = _optional(environ, "IVR_ARI_URL", _ari_url)
    user, password = environ.get("IVR_ARI_USER"), environ.get("IVR_ARI_PASSWORD")
    if url is not None and user and password:
        return AriServer(url=url, user=user, password=password)
    if url is not None:
        missing = "IVR_ARI_PASSWORD" if user else "IVR_ARI_USER"
        raise Refusal(f"{missing} is not set, and the Asterisk of IVR_ARI_URL wants it: set it.")
    if user or password:
        name = "IVR_ARI_USER" if user else "IVR_ARI_PASSWORD"
        raise Refusal(f"{name} is set but IVR_ARI_URL is not: set the address too, or unset it.")
    return None


def _ami_server(environ: Mapping[str, str]) -> AmiServer | None:
    address = _optional(environ, "IVR_AMI", _address)
    folder = _optional(environ, "IVR_ASTERISK_DIR", _state_dir)
    user, password = environ.get("IVR_AMI_USER"), environ.get("IVR_AMI_PASSWORD")
    if address and folder and user and password:
        return AmiServer(address=address, user=user, password=password, folder=folder)
    given: Mapping[str, object] = {
        "IVR_AMI": address,
        "IVR_AMI_USER": user,
        "IVR_AMI_PASSWORD": password,
        "IVR_ASTERISK_DIR": folder,
    }
    if any(given.values()):
        missing = next(name for name, value in given.items() if not value)
        others = ", ".join(name for name in given if name != missing)
        raise Refusal(f"{missing} is not set: set it, or unset {others}.")
    return None


def _ari_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise ValueError(
            "not the address of an Asterisk; write http://HOST:PORT (no user in it, that is"
            " IVR_ARI_USER)"
        )
    return text.rstrip("/").removesuffix("/ari")


def _database_url(text: str) -> str:
    # The value is never repeated: it may hold a password.
    if urlsplit(text).scheme not in {"postgresql", "postgres"}:
        raise ValueError("not the address of a Postgres; write postgresql://USER@HOST:PORT/NAME")
    return text


def _state_dir(text: str) -> Path:
    path = Path(text).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise ValueError(f"{path} is a file; name a folder, or a path where one can be made")
    return path


def _own_file(text: str) -> Path:
    path = Path(text).expanduser().absolute()
    if not path.is_file():
        raise ValueError(f"there is no file {path}; write it, or unset the variable")
    return path


def _token(text: str) -> str:
    if len(text) < _SHORTEST_TOKEN or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError(f"write at least {_SHORTEST_TOKEN} letters, digits or marks, no space")
    return text


def _address(text: str) -> Address:
    host, separator, port = text.rpartition(":")
    try:
        host = str(ipaddress.ip_address(host.removeprefix("[").removesuffix("]")))
    except ValueError:
        separator = ""
    if not separator or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError(f"{text!r} is no address; write IP:PORT, such as 127.0.0.1:5060")
    return Address(host=host, port=int(port))


def _port_range(text: str) -> PortRange:
    first, _, last = text.partition("-")
    if not (first.isdecimal() and last.isdecimal()):
        raise ValueError(f"{text!r} is no range of ports; write FIRST-LAST, such as 10000-19999")
    if not 1024 <= int(first) < int(last) < 65536:
        raise ValueError(f"{text!r}: the ports must rise and lie between 1024 and 65535")
    return PortRange(first=int(first), last=int(last))


def _megabytes(text: str) -> int:
    if not text.isdecimal() or not _LEAST_MB <= int(text) <= _MOST_MB:
        raise ValueError(f"{text!r}: write megabytes, {_LEAST_MB} to {_MOST_MB}")
    return int(text)


def _mirror(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https", "file"} or any(c.isspace() for c in text):
        raise ValueError(f"{text!r} is no mirror; write the root of a Debian mirror, http://…")
    return text.rstrip("/")
