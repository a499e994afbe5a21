"""Who picks up when the line calls back: somebody who only speaks, or an answering machine."""

import numpy as np
import pytest

from ivr.phone.phone import Phone, PhoneCall, Telephony
from ivr.phone.repertoire import Pcm, decoded
from tests.e2e.heard import prompts
from tests.e2e.joining import BACK, join
from tests.e2e.line import Line
from tests.e2e.outside import OUTSIDE
from tests.e2e.talks import comes_to_work, hear_each_other
from tests.phone.sounds import noise, silence, sine
from tests.ports import free_port

RESULTS = "SELECT result FROM callback_attempt WHERE result IS NOT NULL"


@pytest.fixture
def phones_port() -> int:
    """A port at which the phones can be called."""
    return free_port()


def word() -> Pcm:
    """Half a second of speech."""
    return decoded(noise(20, 0.5))


def machine() -> Pcm:
    """A greeting of ten seconds, in two sentences, and a beep."""
    greeting = noise(21, 6.0) + silence(0.5) + noise(22, 3.5) + silence(1.0)
    return np.concatenate([decoded(greeting), sine(1000.0, 0.5)])


async def called_back(
    line: Line, telephony: Telephony, passwords: dict[str, str], office: Phone
) -> tuple[PhoneCall, PhoneCall]:
    """The legs of Anna, who has accepted, and of whoever picks up at the number asked for."""
    call = await join(telephony, BACK, caller=f"+358{OUTSIDE[1:]}")
    await call.press("1")
    await call.heard("fi/number_confirm.1")
    await call.press("1")
    await call.heard("fi/callback_saved_today.1")
    await call.hang_up()
    anna = await comes_to_work("anna", line, telephony, passwords)
    leg = await anna.next_call()
    await leg.answer()
    await leg.heard("back_fi.1")
    await leg.press("1")
    citizen = await office.next_call()
    await citizen.answer()
    return leg, citizen


async def test_a_citizen_who_only_speaks_is_connected_and_talks(
    line: Line, telephony: Telephony, passwords: dict[str, str], office: Phone
) -> None:
    leg, citizen = await called_back(line, telephony, passwords, office)
    citizen.speak(word())  # their name, as one does; it is no answer
    await citizen.heard("fi/back_greeting", out=True)
    citizen.speak(word())
    await hear_each_other(citizen, leg)
    assert prompts(citizen) == ["fi/back_greeting"], citizen.story()
    assert [row["result"] for row in await line.rows_once(RESULTS, 1)] == ["reached"]
    await citizen.hang_up()
    assert not (await leg.ended()).by_us


async def test_an_answering_machine_is_left_no_message_and_the_counsellor_hears_so(
    line: Line, telephony: Telephony, passwords: dict[str, str], office: Phone
) -> None:
    leg, answering = await called_back(line, telephony, passwords, office)
    answering.speak(machine())
    assert not (await answering.ended(within_s=40)).by_us
    assert prompts(answering) == ["fi/back_greeting"], answering.story()
    await leg.heard("back_machine", out=True)
    assert not (await leg.ended()).by_us
    assert [row["result"] for row in await line.rows_once(RESULTS, 1)] == ["machine"]
    (row,) = await line.rows_once("SELECT status FROM callback WHERE status <> 'calling'", 1)
    assert row["status"] == "waiting"
