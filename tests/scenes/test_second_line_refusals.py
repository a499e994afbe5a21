"""A colleague who cannot be had on the phone's second line, and why it is said."""

import pytest

from tests.fakes.time import run_in_virtual_time
from tests.scenes.talks import NOBODYS, OUTSIDE, Talk


@pytest.mark.parametrize(
    ("phone", "told"),
    [
        ({"declines": True}, "talk_busy"),
        ({"answers_after": None}, "talk_no_answer"),
        ({"dead": True}, "talk_absent"),
    ],
)
def test_why_a_colleague_cannot_be_had_is_said_on_the_second_line(
    phone: dict[str, bool], told: str
) -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        vars(talk.phones["bertil"]).update(phone)
        await talk.dial("102")
        await talk.world.until(lambda: talk.channel("second") is None)
        assert talk.heard("second") == [told]
        assert talk.together("caller", "anna")
        vars(talk.phones["bertil"]).update(declines=False, answers_after=1.0, dead=False)
        await talk.served()

    run_in_virtual_time(story())


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("102", "talk_absent"),  # nobody is signed in there
        ("101", "talk_no_such_number"),  # herself
        ("55", "talk_no_such_number"),
        (OUTSIDE, "talk_not_allowed"),
        (NOBODYS, "talk_not_allowed"),
    ],
)
def test_a_number_that_is_no_colleagues_at_work_is_refused(number: str, told: str) -> None:
    async def story() -> None:
        talk = await Talk.begin()
        await talk.dial(number)
        await talk.world.until(lambda: talk.channel("second") is None)
        assert talk.heard("second") == [told]
        await talk.served()

    run_in_virtual_time(story())


def test_a_ringing_colleague_is_given_up_by_hanging_up() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        talk.phones["bertil"].answers_after = None
        await talk.dial("102")
        await talk.world.until(lambda: talk.hears_ringing("second"))
        talk.hang_up("second")
        await talk.world.until(lambda: bool(talk.phones["bertil"].ended))
        assert talk.together("caller", "anna")
        talk.phones["bertil"].answers_after = 1.0
        await talk.served()

    run_in_virtual_time(story())


def test_who_consults_by_keys_already_dials_no_colleague() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil", "cecilia")
        await talk.press("anna", "*2102#")
        await talk.until_together("anna", "bertil")
        await talk.dial("103")
        await talk.world.until(lambda: talk.channel("second") is None)
        assert talk.heard("second") == ["desk_no_caller"]
        talk.hold(held=False)
        assert talk.together("anna", "bertil")
        await talk.served()

    run_in_virtual_time(story())


def test_without_a_caller_no_colleague_is_rung() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        rung = talk.phones["bertil"].rung
        await talk.over()
        await talk.everybody_is_free()
        await talk.dial("102")
        await talk.world.until(lambda: talk.channel("second") is None)
        assert talk.heard("second") == ["desk_no_caller"]
        assert talk.phones["bertil"].rung == rung
        await talk.world.stop()

    run_in_virtual_time(story())
