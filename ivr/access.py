"""What opens the desk: the counsellors' PINs and the token of its interface, kept out of YAML."""

import json
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from ivr.domain.call import CounsellorId
from ivr.domain.code import ADMINISTRATORS
from ivr.domain.service import Service
from ivr.embedded.private import write_private
from ivr.errors import Refusal
from ivr.settings import Settings

_PIN = re.compile(r"[0-9]{4,6}")
_NEW_PIN_DIGITS = 6
_TOKEN_BYTES = 32


def pins(settings: Settings, service: Service) -> Mapping[CounsellorId, str]:
    """The PIN of each counsellor, and of the ADMINISTRATORS. Raises Refusal for a damaged file.

    Without a file of one's own (IVR_PINS_FILE) they are made at the first mention and kept in
    `secrets/pins.json`, readable by the owner alone. One's own must have every counsellor's;
    without the administrators' nobody is let in by their code.
    """
    file = _pins_file(settings)
    known = _read(file)
    people = [person.id for person in service.counsellors]
    missing = [name for name in people if name not in known]
    if settings.pins_file is not None and missing:
        raise Refusal(
            f"{file} holds no PIN for {missing[0]}: add a line such as"
            f' "{missing[0]}": "4 to 6 digits".'
        )
    wanted = [name for name in (*people, ADMINISTRATORS) if name not in known]
    if settings.pins_file is None and wanted:
        known |= {name: _new_pin() for name in wanted}
        write_private(file, json.dumps(known, indent=2) + "\n")
    return {name: known[name] for name in (*people, ADMINISTRATORS) if name in known}


def desk_token(settings: Settings) -> str:
    """The bearer token of the desk's interface: IVR_DESK_TOKEN, or one made at the first start.

    The latter is kept in `secrets/desk_token`, readable by the owner alone.
    """
    if settings.desk_token is not None:
        return settings.desk_token
    file = _token_file(settings)
    token = file.read_text().strip() if file.exists() else ""
    if not token:
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        write_private(file, token)
    return token


def held_desk_token(settings: Settings) -> str:
    """The token that a line has made or was given, for those who ask it; none is made.

    Raises Refusal where there is none, or the file is not this user's to read.
    """
    if settings.desk_token is not None:
        return settings.desk_token
    file = _token_file(settings)
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        raise Refusal(
            f"There is no {file}: no line has run here. Set IVR_STATE_DIR, or IVR_DESK_TOKEN,"
            " as the line has it."
        ) from None
    except OSError as error:
        raise Refusal(
            f"{file} cannot be read ({error.strerror}): run this as the user that runs the line."
        ) from None


def _pins_file(settings: Settings) -> Path:
    return settings.pins_file or settings.state_dir / "secrets" / "pins.json"


def _token_file(settings: Settings) -> Path:
    return settings.state_dir / "secrets" / "desk_token"


def _new_pin() -> str:
    return "".join(secrets.choice("0123456789") for _ in range(_NEW_PIN_DIGITS))


def _read(file: Path) -> dict[str, str]:
    """What the file holds; nothing where there is none. No PIN stands in a refusal."""
    try:
        held = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Refusal(
            f"{file} cannot be read as JSON ({type(error).__name__}): repair it."
        ) from None
    if not isinstance(held, dict):
        raise Refusal(f'{file} must be one JSON object, such as {{"salminen": "4 to 6 digits"}}.')
    for name, pin in held.items():
        if not isinstance(pin, str) or not _PIN.fullmatch(pin):
            raise Refusal(f"{file}: the PIN of {name} must be 4 to 6 digits in quotes.")
    return held
