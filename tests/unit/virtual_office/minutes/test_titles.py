"""Every kind of action has a German line, with its numbers as Germans write them."""

from datetime import date
from typing import Any, get_args

import pytest

from domain.action import Action
from domain.finance import BudgetReallocate, CampaignWeekly, ExpenseFlag, InvoiceRemind
from domain.language import Language
from domain.leads import LeadFollowUp
from domain.messaging import SegmentMessage, Template
from domain.pricing import PriceDraft, PriceUpdate
from domain.promotions import PromoSchedule
from domain.purchasing import PurchaseLine, PurchaseOrderCreate
from domain.stands import RefillLine, StandBonus, StandRefill, StandVisit
from domain.transfers import StockTransfer
from virtual_office.minutes.titles import title_of

DAY, EUR = date(2026, 3, 9), {"currency": "EUR"}
LINES: dict[Any, str] = {
    PriceUpdate(sku="A", channel="shop", price_minor=1_234_50, **EUR): "A: neuer Preis 1.234,50 € in shop",
    PriceDraft(sku="A", channel="shop", price_minor=990, **EUR): "A: Preisentwurf 9,90 € für shop",
    PromoSchedule(sku="A", channels=("shop", "market"), first_day=DAY, last_day=date(2026, 3, 15), off_bps=1_500,
                  **EUR): "A: 15,0 % Rabatt in shop, market, 9. März 2026 bis 15. März 2026",
    PurchaseOrderCreate(supplier="S", lines=(PurchaseLine(sku="A", quantity=1_200, unit_cost_minor=400),), **EUR):
        "Bestellung bei S: 1.200 Stück von A für 4.800,00 €",
    StockTransfer(sku="A", from_location="W", to_location="L", quantity=30, cost_minor=1_250, **EUR):
        "Umlagerung: 30 Stück A von W nach L für 12,50 €",
    StandRefill(planned_day=DAY, lines=(RefillLine(stand="L1", sku="A", quantity=3),
                                        RefillLine(stand="L2", sku="A", quantity=4)), trip_cost_minor=4_000, **EUR):
        "Fahrt am 9. März 2026: 7 Stück zu 2 Ständen für 40,00 €",
    StandBonus(stand="L1", share_bps=300, weeks=4, cap_minor=9_000, **EUR):
        "L1: 3,0 % vom Umsatz als Bonus, 4 Wochen, höchstens 90,00 €",
    StandVisit(stand="L1", planned_day=DAY, cost_minor=4_000, **EUR):
        "L1: Beratungsbesuch am 9. März 2026 für 40,00 €",
    SegmentMessage(segment="loyal", template=Template.NEWS, audience=1_500, holdout_bps=2_000, **EUR):
        "Nachricht an treue Kunden: bis zu 1.200 Kunden werden angeschrieben, 300 bleiben als Kontrollgruppe",
    LeadFollowUp(lead="LD-1", within_days=1, **EUR): "Anfrage LD-1: innerhalb eines Tages nachfassen",
    InvoiceRemind(debtor="K1", invoices=("I1", "I2"), **EUR): "K1: an 2 offene Rechnungen erinnern",
    BudgetReallocate(budgets=(CampaignWeekly(campaign="a", weekly_minor=1_000),
                              CampaignWeekly(campaign="b", weekly_minor=2_000)), **EUR):
        "Budgets von 2 Kampagnen neu verteilen, zusammen 30,00 € je Woche",
    ExpenseFlag(category="rent", expenses=("E1",), reason="far_above", **EUR): "rent: eine Ausgabe ansehen lassen",
}  # fmt: skip


@pytest.mark.parametrize(("action", "german"), list(LINES.items()), ids=lambda one: getattr(one, "kind", ""))
def test_the_line_is_german(action: Any, german: str) -> None:
    stored = action.model_dump(mode="json")
    assert title_of(stored, "in English", Language.DE) == (german, True)
    assert title_of(stored, "in English", Language.EN) == ("in English", True)


def test_no_kind_is_forgotten() -> None:
    assert {type(action) for action in LINES} == set(get_args(Action))
