"""What Prometheus is told: calls, waits, callbacks, and how the service is."""

import asyncio
import math
from collections.abc import Callable, Iterator
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ivr.domain.call import CallId, Facts, SceneName
from ivr.domain.counsellor import Doing
from ivr.domain.journal import (
    CallbackEvent,
    CallbackKind,
    DutyEvent,
    DutyKind,
    Event,
    EventKind,
)
from ivr.web.status import TRUNK, Promises, Status

# Seconds. Callers are patient in minutes; the service level is asked at 60 and 180 s.
WAITING_BUCKETS = (5, 15, 30, 60, 120, 180, 300, 600, 900, 1800, 3600)
NO_LINE = "none"


class Metrics:
    """Counts what the journal's events say, each new event once."""

    def __init__(self, status: Status) -> None:
        self._registry = CollectorRegistry()
        self._scenes: dict[CallId, SceneName] = {}
        self._arrived = Counter(
            "ivr_calls_arrived", "Calls that arrived", ["line"], registry=self._registry
        )
        self._ended = Counter(
            "ivr_calls_ended", "Calls that ended", ["line", "outcome"], registry=self._registry
        )
        self._called_back = Counter(
            "ivr_calls_back_ended",
            "Calls back that we made and that ended",
            ["line", "outcome"],
            registry=self._registry,
        )
        self._attempts = Counter(
            "ivr_callback_attempts",
            "Attempts to call citizens back that ended, by the line and by hand",
            ["line", "result", "by"],
            registry=self._registry,
        )
        self._dispositions = Counter(
            "ivr_dispositions",
            "What counsellors said became of calls; a correction counts again",
            ["code"],
            registry=self._registry,
        )
        self._wrong_pins = Counter(
            "ivr_wrong_pins", "Sign-ins with a wrong PIN", registry=self._registry
        )
        self._now = Gauge("ivr_calls_now", "Calls now", ["scene"], registry=self._registry)
        self._waiting = Histogram(
            "ivr_waiting_seconds",
            "From joining the line to hearing a counsellor",
            buckets=WAITING_BUCKETS,
            registry=self._registry,
        )
        self._show(status)

    def observe(self, event: Event) -> None:
        """Count an event of a call."""
        line, ours = event.facts.line or NO_LINE, event.facts.callback is not None
        self._place(event.facts)
        match event.kind:
            case EventKind.ARRIVED if not ours:
                self._arrived.labels(line).inc()
            case EventKind.CONNECTED if event.facts.joined is not None and not ours:
                # Who has the place of an earlier call, or request, did not wait since then.
                since = max(event.facts.joined, event.facts.arrived)
                self._waiting.observe((event.at - since).total_seconds())
            case EventKind.FINISHED:
                ended = self._called_back if ours else self._ended
                ended.labels(line, str(event.data.get("outcome"))).inc()
                self._remove(event.call_id)
            case _:
                pass

    def observe_duty(self, event: DutyEvent) -> None:
        """Count an event of a counsellor."""
        match event.kind:
            case DutyKind.DISPOSITION:
                self._dispositions.labels(str(event.data.get("code"))).inc()
            case DutyKind.WRONG_PIN:
                self._wrong_pins.inc()
            case _:
                pass

    def observe_callback(self, event: CallbackEvent) -> None:
        """Count an event of a request to be called back."""
        if event.kind is CallbackKind.ENDED:
            attempt = event.callback.attempts[-1]
            by = "hand" if attempt.by_hand else "line"
            self._attempts.labels(event.callback.line, str(attempt.result), by).inc()

    def adopt(self, facts: Facts) -> None:
        """Show a call that was open before this process began; it is not counted as an arrival."""
        self._place(facts)

    def exposition(self) -> bytes:
        """All of it, in Prometheus' text format."""
        return generate_latest(self._registry)

    def _place(self, facts: Facts) -> None:
        if self._scenes.get(facts.call_id) is facts.scene:
            return
        self._remove(facts.call_id)
        self._scenes[facts.call_id] = facts.scene
        self._now.labels(facts.scene).inc()

    def _remove(self, call: CallId) -> None:
        if (scene := self._scenes.pop(call, None)) is not None:
            self._now.labels(scene).dec()

    def _show(self, status: Status) -> None:
        for scene in SceneName:
            self._now.labels(scene)
        for name, text, ask in (
            ("ivr_outbox_backlog", "Events not yet in Postgres", lambda: status.backlog),
            ("ivr_outbox_oldest_seconds", "Age of the oldest of them", lambda: status.oldest_s),
            ("ivr_outbox_set_aside", "Events that Postgres refused", lambda: status.set_aside),
            ("ivr_outbox_room_bytes", "How much more it takes", lambda: status.room_bytes),
            ("ivr_details_lost", "Events lost to a refusing disk", lambda: status.details_lost),
            ("ivr_clock_ahead_seconds", "How far off it was set", lambda: status.clock_ahead_s),
            ("ivr_switch_connected", "1: connected", lambda: status.switch_connected),
            ("ivr_standby", "1: waits to take over", lambda: status.waits is not None),
            ("ivr_switch_answer_seconds", "Asterisk's latest answer", lambda: _answer_s(status)),
            ("ivr_journal_broken", "1: not written", lambda: status.journal_fault is not None),
            ("ivr_faults", "Work begun again, files refused", lambda: len(status.faults)),
            ("ivr_trunk_fault", "1: is not registered", lambda: TRUNK in status.faults),
            (
                "ivr_configuration_refused",
                "1: what is saved is not in force",
                lambda: "configuration" in status.faults,
            ),
            ("ivr_tasks", "Tasks of the event loop", lambda: len(asyncio.all_tasks())),
        ):
            Gauge(name, text, registry=self._registry).set_function(ask)
        self._registry.register(_PromisesNow(status))
        people = Gauge("ivr_counsellors", "Counsellors now", ["state"], registry=self._registry)
        for doing in Doing:
            people.labels(doing).set_function(partial(_how_many, status, doing))


_PROMISES: tuple[tuple[str, str, Callable[[Promises], int]], ...] = (
    ("ivr_callbacks_open", "Callbacks to be made", lambda it: it.open),
    ("ivr_callbacks_overdue", "Of them, past the promised day", lambda it: it.overdue),
    ("ivr_callbacks_given_up", "Callbacks for a person to see to", lambda it: it.given_up),
)


class _PromisesNow(Collector):
    """The callbacks of each line, looked up at each scrape."""

    def __init__(self, status: Status) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        """One gauge each for those open, overdue and given up."""
        promises = self._status.promises
        for name, text, of in _PROMISES:
            gauge = GaugeMetricFamily(name, text, labels=["line"])
            for line, known in promises.items():
                gauge.add_metric([line], of(known))
            yield gauge


def _answer_s(status: Status) -> float:
    """Not a number while it is not known: nothing would look like an answer at once."""
    return math.nan if status.switch_answer_s is None else status.switch_answer_s


def _how_many(status: Status, doing: Doing) -> int:
    return status.counsellors.get(doing, 0)
