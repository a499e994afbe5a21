"""What becomes of requests that were given up and that nobody saw to: they do not stay for ever."""

from collections.abc import Sequence

from ivr.director.callbacks import Book
from ivr.domain.call import CallId
from ivr.domain.callback import Because, CallbackId, Status
from ivr.domain.journal import CallbackKind, callback_event
from ivr.ports import Clock


async def lapse(book: Book, clock: Clock, callbacks: Sequence[CallbackId]) -> None:
    """Close these, but for those that a person has seen to meanwhile. Raises JournalUnavailable."""
    await book.learn()
    for callback in callbacks:
        known = book.find(callback)
        if known is None or known.status is not Status.UNREACHED:
            continue
        because = Because.LAPSED
        closed = callback_event(
            known.close(because),
            CallbackKind.CLOSED,
            clock.now(),
            CallId(callback),
            {"because": because, "by": None},
        )
        await book.change(known, closed)
