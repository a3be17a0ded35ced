"""Each channel is compared with itself over as many reported days; every sum is checked against the rows themselves."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.context import Context
from store.database import Database
from store.tables import Channel, Product, Receipt, SalesFact
from virtual_office.questions.asking import Answered, ask

DAY = timedelta(days=1)
FEES = {"shop": 2, "market": 15, "fair": 20, "popup": 0}
"""In percent of what is paid without VAT."""
TITLES = {"shop": "Own shop", "market": "Marketplace", "fair": "Fair", "popup": "Pop-up"}
COSTS = {"GEL": 400, "OIL": 950}
TODAY = date(2026, 11, 30)


@dataclass(frozen=True)
class Row:
    channel: str
    sku: str
    first: date
    length: int
    units: int
    price: int

    @property
    def last(self) -> date:
        return self.first + (self.length - 1) * DAY


def days(first: date, last: date) -> Iterable[date]:
    return (first + at * DAY for at in range((last - first).days + 1))


def rows() -> list[Row]:
    """Shop and marketplace by the day from October, the shop without 10 and 11 November and with a return on the 12th,
    the marketplace only to 21 November; the fair by weeks that begin on Mondays; a pop-up that opens on 20 November."""
    sold: list[Row] = []
    for day in days(date(2026, 10, 1), date(2026, 11, 29)):
        if day not in (date(2026, 11, 10), date(2026, 11, 11)):
            sold += [Row("shop", "GEL", day, 1, 10 + day.day % 7, 1_190), Row("shop", "OIL", day, 1, 3, 2_499)]
        if day <= date(2026, 11, 21):
            sold.append(Row("market", "GEL", day, 1, 5 + day.day % 3, 1_290 + 10 * (day.month - 10)))
        if day >= date(2026, 11, 20):
            sold.append(Row("popup", "OIL", day, 1, 2, 2_600))
    sold.append(Row("shop", "GEL", date(2026, 11, 12), 1, -4, 1_190))
    for week in range(9):
        first = date(2026, 9, 28) + week * 7 * DAY
        sold.append(Row("fair", "GEL", first, 7, 80 + 3 * week, 1_390))
    return sold


ROWS = rows()


def contribution(channel: str, first: date, last: date) -> Fraction:
    """In cents, from the rows alone: without VAT, less the fee, less the goods."""
    net = {row: Fraction(row.units * row.price * 100, 119) for row in of(channel, first, last)}
    return sum(
        (paid * (100 - FEES[channel]) / 100 - row.units * COSTS[row.sku] for row, paid in net.items()), Fraction(0)
    )


def revenue(channel: str, first: date, last: date) -> Fraction:
    return sum((Fraction(row.units * row.price * 100, 119) for row in of(channel, first, last)), Fraction(0))


def of(channel: str, first: date, last: date) -> list[Row]:
    return [row for row in ROWS if row.channel == channel and first <= row.first and row.last <= last]


def near(reported: float, by_hand: Fraction) -> bool:
    """Equal but for the cents that rounding each product in each channel leaves."""
    return abs(reported - by_hand) <= 4


class Brand:
    def __init__(self, database: Database, ctx: Context) -> None:
        self.database, self.ctx = database, ctx

    def plant(self, keep: Callable[[Row], bool] = lambda _: True) -> None:
        long_ago = datetime(2024, 1, 1, tzinfo=UTC)
        with self.database.begin(self.ctx) as session:
            products = {sku: Product(sku=sku, title=sku.title(), vat_bps=1_900, known_at=long_ago) for sku in COSTS}
            channels = {
                code: Channel(code=code, title=TITLES[code], fee_bps=100 * fee, known_at=long_ago)
                for code, fee in FEES.items()
            }
            session.add_all([*products.values(), *channels.values()])
            session.flush()
            for row in filter(keep, ROWS):
                start = datetime(row.first.year, row.first.month, row.first.day, tzinfo=UTC)
                fact = SalesFact(
                    product_id=products[row.sku].id, channel_id=channels[row.channel].id, location_id=None,
                    period_start=start - timedelta(hours=row.units < 0), period_days=row.length, units=row.units,
                    unit_price_minor=row.price, unit_cost_minor=COSTS[row.sku], currency="EUR",
                    known_at=start + row.length * DAY,
                )  # fmt: skip
                session.add(fact)

    def ask(self, question: str) -> tuple[Answered, dict[str, Any]]:
        answered = ask(self.database, self.ctx, question)
        with self.database.read(self.ctx) as session:
            receipt = session.scalars(select(Receipt).where(col(Receipt.id) == answered.receipt)).one()
            return answered, receipt.result


@pytest.fixture
def empty(database: Database, new_brand: Callable[..., Context]) -> Brand:
    return Brand(database, new_brand(at=datetime(2026, 11, 30, 9, tzinfo=UTC)))


@pytest.fixture
def brand(empty: Brand) -> Brand:
    empty.plant()
    return empty


def spans(result: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Each channel's days now and before, as the answer says them."""
    names = ("first_day", "last_day", "before_first_day", "before_last_day")
    return {
        channel: tuple(group[name] for name in names) for group in result["channels"] for channel in group["channels"]
    }


NOVEMBER = {
    "shop": (date(2026, 11, 1), date(2026, 11, 29)), "market": (date(2026, 11, 1), date(2026, 11, 21)),
    "fair": (date(2026, 11, 2), date(2026, 11, 29)), "popup": (date(2026, 11, 20), date(2026, 11, 29)),
}  # fmt: skip
AS_LONG_BEFORE = {
    "shop": (date(2026, 10, 1), date(2026, 10, 27)),  # 27 of the 29 days were reported
    "market": (date(2026, 10, 1), date(2026, 10, 21)), "fair": (date(2026, 9, 28), date(2026, 10, 25)),
}  # fmt: skip


