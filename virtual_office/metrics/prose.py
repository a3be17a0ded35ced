"""A metric's answer in one language: a sentence with the number, its direction and its days, and a table."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from virtual_office.metrics.days import day_of, days_of_answer, what_is_missing
from virtual_office.questions.sheet import DASH, MOST_ROWS, Page, Sheet, Told, plain

_STEPS = frozenset({"week", "month"})
_PRICE = "average_price"
_CHANGES = {
    "total": "metrics.head.change",
    "per_day": "metrics.head.change_a_day",
    "per_week": "metrics.head.change_a_week",
}
_LEADING = frozenset({"product", "channel", "customer"})
"""Splits of which the largest part is named first."""


def tell(page: Page, taken_for: int, *, assumed: bool = False) -> Told:
    """A `MetricAnswer` as an answer. `taken_for` is 1 or -1 where the question took a rise or fall for granted;
    `assumed` says that it named no days."""
    lead = list(_lead(page, taken_for))
    heads, rows = _table(page)
    return Told(
        lead, heads, rows, list(what_is_missing(page, assumed=assumed)), receipt=page.receipt, answer=page.result
    )


def _lead(page: Page, taken_for: int) -> Iterator[str]:
    sheet, answer = page.sheet, page.result
    if not answer["change"] and answer["parts"] and answer["split"] in _LEADING:
        names = {"title": _title(page, 0, answer["parts"][0]), "part": _number(page, "/parts/0/value")}
        value = _number(page, "/value")
        yield sheet.say("metrics.told.leading", metric=label(page), days=days_of_answer(page), value=value, **names)
        return
    if not answer["change"]:
        yield sheet.say(
            "metrics.told.value", metric=label(page), days=days_of_answer(page), value=_number(page, "/value")
        )
        return
    if taken_for and answer["change"]["value"] * taken_for <= 0:
        yield sheet.say("metrics.told.did_not_rise" if taken_for > 0 else "metrics.told.did_not_fall")
    yield _change(page)
    if answer["compared"]:
        yield sheet.say("metrics.told.compared", compared=_number(page, "/compared"), value=_number(page, "/value"))
    if answer["lines"]:
        line = answer["lines"][0]
        change = page.change("/lines/0/change")
        yield sheet.say("metrics.told.most", product=plain(line["title"]), channel=plain(line["place"]), change=change)


def _change(page: Page) -> str:
    sheet, answer = page.sheet, page.result
    change = answer["change"]["value"]
    way = "rose" if change > 0 else "fell" if change < 0 else "same"
    basis = answer["basis"]
    if basis == "total":
        ends = {
            "before": _number(page, "/before"),
            "after": _number(page, "/compared" if answer["compared"] else "/value"),
        }
    else:
        ends = {"before": _number(page, "/before_average"), "after": _number(page, "/average")}
    if basis != "total" and answer["value"]["unit"] == "bps":
        basis = "rate"
    if way != "same":
        ends["change"] = _number(page, "/change", size=True)
    return sheet.say(f"metrics.change.{way}.{basis}", metric=label(page), days=days_of_answer(page), **ends)


def label(page: Page) -> str:
    """The metric, and what of the brand it is of."""
    sheet, answer = page.sheet, page.result
    metric = sheet.say(f"metrics.name.{answer['metric']}")
    product, channel = plain(answer["product"]), plain(answer["channel"])
    if product and channel:
        return sheet.say("metrics.of.product_in_channel", metric=metric, product=product, channel=channel)
    if product:
        return sheet.say("metrics.of.product", metric=metric, product=product)
    return sheet.say("metrics.of.channel", metric=metric, channel=channel) if channel else metric


def _table(page: Page) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    sheet, answer = page.sheet, page.result
    if answer["parts"]:
        return _parts(page)
    if not answer["effects"]:
        return (), ()
    ranked = sorted(answer["effects"], key=lambda name: -abs(answer["effects"][name]["value"]))
    rows = [[sheet.say(f"metrics.effect.{name}"), _change_of(page, f"/effects/{name}")] for name in ranked[:MOST_ROWS]]
    return [sheet.say("metrics.head.effect"), sheet.say(_CHANGES[answer["basis"]])], rows


def _parts(page: Page) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    sheet, answer = page.sheet, page.result
    changed = any(part["change"] for part in answer["parts"])
    heads = [sheet.say(f"metrics.head.{answer['split']}"), sheet.say(f"metrics.word.{answer['metric']}")]
    rows = [
        _part(page, f"/parts/{at}", part, _title(page, at, part), changed) for at, part in enumerate(answer["parts"])
    ]
    if rest := answer["rest"]:
        others = answer["rest_parts"]
        title = sheet.say("metrics.part_title.others", parts=page.number("/rest_parts")) if others else None
        rows.append(_part(page, "/rest", rest, title or sheet.say("metrics.part_title.rounding"), changed))
    return [*heads, *([sheet.say(_CHANGES[answer["basis"]])] if changed else [])], rows


def _part(page: Page, path: str, part: Mapping[str, Any], title: str, changed: bool) -> list[str]:
    change = [_change_of(page, f"{path}/change") if part["change"] else DASH] if changed else []
    return [title, _number(page, f"{path}/value"), *change]


def _title(page: Page, at: int, part: Mapping[str, Any]) -> str:
    split = page.result["split"]
    if split not in _STEPS:
        return plain(part["title"] or part["code"])
    sheet, first = page.sheet, day_of(part["code"])
    if split == "week":
        return sheet.say("metrics.part_title.week", day=sheet.day(first))
    month = sheet.month(first)
    if not part["length"]:
        return month
    return sheet.say("metrics.part_title.part_of_month", month=month, length=page.number(f"/parts/{at}/length"))


def _number(page: Page, path: str, *, size: bool = False) -> str:
    """Prices stay exact; all else is rounded."""
    if page.result["metric"] == _PRICE:
        return page.price(path)
    return page.size(path) if size else page.number(path)


def _change_of(page: Page, path: str) -> str:
    return page.price(path) if page.result["metric"] == _PRICE else page.change(path)


def refusal(sheet: Sheet, answer: Mapping[str, Any]) -> str:
    """What is missing where the metric has no value, and who can bring it."""
    return " ".join(_missing(sheet, reason, answer) for reason in answer["reasons"])


def _missing(sheet: Sheet, reason: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    days: Mapping[str, str] = reason.get("days", {})
    span = {"span": sheet.days(day_of(days["first"]), day_of(days["last"]))} if days else {}
    return sheet.say(reason["key"], **span)


def understood_as(page: Page) -> str:
    """The metric and its days as they were understood."""
    sheet, answer = page.sheet, page.result
    days = sheet.days(day_of(answer["first_day"]), day_of(answer["last_day"]))
    return sheet.say("ask.of_days", what=label(page), days=days)
