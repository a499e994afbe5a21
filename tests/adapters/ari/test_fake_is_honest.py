"""The Asterisk of the scene tests and the real one tell the same story of the same calls."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from ivr.phone.phone import Telephony
from ivr.tasks import Tasks

from .conftest import Exchange, Line
from .story import BRIDGE, LEG, SAID, SAID_NEXT, FakeRig, RealRig, Rig, Story


async def prompts_keys_and_music(story: Story) -> None:
    rig, switch = story.rig, story.rig.switch
    channel = await story.dial()
    await story.look()
    await switch.play(channel, SAID, [rig.sound("short")])
    await story.event()
    await switch.play(channel, SAID_NEXT, [rig.sound("long")] * 2)
    await rig.press("5")
    await story.event()
    await story.stop(SAID_NEXT)
    await story.event()
    await story.stop(SAID_NEXT)
    await switch.play(channel, SAID, [rig.sound("long")] * 2)
    await story.stop(SAID)  # before it has begun
    await story.event()
    await switch.start_music(channel)
    await rig.press("#")
    await story.event()
    await switch.stop_music(channel)
    await switch.progress(channel)
    await switch.remember(channel, '{"scene": "waiting"}')
    await story.look()
    await switch.answer(channel)
    await story.look()
    await switch.hang_up(channel)
    await story.event()
    await story.look()


async def a_hang_up_during_a_prompt(story: Story) -> None:
    rig, switch = story.rig, story.rig.switch
    channel = await story.dial()
    await switch.play(channel, SAID, [rig.sound("long")] * 2)
    await rig.caller_hangs_up()
    await story.event()
    await story.event()
    await story.stop(SAID)
    await switch.hang_up(channel)
    await story.part(BRIDGE)
    await story.gone(switch.play(channel, SAID, [rig.sound("short")]))
    await story.gone(switch.remember(channel, "{}"))
    await story.gone(switch.join(BRIDGE, [channel]))


async def a_counsellor_who_answers(story: Story) -> None:
    rig, switch = story.rig, story.rig.switch
    await story.gone(story.ring())
    await rig.counsellor_comes_on()
    await story.event()
    channel = await story.dial()
    await story.ring()
    await story.event()
    await story.ring()
    await story.look()
    await rig.counsellor_answers()
    await story.event()
    await switch.play(LEG, SAID, [rig.sound("short")])
    await story.event()
    for _ in range(2):
        await switch.join(BRIDGE, [LEG, channel])
    await switch.answer(channel)
    await story.look()
    await rig.counsellor_hangs_up()
    await story.event()
    await story.part(BRIDGE)
    await story.look()
    await switch.hang_up(channel)
    await story.event()


async def a_counsellor_who_is_let_go(story: Story) -> None:
    await story.rig.counsellor_comes_on()
    await story.event()
    await story.ring()
    await story.event()
    await story.rig.switch.hang_up(LEG)
    await story.event()
    await story.look()


async def a_counsellor_who_declines(story: Story) -> None:
    await story.rig.counsellor_comes_on()
    await story.event()
    await story.ring()
    await story.event()
    await story.rig.counsellor_declines()
    await story.event()
    await story.look()


async def a_caller_handed_to_the_dialplan(story: Story) -> None:
    rig, switch = story.rig, story.rig.switch
    channel = await story.dial()
    await switch.apologise(channel)
    await story.event()
    await story.gone(switch.play(channel, SAID, [rig.sound("short")]))
    await story.gone(switch.apologise(channel))


async def a_caller_who_speaks(story: Story) -> None:
    rig, switch = story.rig, story.rig.switch
    channel = await story.dial()
    await switch.answer(channel)
    await switch.stop_listening(channel)  # though nobody does
    await switch.listen(channel)
    await rig.speak(0.5)
    await story.event()
    await story.event()
    await switch.listen(channel)
    await switch.play(channel, SAID, [rig.sound("long")] * 4)
    await rig.speak(1.5)
    await story.event()
    await story.event()
    await story.stop(SAID)
    await story.event()
    await switch.stop_listening(channel)
    await rig.speak(0.5)
    await rig.press("1")
    await story.event()
    await switch.hang_up(channel)
    await story.event()
    await story.gone(switch.listen(channel))


@pytest.fixture
async def fake() -> AsyncIterator[Rig]:
    async with Tasks() as tasks:
        yield FakeRig(tasks)


@pytest.mark.parametrize(
    "script",
    [
        prompts_keys_and_music,
        a_hang_up_during_a_prompt,
        a_counsellor_who_answers,
        a_counsellor_who_is_let_go,
        a_counsellor_who_declines,
        a_caller_handed_to_the_dialplan,
        a_caller_who_speaks,
    ],
)
async def test_the_fake_tells_the_same_story_as_the_real_asterisk(
    script: Callable[[Story], Awaitable[None]],
    fake: Rig,
    line: Line,
    exchange: Exchange,
    telephony: Telephony,
) -> None:
    real = Story(RealRig(line, exchange, telephony))
    await script(real)
    faked = Story(fake)
    await script(faked)
    assert faked.told == real.told
    assert real.told
