"""Which prompts the tests' are begun with: those that the set-up has spoken already."""

import shutil
from pathlib import Path

from ivr.adapters import studio
from ivr.adapters.synthesis import EspeakNg
from ivr.domain.service import Service
from ivr.embedded.packages import Root
from ivr.settings import Settings


def speak(service: Service, out: Path, programs: Root) -> None:
    """The service's prompts, in `out`, by espeak-ng.

    What says the same was made by the same code, as the build finds out by each clip's hash: it
    is taken over, and only the rest is spoken.
    """
    made = Settings.from_environment().prompts_dir
    if not out.exists() and made.is_dir():
        shutil.copytree(made, out, ignore=shutil.ignore_patterns("kept", "notices"))
    studio.build(service, out, EspeakNg(programs=programs))
