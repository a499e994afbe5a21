"""The course of the bench: which loads are run through which side, and in what order."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tests.bench.controller import Controller
from tests.bench.figures import Attempt, Calls, Figures, Memory, Name, Results, next_rate
from tests.bench.load import Course
from tests.bench.place import UNSERVED
from tests.bench.polling import until
from tests.bench.probe import Clips, Probes
from tests.bench.side import RING_S, Side

Say = Callable[[str], None]

# From the last key to the answer: the ringing, the whisper (2.1 s), and this much more.
_WHISPER_AND_SLACK_S = 6.0
_EASY = 0.8  # of the rate of the rounds: memory is asked for, not haste
_SETTLE_S = 1.0  # the record reaches Postgres a moment later
_SAMPLE_S = 2.0
_WAITING_BOUND_S = 120.0
# All wait at once for so long; less than a minute in all, or they would be taken for ghosts.
_TOGETHER_S = 25.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is measured. Rates are new calls a second, `rate` with the probes in it."""

    rate: int = 20
    probes: int = 2
    talk_s: float = 3.8
    seconds: float = 40.0
    rounds: int = 2
    highest: int = 84
    step: int = 1
    attempt_s: float = 8.0
    waiting: tuple[int, ...] = (10, 100, 400)
    calls: int = 5000
    counsellors: int = 300

    @property
    def course(self) -> Course:
        """How a bulk call of the rounds goes."""
        return Course(
            thinks_s=0.7, talk_s=self.talk_s, served_within_s=RING_S + _WHISPER_AND_SLACK_S
        )

    @property
    def short_course(self) -> Course:
        """The same with hardly a talk: for the highest rate, and for many calls."""
        return replace(self.course, talk_s=0.5)


QUICK = Plan(
    seconds=12.0, rounds=1, highest=52, step=8, attempt_s=5.0, waiting=(10, 100), calls=400
)


@dataclass(kw_only=True)
class Bench:
    """The two sides at work and what they have done so far."""

    plan: Plan
    ours: Side
    queue: Side
    clips: Clips
    say: Say
    faults: list[str] = field(default_factory=list)
    _served: list[Memory] = field(default_factory=list)
    _other: Calls = field(default_factory=Calls)

    async def run(self) -> Results:
        """All of it. What may overload a side comes last: memory once taken is seldom given back.

        The controller is the same throughout, so that its first calls are those of the rounds.
        """
        watching = asyncio.create_task(self._watch())
        rounds = await self._rounds()
        await self._many_calls()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        waiting = await self._waiting()
        figures = {name: Figures.sum(each) for name, each in rounds.items()}
        return Results(
            ours=figures[Name.OURS],
            queue=figures[Name.QUEUE],
            attempts=await self._highest_rates(figures),
            waiting=waiting,
            served=self._served,
            other=self._other,
        )

    # --- the comparison ------------------------------------------------------------

    async def _rounds(self) -> dict[Name, list[Figures]]:
        """The same load through one and the other in turn: a b, b a, …"""
        done: dict[Name, list[Figures]] = {name: [] for name in Name}
        pair = [self.ours, self.queue]
        for _ in range(self.plan.rounds):
            for side in pair:
                done[side.name].append(await self._round(side))
            pair.reverse()
        return done

    async def _round(self, side: Side) -> Figures:
        plan = self.plan
        probes = Probes(server=side.asterisk.sip, phones=side.phones, clips=self.clips)
        bulk_rate = plan.rate - plan.probes
        before = side.cpu()
        async with asyncio.TaskGroup() as group:
            calls = round(bulk_rate * plan.seconds)
            bulk = group.create_task(side.sipp.citizens(plan.course, rate=bulk_rate, calls=calls))
            group.create_task(probes.run(rate=plan.probes, seconds=plan.seconds))
        await self._settled(side)
        self.faults += probes.faults
        figures = Figures(
            calls=bulk.result().beside(probes.calls),
            cpu=side.cpu() - before,
            delays=probes.delays,
        )
        self._told(side, f"{plan.rate} calls a second", figures.calls)
        return figures

    async def _highest_rates(self, rounds: Mapping[Name, Figures]) -> list[Attempt]:
        """Halve the gap between a rate that was held and one that was not, side by side."""
        plan = self.plan
        attempts = [
            Attempt(side=name, rate=plan.rate, calls=done.calls) for name, done in rounds.items()
        ]
        gap = {a.side: (a.rate, plan.highest) if a.held else (0, a.rate) for a in attempts}
        while True:
            tries = [
                (side, rate)
                for side in (self.ours, self.queue)
                if (rate := next_rate(*gap[side.name], plan.step)) is not None
            ]
            if not tries:
                return attempts
            for side, rate in tries:
                attempt = await self._attempt(side, rate)
                attempts.append(attempt)
                held, failed = gap[side.name]
                gap[side.name] = (rate, failed) if attempt.held else (held, rate)

    async def _attempt(self, side: Side, rate: int) -> Attempt:
        number = round(rate * self.plan.attempt_s)
        calls = await side.sipp.citizens(self.plan.short_course, rate=rate, calls=number)
        await self._settled(side)
        self._told(side, f"{rate} calls a second", calls)
        return Attempt(side=side.name, rate=rate, calls=calls)

    # --- the controller's memory ---------------------------------------------------

    async def _watch(self) -> None:
        """Note the controller's memory after so and so many calls, until cancelled."""
        controller = self._controller
        while True:
            done = await controller.arrived()
            self._served.append(Memory(calls=done, mb=controller.memory_mb))
            await asyncio.sleep(_SAMPLE_S)

    async def _many_calls(self) -> None:
        """What is still wanting after the rounds to as many calls as memory may not grow over."""
        plan = self.plan
        number = max(1, plan.calls - await self._controller.arrived())
        rate = max(1, round(_EASY * plan.rate))
        calls = await self.ours.sipp.citizens(plan.short_course, rate=rate, calls=number)
        self._other += calls
        await self._settled(self.ours)
        self._told(self.ours, f"memory over {plan.calls} calls, {rate} a second", calls)

    async def _waiting(self) -> list[Memory]:
        """The controller's memory while so many wait for a counsellor who is not there."""
        plan, controller = self.plan, self._controller
        most = max(plan.waiting)
        hold_s = most / plan.rate + _TOGETHER_S
        calling = asyncio.create_task(
            self.ours.sipp.waiting(
                UNSERVED, thinks_s=0.7, hold_s=hold_s, rate=plan.rate, calls=most
            )
        )
        samples = []
        for wanted in sorted(plan.waiting):

            async def enough(wanted: int = wanted) -> bool:
                return await controller.waiting() >= wanted

            await until(enough, _WAITING_BOUND_S)
            samples.append(Memory(calls=wanted, mb=controller.memory_mb))
        calls = await calling
        await self._settled(self.ours)
        self._other += calls
        self._told(self.ours, f"{most} callers waiting at once", calls)
        return samples

    @property
    def _controller(self) -> Controller:
        assert self.ours.controller is not None
        return self.ours.controller

    # --- between the loads ---------------------------------------------------------

    async def _settled(self, side: Side) -> None:
        """Nothing of one load is left when the next begins."""
        await side.emptied()
        await asyncio.sleep(_SETTLE_S)

    def _told(self, side: Side, what: str, calls: Calls) -> None:
        failed = f"{calls.failed} failed" if calls.failed else "none failed"
        self.say(f"{side.name}: {what}: {calls.made} calls, {failed}")
