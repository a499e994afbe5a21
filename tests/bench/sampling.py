"""What `ivr` does, asked a few hundred times a CPU second: where its time goes.

`python -m tests.bench.sampling FILE …` is `ivr …`, looked at from the first SIGUSR1 on; the
samples are in FILE afterwards, as JSON.
"""

import json
import signal
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType

from ivr.cli import main

INTERVAL_S = 0.003
_OURS = "/ivr/"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Shares of the CPU time, 0 to 1, the greatest first.

    `inside`: by the function that ran. `through`: by each function of ours that ran or
    waited for what it had called, so that these overlap.
    """

    samples: int
    inside: Sequence[tuple[str, float]]
    through: Sequence[tuple[str, float]]

    @classmethod
    def read(cls, file: Path, most: int = 25) -> "Profile":
        """The profile that a sampled run left in a file."""
        counts = json.loads(file.read_text())
        total = counts["samples"] or 1

        def shares(of: Mapping[str, int]) -> list[tuple[str, float]]:
            ordered = sorted(of.items(), key=lambda item: -item[1])
            return [(name, count / total) for name, count in ordered[:most]]

        inside, through = shares(counts["inside"]), shares(counts["through"])
        return cls(samples=counts["samples"], inside=inside, through=through)


class Sampler:
    """Looks at what runs each time that the process has used so much CPU."""

    def __init__(self) -> None:
        self._samples = 0
        self._inside: Counter[str] = Counter()
        self._through: Counter[str] = Counter()

    def stand_by(self) -> None:
        """Look from the first SIGUSR1 on. Both signals interrupt the thread that runs the line."""
        signal.signal(signal.SIGPROF, self._look)
        signal.signal(signal.SIGUSR1, self._start)

    def write(self, file: Path) -> None:
        """Look no more, and keep what was seen."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        counts = {"samples": self._samples, "inside": self._inside, "through": self._through}
        file.write_text(json.dumps(counts))

    def _start(self, number: int, frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_PROF, INTERVAL_S, INTERVAL_S)

    def _look(self, number: int, frame: FrameType | None) -> None:
        self._samples += 1
        seen: set[str] = set()
        innermost = True
        while frame is not None:
            name = _name(frame.f_code)
            if innermost:
                self._inside[name] += 1
                innermost = False
            if _OURS in frame.f_code.co_filename and name not in seen:
                seen.add(name)
                self._through[name] += 1
            frame = frame.f_back


def _name(code: CodeType) -> str:
    """`ivr/stage/party.py Party.say`, short for other people's modules too."""
    folder, _, file = code.co_filename.rpartition("/")
    return f"{folder.rpartition('/')[2]}/{file} {code.co_qualname}"


def run(file: Path, arguments: Sequence[str]) -> int:
    """Run the command, sampled; its exit code."""
    sampler = Sampler()
    sampler.stand_by()
    try:
        return main(arguments)
    finally:
        sampler.write(file)


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1]), sys.argv[2:]))
