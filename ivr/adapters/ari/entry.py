"""How a channel came into our application: by which way, with what arguments, and since when."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ivr.domain.alone_notes import instant

# The first argument that the dialplan gives to Stasis(), and that of a leg that we ring, and
# of a citizen whom we call back.
CALL = "call"
DESK = "desk"
LEG = "leg"
BACK = "back"

# The variable that says for which call a leg was made, until it is in the application.
LEG_OF = "IVR_LEG_OF"


def entered_with(channel: Mapping[str, Any]) -> tuple[str, Sequence[str]]:
    """The application that a channel is in, and the arguments it came with; empty for none."""
    dialplan = channel["dialplan"]
    name, _, arguments = str(dialplan["app_data"]).partition(",")
    return (name, arguments.split(",")) if dialplan["app_name"] == "Stasis" else ("", [])


def came(channel: Mapping[str, Any], args: Sequence[str]) -> datetime | None:
    """When a call came that the dialplan has served alone, as its fourth argument tells.

    That is a whole second (Unix time), in which several may come: who was first is known from
    when their channels were made, which Asterisk tells to the millisecond (ISO 8601).
    """
    if len(args) <= 3 or instant(args[3]) is None:
        return None
    return datetime.fromisoformat(channel["creationtime"]).astimezone(UTC)
