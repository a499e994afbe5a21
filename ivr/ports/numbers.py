"""What is known of the world's telephone numbers."""

from typing import Protocol

from ivr.domain.call import Refused


class Numbers(Protocol):
    """The numbering plans."""

    def objection(self, dialled: str) -> Refused | None:
        """Why nobody is called at this number, in any form dialled in Finland.

        EMERGENCY, SHORT, PREMIUM, SATELLITE or INVALID; None: it is a subscriber's.
        """
        ...
