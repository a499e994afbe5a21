"""A caller who vanished while waiting is removed; one whose carrier sends no sound is not."""

import asyncio
import time

from ivr.embedded.asterisk import EmbeddedAsterisk
from ivr.phone.phone import PhoneCall, Telephony
from tests.e2e.callers import Undisturbed
from tests.e2e.joining import HAUNTED, dial
from tests.e2e.line import Line
from tests.e2e.rawsip import raw_call
from tests.e2e.rawsound import Microphone

IN_WAITING = "SELECT FROM call WHERE scene = 'waiting'"
GHOSTS = "SELECT data FROM call_event WHERE kind = 'ghost'"
GHOST_AFTER_S = 4.0


async def test_a_caller_whose_sound_stopped_without_a_word_is_removed_and_the_next_moves_up(
    line: Line, embedded: EmbeddedAsterisk, telephony: Telephony
) -> None:
    async with (
        Microphone() as microphone,
        raw_call(embedded.sip, HAUNTED, sdp=microphone.sdp) as ghost,
    ):
        await microphone.speak(ghost)
        await line.rows_once(IN_WAITING, 1, within_s=20)
        behind = await dial(telephony, HAUNTED)
        await behind.heard("fi/queue_pos_1", within_s=20)
        await asyncio.sleep(6)  # longer than the silence that is too long
        assert await line.rows(GHOSTS) == []
        await microphone.fall_silent()
        began = time.monotonic()
        await line.rows_once(GHOSTS, 1, within_s=10)
        assert time.monotonic() - began > GHOST_AFTER_S - 1.5
        assert await ghost.status(300) == 480
        await behind.press("0")
        await behind.heard("fi/queue_next")
        await behind.hang_up()
        assert await line.outcomes(2) == ["ghost", "abandoned_queue"]


async def test_a_caller_of_whom_no_sound_ever_came_waits_on(
    line: Line, embedded: EmbeddedAsterisk
) -> None:
    async with raw_call(embedded.sip, HAUNTED) as call:
        await line.rows_once(IN_WAITING, 1, within_s=20)
        await asyncio.sleep(3 * GHOST_AFTER_S)
        assert await line.rows(GHOSTS) == []
        call.cancel()
        assert await line.outcomes(1) == ["abandoned_queue"]


async def test_a_phone_that_waits_in_silence_still_sends_and_is_left_alone(
    line: Line, telephony: Telephony, bystander: PhoneCall
) -> None:
    call = await dial(telephony, HAUNTED)
    await call.heard("music", within_s=20)
    undisturbed = Undisturbed.from_now(call, bystander)
    await asyncio.sleep(3 * GHOST_AFTER_S)
    undisturbed.check()  # the music was not begun anew at every look
    await call.hang_up()
    assert await line.outcomes(1) == ["abandoned_queue"]
