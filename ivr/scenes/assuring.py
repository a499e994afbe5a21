"""A caller may be told that who hangs up is called back, once it is kept that they were told."""

import structlog

from ivr.domain.journal import EventKind
from ivr.ports import JournalUnavailable
from ivr.stage import Call

log = structlog.get_logger(__name__)


async def assure(call: Call) -> bool:
    """Keep it on the disk, and then on the channel; false: the caller must not be told.

    It is kept before the first word of it is said: whoever hears it and hangs up is called
    back, whatever crashes in between.
    """
    if call.facts.assured:
        return True
    kept = False
    call.note(assured=True)
    try:
        await call.promise(EventKind.ASSURED)
        await call.keep()
        kept = True
    except JournalUnavailable:
        log.exception("caller.not_assured")
    finally:
        call.note(assured=kept)  # not if they hang up meanwhile: they have not heard it
    return kept
