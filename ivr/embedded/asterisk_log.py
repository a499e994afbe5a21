"""What the embedded Asterisk says of itself, and which of it is an error of its own."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class AsteriskLog:
    """The folder of its log, of one run at a time."""

    folder: Path

    def begin(self) -> None:
        """Another run begins; what an earlier one said is gone."""
        self._messages.unlink(missing_ok=True)

    def complaints(self) -> list[str]:
        """The warnings and errors that this run has logged."""
        log = self._messages
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        return [line for line in lines if "] WARNING[" in line or "] ERROR[" in line]

    def errors(self) -> list[str]:
        """Those of its own: the SIP library's are about what anybody may have sent by now."""
        errors = (line for line in self.complaints() if "] ERROR[" in line)
        return [line for line in errors if "] pjproject: " not in line]

    def last_words(self) -> str:
        """Why it has ended, as far as it says so."""
        console = (self.folder / "console").read_text(errors="replace")
        lines = self.errors() or [line for line in console.splitlines() if line.strip()]
        return " / ".join(without_time(line) for line in lines[:3]) or "nothing at all"

    @property
    def _messages(self) -> Path:
        return self.folder / "messages"


def without_time(line: str) -> str:
    """A line of Asterisk's log from its level on."""
    return line.partition("] ")[2] or line
