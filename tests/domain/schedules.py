"""Schedules as hypothesis makes them up, and two years of instants."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from ivr.domain.call import Language
from ivr.domain.schedule import ExceptionalDay, Holiday, Hours, Schedule

CHRISTMAS_DAY = Holiday(name={Language.FI: "Joulupäivä", Language.SV: "Juldagen"}, eve=False)
CHRISTMAS_EVE = Holiday(name={Language.FI: "Jouluaatto", Language.SV: "Julafton"}, eve=True)
YEARS = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
# Last Sundays of March and October (directive 2000/84/EC).
CLOCK_CHANGES = [date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28), date(2027, 10, 31)]


@st.composite
def day_hours(draw: st.DrawFn) -> tuple[Hours, ...]:
    """Up to three intervals of a day, in order, quarter by quarter; some reach midnight."""
    bounds = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
    at = [time(quarter % 96 // 4, quarter % 4 * 15) for quarter in bounds]
    pairs = zip(at[::2], at[1::2], strict=False)
    return tuple(Hours(opens=opens, closes=closes) for opens, closes in pairs)


def exceptional_days() -> st.SearchStrategy[ExceptionalDay]:
    """Days that are closed, open at hours of their own, shortened, or only told otherwise."""
    bounds = day_hours().filter(bool).map(lambda hours: hours[0])
    prompts = st.none() | st.just("closed_own")
    return st.one_of(
        st.builds(ExceptionalDay, hours=day_hours(), prompt=prompts),
        st.builds(ExceptionalDay, within=bounds, prompt=prompts),
        st.builds(ExceptionalDay, prompt=st.just("closed_own")),
    )


def _dates() -> st.SearchStrategy[date]:
    """Any date, and the two nights on which the clocks change more often than others."""
    return st.dates(date(2025, 12, 20), date(2028, 1, 10)) | st.sampled_from(CLOCK_CHANGES)


def _dated(values: st.SearchStrategy[Holiday]) -> st.SearchStrategy[Mapping[date, Holiday]]:
    return st.dictionaries(_dates(), values, max_size=30)


SCHEDULES = st.builds(
    Schedule,
    weekly=st.dictionaries(st.integers(0, 6), day_hours()),
    holidays=_dated(st.sampled_from([CHRISTMAS_DAY, CHRISTMAS_EVE])),
    exceptions=st.dictionaries(_dates(), exceptional_days(), max_size=30),
)
INSTANTS = st.integers(0, 2 * 365 * 24 * 60).map(lambda n: YEARS[0] + timedelta(minutes=n))
