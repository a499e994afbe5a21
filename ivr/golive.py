"""How a configuration that was saved comes into force in the running line, and who is told."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from ivr import access, backing
from ivr.adapters.alone_folder import AloneFolder
from ivr.adapters.ari import AriConnections
from ivr.adapters.erasing import Eraser
from ivr.adapters.kept_speech import kept
from ivr.adapters.speech import Prompts
from ivr.configuring import Configuration, NotYet, Version
from ivr.director import Conductor, House
from ivr.domain.call import CounsellorId, LineId
from ivr.domain.renewal import still_needed
from ivr.domain.retention import Retention
from ivr.domain.service import Service
from ivr.errors import Refusal
from ivr.ports import AloneNotes, Journal, JournalUnavailable
from ivr.settings import Settings
from ivr.source import Source
from ivr.succession import Succession
from ivr.telling import Asterisk

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Live:
    """The parts of a running line that go by the configuration."""

    house: House
    conductor: Conductor
    eraser: Eraser
    connections: AriConnections
    asterisk: Asterisk


class GoingLive:
    """Implements `ivr.configuring.Steps`.

    Until `live` is set, as on a standby, a configuration is only held ready; while the parts of
    the line are `starting`, none is taken. `names` are those of the lines for the console.
    """

    def __init__(
        self,
        settings: Settings,
        source: Source,
        succession: Succession,
        names: dict[LineId, str],
    ) -> None:
        self.live: Live | None = None
        self.starting = False
        self._settings = settings
        self._source = source
        self._succession = succession
        self._kept: Service | None = None
        self._names = names

    async def begin(self, configuration: Configuration, record: Journal) -> None:
        """From now on the parts of the line are made, by the version that is in force.

        That is the last good one, while somebody on the record, or somebody whom Asterisk serves
        alone, needs a line that the saved one does not have. Where that cannot be spoken any
        more, those on that line hear the apology: better than nobody being served on any.
        """
        self.starting = True
        speech = configuration.version.speech
        if isinstance(speech, Prompts) and not speech.folder.is_dir():  # whom we waited for let go
            again = voice(self._settings, configuration.version.service, ours=True)
            configuration.version = replace(configuration.version, speech=again)
        used = await _used(record) | await _used_alone(AloneFolder(self._settings.records_dir))
        saved = configuration.version.service
        if all(saved.line(line) is not None for line in used):
            return
        last = await asyncio.to_thread(self._source.last_good)
        gone = still_needed(last, saved, used) if last is not None else ()
        if last is not None and gone:
            try:
                version = await asyncio.to_thread(self.make, last)
            except Refusal as unspoken:
                log.error("configuration.line_not_kept", line=gone[0], why=str(unspoken))  # noqa: TRY400 - no fault of ours
                return
            self._names.update(line_names(last))
            configuration.hold_back(version, _needed(gone[0]))

    def check(self) -> tuple[Service, Sequence[str]]:
        """See Steps."""
        service, doubts = self._source.check()
        if self.live is not None:
            doubts = [*doubts, *self.live.asterisk.check()]
        return service, doubts

    async def admit(self, service: Service) -> None:
        """See Steps."""
        if self.live is None or not _without(self.live, service):
            return
        try:
            await self.live.house.callbacks.learn()
        except JournalUnavailable:
            raise NotYet("The disk does not say who is to be called back.") from None
        _admit(self.live, service)

    def make(self, service: Service) -> Version:
        """See Steps. A standby speaks nothing: whom it waits for does."""
        ours = self._succession.outbox is not None
        doubts = speak(self._source, service) if ours else ()
        try:
            speech = voice(self._settings, service, ours=ours)
        except Refusal as missing:
            if ours and self._settings.ari is None:
                raise
            raise NotYet(str(missing)) from None  # somebody else is to speak them
        pins = pins_of(self._settings, service, ours=ours)
        return Version(service=service, speech=speech, pins=pins, doubts=doubts)

    async def take(self, version: Version) -> bool:
        """See Steps."""
        if self.live is not None:
            _admit(self.live, version.service)  # and nothing is awaited from here on
            self.live.house.renew(version.service, version.speech, version.pins)
            self.live.eraser.retention = Retention.of(version.service)
        elif self.starting:
            raise NotYet("The line is starting.")
        self._names.update(line_names(version.service))
        self._succession.configured(self._source.fingerprint())
        return self.live is not None

    async def tell(self) -> Sequence[str]:
        """See Steps."""
        if self.live is None:
            return []
        house = self.live.house
        if house.service is not self._kept:
            self._kept = house.service
            await asyncio.to_thread(self._source.keep, house.service)
        said = await self.live.asterisk.tell(house.service)
        phones = await self.live.connections.watch(house.service.phones)
        for account, state in phones.items():
            if state is not None:
                house.roster.phone(account, reachable=state)
        unknown = [account for account, state in phones.items() if state is None]
        return [*said, *(f"the phone {account} is unknown to Asterisk" for account in unknown)]


def speak(source: Source, service: Service) -> tuple[str, ...]:
    """Our own Asterisk plays prompts that we speak; another's are put there by its people.

    What is doubtful about the recordings of people. Raises Refusal.
    """
    if source.settings.ari is not None:
        return ()
    recorded = backing.recordings(source.folder)
    return tuple(backing.build_prompts(source.settings, service, recorded).unused)


def voice(settings: Settings, service: Service, *, ours: bool) -> Prompts:
    """The prompts as they have been spoken. Raises Refusal.

    Those of our own Asterisk stay for the calls that began with them; another's folder may be
    on another host, where nothing but the people there puts sounds. `ours`: we run the line.
    """
    prompts = Prompts.load(settings.prompts_dir, service)
    return prompts if settings.ari is not None else kept(prompts, only=ours)


def pins_of(settings: Settings, service: Service, *, ours: bool) -> Mapping[CounsellorId, str]:
    """The PINs; a standby makes none, but misses one in a file of one's own as we do.

    Else it would hold ready what it could not run by. Raises Refusal.
    """
    return access.pins(settings, service) if ours or settings.pins_file is not None else {}


def line_names(service: Service) -> dict[LineId, str]:
    """The names of the lines in their first language."""
    return {line.id: line.name[line.languages[0]] for line in service.lines}


def _without(live: Live, service: Service) -> tuple[LineId, ...]:
    """The lines that it has no more."""
    now = live.house.service
    return still_needed(now, service, {line.id for line in now.lines})


def _admit(live: Live, service: Service) -> None:
    if not _without(live, service):
        return
    on_air = live.conductor.lines
    if on_air is None:
        raise NotYet("Asterisk is not connected, and it is not known who is on the line.")
    used = on_air | {callback.line for callback in live.house.callbacks.open}
    for line in still_needed(live.house.service, service, used):
        raise _needed(line)


def _needed(line: LineId) -> NotYet:
    return NotYet(
        f"The line {line} cannot go while somebody is on it, or is to be called back by it:"
        f" leave it, closed, until nobody is (`ivr callbacks list --line {line}`)."
    )


async def _used(record: Journal) -> frozenset[LineId]:
    """The lines of calls and callbacks that are not over, as far as the disk says."""
    try:
        calls, callbacks = await record.open_calls(), await record.callbacks()
    except JournalUnavailable:
        log.exception("configuration.lines_in_use_unknown")
        return frozenset()
    on_air = {facts.line for facts in calls.values() if facts.line is not None}
    return frozenset(on_air | {callback.line for callback in callbacks if callback.open})


async def _used_alone(notes: AloneNotes) -> frozenset[LineId]:
    """The lines of callers who wait alone, or were promised a call alone, as far as is noted."""
    try:
        noted = await notes.noted()
    except OSError:
        log.exception("configuration.lines_in_use_alone_unknown")
        return frozenset()
    return frozenset(
        each.line
        for each in noted
        if each.line is not None and (each.ended is None or each.promised is not None)
    )
