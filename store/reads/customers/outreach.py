"""Reads for messaging: customers' orders, past campaigns, and customers who must not be contacted."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Uuid, any_, cast, func, select
from sqlmodel import col

from domain.customers import COMPLAINT_DAYS, WINDOW_DAYS, Arm
from domain.intents import Intent, intent_of
from domain.letter import is_address
from store.reads.pricing.prices import sale_terms, unit_costs_minor
from store.session import BrandSession
from store.snapshot import read_once
from store.tables import (
    Channel,
    Customer,
    Invoice,
    Message,
    MessageDraw,
    MessageSend,
    Order,
    OrderLine,
    Product,
    SalesFact,
)

_DAY = timedelta(days=1)
_DAY_SECONDS = 86_400
RESERVED, WRITTEN_TO, RELEASED = "reserved", "sent", "released"
"""Where a draw for a campaign stands."""
WINDOW = timedelta(days=WINDOW_DAYS)


@dataclass(frozen=True)
class OrderDays:
    """Rows of equal length, one a customer's day in a channel: the customer as a place in `ids`, the day counted from
    1 January 1970 (UTC), and the amount ordered in minor units, net of returns."""

    ids: Sequence[UUID]
    customer: Sequence[int]
    day: Sequence[int]
    channel: Sequence[UUID | None]
    amount_minor: Sequence[int]


@read_once
def order_days(session: BrandSession) -> OrderDays:
    """Every order of a known customer by now, summed in the store."""
    day = cast(func.floor(func.extract("epoch", col(Order.ordered_at)) / _DAY_SECONDS), Integer)
    rows = session.execute(
        select(col(Order.customer_id), day, col(Order.channel_id), func.sum(col(Order.total_minor)))
        .where(col(Order.customer_id).is_not(None), col(Order.ordered_at) <= session.ctx.known_until)
        .group_by(col(Order.customer_id), day, col(Order.channel_id))
        .order_by(col(Order.customer_id), day, col(Order.channel_id))
    ).all()
    places: dict[UUID, int] = {}
    customer = [places.setdefault(row[0], len(places)) for row in rows]  # pyright: ignore[reportArgumentType]
    return OrderDays(
        ids=list(places),
        customer=customer,
        day=[row[1] for row in rows],
        channel=[row[2] for row in rows],
        amount_minor=[int(row[3]) for row in rows],
    )


def day_number(moment: datetime) -> int:
    """The day of a moment, counted as in `OrderDays`."""
    return int(moment.timestamp() // _DAY_SECONDS)


@dataclass(frozen=True)
class Basket:
    """Contents of customers' orders, by product: units and revenue in minor units; and the number of orders."""

    orders: int
    units: Mapping[UUID, int]
    amount_minor: Mapping[UUID, int]


@read_once
def basket_of(session: BrandSession, customers: Collection[UUID], weeks: int = 26) -> Basket:
    """Contents of these customers' orders of the last `weeks` with known lines, without returned lines."""
    since = session.ctx.known_until - timedelta(weeks=weeks)
    customer_ids = any_(cast(sorted(customers), ARRAY(Uuid())))
    conditions = (
        col(Order.ordered_at) > since,
        col(Order.ordered_at) <= session.ctx.known_until,
        col(Order.customer_id) == customer_ids,
        col(OrderLine.product_id).is_not(None),
        col(OrderLine.quantity) > 0,
    )
    joined = (col(Order.brand_id) == col(OrderLine.brand_id)) & (col(Order.id) == col(OrderLine.order_id))
    product = col(OrderLine.product_id)
    rows = session.execute(
        select(product, func.sum(col(OrderLine.quantity)), func.sum(col(OrderLine.amount_minor)))
        .join(Order, joined)
        .where(*conditions)
        .group_by(product)
    ).all()
    orders = session.scalar(
        select(func.count(col(OrderLine.order_id).distinct())).join(Order, joined).where(*conditions)
    )
    lines = [(product, int(units), int(paid)) for product, units, paid in rows if product is not None]
    units, paid = {row[0]: row[1] for row in lines}, {row[0]: row[2] for row in lines}
    return Basket(int(orders or 0), units, paid)


