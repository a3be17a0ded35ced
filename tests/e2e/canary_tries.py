"""Tool calls of the canary: every tool with arguments that name another brand's rows."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.e2e.canary_customers import CRM_TRIES

SKU, CHANNEL, ZONE, TITLE = "CANARY-SKU-7", "canary-channel", "canary-zone", "canary-title-9d1f"
SUPPLIER = "CANARY-SUPPLIER-3"

TRIES: Mapping[str, Callable[[Mapping[str, str]], list[dict[str, Any]]]] = {
    "list_channels": lambda ids: [{}],
    "list_priced_products": lambda ids: [{"channel": CHANNEL}],
    "price_history": lambda ids: _places(),
    "price_corridor": lambda ids: _places(),
    "price_elasticity": lambda ids: _places(),
    "best_price": lambda ids: _places(),
    "propose_price_update": lambda ids: [
        {**place, "analysis_receipt": ids["receipt"], "rationale": {"text": "Because.", "figures": {}}}
        for place in [*_places(), {"sku": "OWN-SKU", "channel": "shop"}]
    ],
    "price_set": lambda ids: [{"prices": _places()}],
    "dead_stock": lambda ids: [{}],
    "list_suppliers": lambda ids: [{}],
    "order_advice": lambda ids: [{"supplier": SUPPLIER}],
    "propose_purchase_order_create": lambda ids: [
        {"supplier": supplier, "analysis_receipt": ids["receipt"], "rationale": {"text": "Because.", "figures": {}}}
        for supplier in (SUPPLIER, "OWN-S")
    ],
    "recompute_price_within_stock": lambda ids: [{"proposal": ids["proposal"]}],
    "recompute_message_within_stock": lambda ids: [{"proposal": ids["proposal"]}],
    "recompute_refill_within_stock": lambda ids: [{"proposal": ids["proposal"]}],
    "recompute_order_with_prices": lambda ids: [{"proposal": ids["proposal"], "beside": [ids["proposal"]]}],
    "recompute_order_within_cash": lambda ids: [{"proposal": ids["proposal"]}],
    "search_knowledge": lambda ids: [
        {"question": question, **more}
        for question in ("canary-clause minimum order value", SUPPLIER)
        for more in ({}, {"category": "canary-shelf"}, {"tag": SUPPLIER})
    ],
    "what_changed": lambda ids: [{"days": 92}],
    **CRM_TRIES,
    "brand_metric": lambda ids: [
        {"metric": "revenue", "period": "last_year", "product": SKU},
        {"metric": "revenue", "period": "last_year", "channel": CHANNEL},
        {"metric": "stock", "split": "location"},
        {"metric": "stock", "product": SKU},
    ],
    "rival_prices": lambda ids: [{}, {"product": SKU}, {"channel": CHANNEL}],
    "competitor_reaction": lambda ids: [{"channel": CHANNEL}],
    "channel_ladder": lambda ids: [{"sku": SKU}],
    "draft_prices": lambda ids: [{"channel": CHANNEL}],
    "review_prices": lambda ids: [{"channel": CHANNEL}],
    "propose_price_draft": lambda ids: [
        {**place, "analysis_receipt": ids["receipt"], "rationale": {"text": "Because.", "figures": {}}}
        for place in ({"sku": SKU, "channel": CHANNEL}, {"sku": "OWN-SKU", "channel": "shop"})
    ],
    "past_deals": lambda ids: [{"channel": CHANNEL}],
    "promotion_advice": lambda ids: [{"sku": SKU}],
    "propose_promo_schedule": lambda ids: [
        {"sku": sku, "analysis_receipt": ids["receipt"], "rationale": {"text": "Because.", "figures": {}}}
        for sku in (SKU, "OWN-SKU")
    ],
    "transfer_advice": lambda ids: [{}],
    "propose_stock_transfer": lambda ids: [
        {
            "sku": sku,
            "origin": f"{SUPPLIER}-WH",
            "target": "L0",
            "analysis_receipt": ids["receipt"],
            "rationale": {"text": "Because.", "figures": {}},
        }
        for sku in (SKU, "OWN-SKU")
    ],
    "list_stands": lambda ids: [{}],
    "refill_advice": lambda ids: [{}],
    "stand_trends": lambda ids: [{}],
    "propose_stand_refill": lambda ids: [{"trip": "A", **_reasoned(ids)}],
    "propose_stand_visit": lambda ids: [{"stand": f"{SUPPLIER}-ST", **_reasoned(ids)}],
    "propose_stand_bonus": lambda ids: [{"stand": f"{SUPPLIER}-ST", **_reasoned(ids)}],
    "contribution_margins": lambda ids: [{}],
    "cash_runway": lambda ids: [{}],
    "receivables": lambda ids: [{}],
    "cash_after_decisions": lambda ids: [{"spendings": [{"amount_minor": 1, "supplier": SUPPLIER}]}],
    "reminder_advice": lambda ids: [{"debtors": ["canary-debtor"]}],
    "expense_review": lambda ids: [{}],
    "budget_response": lambda ids: [{}],
    "propose_invoice_remind": lambda ids: [_proposed(ids)],
    "propose_budget_reallocate": lambda ids: [_proposed(ids)],
    "propose_expense_flag": lambda ids: [_proposed(ids, category="canary-category")],
}


def _proposed(ids: Mapping[str, str], **named: str) -> dict[str, Any]:
    return {**named, "analysis_receipt": ids["receipt"], "rationale": {"text": "Because.", "figures": {}}}


def _reasoned(ids: Mapping[str, str]) -> dict[str, Any]:
    return {"analysis_receipt": ids["receipt"], "rationale": {"text": "Because.", "figures": {}}}


OF_ONES_OWN = (
    "list_channels",
    "dead_stock",
    "list_suppliers",
    "search_knowledge",
    "customer_segments",
    "message_advice",
    "lead_pipeline",
    "what_changed",
    "transfer_advice",
    "list_stands",
    "refill_advice",
    "stand_trends",
    "contribution_margins",
    "cash_runway",
    "receivables",
    "reminder_advice",
    "expense_review",
    "budget_response",
    "brand_metric",
    "rival_prices",
)
"""Asked without arguments, these tell of one's own brand."""


def _places() -> list[dict[str, Any]]:
    return [
        {"sku": SKU, "channel": CHANNEL},
        {"sku": SKU, "channel": "shop"},
        {"sku": "OWN-SKU", "channel": CHANNEL},
        {"sku": SKU, "channel": CHANNEL, "zone": ZONE},
    ]
