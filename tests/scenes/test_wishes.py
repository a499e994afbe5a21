"""A wish to transfer is always answered, and carried out only for who has the caller."""

import asyncio

from ivr.ports import TransferAsked
from tests.fakes.asterisk import Channel
from tests.fakes.service import FREE
from tests.fakes.time import run_in_virtual_time
from tests.scenes.talks import HABITS, Talk, help_at_hand
from tests.scenes.world import World


def ask(talk: Talk, who: str, target: str) -> Channel:
    """A phone asks that its call be transferred to this number."""
    channel = talk.channel(who)
    assert channel is not None
    talk.asterisk.emit(TransferAsked(channel=channel.id, target=target, consulted=None))
    return channel


def test_a_colleague_who_is_only_asked_cannot_lead_the_caller_away() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil", "cecilia")
        await talk.press("anna", "*2102#")
        await talk.until_together("anna", "bertil")
        asking = ask(talk, "bertil", "103")
        await asyncio.sleep(1)
        assert asking.reported == [False]
        await talk.press("anna", "*4")
        await talk.until_together("caller", "bertil")
        await asyncio.sleep(5)
        assert talk.together("caller", "bertil")
        await talk.served()

    run_in_virtual_time(story())


def test_a_wish_before_the_caller_is_there_is_declined() -> None:
    async def story() -> None:
        talk = Talk(World(help_at_hand()))
        talk.world.start()
        talk.phones["anna"] = talk.world.phone("anna")
        talk.on("cecilia")
        talk.caller = talk.asterisk.call(FREE)
        with talk.world.habit(talk.caller, HABITS):
            await talk.world.until(lambda: bool(talk.heard("anna")))
            await talk.world.until(lambda: talk.heard("anna")[-1].startswith("whisper"))
        asking = ask(talk, "anna", "103")
        await talk.until_together("caller", "anna")
        assert asking.reported == [False]
        await talk.served()

    run_in_virtual_time(story())


def test_a_wish_that_interrupts_why_a_colleague_cannot_be_had_is_done() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil", "cecilia")
        talk.phones["bertil"].declines = True
        await talk.press("anna", "*2102#")
        await talk.world.until(lambda: talk.heard("anna")[-1] == "talk_busy")
        ask(talk, "anna", "103")
        await talk.until_together("caller", "cecilia")
        talk.phones["bertil"].declines = False
        await talk.served()

    run_in_virtual_time(story())


def test_a_wish_that_comes_as_a_prompt_is_being_stopped_is_done() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "cecilia")
        await talk.press("anna", "*9")
        await talk.world.until(lambda: talk.heard("anna")[-1] == "talk_no_code")
        leg = talk.channel("anna")
        assert leg is not None
        talk.asterisk.press(leg, "*")
        ask(talk, "anna", "103")
        await talk.until_together("caller", "cecilia")
        await talk.served()

    run_in_virtual_time(story())


def test_a_wish_that_a_crash_has_left_open_is_declined() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "cecilia")
        asking = talk.channel("anna")
        assert asking is not None
        await talk.world.stop()
        ask(talk, "anna", "103")
        talk.world.start()
        await asyncio.sleep(2)
        assert asking.reported == [False]
        assert talk.together("caller", "anna")
        await talk.served()

    run_in_virtual_time(story())


def test_a_phone_that_holds_while_the_controller_dies_is_told_nothing_on_that_line() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "cecilia")
        talk.hold()
        await talk.world.stop()
        talk.world.start()
        await asyncio.sleep(2)
        before = talk.heard("anna")
        asking = ask(talk, "anna", "555")
        await asyncio.sleep(2)
        assert asking.reported[-1] is False
        assert talk.heard("anna") == before
        talk.hold(held=False)
        await talk.press("anna", "*9")
        await talk.world.until(lambda: talk.heard("anna")[-1] == "talk_no_code")
        await talk.served()

    run_in_virtual_time(story())
