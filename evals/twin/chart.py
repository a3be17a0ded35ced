"""Charts as inline SVG, for a page that loads nothing: lines over weeks, means with their intervals, dots by seed."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import chain

Shown = Callable[[float], str]
Points = Sequence[tuple[float, float]]

# Drawn at about the size of a phone, so that the labels stay readable there; wider windows enlarge them a little.
_WIDTH, _HEIGHT = 420, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 12, 10, 36
_COLOURS = 5
_ROW, _LABEL = 48, 17
_DOTS_UP_TO = 16


@dataclass(frozen=True)
class IntervalRow:
    """A mean and the two ends of its interval."""

    label: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class _Scale:
    """Values of an axis to places in the drawing."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return round(self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start), 1)


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round values that enclose `low` to `high`, in steps of 1, 2, 2.5 or 5 times a power of ten."""
    if high <= low:
        reach = abs(low) * 0.05 or 1.0
        low, high = low - reach, high + reach
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]


def line_chart(title: str, series: Mapping[str, Sequence[float]], shown: Shown, mark: float | None = None) -> str:
    """A line each over the weeks of the run, with axes and a legend; `mark` is a value to compare with."""
    drawn = {name: [(week, value) for week, value in enumerate(values, 1)] for name, values in series.items() if values}
    weeks = max((len(values) for values in drawn.values()), default=0)
    if not weeks:
        return figure(title, '<p class="quiet">Nothing to draw: the run is shorter than a week.</p>')
    frame = _Frame(drawn, shown, mark, "week")
    lines = [frame.line(number, points, dots=weeks <= _DOTS_UP_TO) for number, points in enumerate(drawn.values())]
    hovers = frame.hovers("Week", drawn, shown)
    return figure(title, _legend(drawn, shown) + frame.svg(title, [*lines, *hovers]))


def dot_chart(title: str, series: Mapping[str, Points], shown: Shown, across: str) -> str:
    """A dot for each pair of `across` and value, coloured by series, with the line of zero."""
    drawn = {name: points for name, points in series.items() if points}
    if not drawn:
        return figure(title, '<p class="quiet">Nothing to draw.</p>')
    frame = _Frame(drawn, shown, 0.0, across)
    dots = chain.from_iterable(frame.dots(number, points) for number, points in enumerate(drawn.values()))
    hovers = frame.hovers(across.capitalize(), drawn, shown)
    return figure(title, _legend(drawn, None) + frame.svg(title, [*dots, *hovers]))


def interval_chart(
    title: str, rows: Sequence[IntervalRow], shown: Shown, exactly: Shown, mark: float | None = None
) -> str:
    """A row each: a dot at the mean, a bar over the interval, the mean in words; `shown` is for the axis."""
    if not rows:
        return figure(title, '<p class="quiet">Nothing to draw.</p>')
    ends = [value for row in rows for value in (row.low, row.high)] + ([] if mark is None else [mark])
    marks = ticks(min(ends), max(ends), 4)
    height = len(rows) * _ROW + _BOTTOM
    across = _Scale(marks[0], marks[-1], 30, _WIDTH - 30)
    parts = [
        f'<line class="grid" x1="{across(at)}" x2="{across(at)}" y1="4" y2="{height - 24}"/>'
        f'<text x="{across(at)}" y="{height - 8}" text-anchor="middle">{escape(shown(at))}</text>'
        for at in marks
    ]
    if mark is not None:
        parts.append(f'<line class="mark" x1="{across(mark)}" x2="{across(mark)}" y1="4" y2="{height - 24}"/>')
    parts.extend(_interval(row, across, number * _ROW, exactly) for number, row in enumerate(rows))
    return figure(title, _svg(title, height, parts))


def _interval(row: IntervalRow, across: _Scale, top: int, shown: Shown) -> str:
    y = top + _LABEL + 13
    reach = f", 95 % interval {shown(row.low)} to {shown(row.high)}" if row.low < row.high else ""
    tooltip = f"{row.label}: {shown(row.mean)}{reach}"
    return (
        f"<g><title>{escape(tooltip)}</title>"
        f'<text class="name" x="2" y="{top + _LABEL}">{escape(row.label)}</text>'
        f'<text class="name" x="{_WIDTH - 2}" y="{top + _LABEL}" text-anchor="end">{escape(shown(row.mean))}</text>'
        f'<line class="reach" x1="{across(row.low)}" x2="{across(row.high)}" y1="{y}" y2="{y}"/>'
        f'<circle class="mean" cx="{across(row.mean)}" cy="{y}" r="5"/></g>'
    )


class _Frame:
    """The axes of a chart, and what is drawn within them."""

    def __init__(self, series: Mapping[str, Points], shown: Shown, mark: float | None, across: str) -> None:
        xs = sorted({x for points in series.values() for x, _ in points})
        ys = [y for points in series.values() for _, y in points] + ([] if mark is None else [mark])
        self._xs, self._marks, self._mark, self._shown, self._across = xs, ticks(min(ys), max(ys)), mark, shown, across
        low, high = (xs[0], xs[-1]) if len(xs) > 1 else (xs[0] - 1, xs[0] + 1)
        self._x = _Scale(low, high, _LEFT + 8, _WIDTH - _RIGHT - 4)
        self._y = _Scale(self._marks[0], self._marks[-1], _HEIGHT - _BOTTOM, _TOP)

    def svg(self, title: str, parts: Sequence[str]) -> str:
        return _svg(title, _HEIGHT, [*self._axes(), *parts])

    def line(self, number: int, points: Points, *, dots: bool) -> str:
        placed = " ".join(f"{self._x(x)},{self._y(y)}" for x, y in points)
        line = f'<polyline class="line c{number % _COLOURS}" points="{placed}"/>'
        return line + "".join(self.dots(number, points)) if dots else line

    def dots(self, number: int, points: Points) -> Iterator[str]:
        kind = f"dot c{number % _COLOURS}"
        return (f'<circle class="{kind}" cx="{self._x(x)}" cy="{self._y(y)}" r="3"/>' for x, y in points)

    def hovers(self, across: str, series: Mapping[str, Points], shown: Shown) -> Iterator[str]:
        """All values of a place on the axis, told where the pointer rests."""
        values = {name: dict(points) for name, points in series.items()}
        width = round((_WIDTH - _LEFT - _RIGHT) / len(self._xs), 1)
        for x in self._xs:
            tooltip = "\n".join(f"{name}: {shown(of[x])}" for name, of in values.items() if x in of)
            yield (
                f'<rect class="hover" x="{round(self._x(x) - width / 2, 1)}" y="{_TOP}" width="{width}" '
                f'height="{_HEIGHT - _TOP - _BOTTOM}"><title>{escape(across)} {x:.0f}\n{escape(tooltip)}</title></rect>'
            )

    def _axes(self) -> Iterator[str]:
        for at in self._marks:
            kind = "mark" if at == self._mark else "grid"
            yield f'<line class="{kind}" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{self._y(at)}" y2="{self._y(at)}"/>'
            yield f'<text x="{_LEFT - 6}" y="{self._y(at) + 4}" text-anchor="end">{escape(self._shown(at))}</text>'
        for at in _whole(self._xs):
            yield f'<text x="{self._x(at)}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle">{at:.0f}</text>'
        middle = (_LEFT + _WIDTH - _RIGHT) / 2
        yield f'<text class="axis" x="{middle}" y="{_HEIGHT - 4}" text-anchor="middle">{escape(self._across)}</text>'


def _whole(xs: Sequence[float]) -> list[float]:
    """A handful of the places on the axis, evenly spread, with the first and as a rule round."""
    if len(xs) <= 8:
        return list(xs)
    step = max(2, round(ticks(0, xs[-1] - xs[0], 6)[1]))
    return [x for x in xs if x == xs[0] or (x % step == 0 and x - xs[0] >= step / 2)]


def _legend(series: Mapping[str, Points], shown: Shown | None) -> str:
    """A swatch and a name each; with `shown` the last value as well."""
    entries = []
    for number, (name, points) in enumerate(series.items()):
        last = f" <b>{escape(shown(points[-1][1]))}</b>" if shown else ""
        swatch = f'<line class="line c{number % _COLOURS}" x1="0" x2="22" y1="5" y2="5"/>'
        if not shown:
            swatch = f'<circle class="dot c{number % _COLOURS}" cx="11" cy="5" r="4"/>'
        entries.append(
            f'<li><svg class="swatch" viewBox="0 0 22 10" aria-hidden="true">{swatch}</svg>{escape(name)}{last}</li>'
        )
    return f'<ul class="legend">{"".join(entries)}</ul>'


def _svg(title: str, height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )


def figure(title: str, body: str) -> str:
    """A card with a title; `body` is HTML."""
    return f"<figure><figcaption>{escape(title)}</figcaption>{body}</figure>"


def grid(figures: Iterable[str]) -> str:
    """Figures side by side, as many as fit."""
    return f'<div class="charts">{"".join(figures)}</div>'


STYLE = """
:root { color-scheme: light dark; --ground: #f6f5f2; --card: #fff; --ink: #1d2129; --soft: #5d6472; --rule: #e0ded8;
  --strong: #8a8f99; --c0: #1f62c9; --c1: #c2570c; --c2: #12805c; --c3: #7a4bd0; --c4: #c02662; }
@media (prefers-color-scheme: dark) { :root { --ground: #14161a; --card: #1d2026; --ink: #e8e9ec; --soft: #a0a6b2;
  --rule: #31353d; --strong: #7c828e; --c0: #74a9ff; --c1: #f0a060; --c2: #52cfa0; --c3: #b9a0ff; --c4: #f585ae; } }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 12px; }
.charts + .wide, .charts + .charts { margin-top: 12px; }
figure { margin: 0; padding: 14px 14px 8px; min-width: 0; }
figcaption { font-weight: 600; }
figure > svg { display: block; width: 100%; height: auto; margin-top: 8px; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; list-style: none; margin: 4px 0 0; padding: 0; }
.legend li { font-size: .85rem; }
.swatch { width: 22px; height: 10px; margin-right: 6px; vertical-align: middle; }
svg text { font: 11px system-ui, sans-serif; fill: var(--soft); font-variant-numeric: tabular-nums; }
svg text.name { font-size: 12.5px; fill: var(--ink); stroke: var(--card); stroke-width: 5px; paint-order: stroke; }
.grid { stroke: var(--rule); } .mark { stroke: var(--strong); stroke-dasharray: 4 3; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.hover { fill: transparent; } .hover:hover { fill: var(--soft); fill-opacity: .12; }
.line.c0 { stroke: var(--c0); } .line.c1 { stroke: var(--c1); } .line.c2 { stroke: var(--c2); stroke-dasharray: 7 3; }
.line.c3 { stroke: var(--c3); stroke-dasharray: 2 3; } .line.c4 { stroke: var(--c4); stroke-dasharray: 9 3 2 3; }
.dot.c0 { fill: var(--c0); } .dot.c1 { fill: var(--c1); } .dot.c2 { fill: var(--c2); } .dot.c3 { fill: var(--c3); }
.dot.c4 { fill: var(--c4); } .mean { fill: var(--c0); }
.reach { stroke: var(--c0); stroke-width: 3; stroke-linecap: round; stroke-opacity: .45; }
"""
"""The colours, in light and dark, and how charts look: what a page puts before its own style."""
