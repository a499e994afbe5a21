"""An administrator tells the callers of a line something from any phone of the service."""

import asyncio
from datetime import timedelta

import pytest

from ivr.domain import code
from ivr.domain.call import Language
from tests.fakes.asterisk import Channel
from tests.fakes.service import FREE, SilentSpeech
from tests.scenes.desks import SHARED, dial, house, in_virtual_time
from tests.scenes.notices import (
    AGREED,
    SPEAKS_S,
    held,
    minutes,
    one_line,
    speak,
    speaking,
)
from tests.scenes.world import ADMINISTRATORS, World


@in_virtual_time(house())
async def test_what_is_recorded_and_confirmed_is_heard_by_the_next_caller(world: World) -> None:
    heard = await speak(world, AGREED)
    assert heard[-1] == "fi/desk_notice_live"
    notice = held(world)
    assert notice is not None
    assert not notice.closes
    assert 60 <= minutes(notice.until) <= 70
    recorded = {spoken.sound for spoken in notice.spoken.values()}
    assert {each.removeprefix("recording:") for each in recorded} == world.asterisk.recordings
    assert all(SPEAKS_S <= each.seconds <= SPEAKS_S + 2 for each in notice.spoken.values())
    caller = world.asterisk.call(FREE)
    with world.habit(caller, {"lang_choice": "2"}):
        await world.until(lambda: "sv/welcome" in world.heard(caller), 60)
    at = world.heard(caller).index("sv/welcome")
    assert world.heard(caller)[at - 1] == notice.spoken[Language.SV].sound


@in_virtual_time(house())
async def test_each_is_heard_back_before_it_is_asked_whether_it_is_good(world: World) -> None:
    heard = await speak(world, AGREED)
    at = heard.index("fi/desk_notice_speak_fi")
    assert heard[at + 1].startswith("recording:draft-")
    assert heard[at + 2 : at + 4] == ["fi/desk_notice_good", "fi/desk_notice_speak_sv"]


@in_virtual_time(house())
async def test_the_lines_are_told_by_name_and_number(world: World) -> None:
    heard = await speak(world, AGREED | {"desk_notice_which": "2#"})
    assert heard.count("fi/desk_notice_line") == len(house().lines)
    assert list(world.board.notices) == [house().lines[1].id]


@in_virtual_time(one_line())
async def test_where_there_is_one_line_nobody_asks_which(world: World) -> None:
    heard = await speak(world, AGREED)
    assert "fi/desk_notice_which" not in heard
    assert held(world) is not None


@in_virtual_time(house())
async def test_the_line_can_be_closed_to_the_end_of_tomorrow(world: World) -> None:
    closing = {"desk_notice_close": "1", "desk_notice_how_long": "4"}
    heard = await speak(world, AGREED | closing)
    assert "fi/desk_notice_closes" in heard
    notice = held(world)
    assert notice is not None
    assert notice.until.isoformat() == "2026-11-24T22:00:00+00:00"  # midnight in Finland
    caller = world.asterisk.call(FREE)
    await world.until_over(caller)
    assert world.outcomes(caller) == ["closed_hours"]


@in_virtual_time(house())
async def test_on_a_phone_of_nobody_both_languages_are_spoken(world: World) -> None:
    heard = await speak(world, AGREED, SHARED)
    assert heard[-2:] == ["fi/desk_notice_live", "sv/desk_notice_live"]


@in_virtual_time(house())
async def test_what_was_not_good_is_recorded_anew(world: World) -> None:
    heard = await speak(world, AGREED | {"desk_notice_good": "2 1 1"})
    assert heard.count("fi/desk_notice_speak_fi") == 2
    assert held(world) is not None


@in_virtual_time(house())
async def test_silence_is_no_recording(world: World) -> None:
    speaking(world, -0.3)
    heard = await dial(world, "anna", "*9", AGREED)
    assert heard.count("fi/desk_notice_silent") == 5
    assert heard[-1] == "fi/desk_nothing_keyed"
    assert held(world) is None


@pytest.mark.parametrize(
    "unanswered", ["desk_notice_good", "desk_notice_close", "desk_notice_how_long"]
)
def test_what_is_not_answered_changes_nothing(unanswered: str) -> None:
    @in_virtual_time(house())
    async def unsaid(world: World) -> None:
        answers = {prompt: keys for prompt, keys in AGREED.items() if prompt != unanswered}
        heard = await speak(world, answers)
        assert heard[-1] == "fi/desk_nothing_keyed"
        assert held(world) is None
        await asyncio.sleep(1)
        assert not world.asterisk.recordings

    unsaid()


