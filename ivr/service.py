"""The composition root: loads, builds in the order in which it may be refused, and runs."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ivr import access, backing, banner
from ivr.adapters.alone_folder import AloneFolder
from ivr.adapters.ari import AriConnections
from ivr.adapters.erasing import Eraser
from ivr.adapters.fence import Fence
from ivr.adapters.migrations import migrate
from ivr.adapters.numbering import NumberingPlans
from ivr.adapters.outbox import Outbox
from ivr.adapters.outbox_lock import awaited
from ivr.adapters.postgres import open_pool
from ivr.adapters.shipping import Shipper
from ivr.adapters.steady_clock import SteadyClock
from ivr.condition import Condition
from ivr.config.saved import sign
from ivr.configuring import Configuration, Version
from ivr.director import Book, Conductor, Door, House, Roster, lapse
from ivr.domain.call import LineId
from ivr.domain.retention import Retention
from ivr.domain.service import Service
from ivr.embedded.asterisk import AsteriskAccess
from ivr.embedded.kept import KeptServer
from ivr.golive import GoingLive, Live, line_names, speak, voice
from ivr.ports import Clock
from ivr.running import Line, Stop
from ivr.screens import Screens
from ivr.settings import Settings
from ivr.source import Source
from ivr.succession import Seat, Succession
from ivr.tasks import Tasks
from ivr.telling import Asterisk, Others, Ours, Untold
from ivr.web.api import DeskAccess
from ivr.web.app import create_app, serving
from ivr.web.metrics import Metrics

if TYPE_CHECKING:
    from asyncpg.pool import Pool

NODE = "n1"

Kept = KeptServer[AsteriskAccess] | KeptServer[str]


class SystemClock:
    """The machine's clock. Implements `ivr.ports.Clock`."""

    def now(self) -> datetime:
        """The present instant, UTC."""
        return datetime.now(UTC)


def _at_once(line: str) -> None:
    """To the console, also where that is a file or a pipe that somebody follows.

    One that is closed or full is no reason to stop: the log has it all.
    """
    with suppress(OSError):
        print(line, flush=True)


@dataclass(frozen=True, kw_only=True)
class Options:
    """How the line is run.

    `open_now` overrides the opening hours, for trying the line. With `take_over` a
    controller that runs the line is ended. `say` takes the lines that a person at the
    console reads.
    """

    config_dir: Path
    open_now: bool = False
    take_over: bool = False
    say: Callable[[str], None] = _at_once
    clock: Clock = field(default_factory=SystemClock)


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """How the line is run, and where. `names` are those of the lines for the console."""

    settings: Settings
    options: Options
    clock: SteadyClock
    source: Source
    names: dict[LineId, str]


async def serve(settings: Settings, options: Options, stop: Stop) -> None:
    """Run the line until it is asked to stop; where another controller runs it, wait for its end.

    Raises Refusal, before any call is taken, when it cannot run. What can be
    refused without touching a server comes first: an Asterisk found running may
    have callers in it, whom a second controller that is refused must not disturb.
    """
    source = _source(settings, options)
    seen = sign(*source.watched)
    service, fault = source.first()
    clock = SteadyClock.open(options.clock, settings.state_dir / "clock.json")
    plan = _Plan(
        settings=settings,
        options=options,
        clock=clock,
        source=source,
        names=line_names(service),
    )
    async with _observed(plan) as (succession, condition), Tasks() as tasks:
        lacking = not await backing.migrated(settings, succession.outbox, options.say)
        ours = succession.outbox is not None
        if ours:  # else another controller plays from the same folder
            await asyncio.to_thread(speak, settings, service)
        going = GoingLive(settings, source, succession, plan.names)
        first = Version(service=service, speech=voice(settings, service, ours=ours), pins={})
        configuration = Configuration(source.watched, first, going, seen=seen, say=options.say)
        configuration.fault = fault
        condition.configuration = configuration
        tasks.start(condition.upkeep.keep("watch", configuration.keep, tasks), "watch")
        outbox = await succession.turn(stop)
        if outbox is None:
            return
        await going.begin(configuration, outbox)
        async with _ready(plan, condition, configuration, outbox, lacking=lacking) as (line, live):
            going.live = live
            configuration.tell_soon()
            # What is loaded by now stays: looked through again and again for what to throw
            # away, it would hold up every call for some 40 ms at a time.
            gc.collect()
            gc.freeze()
            async with succession.kept():
                await line.run(stop)


