"""A caller is handed on: to a colleague, to a topic, to an allowed number outside."""

import pytest

from ivr.phone.phone import Phone, PhoneCall, Telephony
from tests.e2e.callers import Undisturbed, connected, restart, served, talk
from tests.e2e.joining import ANOTHER, PLAIN, QUIET, join, rung
from tests.e2e.line import Line
from tests.e2e.outside import OUTSIDE
from tests.e2e.talks import Talk, comes_to_work, hear_each_other, hears_music
from tests.ports import free_port

TRANSFERS = """
SELECT data ->> 'kind' AS kind, (data ->> 'attended')::boolean AS attended
FROM call_event WHERE kind = 'transferred' ORDER BY at
"""


@pytest.fixture
def phones_port() -> int:
    """A port at which the phones can be called."""
    return free_port()


async def bertil(line: Line, telephony: Telephony, passwords: dict[str, str]) -> Phone:
    """A colleague comes to work."""
    return await comes_to_work("bertil", line, telephony, passwords)


def shows_no_number_but(call: PhoneCall, number: str, *private: str) -> bool:
    """Whether nothing sent to this phone tells another number or name than this one."""
    received = [m for m in call.messages if not m.sent]
    texts = [f"{value}" for m in received for value in m.headers.values()]
    shown = [m.number for m in received if m.method == "INVITE"]
    return set(shown) <= {number} and not any(p in text for p in private for text in texts)


async def test_a_caller_handed_to_a_colleague_goes_before_those_who_joined_later(
    line: Line, telephony: Telephony, passwords: dict[str, str], anna: Phone
) -> None:
    talk = await Talk.begin(telephony, anna)
    behind = await join(telephony, QUIET, "fi", caller=ANOTHER)  # Bertil speaks no Finnish
    colleague = await bertil(line, telephony, passwords)
    await talk.leg.press("*7102#")
    assert not (await talk.leg.ended()).by_us
    await talk.call.heard("sv/transfer_other", out=True)
    await talk.call.heard("sv/price_waiting", out=True)  # answered: it costs
    leg = await connected(talk.call, colleague)
    await talk.over(leg)
    await behind.hang_up()
    assert await line.outcomes(2) == ["served", "abandoned_queue"]
    assert [tuple(row) for row in await line.rows(TRANSFERS)] == [("counsellor", False)]
    (row,) = await line.rows("SELECT counsellor FROM call WHERE outcome = 'served'")
    assert row["counsellor"] == "bertil"


async def test_a_caller_handed_to_a_colleague_who_talks_waits_for_them_though_others_are_free(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    names = ("dora", "eero", "fanni")
    dora, eero, _ = [await telephony.counsellor(name, passwords[name]) for name in names]
    call = await join(telephony, PLAIN)
    leg = await connected(call, dora)
    other = await join(telephony, PLAIN, caller=ANOTHER)
    others = await connected(other, eero)
    await leg.press("*7402#")
    await call.heard("fi/queue_next", within_s=25)
    await others.hang_up()
    await other.ended()
    await served(call, eero)
    assert await line.outcomes(2) == ["served"] * 2
    assert await rung(line, 3) == ["dora", "eero", "eero"]


async def test_a_caller_handed_to_a_topic_is_served_first_by_those_who_know_it(
    line: Line, telephony: Telephony, passwords: dict[str, str], anna: Phone
) -> None:
    call = await join(telephony, QUIET, "fi")
    leg = await connected(call, anna)
    cecilia = await comes_to_work("cecilia", line, telephony, passwords)  # idle longer than Anna
    await leg.press("*73#")
    await call.heard("fi/transfer_other", out=True)
    await call.heard("fi/price_waiting", out=True)  # answered: it costs
    served = await cecilia.next_call()
    assert served.display_name.startswith("FI Työikäiset")
    await served.answer()
    await hear_each_other(call, served)
    await call.hang_up()
    assert await line.outcomes(1) == ["served"]
    assert [tuple(row) for row in await line.rows(TRANSFERS)] == [("topic", False)]


async def test_a_caller_handed_outside_talks_on_there_and_the_counsellor_is_free(
    line: Line, telephony: Telephony, anna: Phone, office: Phone
) -> None:
    talk = await Talk.begin(telephony, anna)
    await talk.leg.press(f"*7{OUTSIDE}#")
    await hears_music(talk.call)
    outside = await office.next_call()
    assert outside.number == "0291000007"
    assert shows_no_number_but(outside, "0291000007", "Anna", "anna", "401234567")
    await outside.answer()
    assert not (await talk.leg.ended()).by_us
    await hear_each_other(talk.call, outside)
    assert shows_no_number_but(talk.call, "", "Anna", "anna", OUTSIDE)
    await outside.hang_up()
    assert not (await talk.call.ended()).by_us
    assert await line.outcomes(1) == ["handed_over"]
    assert [tuple(row) for row in await line.rows(TRANSFERS)] == [("outside", False)]


async def test_a_caller_and_a_telephone_outside_notice_nothing_of_a_restart(
    line: Line, telephony: Telephony, anna: Phone, office: Phone, bystander: PhoneCall
) -> None:
    begun = await Talk.begin(telephony, anna)
    await begun.leg.press(f"*7{OUTSIDE}#")
    outside = await office.next_call()
    await outside.answer()
    await begun.leg.ended()
    await hear_each_other(begun.call, outside)  # by then it has sent its own re-INVITE
    await talk(begun.call, outside)
    both = [Undisturbed.from_now(each, bystander) for each in (begun.call, outside)]
    await restart(line)
    await talk(begun.call, outside)
    for each in both:
        each.check()
    await outside.hang_up()
    assert not (await begun.call.ended()).by_us
    assert await line.outcomes(1) == ["handed_over"]


async def test_a_number_outside_is_consulted_and_then_has_the_caller(
    line: Line, telephony: Telephony, anna: Phone, office: Phone
) -> None:
    talk = await Talk.begin(telephony, anna)
    outside = await talk.consult(office, OUTSIDE)
    await talk.leg.press("*4")
    await hear_each_other(talk.call, outside)
    await talk.over(outside)
    assert await line.outcomes(1) == ["handed_over"]
    assert [tuple(row) for row in await line.rows(TRANSFERS)] == [("outside", True)]


async def test_a_busy_number_outside_gives_the_caller_back_to_the_counsellor(
    line: Line, telephony: Telephony, anna: Phone, office: Phone
) -> None:
    talk = await Talk.begin(telephony, anna)
    await talk.leg.press(f"*7{OUTSIDE}#")
    await (await office.next_call()).reject()
    await talk.leg.heard("talk_busy", out=True)
    await hear_each_other(talk.call, talk.leg)
    await talk.over(talk.leg)
    assert await line.outcomes(1) == ["served"]


async def test_a_caller_who_hangs_up_while_the_number_outside_rings_stops_the_ringing(
    line: Line, telephony: Telephony, anna: Phone, office: Phone
) -> None:
    talk = await Talk.begin(telephony, anna)
    await talk.leg.press(f"*7{OUTSIDE}#")
    ringing = await office.next_call()
    await talk.over(talk.leg)
    assert (await ringing.ended()).status == 487
    assert await line.outcomes(1) == ["served"]
