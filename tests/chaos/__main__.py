"""`python -m tests.chaos`: breaks everything under load, and says whether anything was lost.

Writes `var/chaos/SEED/`. Ends with 1 if anything was lost, or if it cannot be run.
"""

import argparse
import asyncio
import random
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

from rich.console import Console

from ivr.errors import Refusal
from tests.chaos import gathering, report
from tests.chaos.beside import beside
from tests.chaos.checks import losses
from tests.chaos.evidence import Evidence
from tests.chaos.faults import plan
from tests.chaos.ground import CHAOS, ground
from tests.chaos.inflicting import Inflicting, Say
from tests.chaos.load import load
from tests.chaos.words import Loss

FREE_NUMBER = "0291000001"
_FULL_WITHIN_S = 60.0
_REST_S = 3.0


async def run(seed: int, seconds: float, at_once: int, say: Say) -> Evidence:
    """One run; what is known of it. Raises Refusal, and TimeoutError if the load never ends."""
    kept = CHAOS / str(seed)
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    async with AsyncExitStack() as stack:
        there = await stack.enter_async_context(ground(kept))
        await there.controller_up()
        under = await stack.enter_async_context(load(there, seed, at_once))
        await asyncio.sleep(_REST_S)
        rest = await gathering.at_rest(there)
        inflicting = Inflicting(ground=there, load=under, say=say)
        async with beside(under.hear_music(), under.keep_shift()):
            async with beside(under.call()):
                await under.filled(_FULL_WITHIN_S)
                say(f"{under.on_the_line} callers on the line")
                async with beside(under.sample()):
                    await inflicting.all_of(plan(seed, seconds))
            say("no new callers; those there are served")
            await under.end()
        left = await gathering.leftovers(there, rest)
        shutil.copytree(there.state_dir / "log", kept / "log")
        sampled = under.sampled
        say(f"callers at once: {min(sampled)} to {max(sampled)}, {len(under.logs)} in all")
        return Evidence(
            callers=under.logs,
            dialled=under.citizens.dialled,
            calls=await gathering.calls(there),
            callbacks=await gathering.callbacks(there),
            struck=inflicting.struck,
            stalls=under.stalls,
            free_numbers=frozenset({FREE_NUMBER}),
            left=left,
        )


def proof(seed: int, seconds: float, at_once: int, say: Say) -> Mapping[str, Sequence[Loss]]:
    """One run, kept in `var/chaos/SEED/` and shown; what was lost, by check. Raises Refusal."""
    evidence = asyncio.run(run(seed, seconds, at_once, say))
    found = losses(evidence)
    report.keep(evidence, found, CHAOS / str(seed))
    report.show(evidence, found, Console(width=None if sys.stdout.isatty() else 140))
    return found


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long faults strike")
    parser.add_argument("--seed", type=int, help="which faults, and which callers")
    parser.add_argument("--calls", type=int, default=55, help="how many callers at once")
    asked = parser.parse_args()
    seed = asked.seed if asked.seed is not None else random.randrange(10**6)
    began = time.monotonic()

    def say(text: str) -> None:
        sys.stderr.write(f"{time.monotonic() - began:4.0f} s  {text}\n")

    say(f"seed {seed}")
    try:
        found = proof(seed, 60 * asked.minutes, asked.calls, say)
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
