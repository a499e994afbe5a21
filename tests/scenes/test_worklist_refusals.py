"""What a counsellor keys in after *7 and is not done is told, and nothing else happens."""

import pytest

from ivr.director import CallbackDesk
from ivr.domain.call import Language
from ivr.domain.callback import Because, Callback, Status
from ivr.ports import Because as Why
from tests.domain.test_prompts import TEXTS
from tests.scenes.asking import ASKS, IN_LINE, asked
from tests.scenes.callback_desk import BERTIL, give_up
from tests.scenes.called_back import CalledBack
from tests.scenes.desks import dial
from tests.scenes.worklist import NUMBERS, listening, told, work


def test_one_that_another_has_taken_stays_theirs() -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        world.phone("anna")
        await desk.take(it.id, BERTIL)
        heard = await work(world, {"desk_back_take": "1"})
        assert heard.count("desk_back_taken") == 3  # told of it, and then as the answer, twice
        assert not set(NUMBERS) & set(heard)
        assert world.request.wanted == BERTIL

    told(story)


@pytest.mark.parametrize("key", ["1", "5"])
def test_one_that_somebody_has_closed_meanwhile_is_not_done_and_its_number_not_said(
    key: str,
) -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        world.phone("anna")
        channel = await listening(world, {}, "desk_back_take")
        await desk.close(it.id, Because.SETTLED, BERTIL)
        world.asterisk.press(channel, key)
        await world.until(lambda: channel.id not in world.asterisk.channels, 20)
        heard = [each.removeprefix("fi/") for each in world.heard(channel)]
        assert heard[-1] == "desk_backs_0"
        assert ("desk_back_over" in heard) is (key == "1")
        assert not set(NUMBERS) & set(heard)

    told(story)


def test_what_the_disk_does_not_keep_is_told_and_may_be_done_again() -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        world.phone("anna")
        world.disk.full = True
        answers = {
            "desk_back_take": "4",
            "desk_back_close_settled": "1",
            "desk_back_confirm": "1",
        }
        assert "desk_back_not_kept" in await work(world, answers)
        assert await desk.listed() == [it]
        world.disk.full = False
        assert "desk_back_closed" in await work(world, answers)
        assert world.request.status is Status.CLOSED

    told(story)


def test_where_the_disk_does_not_tell_the_list_that_is_said() -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        world.phone("anna")
        channel = await listening(world, {}, "desk_back_take")
        world.disk.full = world.disk.unread = True
        world.asterisk.press(channel, "1")
        await world.until(lambda: channel.id not in world.asterisk.channels, 20)
        assert world.heard(channel)[-1] == "fi/desk_back_not_kept"
        world.disk.full = world.disk.unread = False
        assert (await work(world))[0] == "desk_backs_1"

    told(story)


def test_one_that_was_given_up_is_not_reopened_beside_a_newer_one() -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        world.phone("anna")
        await give_up(desk, it.id)
        channel = await listening(world, {}, "desk_back_reopen")
        await ask_anew(world)
        world.asterisk.press(channel, "1")
        await world.until(lambda: "fi/desk_back_other_open" in world.heard(channel), 20)

    told(story)


async def ask_anew(world: CalledBack) -> None:
    """The same citizen asks once more."""
    await asked(world, {**IN_LINE, **ASKS})


def test_who_is_signed_out_meanwhile_hears_no_number() -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        world.phone("anna")
        channel = await listening(world, {}, "desk_back_take")
        await dial(world, "anna", "*4")
        world.asterisk.press(channel, "5")
        await world.until(lambda: channel.id not in world.asterisk.channels, 20)
        assert world.heard(channel)[-1] == "fi/desk_not_signed_in"
        assert "fi/desk_back_digits" not in world.heard(channel)

    told(story)


@pytest.mark.parametrize("language", Language)
def test_every_reason_why_something_is_not_done_has_its_words(language: Language) -> None:
    of_duty = {
        *(Why.NO_SUCH_COUNSELLOR, Why.NO_SUCH_PHONE, Why.NO_SUCH_CALL, Why.NOT_SIGNED_IN),
        *(Why.IN_CALL, Why.NOTHING_TO_END, Why.NO_DISPOSITION, Why.TOO_LATE),
    }
    assert {f"desk_back_{why}" for why in set(Why) - of_duty} <= set(TEXTS[language])
