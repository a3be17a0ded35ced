"""The days of a metric's answer in words: those that each channel reported, and what of the question they leave out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from virtual_office.questions.sheet import Page, plain

_MOST_GROUPS = 3


def day_of(text: str) -> date:
    return date.fromisoformat(text)


def days_of_answer(page: Page) -> str:
    """The days that each channel reported, beside those it is compared with; channels are named where they differ."""
    answer, sheet = page.result, page.sheet
    groups: Sequence[Mapping[str, Any]] = answer["channels"]
    if not groups:
        return sheet.days(day_of(answer["first_day"]), day_of(answer["last_day"]))
    compared = bool(answer["change"])
    spans = [_span(page, at, group, compared) for at, group in enumerate(groups)]
    if len(groups) == 1:
        return spans[0]
    named = [
        sheet.say(
            "metrics.days.of_channels", days=span, channels=sheet.listed([plain(name) for name in group["channels"]])
        )
        for span, group in zip(spans, groups, strict=True)
    ]
    if len(named) <= _MOST_GROUPS:
        return ", ".join(named)
    others = sum(len(group["channels"]) for group in groups[_MOST_GROUPS - 1 :])
    return ", ".join([*named[: _MOST_GROUPS - 1], sheet.counted("metrics.days.other_channels", others)])


def _span(page: Page, at: int, group: Mapping[str, Any], compared: bool) -> str:
    sheet = page.sheet
    now = _one_side(page, f"/channels/{at}/", group, "")
    if not compared:
        return now
    if not group["before_length"]:
        return sheet.say("metrics.days.new", days=now)
    return sheet.say("metrics.days.against", days=now, before=_one_side(page, f"/channels/{at}/", group, "before_"))


def _one_side(page: Page, path: str, group: Mapping[str, Any], side: str) -> str:
    days = page.sheet.days(day_of(group[f"{side}first_day"]), day_of(group[f"{side}last_day"]))
    if group[f"{side}whole"]:
        return days
    return page.sheet.say("metrics.days.with_gaps", days=days, length=page.number(f"{path}{side}length"))


def what_is_missing(page: Page, *, assumed: bool) -> Iterator[str]:
    """What the numbers leave out: days and channels that are not reported, and goods without a cost."""
    sheet, answer = page.sheet, page.result
    covered = answer["covered"]
    if covered and not covered["complete"] and not assumed:
        asked = sheet.days(day_of(answer["first_day"]), day_of(answer["last_day"]))
        yield sheet.say("metrics.days.not_all_reported", days=asked)
    if answer["lagging"]:
        for channel in answer["lagging"]:
            yield sheet.say(
                "metrics.lagging.until", channel=plain(channel["channel"]), day=sheet.day(day_of(channel["last_day"]))
            )
    for (lacks, first, last), channels in _by_reason(answer["left_out"]).items():
        days = sheet.days(day_of(first), day_of(last))
        yield sheet.say(f"metrics.left_out.{lacks}", channels=sheet.listed(channels), days=days)
    if answer["uncosted"]:
        key = "metrics.told.uncosted_line" if answer["uncosted"]["value"] == 1 else "metrics.told.uncosted_lines"
        yield sheet.say(key, lines=page.number("/uncosted"))


def _by_reason(left_out: Sequence[Mapping[str, str]]) -> dict[tuple[str, str, str], list[str]]:
    groups: dict[tuple[str, str, str], list[str]] = {}
    for channel in left_out:
        key = channel["lacks"], channel["first_day"], channel["last_day"]
        groups.setdefault(key, []).append(plain(channel["channel"]))
    return groups