@in_virtual_time(house())
async def test_who_says_no_at_the_end_changes_nothing(world: World) -> None:
    heard = await speak(world, AGREED | {"desk_notice_confirm": "2"})
    assert heard[-1] == "fi/desk_nothing_keyed"
    assert held(world) is None


@in_virtual_time(house())
async def test_an_end_that_has_gone_by_while_it_was_asked_for_is_none(world: World) -> None:
    def midnight(_: Channel, sound: str) -> None:
        if sound.endswith("desk_notice_confirm"):
            world.clock.ahead = timedelta(hours=14)

    world.asterisk.listeners.append(midnight)
    heard = await speak(world, AGREED | {"desk_notice_how_long": "3"})
    assert heard[-1] == "fi/desk_nothing_keyed"
    assert held(world) is None


@in_virtual_time(house())
async def test_no_such_line_is_no_line(world: World) -> None:
    heard = await speak(world, AGREED | {"desk_notice_which": "99#"})
    assert heard[-1] == "fi/desk_nothing_keyed"


@in_virtual_time(house())
async def test_one_that_holds_is_ended_or_replaced(world: World) -> None:
    await speak(world, AGREED)
    anew = AGREED | {"desk_notice_menu": "1", "desk_notice_close": "1"}
    for _ in range(3):
        before = held(world)
        await speak(world, anew)
        notice = held(world)
        assert before is not None
        assert notice is not None
        assert notice.closes
        heard_so_far = {each.sound for each in before.spoken.values()}
        assert not heard_so_far & {each.sound for each in notice.spoken.values()}
    await asyncio.sleep(1)
    assert len(world.asterisk.recordings) == 4  # however often: two a language, in turn
    heard = await speak(world, AGREED | {"desk_notice_menu": "2"})
    assert heard[-2:] == ["fi/desk_notice_menu", "fi/desk_notice_ended"]
    assert held(world) is None


@in_virtual_time(house())
async def test_a_disk_that_takes_nothing_is_said(world: World) -> None:
    world.board.full = True
    heard = await speak(world, AGREED)
    assert heard[-1] == "fi/desk_notice_not_kept"


@in_virtual_time(house())
async def test_a_switch_that_cannot_record_is_said(world: World) -> None:
    world.asterisk.keeps_recordings = False
    heard = await speak(world, AGREED)
    assert heard[-1] == "fi/desk_notice_not_kept"
    assert held(world) is None


@in_virtual_time(house())
async def test_after_three_wrong_pins_that_phone_and_every_other_waits(world: World) -> None:
    heard = await dial(world, "anna", "*9", {"desk_pin": "1111# 2222# 2468#"})
    assert heard[-1] == "fi/desk_barred"
    assert heard.count("fi/desk_wrong") == 2
    heard = await dial(world, SHARED, "*9", {"desk_pin": f"{ADMINISTRATORS}#"})
    assert heard[-1] == "sv/desk_barred"
    await asyncio.sleep(61)
    heard = await speak(world, AGREED)
    assert heard[-1] == "fi/desk_notice_live"


@in_virtual_time(house())
async def test_another_pin_counts_from_the_next_call_on_and_the_old_one_no_more(
    world: World,
) -> None:
    pins = world.pins()
    world.house.renew(world.config, SilentSpeech(), pins | {code.ADMINISTRATORS: "86420"})
    heard = await dial(world, "anna", "*9", {"desk_pin": f"{ADMINISTRATORS}#"})
    assert "fi/desk_wrong" in heard
    assert "fi/desk_notice_which" not in heard
    heard = await speak(world, AGREED | {"desk_pin": "86420#"})
    assert heard[-1] == "fi/desk_notice_live"
    del pins[code.ADMINISTRATORS]  # one's own file may do without: then nobody is let in
    world.house.renew(world.config, SilentSpeech(), pins)
    heard = await dial(world, "anna", "*9", {"desk_pin": "86420#"})
    assert "fi/desk_notice_which" not in heard


@in_virtual_time(house())
async def test_a_counsellors_own_pin_does_not_open_it(world: World) -> None:
    heard = await dial(world, "anna", "*9", {"desk_pin": "2468#"})
    assert "fi/desk_wrong" in heard
    assert "fi/desk_notice_which" not in heard
