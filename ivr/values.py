"""How the value of an environment variable is written; what is not written so is a ValueError."""

import ipaddress
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_SHORTEST_TOKEN = 20
_LEAST_MB, _MOST_MB = 10, 1_000_000
_SPEECH_NEEDS = frozenset({"{language}", "{output}"})
_SPEECH_SLOTS = frozenset({"{wpm}", "{stretch}"})


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


def speech_command(text: str) -> tuple[str, ...]:
    """The words of the program that speaks."""
    words = tuple(shlex.split(text))  # what is wrong with its quotes is a ValueError
    unknown = sorted(set(re.findall(r"{\w*}", text)) - _SPEECH_SLOTS - _SPEECH_NEEDS)
    if unknown:
        slots = ", ".join(sorted(_SPEECH_NEEDS | _SPEECH_SLOTS))
        raise ValueError(f"there is no {unknown[0]}; it may hold {slots}")
    if missing := sorted(slot for slot in _SPEECH_NEEDS if slot not in text):
        raise ValueError(f"it must hold {' and '.join(missing)}; the text comes on its input")
    return words


def ari_url(text: str) -> str:
    """The root of Asterisk's web server."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise ValueError(
            "not the address of an Asterisk; write http://HOST:PORT (no user in it, that is"
            " IVR_ARI_USER)"
        )
    return text.rstrip("/").removesuffix("/ari")


def database_url(text: str) -> str:
    """The address of a Postgres."""
    # The value is never repeated: it may hold a password.
    if urlsplit(text).scheme not in {"postgresql", "postgres"}:
        raise ValueError("not the address of a Postgres; write postgresql://USER@HOST:PORT/NAME")
    return text


def state_dir(text: str) -> Path:
    """A folder, absolute, that need not be there."""
    path = Path(text).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise ValueError(f"{path} is a file; name a folder, or a path where one can be made")
    return path


def own_file(text: str) -> Path:
    """A file, absolute, that is there."""
    path = Path(text).expanduser().absolute()
    if not path.is_file():
        raise ValueError(f"there is no file {path}; write it, or unset the variable")
    return path


def token(text: str) -> str:
    """The desk's bearer token."""
    if len(text) < _SHORTEST_TOKEN or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError(f"write at least {_SHORTEST_TOKEN} letters, digits or marks, no space")
    return text


def address(text: str) -> Address:
    """An IP address and a port."""
    host, separator, port = text.rpartition(":")
    try:
        host = str(ipaddress.ip_address(host.removeprefix("[").removesuffix("]")))
    except ValueError:
        separator = ""
    if not separator or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError(f"{text!r} is no address; write IP:PORT, such as 127.0.0.1:5060")
    return Address(host=host, port=int(port))


def port_range(text: str) -> PortRange:
    """The ports for sound."""
    first, _, last = text.partition("-")
    if not (first.isdecimal() and last.isdecimal()):
        raise ValueError(f"{text!r} is no range of ports; write FIRST-LAST, such as 10000-19999")
    if not 1024 <= int(first) < int(last) < 65536:
        raise ValueError(f"{text!r}: the ports must rise and lie between 1024 and 65535")
    return PortRange(first=int(first), last=int(last))


def megabytes(text: str) -> int:
    """Megabytes of 10**6 bytes."""
    if not text.isdecimal() or not _LEAST_MB <= int(text) <= _MOST_MB:
        raise ValueError(f"{text!r}: write megabytes, {_LEAST_MB} to {_MOST_MB}")
    return int(text)


def mirror(text: str) -> str:
    """The root of a Debian mirror."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https", "file"} or any(c.isspace() for c in text):
        raise ValueError(f"{text!r} is no mirror; write the root of a Debian mirror, http://…")
    return text.rstrip("/")
