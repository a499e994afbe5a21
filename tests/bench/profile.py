"""Where the controller's time goes: a short load with a controller that is sampled."""

from tests.bench.controller import Controller, Record
from tests.bench.place import BENCH, Place
from tests.bench.rounds import Plan
from tests.bench.sampling import Profile
from tests.bench.side import Side

_SECONDS = 12


async def profiled(place: Place, side: Side, record: Record, plan: Plan) -> Profile:
    """The controller's profile under the load of the rounds; no other controller may run."""
    samples = BENCH / "samples.json"
    access = side.asterisk.ensure_running()
    async with Controller.running(place, access, record, samples):
        await side.sipp.citizens(plan.course, rate=plan.rate, calls=plan.rate * _SECONDS)
        await side.emptied()
    return Profile.read(samples)


def text(profile: Profile, most: int = 12) -> list[str]:
    """The profile as lines: what ran, and through what of ours."""
    lines = [f"where the controller's time goes ({profile.samples} samples), by function:"]
    lines += [f"  {share:6.1%}  {name}" for name, share in profile.inside[:most]]
    lines += ["and through our own functions (these overlap):"]
    lines += [f"  {share:6.1%}  {name}" for name, share in profile.through[:most]]
    return lines
