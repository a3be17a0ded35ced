"""People write an action of any kind as NAME=VALUE; what cannot be read is named, with what is expected."""

from datetime import date

import pytest

from domain.action import ACTION_KINDS, Action
from domain.customers import LeadFollowUp, SegmentMessage, Template
from domain.errors import InvalidInput
from domain.finance import ExpenseFlag, InvoiceRemind
from domain.forms import CURRENCY, action_of_form, form_of, read_form, usage
from domain.kind import ActionKind
from domain.marketing import BudgetReallocate, CampaignWeekly
from domain.pricing import PriceDraft, PriceUpdate, PromoSchedule
from domain.stands import RefillLine, StandBonus, StandRefill, StandVisit
from domain.stock import PurchaseLine, PurchaseOrderCreate, StockTransfer
from language.errors import error_text

DAY = date(2026, 12, 5)
WRITTEN: dict[str, Action] = {
    "sku=A channel=shop price=12.90": PriceUpdate(sku="A", channel="shop", price_minor=1_290, currency="EUR"),
    "sku=A channel=shop zone=north price=12.9": PriceUpdate(
        sku="A", channel="shop", zone="north", price_minor=1_290, currency="EUR"
    ),
    "sku=A channel=shop currency=JPY price=1290": PriceUpdate(
        sku="A", channel="shop", price_minor=1_290, currency="JPY"
    ),
    "sku=A channel=shop price=8": PriceDraft(sku="A", channel="shop", price_minor=800, currency="EUR"),
    "sku=A channels=shop,market channels=stands first_day=2026-12-05 last_day=2026-12-05 off=12.5%": PromoSchedule(
        sku="A", channels=("shop", "market", "stands"), first_day=DAY, last_day=DAY, off_bps=1_250, currency="EUR"
    ),
    "supplier=S lines=A:100:4.05,B:2:0 lines=C\\:1\\,x:7:1": PurchaseOrderCreate(
        supplier="S",
        lines=(
            PurchaseLine(sku="A", quantity=100, unit_cost_minor=405),
            PurchaseLine(sku="B", quantity=2, unit_cost_minor=0),
            PurchaseLine(sku="C:1,x", quantity=7, unit_cost_minor=100),
        ),
        currency="EUR",
    ),
    "sku=A from_location=W to_location=L quantity=3 cost=9": StockTransfer(
        sku="A", from_location="W", to_location="L", quantity=3, cost_minor=900, currency="EUR"
    ),
    "planned_day=2026-12-05 lines=ST1:A:3,ST2:A:4 trip_cost=40": StandRefill(
        planned_day=DAY,
        lines=(RefillLine(stand="ST1", sku="A", quantity=3), RefillLine(stand="ST2", sku="A", quantity=4)),
        trip_cost_minor=4_000,
        currency="EUR",
    ),
    "stand=ST1 share=3 weeks=4 cap=90": StandBonus(
        stand="ST1", share_bps=300, weeks=4, cap_minor=9_000, currency="EUR"
    ),
    "stand=ST1 planned_day=2026-12-05 cost=40": StandVisit(
        stand="ST1", planned_day=DAY, cost_minor=4_000, currency="EUR"
    ),
    "segment=buyers template=news audience=10000 holdout=50": SegmentMessage(
        segment="buyers", template=Template.NEWS, audience=10_000, holdout_bps=5_000, currency="EUR"
    ),
    "lead=L1 within_days=0": LeadFollowUp(lead="L1", within_days=0, currency="EUR"),
    "debtor=D invoices=I1,I2": InvoiceRemind(debtor="D", invoices=("I1", "I2"), currency="EUR"),
    "budgets=a:10,b:20.50": BudgetReallocate(
        budgets=(CampaignWeekly(campaign="a", weekly_minor=1_000), CampaignWeekly(campaign="b", weekly_minor=2_050)),
        currency="EUR",
    ),
    "category=rent expenses=E1 reason=far_above": ExpenseFlag(
        category="rent", expenses=("E1",), reason="far_above", currency="EUR"
    ),
}


def read(kind: str, written: str) -> Action:
    definition = ACTION_KINDS[kind]
    return action_of_form(definition, read_form(definition, written.split(), "EUR"))


