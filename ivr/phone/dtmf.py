"""How keys go out on baresip: each is on the wire before the next one is pressed."""

import asyncio
from collections.abc import Callable
from itertools import pairwise
from typing import Final

from baresip import AudioNotActive, AudioRestarted, Call

_GAP_S: Final = 0.12
_FRAMES: Final = 11  # of 20 ms: the key and the gap
_BOUND_S: Final = 2.0
_POLL_S: Final = 0.01


async def press(native: Call, keys: str, silent: Callable[[], bool]) -> None:
    """Press keys, 100 ms each. Raises StaleHandleError when the call has gone.

    The stack forgets a key whose packets it had no time to send before the next was pressed, as
    on a busy machine; how many frames it has sent is known only while the phone is `silent`.
    """
    for key, following in pairwise([*keys, ""]):
        before = _sent(native)
        await native.send_dtmf(key)
        if following:
            await asyncio.sleep(_GAP_S)
            deadline = asyncio.get_running_loop().time() + _BOUND_S
            while silent() and _sent(native) < before + _FRAMES:
                if asyncio.get_running_loop().time() > deadline:  # another stream by now
                    break
                await asyncio.sleep(_POLL_S)


def _sent(native: Call) -> float:
    """Frames of silence sent; without end where there is no stream to wait for."""
    try:
        frames: int = native.audio.stats().tx_silence_frames
    except (AudioNotActive, AudioRestarted):
        return float("inf")
    return frames
