"""How far a call has come and how it ended, read off the wire."""

from collections.abc import Sequence

from ivr.phone.phone import Ending
from ivr.phone.wire import SipMessage


def answered_at(messages: Sequence[SipMessage]) -> float | None:
    """When the 200 OK to the INVITE was on the wire (monotonic seconds); None before."""
    return next((m.at for m in messages if m.answers("INVITE", 200)), None)


def has_sound(messages: Sequence[SipMessage]) -> bool:
    """Whether a provisional response with SDP has opened the sound before the answer."""
    return any(m.cseq_method == "INVITE" and 100 < m.status < 200 and m.body for m in messages)


def ending(messages: Sequence[SipMessage]) -> Ending | None:
    """How the call ended; None while it lasts."""
    cancelled = next((m for m in messages if m.method == "CANCEL"), None)
    answered = answered_at(messages) is not None
    for message in messages:
        if message.method == "BYE":
            reason = message.headers.get("reason", "")
            return Ending(status=0, reason=reason, by_us=message.sent)
        if not answered and message.refuses:
            by_us = (cancelled or message).sent
            return Ending(status=message.status, reason=message.reason, by_us=by_us)
    return None
