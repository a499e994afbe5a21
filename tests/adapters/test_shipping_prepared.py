"""A database that was away when the line was started is brought up to date before it is written."""

from asyncpg.pool import Pool

from ivr.adapters.migrations import migrate
from ivr.adapters.outbox import Outbox
from ivr.adapters.postgres import DatabaseAway, open_pool
from ivr.adapters.shipping import Shipper
from ivr.domain.journal import EventKind
from ivr.errors import Refusal
from tests.adapters.polling import until
from tests.adapters.record import event, facts, whole_call
from tests.adapters.test_shipping import in_postgres, pool, shipping, take

__all__ = ["pool"]


async def test_a_database_that_was_away_at_the_start_is_brought_up_to_date_before_the_first_event(
    outbox: Outbox, empty_database_url: str
) -> None:
    tried: list[str] = []

    async def prepare() -> None:
        tried.append("")
        if len(tried) < 3:
            raise DatabaseAway("Cannot use database calls: no answer within 5 s.")
        await migrate(empty_database_url)

    async with open_pool(empty_database_url) as pool:
        shipper = Shipper(outbox, pool, prepare=prepare, first_pause_s=0.01)
        await take(outbox, *whole_call(facts()))
        async with shipping(shipper):
            await until(lambda: outbox.backlog.size == 0 and shipper.healthy)
        await take(outbox, *whole_call(facts("n1-2.0")))
        assert await shipper.drain(within_s=20) == 0
        assert len(await in_postgres(pool)) == 2 * len(whole_call(facts()))
    assert len(tried) == 3


async def test_a_database_that_is_newer_than_the_program_keeps_its_events_on_the_disk(
    outbox: Outbox, pool: Pool
) -> None:
    async def prepare() -> None:
        raise Refusal("The database is newer than this program.")

    shipper = Shipper(outbox, pool, prepare=prepare)
    await take(outbox, event(EventKind.ARRIVED))
    assert await shipper.drain(within_s=20) == 1
    assert "newer" in (shipper.problem or "")
