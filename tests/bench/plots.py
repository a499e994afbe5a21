"""The figures as pictures: SVG that stands in a page by itself."""

from collections.abc import Sequence

import leather

from tests.bench.figures import Attempt, Delay, Figures, Memory, Name, Results, quantile

_LABELS = {Name.OURS: "ours", Name.QUEUE: "Queue()"}
_COLOURS = {Name.OURS: "#1f6fb2", Name.QUEUE: "#d1711a"}
_SHARES = (*(n / 100 for n in range(2, 99, 2)), 0.99, 1.0)
_WIDTH, _HEIGHT = 720, 320


def delay(results: Results, which: Delay, title: str) -> str:
    """Which share of the calls waited at most so long, on both sides."""
    lines: dict[Name, list[tuple[float, float]]] = {}
    for side in Name:
        values = results.of(side).delays.get(which, ())
        lines[side] = [(1000 * quantile(values, q), 100 * q) for q in _SHARES] if values else []
    return _lines(title, lines, "ms", "% of calls")


def cpu(results: Results) -> str:
    """What a call costs, and where."""
    chart = leather.Chart("CPU a call, ms")
    for side in Name:
        columns = [(f"{_LABELS[side]}: {what}", ms) for what, ms in _parts(results.of(side))]
        chart.add_columns(columns, name=_LABELS[side], fill_color=_COLOURS[side])
    return _svg(chart)


def attempts(tried: Sequence[Attempt]) -> str:
    """Which rates were tried, and how many of their calls failed."""
    lines = {
        side: sorted(
            (float(a.rate), 100 * a.calls.failed / max(a.calls.made, 1))
            for a in tried
            if a.side is side
        )
        for side in Name
    }
    return _lines("Failed calls by rate", lines, "new calls a second", "% failed")


def memory(samples: Sequence[Memory], title: str, across: str) -> str:
    """The controller's memory."""
    points = [(float(sample.calls), sample.mb) for sample in samples]
    return _lines(title, {Name.OURS: points}, across, "MB")


def _lines(
    title: str, lines: dict[Name, list[tuple[float, float]]], across: str, upwards: str
) -> str:
    chart = leather.Chart(title)
    for side, points in lines.items():
        if points:
            chart.add_line(points, name=_LABELS[side], stroke_color=_COLOURS[side])
    if not any(lines.values()):
        chart.add_line([(0, 0)], name="not measured")
    both = [point for points in lines.values() for point in points]
    chart.add_x_scale(0, max((x for x, _ in both), default=0) or 1)
    chart.add_y_scale(0, max((y for _, y in both), default=0) * 1.05 or 1)
    chart.add_x_axis(name=across)
    chart.add_y_axis(name=upwards)
    return _svg(chart)


def _parts(figures: Figures) -> list[tuple[str, float]]:
    """The parts that were used, in milliseconds."""
    used = figures.cpu
    named = (
        ("Asterisk", used.asterisk),
        ("controller", used.controller),
        ("Postgres", used.postgres),
    )
    return [(what, figures.ms_a_call(seconds)) for what, seconds in named if seconds]


def _svg(chart: leather.Chart) -> str:
    return str(chart.to_svg(width=_WIDTH, height=_HEIGHT))
