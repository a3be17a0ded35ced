"""Dealers' lists change in the first two weeks of every so-manyth month."""

from datetime import date

import pytest

from domain.pricing import dealer_list_opens


@pytest.mark.parametrize(
    ("day", "months", "opens"),
    [
        ("2026-01-01", 3, "2026-01-01"),
        ("2026-01-14", 3, "2026-01-14"),
        ("2026-01-15", 3, "2026-04-01"),
        ("2026-12-01", 3, "2027-01-01"),
        ("2026-02-20", 1, "2026-03-01"),
        ("2026-02-20", 12, "2027-01-01"),
        ("2026-08-20", 6, "2027-01-01"),
        ("2026-02-20", 0, "2026-02-20"),
    ],
)
def test_the_next_day_of_a_dealers_list(day: str, months: int, opens: str) -> None:
    assert dealer_list_opens(date.fromisoformat(day), months) == date.fromisoformat(opens)
