"""How a long step shows that it moves: one line that advances, or a few plain ones."""

import sys
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, TextIO

_PLAIN_EVERY_S = 5.0


@dataclass(kw_only=True)
class Progress:
    """A step that takes long enough to be watched. Use as a context manager.

    On a terminal one line is rewritten; otherwise a line is printed every few seconds.
    """

    doing: str
    out: TextIO = field(default_factory=lambda: sys.stderr)
    _shown: float = field(default=0.0, init=False)

    def __enter__(self) -> Self:
        """Announce the step."""
        self._write("")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the line."""
        if self.out.isatty():
            self.out.write("\n")

    def at(self, how_far: str) -> None:
        """Show how far the step is, such as `31 of 105 MB`."""
        if self.out.isatty() or time.monotonic() - self._shown >= _PLAIN_EVERY_S:
            self._write(how_far)

    def _write(self, how_far: str) -> None:
        self._shown = time.monotonic()
        text = f"{self.doing} {how_far}".rstrip()
        self.out.write(f"\r\x1b[K{text}" if self.out.isatty() else f"{text}\n")
        self.out.flush()
