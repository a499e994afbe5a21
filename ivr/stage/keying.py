"""How a number of several digits is keyed in: three timers, `#` to end, `*` to begin again."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ivr.stage.heard import Finished, Pressed
from ivr.stage.party import Party, Prompt


@dataclass(frozen=True, kw_only=True)
class KeyTimers:
    """Seconds: until the first key (from the prompt's end), between two, and from first to last."""

    first_s: float = 8.0
    between_s: float = 4.0
    overall_s: float = 20.0


async def key_in(
    party: Party,
    prompts: Sequence[Prompt],
    timers: KeyTimers,
    until: asyncio.Future[Any] | None = None,
) -> str:
    """Say the prompts and take digits, also during them; empty if there were none.

    A timer that runs out between two keys ends it as `#` does, and `until` once it is done.
    A `#` before any digit belongs to something else, and is nothing.
    """
    loop = asyncio.get_running_loop()
    party.forget_keys()
    heard = await party.say(prompts, keys=True, until=until)
    if isinstance(heard, Finished):
        heard = await party.listen(timers.first_s, until=until)
    end, digits = loop.time() + timers.overall_s, ""
    while isinstance(heard, Pressed) and (heard.key != "#" or not digits):
        digits = "" if heard.key in "*#" else digits + heard.key
        wait_s = timers.between_s if digits else timers.first_s
        heard = await party.listen(max(0.0, min(wait_s, end - loop.time())), until=until)
    return digits
