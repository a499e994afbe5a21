"""`ivr backup FILE` and `ivr restore FILE`: in which order things are taken, and come back."""

import argparse
import asyncio
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from ivr import backing
from ivr.adapters.fence import Fence, Verdict
from ivr.adapters.migrations import migrate, read_migrations
from ivr.adapters.notice_folder import NoticeFolder
from ivr.adapters.outbox_lock import own
from ivr.adapters.sql import SQL_DIR
from ivr.backup import archive, database, record
from ivr.embedded.postgres import EmbeddedPostgres
from ivr.errors import Refusal
from ivr.settings import Settings

_OUTBOX, _DATABASE = "state/outbox.sqlite", "database.sql"


def arguments(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Both commands, among the others of `ivr`."""
    backup = verbs.add_parser("backup", help="the database, the outbox, recordings and secrets")
    backup.add_argument("file", type=Path, help="such as line.tar.gz; it holds callers' numbers")
    backup.set_defaults(command=_backup)
    restore = verbs.add_parser("restore", help="put a backup in the place of what is there")
    restore.add_argument("file", type=Path, help="what ivr backup has written")
    restore.add_argument(
        "--replace", action="store_true", help="though there are calls in what is there"
    )
    restore.add_argument(
        "--keep-database", action="store_true", help="all but the database, which is as it was"
    )
    restore.set_defaults(command=_restore)


def _backup(parsed: argparse.Namespace, settings: Settings) -> int:
    if not _outbox(settings).exists():
        raise Refusal(f"There is no {_outbox(settings)}: set IVR_STATE_DIR as the line has it.")
    with archive.writing(parsed.file.absolute()) as writer, _scratch(parsed.file) as scratch:
        _put(writer, {**_folders(settings), "config": parsed.config})
        outbox, dump = scratch / "outbox", scratch / "dump"
        record.copy(_outbox(settings), outbox)
        writer.add(_OUTBOX, outbox)
        with _reached(settings) as url:  # last: what is shipped meanwhile is in both, not in none
            applied = asyncio.run(database.migrations(url))
            database.dump(url, dump)
        writer.add(_DATABASE, dump)
        made = datetime.now(UTC).isoformat(timespec="seconds")
        writer.end({"made": made, "migrations": applied})
        waiting = record.waiting(outbox)
    size_mb = parsed.file.stat().st_size / 1e6
    sys.stdout.write(f"{parsed.file}: {size_mb:.1f} MB; {waiting} requests to be called back.\n")
    return 0


def _restore(parsed: argparse.Namespace, settings: Settings) -> int:
    backup = archive.read(parsed.file)
    if len(backup.said["migrations"]) > len(read_migrations(SQL_DIR)):
        raise Refusal(f"{parsed.file} was made by a newer version: restore it with that.")
    outbox = _outbox(settings)
    try:
        outbox.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with own(outbox), _reached(settings) as url, _scratch(outbox) as scratch:
            asyncio.run(_put_back(parsed, settings, backup, url, scratch))
    except (OSError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Refusal(f"Not all was restored ({error}): mend that, and --replace.") from error
    sys.stdout.write(_recordings_back(parsed, backup))
    sys.stdout.write(f"Made {backup.said['made']}: {record.waiting(outbox)} to be called back.\n")
    if not parsed.keep_database:
        sys.stdout.write(
            "Whoever was called back after that is among them: look through `ivr callbacks list`"
            " before anybody is called.\n"
        )
    return 0


async def _put_back(
    parsed: argparse.Namespace,
    settings: Settings,
    backup: archive.Reader,
    url: str,
    scratch: Path,
) -> None:
    async with _fenced(url):
        await _require_empty(parsed, settings, url)
        copy, dump = scratch / "outbox", scratch / "dump"
        backup.unpack({_OUTBOX: copy, _DATABASE: dump})
        record.bring_up(copy)
        if not parsed.keep_database:
            database.load(url, dump)
        await migrate(url)
        await record.agree(copy, url)
        backup.unpack(_places(_folders(settings), backup))
        _exchange(copy, _outbox(settings))


async def _require_empty(parsed: argparse.Namespace, settings: Settings, url: str) -> None:
    """Raises Refusal where something would be lost that nobody has said may be."""
    if parsed.replace:
        return
    if _outbox(settings).exists():
        raise Refusal(f"{_outbox(settings)} is there: back it up, and say --replace.")
    if not parsed.keep_database and await database.used(url):
        raise Refusal("The database knows calls: back it up and say --replace, or --keep-database.")


@asynccontextmanager
async def _fenced(url: str) -> AsyncIterator[None]:
    """Keep controllers in other folders away meanwhile. Raises Refusal where one runs."""
    fence = Fence(url)
    try:
        if await fence.ask() is Verdict.ANOTHERS:
            raise Refusal("A controller in another folder runs on this database: end it first.")
        yield
    finally:
        await fence.close()


@contextmanager
def _reached(settings: Settings) -> Iterator[str]:
    """The database's address; our own server ends with the block if it did not run before."""
    ours = None if settings.database_url else EmbeddedPostgres(settings.state_dir)
    ran = ours is None or ours.runs()
    url, _ = backing.database(settings)
    try:
        yield url
    finally:
        if ours is not None and not ran:
            ours.stop()


@contextmanager
def _scratch(beside: Path) -> Iterator[Path]:
    """A folder on the same disk, the owner's alone, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(dir=beside.absolute().parent, prefix=".backup-") as folder:
        yield Path(folder)


def _outbox(settings: Settings) -> Path:
    return settings.state_dir / "outbox.sqlite"


def _folders(settings: Settings) -> Mapping[str, Path]:
    """What is kept as it is, by its name in the backup. Prompts are spoken anew, logs not kept.

    What notices say by their clips nobody would speak anew.
    """
    return {
        "state/secrets": settings.state_dir / "secrets",
        "state/notices": settings.notices_dir,
        "prompts/notices": NoticeFolder(settings.notices_dir, settings.prompts_dir).sounds_dir,
        "alone": settings.records_dir,
        "recordings": settings.recordings_dir,
    }


def _put(writer: archive.Writer, folders: Mapping[str, Path]) -> None:
    for name, folder in folders.items():
        for file in _files(folder):
            with suppress(FileNotFoundError):  # the line has taken the notes over meanwhile
                writer.add(f"{name}/{file.relative_to(folder)}", file)


def _files(folder: Path) -> Sequence[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _recordings_back(parsed: argparse.Namespace, backup: archive.Reader) -> str:
    """Put back what people have recorded for the prompts, where it is gone; what was done.

    The rest of the configuration stays as it is, and so does a recording that is there: they are
    the administrator's.
    """
    places = _places({"config/recordings": backing.recordings(parsed.config)}, backup)
    gone = {name: place for name, place in places.items() if not place.exists()}
    if not gone:
        return ""
    try:
        backup.unpack(gone)
    except OSError as error:
        why = f"{error.filename or parsed.config}: {error.strerror or error}"
        return f"Recordings of people were not put back ({why}): take them out with `tar x`.\n"
    return f"{len(gone)} recordings of people were put back into {parsed.config}.\n"


def _places(folders: Mapping[str, Path], backup: archive.Reader) -> Mapping[str, Path]:
    """Where each thing goes that is in these folders of the backup."""
    places: dict[str, Path] = {}
    for folder, place in folders.items():
        inside = [name for name in backup.names if name.startswith(f"{folder}/")]
        for name in inside:
            relative = Path(name).relative_to(folder)
            if ".." in relative.parts:
                raise Refusal(f"{backup.file} names {name}: it is none of ours.")
            places[name] = place / relative
    return places


def _exchange(new: Path, outbox: Path) -> None:
    """The new file for the old one, of whose log nothing may be taken for the new one's."""
    for leftover in ("-wal", "-shm"):
        outbox.with_name(outbox.name + leftover).unlink(missing_ok=True)
    new.replace(outbox)
