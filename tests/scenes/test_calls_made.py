"""How often a number was called is known for a week, and no longer."""

from datetime import timedelta

from ivr.director.calls_made import KEPT, CallsMade
from tests.domain.callbacks import ANNA, MIN, calling, request
from tests.fakes.time import BEGIN

DAY = timedelta(days=1)
OTHER = "+358451112222"


def test_the_calls_of_all_requests_from_a_number_are_known_together() -> None:
    calls = CallsMade()
    calls.note(calling())
    calls.note(request(id="n1-2", line="paid").begin_by_hand(counsellor=ANNA, began=BEGIN - MIN))
    calls.note(request(id="n1-3", number=OTHER))
    assert sorted(calls.to(request().number)) == [BEGIN - MIN, BEGIN]
    assert calls.to(OTHER) == calls.to("+358501") == []


def test_an_attempt_that_the_disk_refused_is_none_and_what_is_known_here_counts() -> None:
    calls = CallsMade()
    calls.note(calling())
    calls.learn(request())
    assert calls.to(request().number) == [BEGIN]
    calls.note(request())
    assert calls.to(request().number) == []
    calls.learn(calling())
    assert calls.to(request().number) == [BEGIN]


def test_a_number_that_nobody_has_called_for_a_week_is_forgotten() -> None:
    calls = CallsMade()
    calls.note(calling())
    for days in (1, 6, 7):
        calls.note(calling(request(id=f"n1-{days}", number=OTHER), BEGIN + days * DAY))
        assert calls.to(request().number) == [BEGIN]
    later = BEGIN + KEPT + DAY + MIN
    calls.note(calling(request(id="n1-9", number=OTHER), later))
    assert calls.to(request().number) == []
    assert len(calls.to(OTHER)) == 4
