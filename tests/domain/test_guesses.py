"""Whoever guesses at PINs waits after the third wrong one, and then begins anew."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.guesses import Guesses
from ivr.domain.policy import DeskPolicy

NINE = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@given(st.builds(DeskPolicy, pin_tries=st.integers(1, 9), pin_pause_s=st.floats(1, 600)))
def test_exactly_so_many_wrong_pins_bar_for_exactly_so_long(policy: DeskPolicy) -> None:
    guesses = Guesses()
    for _ in range(policy.pin_tries - 1):
        assert not guesses.too_many(policy)
        guesses = guesses.wrong_again()
        assert not guesses.barred(NINE)
    assert guesses.too_many(policy)
    barred = guesses.bar(NINE, policy)
    end = NINE + timedelta(seconds=policy.pin_pause_s)
    assert barred.barred(end - timedelta(milliseconds=1))
    assert not barred.barred(end)
    assert barred.wrong == 0