@read_once
def contribution_shares(session: BrandSession, weeks: int = 26) -> Mapping[UUID, float]:
    """Contribution by channel as a share of recent revenue: after VAT, the channel's fee and cost of goods.

    A product whose cost nobody knows is left out; so is a channel where that is all that sold.
    """
    since = session.ctx.known_until - timedelta(weeks=weeks)
    units, revenue = func.sum(col(SalesFact.units)), func.sum(col(SalesFact.units) * col(SalesFact.unit_price_minor))
    cost = func.sum(col(SalesFact.units) * col(SalesFact.unit_cost_minor))
    rows = session.execute(
        select(col(SalesFact.channel_id), col(SalesFact.product_id), units, revenue, cost)
        .where(col(SalesFact.period_start) > since, col(SalesFact.units) > 0)
        .group_by(col(SalesFact.channel_id), col(SalesFact.product_id))
    ).all()
    products = {row.id: row for row in session.scalars(select(Product))}
    channels = {row.id: row for row in session.scalars(select(Channel))}
    listed = unit_costs_minor(session, {row[1] for row in rows if row[4] is None})
    paid: dict[UUID, float] = defaultdict(float)
    left: dict[UUID, float] = defaultdict(float)
    for channel, product, sold, amount, bore in rows:
        unit_cost = listed.get(product)
        spent = bore if bore is not None else None if unit_cost is None else unit_cost * sold
        if spent is None:
            continue
        paid[channel] += float(amount)
        left[channel] += float(amount) * sale_terms(products[product], channels[channel]).kept_share - float(spent)
    return {channel: left[channel] / paid[channel] for channel in paid if paid[channel] > 0}


@dataclass(frozen=True)
class ContactExclusions:
    """Customers who must not be contacted now, by reason."""

    opted_out: Collection[UUID]
    complaining: Collection[UUID]
    trade: Collection[UUID]
    resting: Collection[UUID]

    @property
    def everybody(self) -> set[UUID]:
        return {*self.opted_out, *self.complaining, *self.trade, *self.resting}


@read_once
def contact_exclusions(session: BrandSession, rest_days: int) -> ContactExclusions:
    """Customers who opted out, complained recently, buy on invoice as trade does, or were drawn for a recent campaign.

    A customer who was written to rests for `rest_days`, one who was held out until that campaign has been counted.
    """
    now = session.ctx.known_until
    opted_out, complaining = set[UUID](), set[UUID]()
    for customer, _, intent in _intents(session, now - COMPLAINT_DAYS * _DAY):
        (opted_out if intent is Intent.OPT_OUT else complaining).add(customer)
    trade = session.scalars(
        select(col(Invoice.customer_id)).where(col(Invoice.customer_id).is_not(None)).distinct()
    ).all()
    return ContactExclusions(
        opted_out=opted_out,
        complaining=complaining,
        trade={customer for customer in trade if customer is not None},
        resting=_reserved_customers(session)
        | _drawn_since(session, Arm.TREATED, now - rest_days * _DAY)
        | _drawn_since(session, Arm.HOLDOUT, now - WINDOW),
    )


@read_once
def _intents(session: BrandSession, complaints_since: datetime) -> list[tuple[UUID, datetime, Intent]]:
    """All opt-outs and recent complaints (customer, moment, intent) by `domain/intents.py`; no text is returned."""
    rows = session.execute(
        select(col(Message.customer_id), col(Message.received_at), col(Message.text), col(Message.rating))
        .where(col(Message.customer_id).is_not(None), col(Message.received_at) <= session.ctx.known_until)
        .order_by(col(Message.received_at), col(Message.id))
    ).all()
    intents: list[tuple[UUID, datetime, Intent]] = []
    for customer, at, text, rating in rows:
        intent = intent_of(text, rating)
        counts = intent is Intent.OPT_OUT or (intent is Intent.COMPLAINT and at >= complaints_since)
        if customer is not None and counts:
            intents.append((customer, at, intent))
    return intents


@read_once
def _drawn_since(session: BrandSession, arm: Arm, since: datetime) -> set[UUID]:
    return set(
        session.scalars(
            select(col(MessageSend.customer_id)).where(
                col(MessageSend.arm) == arm,
                col(MessageSend.sent_at) > since,
                col(MessageSend.sent_at) <= session.ctx.known_until,
            )
        )
    )


def recipients_since(session: BrandSession, since: datetime) -> int:
    """Number of customers written to after a moment."""
    recipients = session.scalar(
        select(func.count(col(MessageSend.id))).where(
            col(MessageSend.arm) == Arm.TREATED,
            col(MessageSend.sent_at) > since,
            col(MessageSend.sent_at) <= session.ctx.known_until,
        )
    )
    return int(recipients or 0)


def reserved(session: BrandSession) -> int:
    """Number of customers drawn for campaigns that have not left the house yet."""
    wanted = select(func.count(col(MessageDraw.id))).where(
        col(MessageDraw.arm) == Arm.TREATED,
        col(MessageDraw.status) == RESERVED,
        col(MessageDraw.drawn_at) <= session.ctx.known_until,
    )
    return int(session.scalar(wanted) or 0)


def drawn_for(session: BrandSession, source: str) -> Sequence[MessageDraw]:
    """Everybody drawn for a campaign."""
    return session.scalars(
        select(MessageDraw).where(col(MessageDraw.source) == source).order_by(col(MessageDraw.id))
    ).all()


