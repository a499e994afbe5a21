"""The composition root: loads, builds in the order in which it may be refused, and runs."""

import asyncio
import gc
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ivr import access, backing, banner, config
from ivr.adapters.alone_folder import AloneFolder
from ivr.adapters.ari import AriConnections
from ivr.adapters.erasing import Eraser
from ivr.adapters.fence import Fence
from ivr.adapters.migrations import migrate
from ivr.adapters.notice_folder import NoticeFolder
from ivr.adapters.numbering import NumberingPlans
from ivr.adapters.outbox import Outbox
from ivr.adapters.outbox_lock import awaited
from ivr.adapters.postgres import open_pool
from ivr.adapters.shipping import Shipper
from ivr.adapters.speech import Prompts
from ivr.adapters.steady_clock import SteadyClock
from ivr.condition import Condition
from ivr.director import Book, Conductor, Door, House, Roster, lapse
from ivr.domain.retention import Retention
from ivr.domain.schedule import forced_open
from ivr.domain.service import Service
from ivr.embedded.asterisk import AsteriskAccess
from ivr.embedded.kept import KeptServer
from ivr.ports import Clock
from ivr.running import Line, Stop
from ivr.screens import Screens
from ivr.settings import Settings
from ivr.succession import Seat, Succession
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
    """What is run, where and how."""

    service: Service
    settings: Settings
    options: Options
    clock: SteadyClock
    notices: NoticeFolder


def load_service(settings: Settings, options: Options) -> Service:
    """The configuration, with the override of the hours if that is asked for. Raises Refusal."""
    configured, doubts = config.check(options.config_dir)
    service, no_trunk = backing.without_trunk(settings, configured)
    for doubt in (*doubts, no_trunk):
        if doubt is not None:
            options.say(f"doubtful: {doubt}")
    if not options.open_now:
        return service
    lines = (replace(line, schedule=forced_open(line.schedule)) for line in service.lines)
    return replace(service, lines=tuple(lines))


async def serve(settings: Settings, options: Options, stop: Stop) -> None:
    """Run the line until it is asked to stop; where another controller runs it, wait for its end.

    Raises Refusal, before any call is taken, when it cannot run. What can be
    refused without touching a server comes first: an Asterisk found running may
    have callers in it, whom a second controller that is refused must not disturb.
    """
    notices = NoticeFolder(settings.notices_dir, settings.prompts_dir)
    service = replace(load_service(settings, options), closures=notices.closures)
    clock = SteadyClock.open(options.clock, settings.state_dir / "clock.json")
    plan = _Plan(service=service, settings=settings, options=options, clock=clock, notices=notices)
    async with _observed(plan) as (succession, condition):
        lacking = not await backing.migrated(settings, succession.outbox, options.say)
        if succession.outbox is not None:  # else another controller plays from the same folder
            await asyncio.to_thread(_speak, plan)
        speech = Prompts.load(settings.prompts_dir, plan.service)
        outbox = await succession.turn(stop)
        if outbox is None:
            return
        clock.go_on()
        notices.look()
        house = _house(plan, speech, outbox)
        conductor, asterisk = await _conductor(plan, house)
        database_url, postgres = await _database(plan)
        async with open_pool(database_url) as pool:
            prepare = partial(migrate, database_url) if lacking else None
            shipper = Shipper(outbox, pool, prepare=prepare)
            condition.shipper, condition.conductor = shipper, conductor
            condition.house = house
            own: list[Kept] = [server for server in (asterisk, postgres) if server]
            line = Line(
                conductor=conductor,
                shipper=shipper,
                recording=outbox.ended,
                kept_up={
                    "ship": shipper.ship,
                    "notices": notices.watch,
                    "erase": _eraser(plan, house, outbox, pool).erase,
                    **{server.name: server.keep for server in own},
                },
                upkeep=condition.upkeep,
                own=own,
                awaited=partial(awaited, _record(settings)),
                clock=clock,
                announcement=_announcement(plan),
                say=options.say,
            )
            # What is loaded by now stays: looked through again and again for what to throw
            # away, it would hold up every call for some 40 ms at a time.
            gc.collect()
            gc.freeze()
            async with succession.kept():
                await line.run(stop)


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
        )
        async with serving(create_app(condition, metrics, desk), plan.settings.http_bind):
            yield succession, condition


