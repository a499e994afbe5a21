"""Where the configuration comes from: the administrator's folder, or the last good one of it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import structlog

from ivr import backing, config
from ivr.config import ConfigurationError, NoFolder, Problem, last_good
from ivr.config.message import told
from ivr.configuring import why
from ivr.domain.call import LineId
from ivr.domain.schedule import Interval, forced_open
from ivr.domain.service import Service
from ivr.errors import Refusal
from ivr.settings import PROJECT_ROOT, Settings

log = structlog.get_logger(__name__)

_GONE = told(
    "this file was here and is gone; put it back, or write {nothing} into it", nothing="{}"
)


@dataclass(frozen=True, kw_only=True)
class Source:
    """The folder of the YAML files, and how they are run here.

    `open_now` overrides the opening hours; `say` takes the lines for the console. `closures` are
    the lines that are closed by somebody's word: a view that every configuration shares.
    """

    settings: Settings
    folder: Path
    open_now: bool
    say: Callable[[str], None]
    closures: Mapping[LineId, Interval] = field(default_factory=dict)

    @property
    def watched(self) -> tuple[Path, ...]:
        """Where an administrator saves what is to come into force while the line runs."""
        ours = self.settings.ari is None
        return (self.folder, PROJECT_ROOT / "dialplan") if ours else (self.folder,)

    def first(self) -> tuple[Service, str | None]:
        """What a line starts with, and what is wrong if that is not what the folder says.

        Whoever starts us after a crash is not to leave the line alone for somebody's mistake: then
        it is the last good configuration of this folder. Raises Refusal where there is none.
        """
        try:
            service, doubts = self.check()
            fault = None
        except (ConfigurationError, NoFolder) as wrong:
            last = self._last_good()
            if last is None:
                raise
            (service, doubts), fault = last, why(wrong)
            mistakes = str(wrong).splitlines()
            log.warning("configuration.last_good_one", refused=mistakes)
            self.say(f"The configuration as saved is {fault}. The last good one is in force:")
            for mistake in mistakes:
                self.say(f"  {mistake}")
        for doubt in doubts:
            self.say(f"doubtful: {doubt}")
        return service, fault

    def check(self) -> tuple[Service, Sequence[str]]:
        """What the folder says, and what is doubtful about it. Raises Refusal.

        A file that was there when the last good one came into force, and is not now, is missed:
        nobody else would notice that the line says the shipped texts again.
        """
        found = self._of(self.folder)
        if gone := last_good.gone(self.folder, self._copy):
            raise ConfigurationError([Problem(file=f, line=1, column=1, text=_GONE) for f in gone])
        return found

    def last_good(self) -> Service | None:
        """What was in force last, by the folder as it was then; None where that is not known."""
        last = self._last_good()
        return None if last is None else last[0]

    def keep(self, service: Service) -> None:
        """Keep a copy of the folder, if this is what it says."""
        last_good.keep(self.folder, self._copy, service, lambda copy: self._of(copy)[0])

    def fingerprint(self) -> str:
        """The same for two controllers that serve callers alike on the same servers."""
        settings = self.settings
        trunk = settings.sip_trunk, settings.sip_trunk_peers, settings.sip_trunk_login
        place = settings.sip_bind, trunk, settings.rtp_ports, settings.ari
        said = f"{config.fingerprint(self.folder)} {self.open_now} {place}"
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def _copy(self) -> Path:
        return self.settings.state_dir / "configuration"

    def _last_good(self) -> tuple[Service, Sequence[str]] | None:
        place = last_good.kept(self.folder, self._copy)
        if place is None:
            return None
        try:
            return self._of(place)
        except Refusal:  # an older version of the program has kept it
            log.exception("configuration.last_good_one_unreadable")
            return None

    def _of(self, folder: Path) -> tuple[Service, Sequence[str]]:
        configured, doubts = config.check(folder, datetime.now(UTC))
        service, no_trunk = backing.without_trunk(self.settings, configured)
        said = [str(doubt) for doubt in (*doubts, no_trunk) if doubt is not None]
        if self.open_now:
            lines = (replace(line, schedule=forced_open(line.schedule)) for line in service.lines)
            service = replace(service, lines=tuple(lines))
        return replace(service, closures=self.closures), said
