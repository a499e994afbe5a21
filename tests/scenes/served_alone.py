"""What the dialplan noted of the calls that it served alone, as the tests write it."""

from tests.fakes.service import FREE
from tests.fakes.time import BEGIN
from tests.scenes.world import World

EPOCH = int(BEGIN.timestamp())
OWN = "+358401234567"
CHANNEL = "1795331875.0"


def arrived(world: World, channel: str = CHANNEL, *, number: str = OWN, ago_s: int = 600) -> int:
    """A call on the free line began so many seconds ago; when (Unix time)."""
    began = EPOCH - ago_s
    hidden = int(number == "-")
    world.notes.write(channel, f"arrived {began} {hidden} {FREE} free {number}")
    return began


def promised(world: World, channel: str = CHANNEL, *, number: str = OWN, ago_s: int = 600) -> None:
    """A caller who waited alone and was promised a call."""
    began = arrived(world, channel, number=number, ago_s=ago_s)
    world.notes.write(
        channel, f"joined {began + 25}", f"promised {began + 110}", f"ended {began + 116}"
    )


async def taken_over(world: World) -> None:
    await world.until(lambda: not world.notes.texts)
    await world.stop()
