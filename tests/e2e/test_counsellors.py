"""Who is rung for whom, and what happens when a phone is not answered."""

from ivr.phone.phone import Phone, PhoneCall, Telephony
from tests.e2e.heard import answers
from tests.e2e.joining import ANOTHER, BY_NUMBER, HASTY, QUIET, join, rung
from tests.e2e.line import Line


async def talk_and_part(counsellor: Phone, call: PhoneCall) -> None:
    """The counsellor takes the call, the caller is answered, and the counsellor hangs up."""
    leg = await counsellor.next_call()
    await leg.answer()
    await call.answered()
    await leg.hang_up()
    await call.ended()


async def test_whoever_has_been_idle_longest_is_rung(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    bertil = await telephony.counsellor("bertil", passwords["bertil"])
    first = await join(telephony, QUIET, "sv")
    leg = await bertil.next_call()
    anna = await telephony.counsellor("anna", passwords["anna"])
    await leg.answer()
    await first.answered()
    await first.hang_up()
    await leg.ended()
    # Anna came later than Bertil, but he has just had a call.
    await talk_and_part(anna, await join(telephony, QUIET, "sv"))
    await talk_and_part(bertil, await join(telephony, QUIET, "sv"))
    assert await rung(line, 3) == ["bertil", "anna", "bertil"]
    assert await line.outcomes(3) == ["served"] * 3


async def test_nobody_is_rung_who_lacks_the_language_or_the_topic(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    for name in ("cecilia", "bertil"):  # no Swedish; not this topic
        await telephony.counsellor(name, passwords[name])
    adults_in_swedish = await join(telephony, BY_NUMBER, "sv")
    await adults_in_swedish.heard("fi/lang_switch")
    anna = await telephony.counsellor("anna", passwords["anna"])
    leg = await anna.next_call()
    assert leg.display_name.startswith("SV Työikäiset 0:0")
    assert leg.number == "0291000002"
    assert await rung(line, 1) == ["anna"]
    await leg.answer()
    await adults_in_swedish.answered()
    await leg.hang_up()
    assert await line.outcomes(1) == ["served"]


async def test_a_phone_rings_only_for_callers_whom_its_counsellor_can_serve(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    cecilia = await telephony.counsellor("cecilia", passwords["cecilia"])
    families_in_finnish = await join(telephony, QUIET, "fi")
    adults_in_finnish = await join(telephony, BY_NUMBER, "fi", caller=ANOTHER)
    leg = await cecilia.next_call()
    assert leg.display_name.startswith("FI Työikäiset 0:0")
    await leg.answer()
    await adults_in_finnish.answered()
    assert answers(families_in_finnish) == 0
    await families_in_finnish.hang_up()
    await adults_in_finnish.hang_up()
    assert await line.outcomes(2) == ["abandoned_queue", "served"]


async def test_a_caller_whom_a_counsellor_declines_is_offered_to_another_and_keeps_the_place(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    bertil = await telephony.counsellor("bertil", passwords["bertil"])
    call = await join(telephony, QUIET, "sv")
    declined = await bertil.next_call()
    behind = await join(telephony, QUIET, "sv", caller=ANOTHER)
    anna = await telephony.counsellor("anna", passwords["anna"])
    await anna.next_call()  # for the one behind: the first is being offered to Bertil
    await declined.reject()
    # Bertil rests; then he is rung again, and for the first in the line.
    again = await bertil.next_call(within_s=15)
    await again.answer()
    await call.answered()
    assert answers(behind) == 0
    await call.hang_up()
    await behind.hang_up()
    assert await line.outcomes(2) == ["served", "abandoned_queue"]
    assert (await rung(line, 3)) == ["bertil", "anna", "bertil"]


async def test_a_phone_that_is_not_answered_stops_ringing_and_another_is_rung(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    bertil = await telephony.counsellor("bertil", passwords["bertil"])
    anna = await telephony.counsellor("anna", passwords["anna"])
    call = await join(telephony, HASTY, "sv")
    unanswered = await bertil.next_call()
    leg = await anna.next_call()
    assert (await unanswered.ended()).status == 487
    await leg.answer()
    await call.answered()
    await leg.hang_up()
    await call.ended()
    assert await line.outcomes(1) == ["served"]
    assert await rung(line, 2) == ["bertil", "anna"]


async def test_the_only_counsellor_is_rung_again_after_a_rest(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    anna = await telephony.counsellor("anna", passwords["anna"])
    call = await join(telephony, HASTY, "fi")
    unanswered = await anna.next_call()
    await unanswered.ended()
    leg = await anna.next_call(within_s=15)
    await leg.answer()
    await call.answered()
    await leg.hang_up()
    assert await line.outcomes(1) == ["served"]


async def test_the_call_ends_for_the_caller_when_the_counsellor_hangs_up(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    anna = await telephony.counsellor("anna", passwords["anna"])
    call = await join(telephony, QUIET, "fi")
    await talk_and_part(anna, call)
    ending = await call.ended()
    assert (ending.status, ending.reason, ending.by_us) == (0, "Q.850;cause=16", False)
    assert answers(call) == 1
    assert await line.outcomes(1) == ["served"]


async def test_a_counsellor_who_hangs_up_before_being_connected_leaves_the_caller_in_the_line(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    anna = await telephony.counsellor("anna", passwords["anna"])
    call = await join(telephony, QUIET, "fi")
    leg = await anna.next_call()
    await leg.answer()
    await leg.heard("fi/whisper_fi")
    await leg.hang_up()
    again = await anna.next_call()
    assert answers(call) == 0
    await again.answer()
    await call.answered()
    assert answers(call) == 1
    await again.hang_up()
    assert await line.outcomes(1) == ["served"]
    (row,) = await line.rows("SELECT count(DISTINCT at) FROM call_event WHERE kind = 'connected'")
    assert row[0] == 1
