"""The alerts and the dashboard in `host/` ask for what `/metrics` has, and can be read."""

import json
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from promql_parser import AggregateExpr, Expr, VectorSelector

from ivr.domain.attempt import Result
from ivr.domain.call import CallId, LineId, Outcome, SceneName
from ivr.domain.counsellor import Doing
from ivr.domain.journal import CallbackKind, DutyKind
from ivr.settings import PROJECT_ROOT
from ivr.web.metrics import Metrics
from ivr.web.status import Promises
from tests.adapters.record import ARRIVED, duty_event, facts, happened, request, whole_call
from tests.domain.callbacks import ANNA, POLICY
from tests.web.made_up import MadeUpStatus

ALERTS = yaml.safe_load((PROJECT_ROOT / "host" / "alerts.yml").read_text())
BOARD = json.loads((PROJECT_ROOT / "host" / "grafana.json").read_text())
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
WORDS: Mapping[str, Set[str]] = {
    "outcome": set(Outcome),
    "scene": set(SceneName),
    "state": set(Doing),
    "result": set(Result),
    "by": {"hand", "line"},
    "le": {"60.0", "180.0"},
}
# What Asterisk itself exports, where it is told to (docs/monitoring.md, res_prometheus of 22.10).
OF_ASTERISK = {"asterisk_pjsip_outbound_registration_status": {"username", "domain"}}
# What the page puts in before it asks: a duration, a choice of lines.
FILLED_IN = {"$__rate_interval": "1m", "$line": ".*"}


def _in_a_panel(panel: dict[str, Any]) -> list[str]:
    return [_filled_in(target["expr"]) for target in panel["targets"]]


def _filled_in(expression: str) -> str:
    for name, value in FILLED_IN.items():
        expression = expression.replace(name, value)
    return expression


EXPRESSIONS = [rule["expr"] for rule in RULES] + [
    each for panel in BOARD["panels"] for each in _in_a_panel(panel)
]


@pytest.fixture
async def exported() -> dict[str, set[str]]:
    """Each series that is exported once all has happened, and its labels; `le` by its values."""
    status = MadeUpStatus(promises={LineId("families"): Promises(open=1, overdue=1, given_up=1)})
    metrics = Metrics(status)
    ours = replace(facts(), callback=CallId("n1-1.0"), joined=ARRIVED)
    for each in (*whole_call(facts()), *whole_call(ours)):
        metrics.observe(each)
    begun = request().begin_by_hand(counsellor=ANNA, began=ARRIVED)
    ended = begun.end_attempt(Result.BUSY, now=ARRIVED + timedelta(minutes=1), policy=POLICY)
    metrics.observe_callback(happened(ended, CallbackKind.ENDED))
    metrics.observe_duty(duty_event(DutyKind.DISPOSITION, call="n1-1.0", code="resolved"))
    found: dict[str, set[str]] = dict(OF_ASTERISK)
    for family in text_string_to_metric_families(metrics.exposition().decode()):
        for sample in family.samples:
            labels = set(sample.labels) | {sample.labels.get("le", "")} - {""}
            found.setdefault(sample.name, set()).update(labels)
    return found


def _parts(expression: str) -> Iterator[Expr]:
    parts: list[Expr] = []
    promql_parser.walk(promql_parser.parse(expression), parts.append)
    return iter(parts)


def test_each_expression_can_be_read_and_asks_for_what_is_exported(exported: dict[str, set[str]]):
    for expression in EXPRESSIONS:
        series = [part for part in _parts(expression) if isinstance(part, VectorSelector)]
        assert series, expression
        for one in series:
            assert one.name in exported, expression
            for asked in one.matchers.matchers:
                assert asked.name in exported[one.name], expression
                if asked.name in WORDS:
                    assert set(asked.value.split("|")) <= WORDS[asked.name], expression


def test_what_is_summed_by_a_label_has_it(exported: dict[str, set[str]]):
    sums = [
        (set(part.modifier.labels), str(part.expr))
        for expression in EXPRESSIONS
        for part in _parts(expression)
        if isinstance(part, AggregateExpr) and part.modifier
    ]

    assert sums
    for by, summed in sums:
        names = [str(part.name) for part in _parts(summed) if isinstance(part, VectorSelector)]
        assert all(by <= exported[name] for name in names), summed


def test_every_alert_says_how_bad_it_is_and_what_to_do():
    names = [rule["alert"] for rule in RULES]

    assert len(set(names)) == len(names)
    for rule in RULES:
        assert rule["labels"] in ({"severity": "page"}, {"severity": "ticket"})
        assert set(rule["annotations"]) == {"summary", "description"}
        assert promql_parser.parse_duration(rule.get("for", "1s")) > timedelta()
        named = set(re.findall(r"\$labels\.(\w+)", json.dumps(rule["annotations"])))
        assert named <= set(re.findall(r"by \((\w+)\)", rule["expr"]))


def test_what_must_never_happen_wakes_somebody():
    pages = {rule["alert"] for rule in RULES if rule["labels"]["severity"] == "page"}

    assert pages == {
        "CallsWereLost",
        "NobodyTakesCalls",
        "NothingCanBePromised",
        "OperatorDoesNotKnowUs",
        "OutboxFills",
    }


def test_a_configuration_that_is_not_in_force_is_on_the_wallboard_and_told():
    for expressions in ([rule["expr"] for rule in RULES], _of_panel("Faults")):
        assert any(
            "ivr_configuration_refused) > 0" in each or each == "max(ivr_configuration_refused)"
            for each in expressions
        )


async def test_the_figure_of_it_is_1_while_the_last_good_one_runs():
    for faults, shown in (({}, 0.0), ({"configuration": "refused: lines.yaml:3:5"}, 1.0)):
        exposed = Metrics(MadeUpStatus(faults=faults)).exposition().decode()
        families = {each.name: each for each in text_string_to_metric_families(exposed)}
        assert [s.value for s in families["ivr_configuration_refused"].samples] == [shown]


def _of_panel(title: str) -> list[str]:
    return next(_in_a_panel(panel) for panel in BOARD["panels"] if panel["title"] == title)


def test_the_dashboard_asks_the_prometheus_that_is_chosen_and_nobody_else():
    text = json.dumps(BOARD)

    assert not re.search(r"https?://", text)
    assert set(re.findall(r'"uid": "([^"]*)"', text)) == {"${datasource}", "neuvontalinja"}
    assert [variable["name"] for variable in BOARD["templating"]["list"]] == ["datasource", "line"]


def test_no_panel_of_the_dashboard_lies_on_another():
    panels = BOARD["panels"]
    covered = [_cells(panel["gridPos"]) for panel in panels]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)
    assert not [1 for one, other in combinations(covered, 2) if one & other]


def _cells(place: dict[str, int]) -> set[tuple[int, int]]:
    across = range(place["x"], place["x"] + place["w"])
    return {(x, y) for x in across for y in range(place["y"], place["y"] + place["h"])}
