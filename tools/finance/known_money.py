"""Whether the money known to have come and gone can be all of it: else a forecast of cash would be a false alarm."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.figure import Cell
from store.reads.finance import books as reads
from store.reads.pricing.prices import channels as channels_of
from store.reads.pricing.prices import sale_terms
from store.reads.products import products_by_id
from store.session import BrandSession
from tools import cells
from tools.finance.book import DAY, QUARTER_WEEKS, WEEK, MoneyBook
from tools.finance.cash_flows import CashFlows

LEAST_EXPLAINED = 0.5
"""Of what a quarter's sales left, so much must have come, or be owed by invoices: payouts are some weeks behind."""
LONGEST_SILENCE_DAYS = 28
"""Money comes more often than that wherever goods are sold."""


@dataclass(frozen=True)
class QuarterSales:
    """What a quarter's sales left after VAT and channels' fees, the cost of the goods, and whether costs are known."""

    kept_minor: int
    goods_minor: int
    costed: bool


@dataclass(frozen=True)
class MissingMoney:
    """Why cash ahead cannot be told: the reason, which names the file that would help, and the numbers behind it."""

    reason: str
    numbers: Mapping[str, Cell]


def quarter_sales(session: BrandSession, book: MoneyBook) -> QuarterSales:
    products, places = products_by_id(session), {row.id: row for row in channels_of(session)}
    since = book.midnight - QUARTER_WEEKS * WEEK
    sold = [row for row in reads.sold(session, book.currency, since, book.midnight) if row.product_id in products]
    kept = sum(
        round(row.charged_minor * sale_terms(products[row.product_id], places[row.channel_id]).kept_share)
        for row in sold
    )
    return QuarterSales(kept, sum(row.cost_minor for row in sold), any(row.costed_units for row in sold))


def missing_money(session: BrandSession, book: MoneyBook, flows: CashFlows) -> MissingMoney | None:
    """What is lacking to tell cash ahead; None where what came and went fits what was sold.

    The indirect cash-flow identity (IAS 7, paragraph 20): what sales left has come, or is owed.
    """
    sales = quarter_sales(session, book)
    owed = sum(debtor.owed_minor for debtor in book.debtors)
    told = {
        "sold": cells.money(sales.kept_minor, book.currency),
        "came": cells.money(flows.cash_in, book.currency),
        "owed": cells.money(owed, book.currency),
        "quarter": cells.weeks(QUARTER_WEEKS),
    }
    if flows.last_received is None:
        return MissingMoney("no_payments", told if sales.kept_minor > 0 else {})
    if flows.last_spent is None:
        return MissingMoney("no_costs", {})
    if sales.kept_minor <= 0:
        return None
    silent = (book.midnight - flows.last_received) // DAY
    if silent > LONGEST_SILENCE_DAYS:
        return MissingMoney("payments_end", {**told, "silent": cells.days(silent)})
    if flows.cash_in + owed < LEAST_EXPLAINED * sales.kept_minor:
        return MissingMoney("payouts_missing", told)
    return None
