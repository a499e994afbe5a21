"""Whether the administrator's files can be used, and the service that they describe."""

import hashlib
from pathlib import Path

from ivr.config import build, hours, references
from ivr.config.people import CounsellorsFile
from ivr.config.problem import ConfigurationError, Problem
from ivr.config.prompts import load_prompts
from ivr.config.refusals import misfits
from ivr.config.schema import LinesFile, ScheduleFile
from ivr.config.yaml import read
from ivr.domain.call import Language
from ivr.domain.service import Service
from ivr.errors import Refusal

__all__ = ["ConfigurationError", "Problem", "check", "fingerprint", "load"]


def load(directory: Path) -> Service:
    """The service that the folder's files describe. Raises as `check` does."""
    service, _ = check(directory)
    return service


def check(directory: Path) -> tuple[Service, tuple[Problem, ...]]:
    """The service that the folder's files describe, and what is doubtful about it.

    Reads `lines.yaml`, `schedule.yaml`, `counsellors.yaml` and, over the shipped
    ones, `prompts.fi.yaml` and `prompts.sv.yaml`. Raises ConfigurationError with
    every mistake of all files, and Refusal if there is no such folder.
    """
    if not directory.is_dir():
        raise Refusal(f"There is no folder {directory}; name the folder that holds lines.yaml.")
    prompts = {language: load_prompts(directory, language) for language in Language}
    files = references.Files(
        lines=read(directory / "lines.yaml"),
        schedule=read(directory / "schedule.yaml"),
        counsellors=read(directory / "counsellors.yaml"),
        prompts={language: spoken.texts for language, spoken in prompts.items()},
    )
    problems = [
        *misfits(files.lines, LinesFile),
        *misfits(files.schedule, ScheduleFile),
        *misfits(files.counsellors, CounsellorsFile),
        *references.contradictions(files),
        *hours.contradictions(files.schedule),
        *(problem for spoken in prompts.values() for problem in spoken.problems),
    ]
    if problems := problems or list(references.unserved(files)):
        raise ConfigurationError(problems)
    return build.service(files), tuple(references.doubts(files))


def fingerprint(directory: Path) -> str:
    """The same for folders whose files say the same to the letter; SHA-256, hexadecimal."""
    whole = hashlib.sha256()
    for file in filter(Path.is_file, sorted(directory.glob("*.yaml"))):
        whole.update(f"{file.name} ".encode() + hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()
