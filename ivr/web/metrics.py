"""What Prometheus is told: calls, waits, and how the service is."""

from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from ivr.domain.call import CallId, Facts, SceneName
from ivr.domain.counsellor import Doing
from ivr.domain.journal import DutyEvent, DutyKind, Event, EventKind
from ivr.web.status import Status

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
        line = event.facts.line or NO_LINE
        self._place(event.facts)
        match event.kind:
            case EventKind.ARRIVED:
                self._arrived.labels(line).inc()
            case EventKind.CONNECTED if event.facts.joined is not None:
                self._waiting.observe((event.at - event.facts.joined).total_seconds())
            case EventKind.FINISHED:
                self._ended.labels(line, str(event.data.get("outcome"))).inc()
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
            ("ivr_switch_connected", "1: connected", lambda: status.switch_connected),
            ("ivr_journal_broken", "1: not written", lambda: status.journal_fault is not None),
        ):
            Gauge(name, text, registry=self._registry).set_function(ask)
        people = Gauge("ivr_counsellors", "Counsellors now", ["state"], registry=self._registry)
        for doing in Doing:
            people.labels(doing).set_function(partial(_how_many, status, doing))


def _how_many(status: Status, doing: Doing) -> int:
    return status.counsellors.get(doing, 0)