@pytest.mark.parametrize("written", WRITTEN)
def test_an_action_of_any_kind_is_read_as_people_write_it(written: str) -> None:
    assert read(WRITTEN[written].kind, written) == WRITTEN[written]


def test_no_kind_is_forgotten() -> None:
    assert {action.kind for action in WRITTEN.values()} == set(ACTION_KINDS)


@pytest.mark.parametrize(
    ("kind", "written", "named", "remedy"),
    [
        ("price.update", "sku=A channel=shop", "price is missing: price is an amount in EUR", "Add price=12.90."),
        ("price.update", "price=1", "sku, channel are missing", "Add sku=SKU channel=CHANNEL."),
        ("price.update", "sku=A channel=shop price=cheap", "price: 'cheap' is not an amount", "Write price=12.90."),
        ("price.update", "sku=A channel=shop price=7.255", "price: 7.255 has more decimals than EUR", "price=12.90"),
        ("price.update", "sku=A channel=shop currency=JPY price=7.2", "price: 7.2 has more decimals", "price=1290"),
        ("price.update", "sku=A channel=shop price=0", "price: no such amount can be taken", "price=12.90"),
        ("price.update", "sku=A channel=shop price=1 colour=red", "price.update has no 'colour'", "price=12.90"),
        ("price.update", "sku=A sku=B channel=shop price=1", "sku is given twice", "sku=SKU"),
        ("price.update", "sku=A channel=shop price=1 currency=XYZ", "currency: 'XYZ' is no currency", "currency="),
        ("price.update", "sku=A shop", "'shop' is no NAME=VALUE", "price.update sku=SKU"),
        ("price.update", "sku= channel=shop price=1", "sku: it needs 1 character at least", "sku=SKU"),
        ("promo.schedule", "sku=A channels=shop first_day=5.12. last_day=x off=1", "first_day: '5.12.' is not a day",
         "Write first_day=2026-12-05."),
        ("promo.schedule", "sku=A channels=shop first_day=2026-12-05 last_day=2026-12-01 off=1",
         "a promotion lasts from one day", "promo.schedule sku=SKU"),
        ("promo.schedule", "sku=A channels=shop first_day=2026-12-05 last_day=2026-12-05 off=120",
         "off: '120' is not a share", "off=15"),
        ("purchase_order.create", "supplier=S lines=A", "lines: 'A' is not SKU:QUANTITY[:UNIT_COST]", "lines=SKU:4"),
        ("purchase_order.create", "supplier=S lines=A:b", "quantity: 'b' is not a whole number", "quantity=4"),
        ("purchase_order.create", "supplier=S lines=A:0:1", "quantity: it has to be more than 0", "lines=SKU:4"),
        ("purchase_order.create", "supplier=S lines=,", "lines: ',' is not", "lines=SKU:4"),
        ("purchase_order.create", "supplier=S lines=A:3", "unit_cost: it is missing; what is expected: an amount",
         "lines=SKU:4"),
        ("stand.bonus", "stand=S share=3 weeks=many cap=1", "weeks: 'many' is not a whole number", "weeks=4"),
        ("segment.message", "segment=friends template=news audience=9 holdout=5", "segment: 'friends' is not one of",
         "segment=champions"),
        ("lead.follow_up", "lead=L within_days=91", "within_days: it may be 90 at most",
         "within_days=4"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_with_an_example(kind: str, written: str, named: str, remedy: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(kind, written)
    assert named in error_text(refused.value)
    assert remedy in refused.value.remedy


@pytest.mark.parametrize("kind", ACTION_KINDS.values(), ids=lambda kind: kind.name)
def test_a_form_asks_for_every_parameter_and_its_own_example_can_be_read(kind: ActionKind) -> None:
    fields = form_of(kind)
    assert [field.name for field in fields] == [name for name in kind.parameters.model_fields if name != "kind"]
    example = [field.sample for field in fields if field.name != CURRENCY]
    assert set(read_form(kind, example, "EUR")) == {"kind", *(field.name for field in fields)}
    assert all(field.word in usage(kind) for field in fields if field.name != CURRENCY)
