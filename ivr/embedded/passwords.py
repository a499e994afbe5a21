"""The passwords of the embedded Asterisk: made once, kept in the state folder, never shown."""

import json
import re
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from ivr.embedded.private import write_private
from ivr.errors import Refusal

_ACCOUNT = re.compile(r"[A-Za-z0-9_-]{1,40}")
_TAKEN = frozenset(
    {"global", "transport", "codecs", "media", "phone", "phone-auth", "phone-aor"}
    | {"trunk", "trunk-addresses", "trunk-account", "trunk-registration"}
)


def phone_passwords(state_dir: Path, accounts: Iterable[str]) -> Mapping[str, str]:
    """The SIP password of each account, made at its first mention. Raises Refusal.

    They are kept in `secrets/phones.json`, readable by the owner alone.
    """
    wanted = list(accounts)
    for account in wanted:
        if not _ACCOUNT.fullmatch(account) or account in _TAKEN:
            raise Refusal(
                f"{account!r} cannot be a counsellor's SIP account: use letters, digits, - and _,"
                " at most 40, and no name that dialplan/pjsip.conf uses."
            )
    file = state_dir / "secrets" / "phones.json"
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    passwords = {account: known.get(account) or secrets.token_hex(12) for account in wanted}
    if not passwords.items() <= known.items():
        write_private(file, json.dumps({**known, **passwords}, indent=2) + "\n")
    return passwords


def ari_password(state_dir: Path) -> str:
    """The controller's password at the embedded Asterisk."""
    return _made_once(state_dir / "secrets" / "ari")


def ami_password(state_dir: Path) -> str:
    """The one with which the controller has the embedded Asterisk read its files anew."""
    return _made_once(state_dir / "secrets" / "ami")


def _made_once(file: Path) -> str:
    if not file.exists():
        write_private(file, secrets.token_hex(24))
    return file.read_text()