def _seat(plan: _Plan, metrics: Metrics) -> Seat:
    """Which outbox and which database only one controller may have at a time."""
    settings, options = plan.settings, plan.options
    names = {line.id: line.name[line.languages[0]] for line in plan.service.lines}
    screens = Screens(names=names, metrics=metrics, say=options.say)
    path = _record(settings)
    url = settings.database_url  # our own is known by the folder, as the outbox is
    return Seat(
        path=path,
        open=lambda: screens.open(path, settings.outbox_mb * 1_000_000),
        fence=None if url is None else Fence(url),
        configuration=_fingerprint(plan),
        force=options.take_over,
        say=options.say,
    )


def _record(settings: Settings) -> Path:
    return settings.state_dir / "outbox.sqlite"


def _fingerprint(plan: _Plan) -> str:
    """The same for two controllers that serve callers alike on the same servers."""
    settings = plan.settings
    trunk = settings.sip_trunk, settings.sip_trunk_peers, settings.sip_trunk_login
    place = settings.sip_bind, trunk, settings.rtp_ports, settings.ari
    said = f"{config.fingerprint(plan.options.config_dir)} {plan.options.open_now} {place}"
    return hashlib.sha256(said.encode()).hexdigest()


def _speak(plan: _Plan) -> None:
    """Our own Asterisk plays prompts that we speak; another's are put there by its people."""
    if plan.settings.ari is None:
        recorded = backing.recordings(plan.options.config_dir)
        built = backing.build_prompts(plan.settings, plan.service, recorded)
        for sentence in built.unused:
            plan.options.say(f"doubtful: {sentence}")


def _house(plan: _Plan, speech: Prompts, outbox: Outbox) -> House:
    service, clock = plan.service, plan.clock
    roster, numbers = Roster(service, clock, outbox), NumberingPlans()
    return House(
        node=NODE,
        service=service,
        speech=speech,
        journal=outbox,
        numbers=numbers,
        callbacks=Book(service, numbers, outbox, clock),
        clock=clock,
        roster=roster,
        door=_door(plan, roster),
        alone=AloneFolder(plan.settings.records_dir),
        of_machine=clock.of_machine,
        notices=plan.notices,
    )


def _door(plan: _Plan, roster: Roster) -> Door:
    pins = access.pins(plan.settings, plan.service)
    return Door(plan.service, roster, plan.clock, pins, access.administrators_pin(plan.settings))


def _eraser(plan: _Plan, house: House, outbox: Outbox, pool: "Pool") -> Eraser:
    retention = Retention.of(plan.service)
    lapsing = partial(lapse, house.callbacks, house.clock)
    return Eraser(outbox, pool, house.clock, retention, lapsing)


async def _conductor(plan: _Plan, house: House) -> tuple[Conductor, Kept | None]:
    target, asterisk = await asyncio.to_thread(backing.switch, plan.settings, plan.service)
    connections = AriConnections(target, plan.service.phones)
    conductor = Conductor(connections, house)
    if asterisk is None:
        return conductor, None

    def again(access: AsteriskAccess) -> None:
        connections.aim(backing.target(access))

    return conductor, KeptServer("asterisk", asterisk, again)


async def _database(plan: _Plan) -> tuple[str, Kept | None]:
    """Its address, the same after a death."""
    url, postgres = await asyncio.to_thread(backing.database, plan.settings)
    if postgres is None:
        return url, None
    await migrate(url)
    return url, KeptServer("postgres", postgres, lambda _: None)


def _announcement(plan: _Plan) -> list[str]:
    now, trial = plan.clock.now(), plan.options.open_now
    return list(banner.lines(plan.service, plan.settings, now=now, trial=trial))
