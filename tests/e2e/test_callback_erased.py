"""A number is kept for as long as the line says, and what is counted stays."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from ivr.phone.phone import Telephony
from tests.e2e.asking import abroad, asks
from tests.e2e.desks import Api
from tests.e2e.here import LineHere
from tests.e2e.joining import IN_TURN
from tests.e2e.line import Line

NUMBER = "0401112229"
KNOWN = """
SELECT status, language, topic, line, joined, requested_at, closed_because FROM callback
"""


def on_disk(line: Line) -> bool:
    """Whether the line's own disk knows the number."""
    state = Path(line.environment["IVR_STATE_DIR"])
    return any(NUMBER[1:].encode() in file.read_bytes() for file in state.glob("outbox.sqlite*"))


async def test_a_number_is_erased_when_its_retention_is_over_and_the_request_can_still_be_counted(
    line_at: Callable[[str], AbstractAsyncContextManager[Line]], telephony: Telephony
) -> None:
    async with line_at("2026-11-26 10:00") as line:
        assert isinstance(line, LineHere)
        await asks(telephony, NUMBER, line=IN_TURN)
        (kept,) = await line.rows_once("SELECT id FROM callback", 1)
        async with Api.of(line) as api:
            closed = {"because": "settled"}
            assert (await api.ask("POST", f"callbacks/{kept['id']}/close", closed))[0] == 200
        before = await line.rows_once(f"{KNOWN} WHERE status = 'closed'", 1)
        await line.later(days=29)
        numbers = "SELECT number FROM callback UNION ALL SELECT caller FROM call"
        assert [row[0] for row in await line.rows(numbers)] == [abroad(NUMBER)] * 2
        await line.later(days=2)
        erased = "SELECT FROM callback JOIN call USING (id) WHERE number IS NULL AND caller IS NULL"
        await line.rows_once(erased, 1)
        assert await line.rows(KNOWN) == before
        assert await line.outcomes(1) == ["callback"]
        assert not on_disk(line)
