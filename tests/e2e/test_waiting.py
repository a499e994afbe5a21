"""The wait: what is said of the place in the line, when, and what is heard between."""

import pytest

from ivr.phone.phone import PhoneCall, Telephony
from tests.e2e.heard import as_named, cut_off, spoken
from tests.e2e.joining import ANOTHER, HASTY, QUIET, join
from tests.e2e.line import Line


async def told_place(call: PhoneCall, *wanted: str) -> bool:
    """Whether these clips told the caller's place on entering the line, to the music."""
    await call.heard("music")
    skipped = [heard.names[0] for heard in spoken(call)][:2]
    other = {"fi": "sv/lang_switch", "sv": "fi/lang_switch"}
    everything = [*skipped, *wanted, other[wanted[0][:2]]]
    return as_named(call, everything) == everything and cut_off(call) == skipped


@pytest.mark.parametrize("language", ["fi", "sv"])
async def test_each_caller_hears_how_many_are_ahead(
    line: Line, telephony: Telephony, language: str
) -> None:
    callers = [await join(telephony, QUIET, language, caller=f"+35840123456{n}") for n in range(4)]
    places = (
        (f"{language}/queue_next",),
        (f"{language}/queue_pos_1",),
        *(
            (f"{language}/queue_pos_n.1", f"{language}/count/{ahead}", f"{language}/queue_pos_n.2")
            for ahead in (2, 3)
        ),
    )
    for call, place in zip(callers, places, strict=True):
        assert await told_place(call, *place), call.story()
        await call.hang_up()
    assert await line.outcomes(4) == ["abandoned_queue"] * 4


async def test_callers_of_two_languages_stand_in_one_line_where_one_counsellor_speaks_both(
    line: Line, telephony: Telephony
) -> None:
    finnish = await join(telephony, QUIET, "fi")
    swedish = await join(telephony, QUIET, "sv", caller=ANOTHER)
    assert await told_place(finnish, "fi/queue_next"), finnish.story()
    assert await told_place(swedish, "sv/queue_pos_1"), swedish.story()
    await finnish.hang_up()
    await swedish.hang_up()
    assert await line.outcomes(2) == ["abandoned_queue"] * 2


async def test_the_place_is_said_again_and_again_with_music_between(
    line: Line, telephony: Telephony
) -> None:
    finnish = await join(telephony, HASTY, "fi")
    swedish = await join(telephony, HASTY, "sv", caller=ANOTHER)
    told = ((finnish, "fi", "sv", "queue_next"), (swedish, "sv", "fi", "queue_pos_1"))
    for call, _, _, _ in told:
        for _ in range(2):
            await call.heard("hold_thanks", within_s=20)
        await call.heard("music")
    for call, language, other, place in told:
        heard = call.hearing.transcript()[2:10]
        again = ["music", place, "hold_thanks"]
        assert [each.clip for each in heard] == [place, "lang_switch", *again, *again], call.story()
        assert {each.language for each in heard} == {language, other, None}, call.story()
        assert all(each.complete for each in heard if each.language), call.story()
        await call.hang_up()
    assert await line.outcomes(2) == ["abandoned_queue"] * 2


async def test_a_caller_moves_up_when_the_one_ahead_leaves(
    line: Line, telephony: Telephony
) -> None:
    first = await join(telephony, HASTY)
    second = await join(telephony, HASTY, caller=ANOTHER)
    assert spoken(second)[-1].says("fi/queue_pos_1")
    await first.hang_up()
    await second.heard("fi/queue_next", within_s=15)
    await second.hang_up()
    assert await line.outcomes(2) == ["abandoned_queue"] * 2
