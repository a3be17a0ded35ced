"""What messaging reads: who bought when and for how much, who was written to, and who must be left alone."""

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
from store.reads.pricing.prices import sale_terms, unit_costs_minor
from store.session import BrandSession
from store.tables import Channel, Customer, Invoice, Message, MessageSend, Order, OrderLine, Product, SalesFact

_DAY = timedelta(days=1)
_DAY_SECONDS = 86_400
WINDOW = timedelta(days=WINDOW_DAYS)


@dataclass(frozen=True)
class OrderDays:
    """Rows of equal length, one a customer's day in a channel: the customer as a place in `ids`, the day counted from
    1 January 1970 (UTC), and what was ordered then in minor units, what was given back taken off."""

    ids: Sequence[UUID]
    customer: Sequence[int]
    day: Sequence[int]
    channel: Sequence[UUID | None]
    amount_minor: Sequence[int]


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
    """What customers' orders held, by product: units, and what was paid for them; and how many orders said so."""

    orders: int
    units: Mapping[UUID, int]
    amount_minor: Mapping[UUID, int]


def basket_of(session: BrandSession, customers: Collection[UUID], weeks: int = 26) -> Basket:
    """What these customers' orders of the last `weeks` held, as far as their lines say; what was given back is not."""
    since = session.ctx.known_until - timedelta(weeks=weeks)
    meant = any_(cast(sorted(customers), ARRAY(Uuid())))
    of_these = (
        col(Order.ordered_at) > since,
        col(Order.ordered_at) <= session.ctx.known_until,
        col(Order.customer_id) == meant,
        col(OrderLine.product_id).is_not(None),
        col(OrderLine.quantity) > 0,
    )
    joined = (col(Order.brand_id) == col(OrderLine.brand_id)) & (col(Order.id) == col(OrderLine.order_id))
    product = col(OrderLine.product_id)
    rows = session.execute(
        select(product, func.sum(col(OrderLine.quantity)), func.sum(col(OrderLine.amount_minor)))
        .join(Order, joined)
        .where(*of_these)
        .group_by(product)
    ).all()
    orders = session.scalar(select(func.count(col(OrderLine.order_id).distinct())).join(Order, joined).where(*of_these))
    told = [(product, int(units), int(paid)) for product, units, paid in rows if product is not None]
    units, paid = {row[0]: row[1] for row in told}, {row[0]: row[2] for row in told}
    return Basket(int(orders or 0), units, paid)


def contribution_shares(session: BrandSession, weeks: int = 26) -> Mapping[UUID, float]:
    """Of what customers paid in each channel lately, the share left after VAT, the channel's fee and the goods' cost.

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
class LeftAlone:
    """Customers whom no message may go to now, by why."""

    opted_out: Collection[UUID]
    complaining: Collection[UUID]
    trade: Collection[UUID]
    resting: Collection[UUID]

    @property
    def everybody(self) -> set[UUID]:
        return {*self.opted_out, *self.complaining, *self.trade, *self.resting}


def left_alone(session: BrandSession, rest_days: int) -> LeftAlone:
    """Who asked to be, who complained lately, who buys on invoice as trade does, and who was drawn not long ago.

    A customer who was written to rests for `rest_days`, one who was held out until that campaign has been counted.
    """
    now = session.ctx.known_until
    opted_out, complaining = set[UUID](), set[UUID]()
    for customer, _, intent in _intents(session, now - COMPLAINT_DAYS * _DAY):
        (opted_out if intent is Intent.OPT_OUT else complaining).add(customer)
    trade = session.scalars(
        select(col(Invoice.customer_id)).where(col(Invoice.customer_id).is_not(None)).distinct()
    ).all()
    return LeftAlone(
        opted_out=opted_out,
        complaining=complaining,
        trade={one for one in trade if one is not None},
        resting=_drawn_since(session, Arm.TREATED, now - rest_days * _DAY)
        | _drawn_since(session, Arm.HOLDOUT, now - WINDOW),
    )


def _intents(session: BrandSession, complaints_since: datetime) -> list[tuple[UUID, datetime, Intent]]:
    """Whoever asked to be left alone ever, or complained lately, as `domain/intents.py` reads it; no text leaves."""
    rows = session.execute(
        select(col(Message.customer_id), col(Message.received_at), col(Message.text), col(Message.rating))
        .where(col(Message.customer_id).is_not(None), col(Message.received_at) <= session.ctx.known_until)
        .order_by(col(Message.received_at), col(Message.id))
    ).all()
    found: list[tuple[UUID, datetime, Intent]] = []
    for customer, at, text, rating in rows:
        intent = intent_of(text, rating)
        counts = intent is Intent.OPT_OUT or (intent is Intent.COMPLAINT and at >= complaints_since)
        if customer is not None and counts:
            found.append((customer, at, intent))
    return found


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
    """How many were written to after a moment."""
    found = session.scalar(
        select(func.count(col(MessageSend.id))).where(
            col(MessageSend.arm) == Arm.TREATED,
            col(MessageSend.sent_at) > since,
            col(MessageSend.sent_at) <= session.ctx.known_until,
        )
    )
    return int(found or 0)


@dataclass(frozen=True)
class Answered:
    """What one customer, drawn for a campaign, did in the days that count: what of it they ordered, by channel."""

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
    customers: Sequence[Answered]


def campaigns(session: BrandSession, source: str | None = None) -> Sequence[CampaignArm]:
    """Every campaign whose days have all been lived by now, oldest first, or the one of a source."""
    ended = session.ctx.known_until - WINDOW
    own = select(MessageSend).where(col(MessageSend.sent_at) <= ended)
    if source is not None:
        own = own.where(col(MessageSend.source) == source)
    rows = session.scalars(own.order_by(col(MessageSend.sent_at), col(MessageSend.id))).all()
    if not rows:
        return []
    bought = _bought(session, source)
    said = [(customer, at) for customer, at, intent in _intents(session, ended) if intent is Intent.OPT_OUT]
    left: dict[UUID, datetime] = {}
    for customer, at in said:
        left.setdefault(customer, at)
    groups: dict[tuple[Any, ...], list[Answered]] = defaultdict(list)
    for row in rows:
        asked_out = left.get(row.customer_id)
        groups[row.source, row.segment, row.arm, row.sent_at, row.cost_per_thousand_minor].append(
            Answered(
                bought_minor=bought.get((row.source, row.customer_id), {}),
                opted_out=asked_out is not None and row.sent_at <= asked_out < row.sent_at + WINDOW,
                worth_minor=row.worth_minor,
            )
        )
    return [CampaignArm(key[0], key[1], Arm(key[2]), key[3], key[4], found) for key, found in groups.items()]


def _bought(session: BrandSession, source: str | None) -> Mapping[tuple[str, UUID], Mapping[UUID | None, int]]:
    of_customer = (col(Order.customer_id) == col(MessageSend.customer_id)) & (
        col(Order.brand_id) == col(MessageSend.brand_id)
    )
    own = (
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
        own = own.where(col(MessageSend.source) == source)
    found: dict[tuple[str, UUID], dict[UUID | None, int]] = defaultdict(dict)
    for name, customer, channel, amount in session.execute(own):
        found[name, customer][channel] = int(amount)
    return found


def sends_of(session: BrandSession, source: str) -> Sequence[MessageSend]:
    """Everybody drawn for one campaign."""
    return session.scalars(
        select(MessageSend).where(col(MessageSend.source) == source).order_by(col(MessageSend.customer_id))
    ).all()


def customers_known(session: BrandSession) -> int:
    """How many customers the brand knows."""
    return int(session.scalar(select(func.count(col(Customer.id)))) or 0)
