"""Policies of promotions, drafts and transfers: each rule where it begins to bind."""

from typing import Any

import pytest

from domain.actor import ActorKind
from domain.autonomy import Autonomy
from domain.pricing import PriceDraftFacts, PromoScheduleFacts
from domain.stock import StockTransferFacts
from domain.verdict import Decision
from guardrails.cedar import PolicyEngine
from guardrails.facts import DecisionFacts

ENGINE = PolicyEngine()
WHO = DecisionFacts(
    actor_kind=ActorKind.AGENT,
    agent="pricing_director",
    autonomy=Autonomy.ACT_WITHIN_LIMITS,
    agent_stopped=False,
    label_untrusted=False,
    contested=False,
    alone_limit_bps=2_000,
    alone_limit_minor=50_000,
)
PROMO = PromoScheduleFacts(
    off_bps=1_500, days=7, margin_bps=3_000, min_margin_bps=2_000, leaves_corridor=False, begins_in_the_past=False,
    overlaps=False, clears_stock=False, amount_minor=50_000, owner_gate_minor=1_000_000, prediction_low_minor=0,
)  # fmt: skip
DRAFT = PriceDraftFacts(
    price_minor=1_000, margin_bps=2_000, min_margin_bps=2_000, already_priced=False, prediction_low_minor=0
)
TRANSFER = StockTransferFacts(
    quantity=5, amount_minor=50_000, exceeds_stock=False, cost_unknown=False, starves_source=False,
    owner_gate_minor=1_000_000, prediction_low_minor=0,
)  # fmt: skip
DENY, ASK = Decision.DENY, Decision.NEEDS_APPROVAL
CASES: list[tuple[str, Any, dict[str, Any], Decision, tuple[str, ...]]] = [
    ("promo.schedule", PROMO, {"margin_bps": 1_999}, DENY, ()),
    ("promo.schedule", PROMO, {"leaves_corridor": True}, DENY, ()),
    ("promo.schedule", PROMO, {"begins_in_the_past": True}, DENY, ()),
    ("promo.schedule", PROMO, {"overlaps": True}, DENY, ()),
    ("promo.schedule", PROMO, {"off_bps": 2_001}, ASK, ("operator",)),
    ("promo.schedule", PROMO, {"amount_minor": 50_001}, ASK, ("operator",)),
    ("promo.schedule", PROMO, {"prediction_low_minor": -1}, ASK, ("operator", "owner")),
    ("promo.schedule", PROMO, {"prediction_low_minor": -1, "clears_stock": True}, ASK, ("operator",)),
    ("promo.schedule", PROMO, {"days": 32}, ASK, ("owner",)),
    ("promo.schedule", PROMO, {"amount_minor": 1_000_000}, ASK, ("operator", "owner")),
    ("price.draft", DRAFT, {"margin_bps": 1_999}, DENY, ()),
    ("price.draft", DRAFT, {"already_priced": True}, DENY, ()),
    ("stock.transfer", TRANSFER, {"exceeds_stock": True}, DENY, ()),
    ("stock.transfer", TRANSFER, {"starves_source": True}, ASK, ("owner",)),
    ("stock.transfer", TRANSFER, {"cost_unknown": True}, ASK, ("operator",)),
    ("stock.transfer", TRANSFER, {"amount_minor": 50_001}, ASK, ("operator",)),
    ("stock.transfer", TRANSFER, {"prediction_low_minor": -1}, ASK, ("operator",)),
    ("stock.transfer", TRANSFER, {"amount_minor": 1_000_000}, ASK, ("operator", "owner")),
]


@pytest.mark.parametrize(
    ("kind", "calm"), [("promo.schedule", PROMO), ("price.draft", DRAFT), ("stock.transfer", TRANSFER)]
)
def test_within_its_limits_an_agent_may_act_alone_and_not_before_it_may(kind: str, calm: Any) -> None:
    assert ENGINE.decide(kind, WHO, calm).decision is Decision.ALLOW
    asks = ENGINE.decide(kind, WHO.model_copy(update={"autonomy": Autonomy.ACT_WHEN_APPROVED}), calm)
    assert (asks.decision, asks.gates) == (ASK, ("operator",))


@pytest.mark.parametrize(("kind", "calm", "other", "decision", "gates"), CASES)
def test_each_rule_binds_where_it_says(
    kind: str, calm: Any, other: dict[str, Any], decision: Decision, gates: tuple[str, ...]
) -> None:
    verdict = ENGINE.decide(kind, WHO, calm.model_copy(update=other))
    assert (verdict.decision, tuple(verdict.gates)) == (decision, gates)
    if gates:
        granted = WHO.model_copy(update={"approvals": frozenset(gates)})
        assert ENGINE.decide(kind, granted, calm.model_copy(update=other)).decision is Decision.ALLOW
