"""A question about the business in types: which metric, when, against what, split how; never SQL."""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

_Name = Annotated[str, StringConstraints(max_length=128, pattern=r"^[^\x00]*$")]


class Metric(StrEnum):
    """The metrics of the business. Money is without VAT where it was earned by sales."""

    REVENUE = "revenue"
    UNITS = "units"
    MARGIN = "margin"
    MARGIN_RATE = "margin_rate"
    AVERAGE_PRICE = "average_price"
    STOCK = "stock"
    STOCK_OUTS = "stock_outs"
    RECEIVABLES = "receivables"
    OVERDUE = "overdue"
    CASH = "cash"


OF_SALES = frozenset({Metric.REVENUE, Metric.UNITS, Metric.MARGIN, Metric.MARGIN_RATE, Metric.AVERAGE_PRICE})
"""They have a period, and a change of them can be explained; the others are as they stand now."""


class Period(StrEnum):
    """By the brand's own calendar; weeks begin on Monday (ISO 8601)."""

    NOW = "now"
    TODAY = "today"
    YESTERDAY = "yesterday"
    THIS_WEEK = "this_week"
    LAST_WEEK = "last_week"
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    THIS_QUARTER = "this_quarter"
    LAST_QUARTER = "last_quarter"
    THIS_YEAR = "this_year"
    LAST_YEAR = "last_year"
    LAST_DAYS = "last_days"
    BETWEEN = "between"


class Comparison(StrEnum):
    NONE = "none"
    PERIOD_BEFORE = "period_before"
    YEAR_BEFORE = "year_before"
    NAMED = "named"


class Split(StrEnum):
    NONE = "none"
    PRODUCT = "product"
    CHANNEL = "channel"
    LOCATION = "location"
    CUSTOMER = "customer"
    WEEK = "week"
    MONTH = "month"


IN_STEPS = frozenset({Split.WEEK, Split.MONTH})
"""Told in the order of time."""
MOST_STEPS = 60
"""That many weeks or months in a row at most."""
OF_STOCK = frozenset({Metric.STOCK, Metric.STOCK_OUTS})
SPLITS: dict[Metric, frozenset[Split]] = {
    **{metric: frozenset({Split.NONE, Split.PRODUCT, Split.CHANNEL, *IN_STEPS}) for metric in OF_SALES},
    Metric.STOCK: frozenset({Split.NONE, Split.PRODUCT, Split.LOCATION}),
    Metric.STOCK_OUTS: frozenset({Split.NONE, Split.PRODUCT, Split.LOCATION}),
    Metric.RECEIVABLES: frozenset({Split.NONE, Split.CUSTOMER}),
    Metric.OVERDUE: frozenset({Split.NONE, Split.CUSTOMER}),
    Metric.CASH: frozenset({Split.NONE}),
}


