"""What is wrong in a folder of configuration, and what is doubtful: every check, in one place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ivr.config import build, charges, hours, menus, openings, references, timing, unused
from ivr.config.message import told
from ivr.config.people import CounsellorsFile
from ivr.config.problem import ConfigurationError, Problem, in_order
from ivr.config.prompts import Prompts, load_prompts
from ivr.config.references import Files
from ivr.config.refusals import misfits
from ivr.config.schema import LinesFile, ScheduleFile
from ivr.config.yaml import read
from ivr.domain.call import Language
from ivr.domain.schedule import Schedule
from ivr.domain.service import Service
from ivr.errors import Refusal


class NoFolder(Refusal):
    """There is no folder of configuration where one is looked for."""

    def __init__(self, folder: Path) -> None:
        self.text = told(
            "There is no folder {folder}; name the folder that holds lines.yaml.", folder=folder
        )
        super().__init__(str(self.text))


@dataclass(frozen=True, kw_only=True)
class Findings:
    """The service that the files describe, None with any `mistakes`; and what is doubtful."""

    service: Service | None
    mistakes: tuple[Problem, ...]
    doubts: tuple[Problem, ...]


def examine(directory: Path, now: datetime | None = None) -> Findings:
    """Everything that is wrong in the folder's files, and everything doubtful.

    Without `now` nothing is said of what is near in time. Raises NoFolder.
    """
    if not directory.is_dir():
        raise NoFolder(directory)
    prompts = {language: load_prompts(directory, language) for language in Language}
    files = Files(
        lines=read(directory / "lines.yaml"),
        schedule=read(directory / "schedule.yaml"),
        counsellors=read(directory / "counsellors.yaml"),
        prompts={language: spoken.texts for language, spoken in prompts.items()},
    )
    mistakes = [*_mistakes(files, prompts)]
    faulty = {problem.file.name for problem in mistakes}
    mistakes += _contradicted(files, prompts, faulty)
    return Findings(
        service=None if mistakes else build.service(files),
        mistakes=in_order(mistakes),
        doubts=in_order(_doubts(files, prompts, faulty, now)),
    )


def schedules(file: Path) -> Mapping[str, Schedule]:
    """The opening hours of one schedule.yaml by their names, whatever the files beside it say.

    The prompts that it names need not be there. Raises ConfigurationError.
    """
    document = read(file)
    problems = [*misfits(document, ScheduleFile), *hours.contradictions(document, {})]
    if problems:
        raise ConfigurationError(problems)
    return build.schedules(document)


def _mistakes(files: Files, prompts: Mapping[Language, Prompts]) -> Iterator[Problem]:
    """What each file says that cannot be, and names of what is not there."""
    yield from misfits(files.lines, LinesFile)
    yield from misfits(files.schedule, ScheduleFile)
    yield from misfits(files.counsellors, CounsellorsFile)
    yield from references.contradictions(files)
    yield from hours.contradictions(files.schedule, files.prompts)
    for spoken in prompts.values():
        yield from spoken.problems


def _contradicted(
    files: Files, prompts: Mapping[Language, Prompts], faulty: set[str]
) -> Iterator[Problem]:
    """What files that are right in themselves say against each other.

    Where one of them is not, it would blame the other.
    """
    lines, topics = files.lines.root["lines"], files.lines.root["topics"]
    if not faulty & {"lines.yaml", "counsellors.yaml"}:
        yield from references.unserved(files)
    if not faulty & {"lines.yaml", *_names(prompts)}:
        for _, line in lines.entries():
            yield from menus.misleading(line, topics, files.prompts)
            yield from charges.untrue(line, files.prompts)
    for spoken in prompts.values():
        if not faulty & {"lines.yaml", "schedule.yaml", spoken.own.path.name}:
            yield from unused.misspelt(spoken.own, files)


def _doubts(
    files: Files,
    prompts: Mapping[Language, Prompts],
    faulty: set[str],
    now: datetime | None,
) -> Iterator[Problem]:
    """What the line can run by, but hardly as it is meant; of files that are right."""
    if not faulty & {"lines.yaml", *_names(prompts)}:
        for _, line in files.lines.root["lines"].entries():
            yield from timing.doubts(line, files.prompts)
            yield from menus.doubts(line, files.prompts)
            yield from charges.doubts(line, files.prompts)
    if now is not None and "schedule.yaml" not in faulty:
        yield from openings.doubts(files.schedule, now)
    if not faulty:
        yield from unused.doubts(files)
        for language, spoken in prompts.items():
            yield from unused.unsaid(spoken.own, language, files)


def _names(prompts: Mapping[Language, Prompts]) -> Iterator[str]:
    yield from (f"prompts.{language}.yaml" for language in prompts)
