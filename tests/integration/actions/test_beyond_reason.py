"""Amounts beyond all reason are judged, or refused in words, whatever kind of action asks for them: never an error."""

import json
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.documents import item_summary
from actions.gateway import execute
from actions.items import Proposer, adopt, propose
from actions.kinds import HANDLERS
from bootstrap import Office
from connectors.feed import deliver
from domain.action import Action, ItemStatus, parse_action
from domain.autonomy import Autonomy
from domain.context import Context
from domain.customers import LARGEST_AUDIENCE
from domain.errors import DomainError, ImportRejected
from domain.money import LARGEST_MINOR
from domain.stands import LARGEST_REFILL
from domain.stock import LARGEST_QUANTITY
from guardrails.cedar import PolicyEngine
from settings import Settings
from store.database import Database
from store.tables import ActionItem, BrandRules, ProposalRow, Run
from tests.claims import status_reason
from tests.integration.conftest import Shop

Case = Mapping[str, Any]
LARGEST = "1000000000000"
DEAREST = "1000000000"
"""The largest amount and the largest price that an import takes."""
SKUS = ("PLAIN", "CENT", "DEAR")
DAY = timedelta(days=1)


def around(least: int, most: int) -> st.SearchStrategy[int]:
    """Whole numbers between two ends, mostly these and what lies beside them or a small number."""
    edges = {least, least + 1, most - 1, most, *(n for n in (1, 2, 1_000, 10**6) if least <= n <= most)}
    return st.one_of(st.sampled_from(sorted(edges)), st.integers(least, most))


def sampled(*names: str) -> st.SearchStrategy[str]:
    return st.sampled_from(names)


def record(kind: str, **fields: Any) -> st.SearchStrategy[Case]:
    ready = {name: given if isinstance(given, st.SearchStrategy) else st.just(given) for name, given in fields.items()}
    return st.fixed_dictionaries({"kind": st.just(kind), **ready})


PRICES, COSTS, BPS = around(1, LARGEST_MINOR), around(0, LARGEST_MINOR), around(1, 9_999)
DAYS = st.sampled_from([date(1900, 1, 1), date(2026, 3, 9), date(2199, 12, 31)])
ORDERED = st.fixed_dictionaries(
    {"sku": sampled(*SKUS), "quantity": around(1, LARGEST_QUANTITY), "unit_cost_minor": COSTS}
)
REFILLED = st.fixed_dictionaries({"stand": st.just("S"), "sku": sampled(*SKUS), "quantity": around(1, LARGEST_REFILL)})
WEEKLY = st.tuples(around(0, LARGEST_MINOR), around(0, LARGEST_MINOR)).map(
    lambda amounts: [
        {"campaign": name, "weekly_minor": amount} for name, amount in zip(("small", "large"), amounts, strict=True)
    ]
)
CASES: Mapping[str, st.SearchStrategy[Case]] = {
    "price.update": record("price.update", sku=sampled(*SKUS), channel="shop", price_minor=PRICES, currency="EUR"),
    "price.draft": record("price.draft", sku=sampled(*SKUS), channel="other", price_minor=PRICES, currency="EUR"),
    "promo.schedule": st.tuples(DAYS, st.integers(0, 91)).flatmap(
        lambda when: record(
            "promo.schedule", sku=sampled(*SKUS), channels=["shop"], first_day=_back(when[0], when[1]),
            last_day=when[0], off_bps=BPS, currency="EUR",
        )
    ),
    "purchase_order.create": record(
        "purchase_order.create", supplier="SUP", currency="EUR",
        lines=st.lists(ORDERED, min_size=1, max_size=2, unique_by=lambda line: line["sku"]),
    ),
    "stock.transfer": record(
        "stock.transfer", sku=sampled(*SKUS), from_location="W", to_location="S", cost_minor=COSTS, currency="EUR",
        quantity=around(1, LARGEST_QUANTITY),
    ),
    "stand.refill": record(
        "stand.refill", planned_day=DAYS, trip_cost_minor=COSTS, currency="EUR",
        lines=st.lists(REFILLED, min_size=1, max_size=2, unique_by=lambda line: line["sku"]),
    ),
    "stand.bonus": record(
        "stand.bonus", stand="S", share_bps=around(1, 10_000), weeks=around(1, 52), cap_minor=PRICES, currency="EUR"
    ),
    "stand.visit": record("stand.visit", stand="S", planned_day=DAYS, cost_minor=COSTS, currency="EUR"),
    "segment.message": record(
        "segment.message", segment="buyers", template="news", audience=around(1, LARGEST_AUDIENCE),
        holdout_bps=around(0, 10_000), currency="EUR",
    ),
    "lead.follow_up": record(
        "lead.follow_up", within_days=around(0, 90), currency="EUR",
        leads=st.lists(sampled("L0", "L1"), min_size=1, unique=True),
    ),
    "invoice.remind": record(
        "invoice.remind", currency="EUR",
        lines=st.lists(
            st.fixed_dictionaries({"debtor": st.just("debtor"), "invoice": sampled("I0", "I1", "I2")}),
            min_size=1, unique_by=lambda line: line["invoice"],
        ),
    ),
    "budget.reallocate": record("budget.reallocate", budgets=WEEKLY, currency="EUR"),
    "expense.flag": record(
        "expense.flag", category="rent", reason="far_above", currency="EUR",
        expenses=st.lists(sampled("E0", "E1", "E2"), min_size=1, unique=True),
    ),
}  # fmt: skip


