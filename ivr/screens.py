"""What follows the record, event by event: the console and the metrics."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.adapters.outbox import Outbox
from ivr.adapters.outbox_observers import Observers
from ivr.console import call_line, callback_line, duty_line
from ivr.domain.call import LineId
from ivr.domain.journal import CallbackEvent, DutyEvent, Event
from ivr.web.metrics import Metrics


@dataclass(frozen=True, kw_only=True)
class Screens:
    """Tell of each event that is on disk; `say` takes the lines for the console.

    `names` are those of the service lines.
    """

    names: Mapping[LineId, str]
    metrics: Metrics
    say: Callable[[str], None]

    async def open(self, path: Path, bound_bytes: int) -> Outbox:
        """The outbox with the screens before it, which show the calls that were open already.

        Raises Taken, Refusal and JournalUnavailable.
        """
        outbox = await Outbox.open(
            path,
            observers=Observers(calls=self._call, counsellors=self._duty, callbacks=self._callback),
            bound_bytes=bound_bytes,
        )
        try:
            for facts in (await outbox.open_calls()).values():
                self.metrics.adopt(facts)
        except BaseException:
            await outbox.close()
            raise
        return outbox

    def _call(self, event: Event) -> None:
        self.say(call_line(event, self.names))
        self.metrics.observe(event)

    def _duty(self, event: DutyEvent) -> None:
        self._say_if_any(duty_line(event))
        self.metrics.observe_duty(event)

    def _callback(self, event: CallbackEvent) -> None:
        self._say_if_any(callback_line(event))
        self.metrics.observe_callback(event)

    def _say_if_any(self, line: str | None) -> None:
        if line is not None:
            self.say(line)
