"""How Postgres is reached, and what is said when it is not."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import asyncpg

from ivr.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from asyncpg.pool import Pool, PoolConnectionProxy

CONNECT_S = 5.0
COMMAND_S = 10.0
CLOSE_S = 1.0
_UNREADABLE = "the database of IVR_DATABASE_URL"


# The server is not there, or takes nobody now; nothing is wrong with the address.
NOT_NOW = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
)


class DatabaseAway(Refusal):
    """The database cannot be reached now, and may be later."""


async def connect(url: str) -> asyncpg.Connection:
    """One connection. Raises Refusal, which says where, why and what to do; see DatabaseAway."""
    try:
        return await asyncpg.connect(url, timeout=CONNECT_S)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        refusal = DatabaseAway if isinstance(error, NOT_NOW) else Refusal
        raise refusal(f"Cannot use {where(url)}: {_cause(error)}; {_cure(error)}.") from error


async def check_database(url: str) -> None:
    """Return if the database answers. Raises Refusal."""
    connection = await connect(url)
    await connection.close()


@asynccontextmanager
async def open_pool(url: str) -> AsyncIterator[Pool]:
    """Connections made when they are first wanted: the server may be away now.

    And at the end as well: whoever takes over from us does not wait until it is back.
    """
    pool = await asyncpg.create_pool(
        url,
        min_size=0,
        max_size=4,
        timeout=CONNECT_S,
        command_timeout=COMMAND_S,
        server_settings={"application_name": "ivr"},
    )
    try:
        yield pool
    finally:
        await _end(pool)


@asynccontextmanager
async def borrowed(pool: Pool) -> AsyncIterator[PoolConnectionProxy]:
    """A connection of the pool; it is broken off when what is done with it is called off.

    A database that answers is told so, and has done nothing then. To be given back the
    connection would have to be answered, and asyncpg raises TimeoutError where it is not: whoever
    takes that for a database that is away would never end.
    """
    async with pool.acquire(timeout=CONNECT_S) as connection:
        try:
            yield connection
        except asyncio.CancelledError:
            await _end(connection)
            raise


async def _end(open_one: Pool | PoolConnectionProxy) -> None:
    """Properly if that is soon done, else at once."""
    try:
        async with asyncio.timeout(CLOSE_S):
            await open_one.close()
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        with suppress(asyncpg.InterfaceError):  # a connection that could not be closed is away
            open_one.terminate()


def where(url: str) -> str:
    """The database's name and place, never its user or password."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 5432
    except ValueError:
        return _UNREADABLE
    if "@" in parts.path + parts.query + parts.fragment:
        return _UNREADABLE  # an unescaped password: what looks like the host may be a part of it
    socket = parse_qs(parts.query).get("host", [""])[0]
    place = socket or f"{host or 'localhost'}:{port}"
    return f"database {parts.path.lstrip('/') or '(default)'} at {place}"


def _cause(error: Exception) -> str:
    match error:
        case TimeoutError():
            return f"no answer within {CONNECT_S:g} s"
        case OSError() | asyncpg.PostgresError():
            return str(error)
        case _:  # its text may repeat the address, and with it the password
            return "the address cannot be read"


def _cure(error: Exception) -> str:
    match error:
        case asyncpg.InvalidAuthorizationSpecificationError():
            return "correct the user and the password in IVR_DATABASE_URL"
        case asyncpg.InvalidCatalogNameError():
            return "create the database, or correct its name in IVR_DATABASE_URL"
        case _:
            return "start the server, or correct IVR_DATABASE_URL"
