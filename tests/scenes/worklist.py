"""Citizens who asked to be called back, and counsellors who work through them on their phones."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from ivr.director import CallbackDesk
from ivr.domain.callback import Callback, CallbackId
from ivr.domain.service import Service
from tests.fakes.asterisk import Channel
from tests.fakes.service import changed, counsellor, service
from tests.fakes.time import run_in_virtual_time
from tests.scenes.asking import ASKS, IN_LINE, PATIENT
from tests.scenes.callback_desk import desk_of
from tests.scenes.called_back import CalledBack
from tests.scenes.desks import KEY_S, dial

SECOND = "+358507654321"
NUMBERS = ("desk_back_digits", "desk_back_yours")

Story = Callable[[CalledBack, CallbackDesk, Callback], Awaitable[None]]


def by_hand(*names: str) -> Service:
    """Two counsellors, and a patient line whose callbacks people make themselves."""
    people = [counsellor(name) for name in names or ("anna", "bertil")]
    return changed(service(*people), "free", waiting=PATIENT)


def told(story: Story, config: Service | None = None) -> None:
    """A world in which one citizen has asked to be called back, and what people do then."""

    async def whole() -> None:
        world = await CalledBack.begin({}, config=config or by_hand())
        await story(world, desk_of(world), world.request)
        await world.close()

    run_in_virtual_time(whole())


async def ask_too(world: CalledBack, number: str = SECOND) -> CallbackId:
    """Another citizen asks, from this number; their request."""
    caller = world.asterisk.call(world.config.lines[0].numbers[0], number)
    with world.habit(caller, {**IN_LINE, **ASKS}):
        await world.until(lambda: world.outcomes(caller) == ["callback"])
    return world.disk.callbacks[-1].id


async def work(
    world: CalledBack, answers: Mapping[str, str] | None = None, account: str = "anna"
) -> list[str]:
    """Dial `*7` and key in the answers as the prompts come; all that was heard, by name.

    A prompt that is not answered is listened to, and the silence after the last ends the call.
    """
    heard = await dial(world, account, "*7", answers)
    return [sound.removeprefix("fi/") for sound in heard]


async def listening(
    world: CalledBack, answers: Mapping[str, str], until: str, account: str = "anna"
) -> Channel:
    """A counsellor who has keyed in these answers and now hears this prompt."""
    channel = world.asterisk.dial_code(account, "*7")
    left = dict(answers)

    def react(heard: Channel, sound: str) -> None:
        keys = left.pop(sound.rpartition("/")[2], "") if heard is channel else ""
        for number, key in enumerate(keys, 1):
            asyncio.get_running_loop().call_later(
                KEY_S * number, world.asterisk.press, channel, key
            )

    world.asterisk.listeners.append(react)
    await world.until(lambda: any(s.endswith(f"/{until}") for s in world.heard(channel)), 60)
    world.asterisk.listeners.remove(react)
    return channel
