"""Callers brought into the line within seconds, on lines that tell them little."""

from ivr.phone.hearing import Heard
from ivr.phone.phone import PhoneCall, Telephony
from tests.e2e.line import Line

FREE, BY_NUMBER = "0291000001", "0291000002"
TOLL_FREE, PAID, OFFICE = "0800100003", "0291000004", "0291000006"
QUIET, HASTY, MENUS, BRIEF, LIMITED = (f"02910000{n:02}" for n in range(7, 12))
MONDAYS, SHUT, OFFICE_IN_SWEDISH, MONDAYS_IN_SWEDISH = (f"02910000{n}" for n in range(12, 16))
TOGETHER, PLAIN, RARE = (f"02910000{n}" for n in range(40, 43))
PATIENT, LATE, CROWDED, EMPTY, ELSEWHERE, PRESSING, HAUNTED = (
    f"02910000{n}" for n in range(20, 27)
)
SHORT_BUDGET, BACK = "0291000005", "0291000060"
AFTER_HOURS, IN_TURN, FAR_BACK, CLERKS, FORSAKEN = (f"02910000{n}" for n in (61, 62, 63, 64, 77))
CITIZEN, ANOTHER = "+358401234567", "+358507654321"
KEYS = {"fi": "1", "sv": "2"}


async def dial(telephony: Telephony, number: str, *, caller: str | None = CITIZEN) -> PhoneCall:
    """A call that has just begun."""
    citizen = await telephony.citizen(caller)
    return await citizen.dial(number)


async def choose(call: PhoneCall, language: str) -> None:
    """Choose the language as soon as it is asked, and skip the notices."""
    await call.heard("lang_choice")
    await call.press(KEYS[language])
    await call.heard(f"{language}/welcome")
    await call.press("#")


async def join(
    telephony: Telephony, number: str = QUIET, language: str = "fi", *, caller: str | None = CITIZEN
) -> PhoneCall:
    """A caller who hears their place in the line; the line's number says the topic."""
    call = await dial(telephony, number, caller=caller)
    await choose(call, language)
    await call.heard(tells_place)
    return call


async def join_at_once(
    telephony: Telephony, number: str, *, caller: str | None = CITIZEN
) -> PhoneCall:
    """The same on a line of one language and one topic."""
    call = await dial(telephony, number, caller=caller)
    await call.heard("fi/welcome")
    await call.press("#")
    await call.heard(tells_place)
    return call


def tells_place(heard: Heard) -> bool:
    """Whether a caller was told how many are ahead."""
    return heard.prompt.startswith("queue_")


async def rung(line: Line, times: int) -> list[str]:
    """The counsellors who were rung, in order, once there were so many."""
    query = "SELECT data ->> 'counsellor' AS who FROM call_event WHERE kind = 'ringing' ORDER BY at"
    rows = await line.rows_once(query, times)
    return [row["who"] for row in rows]
