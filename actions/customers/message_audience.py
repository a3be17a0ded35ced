"""Whom a message to a segment may go to: the segment by its definition, without those who must be left alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from analytics.customers.audience import BUYERS, contributions, draw_audience, group_sizes
from analytics.customers.standings import judge_customers
from analytics.statistics.errors import InvalidNumbers
from domain.customers import WINDOW_DAYS, Segment
from domain.errors import InvalidInput
from store.reads.customers import outreach as reads
from store.session import BrandSession
from store.tables import BrandRules


@dataclass(frozen=True)
class Eligible:
    """Customers of one length: id, own segment, and the contribution that a year brings. How many are left alone."""

    ids: Sequence[UUID]
    segment: Sequence[str]
    worth_minor: Sequence[int]
    left_alone: int

    @property
    def mean_worth_minor(self) -> float:
        return sum(self.worth_minor) / len(self.worth_minor) if self.worth_minor else 0.0

    def sizes(self, audience: int, holdout_bps: int) -> tuple[int, int]:
        return group_sizes(len(self.ids), audience, holdout_bps)

    def drawn(self, salt: str, audience: int, holdout_bps: int) -> tuple[Sequence[int], Sequence[int]]:
        """Places of those written to and of those held out."""
        drawn = draw_audience(self.ids, salt, audience, holdout_bps)
        return drawn.treated, drawn.held_out


def eligible_for(session: BrandSession, segment: Segment, rules: BrandRules) -> Eligible:
    """Raises InvalidInput where the brand's orders do not say who is who."""
    orders, shares = reads.order_days(session), reads.contribution_shares(session)
    alone = reads.contact_exclusions(session, rules.message_rest_days)
    trade = {place for place, customer in enumerate(orders.ids) if customer in alone.trade}
    rows = [row for row, place in enumerate(orders.customer) if place not in trade]
    try:
        bought = contributions(
            [orders.customer[row] for row in rows],
            [orders.day[row] for row in rows],
            [orders.channel[row] for row in rows],
            [orders.amount_minor[row] for row in rows],
            shares,
        )
        judged = judge_customers(bought, reads.day_number(session.ctx.known_until), WINDOW_DAYS)
    except InvalidNumbers as error:
        raise InvalidInput(f"Nobody can be chosen: {error}", remedy="Import orders, sales and costs.") from error
    out = alone.everybody
    reachable = reads.addresses(session) if session.mail_from else {}  # by hand the brand's own list has them
    if reachable:
        out |= {customer for customer in orders.ids if customer not in reachable}
    meant = [at for at, own in enumerate(judged.segment) if segment in (BUYERS, own)]
    kept = [at for at in meant if orders.ids[int(judged.customer[at])] not in out]
    return Eligible(
        ids=[orders.ids[int(judged.customer[at])] for at in kept],
        segment=[str(judged.segment[at]) for at in kept],
        worth_minor=[round(float(judged.worth[at])) for at in kept],
        left_alone=len(meant) - len(kept),
    )
