"""Questions about the sample brand: only reported days are told, and comparisons are of as many on both sides."""

import csv
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.context import Context
from domain.language import Language
from store.database import Database
from store.tables import Channel, Location, Product, Receipt, SalesFact
from virtual_office.questions.asking import Answered, answer_document, ask

SAMPLE = Path(__file__).resolve().parents[4] / "examples" / "hairoticmen_sample"
SINCE = "2025-12-01"
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


def rows(name: str) -> list[dict[str, str]]:
    with (SAMPLE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SALES = [row for row in rows("sales") if row["period_start"] >= SINCE]
FEES = {row["code"]: float(row["fee_percent"]) / 100 for row in rows("channels")}
VAT = 1.19


def margin_cents(first_week: str, last_week: str) -> float:
    """By hand: net of VAT, less the fee, less cost."""
    return 100 * sum(
        int(row["units"]) * (float(row["unit_price"]) / VAT * (1 - FEES[row["channel"]]) - float(row["unit_cost"]))
        for row in SALES
        if first_week <= row["period_start"] <= last_week
    )


def near(reported: float, by_hand: float) -> bool:
    """Equal but for the cents that rounding each product's sums leaves."""
    return abs(reported - by_hand) <= 30


class Brand:
    """The sample's sales since December, told as they came to be known."""

    def __init__(self, database: Database, ctx: Context) -> None:
        self.database, self.ctx = database, ctx

    def plant(self, keep: Callable[[Mapping[str, str]], bool] = lambda _: True) -> None:
        with self.database.begin(self.ctx) as session:
            products = [
                Product(sku=row["sku"], title=row["title"], vat_bps=1_900, known_at=LONG_AGO)
                for row in rows("products")
            ]
            channels = [
                Channel(
                    code=row["code"], title=row["title"], fee_bps=round(FEES[row["code"]] * 10_000), known_at=LONG_AGO
                )
                for row in rows("channels")
            ]
            places = [Location(code=row["code"], known_at=LONG_AGO) for row in rows("locations")]
            session.add_all([*products, *channels, *places])
            session.flush()
            sku = {row.sku: row.id for row in products}
            code = {row.code: row.id for row in (*channels, *places)}
            session.add_all([_fact(row, sku[row["sku"]], code) for row in SALES if keep(row)])

    def ask(self, question: str, language: Language | None = None) -> tuple[Answered, dict[str, Any]]:
        answered = ask(self.database, self.ctx, question, language)
        assert answered.query is not None, answered.text
        with self.database.read(self.ctx) as session:
            receipt = session.scalars(select(Receipt).where(Receipt.id == answered.receipt)).one()  # type: ignore[arg-type]
            return answered, receipt.result


def _fact(row: Mapping[str, str], product: UUID, code: Mapping[str, UUID]) -> SalesFact:
    start = datetime.combine(date.fromisoformat(row["period_start"]), datetime.min.time(), UTC)
    return SalesFact(
        product_id=product, channel_id=code[row["channel"]], location_id=code[row["location"]], period_start=start,
        period_days=int(row["period_days"]), units=int(row["units"]), currency="EUR",
        unit_price_minor=round(100 * float(row["unit_price"])), unit_cost_minor=round(100 * float(row["unit_cost"])),
        known_at=start + timedelta(days=int(row["period_days"])),
    )  # fmt: skip


@pytest.fixture
def empty(database: Database, new_brand: Callable[..., Context]) -> Brand:
    return Brand(database, new_brand(at=datetime(2026, 3, 5, 9, tzinfo=UTC)))


@pytest.fixture
def brand(empty: Brand) -> Brand:
    empty.plant()
    return empty


def adds_up(receipt: Mapping[str, Any]) -> bool:
    return sum(cell["value"] for cell in receipt["effects"].values()) == receipt["change"]["value"]


def test_a_month_reported_in_part_is_compared_with_as_many_weeks(brand: Brand) -> None:
    answered, receipt = brand.ask("why did margin fall in february 2026?")
    assert (receipt["covered"]["first_day"], receipt["covered"]["last_day"]) == ("2026-02-02", "2026-02-22")
    assert (receipt["before_covered"]["first_day"], receipt["before_covered"]["last_day"]) == (
        "2025-12-29",
        "2026-01-18",
    )
    assert receipt["basis"] == "total" and receipt["before_cut"]
    assert near(receipt["value"]["value"], margin_cents("2026-02-02", "2026-02-16"))
    assert near(receipt["before"]["value"], margin_cents("2025-12-29", "2026-01-12"))
    assert receipt["change"]["value"] == receipt["value"]["value"] - receipt["before"]["value"] < 0
    assert adds_up(receipt)
    assert "2 to 22 February against 29 December 2025 to 18 January" in answered.text
    assert "Asked for was 1 to 28 February; the rest is not reported." in answered.text
    document = answer_document(answered)
    assert document["covered"] == {
        "asked_first_day": "2026-02-01", "asked_last_day": "2026-02-28", "first_day": "2026-02-02",
        "last_day": "2026-02-22", "periods": 3, "days": 21, "complete": False, "cut": False,
    }  # fmt: skip
    assert document["compared"]["periods"] == 3 and document["compared"]["cut"] and document["basis"] == "total"
    json.dumps(document)


def test_five_weeks_are_compared_with_four_by_the_week(brand: Brand) -> None:
    answered, receipt = brand.ask("why did margin fall in january 2026?")
    now, before = margin_cents("2025-12-29", "2026-01-26"), margin_cents("2025-12-01", "2025-12-22")
    assert now > before and now / 5 < before / 4
    assert receipt["basis"] == "per_week"
    assert near(receipt["change"]["value"], now / 5 - before / 4)
    assert (receipt["covered"]["periods"], receipt["before_covered"]["periods"]) == (5, 4)
    assert adds_up(receipt)
    assert "It did not fall" not in answered.text
    for line in receipt["lines"]:
        assert sum(cell["value"] for cell in line["effects"].values()) == line["change"]["value"]


def test_no_label_claims_days_that_nobody_reported(brand: Brand) -> None:
    answered, receipt = brand.ask("margin this year")
    assert receipt["covered"]["last_day"] == "2026-02-22" and not receipt["covered"]["complete"]
    assert answered.text.startswith("Contribution (net sales less fees and goods), 29 December 2025 to 22 February")
    german, _ = brand.ask("Umsatz der letzten 365 Tage")
    assert "1. Dezember 2025 bis 22. Februar" in german.text and "der Rest ist nicht gemeldet" in german.text


def test_a_rate_changes_by_percentage_points_and_says_of_what_it_is_a_share(brand: Brand) -> None:
    answered, receipt = brand.ask("why did the margin rate change in january 2026?")
    assert receipt["change"]["unit"] == "points" and receipt["value"]["unit"] == "bps"
    assert {cell["unit"] for cell in receipt["effects"].values()} == {"points"} and adds_up(receipt)
    assert "percentage points" in answered.text and "in % of net sales" in answered.text
    german, _ = brand.ask("Warum hat sich die Margenquote im Januar 2026 verändert?")
    assert "Prozentpunkte" in german.text and "in % vom Nettoumsatz" in german.text


def test_a_week_tells_nothing_of_one_of_its_days(brand: Brand) -> None:
    answered, receipt = brand.ask("revenue on 2026-02-19")
    assert receipt["status"] == "abstained" and "Mon 16 to Sun 22 February only as a whole" in answered.text


@pytest.mark.parametrize("question", ["why did margin fall last week?", "Warum ist die Marge letzte Woche gesunken?"])
def test_where_nothing_is_reported_the_way_is_named(brand: Brand, question: str) -> None:
    answered, _ = brand.ask(question)
    assert "22" in answered.text and "sales.csv" in answered.text and len(answered.next) == 3


def test_the_rest_of_a_split_is_told_so_that_it_adds_up(brand: Brand) -> None:
    answered, receipt = brand.ask("top 3 products by revenue in january 2026 compared with december")
    parts = [*receipt["parts"], receipt["rest"]]
    assert len(receipt["parts"]) == 3 and receipt["rest_parts"]["value"] == 9
    assert sum(part["value"]["value"] for part in parts) == receipt["value"]["value"]
    assert sum(part["before"]["value"] for part in parts) == receipt["before"]["value"]
    assert sum(part["change"]["value"] for part in parts) == receipt["change"]["value"]
    assert "all others" in answered.text


def test_weeks_and_months_add_up_to_the_whole(brand: Brand) -> None:
    _, weeks = brand.ask("revenue by week in january 2026")
    rounding = weeks["rest"]["value"]["value"] if weeks["rest"] else 0
    assert sum(part["value"]["value"] for part in weeks["parts"]) + rounding == weeks["value"]["value"]
    assert [part["code"] for part in weeks["parts"]] == [
        "2025-12-29", "2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26",
    ]  # fmt: skip
    answered, months = brand.ask("Absatz nach Monat dieses Jahr")
    units = [sum(int(row["units"]) for row in SALES if a <= row["period_start"] <= b)
             for a, b in (("2025-12-29", "2026-01-26"), ("2026-02-02", "2026-02-16"))]  # fmt: skip
    assert [part["value"]["value"] for part in months["parts"]] == units
    assert "| Januar (5 Wochen) |" in answered.text


def test_a_channel_that_is_reported_less_far_is_named(empty: Brand) -> None:
    empty.plant(lambda row: row["channel"] == "shop" or row["period_start"] < "2026-02-09")
    answered, receipt = empty.ask("why did revenue fall in february 2026?")
    assert receipt["lagging"] == [{"channel": "Marketplace", "last_day": "2026-02-08"}]
    assert "Marketplace is reported only up to Sun 8 February." in answered.text
    assert "Mon 2 to Sun 8 February against Mon 29 December 2025 to Sun 4 January (Marketplace)" in answered.text
    assert "2 to 22 February against 29 December 2025 to 18 January (Own shop)" in answered.text
    _, alone = empty.ask("revenue in marketplace in february 2026")
    assert alone["covered"]["last_day"] == "2026-02-08" and not alone["lagging"]


def test_one_line_without_a_cost_is_one_line(empty: Brand) -> None:
    empty.plant()
    with empty.database.begin(empty.ctx) as session:
        channel = session.scalars(select(Channel).where(Channel.code == "shop")).one()  # type: ignore[arg-type]
        new = Product(sku="NEW", title="New", vat_bps=1_900, known_at=LONG_AGO)
        session.add(new)
        session.flush()
        start = datetime(2026, 2, 2, tzinfo=UTC)
        session.add(
            SalesFact(
                product_id=new.id, channel_id=channel.id, location_id=None, period_start=start, period_days=7, units=1,
                unit_price_minor=100, currency="EUR", known_at=start + timedelta(days=7),
            )
        )  # fmt: skip
    answered, receipt = empty.ask("margin in february 2026")
    assert receipt["uncosted"]["value"] == 1
    assert "1 product line is left out: nobody said what it costs" in answered.text
