"""Which Asterisk and which Postgres the line stands on: somebody's servers, or its own."""

import asyncio
import shutil
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import structlog

from ivr.adapters import alone_folder, dialplan, studio
from ivr.adapters.ami import AmiTarget
from ivr.adapters.ari import AriTarget
from ivr.adapters.clips import ClipKey
from ivr.adapters.migrations import migrate
from ivr.adapters.outbox import Outbox
from ivr.adapters.postgres import DatabaseAway, where
from ivr.adapters.studio import Built
from ivr.adapters.synthesis import EspeakNg, Spoken
from ivr.adapters.voices import Command, Installed
from ivr.config.message import Message, told
from ivr.domain.service import Service
from ivr.embedded import packages
from ivr.embedded.asterisk import AsteriskAccess, EmbeddedAsterisk
from ivr.embedded.dialplan_check import startable
from ivr.embedded.packages import Root
from ivr.embedded.postgres import EmbeddedPostgres
from ivr.embedded.progress import Progress
from ivr.errors import Refusal
from ivr.settings import PROJECT_ROOT, Settings

log = structlog.get_logger(__name__)

MIGRATES_S = 10.0  # a start may take so long; what takes longer is done beside the calls
NO_TRUNK = told(
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
    access = startable(asterisk).ensure_running()
    return target(access), (asterisk, access)


def target(access: AsteriskAccess) -> AriTarget:
    """How our own Asterisk is reached."""
    return AriTarget(url=access.ari_url, user=access.user, password=access.password)


def ami(access: AsteriskAccess) -> AmiTarget:
    """How our own Asterisk is asked to read its files anew."""
    return AmiTarget(address=access.ami, user=access.user, password=access.ami_password)


def without_trunk(settings: Settings, service: Service) -> tuple[Service, Message | None]:
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


def recordings(config_dir: Path) -> Path:
    """The folder of the prompts that people have recorded; it need not be there."""
    return config_dir / "recordings"


def build_prompts(
    settings: Settings, service: Service, recorded: Path, *, confirmed: Collection[ClipKey] = ()
) -> Built:
    """Make the prompts that are missing or changed: `studio.build`. Blocking. Raises Refusal."""
    with ExitStack() as stack:
        shown: list[Progress] = []

        def progress(done: int, total: int) -> None:
            if not shown:  # nothing is said when there is nothing to do
                shown.append(stack.enter_context(Progress(doing="Speaking the prompts")))
            shown[0].at(f"{done} of {total}")

        return studio.build(
            service,
            settings.prompts_dir,
            voice(settings),
            recorded=recorded,
            confirmed=confirmed,
            progress=progress,
        )


def voice(settings: Settings) -> Spoken:
    """Who speaks what is written: the command given, else the espeak-ng of Asterisk's packages.

    With an Asterisk of somebody else's those packages are not wanted where espeak-ng is installed.
    Blocking. Raises Refusal.
    """
    if settings.speech_command is not None:
        return Spoken(engine=Command(words=settings.speech_command))
    if settings.ari is not None and shutil.which("espeak-ng"):
        return EspeakNg(programs=Installed())
    return EspeakNg(programs=_root(settings))


def alone(service: Service) -> Mapping[str, str]:
    """The files that Asterisk needs to serve by itself, by their names in its folder."""
    return dialplan.files(service, datetime.now(UTC))


def embedded_asterisk(
    settings: Settings, service: Service, *, root: Root | None = None
) -> EmbeddedAsterisk:
    """Our own Asterisk, with an account for each counsellor; without `root` it is fetched."""
    return EmbeddedAsterisk(
        root=root or _root(settings),
        state_dir=settings.state_dir,
        dialplan_dir=PROJECT_ROOT / "dialplan",
        prompts_dir=settings.prompts_dir,
        sip=settings.sip_bind,
        tls=settings.sip_tls,
        rtp=settings.rtp_ports,
        trunk=settings.sip_trunk,
        trunk_login=settings.sip_trunk_login,
        trunk_peers=peers(settings),
        accounts=service.phones,
        generated=alone(service),
        records_dir=settings.records_dir,
    )


def peers(settings: Settings) -> tuple[str, ...]:
    """Where citizens' calls come from: the carrier, and this host for `ivr call`."""
    carrier = (settings.sip_trunk.host,) if settings.sip_trunk else ()
    return ("127.0.0.1", *(settings.sip_trunk_peers or carrier))


def _root(settings: Settings) -> Root:
    """The programs of the host, where Asterisk is the host's too; else those that are fetched."""
    if settings.ari is not None and (host := packages.of_host()):
        return host
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
        await _migrate_in_time(url)
    except (DatabaseAway, TimeoutError) as away:
        if isinstance(away, Refusal) and outbox is not None and not await outbox.ever_used():
            raise
        why = str(away) or f"The {where(url)} does not answer."
        say(f"doubtful: {why} Calls are taken, and events wait on the disk.")
        log.warning("database.away_at_the_start", reason=why)
        return False
    return True


async def _migrate_in_time(url: str) -> None:
    """Raises TimeoutError after `MIGRATES_S`, and what `migrate` does.

    What is called off then is not waited for: it takes back what it has done, which a database
    that does not answer never ends.
    """
    migrating = asyncio.ensure_future(migrate(url))
    try:
        done, _ = await asyncio.wait({migrating}, timeout=MIGRATES_S)
    finally:
        migrating.cancel()
    if not done:
        migrating.add_done_callback(lambda task: task.cancelled() or task.exception())
        raise TimeoutError
    migrating.result()