def test_each_channel_is_compared_with_itself_over_as_many_reported_days(brand: Brand) -> None:
    answered, result = brand.ask("why did margin rise in November?")
    assert near(
        result["value"]["value"], sum((contribution(name, *span) for name, span in NOVEMBER.items()), Fraction(0))
    )
    before = sum((contribution(name, *span) for name, span in AS_LONG_BEFORE.items()), Fraction(0))
    assert near(result["before"]["value"], before)
    assert result["basis"] == "total"
    assert result["change"]["value"] == result["value"]["value"] - result["before"]["value"]
    assert sum(cell["value"] for cell in result["effects"].values()) == result["change"]["value"]
    assert result["effects"]["returns"]["value"] < 0
    assert spans(result) == {
        "Own shop": ("2026-11-01", "2026-11-29", "2026-10-01", "2026-10-27"),
        "Marketplace": ("2026-11-01", "2026-11-21", "2026-10-01", "2026-10-21"),
        "Fair": ("2026-11-02", "2026-11-29", "2026-09-28", "2026-10-25"),
        "Pop-up": ("2026-11-20", "2026-11-29", "", ""),
    }
    assert "2 to 29 November against 28 September to 25 October (Fair)" in answered.text
    assert "27 days of 1 to 29 November against 1 to 27 October (Own shop)" in answered.text


def test_reported_only_up_to_is_true_for_the_channel_it_names(brand: Brand) -> None:
    answered, result = brand.ask("why did margin rise in November?")
    assert result["lagging"] == [{"channel": "Marketplace", "last_day": "2026-11-21"}]
    assert "Marketplace is reported only up to Sat 21 November." in answered.text
    answered, result = brand.ask("revenue from 2026-11-01 to 2026-11-18")  # weeks end on the 15th and the 22nd
    assert not result["lagging"] and "reported only up to" not in answered.text
    assert spans(result)["Fair"][:2] == ("2026-11-02", "2026-11-15")


def test_no_day_is_claimed_that_a_channel_did_not_report(brand: Brand) -> None:
    answered, result = brand.ask("revenue from 2026-11-24 to 2026-11-26")
    days_asked = date(2026, 11, 24), date(2026, 11, 26)
    assert near(result["value"]["value"], revenue("shop", *days_asked) + revenue("popup", *days_asked))
    assert [(row["channel"], row["lacks"]) for row in result["left_out"]] == [("Fair", "days")]
    assert "Without Fair: reported only for Mon 23 to Sun 29 November as a whole." in answered.text


def test_what_came_back_is_taken_off(brand: Brand) -> None:
    day = date(2026, 11, 12), date(2026, 11, 12)
    for question, by_hand in (("revenue in own shop", revenue), ("margin in own shop", contribution)):
        _, result = brand.ask(f"{question} on 2026-11-12")
        assert near(result["value"]["value"], by_hand("shop", *day))
    _, units = brand.ask("units in own shop on 2026-11-12")
    assert units["value"]["value"] == 10 + 12 % 7 + 3 - 4


def test_whole_months_of_other_lengths_are_averaged_by_the_days_of_each_channel(brand: Brand) -> None:
    _, result = brand.ask("margin from 2026-10-29 to 2026-11-15 compared with October")
    now = {"shop": 16, "market": 18, "fair": 21}  # the middle of the week from 26 October is the 29th
    before = {"shop": 31, "market": 31, "fair": 35}
    first = {"shop": date(2026, 10, 29), "market": date(2026, 10, 29), "fair": date(2026, 10, 26)}
    last = date(2026, 11, 15)
    new = sum((contribution(name, first[name], last) / length for name, length in now.items()), Fraction(0))
    october = {name: (date(2026, 10, 1), date(2026, 10, 31)) for name in before} | {
        "fair": (date(2026, 9, 28), date(2026, 11, 1))
    }
    old = sum((contribution(name, *october[name]) / length for name, length in before.items()), Fraction(0))
    assert result["basis"] == "per_day"
    assert near(result["average"]["value"], new)
    assert near(result["before_average"]["value"], old)


def test_a_channel_that_was_not_reported_before_is_left_out_of_the_comparison(empty: Brand) -> None:
    empty.plant(lambda row: row.channel != "market" or row.first.month == 11 or row.first.day < 6)
    answered, result = empty.ask("did revenue rise from 2026-11-15 to 2026-11-21 compared with 2026-10-10")
    assert [row["channel"] for row in result["left_out"] if row["lacks"] == "before"] == ["Fair", "Marketplace"]
    assert near(result["compared"]["value"], revenue("shop", date(2026, 11, 15), date(2026, 11, 21)) + revenue(
        "popup", date(2026, 11, 15), date(2026, 11, 21)))  # fmt: skip
    assert "Not compared: " in answered.text


def test_parts_add_up_to_what_the_rows_say(brand: Brand) -> None:
    _, result = brand.ask("revenue by channel in November")
    by_hand = {name: revenue(name, *span) for name, span in NOVEMBER.items()}
    assert all(near(part["value"]["value"], by_hand[part["code"]]) for part in result["parts"])
    assert sum(part["value"]["value"] for part in result["parts"]) == result["value"]["value"]
