"""The database as one text, by PostgreSQL's own programs, which the embedded server brings."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg

from ivr.adapters.postgres import connect, where
from ivr.embedded.postgres_wheel import programs
from ivr.errors import Refusal

# Where all that is ours lies: a table of a newer version goes with it.
_EMPTY = "DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public"


def dump(url: str, file: Path) -> None:
    """Write the database as it is at one instant, whatever goes on in it. Raises Refusal."""
    options = ("--format=plain", "--no-owner", "--no-privileges", "--schema=public")
    _run("pg_dump", url, *options, f"--file={file}")


def load(url: str, file: Path) -> None:
    """Put a dump in the place of what is there: wholly, or not at all. Raises Refusal."""
    bare = file.with_suffix(".bare")
    _without_schema(file, bare)
    quiet = ("--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1")
    what = (f"--command={_EMPTY}", f"--file={bare}")
    _run("psql", url, *quiet, "--single-transaction", *what)


async def migrations(url: str) -> Sequence[str]:
    """The names of the migrations that the database has had, in order. Raises Refusal."""
    connection = await connect(url)
    try:
        return [row[0] for row in await connection.fetch("SELECT name FROM migration ORDER BY 1")]
    except asyncpg.UndefinedTableError:
        return []
    finally:
        await connection.close()


async def used(url: str) -> bool:
    """Whether the database knows of any call. Raises Refusal."""
    connection = await connect(url)
    try:
        return bool(await connection.fetchval("SELECT EXISTS (SELECT 1 FROM call)"))
    except asyncpg.UndefinedTableError:
        return False
    finally:
        await connection.close()


def _without_schema(file: Path, bare: Path) -> None:
    """A dump of the schema `public` by name makes it, too; here it is made before."""
    with file.open(encoding="utf-8") as lines, bare.open("x", encoding="utf-8") as out:
        bare.chmod(0o600)
        out.writelines(line for line in lines if line != "CREATE SCHEMA public;\n")


def _run(program: str, url: str, *options: str) -> None:
    """The password goes by the environment: arguments can be read by all."""
    address, password = without_password(url)
    secret = {"PGPASSWORD": password} if password else {}
    done = subprocess.run(
        [str(programs() / program), "--no-password", f"--dbname={address}", *options],
        env={**os.environ, "LC_ALL": "C", "PGCONNECT_TIMEOUT": "10", **secret},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise Refusal(f"{program} does not get on with {where(url)}: {_reason(done.stderr)}")


def without_password(url: str) -> tuple[str, str | None]:
    """The address without its password, and that. Raises Refusal."""
    try:
        parts = urlsplit(url)
        password = parts.password
    except ValueError:
        raise Refusal(f"The address of {where(url)} cannot be read.") from None
    if password is None:
        return url, None
    user, _, host = parts.netloc.rpartition("@")
    netloc = f"{user.partition(':')[0]}@{host}"
    return urlunsplit(parts._replace(netloc=netloc)), unquote(password)


def _reason(said: str) -> str:
    """The first error; what follows it may repeat a row."""
    errors = [line for line in said.splitlines() if "error:" in line.lower()]
    return (errors or said.strip().splitlines() or ["no reason given"])[0]
