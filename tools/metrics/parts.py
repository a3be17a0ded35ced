"""The parts of a metric of sales, by product, channel, week or month, and what they leave to the whole."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from analytics.metrics.change import changes_per
from domain.metrics import MOST_STEPS, Days, Split, steps_of
from tools import cells
from tools.base import Retry
from tools.metrics.measures import Lines, Measure
from tools.metrics.results import Coverage, Part, parts_shown


@dataclass(frozen=True)
class Compared:
    """The lines compared with, and both sides as if every channel were reported as long, `times` as long as told."""

    before: Lines
    old: Lines
    new: Lines
    times: int


def parts_of(
    split: Split, titles: Mapping[str, str], lines: Lines, compared: Compared | None, measure: Measure, currency: str,
    top: int | None,
) -> dict[str, Any]:  # fmt: skip
    """The largest, and the rest as one, so that they add up; a part that is not compared has no change."""
    by = "product" if split is Split.PRODUCT else "channel"

    def in_group(side: Lines, group: Sequence[str]) -> Lines:
        return [line for line in side if getattr(line, by) in group]

    codes = {getattr(line, by) for line in (*lines, *(compared.before if compared else ()))}
    ranked = sorted(codes, key=lambda code: (-(measure.total(in_group(lines, [code])) or 0), code))
    most = parts_shown(len(ranked), top)
    groups = [[code] for code in ranked[:most]] + ([ranked[most:]] if ranked[most:] else [])
    values = [measure.total(in_group(lines, group)) or 0 for group in groups]
    befores = [measure.total(in_group(compared.before, group)) or 0 for group in groups] if compared else []
    changes = _changes(compared, [lambda side, group=group: in_group(side, group) for group in groups], measure)
    parts = [
        Part(
            code=group[0], title=titles[group[0]], value=measure.cell(value, currency),
            before=measure.cell(befores[at], currency) if compared else None,
            change=None if (change := changes[at]) is None else measure.changed(change, currency),
        )
        for at, (group, value) in enumerate(zip(groups, values, strict=True))
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


def _changes(
    compared: Compared | None, groups: Sequence[Callable[[Lines], Lines]], measure: Measure
) -> list[int | None]:
    """The change of each group's average, adding up to that of the whole; None for one that is not compared."""
    if compared is None:
        return [None] * len(groups)
    kept = [at for at, group in enumerate(groups) if group(compared.old) or group(compared.new)]
    pairs = [tuple(measure.total(groups[at](side)) or 0 for side in (compared.old, compared.new)) for at in kept]
    if not measure.is_sum:
        changes: Sequence[int] = [new - old for old, new in pairs]
    else:
        averages = [(Fraction(old, compared.times), Fraction(new, compared.times)) for old, new in pairs]
        total = round(sum(new for _, new in averages)) - round(sum(old for old, _ in averages))
        changes = changes_per(averages, total)
    by_group = dict(zip(kept, changes, strict=True))
    return [by_group.get(at) for at in range(len(groups))]
