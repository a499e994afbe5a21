"""Which calls are performed over one connection, and what is asked of all of them together."""

import asyncio
from types import MappingProxyType

from ivr.domain.call import CallId, ChannelId, Facts, LineId
from ivr.stage import Call


class OnAir:
    """The calls that are being performed; `calls` shows them by channel, as they come and go."""

    def __init__(self) -> None:
        self._calls: dict[ChannelId, Call] = {}
        self.calls = MappingProxyType(self._calls)
        self._ended = asyncio.Event()

    def __len__(self) -> int:
        return len(self._calls)

    def begin(self, call: Call) -> None:
        """The call is performed from now on."""
        self._calls[call.channel] = call

    def end(self, call: Call) -> None:
        """The call is performed no more."""
        self._calls.pop(call.channel, None)
        self._ended.set()

    def call(self, call_id: CallId) -> Call | None:
        """The call that is being performed under this id."""
        calls = self._calls.values()
        return next((call for call in calls if call.facts.call_id == call_id), None)

    def facts(self) -> list[Facts]:
        """The present facts of all of them."""
        return [call.facts for call in self._calls.values()]

    @property
    def called_back(self) -> frozenset[CallId]:
        """Those of them that we made to a citizen."""
        return frozenset(facts.call_id for facts in self.facts() if facts.callback is not None)

    @property
    def lines(self) -> frozenset[LineId]:
        """The lines that somebody is on."""
        return frozenset(facts.line for facts in self.facts() if facts.line is not None)

    async def all_over(self) -> None:
        """Return when none is performed any more."""
        while self._calls:
            self._ended.clear()
            await self._ended.wait()