def _reserved_customers(session: BrandSession) -> set[UUID]:
    held = select(col(MessageDraw.customer_id)).where(
        col(MessageDraw.status) == RESERVED, col(MessageDraw.drawn_at) <= session.ctx.known_until
    )
    return set(session.scalars(held))


@read_once
def best_sellers(session: BrandSession, most: int = 3, weeks: int = 8) -> Sequence[str]:
    """SKUs of the products that sold most units lately, the most sold first."""
    of_product = (col(Product.id) == col(SalesFact.product_id)) & (col(Product.brand_id) == col(SalesFact.brand_id))
    since = session.ctx.known_until - timedelta(weeks=weeks)
    units = func.sum(col(SalesFact.units))
    wanted = select(col(Product.sku)).join(SalesFact, of_product).where(col(SalesFact.period_start) > since)
    return session.scalars(wanted.group_by(col(Product.sku)).order_by(units.desc(), col(Product.sku)).limit(most)).all()


@read_once
def addresses(session: BrandSession) -> Mapping[UUID, str]:
    """Customers' email addresses, where they look like one."""
    rows = session.execute(select(col(Customer.id), col(Customer.email)).where(col(Customer.email) != "")).all()
    return {row[0]: row[1].strip() for row in rows if is_address(row[1])}


@dataclass(frozen=True)
class CustomerResponse:
    """Response of one customer drawn for a campaign within its window: orders by channel, and opt-out."""

    bought_minor: Mapping[UUID | None, int]
    opted_out: bool
    worth_minor: int


@dataclass(frozen=True)
class CampaignArm:
    """One group of a campaign within one of the customers' own segments."""

    source: str
    segment: str
    arm: Arm
    sent_at: datetime
    cost_per_thousand_minor: int
    customers: Sequence[CustomerResponse]


@read_once
def campaigns(session: BrandSession, source: str | None = None) -> Sequence[CampaignArm]:
    """Every campaign whose window has ended by now, oldest first, or the one of a source."""
    ended = session.ctx.known_until - WINDOW
    ended_sends = select(MessageSend).where(col(MessageSend.sent_at) <= ended)
    if source is not None:
        ended_sends = ended_sends.where(col(MessageSend.source) == source)
    rows = session.scalars(ended_sends.order_by(col(MessageSend.sent_at), col(MessageSend.id))).all()
    if not rows:
        return []
    bought = _bought(session, source)
    opt_outs = [(customer, at) for customer, at, intent in _intents(session, ended) if intent is Intent.OPT_OUT]
    opted_out_at: dict[UUID, datetime] = {}
    for customer, at in opt_outs:
        opted_out_at.setdefault(customer, at)
    began: dict[str, datetime] = {}
    for row in rows:  # by the moment of sending: each letter has its own
        began.setdefault(row.source, row.sent_at)
    groups: dict[tuple[Any, ...], list[CustomerResponse]] = defaultdict(list)
    for row in rows:
        opt_out = opted_out_at.get(row.customer_id)
        groups[row.source, row.segment, row.arm, began[row.source], row.cost_per_thousand_minor].append(
            CustomerResponse(
                bought_minor=bought.get((row.source, row.customer_id), {}),
                opted_out=opt_out is not None and row.sent_at <= opt_out < row.sent_at + WINDOW,
                worth_minor=row.worth_minor,
            )
        )
    return [CampaignArm(key[0], key[1], Arm(key[2]), key[3], key[4], responses) for key, responses in groups.items()]


@read_once
def _bought(session: BrandSession, source: str | None) -> Mapping[tuple[str, UUID], Mapping[UUID | None, int]]:
    of_customer = (col(Order.customer_id) == col(MessageSend.customer_id)) & (
        col(Order.brand_id) == col(MessageSend.brand_id)
    )
    statement = (
        select(
            col(MessageSend.source),
            col(MessageSend.customer_id),
            col(Order.channel_id),
            func.sum(col(Order.total_minor)),
        )
        .join(Order, of_customer)
        .where(col(Order.ordered_at) >= col(MessageSend.sent_at), col(Order.total_minor) != 0)
        .where(col(Order.ordered_at) < col(MessageSend.sent_at) + WINDOW)
        .group_by(col(MessageSend.source), col(MessageSend.customer_id), col(Order.channel_id))
    )
    if source is not None:
        statement = statement.where(col(MessageSend.source) == source)
    bought: dict[tuple[str, UUID], dict[UUID | None, int]] = defaultdict(dict)
    for name, customer, channel, amount in session.execute(statement):
        bought[name, customer][channel] = int(amount)
    return bought


@read_once
def customers_known(session: BrandSession) -> int:
    """Number of customers of the brand."""
    return int(session.scalar(select(func.count(col(Customer.id)))) or 0)
