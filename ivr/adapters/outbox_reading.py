"""What is written on disk, as the domain knows it; what cannot be read is told, and left out."""

from collections.abc import Iterable, Mapping, Sequence

import structlog

from ivr.domain.call import CallId, Facts
from ivr.domain.callback import Callback
from ivr.domain.callback_state import decode as decode_callback
from ivr.domain.facts import decode

_log = structlog.get_logger(__name__)


def read_facts(written: Mapping[CallId, str]) -> Mapping[CallId, Facts]:
    """The facts of these calls."""
    read = {call: _facts(call, text) for call, text in written.items()}
    return {call: facts for call, facts in read.items() if facts is not None}


def read_callbacks(written: Iterable[str]) -> Sequence[Callback]:
    """These requests to be called back."""
    read = [_callback(text) for text in written]
    return [callback for callback in read if callback is not None]


def _facts(call: CallId, text: str) -> Facts | None:
    try:
        return decode(text)
    except ValueError:
        _log.exception("outbox.unreadable_facts", call_id=call)
        return None


def _callback(text: str) -> Callback | None:
    try:
        return decode_callback(text)
    except ValueError:
        _log.exception("outbox.unreadable_callback")
        return None
