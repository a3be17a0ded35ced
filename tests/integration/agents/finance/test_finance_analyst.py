"""The Finance Analyst on rules: what it calls profit, whom it reminds, what it questions, and what it leaves alone."""

from collections.abc import Callable, Sequence
from datetime import datetime

import pytest
from sqlalchemy import select

from domain.context import Context
from domain.report import FindingSeverity
from store.database import Database
from store.tables import Channel, Product, PurchaseOrder, SalesFact, Supplier
from tests.integration.agents.held import Held, answer_of
from tests.integration.money_brand import DAY, bank, bill, pay, receive, receive_once, spend

NewBrand = Callable[..., Context]


async def hold(database: Database, ctx: Context) -> Held:
    return await answer_of(database, ctx, "finance_analyst", "Money")


@pytest.fixture
def ctx(new_brand: NewBrand) -> Context:
    return new_brand()


def sell(database: Database, ctx: Context) -> None:
    """For twelve weeks a hundred units a week at 20.00, that had cost 8.00 each: 24,000.00 and 9,600.00 in all."""
    long_ago, midnight = ctx.now() - 900 * DAY, ctx.now().replace(hour=0)
    with database.begin(ctx) as session:
        product = Product(sku="A", title="Balm", known_at=long_ago)
        channel = Channel(code="dealers", title="Dealers", prices_include_vat=False, known_at=long_ago)
        session.add_all([product, channel])
        session.flush()
        for back in range(1, 13):
            start = midnight - 7 * back * DAY
            session.add(
                SalesFact(
                    product_id=product.id, channel_id=channel.id, period_start=start, period_days=7, units=100,
                    unit_price_minor=2_000, unit_cost_minor=800, currency="EUR", known_at=start + 7 * DAY,
                )
            )  # fmt: skip


def order(
    database: Database, ctx: Context, units: int, ordered: Sequence[int], transit_days: int, payment_days: int
) -> None:
    """Orders of so many units at 8.00, placed so many days ago, that came so many days later."""
    with database.begin(ctx) as session:
        product = session.scalars(select(Product)).one().id
        supplier = Supplier(code="S1", payment_days=payment_days, known_at=ctx.now() - 900 * DAY)
        session.add(supplier)
        session.flush()
        for days in ordered:
            when = ctx.now() - days * DAY
            session.add(
                PurchaseOrder(
                    number=f"PO {days}", supplier_id=supplier.id, product_id=product, quantity=units,
                    unit_cost_minor=800, currency="EUR", ordered_at=when,
                    received_at=when + transit_days * DAY, known_at=when,
                )
            )  # fmt: skip


async def test_profit_that_debtors_owe_is_called_late_and_not_cash(database: Database, ctx: Context) -> None:
    """Golden: 24,000.00 of sales less 9,600.00 of goods and 3,900.00 of rent are a profit of 10,500.00. Of twelve
    invoices of 2,000.00 two were paid, so 4,000.00 came, for 13,500.00 that went."""
    sell(database, ctx)
    order(database, ctx, 100, [3 + 7 * back for back in range(12)], transit_days=0, payment_days=0)
    spend(database, ctx, "rent", [30_000] * 26)
    spend(database, ctx, "goods", [80_000] * 12)
    bank(database, ctx, 2_000_000)
    still_open = {f"S{back}": 7 * back for back in range(1, 13)}
    bill(database, ctx, "SLOW", [73 + at % 5 for at in range(10)], still_open, 200_000)
    pay(database, ctx, "S11", ctx.now() - 2 * DAY)
    pay(database, ctx, "S12", ctx.now() - 9 * DAY)
    held = await hold(database, ctx)
    assert held.answer("contribution_margins")["contribution"]["value"] == 2_400_000 - 960_000
    assert held.cents("cash_runway", "profit", "profit_in_cash", "owed", "overdue", "late", "running_costs") == {
        "profit": 1_050_000, "profit_in_cash": 400_000 - 1_350_000, "owed": 10 * 200_000, "overdue": 6 * 200_000,
        "late": round(10_000 * 1_200_000 / 1_050_000), "running_costs": 30_000,
    }  # fmt: skip
    assert "The last 13 weeks left €14,400.00 contribution, 60.0 % of net sales" in held.said
    assert held.said_of("Profit and cash") == (
        "The last quarter's profit of €10,500.00 is not cash: in the same time cash changed by -€9,500.00. Most of what"
        " is missing is owed by customers who pay late: €12,000.00 is overdue, 114.3 % of the profit."
    )
    assert held.finding("Profit and cash").severity is FindingSeverity.ATTENTION
    assert "SLOW owes €20,000.00; €12,000.00 of it is overdue, the oldest by 40 days" in held.said
    (proposal,) = held.proposals
    assert sorted(line["invoice"] for line in proposal.action["lines"]) == sorted(f"S{back}" for back in range(5, 11))


