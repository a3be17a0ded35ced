"""A promotion is judged, planned exactly once, called off, imported, and measured with the dip after it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from actions.gateway import execute, undo
from actions.items import propose, source_of
from actions.pricing.promotion_outcome import measure_promotion
from connectors.feed import deliver
from domain.action import Action, ItemStatus
from domain.clock import FixedClock
from domain.context import Context
from domain.errors import Conflict
from domain.prediction import OutcomeStatus
from domain.pricing import PriceDraft as Draft
from domain.pricing import PromoSchedule
from guardrails.cedar import PolicyEngine
from store.database import Database
from store.reads.pricing import prices
from store.tables import ActionItem, Price, PriceDraft, Promotion, SalesFact
from tests.claims import status_reason, why
from tests.integration.laddered_brand import SHOP, WEEK, Deals, Laddered, ladder

NewBrand = Callable[..., Context]


@dataclass
class Shop:
    database: Database
    engine: PolicyEngine
    owner: Context

    def asked(self, action: Action) -> ActionItem:
        with self.database.begin(self.owner) as session:
            return propose(session, self.engine, action, "why not")

    def done(self, action: Action) -> ActionItem:
        return execute(self.database, self.owner, self.engine, self.asked(action).id)

    def rows(self, table: type[Any]) -> list[Any]:
        with self.database.read(self.owner) as session:
            return list(session.scalars(select(table)).all())

    def later(self, days: int) -> None:
        self.owner = replace(self.owner, clock=FixedClock(self.owner.now() + timedelta(days=days)))


@pytest.fixture
def shop(database: Database, new_brand: NewBrand, engine: PolicyEngine) -> Shop:
    owner = new_brand()
    ladder(database, owner, Laddered(products=8))
    return Shop(database, engine, owner)


def deal(shop: Shop, **other: Any) -> PromoSchedule:
    first = shop.owner.now().date() + timedelta(days=4)
    plain = {"sku": "P-00", "channels": (SHOP,), "first_day": first, "last_day": first + timedelta(days=6)}
    return PromoSchedule.model_validate({**plain, "off_bps": 1_500, "currency": "EUR", **other})


def test_a_promotion_is_planned_once_and_charges_nobody_else(shop: Shop) -> None:
    before = [(row.id, row.amount_minor) for row in shop.rows(Price)]
    item = shop.done(deal(shop))
    assert item.status == ItemStatus.DONE
    assert execute(shop.database, shop.owner, shop.engine, item.id).status == ItemStatus.DONE
    (row,) = shop.rows(Promotion)
    assert (row.off_bps, row.source) == (1_500, source_of(item))
    assert (row.last_day - row.first_day).days == 6
    assert [(row.id, row.amount_minor) for row in shop.rows(Price)] == before


def test_it_can_be_called_off_until_it_is_over(shop: Shop) -> None:
    item = shop.done(deal(shop))
    undo(shop.database, shop.owner, str(item.id))
    (row,) = shop.rows(Promotion)
    assert row.cancelled_at == shop.owner.now()
    again = shop.done(deal(shop))
    shop.later(30)
    with pytest.raises(Conflict, match="it cannot be called off any more"):
        undo(shop.database, shop.owner, str(again.id))


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"off_bps": 6_000}, "below the brand's floor"),
        ({"off_bps": 3_500}, "leave the brand's corridor"),
        ({"first_day": date(2020, 1, 1), "last_day": date(2020, 1, 5)}, "its first day has passed"),
    ],
)
def test_what_breaks_a_rule_is_denied(shop: Shop, other: dict[str, Any], reason: str) -> None:
    item = shop.asked(deal(shop, **other))
    assert (item.status, reason in status_reason(item)) == (ItemStatus.DENIED, True)


def test_two_promotions_of_a_product_do_not_overlap(shop: Shop) -> None:
    shop.done(deal(shop))
    again = shop.asked(deal(shop, off_bps=1_000))
    assert (again.status, "another promotion" in status_reason(again)) == (ItemStatus.DENIED, True)


def test_past_promotions_are_imported_and_count_as_overlapping(shop: Shop) -> None:
    planned = deal(shop)
    row = {
        "id": "SUMMER", "sku": "P-00", "channel": SHOP, "first_day": planned.first_day, "last_day": planned.last_day,
        "off_percent": "12.5",
    }  # fmt: skip
    for _ in range(2):
        deliver(shop.owner, shop.database, "erp", {"promotions": [row]})
    (promotion,) = shop.rows(Promotion)
    assert (promotion.off_bps, promotion.source) == (1_250, "import")
    assert promotion.known_at == planned.begins - timedelta(days=28)
    again = shop.asked(planned)
    assert (again.status, "another promotion" in status_reason(again)) == (ItemStatus.DENIED, True)


def sales_of_a_deal(shop: Shop, planned: PromoSchedule, lift: float, dip: float) -> None:
    """Ten weeks more of all products; the first of P-00 under the deal, the eight after it in its dip."""
    with shop.database.begin(shop.owner) as session:
        channel = prices.channel_by_code(session, SHOP)
        for sku in Laddered(products=8).skus:
            product = prices.product_by_sku(session, sku)
            for week in range(10):
                dealt = sku == planned.sku and week == 0
                mean = 60 * (np.exp(lift) if dealt else np.exp(dip) if sku == planned.sku and week < 9 else 1.0)
                start = planned.begins + week * WEEK
                session.add(
                    SalesFact(
                        product_id=product.id,
                        channel_id=channel.id,
                        period_start=start,
                        period_days=7,
                        units=round(float(mean)),
                        unit_price_minor=round(1_190 * (0.85 if dealt else 1.0)),
                        currency="EUR",
                        deal_bps=10_000 if dealt else 0,
                        known_at=start + WEEK,
                    )
                )


def test_what_it_brought_is_measured_with_the_dip_after_it(shop: Shop) -> None:
    """Sold twice as much in the week, and a tenth less in the eight after: 60 units more, 46 of them missing later."""
    monday = shop.owner.now().date()
    planned = deal(shop, first_day=monday, last_day=monday + timedelta(days=6))
    sales_of_a_deal(shop, planned, lift=0.75, dip=-0.10)
    shop.later(7 * 10 + 1)
    with shop.database.read(shop.owner) as session:
        outcome = measure_promotion(session, planned, shop.owner.now())
    assert (outcome.status, outcome.reasons) == (OutcomeStatus.MEASURED, ())
    kept, dealt = 1_190 / 1.19 * 0.98, 1_190 * 0.85 / 1.19 * 0.98
    truth = 60 * np.exp(0.75) * (dealt - 450) - 60 * (kept - 450) + 8 * 60 * (np.exp(-0.10) - 1) * (kept - 450)
    assert outcome.low is not None
    assert outcome.high is not None
    assert outcome.low <= truth <= outcome.high
    assert outcome.effect == pytest.approx(truth, abs=30_000)


def test_it_is_not_measured_before_the_dip_is_over_nor_where_nobody_was_charged_less(shop: Shop) -> None:
    monday = shop.owner.now().date()
    planned = deal(shop, first_day=monday, last_day=monday + timedelta(days=6))
    shop.later(30)
    with shop.database.read(shop.owner) as session:
        early = measure_promotion(session, planned, shop.owner.now())
    assert "are not over" in why(early.reasons)
    shop.later(60)
    with shop.database.read(shop.owner) as session:
        never = measure_promotion(session, planned, shop.owner.now())
    assert "no sales at the discount" in why(never.reasons)


def test_a_draft_charges_nobody_is_withdrawn_and_is_not_measurable(
    database: Database, new_brand: NewBrand, engine: PolicyEngine
) -> None:
    owner = new_brand()
    ladder(database, owner, Laddered(products=4, unpriced={"P-00": SHOP}, deals=Deals()))
    shop = Shop(database, engine, owner)
    prices_before = len(shop.rows(Price))
    item = shop.done(Draft(sku="P-00", channel=SHOP, price_minor=1_190, currency="EUR"))
    (row,) = shop.rows(PriceDraft)
    assert (row.amount_minor, row.withdrawn_at, len(shop.rows(Price))) == (1_190, None, prices_before)
    from actions.kinds import handler_of

    with database.read(owner) as session:
        action = Draft(sku="P-00", channel=SHOP, price_minor=1_190, currency="EUR")
        outcome = handler_of("price.draft").measure(session, action, source_of(item), owner.now(), owner.now())
    assert why(outcome.reasons) == "a draft is charged to nobody until a person sets it as a price"
    undo(database, owner, str(item.id))
    assert shop.rows(PriceDraft)[0].withdrawn_at is not None
    taken = shop.asked(Draft(sku="P-01", channel=SHOP, price_minor=1_190, currency="EUR"))
    assert (taken.status, "has a price" in status_reason(taken)) == (ItemStatus.DENIED, True)
    cheap = shop.asked(Draft(sku="P-00", channel=SHOP, price_minor=500, currency="EUR"))
    assert (cheap.status, "below the brand's floor" in status_reason(cheap)) == (ItemStatus.DENIED, True)
