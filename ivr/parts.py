"""The parts of a running line, made by the version of the configuration that is in force."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from ivr import backing
from ivr.adapters.alone_folder import AloneFolder
from ivr.adapters.ari import AriConnections
from ivr.adapters.erasing import Eraser
from ivr.adapters.migrations import migrate
from ivr.adapters.numbering import NumberingPlans
from ivr.adapters.outbox import Outbox
from ivr.configuring import Version
from ivr.director import Book, Door, House, Roster, lapse
from ivr.domain.retention import Retention
from ivr.domain.service import Service
from ivr.embedded.asterisk import AsteriskAccess
from ivr.embedded.kept import KeptServer
from ivr.plan import Plan
from ivr.registration import Registration
from ivr.settings import Settings
from ivr.telling import Asterisk, Others, Ours, Untold

if TYPE_CHECKING:
    from asyncpg.pool import Pool

NODE = "n1"

Kept = KeptServer[AsteriskAccess] | KeptServer[str]


def house_of(plan: Plan, version: Version, outbox: Outbox) -> House:
    """What outlives one connection to the switch."""
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
        of_machine=clock.of_machine,
        notices=plan.notices,
    )


def eraser_of(house: House, outbox: Outbox, pool: "Pool") -> Eraser:
    """What forgets numbers in time."""
    lapsing = partial(lapse, house.callbacks, house.clock)
    return Eraser(outbox, pool, house.clock, Retention.of(house.service), lapsing)


def registration_of(settings: Settings, asterisk: Asterisk) -> Registration | None:
    """Who looks whether the trunk is registered, where it is to be and Asterisk can be asked."""
    ami = asterisk.ami
    if settings.sip_trunk_login is None or ami is None:
        return None
    return Registration(lambda: asterisk.ami or ami)


async def switch_of(
    settings: Settings, service: Service
) -> tuple[AriConnections, Asterisk, Kept | None]:
    """The way to Asterisk, what it reads, and our own if it is ours. Raises Refusal."""
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


async def database_of(settings: Settings) -> tuple[str, Kept | None]:
    """Its address, the same after a death, and our own if it is ours. Raises Refusal."""
    url, postgres = await asyncio.to_thread(backing.database, settings)
    if postgres is None:
        return url, None
    await migrate(url)
    return url, KeptServer("postgres", postgres, lambda _: None)
