"""Whether the trunk that wants a registration has it: without it, no call of a citizen comes in."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from ivr.adapters.ami import AmiFailed, AmiTarget, registrations
from ivr.embedded.trunk_config import REGISTRATION

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 30.0
# What is not in order is soon seen to be so again.
LOOK_AGAIN_S = 5.0
REGISTERED = "Registered"

Asked = Callable[[AmiTarget], Awaitable[Mapping[str, str]]]


class Registration:
    """`fault` says in a line what is wrong with it; None while it is in order, or not known yet.

    `ami` is where Asterisk tells it now.
    """

    def __init__(self, ami: Callable[[], AmiTarget], ask: Asked = registrations) -> None:
        self.fault: str | None = None
        self._ami = ami
        self._ask = ask

    async def watch(self) -> None:
        """Look, for ever."""
        while True:
            fault = await self._look()
            if fault != self.fault:
                self.fault = fault
                if fault is None:
                    log.info("trunk.registered")
                else:
                    log.error("trunk.not_registered", why=fault)
            await asyncio.sleep(LOOK_AGAIN_S if fault else LOOK_EVERY_S)

    async def _look(self) -> str | None:
        try:
            state = (await self._ask(self._ami())).get(REGISTRATION)
        except AmiFailed as failed:
            return f"it is not known whether it is registered with the operator: {failed}"
        if state == REGISTERED:
            return None
        says = f"Asterisk says {state}" if state else f"Asterisk has no [{REGISTRATION}]"
        return f"not registered with the operator, so no call comes in ({says})"
