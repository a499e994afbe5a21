"""Which Asterisk and which Postgres the line stands on: somebody's servers, or its own."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from ivr.adapters import alone_folder, dialplan, studio
from ivr.adapters.ami import AmiTarget
from ivr.adapters.ari import AriTarget
from ivr.adapters.migrations import migrate
from ivr.adapters.outbox import Outbox
from ivr.adapters.postgres import DatabaseAway, where
from ivr.adapters.synthesis import EspeakNg
from ivr.domain.service import Service
from ivr.embedded import packages
from ivr.embedded.asterisk import AsteriskAccess, EmbeddedAsterisk
from ivr.embedded.packages import Root
from ivr.embedded.postgres import EmbeddedPostgres
from ivr.embedded.progress import Progress
from ivr.errors import Refusal
from ivr.settings import PROJECT_ROOT, Settings

log = structlog.get_logger(__name__)

MIGRATES_S = 10.0  # a start may take so long; what takes longer is done beside the calls
NO_TRUNK = (
    "calls back cannot be made: IVR_SIP_TRUNK is not set; they are kept on the list, to be called"
    " by hand (ivr callbacks list)"
)


def database(settings: Settings) -> tuple[str, EmbeddedPostgres | None]:
    """The database's address, and our own server if it is ours: started or adopted.

    Blocking. Raises Refusal.
    """
    if settings.database_url is not None:
        return settings.database_url, None
    postgres = EmbeddedPostgres(settings.state_dir)
    return postgres.ensure_running(), postgres


def switch(
    settings: Settings, service: Service
) -> tuple[AriTarget, tuple[EmbeddedAsterisk, AsteriskAccess] | None]:
    """How to reach Asterisk, and our own if it is ours: started or adopted.

    Blocking. Raises Refusal.
    """
    alone_folder.prepare(settings.records_dir)
    if given := settings.ari:
        return AriTarget(url=given.url, user=given.user, password=given.password), None
    asterisk = embedded_asterisk(settings, service)
    access = asterisk.ensure_running()
    return target(access), (asterisk, access)


def target(access: AsteriskAccess) -> AriTarget:
    """How our own Asterisk is reached."""
    return AriTarget(url=access.ari_url, user=access.user, password=access.password)


def ami(access: AsteriskAccess) -> AmiTarget:
    """How our own Asterisk is asked to read its files anew."""
    return AmiTarget(address=access.ami, user=access.user, password=access.ami_password)


def without_trunk(settings: Settings, service: Service) -> tuple[Service, str | None]:
    """The service as it can be run here, and what is doubtful about that.

    Without a trunk no citizen can be called, and each attempt would count as one in vain: so no
    line dials. An Asterisk of somebody else's is taken to have a trunk.
    """
    reaches = settings.ari is not None or settings.sip_trunk is not None
    dialling = [line for line in service.lines if line.callback.enabled and line.callback.dial]
    if reaches or not dialling:
        return service, None
    lines = (replace(each, callback=replace(each.callback, dial=False)) for each in service.lines)
    return replace(service, lines=tuple(lines)), NO_TRUNK


def build_prompts(settings: Settings, service: Service) -> int:
    """Speak the prompts that are missing or changed; how many. Blocking. Raises Refusal."""
    programs = EspeakNg(programs=_root(settings))
    with ExitStack() as stack:
        shown: list[Progress] = []

        def progress(done: int, total: int) -> None:
            if not shown:  # nothing is said when there is nothing to do
                shown.append(stack.enter_context(Progress(doing="Speaking the prompts")))
            shown[0].at(f"{done} of {total}")

        return studio.build(service, settings.prompts_dir, programs, progress=progress)


def alone(service: Service) -> Mapping[str, str]:
    """The files that Asterisk needs to serve by itself, by their names in its folder."""
    return dialplan.files(service, datetime.now(UTC))


def embedded_asterisk(settings: Settings, service: Service) -> EmbeddedAsterisk:
    """Our own Asterisk, with an account for each counsellor; its packages are fetched."""
    return EmbeddedAsterisk(
        root=_root(settings),
        state_dir=settings.state_dir,
        dialplan_dir=PROJECT_ROOT / "dialplan",
        prompts_dir=settings.prompts_dir,
        sip=settings.sip_bind,
        tls=settings.sip_tls,
        rtp=settings.rtp_ports,
        trunk=settings.sip_trunk,
        accounts=service.phones,
        generated=alone(service),
        records_dir=settings.records_dir,
    )


def _root(settings: Settings) -> Root:
    return packages.ensure(settings.packages_dir, mirror=settings.debian_mirror)


async def migrated(settings: Settings, outbox: Outbox | None, say: Callable[[str], None]) -> bool:
    """Whether the database given is up to date now. One that is away keeps no caller waiting.

    `outbox` is None while another controller has it. Raises Refusal for a database that cannot
    be used, and where the line has never recorded anything: it is the address that is wrong.
    """
    url = settings.database_url
    if url is None:
        return True
    try:
        async with asyncio.timeout(MIGRATES_S):
            await migrate(url)
    except (DatabaseAway, TimeoutError) as away:
        if isinstance(away, Refusal) and outbox is not None and not await outbox.ever_used():
            raise
        why = str(away) or f"The {where(url)} does not answer."
        say(f"doubtful: {why} Calls are taken, and events wait on the disk.")
        log.warning("database.away_at_the_start", reason=why)
        return False
    return True