class MetricQuery(BaseModel):
    """One question. `why` asks for what a change consists of; `days` and `first`, `last` belong to their periods."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metric: Metric
    period: Period = Period.NOW
    days: int | None = Field(default=None, ge=1, le=3_660, description="with period last_days")
    first: date | None = Field(default=None, description="with period between; its first day")
    last: date | None = Field(default=None, description="with period between; its last day")
    comparison: Comparison = Comparison.NONE
    base_first: date | None = Field(default=None, description="with comparison named; the first day compared with")
    base_last: date | None = Field(default=None, description="with comparison named; the last day compared with")
    split: Split = Split.NONE
    top: int | None = Field(default=None, ge=1, le=50, description="how many parts of a split are told one by one")
    why: bool = False
    product: _Name = Field(default="", description="a SKU; empty for all")
    channel: _Name = Field(default="", description="a channel's code; empty for all")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        of_sales = self.metric in OF_SALES
        if of_sales is (self.period is Period.NOW):
            raise ValueError(f"{self.metric} {'needs a period' if of_sales else 'is told as it stands now'}")
        part_of_it = self.channel or (self.product and self.metric not in OF_STOCK)
        if not of_sales and (self.comparison is not Comparison.NONE or self.why or part_of_it):
            raise ValueError(f"{self.metric} is told as it stands now: no comparison, reason or part of it")
        if self.why and self.comparison is Comparison.NONE:
            raise ValueError("why needs a comparison")
        if self.split not in SPLITS[self.metric]:
            raise ValueError(f"{self.metric} cannot be split by {self.split}")
        if self.split in IN_STEPS and (self.comparison is not Comparison.NONE or self.top):
            raise ValueError(f"by {self.split} there is no comparison, reason or selection")
        if self.top and self.split is Split.NONE:
            raise ValueError("top belongs to a split")
        if (self.period is Period.LAST_DAYS) is not (self.days is not None):
            raise ValueError("days belongs to last_days, and only to it")
        given = (self.first is not None, self.last is not None)
        if given != ((True, True) if self.period is Period.BETWEEN else (False, False)):
            raise ValueError("first and last belong to between, and only to it")
        based = (self.base_first is not None, self.base_last is not None)
        if based != ((True, True) if self.comparison is Comparison.NAMED else (False, False)):
            raise ValueError("base_first and base_last belong to a named comparison, and only to it")
        for first, last in ((self.first, self.last), (self.base_first, self.base_last)):
            if first and last and not date(1990, 1, 1) <= first <= last <= date(2200, 1, 1):
                raise ValueError("the first day comes before the last, between 1990 and 2200")
        return self


class Days(BaseModel):
    """Some days in a row, both ends included."""

    model_config = ConfigDict(frozen=True)

    first: date
    last: date

    @property
    def count(self) -> int:
        return (self.last - self.first).days + 1


def days_of(query: MetricQuery, today: date) -> Days:
    """The days that a query is about; a period that is still under way ends today."""
    if query.period is Period.BETWEEN and query.first and query.last:
        return Days(first=query.first, last=query.last)
    if query.period is Period.LAST_DAYS and query.days:
        return Days(first=today - timedelta(days=query.days), last=today - timedelta(days=1))
    if query.period is Period.YESTERDAY:
        return Days(first=today - timedelta(days=1), last=today - timedelta(days=1))
    span, _, unit = query.period.value.partition("_")
    if unit not in _BEGINNING:
        return Days(first=today, last=today)
    begun = _BEGINNING[unit](today)
    if span == "this":
        return Days(first=begun, last=today)
    return Days(first=_BEGINNING[unit](begun - timedelta(days=1)), last=begun - timedelta(days=1))


def days_before(query: MetricQuery, days: Days) -> Days:
    """The days a query compares with: as many of the week, month, quarter or year before, or a year earlier; with
    whole calendar months as many months before."""
    if query.comparison is Comparison.NAMED and query.base_first and query.base_last:
        return Days(first=query.base_first, last=query.base_last)
    if query.comparison is Comparison.YEAR_BEFORE:
        return _a_year_earlier(query, days)
    unit = query.period.value.partition("_")[2]
    if query.period is Period.BETWEEN and (months := _whole_months(days)):
        return Days(first=_months_back(days.first, months), last=days.first - timedelta(days=1))
    if unit not in _BEGINNING or unit == "week":
        step = timedelta(days=7 if unit == "week" else days.count)
        return Days(first=days.first - step, last=days.last - step)
    first = _BEGINNING[unit](days.first - timedelta(days=1))
    whole = Days(first=first, last=days.first - timedelta(days=1))
    if query.period.value.startswith("last"):
        return whole
    return Days(first=first, last=min(first + (days.last - days.first), whole.last))


def _a_year_earlier(query: MetricQuery, days: Days) -> Days:
    """Weeks and days by 52 weeks, so that weekdays fit; months, quarters and years by the calendar."""
    unit = query.period.value.partition("_")[2]
    by_calendar = unit in _BEGINNING or (query.period is Period.BETWEEN and _whole_months(days))
    if not by_calendar or unit == "week":
        return Days(first=days.first - timedelta(weeks=52), last=days.last - timedelta(weeks=52))
    return Days(first=_year_back(days.first), last=_year_back(days.last + timedelta(days=1)) - timedelta(days=1))


def _whole_months(days: Days) -> int:
    """How many calendar months these days are exactly; 0 where they are none."""
    after = days.last + timedelta(days=1)
    if days.first.day != 1 or after.day != 1:
        return 0
    return 12 * (after.year - days.first.year) + after.month - days.first.month


def _months_back(first: date, months: int) -> date:
    at = 12 * first.year + first.month - 1 - months
    return date(at // 12, at % 12 + 1, 1)


def steps_of(split: Split, days: Days) -> Iterator[Days]:
    """The calendar weeks or months that these days consist of; the first and last may be cut."""
    begins = _BEGINNING[split.value]
    first = days.first
    while first <= days.last:
        after = begins(begins(first) + timedelta(days=7 if split is Split.WEEK else 31))
        yield Days(first=first, last=min(after - timedelta(days=1), days.last))
        first = after


def _year_back(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


_BEGINNING = {
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
    "quarter": lambda day: day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1),
    "year": lambda day: day.replace(month=1, day=1),
}