def _back(last: date, days: int) -> date:
    return last - timedelta(days=min(days, (last - date(1900, 1, 1)).days))


def rows_of(ctx: Context) -> dict[str, list[dict[str, Any]]]:
    """One of everything, at nothing, at a cent and at the largest amount that can be booked."""
    past, monday = ctx.now() - 90 * DAY, ctx.now() - 14 * DAY
    amounts = {"PLAIN": ("10.00", "4.00"), "CENT": ("0.01", "0.00"), "DEAR": (DEAREST, LARGEST)}
    dated = {"valid_from": past, "known_at": past}
    return {
        "channels": [{"code": code, "title": code, "prices_include_vat": False, "fee_percent": "30", "known_at": past}
                     for code in ("shop", "other")],
        "locations": [{"code": "W", "kind": "warehouse", "known_at": past}, {"code": "S", "kind": "stand",
                                                                             "known_at": past}],
        "suppliers": [{"code": "SUP", "known_at": past}],
        "products": [{"sku": sku, "title": sku, "vat_percent": "19", "known_at": past} for sku in SKUS],
        "product_costs": [{"sku": sku, "unit_cost": cost, **dated} for sku, (_, cost) in amounts.items()],
        "prices": [{"sku": sku, "channel": "shop", "price": price, **dated} for sku, (price, _) in amounts.items()],
        "supplier_offers": [{"supplier": "SUP", "sku": sku, "unit_cost": cost, **dated}
                            for sku, (_, cost) in amounts.items()],
        "stock": [{"location": "W", "sku": sku, "on_hand": 10**9, "counted_at": monday} for sku in SKUS],
        "sales": [{"period_start": monday - 7 * week * DAY, "period_days": 7, "channel": "shop", "location": "S",
                   "sku": sku, "units": 100 if sku == "PLAIN" else 1, "unit_price": price, "unit_cost": cost}
                  for week in range(6) for sku, (price, cost) in amounts.items()],
        "customers": [{"code": code, "known_at": past} for code in ("debtor", *(f"C{n}" for n in range(40)))],
        "orders": [{"number": f"O{n}-{at}", "customer": f"C{n}", "channel": "shop", "total": "30.00",
                    "ordered_at": ctx.now() - (5 + n + 20 * at) * DAY} for n in range(40) for at in range(3)],
        "invoices": [{"number": f"I{n}", "customer": "debtor", "amount": amount, "issued_at": past,
                      "due_at": past + 30 * DAY} for n, amount in enumerate(("0.01", LARGEST, LARGEST))],
        "expenses": [{"id": f"E{n}", "category": "rent", "amount": amount, "spent_at": monday}
                     for n, amount in enumerate(("0.00", LARGEST, LARGEST))],
        "budgets": [{"campaign": name, "weekly": weekly, **dated}
                    for name, weekly in (("small", "0.01"), ("large", LARGEST))],
        "leads": [{"code": f"L{n}", "value": value, "opened_at": monday} for n, value in enumerate(("0", LARGEST))],
    }  # fmt: skip


@pytest.fixture
def brand(database: Database, new_brand: Callable[..., Context]) -> Context:
    owner = new_brand()
    with database.begin(owner) as session:
        trips: dict[str, Any] = {"trip_fixed_minor": LARGEST_MINOR, "trip_stop_minor": LARGEST_MINOR}
        session.add(BrandRules(version=2, author="test", reason="test", created_at=owner.now(), **trips))
    deliver(owner, database, "test", rows_of(owner))
    return owner


