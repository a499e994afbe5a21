"""Where this instance runs: folders, addresses and servers, read from the environment."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TypeVar

from ivr import values
from ivr.errors import Refusal
from ivr.secret_files import with_secrets
from ivr.trunk import TrunkLogin, login, peers
from ivr.values import Address, PortRange

__all__ = ["PROJECT_ROOT", "Address", "AmiServer", "AriServer", "PortRange", "Settings", "SipTls"]
PROJECT_ROOT = Path(__file__).resolve().parent.parent

_Value = TypeVar("_Value")


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
    no outside number can be reached. `sip_trunk_peers` are where its calls come from, from
    there if empty; `sip_trunk_login` is the account to register with. Without `sip_tls` SIP
    is taken over UDP alone. `outbox_mb` is how far the outbox may grow, in megabytes of
    10**6 bytes. Without `speech_command` the prompts are spoken by espeak-ng. `debian_mirror`
    is only for hosts that are no Debian. Without `ami` the Asterisk of `ari` reads its files
    when its people tell it to.
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
    sip_trunk_peers: tuple[str, ...] = ()
    sip_trunk_login: TrunkLogin | None = None
    pins_file: Path | None = None
    alone_dir: Path | None = None
    recorded_dir: Path | None = None
    desk_token: str | None = field(default=None, repr=False)
    outbox_mb: int = 2000
    speech_command: tuple[str, ...] | None = None
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
    def notices_dir(self) -> Path:
        """Where what callers are told for a while is kept, a file a line."""
        return self.state_dir / "notices"

    @property
    def records_dir(self) -> Path:
        """Where Asterisk notes the calls that it serves while no controller is there."""
        return self.alone_dir or self.state_dir / "alone"

    @property
    def recordings_dir(self) -> Path:
        """Where Asterisk keeps what is recorded by telephone."""
        return self.recorded_dir or self.state_dir / "asterisk" / "spool" / "recording"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the `IVR_*` variables; an empty one counts as not set. Raises Refusal.

        Secrets may stand in files: see `ivr.secret_files`.
        """
        environ = with_secrets(environ)
        return cls(
            database_url=_optional(environ, "IVR_DATABASE_URL", values.database_url),
            ari=_ari_server(environ),
            state_dir=_optional(environ, "IVR_STATE_DIR", values.state_dir) or PROJECT_ROOT / "var",
            sip_bind=_required(environ, "IVR_SIP_BIND", values.address, default="127.0.0.1:5060"),
            http_bind=_required(environ, "IVR_HTTP_BIND", values.address, default="127.0.0.1:8080"),
            rtp_ports=_required(environ, "IVR_RTP_PORTS", values.port_range, default="10000-19999"),
            sip_trunk=_optional(environ, "IVR_SIP_TRUNK", values.address),
            sip_trunk_peers=_optional(environ, "IVR_SIP_TRUNK_PEERS", peers) or (),
            sip_trunk_login=login(environ, reachable=bool(environ.get("IVR_SIP_TRUNK"))),
            debian_mirror=_optional(environ, "IVR_DEBIAN_MIRROR", values.mirror),
            sip_tls=_sip_tls(environ),
            pins_file=_optional(environ, "IVR_PINS_FILE", values.own_file),
            alone_dir=_optional(environ, "IVR_ALONE_DIR", values.state_dir),
            recorded_dir=_optional(environ, "IVR_RECORDINGS_DIR", values.state_dir),
            desk_token=_optional(environ, "IVR_DESK_TOKEN", values.token),
            outbox_mb=_required(environ, "IVR_OUTBOX_MB", values.megabytes, default="2000"),
            speech_command=_optional(environ, "IVR_SPEECH_COMMAND", values.speech_command),
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
    bind = _optional(environ, "IVR_SIP_TLS_BIND", values.address)
    certificate = _optional(environ, "IVR_SIP_TLS_CERT", values.own_file)
    key = _optional(environ, "IVR_SIP_TLS_KEY", values.own_file)
    if bind and certificate and key:
        return SipTls(bind=bind, certificate=certificate, key=key)
    given = {"IVR_SIP_TLS_BIND": bind, "IVR_SIP_TLS_CERT": certificate, "IVR_SIP_TLS_KEY": key}
    if any(given.values()):
        missing = next(name for name, value in given.items() if not value)
        raise Refusal(f"{missing} is not set: set it, or unset the other IVR_SIP_TLS_ variables.")
    return None


def _ari_server(environ: Mapping[str, str]) -> AriServer | None:
    url = _optional(environ, "IVR_ARI_URL", values.ari_url)
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
    address = _optional(environ, "IVR_AMI", values.address)
    folder = _optional(environ, "IVR_ASTERISK_DIR", values.state_dir)
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