async def test_the_outlook_counts_money_when_debtors_pay_and_not_when_it_is_due(
    database: Database, ctx: Context
) -> None:
    """Golden: a bill of 10,000.00 falls due within the week. Six invoices of 2,000.00 are due by then too, of a debtor
    who pays after seventy-five days; the oldest is sixty-three days old."""
    sell(database, ctx)
    spend(database, ctx, "rent", [120_000] * 26)
    receive(database, ctx, [200_000] * 26)
    order(database, ctx, 1_250, [200], transit_days=175, payment_days=30)
    bank(database, ctx, 300_000)
    bill(database, ctx, "SLOW", [73 + at % 5 for at in range(10)], {f"S{at}": 7 * at for at in range(4, 10)}, 200_000)
    held = await hold(database, ctx)
    cents = held.cents("cash_runway", "lowest", "lowest_week", "lowest_if_on_time", "overdue", "bills")
    without_debtors = 300_000 + 200_000 - 120_000 - 1_000_000
    assert (cents["overdue"], cents["bills"], cents["lowest_week"]) == (5 * 200_000, 1_000_000, 1)
    assert cents["lowest_if_on_time"] == without_debtors + 6 * 200_000
    assert cents["lowest"] == pytest.approx(without_debtors, abs=40_000)
    cash = held.finding("Cash")
    assert cash.severity is FindingSeverity.RISK
    assert "if customers pay as they usually do; on time it would be €5,800.00" in held.said_of("Cash")
    assert held.said_of("Cash").startswith("Cash may run out by 2026-03-09: ")


async def test_money_that_went_into_stock_is_not_called_late(database: Database, ctx: Context) -> None:
    """Golden: the margin is as good as ever, and all was paid at once. But 20,000.00 of goods were bought and paid of
    which 9,600.00 were sold, so that of 10,500.00 of profit 100.00 are there."""
    sell(database, ctx)
    spend(database, ctx, "rent", [30_000] * 13)
    spend(database, ctx, "goods", [2_000_000])
    order(database, ctx, 2_500, [17], transit_days=14, payment_days=0)
    receive(database, ctx, [200_000] * 12)
    bank(database, ctx, 2_000_000)
    held = await hold(database, ctx)
    assert held.cents("cash_runway", "profit", "profit_in_cash", "overdue") == {
        "profit": 1_050_000, "profit_in_cash": 2_400_000 - 390_000 - 2_000_000, "overdue": 0,
    }  # fmt: skip
    assert held.said_of("Profit and cash") == (
        "Of €10,500.00 booked profit in the last quarter, €100.00 has arrived. It lies in stock, in what is not due"
        " yet, or went to suppliers; overdue is €0.00."
    )
    assert held.proposals == []


async def test_cash_that_suppliers_have_not_asked_for_yet_is_not_called_earned(
    database: Database, ctx: Context
) -> None:
    """Golden: 24,000.00 came and only rent was paid, while 20,000.00 of goods fall due in thirty days. Of 12,000.00 in
    the bank and 1,700.00 more each week 500.00 are left in the fifth."""
    sell(database, ctx)
    spend(database, ctx, "rent", [30_000] * 13)
    order(database, ctx, 2_500, [44], transit_days=14, payment_days=60)
    receive(database, ctx, [200_000] * 12)
    bank(database, ctx, 1_200_000)
    held = await hold(database, ctx)
    cents = held.cents("cash_runway", "profit", "profit_in_cash", "bills", "lowest", "lowest_week")
    assert cents == {
        "profit": 1_050_000, "profit_in_cash": 2_400_000 - 390_000, "bills": 2_000_000,
        "lowest": 1_200_000 + 5 * (200_000 - 30_000) - 2_000_000, "lowest_week": 5,
    }  # fmt: skip
    assert held.said_of("Profit and cash") == (
        "The last quarter brought €20,100.00 of cash, and a profit of €10,500.00. What is more is not earned: "
        "suppliers' bills of €20,000.00 are still to be paid."
    )
    cash = held.finding("Cash")
    assert cash.severity is FindingSeverity.RISK
    assert held.said_of("Cash").startswith("Cash may run out by 2026-04-06: a ")
    assert "at €500.00" in held.said_of("Cash")


