"""`python -m tests.bench`: measures, prints the table, writes `var/bench/report.html`.

Ends with 1 if a call failed, or if it cannot be run.
"""

import argparse
import asyncio
import sys
import time
from dataclasses import replace

from rich.console import Console

from ivr.errors import Refusal
from tests.bench import profile, report, table
from tests.bench.controller import Record, record
from tests.bench.figures import Results
from tests.bench.place import BENCH, Place
from tests.bench.probe import Clips
from tests.bench.rounds import QUICK, Bench, Plan
from tests.bench.side import our_side, queue_side
from tests.bench.verdict import failed_calls, missed, rows

_PROBED = 30


async def measure(place: Place, plan: Plan, kept: Record, *, always: bool) -> int:
    """Run the bench; its exit code. With `always` the profile is taken whatever was reached."""
    began = time.monotonic()

    def say(text: str) -> None:
        sys.stderr.write(f"{time.monotonic() - began:4.0f} s  {text}\n")

    async with queue_side(place) as queue, our_side(place, kept) as ours:
        bench = Bench(plan=plan, ours=ours, queue=queue, clips=Clips.of(place), say=say)
        results = await bench.run()
        taken: list[str] = []
        if ours.controller is not None and (always or missed(results)):
            say("profile")
            await ours.controller.stop()
            taken = profile.text(await profile.profiled(place, ours, kept, plan))
    return _tell(results, taken, bench.faults)


def _tell(results: Results, taken: list[str], faults: list[str]) -> int:
    file = BENCH / "report.html"
    report.write(results, taken, file)
    console = Console(width=None if sys.stdout.isatty() else 140)
    table.show(rows(results), console)
    for line in [*taken, *(f"a probe failed: {fault}" for fault in faults)]:
        console.print(line, markup=False, highlight=False)
    console.print(f"{report.verdict(results)} The report: {file}", highlight=False)
    if failed := failed_calls(results):
        sys.stderr.write(f"{failed} calls failed.\n")
    return 1 if failed else 0


def main() -> int:
    """Read the arguments and run."""
    asked = _parser().parse_args()
    plan = QUICK if asked.quick else Plan()
    given = {
        name: value
        for name in ("rate", "talk_s", "seconds", "rounds", "highest", "calls", "counsellors")
        if (value := getattr(asked, name)) is not None
    }
    plan = replace(plan, **given)
    BENCH.mkdir(parents=True, exist_ok=True)
    try:
        place = Place.lay(bulk=plan.counsellors, probed=_PROBED)
        with record() as kept:
            return asyncio.run(measure(place, plan, kept, always=asked.profile))
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer calls, about two minutes")
    parser.add_argument("--profile", action="store_true", help="say where the time goes, always")
    parser.add_argument("--rate", type=int, help="new calls a second in the rounds")
    parser.add_argument("--talk-s", type=float, help="how long the two talk in the rounds")
    parser.add_argument("--seconds", type=float, help="how long calls are made in a round")
    parser.add_argument("--rounds", type=int, help="how many rounds for each side")
    parser.add_argument("--highest", type=int, help="a rate that nothing here can hold")
    parser.add_argument("--calls", type=int, help="calls over which memory may not grow")
    parser.add_argument("--counsellors", type=int, help="how many there are for the load")
    return parser


if __name__ == "__main__":
    sys.exit(main())
