"""The days of a metric's answer as sentences: the days that are reported, and those asked about that are not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from domain.figure import FigureKey
from domain.message import Message, citing, message


@dataclass
class KeyedProse:
    """Text with keys, and the cell that each key stands for, by its JSON pointer in the answer."""

    text: str = ""
    cells: dict[str, str] = field(default_factory=dict)

    def key(self, path: str) -> FigureKey:
        """A new key for a cell."""
        at = len(self.cells)
        name = f"n{chr(ord('a') + at // 26)}{chr(ord('a') + at % 26)}"
        self.cells[name] = path
        return name


def period_days(prose: KeyedProse, answer: Mapping[str, Any], side: str) -> Message:
    """The days of the value, or of what it is compared with (`before_`): never more than are reported."""
    asked = answer[f"{side}first_day"], answer[f"{side}last_day"]
    covered = answer[f"{side}covered"]
    if covered is None or (covered["complete"] and (covered["first_day"], covered["last_day"]) == asked):
        return day_range(*asked)
    days = {"days": day_range(covered["first_day"], covered["last_day"])}
    if covered["complete"] and not answer["before_cut"]:
        extent, days = "reported_within", {"days": day_range(*asked), "reported": days["days"]}
    else:
        extent = "reported_with_gaps" if _has_gaps(covered) else "reported"
    of = "days_before" if side else "days"
    return citing(f"metrics.{of}.{extent}", {"length": prose.key(f"/{side}covered/length")}, **days)


def not_all_reported(answer: Mapping[str, Any]) -> list[Message]:
    """A sentence that not all of the days asked about are reported; none where they are."""
    if answer["covered"] is None or answer["covered"]["complete"]:
        return []
    return [message("metrics.days.not_all_reported", days=day_range(answer["first_day"], answer["last_day"]))]


def not_all_compared(answer: Mapping[str, Any]) -> list[Message]:
    """A sentence that only the beginning of the base is compared with, or that not all of it is reported; none where
    it is the whole."""
    whole = day_range(answer["before_first_day"], answer["before_last_day"])
    if answer["before_cut"]:
        return [message("metrics.days_before.cut", days=whole)]
    if answer["before_covered"] is None or answer["before_covered"]["complete"]:
        return []
    return [message("metrics.days_before.not_all_reported", days=whole)]


def lagging_sentence(lagging: Mapping[str, Any]) -> Message:
    """A channel that is not reported as far as the others."""
    if not lagging["last_day"]:
        return message("metrics.lagging.nothing", channel=lagging["channel"])
    return message("metrics.lagging.until", channel=lagging["channel"], day=date.fromisoformat(lagging["last_day"]))


def day_range(first: str, last: str) -> Message:
    """The days from the first (ISO 8601) to the last, or the one day."""
    if first == last:
        return message("metrics.days.day", day=date.fromisoformat(first))
    return message("metrics.days.range", first=date.fromisoformat(first), last=date.fromisoformat(last))


def _has_gaps(covered: Mapping[str, Any]) -> bool:
    first, last = (date.fromisoformat(covered[key]) for key in ("first_day", "last_day"))
    return covered["days"] <= (last - first).days
