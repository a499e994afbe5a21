"""What time it is."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The one clock that decisions take their time from."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...