async def test_profit_that_came_is_not_put_in_doubt(database: Database, ctx: Context) -> None:
    sell(database, ctx)
    spend(database, ctx, "rent", [30_000] * 13)
    spend(database, ctx, "goods", [80_000] * 12)
    order(database, ctx, 100, [3 + 7 * back for back in range(12)], transit_days=0, payment_days=0)
    receive(database, ctx, [200_000] * 12)
    bank(database, ctx, 1_200_000)
    held = await hold(database, ctx)
    assert held.cents("cash_runway", "profit", "profit_in_cash") == {"profit": 1_050_000, "profit_in_cash": 1_050_000}
    assert [finding for finding in held.report.findings if finding.subject == "Profit and cash"] == []
    assert {finding.severity for finding in held.report.findings} == {FindingSeverity.INFO}


def heating(when: datetime) -> int:
    """About 1,500.00 a week from November to March and 500.00 in the other months, some percent up and down."""
    level = 150_000 if when.month in (11, 12, 1, 2, 3) else 50_000
    return level + level * (when.toordinal() // 7 * 3 % 7 - 3) // 100


def weekly(ctx: Context, weeks: int, amount: Callable[[datetime], int]) -> list[int]:
    """An amount for each week, as `spend` dates it."""
    return [amount(ctx.now() - (3 + 7 * back) * DAY) for back in reversed(range(weeks))]


def postage(when: datetime) -> int:
    """About 1,000.00 a week."""
    return 100_000 + 1_000 * (when.toordinal() // 7 * 5 % 11 - 5)


async def test_an_expense_out_of_its_pattern_is_flagged_and_a_winter_s_heating_is_not(
    database: Database, ctx: Context
) -> None:
    """Golden: it is the end of February. Heating costs three times a summer's week, as in each winter; postage two and
    a half times what it ever did; the rent is what it always was."""
    spend(database, ctx, "heating", weekly(ctx, 150, heating))
    spend(database, ctx, "postage", [*weekly(ctx, 150, postage)[:-1], 250_000])
    spend(database, ctx, "rent", [90_000] * 150)
    held = await hold(database, ctx)
    review = held.answer("expense_review")
    assert (review["judged"]["value"], review["not_judged"]["value"]) == (3, 0)
    assert [expense["category"] for expense in review["odd"]] == ["postage"]
    (odd,) = review["odd"]
    assert odd["expected"]["value"] == pytest.approx(100_000, rel=0.02)
    assert odd["low"]["value"] < 95_000 < 105_000 < odd["high"]["value"] < 150_000
    assert odd["excess"]["value"] == 250_000 - odd["expected"]["value"]
    (proposal,) = held.proposals
    assert (proposal.kind, proposal.action["category"], proposal.action["reason"], proposal.action["expenses"]) == (
        "expense.flag", "postage", "far_above", ["postage 0"],
    )  # fmt: skip
    assert held.said_of("postage").startswith("postage cost €2,500.00, where €1,0")
    assert held.finding("postage").severity is FindingSeverity.ATTENTION


async def test_what_a_winter_costs_is_out_of_pattern_in_july(database: Database, new_brand: NewBrand) -> None:
    ctx = new_brand(at=datetime.fromisoformat("2026-07-06T09:00+00:00"))
    spend(database, ctx, "heating", [*weekly(ctx, 150, heating)[:-1], 150_000])
    held = await hold(database, ctx)
    (proposal,) = held.proposals
    assert (proposal.action["category"], proposal.action["reason"]) == ("heating", "far_above")
    (odd,) = held.answer("expense_review")["odd"]
    assert odd["expected"]["value"] == pytest.approx(50_000, rel=0.03)


async def test_a_rent_that_never_changed_is_flagged_when_it_does(database: Database, ctx: Context) -> None:
    spend(database, ctx, "rent", [90_000] * 30 + [120_000])
    held = await hold(database, ctx)
    assert [row.action["reason"] for row in held.proposals] == ["never_changed_before"]
    assert "rent cost €1,200.00, where €900.00 was to be expected (€900.00 to €900.00)" in held.said


async def test_without_balances_invoices_or_expenses_it_says_what_lacks_and_proposes_nothing(
    database: Database, ctx: Context
) -> None:
    held = await hold(database, ctx)
    assert (held.proposals, held.report.proposals, held.report.findings) == ([], [], [])
    assert held.report.missing_data == [
        "Margins: no sales with a known cost in the last quarter of a year.",
        "Cash: no bank balance is known: import bank balances.",
        "Receivables: no invoices are known: import invoices.",
        "Expenses: no expenses are known: import expenses.",
        "Budgets: no advertising expenses by campaign are known.",
    ]
    assert held.spoken(held.report.summary) == (
        "Nothing can be said about money: "
        "no recent sales with a known cost, no bank balances and no invoices are known."
    )


async def test_sales_without_a_payment_ask_for_the_file_and_warn_of_nothing(database: Database, ctx: Context) -> None:
    """Sales leave 24,000.00 in the quarter and 20.00 are in the bank; rent alone would use that up within the week."""
    sell(database, ctx)
    spend(database, ctx, "rent", [30_000] * 13)
    bank(database, ctx, 2_000)
    held = await hold(database, ctx)
    assert held.cents("cash_runway", "sold", "came") == {"sold": 2_400_000, "came": 0}
    cash = held.finding("Cash")
    assert cash.severity is FindingSeverity.ATTENTION, "no risk: what is missing is a file"
    assert (
        "sales left €24,000.00 in 13 weeks, but no money that came in is known. Please import payments.csv" in held.said
    )
    assert any(line.startswith("Cash: no money that came in is known") for line in held.report.missing_data)


@pytest.mark.parametrize(
    ("weekly", "reason"),
    [
        ([20_000] * 13, "payouts_missing"),  # 2,600.00 of 24,000.00
        ([200_000] * 8 + [0] * 5, "payments_end"),
        ([100_000] * 13, ""),  # half of it is what payouts that lag behind look like
    ],
)
async def test_money_that_contradicts_sales_ends_no_forecast_in_a_false_alarm(
    database: Database, ctx: Context, weekly: list[int], reason: str
) -> None:
    sell(database, ctx)
    spend(database, ctx, "rent", [30_000] * 13)
    for back, amount in enumerate(reversed(weekly)):
        if amount:
            receive_once(database, ctx, amount, 3 + 7 * back)
    bank(database, ctx, 2_000_000)
    held = await hold(database, ctx)
    outlook = held.answer("cash_runway")
    assert outlook["reasons"] == ([f"finance.reason.{reason}"] if reason else [])
    assert all(finding.severity is not FindingSeverity.RISK for finding in held.report.findings)
    assert ("payments.csv" in held.said) == bool(reason)


async def test_the_outlook_states_what_it_counts_on_coming_in(database: Database, ctx: Context) -> None:
    """2,000.00 a week of payouts for thirteen weeks; nobody owes anything."""
    sell(database, ctx)
    spend(database, ctx, "rent", [30_000] * 13)
    receive(database, ctx, [200_000] * 13)
    bank(database, ctx, 2_000_000)
    held = await hold(database, ctx)
    assert held.cents("cash_runway", "inflows", "payouts", "from_debtors", "from_new_invoices") == {
        "inflows": 2_600_000, "payouts": 2_600_000, "from_debtors": 0, "from_new_invoices": 0,
    }  # fmt: skip
    assert "That counts on €26,000.00 coming in within 13 weeks" in held.said


async def test_a_balance_without_weeks_of_receipts_and_costs_is_no_outlook(database: Database, ctx: Context) -> None:
    bank(database, ctx, 2_000_000)
    receive(database, ctx, [30_000] * 7)
    spend(database, ctx, "rent", [30_000] * 7)
    held = await hold(database, ctx)
    assert "Cash: fewer than eight whole weeks of receipts and costs are known." in held.report.missing_data
    assert [finding for finding in held.report.findings if finding.subject == "Cash"] == []
