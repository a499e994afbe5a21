"""How the running line is, told in figures."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, cast

from ivr.condition import Condition
from ivr.domain.callback import Status
from ivr.web.status import Promises
from tests.domain.callbacks import calling, in_status, request
from tests.fakes.service import service
from tests.fakes.time import BEGIN

NIGHT = BEGIN + timedelta(hours=14, minutes=30)  # Tuesday, half past midnight in Finland


def test_the_callbacks_of_each_line_are_counted_and_those_past_their_day_among_the_open() -> None:
    known = [
        request(id="n1-1", number="+35840111"),
        request(id="n1-2", number="+35840222", promised_by=date(2026, 11, 24)),
        calling(request(id="n1-3", number="+35840333")),
        in_status(Status.UNREACHED),
        request(id="n1-4", number="+35840444", not_before=NIGHT + timedelta(hours=9)),
        request(id="n1-5", line="of_old"),
    ]
    condition = Condition(cast("Any", SimpleNamespace(now=lambda: NIGHT)))
    assert condition.promises == {}
    book = SimpleNamespace(known=known)
    roster = SimpleNamespace(resumed=False)
    house = SimpleNamespace(service=service(), callbacks=book, roster=roster)
    condition.house = cast("Any", house)
    assert condition.promises == {}
    roster.resumed = True
    found = dict(condition.promises)
    assert found.pop(known[0].line) == Promises(open=4, overdue=2, given_up=1)
    assert found.pop(known[-1].line) == Promises(open=1, overdue=1, given_up=0)
    assert set(found.values()) == {Promises(open=0, overdue=0, given_up=0)}
    assert len(found) == len(service().lines) - 1


def test_a_configuration_that_is_not_in_force_is_a_fault_like_those_of_our_work() -> None:
    condition = Condition(cast("Any", SimpleNamespace(now=lambda: NIGHT)))
    condition.upkeep.faults["ship"] = "KeyError, see the log"
    assert condition.faults == {"ship": "KeyError, see the log"}
    condition.configuration = cast("Any", SimpleNamespace(fault=None))
    assert condition.faults == {"ship": "KeyError, see the log"}
    condition.configuration = cast("Any", SimpleNamespace(fault="refused: lines.yaml:3:5"))
    assert condition.faults["configuration"] == "refused: lines.yaml:3:5"


def test_a_trunk_that_is_not_registered_is_a_fault_of_the_line() -> None:
    condition = Condition(cast("Any", SimpleNamespace(now=lambda: NIGHT)))
    condition.registration = cast("Any", SimpleNamespace(fault="not registered"))
    assert condition.faults == {"trunk": "not registered"}
    condition.registration = cast("Any", SimpleNamespace(fault=None))
    assert condition.faults == {}
