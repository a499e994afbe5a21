"""The figures as lines of text."""

import math
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from tests.bench.verdict import Row

HEADINGS = ("", "ours", "Queue()", "ratio", "aim", "")


def cells(row: Row) -> tuple[str, ...]:
    """One row as it is shown, in the order of the headings."""
    what = f"{row.what} ({row.unit})" if row.unit else row.what
    reached = {None: "", True: "reached", False: "MISSED"}[row.reached]
    return (what, number(row.ours), number(row.queue), _ratio(row), row.aim, reached)


def number(value: float) -> str:
    """A figure with three digits that count; nothing for one that was not measured."""
    if math.isnan(value):
        return ""
    return f"{value:.0f}" if abs(value) >= 100 or value == round(value) else f"{value:.3g}"


def show(rows: Sequence[Row], console: Console) -> None:
    """Print the table."""
    table = Table(title="This system beside Asterisk's own queue")
    for place, heading in enumerate(HEADINGS):
        table.add_column(heading, justify="left" if place in {0, 5} else "right")
    for row in rows:
        table.add_row(*cells(row))
    console.print(table)


def _ratio(row: Row) -> str:
    return "" if math.isnan(row.ratio) else f"{row.ratio:.2f} ×"
