"""The composition root: loads, builds in the order in which it may be refused, and runs."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

from ivr import access, backing
from ivr.adapters.fence import Fence
from ivr.adapters.migrations import migrate
from ivr.adapters.notice_folder import NoticeFolder
from ivr.adapters.outbox import Outbox
from ivr.adapters.outbox_lock import awaited
from ivr.adapters.postgres import open_pool
from ivr.adapters.shipping import Shipper
from ivr.adapters.steady_clock import SteadyClock
from ivr.condition import Condition
from ivr.config.saved import Sign, sign
from ivr.configuring import Configuration, NotYet, Version
from ivr.director import Conductor
from ivr.domain.service import Service
from ivr.errors import Refusal
from ivr.golive import GoingLive, Live, line_names, pins_of, speak, voice
from ivr.parts import Kept, database_of, eraser_of, house_of, registration_of, switch_of
from ivr.plan import Options, Plan
from ivr.running import Line, Stop
from ivr.screens import Screens
from ivr.settings import Settings
from ivr.source import Source
from ivr.succession import Seat, Succession
from ivr.tasks import Tasks
from ivr.web.api import DeskAccess
from ivr.web.app import create_app, serving
from ivr.web.metrics import Metrics


async def serve(settings: Settings, options: Options, stop: Stop) -> None:
    """Run the line until it is asked to stop; where another controller runs it, wait for its end.

    Raises Refusal, before any call is taken, when it cannot run. What can be
    refused without touching a server comes first: an Asterisk found running may
    have callers in it, whom a second controller that is refused must not disturb.
    """
    notices = NoticeFolder(settings.notices_dir, settings.prompts_dir, settings.recordings_dir)
    source = Source(
        settings=settings,
        folder=options.config_dir,
        open_now=options.open_now,
        say=options.say,
        closures=notices.closures,
    )
    seen = sign(*source.watched)
    service, fault = source.first()
    plan = Plan(
        settings=settings,
        options=options,
        clock=SteadyClock.open(options.clock, settings.state_dir / "clock.json"),
        source=source,
        notices=notices,
        names=line_names(service),
    )
    async with _observed(plan) as (succession, condition), Tasks() as tasks:
        lacking = not await backing.migrated(settings, succession.outbox, options.say)
        going = GoingLive(settings, source, succession, plan.names)
        configuration = await _first(plan, going, service, seen, ours=succession.outbox is not None)
        configuration.fault = fault or configuration.fault
        condition.configuration = configuration
        tasks.start(condition.upkeep.keep("watch", configuration.keep, tasks), "watch")
        outbox = await succession.turn(stop)
        if outbox is None:
            return
        plan.clock.go_on()
        notices.look()
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


async def _first(
    plan: Plan, going: GoingLive, service: Service, seen: Sign, *, ours: bool
) -> Configuration:
    """The configuration that the line starts with. Raises Refusal.

    The last good one where the saved one cannot be spoken yet, or lacks a PIN, as while a line
    runs: whoever starts us after a crash is not to leave the line alone until that is mended.
    `ours`: no other controller plays from the same folder of prompts.
    """
    say = plan.options.say
    held: NotYet | None = None
    try:
        version = await asyncio.to_thread(_spoken, plan, service, ours=ours)
    except Refusal as unspoken:
        last = await asyncio.to_thread(plan.source.last_good)
        if last is None or last == service:
            raise
        held = NotYet(str(unspoken))
        version = await asyncio.to_thread(_spoken, plan, last, ours=ours)
        plan.names.update(line_names(last))
    for doubt in version.doubts:
        say(f"doubtful: {doubt}")
    configuration = Configuration(plan.source.watched, version, going, seen=seen, say=say)
    if held is not None:
        configuration.hold_back(version, held)
    return configuration


def _spoken(plan: Plan, service: Service, *, ours: bool) -> Version:
    doubts = speak(plan.source, service) if ours else ()
    speech = voice(plan.settings, service, ours=ours)
    pins = pins_of(plan.settings, service, ours=ours)
    return Version(service=service, speech=speech, pins=pins, doubts=doubts)


@asynccontextmanager
async def _ready(
    plan: Plan,
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
    house = house_of(plan, version, outbox)
    connections, asterisk, own = await switch_of(plan.settings, service)
    conductor = Conductor(connections, house)
    database_url, postgres = await database_of(plan.settings)
    async with open_pool(database_url) as pool:
        prepare = partial(migrate, database_url) if lacking else None
        shipper = Shipper(outbox, pool, prepare=prepare)
        condition.shipper, condition.conductor = shipper, conductor
        condition.house = house
        condition.registration = registration = registration_of(plan.settings, asterisk)
        eraser = eraser_of(house, outbox, pool)
        servers: list[Kept] = [server for server in (own, postgres) if server]
        line = Line(
            conductor=conductor,
            shipper=shipper,
            recording=outbox.ended,
            kept_up={
                "ship": shipper.ship,
                "notices": plan.notices.watch,
                "erase": eraser.erase,
                **{server.name: server.keep for server in servers},
                **({} if registration is None else {"trunk": registration.watch}),
            },
            upkeep=condition.upkeep,
            own=servers,
            awaited=partial(awaited, plan.record),
            clock=plan.clock,
            announcement=plan.announcement(service),
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
async def _observed(plan: Plan) -> AsyncIterator[tuple[Succession, Condition]]:
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


def _seat(plan: Plan, metrics: Metrics) -> Seat:
    """Which outbox and which database only one controller may have at a time."""
    settings, options = plan.settings, plan.options
    screens = Screens(names=plan.names, metrics=metrics, say=options.say)
    path = plan.record
    url = settings.database_url  # our own is known by the folder, as the outbox is
    return Seat(
        path=path,
        open=lambda: screens.open(path, settings.outbox_mb * 1_000_000),
        fence=None if url is None else Fence(url),
        configuration=plan.source.fingerprint(),
        force=options.take_over,
        say=options.say,
    )
