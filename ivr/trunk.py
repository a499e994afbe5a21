"""How the carrier and the line know each other: by address, or by an account we register with."""

import ipaddress
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ivr.errors import Refusal

_USER = re.compile(r"[A-Za-z0-9._+-]{1,64}", re.ASCII)
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
_USER_NAME, _DOMAIN_NAME = "IVR_SIP_TRUNK_USER", "IVR_SIP_TRUNK_DOMAIN"
_PASSWORD_NAME, _FILE_NAME = "IVR_SIP_TRUNK_PASSWORD", "IVR_SIP_TRUNK_PASSWORD_FILE"


@dataclass(frozen=True, kw_only=True)
class TrunkLogin:
    """The account that the carrier gave us. `domain` stands in its address; None: the carrier's IP.

    With it we register (RFC 3261 §10), and answer when a call of ours is challenged.
    """

    user: str
    password: str = field(repr=False)
    domain: str | None = None


def peers(text: str) -> tuple[str, ...]:
    """The addresses and networks (CIDR) in a list with commas or spaces. Raises ValueError."""
    return tuple(_network(one) for one in text.replace(",", " ").split())


def login(environ: Mapping[str, str], *, reachable: bool) -> TrunkLogin | None:
    """The account in the environment; `reachable`: whether the trunk's address is there.

    Raises Refusal, which never repeats a password.
    """
    given = {
        name: environ[name]
        for name in (_USER_NAME, _PASSWORD_NAME, _FILE_NAME, _DOMAIN_NAME)
        if environ.get(name)
    }
    if not given:
        return None
    _require_all(given, reachable=reachable)
    user, domain = given[_USER_NAME], given.get(_DOMAIN_NAME)
    if not _USER.fullmatch(user):
        raise Refusal(f"{_USER_NAME}: write letters, digits and . _ + -, at most 64.")
    if domain is not None and not _DOMAIN.fullmatch(domain):
        raise Refusal(f"{_DOMAIN_NAME}: {domain!r} is no name of a host; write sip.example.com.")
    name = _FILE_NAME if _FILE_NAME in given else _PASSWORD_NAME
    password = _secret(Path(given[name])) if name == _FILE_NAME else given[name]
    if not password or not password.isprintable() or password.strip() != password:
        raise Refusal(f"{name}: a password is printable, in one line, without spaces around it.")
    return TrunkLogin(user=user, password=password, domain=domain)


def _require_all(given: Mapping[str, str], *, reachable: bool) -> None:
    if not reachable:
        raise Refusal(f"IVR_SIP_TRUNK is not set, but {next(iter(given))} is: set it, IP:PORT.")
    if _USER_NAME not in given:
        raise Refusal(f"{_USER_NAME} is not set, but {next(iter(given))} is: set it, or unset it.")
    passwords = given.keys() & {_PASSWORD_NAME, _FILE_NAME}
    if not passwords:
        raise Refusal(f"{_USER_NAME} is set: set {_FILE_NAME} (or {_PASSWORD_NAME}) too.")
    if len(passwords) > 1:
        raise Refusal(f"{_PASSWORD_NAME} and {_FILE_NAME} are both set: unset one.")


def _secret(file: Path) -> str:
    try:
        open_to_all = file.stat().st_mode & stat.S_IRWXO
        text = file.read_text()
    except (OSError, UnicodeDecodeError) as wrong:
        raise Refusal(f"{_FILE_NAME}: {file} cannot be read ({_why(wrong)}).") from None
    if open_to_all:
        raise Refusal(f"{_FILE_NAME}: anybody can read {file}; chmod 600 it.")
    return text.removesuffix("\n").removesuffix("\r")


def _why(wrong: OSError | UnicodeDecodeError) -> str:
    return "it is no text" if isinstance(wrong, UnicodeDecodeError) else str(wrong.strerror)


def _network(text: str) -> str:
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is no address and no network; write IP or IP/BITS, such as 192.0.2.0/28"
        ) from None
    if network.prefixlen == 0:
        raise ValueError(f"{text!r} is the whole world; name the carrier's networks")
    return str(network.network_address if network.num_addresses == 1 else network)
