"""The days that a question is about, by the calendar, and those that they are compared with."""

from datetime import date

import pytest
from pydantic import ValidationError

from domain.metrics import Comparison, Days, Metric, MetricQuery, Period, Split, days_before, days_of, steps_of

TODAY = date(2026, 11, 21)  # a Saturday


def query(period: Period, comparison: Comparison = Comparison.PERIOD_BEFORE, **more: object) -> MetricQuery:
    return MetricQuery.model_validate({"metric": Metric.REVENUE, "period": period, "comparison": comparison, **more})


@pytest.mark.parametrize(
    ("period", "days", "before", "year_before"),
    [
        (Period.LAST_WEEK, ("2026-11-09", "2026-11-15"), ("2026-11-02", "2026-11-08"), ("2025-11-10", "2025-11-16")),
        (Period.THIS_WEEK, ("2026-11-16", "2026-11-21"), ("2026-11-09", "2026-11-14"), ("2025-11-17", "2025-11-22")),
        (Period.LAST_MONTH, ("2026-10-01", "2026-10-31"), ("2026-09-01", "2026-09-30"), ("2025-10-01", "2025-10-31")),
        (Period.THIS_MONTH, ("2026-11-01", "2026-11-21"), ("2026-10-01", "2026-10-21"), ("2025-11-01", "2025-11-21")),
        (Period.LAST_QUARTER, ("2026-07-01", "2026-09-30"), ("2026-04-01", "2026-06-30"), ("2025-07-01", "2025-09-30")),
        (Period.LAST_YEAR, ("2025-01-01", "2025-12-31"), ("2024-01-01", "2024-12-31"), ("2024-01-01", "2024-12-31")),
        (Period.YESTERDAY, ("2026-11-20", "2026-11-20"), ("2026-11-19", "2026-11-19"), ("2025-11-21", "2025-11-21")),
    ],
)
def test_periods_follow_the_calendar(
    period: Period, days: tuple[str, str], before: tuple[str, str], year_before: tuple[str, str]
) -> None:
    asked = query(period)
    span = days_of(asked, TODAY)
    assert (str(span.first), str(span.last)) == days
    earlier = days_before(asked, span)
    assert (str(earlier.first), str(earlier.last)) == before
    year = days_before(query(period, Comparison.YEAR_BEFORE), span)
    assert (str(year.first), str(year.last)) == year_before


@pytest.mark.parametrize(
    ("days", "before", "year_before"),
    [
        (("2026-01-01", "2026-01-31"), ("2025-12-01", "2025-12-31"), ("2025-01-01", "2025-01-31")),
        (("2026-02-01", "2026-02-28"), ("2026-01-01", "2026-01-31"), ("2025-02-01", "2025-02-28")),
        (("2025-02-01", "2025-02-28"), ("2025-01-01", "2025-01-31"), ("2024-02-01", "2024-02-29")),
        (("2025-07-01", "2025-09-30"), ("2025-04-01", "2025-06-30"), ("2024-07-01", "2024-09-30")),
        (("2025-01-01", "2025-12-31"), ("2024-01-01", "2024-12-31"), ("2024-01-01", "2024-12-31")),
        (("2026-02-02", "2026-02-08"), ("2026-01-26", "2026-02-01"), ("2025-02-03", "2025-02-09")),
    ],
)
def test_whole_calendar_months_are_compared_with_such(
    days: tuple[str, str], before: tuple[str, str], year_before: tuple[str, str]
) -> None:
    for comparison, expected in ((Comparison.PERIOD_BEFORE, before), (Comparison.YEAR_BEFORE, year_before)):
        asked = query(Period.BETWEEN, comparison, first=days[0], last=days[1])
        earlier = days_before(asked, days_of(asked, TODAY))
        assert (str(earlier.first), str(earlier.last)) == expected


def test_steps_are_the_calendars_and_lose_no_day() -> None:
    days = Days(first=date(2026, 1, 1), last=date(2026, 3, 10))
    months = list(steps_of(Split.MONTH, days))
    assert [str(month.first) for month in months] == ["2026-01-01", "2026-02-01", "2026-03-01"]
    weeks = list(steps_of(Split.WEEK, days))
    assert [str(week.first) for week in weeks[:2]] == ["2026-01-01", "2026-01-05"]
    for steps in (months, weeks):
        assert sum(step.count for step in steps) == days.count and steps[-1].last == days.last


def test_a_leap_day_has_a_year_before() -> None:
    asked = query(Period.THIS_MONTH, Comparison.YEAR_BEFORE)
    earlier = days_before(asked, days_of(asked, date(2028, 2, 29)))
    assert (str(earlier.first), str(earlier.last)) == ("2027-02-01", "2027-02-28")


@pytest.mark.parametrize(
    "fields",
    [
        {"metric": "revenue"},
        {"metric": "cash", "period": "last_week"},
        {"metric": "stock", "why": True},
        {"metric": "revenue", "period": "last_week", "why": True},
        {"metric": "revenue", "period": "last_days"},
        {"metric": "revenue", "period": "between", "first": "2026-02-01"},
        {"metric": "revenue", "period": "between", "first": "2026-02-01", "last": "2026-01-01"},
        {"metric": "revenue", "period": "last_week", "days": 3},
        {"metric": "cash", "split": "product"},
        {"metric": "revenue", "period": "last_week", "top": 3},
        {"metric": "revenue", "period": "last_week", "split": "week", "comparison": "period_before"},
        {"metric": "revenue", "period": "last_week", "comparison": "named"},
        {"metric": "revenue", "period": "last_week", "base_first": "2026-01-01", "base_last": "2026-01-02"},
        {"metric": "cash", "product": "HM"},
        {"metric": "revenue", "period": "last_week", "sql": "select 1"},
    ],
)
def test_a_query_that_makes_no_sense_is_none(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        MetricQuery.model_validate(fields)
