"""What the house offers to scenes for those who are to be called back."""

from typing import Protocol

from ivr.domain.call import Refused
from ivr.stage.call import Call


class Callbacks(Protocol):
    """The requests to be called back."""

    def refusal(self, call: Call, number: str) -> Refused | None:
        """Why the call's line may not call this number, in any form; None: it may."""
        ...

    async def ask(self, call: Call, number: str) -> None:
        """Put on disk that the caller is called back at this number (E.164).

        Where the number has an open request of the line already, that one keeps its place.
        `call.promised` then tells which it is, and by when. Raises JournalUnavailable.
        """
        ...

    def answered(self, call: Call) -> None:
        """The caller has a counsellor: the open request of their number and line is settled.

        So is the one for which they were called.
        """
        ...
