"""The parts of a metric of sales, by product, channel, week or month, and what they leave to the whole."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from analytics.metrics.change import changes_per
from domain.metrics import MOST_STEPS, Days, Split, steps_of
from tools import cells
from tools.base import Retry
from tools.metrics.measures import Lines, Measure
from tools.metrics.results import MOST_PARTS, Coverage, Part


def parts_of(
    split: Split, titles: Mapping[str, str], lines: Lines, before: Lines | None, lengths: tuple[int, int],
    measure: Measure, currency: str, top: int | None,
) -> dict[str, Any]:  # fmt: skip
    """The largest, and the rest as one, so that they add up; changes are of totals divided by these lengths."""
    by = "product" if split is Split.PRODUCT else "channel"

    def of_code(code: str) -> Lines:
        return [line for line in lines if getattr(line, by) == code]

    codes = {getattr(line, by) for line in (*lines, *(before or ()))}
    ranked = sorted(codes, key=lambda code: (-(measure.total(of_code(code)) or 0), code))
    most = top or MOST_PARTS
    groups = [[code] for code in ranked[:most]] + ([ranked[most:]] if ranked[most:] else [])
    now, was = (
        [measure.total([line for line in side if getattr(line, by) in group]) or 0 for group in groups]
        for side in (lines, before or ())
    )
    changes = _changes(was, now, lengths, measure)
    parts = [
        Part(
            code=group[0], title=titles[group[0]], value=measure.cell(value, currency),
            before=None if before is None else measure.cell(earlier, currency),
            change=None if before is None else measure.changed(change, currency),
        )
        for group, earlier, value, change in zip(groups, was, now, changes, strict=True)
    ]  # fmt: skip
    if len(ranked) <= most:
        return {"split": split.value, "parts": parts}
    rest = parts[-1].model_copy(update={"code": "", "title": ""})
    return {"split": split.value, "parts": parts[:-1], "rest": rest, "rest_parts": cells.count(len(ranked) - most)}


def parts_in_steps(
    split: Split,
    days: Days,
    sales_in: Callable[[Days], tuple[Lines, Coverage | None]],
    whole: Lines,
    measure: Measure,
    currency: str,
) -> dict[str, Any]:
    """Week by week or month by month; each is rounded for itself, and what that leaves is told. Raises Retry."""
    steps = list(steps_of(split, days))
    if len(steps) > MOST_STEPS:
        raise Retry(
            f"That is {len(steps)} times by {split.value}; at most {MOST_STEPS} are told. Ask about fewer days."
        )
    reported = [(step, covered, measure.total(lines)) for step in steps for lines, covered in [sales_in(step)] if lines]
    parts = [
        Part(
            code=covered.first_day if split is Split.WEEK else str(step.first), title="", length=covered.length,
            value=measure.cell(value, currency),
        )
        for step, covered, value in reported
        if value is not None and covered is not None
    ]  # fmt: skip
    left = (measure.total(whole) or 0) - sum(part.value.value for part in parts)
    rest = Part(code="", title="", value=measure.cell(round(left), currency)) if left and measure.is_sum else None
    return {"split": split.value, "parts": parts, "rest": rest}


def _changes(was: list[int], now: list[int], lengths: tuple[int, int], measure: Measure) -> list[int]:
    if lengths == (1, 1) or not measure.is_sum:
        return [value - earlier for earlier, value in zip(was, now, strict=True)]
    total = round(Fraction(sum(now), lengths[1])) - round(Fraction(sum(was), lengths[0]))
    return list(changes_per(list(zip(was, now, strict=True)), lengths, total))
