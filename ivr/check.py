"""The `ivr check` command: what is wrong in the configuration, before it goes live."""

import argparse
import sys
from pathlib import Path

from ivr import backing, config
from ivr.adapters import clips
from ivr.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said after `ivr check`."""
    parser.add_argument(
        "--schemas",
        type=Path,
        metavar="DIR",
        help="instead, write the JSON Schema of each file, by which editors help, into this folder",
    )
    parser.set_defaults(command=_check)


def _check(parsed: argparse.Namespace, settings: Settings) -> int:
    if parsed.schemas is not None:
        return _write_schemas(parsed.schemas)
    service, found = config.check(parsed.config)
    _, no_trunk = backing.without_trunk(settings, service)
    doubts = [*found, *([no_trunk] if no_trunk is not None else [])]
    sys.stdout.writelines(f"{doubt}\n" for doubt in doubts)
    verdict = "it can run, but see above" if doubts else "nothing is wrong"
    sys.stdout.write(
        f"{parsed.config}: {len(service.lines)} lines, {len(service.topics)} topics,"
        f" {len(service.counsellors)} counsellors; {verdict}.\n"
    )
    return 0


def _write_schemas(folder: Path) -> int:
    for name, text in config.schema_files().items():
        clips.write(folder / name, text.encode())
        sys.stdout.write(f"{folder / name}\n")
    return 0
