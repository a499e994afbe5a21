"""The table of the faults survived, and what was lost; printed, and kept in `var/chaos/SEED/`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.chaos.checks import BACK_WITHIN_S
from tests.chaos.evidence import Evidence, Struck
from tests.chaos.faults import Fault
from tests.chaos.words import Loss

_AFTER_S = 10.0  # a loss so long after a fault is laid to its charge


@dataclass(frozen=True, kw_only=True)
class Row:
    """One fault: how often it struck, with how many callers on the line, and what came of it."""

    fault: Fault
    times: int
    callers: str
    longest_s: float
    survived: int


def rows(evidence: Evidence, lost: Sequence[Loss]) -> list[Row]:
    """The table: the faults that struck."""
    found = []
    for fault in Fault:
        struck = [each for each in evidence.struck if each.fault is fault]
        if struck:
            counts = sorted(each.on_the_line for each in struck)
            found.append(
                Row(
                    fault=fault,
                    times=len(struck),
                    callers=f"{counts[0]}–{counts[-1]}",
                    longest_s=max(each.back - each.ended for each in struck),
                    survived=sum(_survived(each, lost) for each in struck),
                )
            )
    return found


def show(evidence: Evidence, found: Mapping[str, Sequence[Loss]], console: Console) -> None:
    """Print the table, what the checks say, and what was lost."""
    lost = [loss for each in found.values() for loss in each]
    table = Table(title="Faults survived")
    for heading in ("fault", "times", "callers on the line then", "got over in, s", "survived"):
        table.add_column(heading, justify="left" if heading == "fault" else "right")
    for row in rows(evidence, lost):
        cells = (row.fault, row.times, row.callers, f"{row.longest_s:.1f}", row.survived)
        table.add_row(*map(str, cells))
    console.print(table)
    for name, losses in found.items():
        console.print(f"{name}: {f'{len(losses)} LOST' if losses else 'yes'}", markup=False)
        for loss in losses:
            console.print(f"  {_clock(loss.at)} {loss.about}: {loss.text}", markup=False)


def keep(evidence: Evidence, found: Mapping[str, Sequence[Loss]], folder: Path) -> None:
    """Write the table as text and everything known as JSON. Numbers are masked in both."""
    with (folder / "report.txt").open("w") as file:
        show(evidence, found, Console(file=file, width=140))
    lost = [loss for each in found.values() for loss in each]
    known = {
        "faults": [asdict(row) for row in rows(evidence, lost)],
        "losses": {name: [asdict(loss) for loss in each] for name, each in found.items()},
        "evidence": asdict(evidence),
    }
    text = json.dumps(known, indent=1, default=sorted)
    for number in sorted({log.number for log in evidence.callers if log.number}):
        text = text.replace(number, f"…{number[-4:]}")
    (folder / "evidence.json").write_text(text)


def _survived(struck: Struck, lost: Sequence[Loss]) -> bool:
    over = struck.back <= struck.ended + BACK_WITHIN_S
    return over and not any(struck.began <= loss.at <= struck.back + _AFTER_S for loss in lost)


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S.%f")[:-3] if at else "in the end"
