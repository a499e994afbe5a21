"""Holding a call and handing it over: what is asked of the stack, and what comes back."""

import asyncio
import time
from contextlib import suppress

from baresip import BaresipError, Call, StaleHandleError, TransferFailed
from baresip.call import CallState

from ivr.phone.phone import PhoneCall

_DONE = 200
# Within 0.2 s of the answer the stack may send a re-INVITE of its own (0.5.2a3), which would
# take the call off hold again.
_SETTLED_S = 0.5


async def settled(*calls: PhoneCall) -> None:
    """Wait until these calls can be put on hold."""
    for call in calls:
        if call.answered_at is not None:
            await asyncio.sleep(call.answered_at + _SETTLED_S - time.monotonic())


async def blind(call: Call, uri: str, *, within_s: float) -> int | None:
    """Send REFER (RFC 3515) and wait for the last NOTIFY: its status, or that of a refused REFER.

    None when nothing came within the bound. Raises StaleHandleError when the call has ended
    before, or ends before anything comes.
    """
    try:
        await call.transfer(uri, timeout=within_s)
    except BaresipError as failed:
        return _status(failed, call)
    return _DONE


async def attended(call: Call, other: Call, *, within_s: float) -> int | None:
    """Send REFER with the other call in Replaces (RFC 3891); as `blind`, of both calls.

    Both are on hold meanwhile, as telephones do it, and off hold again when it has failed.
    """
    try:
        await call.attended_transfer(other, timeout=within_s)
    except BaresipError as failed:
        for each in (call, other):
            with suppress(BaresipError):  # it has ended
                await each.resume()
        return _status(failed, call, other)
    return _DONE


def _status(failed: BaresipError, *calls: Call) -> int | None:
    if isinstance(failed, TransferFailed) and failed.status is not None:
        return failed.status
    if any(call.state is CallState.CLOSED for call in calls):
        raise StaleHandleError("the call ended before the transfer did") from failed
    if isinstance(failed, TransferFailed):
        return None
    raise failed
