"""A counsellor's phone or network fails in a talk: the caller is not lost with it."""

from ivr.embedded.asterisk import AsteriskAccess
from ivr.phone.phone import Telephony
from tests.e2e.callers import connected
from tests.e2e.heard import answers
from tests.e2e.joining import ANOTHER, PLAIN, join
from tests.e2e.line import Line
from tests.e2e.rawphone import raw_phone
from tests.e2e.rawsip import audio_port
from tests.e2e.rawsound import Microphone

MISSED = "SELECT FROM counsellor_event WHERE counsellor = 'ilona' AND kind = 'unreachable'"
WITH_WHOM = """
    SELECT data ->> 'counsellor' AS who FROM call_event WHERE kind = 'connected' ORDER BY at
"""
BACK = "SELECT FROM call_event WHERE kind = 'scene' AND scene = 'returning'"


async def test_a_caller_whose_counsellors_network_drops_is_told_and_served_first_by_another(
    line: Line, telephony: Telephony, passwords: dict[str, str], access: AsteriskAccess
) -> None:
    call = await join(telephony, PLAIN)
    async with (
        Microphone() as microphone,
        raw_phone(
            access.sip, "ilona", passwords["ilona"], says=(180, 200), sdp=microphone.sdp
        ) as ilona,
    ):
        await ilona.until_rung()
        microphone.speak_to(audio_port(ilona.messages))
        await call.answered(within_s=20)
        behind = await join(telephony, PLAIN, caller=ANOTHER)
        ilona.alive = False  # and no BYE
        await microphone.fall_silent()
        await call.heard("fi/counsellor_lost", within_s=20)
        await call.heard("fi/price_waiting", within_s=20, out=True)  # answered: it costs
        await call.heard("fi/queue_next")  # though somebody has been waiting
        await line.rows_once(MISSED, 1)
        dora = await telephony.counsellor("dora", passwords["dora"])
        leg = await connected(call, dora)
        assert answers(behind) == 0
        await leg.hang_up()
        await call.ended()
        await behind.hang_up()
    assert await line.outcomes(2) == ["served", "abandoned_queue"]
    assert [row["who"] for row in await line.rows(WITH_WHOM)] == ["ilona", "dora"]
    assert len(await line.rows(BACK)) == 1
