"""Who is rung as time goes by, by level, and when a phone is not what it seems."""

from ivr.embedded.asterisk import AsteriskAccess
from ivr.phone.phone import Telephony
from ivr.settings import Address
from tests.e2e.callers import served
from tests.e2e.heard import answers
from tests.e2e.joining import ANOTHER, BY_NUMBER, HASTY, PLAIN, QUIET, RARE, join, rung
from tests.e2e.line import Line
from tests.e2e.outside import listening
from tests.e2e.rawphone import raw_phone

WAITED = """
    SELECT extract(epoch FROM ringing.at - call.joined) AS s, ringing.data ->> 'counsellor' AS who
    FROM call_event AS ringing JOIN call ON call.id = ringing.call_id
    WHERE ringing.kind = 'ringing' ORDER BY ringing.at
"""
NOT_TAKEN = """
    SELECT data ->> 'counsellor' AS who, data ->> 'why' AS why
    FROM call_event WHERE kind = 'missed' ORDER BY at
"""
MISSES = "SELECT FROM counsellor_event WHERE kind = 'missed'"


async def test_a_caller_overflows_to_another_topics_counsellors_and_then_to_anyone(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    dora = await telephony.counsellor("dora", passwords["dora"])
    cecilia = await telephony.counsellor("cecilia", passwords["cecilia"])
    first = await join(telephony, RARE, "fi")
    leg = await dora.next_call(within_s=15)
    assert leg.display_name.startswith("FI Harvinainen 0:0")
    await leg.answer()
    await first.answered()
    second = await join(telephony, RARE, "fi", caller=ANOTHER)
    leg = await cecilia.next_call(within_s=20)
    await leg.answer()
    await second.answered()
    for call in (first, second):
        await call.hang_up()
    assert await line.outcomes(2) == ["served"] * 2
    to_dora, to_cecilia = await line.rows_once(WAITED, 2)
    assert (to_dora["who"], to_cecilia["who"]) == ("dora", "cecilia")
    assert to_dora["s"] >= 3
    assert to_cecilia["s"] >= 8


async def test_the_better_level_in_topic_and_language_is_rung_before_the_longer_idle(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    fanni = await telephony.counsellor("fanni", passwords["fanni"])
    dora = await telephony.counsellor("dora", passwords["dora"])
    finnish = await join(telephony, PLAIN, "fi")
    leg = await dora.next_call()  # fanni has been idle longer, and knows less of the topic
    await leg.answer()
    await finnish.answered()
    await finnish.hang_up()
    await leg.ended()
    swedish = await join(telephony, PLAIN, "sv", caller=ANOTHER)
    leg = await fanni.next_call()  # whose Swedish is better by more than the topic is worse
    await leg.answer()
    await swedish.answered()
    await swedish.hang_up()
    assert await line.outcomes(2) == ["served"] * 2
    assert await rung(line, 2) == ["dora", "fanni"]


async def test_whoever_has_had_the_fewest_calls_is_rung_where_the_topic_says_so(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    cecilia = await telephony.counsellor("cecilia", passwords["cecilia"])
    await served(await join(telephony, BY_NUMBER), cecilia)
    anna = await telephony.counsellor("anna", passwords["anna"])  # cecilia has been idle longer
    await served(await join(telephony, BY_NUMBER), anna)
    assert await line.outcomes(2) == ["served"] * 2
    assert await rung(line, 2) == ["cecilia", "anna"]


async def test_whoever_stands_first_in_the_list_is_rung_where_the_topic_says_so(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    await telephony.counsellor("eero", passwords["eero"])  # has been idle longer
    dora = await telephony.counsellor("dora", passwords["dora"])
    await served(await join(telephony, PLAIN), dora)
    assert await line.outcomes(1) == ["served"]
    assert await rung(line, 1) == ["dora"]


async def test_a_phone_that_answers_nothing_is_no_miss_and_the_caller_is_offered_to_another(
    line: Line, telephony: Telephony, passwords: dict[str, str], access: AsteriskAccess
) -> None:
    async with raw_phone(access.sip, "anna", passwords["anna"], says=()) as silent:
        bertil = await telephony.counsellor("bertil", passwords["bertil"])
        call = await join(telephony, HASTY, "sv")
        await silent.until_rung()
        leg = await bertil.next_call()
        await leg.answer()
        await call.answered()
        await call.hang_up()
        assert await line.outcomes(1) == ["served"]
        (row,) = await line.rows_once(NOT_TAKEN, 1)
        assert (row["who"], row["why"]) == ("anna", "vanished")
        assert not await line.rows(MISSES)


async def test_a_phone_that_cannot_take_calls_is_no_miss_and_one_that_refuses_declines(
    line: Line, telephony: Telephony, passwords: dict[str, str], access: AsteriskAccess
) -> None:
    bertil = await telephony.counsellor("bertil", passwords["bertil"])
    for number, (status, why) in enumerate(
        [(404, "vanished"), (503, "vanished"), (486, "declined"), (603, "declined")], 1
    ):
        async with raw_phone(access.sip, "anna", passwords["anna"], says=(status,)) as anna:
            call = await join(telephony, QUIET, "fi")  # bertil has no Finnish
            await anna.until_rung()
            rows = await line.rows_once(NOT_TAKEN, number)
            assert rows[-1]["why"] == why
            await call.hang_up()
    call = await join(telephony, QUIET, "sv")
    leg = await bertil.next_call()
    await leg.answer()
    await call.answered()
    await call.hang_up()
    assert await line.outcomes(5) == ["abandoned_queue"] * 4 + ["served"]
    assert not await line.rows(MISSES)


async def test_a_phone_that_sends_its_calls_elsewhere_declines_and_nobody_is_called_outside(
    line: Line,
    telephony: Telephony,
    passwords: dict[str, str],
    access: AsteriskAccess,
    carrier: Address,
) -> None:
    premium = "<sip:PJSIP%2F+358600123%40trunk@127.0.0.1>"
    async with (
        listening(carrier) as outside,
        raw_phone(access.sip, "anna", passwords["anna"], says=(180, 302), leads_to=premium) as anna,
    ):
        call = await join(telephony, QUIET, "sv")
        await anna.until_rung()
        (row,) = await line.rows_once(NOT_TAKEN, 1)
        assert (row["who"], row["why"]) == ("anna", "declined")
        bertil = await telephony.counsellor("bertil", passwords["bertil"])
        leg = await bertil.next_call()
        await leg.answer()
        await call.answered()
        await call.hang_up()
        assert await line.outcomes(1) == ["served"]
        assert not outside
    assert not await line.rows(MISSES)


async def test_a_phone_that_registers_anew_while_it_rings_is_rung_anew_for_the_same_caller(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    old = await telephony.counsellor("dora", passwords["dora"])
    call = await join(telephony, PLAIN, "fi")
    stale = await old.next_call()
    new = await telephony.counsellor("dora", passwords["dora"])  # the phone was restarted
    leg = await new.next_call()
    assert (await stale.ended()).status == 487
    await leg.answer()
    await call.answered()
    assert answers(call) == 1
    await call.hang_up()
    assert await line.outcomes(1) == ["served"]
    assert await rung(line, 2) == ["dora", "dora"]
    assert not await line.rows(MISSES)


async def test_a_phone_that_goes_while_it_rings_gives_the_caller_to_another_at_once(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    dora = await telephony.counsellor("dora", passwords["dora"])
    eero = await telephony.counsellor("eero", passwords["eero"])
    call = await join(telephony, PLAIN, "fi")
    stale = await dora.next_call()
    await dora.unregister()
    leg = await eero.next_call()  # long before the ringing would have been over
    assert (await stale.ended()).status == 487
    await leg.answer()
    await call.answered()
    await call.hang_up()
    assert await line.outcomes(1) == ["served"]
    assert not await line.rows(MISSES)
