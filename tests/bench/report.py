"""`report.html`: the table, the pictures, the machine and the profile, in one file."""

import html
import os
import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import plots
from tests.bench.figures import Delay, Results
from tests.bench.table import HEADINGS, cells
from tests.bench.verdict import missed, rows

_PAGE = """\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Neuvontalinja: speed</title>
<style>
body {{ font: 15px/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }}
table {{ border-collapse: collapse }} td, th {{ padding: .2rem .7rem; border-bottom: 1px solid #ddd;
text-align: right }} td:first-child {{ text-align: left }} .MISSED {{ background: #fdd }}
.reached {{ background: #dfd }} figure {{ margin: 2rem 0 }} pre {{ overflow: auto }}
</style></head><body>
<h1>This system beside Asterisk's own queue</h1>
<p>{when}, {machine}</p>
<p>{verdict}</p>
<table>{table}</table>
{figures}
{profile}
</body></html>
"""

_DELAYS = {
    Delay.SET_UP: "Call set-up to first sound",
    Delay.KEY: "Key to next prompt",
    Delay.CALLER_HEARS: "Counsellor's answer to the caller's first audio, whisper apart",
    Delay.BOTH_HEAR: "Counsellor's answer to both-way audio, whisper apart",
}


def write(results: Results, profile: Sequence[str], file: Path) -> None:
    """Write the page."""
    figures = "\n".join(f"<figure>{svg}</figure>" for svg in _figures(results))
    lines = html.escape("\n".join(profile))
    file.write_text(
        _PAGE.format(
            when=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
            machine=html.escape(machine()),
            verdict=html.escape(verdict(results)),
            table=_table(results),
            figures=figures,
            profile=f"<h2>Profile</h2><pre>{lines}</pre>" if profile else "",
        )
    )


def verdict(results: Results) -> str:
    """In words: what is not reached."""
    if names := [row.what for row in missed(results)]:
        return f"Not reached: {'; '.join(names)}."
    return "Every aim is reached."


def machine() -> str:
    """What it was measured on."""
    model = [line for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")]
    name = model[0].partition(": ")[2] if model else platform.machine()
    return f"{os.cpu_count()} cores, {name}, Linux {platform.release()}"


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


def _figures(results: Results) -> Iterator[str]:
    for delay, title in _DELAYS.items():
        yield plots.delay(results, delay, title)
    yield plots.cpu(results)
    if results.attempts:
        yield plots.attempts(results.attempts)
    if results.waiting:
        yield plots.memory(results.waiting, "Controller's memory", "callers waiting")
    if results.served:
        yield plots.memory(results.served, "Controller's memory", "calls served")


def _table(results: Results) -> str:
    head = "".join(f"<th>{heading}</th>" for heading in HEADINGS)
    body = "".join(
        f'<tr class="{shown[-1]}">' + "".join(f"<td>{html.escape(c)}</td>" for c in shown) + "</tr>"
        for shown in map(cells, rows(results))
    )
    return f"<tr>{head}</tr>{body}"
