"""A call told for a person: what was on the wire and what was heard, in the order of time."""

from collections.abc import Sequence

from ivr.phone.heard import Heard
from ivr.phone.wire import SipMessage


def story(began: float, messages: Sequence[SipMessage], transcript: Sequence[Heard]) -> str:
    """One line each, with the seconds since the call began (`began`: monotonic)."""
    told = [(message.at - began, str(message)) for message in messages]
    told += [(heard.started_at_s, f"{heard}  {heard.seconds_heard:.2f} s") for heard in transcript]
    lines = [f"{at:8.3f}  {what}" for at, what in sorted(told)]
    return "\n".join(lines) or "   (nothing was sent, received or heard)"
