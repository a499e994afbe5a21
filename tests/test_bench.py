"""The arithmetic of the bench: quantiles, growth, the highest rate, the verdict, the report."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench import report
from tests.bench.figures import (
    Attempt,
    Calls,
    Cpu,
    Delay,
    Figures,
    Memory,
    Name,
    Results,
    growth,
    next_rate,
    quantile,
)
from tests.bench.media import Packet, began, marks
from tests.bench.table import cells
from tests.bench.verdict import Row, failed_calls, missed, rows

SILENCE = b"\xd5" * 160


def packet(number: int) -> bytes:
    return bytes([number]) * 160


def figures(*, cpu: Cpu, key_s: float = 0.01, failed: int = 0) -> Figures:
    return Figures(
        calls=Calls(made=100, failed=failed, at_once=50),
        cpu=cpu,
        delays={Delay.KEY: [key_s] * 100, Delay.CALLER_HEARS: [0.02] * 100},
    )


def results(ours: Figures, *, rate: int = 40, failed_elsewhere: int = 0) -> Results:
    good, bad = Calls(made=10), Calls(made=10, failed=1)
    return Results(
        ours=ours,
        queue=figures(cpu=Cpu(asterisk=2.0)),
        attempts=[
            Attempt(side=Name.OURS, rate=rate, calls=good),
            Attempt(side=Name.OURS, rate=90, calls=bad),
            Attempt(side=Name.QUEUE, rate=40, calls=good),
        ],
        waiting=[Memory(calls=10, mb=90.0), Memory(calls=400, mb=120.0)],
        served=[Memory(calls=n * 500, mb=100.0) for n in range(11)],
        other=Calls(made=5000, failed=failed_elsewhere),
    )


def test_a_quantile_is_a_value_that_was_measured() -> None:
    values = [float(n) for n in range(1, 101)]
    assert quantile(values, 0.5) == 50
    assert quantile(values, 0.99) == 99
    assert quantile([7.0], 0.99) == 7
    assert math.isnan(quantile([], 0.5))


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1))
def test_a_quantile_is_exceeded_by_no_more_than_its_share(values: list[float], q: float) -> None:
    limit = quantile(values, q)
    assert sum(v > limit for v in values) <= (1 - q) * len(values) + 1e-6


def test_growth_is_the_slope_of_the_later_half() -> None:
    leak = [Memory(calls=n * 100, mb=80 + n) for n in range(11)]
    assert growth(leak) == pytest.approx(10)
    filled = [Memory(calls=n * 100, mb=min(80 + 4 * n, 90)) for n in range(11)]
    assert growth(filled) == pytest.approx(0)


@given(st.integers(0, 100))
def test_the_highest_rate_is_found_to_within_the_step(highest: int) -> None:
    held, failed = 0, 101
    while (rate := next_rate(held, failed, 3)) is not None:
        held, failed = (rate, failed) if rate <= highest else (held, rate)
    assert highest - 3 < held <= highest


def test_the_rounds_of_a_side_add_up() -> None:
    one = figures(cpu=Cpu(asterisk=2.0, controller=1.0), failed=1)
    both = Figures.sum([one, one])
    assert (both.calls.made, both.calls.failed, both.calls.at_once) == (200, 2, 50)
    assert both.total_ms_a_call == pytest.approx(30)
    assert len(both.delays[Delay.KEY]) == 200


def test_what_reaches_every_aim_misses_nothing() -> None:
    assert missed(results(figures(cpu=Cpu(asterisk=2.0, controller=0.4)))) == []


@pytest.mark.parametrize(
    ("ours", "rate", "what"),
    [
        (figures(cpu=Cpu(asterisk=2.0, controller=0.6)), 40, "CPU a call: Asterisk and controller"),
        (figures(cpu=Cpu(asterisk=2.0), key_s=0.07), 40, "key to next prompt, p99"),
        (figures(cpu=Cpu(asterisk=2.0)), 37, "calls a second sustained with no failed call"),
        (figures(cpu=Cpu(asterisk=2.0), failed=1), 40, "failed calls"),
    ],
)
def test_each_aim_can_be_missed_alone(ours: Figures, rate: int, what: str) -> None:
    found = results(ours, rate=rate)
    assert [row.what for row in missed(found)] == [what]
    assert what in report.verdict(found)


def test_calls_may_fail_only_above_the_highest_rate() -> None:
    assert failed_calls(results(figures(cpu=Cpu()))) == 0
    assert failed_calls(results(figures(cpu=Cpu()), failed_elsewhere=2)) == 2


def test_the_table_says_nothing_of_what_was_not_measured() -> None:
    row = Row(what="memory", unit="MB", ours=96.412, aim="≤ 150", reached=True)
    assert cells(row) == ("memory (MB)", "96.4", "", "", "≤ 150", "reached")


def test_the_report_stands_by_itself(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    found = results(figures(cpu=Cpu(asterisk=2.0, controller=0.4)))
    report.write(found, ["<a profile>"], file)
    page = file.read_text()
    assert page.count("<svg") == 8
    assert "<script" not in page
    assert "&lt;a profile&gt;" in page
    assert all(row.what in page for row in rows(found) if "'" not in row.what)


def test_the_beginning_of_a_clip_is_found_behind_the_silence_that_it_begins_with() -> None:
    clip = marks(SILENCE * 2 + packet(1) + packet(2), [packet(3)])
    sounds = [packet(3), SILENCE, SILENCE, packet(1), packet(2)]
    heard = [Packet(at=n / 50, number=n, sound=sound) for n, sound in enumerate(sounds)]
    assert began(heard, clip, after=0) == pytest.approx(1 / 50)
    assert began(heard, clip, after=1.0) is None


def test_a_clip_whose_first_packet_was_lost_begins_with_the_next() -> None:
    clip = marks(SILENCE + packet(1) + packet(2))
    heard = [Packet(at=n / 50, number=n, sound=packet(n)) for n in (1, 2)]
    assert began(heard, clip, after=0) == pytest.approx(1 / 50)
