"""A line with two counsellors, a shared phone and a wrap-up, and codes dialled on the phones."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import wraps

from ivr.domain.call import CounsellorId, Language
from ivr.domain.counsellor import Doing, Duty
from ivr.domain.policy import DeskPolicy, Disposition, Routing
from ivr.domain.service import Service
from tests.fakes.asterisk import Channel
from tests.fakes.service import BY_NUMBER, counsellor, service
from tests.fakes.time import run_in_virtual_time
from tests.scenes.world import PIN, World

ANNA, BERTIL = CounsellorId("anna"), CounsellorId("bertil")
SHARED = "c201"
NUMBERS = {ANNA: "101", BERTIL: "102"}
CALLER = {"lang_choice": "1"}
KEY_S = 0.2

Story = Callable[[World], Awaitable[None]]


def house(
    *, wrap_up_s: float = 0.0, dispositions: tuple[Disposition, ...] = (), misses: int = 2
) -> Service:
    """The service; Anna is spoken to in Finnish, Bertil in Swedish."""
    config = service(
        replace(counsellor("anna"), number=NUMBERS[ANNA]),
        replace(counsellor("bertil"), number=NUMBERS[BERTIL], own_language=Language.SV),
    )
    routing = Routing(wrap_up_s=wrap_up_s)
    return replace(
        config,
        topics={name: replace(each, routing=routing) for name, each in config.topics.items()},
        lines=tuple(replace(line, dispositions=dispositions) for line in config.lines),
        shared_phones=(SHARED,),
        desk=DeskPolicy(misses=misses),
    )


def in_virtual_time(config: Service | None = None) -> Callable[[Story], Callable[[], None]]:
    """A test in which a controller runs from beginning to end."""

    def make(story: Story) -> Callable[[], None]:
        async def run() -> None:
            world = World(config or house())
            world.start()
            await asyncio.sleep(0.1)
            await story(world)
            await world.stop()

        @wraps(story)
        def test() -> None:
            run_in_virtual_time(run())

        del test.__wrapped__  # pytest would ask for the world
        return test

    return make


def duty(world: World, who: CounsellorId) -> Duty:
    """What the counsellor is doing now."""
    return world.house.roster.duties[who]


def doing(world: World, who: CounsellorId) -> Doing:
    """The state alone."""
    return duty(world, who).doing


async def dial(
    world: World, account: str, code: str, answers: Mapping[str, str] | None = None
) -> list[str]:
    """Dial a code and key in the answers as the prompts come; all that was heard.

    An answer is given once; what follows a space is for the next time.
    """
    left = {prompt: keys.split() for prompt, keys in (answers or {}).items()}
    channel = world.asterisk.dial_code(account, code)

    def react(heard: Channel, sound: str) -> None:
        keys = left.get(sound.rpartition("/")[2])
        if heard.id == channel.id and keys:
            loop = asyncio.get_running_loop()
            for number, key in enumerate(keys.pop(0), 1):
                loop.call_later(KEY_S * number, world.asterisk.press, channel, key)

    world.asterisk.listeners.append(react)
    try:
        await world.until(lambda: channel.id not in world.asterisk.channels, 120)
    finally:
        world.asterisk.listeners.remove(react)
    return world.heard(channel)


async def sign_in(world: World, who: CounsellorId, account: str, pin: str = PIN) -> list[str]:
    """*1, number and PIN."""
    answers = {"desk_number": f"{NUMBERS[who]}#", "desk_pin": f"{pin}#"}
    return await dial(world, account, "*1", answers)


async def caller_in_line(world: World) -> Channel:
    """A caller who waits, for whoever is there."""
    caller = world.asterisk.call(BY_NUMBER)
    with world.habit(caller, CALLER):
        await world.until(lambda: any("queue_" in sound for sound in world.heard(caller)))
    return caller


async def talk(world: World, seconds: float = 5.0) -> Channel:
    """A caller who has been connected for a while."""
    caller = await caller_in_line(world)
    await world.until(lambda: caller.up, 60)
    await asyncio.sleep(seconds)
    return caller


async def served(world: World) -> None:
    """One call from beginning to end; the caller hangs up."""
    caller = await talk(world)
    world.asterisk.end(caller.id)
    await world.until_over(caller)