@asynccontextmanager
async def _ready(
    plan: _Plan,
    condition: Condition,
    configuration: Configuration,
    outbox: Outbox,
    *,
    lacking: bool,
) -> AsyncIterator[tuple[Line, Live]]:
    """The line by the configuration held ready. `lacking`: the database is not up to date."""
    service = configuration.version.service
    version = replace(configuration.version, pins=access.pins(plan.settings, service))
    configuration.version = version
    house = _house(plan, version, outbox)
    connections, asterisk, own = await _switch(plan, service)
    conductor = Conductor(connections, house)
    database_url, postgres = await _database(plan)
    async with await open_pool(database_url) as pool:
        prepare = partial(migrate, database_url) if lacking else None
        shipper = Shipper(outbox, pool, prepare=prepare)
        condition.shipper, condition.conductor = shipper, conductor
        condition.house = house
        eraser = _eraser(house, outbox, pool)
        servers: list[Kept] = [server for server in (own, postgres) if server]
        line = Line(
            conductor=conductor,
            shipper=shipper,
            recording=outbox.ended,
            kept_up={
                "ship": shipper.ship,
                "erase": eraser.erase,
                **{server.name: server.keep for server in servers},
            },
            upkeep=condition.upkeep,
            own=servers,
            awaited=partial(awaited, _record(plan.settings)),
            clock=plan.clock,
            announcement=_announcement(plan, service),
            say=plan.options.say,
        )
        live = Live(
            house=house,
            conductor=conductor,
            eraser=eraser,
            connections=connections,
            asterisk=asterisk,
        )
        yield line, live


@asynccontextmanager
async def _observed(plan: _Plan) -> AsyncIterator[tuple[Succession, Condition]]:
    """The way to the outbox, which only one controller may have, and the web port that shows it."""
    condition = Condition(plan.clock)
    metrics = Metrics(condition)
    async with Succession(_seat(plan, metrics)) as succession:
        condition.succession = succession
        await succession.claim()
        desk = DeskAccess(
            token=access.desk_token(plan.settings),
            desk=lambda: condition.desk,
            callbacks=lambda: condition.callbacks,
            configuration=lambda: condition.configuration,
        )
        async with serving(create_app(condition, metrics, desk), plan.settings.http_bind):
            yield succession, condition


def _seat(plan: _Plan, metrics: Metrics) -> Seat:
    """Which outbox and which database only one controller may have at a time."""
    settings, options = plan.settings, plan.options
    screens = Screens(names=plan.names, metrics=metrics, say=options.say)
    path = _record(settings)
    url = settings.database_url  # our own is known by the folder, as the outbox is
    return Seat(
        path=path,
        open=lambda: screens.open(path, settings.outbox_mb * 1_000_000),
        fence=None if url is None else Fence(url),
        configuration=plan.source.fingerprint(),
        force=options.take_over,
        say=options.say,
    )


def _record(settings: Settings) -> Path:
    return settings.state_dir / "outbox.sqlite"


def _source(settings: Settings, options: Options) -> Source:
    return Source(
        settings=settings,
        folder=options.config_dir,
        open_now=options.open_now,
        say=options.say,
    )


def _house(plan: _Plan, version: Version, outbox: Outbox) -> House:
    service, clock = version.service, plan.clock
    roster, numbers = Roster(service, clock, outbox), NumberingPlans()
    return House(
        node=NODE,
        service=service,
        speech=version.speech,
        journal=outbox,
        numbers=numbers,
        callbacks=Book(service, numbers, outbox, clock),
        clock=clock,
        roster=roster,
        door=Door(service, roster, clock, version.pins),
        alone=AloneFolder(plan.settings.records_dir),
    )


def _eraser(house: House, outbox: Outbox, pool: "Pool") -> Eraser:
    retention = Retention.of(house.service)
    lapsing = partial(lapse, house.callbacks, house.clock)
    return Eraser(outbox, pool, house.clock, retention, lapsing)


async def _switch(plan: _Plan, service: Service) -> tuple[AriConnections, Asterisk, Kept | None]:
    """The way to Asterisk, what it reads, and our own if it is ours."""
    settings = plan.settings
    target, started = await asyncio.to_thread(backing.switch, settings, service)
    connections = AriConnections(target, service.phones)
    if started is None:
        others = Untold() if settings.ami is None else Others(settings.ami)
        return connections, others, None
    asterisk, reached = started
    ours = Ours(asterisk, backing.ami(reached))

    def again(access: AsteriskAccess) -> None:
        connections.aim(backing.target(access))
        ours.ami = backing.ami(access)

    return connections, ours, KeptServer("asterisk", ours, again)


async def _database(plan: _Plan) -> tuple[str, Kept | None]:
    """Its address, the same after a death."""
    url, postgres = await asyncio.to_thread(backing.database, plan.settings)
    if postgres is None:
        return url, None
    await migrate(url)
    return url, KeptServer("postgres", postgres, lambda _: None)


def _announcement(plan: _Plan, service: Service) -> list[str]:
    now, trial = plan.clock.now(), plan.options.open_now
    return list(banner.lines(service, plan.settings, now=now, trial=trial))
