"""Keys on a machine too busy to send them in their time."""

import asyncio
from types import SimpleNamespace
from typing import Any

from baresip import AudioNotActive

from ivr.phone import dtmf

SILENT, SPEAKING = (lambda: True), (lambda: False)


class Stack:
    """A stack that sends frames only when it is let; `pressed`: keys and the frames by then."""

    def __init__(self, *, stream: bool = True) -> None:
        self.frames = 0
        self.pressed: list[tuple[str, int]] = []
        self.audio: Any = SimpleNamespace(stats=self._stats)
        self._stream = stream

    async def send_dtmf(self, key: str) -> None:
        self.pressed.append((key, self.frames))

    def _stats(self) -> Any:
        if not self._stream:
            raise AudioNotActive
        return SimpleNamespace(tx_silence_frames=self.frames)


async def test_a_key_waits_until_the_one_before_has_been_sent() -> None:
    stack: Any = Stack()
    pressing = asyncio.create_task(dtmf.press(stack, "12", SILENT))
    await asyncio.sleep(0.3)  # the gap is over, and nothing has been sent
    assert stack.pressed == [("1", 0)]
    stack.frames = 11
    await pressing
    assert stack.pressed == [("1", 0), ("2", 11)]


async def test_nobody_waits_for_frames_that_are_not_counted() -> None:
    for stack, silent in ((Stack(stream=False), SILENT), (Stack(), SPEAKING)):
        phone: Any = stack
        async with asyncio.timeout(1.5):
            await dtmf.press(phone, "12", silent)
        assert [key for key, _ in stack.pressed] == ["1", "2"]
