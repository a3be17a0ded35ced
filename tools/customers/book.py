"""The brand's customers as the CRM tools see them: read and judged once a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from analytics.customers.audience import contributions
from analytics.customers.purchases import Purchases
from analytics.customers.standings import Standings, judge_customers
from analytics.pricing.panel import Floats
from analytics.statistics.errors import InvalidNumbers
from domain.customers import WINDOW_DAYS
from store.reads.customers import outreach as reads
from store.reads.settings import brand_of, rules_of
from store.session import BrandSession
from store.tables import BrandRules
from tools.base import ToolEnv
from tools.sources import RowSelection, selected


@dataclass(frozen=True, eq=False)
class CustomerBook:
    """All that CRM looks at. Without `standings`, `lacking` says why. `may_write` (n,) is in the standings' order."""

    currency: str
    rules: BrandRules
    ids: Sequence[UUID]
    shares: Mapping[UUID, float]
    alone: reads.ContactExclusions
    known: int
    purchases: Purchases | None
    standings: Standings | None
    lacking: str
    may_write: NDArray[np.bool_]

    def margin_per_order_minor(self, members: NDArray[np.bool_]) -> float:
        """The average contribution of one purchase of these customers, in minor units."""
        assert self.purchases is not None and self.standings is not None
        days = self.purchases.by_day()
        amounts: Floats = days.amount[np.isin(days.customer, self.standings.customer[members])]
        return float(amounts.mean()) if len(amounts) else 0.0


def customer_book(session: BrandSession, env: ToolEnv) -> CustomerBook:
    """Read once a run."""
    return env.once(("customer book",), lambda: _read(session))


def _read(session: BrandSession) -> CustomerBook:
    rules, shares = rules_of(session), reads.contribution_shares(session)
    orders, alone = reads.order_days(session), reads.contact_exclusions(session, rules.message_rest_days)
    purchases, standings, lacking = _judged(session, orders, alone, shares)
    out = alone.everybody
    may_write = np.array(
        [orders.ids[int(customer)] not in out for customer in (standings.customer if standings else ())], dtype=np.bool_
    )
    return CustomerBook(
        currency=brand_of(session).currency,
        rules=rules,
        ids=orders.ids,
        shares=shares,
        alone=alone,
        known=reads.customers_known(session),
        purchases=purchases,
        standings=standings,
        lacking=lacking,
        may_write=may_write,
    )


def _judged(
    session: BrandSession, orders: reads.OrderDays, alone: reads.ContactExclusions, shares: Mapping[UUID, float]
) -> tuple[Purchases | None, Standings | None, str]:
    """Without known contribution customers are judged by what they paid, and nothing is said of money earned."""
    trade = {place for place, customer_id in enumerate(orders.ids) if customer_id in alone.trade}
    rows = [row for row, place in enumerate(orders.customer) if place not in trade]
    try:
        bought = contributions(
            [orders.customer[row] for row in rows],
            [orders.day[row] for row in rows],
            [orders.channel[row] for row in rows],
            [orders.amount_minor[row] for row in rows],
            shares or {None: 1.0},
        )
        standings = judge_customers(bought, reads.day_number(session.ctx.known_until), WINDOW_DAYS)
    except InvalidNumbers:
        return None, None, "no_orders"
    return bought, standings, "" if shares else "no_contribution"


def sources_of_customers(session: BrandSession, book: CustomerBook) -> tuple[RowSelection, ...]:
    """The rows behind what is said of customers: their orders, what was sold in those channels, and what they wrote."""
    return (
        selected(session, "sales_order"),
        selected(session, "sales_fact", channel_id=sorted(book.shares)),
        selected(session, "message_send"),
        selected(session, "brand_rules", version=book.rules.version),
    )
