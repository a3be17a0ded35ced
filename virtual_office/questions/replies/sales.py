"""Replies about sales that take more than one metric: how it goes, which channel earns most, what loses money."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from domain.metrics import Comparison, Metric, MetricQuery, Period, Split, days_of
from virtual_office.metrics.days import days_of_answer
from virtual_office.metrics.reader import default_span
from virtual_office.questions.replies.asked import Asked
from virtual_office.questions.replies.decisions import first_thing_to_do, last_risks
from virtual_office.questions.sheet import DASH, MOST_ROWS, Page, Refused, Told, plain


def _metric(asked: Asked, metric: Metric, /, **more: Any) -> Page:
    query = MetricQuery.model_validate({"metric": metric, **more})
    return asked.page("brand_metric", query.model_dump(mode="json"))


def how(asked: Asked) -> Told | Refused:
    """Last week's sales and contribution against the week before, cash, what is overdue, a worry, a thing to do."""
    if asked.known.newest is None:
        return asked.refused("no_sales", "sales")
    span = {"comparison": Comparison.PERIOD_BEFORE, **(asked.topic.span or _last_week(asked))}
    sales, kept = (_metric(asked, metric, **span) for metric in (Metric.REVENUE, Metric.MARGIN))
    if sales.result["status"] != "told":
        days = days_of(MetricQuery.model_validate({"metric": Metric.REVENUE, **span}), asked.today)
        newest = asked.sheet.day(asked.known.newest)
        return asked.refused("no_sales_then", "sales", days=asked.sheet.days(days.first, days.last), newest=newest)
    lead = [asked.say(f"how.{_way(sales)}", **_ends(sales), days=days_of_answer(sales))]
    if kept.result["status"] == "told":
        lead.append(asked.say("how.contribution", contribution=kept.number("/value")))
    risks = last_risks(asked)
    if risks:
        lead.append(asked.say("how.worry", risk=risks[0]))
    if thing := first_thing_to_do(asked):
        lead.append(thing)
    rows = [_beside(asked, "revenue", sales), _beside(asked, "margin", kept)]
    ago = asked.earlier(days=7)
    for metric in (Metric.CASH, Metric.OVERDUE):
        if asked.known.balance if metric is Metric.CASH else asked.known.invoices:
            query = MetricQuery(metric=metric).model_dump(mode="json")
            now, before = asked.page("brand_metric", query), asked.page("brand_metric", query, then=ago)
            rows.append([asked.say(f"how.row.{metric}"), *(_value(page) for page in (now, before))])
    heads = ["", asked.say("head.last_week"), asked.say("head.before")]
    if asked.topic.span:
        heads = ["", asked.say("head.then"), asked.say("head.before")]
    return Told(lead, heads, rows, next=[asked.question("why_contribution")], receipt=sales.receipt)


def _last_week(asked: Asked) -> Mapping[str, Any]:
    """The newest calendar week that is reported to its end."""
    newest = min(asked.known.newest or asked.today, asked.today)
    sunday = newest - timedelta(days=(newest.weekday() + 1) % 7)
    return {"period": Period.BETWEEN, "first": sunday - timedelta(days=6), "last": sunday}


def _way(page: Page) -> str:
    change = page.result["change"]
    return "alone" if change is None else "well" if change["value"] > 0 else "worse" if change["value"] < 0 else "same"


def _ends(page: Page) -> dict[str, str]:
    ends = {"value": page.number("/value")}
    return ends | ({"change": page.size("/change")} if page.result["change"] else {})


def _beside(asked: Asked, name: str, page: Page) -> list[str]:
    before = page.number("/before") if page.result.get("before") else DASH
    return [asked.say(f"how.row.{name}"), _value(page), before]


def _value(page: Page) -> str:
    return page.number("/value") if page.result["status"] == "told" else DASH


def channels(asked: Asked) -> Told | Refused:
    """Net sales, contribution and its share of net sales of each channel."""
    if asked.known.newest is None:
        return asked.refused("no_sales", "sales")
    span = {
        **(asked.topic.span or default_span(asked.known.newest, asked.today, compared=True)),
        "split": Split.CHANNEL,
    }
    span["top"] = MOST_ROWS
    kept, sales, rate = (
        _metric(asked, metric, **span) for metric in (Metric.MARGIN, Metric.REVENUE, Metric.MARGIN_RATE)
    )
    if kept.result["status"] != "told":
        return asked.refused("no_costs", "margin")
    of_sales, of_rate = ({part["code"]: at for at, part in enumerate(page.result["parts"])} for page in (sales, rate))
    parts = kept.result["parts"]
    rows = [
        [
            plain(part["title"]),
            sales.number(f"/parts/{of_sales[part['code']]}/value") if part["code"] in of_sales else DASH,
            kept.number(f"/parts/{at}/value"),
            rate.number(f"/parts/{of_rate[part['code']]}/value") if part["code"] in of_rate else DASH,
        ]
        for at, part in enumerate(parts)
    ]
    names = {
        "most": plain(parts[0]["title"]),
        "contribution": kept.number("/parts/0/value"),
        "days": days_of_answer(kept),
    }
    keeps = rate.result["parts"][0]
    if keeps["code"] == parts[0]["code"]:
        lead = asked.say("channels.both", **names, rate=rate.number("/parts/0/value"))
    else:
        lead = asked.say("channels.lead", **names, keeps=plain(keeps["title"]), rate=rate.number("/parts/0/value"))
    heads = [asked.say(f"head.{name}") for name in ("channel", "net_sales", "contribution", "of_net_sales")]
    return Told([lead], heads, rows, next=[asked.question("losing")], receipt=kept.receipt)


def losing(asked: Asked) -> Told | Refused:
    """The products that leave least of their net sales, losses first."""
    page = asked.page("contribution_margins")
    if page.result["status"] != "told":
        return asked.refused("no_costs" if asked.known.sales else "no_sales", "margin")
    weakest = page.result["weakest"]
    lost = [line for line in weakest if line["contribution"]["value"] < 0]
    weeks = page.number("/weeks")
    if lost:
        names = {"product": plain(lost[0]["title"]), "contribution": page.size("/weakest/0/contribution")}
        lead = asked.counted("losing.some", len(lost), weeks=weeks, **names)
    else:
        thinnest = (
            {"product": plain(weakest[0]["title"]), "contribution": page.number("/weakest/0/contribution")}
            if weakest
            else {}
        )
        lead = asked.say("losing.none" if weakest else "losing.nothing", weeks=weeks, **thinnest)
    rows = [
        [
            plain(line["title"]),
            *(page.number(f"/weakest/{at}/{name}") for name in ("revenue", "contribution", "margin")),
        ]
        for at, line in enumerate(weakest[:MOST_ROWS])
    ]
    heads = [asked.say(f"head.{name}") for name in ("product", "net_sales", "contribution", "of_net_sales")]
    return Told([lead], heads, rows, next=[asked.question("channels")], receipt=page.receipt)
