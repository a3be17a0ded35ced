"""The golden case: a fact that stands in a document only changes an order, and the order follows the document."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from connectors.documents import read_document
from domain.clock import FixedClock
from domain.context import Context
from domain.ids import TimeOrderedIds
from domain.labels import Label
from domain.report import FindingSeverity
from memory.knowledge import KnowledgeBase
from memory.library import Filing
from store.database import Database
from store.tables import ProposalRow
from tests.integration.agents.held import Held
from tests.integration.agents.stock.test_inventory_forecaster import hold, orders
from tests.integration.stocked_brand import Stocked, Supply, stock

NewBrand = Callable[..., Context]
SUPPLIER, TITLE = "LOTUS", "Lotus Naturals GmbH"
FRAME = """# Framework agreement with Lotus Naturals GmbH

## Delivery

Goods leave the works in Passau within fourteen days of an order. Partial deliveries are allowed.

## Orders

{clause}

## Payment

Invoices are due after 30 days. A discount of 2 % is granted for payment within ten days.
"""
PARAPHRASES = (
    "The minimum order value is EUR {en} net.",
    "Orders below €{en} are not accepted.",
    "Bestellungen unter {de} € nehmen wir nicht an.",
    "Wir liefern erst ab einem Auftragswert von {de} Euro.",
)


@dataclass
class Shop:
    """A brand with one product that is due, of a supplier whose documents are put on the shelf."""

    database: Database
    ctx: Context
    knowledge: KnowledgeBase

    def put(self, name: str, text: str, dated: str = "2026-01-10", label: Label = Label.TRUSTED) -> None:
        shelf = Filing("contract", (), label, date.fromisoformat(dated))
        self.knowledge.add(self.database, self.ctx, read_document(name, text.encode()), shelf)

    def contract(self, clause: str, name: str = "lotus-frame.md", **how: str) -> None:
        self.put(name, FRAME.format(clause=clause), **how)  # type: ignore[arg-type]

    def later(self) -> None:
        clock = FixedClock(self.ctx.now() + timedelta(minutes=5))
        self.ctx = replace(self.ctx, clock=clock, ids=TimeOrderedIds(clock))

    async def order(self) -> tuple[int, Held]:
        """What the crew would order now, in minor units."""
        self.later()
        before = self._proposals()
        held = await hold(self.database, self.ctx)
        new = [row for key, row in self._proposals().items() if key not in before]
        total = sum(line["quantity"] * line["unit_cost_minor"] for row in new for line in row.action["lines"])
        return total, held

    def _proposals(self) -> dict[object, ProposalRow]:
        with self.database.read(self.ctx) as session:
            return {row.id: row for row in session.scalars(select(ProposalRow))}


@pytest.fixture
def shop(database: Database, new_brand: NewBrand) -> Shop:
    ctx = new_brand()
    stock(database, ctx, [Stocked("LOW", 250, supplier=SUPPLIER)], [Supply(SUPPLIER, TITLE)])
    return Shop(database, ctx, KnowledgeBase())


async def test_the_order_follows_the_document_however_it_is_said(shop: Shop) -> None:
    alone, held = await shop.order()
    assert 10_000 < alone < 60_000
    assert "has to come to" not in held.said

    shop.contract(PARAPHRASES[0].format(en="700.00", de=""))
    raised, held = await shop.order()
    assert alone < 70_000 <= raised < 90_000, "brought up to the minimum"
    assert "has to come to €700.00 at least (lotus-frame.md, passage 2" in held.said
    assert "“The minimum order value is EUR 700.00 net.”" in held.said

    for at, said in enumerate(PARAPHRASES[1:], start=1):
        minimum = 70_000 + 10_000 * at
        shop.later()
        shop.contract(said.format(en=f"{minimum / 100:.0f}", de=f"{minimum / 100:.0f}"))
        raised, held = await shop.order()
        assert minimum <= raised < 1.3 * minimum, said

    shop.later()
    shop.knowledge.remove(shop.database, shop.ctx, "lotus-frame.md")
    assert (await shop.order())[0] == alone, "as if it had never been there"


async def test_a_newer_document_counts_and_of_two_as_new_a_person_is_asked(shop: Shop) -> None:
    shop.contract("The minimum order value is EUR 700 net.", dated="2026-01-10")
    shop.contract("The minimum order value is EUR 1,000 net.", name="lotus-amendment.md", dated="2026-02-01")
    raised, held = await shop.order()
    assert 100_000 <= raised < 130_000
    assert "lotus-amendment.md" in held.said

    shop.contract("Orders under €850 are refused.", name="lotus-letter.md", dated="2026-02-01")
    asked, held = await shop.order()
    assert asked == 0
    assert "LOTUS" not in orders(held)
    (question,) = [line for line in held.report.missing_data if "minimum order value holds" in line]
    assert "EUR 1,000" in question
    assert "€850" in question
    assert FindingSeverity.RISK in {finding.severity for finding in held.report.findings if finding.subject == TITLE}


UNCLEAR = (
    "The minimum order value is usually about €700.",
    "The minimum order value is shown in the current price list.",
)


async def test_unclear_words_are_a_question_and_never_a_guess(shop: Shop) -> None:
    for said in UNCLEAR:
        shop.later()
        shop.contract(said)
        asked, held = await shop.order()
        assert asked == 0, said
        assert any("do not say it plainly" in line and said in line for line in held.report.missing_data), said


async def test_what_is_not_meant_for_this_supplier_or_not_a_minimum_changes_nothing(shop: Shop) -> None:
    alone, _ = await shop.order()
    shop.put("other.md", "# Acme Ltd\n\nThe minimum order value of Acme Ltd is €900.")
    shop.contract("Delivery is free for orders above €700. Orders below €700 carry a surcharge of €25.")
    total, held = await shop.order()
    assert total == alone
    assert held.report.missing_data == ["Whether cash carries the orders is not known; bank_balances.csv would tell."]


async def test_a_minimum_that_does_not_pay_makes_the_order_wait(shop: Shop) -> None:
    shop.contract("The minimum order value is EUR 250,000 net.")
    total, held = await shop.order()
    assert total == 0
    assert "is due, but less than they take" in held.said


async def test_an_outsiders_letter_alone_counts_and_needs_a_person(shop: Shop) -> None:
    shop.put("lotus-mail.txt", "Lotus Naturals: orders below €700 are not accepted.", label=Label.UNTRUSTED)
    raised, held = await shop.order()
    assert raised >= 70_000
    assert [row.label for row in held.proposals] == [Label.UNTRUSTED]
    assert "text by outsiders" not in held.said


@pytest.mark.parametrize("dated", ["2026-01-10", "2026-02-10"])
async def test_an_outsiders_letter_stops_no_order_that_a_contract_allows(shop: Shop, dated: str) -> None:
    shop.contract("The minimum order value is EUR 300.00.", dated="2026-01-10")
    plain, _ = await shop.order()
    letter = "Lotus Naturals: der Mindestbestellwert beträgt 90.000 €."
    shop.put("evil.txt", letter, label=Label.UNTRUSTED, dated=dated)
    ordered, held = await shop.order()
    assert ordered == plain, "the contract holds"
    assert held.proposals[-1].label == Label.UNTRUSTED, "a person sees it beside the order"
    assert "text by outsiders says something else" in held.said
    assert "evil.txt" in held.said


async def test_the_clause_is_found_among_hundreds_of_others(shop: Shop) -> None:
    for at in range(300):
        text = f"# Agreement with Firm {at} Trading\n\nThe minimum order value is EUR {900 + at} net.\n\n"
        shop.put(f"firm-{at}.md", text + f"## Delivery\n\nFirm {at} Trading delivers within {at % 30 + 3} days.")
    alone, _ = await shop.order()
    assert alone < 70_000
    shop.contract("We do not take orders worth less than €700.")
    raised, held = await shop.order()
    assert 70_000 <= raised < 90_000
    assert "lotus-frame.md" in held.said