def tried(database: Database, ctx: Context, engine: PolicyEngine, action: Action) -> ActionItem | None:
    """The item after execution; None where the action was refused with a domain error below 500."""
    try:
        with database.begin(ctx) as session:
            item = propose(session, engine, action, "tried")
            assert json.dumps(item_summary(item))
        return execute(database, ctx, engine, item.id)
    except DomainError as refused:
        assert refused.status < 500
        assert refused.message
        return None


def test_every_kind_is_tried() -> None:
    assert set(CASES) == set(HANDLERS)


def test_no_amount_however_large_or_small_is_an_error(database: Database, brand: Context, engine: PolicyEngine) -> None:
    judged = dict.fromkeys(CASES, 0)

    def try_one(case: Case) -> None:
        judged[case["kind"]] += tried(database, brand, engine, parse_action(case)) is not None

    for cases in CASES.values():
        settings(max_examples=20, derandomize=True)(given(case=cases)(try_one))()
    assert {kind for kind, count in judged.items() if not count} == set()


BEYOND: Mapping[str, tuple[Case, str]] = {
    "price": (
        {"kind": "price.update", "sku": "CENT", "channel": "shop", "price_minor": LARGEST_MINOR, "currency": "EUR"},
        "change",
    ),
    "order": (
        {"kind": "purchase_order.create", "supplier": "SUP", "currency": "EUR",
         "lines": [{"sku": "DEAR", "quantity": 10**6, "unit_cost_minor": 0}]},
        "amount",
    ),
    "transfer": (
        {"kind": "stock.transfer", "sku": "DEAR", "from_location": "W", "to_location": "S", "quantity": 10**6,
         "cost_minor": 0, "currency": "EUR"},
        "amount",
    ),
    "budgets": (
        {"kind": "budget.reallocate", "currency": "EUR",
         "budgets": [{"campaign": "small", "weekly_minor": LARGEST_MINOR}, {"campaign": "large", "weekly_minor": 1}]},
        "largest change",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BEYOND)
def test_what_is_beyond_reason_is_denied_and_named(
    database: Database, brand: Context, engine: PolicyEngine, name: str
) -> None:
    case, value = BEYOND[name]
    item = tried(database, brand, engine, parse_action(case))
    assert item is not None
    assert item.status == ItemStatus.DENIED
    assert f"beyond reason: {value}" in status_reason(item)


def test_a_meeting_over_such_numbers_is_held_to_its_end(database: Database, brand: Context, tmp_path: Path) -> None:
    office = Office(Settings(home=tmp_path), database)
    run_id = office.meetings.meet(brand, "Everything")
    with database.read(brand) as session:
        assert session.get_one(Run, (brand.brand_id, run_id)).status == "done"


def test_a_row_of_sales_that_cannot_be_booked_is_rejected_by_its_line(database: Database, brand: Context) -> None:
    row = {"period_start": brand.now() - 300 * DAY, "channel": "shop", "sku": "PLAIN", "units": 10**12}
    with pytest.raises(ImportRejected) as caught:
        deliver(brand, database, "test", {"sales": [{**row, "unit_price": "1.00"}, {**row, "unit_price": LARGEST}]})
    (rejected,) = caught.value.details["rows_rejected"]
    assert (rejected["line"], "more than can be booked" in rejected["reason"]) == (2, True)


def test_a_meeting_adopts_a_promise_beyond_reason_as_denied(shop: Shop) -> None:
    promise = {**shop.prediction(), "value": -(10**30), "low": -(10**31), "high": 0}
    sensible = shop.propose(1040)
    assert sensible.run_id is not None
    with shop.database.begin(shop.owner) as session:
        proposal = ProposalRow(
            run_id=sensible.run_id, agent="pricing_director", request_hash="absurd", kind="price.update",
            action=shop.action(1050), text="It sells as well.", prediction=promise, expected_minor=0, label="trusted",
            created_at=shop.owner.now(),
        )  # fmt: skip
        session.add(proposal)
        session.flush()
        adopted = adopt(session, shop.engine, proposal, Proposer(shop.agent_id, Autonomy.ACT_WHEN_APPROVED), ordinal=2)
    assert adopted.status == ItemStatus.DENIED
    assert "beyond reason: prediction low" in status_reason(adopted)
