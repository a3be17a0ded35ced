"""Drafts prices where a product has a cost but none in a channel: the category's margin there, inside the ladder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median, quantiles
from uuid import UUID

from analytics.pricing.channel_ladder import Rung, edges
from domain.money import BPS
from domain.prediction import Prediction
from domain.pricing import PriceDraft
from store.reads.pricing import prices as reads
from store.reads.pricing import promotions as sold
from store.reads.pricing.charged import prices_in_force
from store.reads.settings import brand_of, rules_of
from store.session import BrandSession
from store.tables import BrandRules, Channel, Product
from tools import cells
from tools.base import GaveUp, Retry, ToolAnswer, ToolEnv
from tools.pricing.arguments import ChannelArguments, DraftArguments
from tools.pricing.channel_ladder import ladders_of, roles_of
from tools.pricing.ladder_results import DraftLine, DraftPrices, ProposedDraft
from tools.pricing.sales_panel import sold_in
from tools.proposals import Draft, receipt_of_tool, store_proposal
from tools.reasons import reason_keys
from tools.sources import selected

LEAST_COMPARABLE = 2
_HORIZON_WEEKS, _RECENT_WEEKS = 8, 13


@dataclass(frozen=True)
class _Comparable:
    """A product of the category that is sold in the channel: its margin, and what it contributes in a week."""

    margin_bps: int
    contribution_minor: float


def draft_prices(session: BrandSession, env: ToolEnv, args: ChannelArguments) -> ToolAnswer:
    """For every product that has a unit cost but no price in a channel where products of its category are sold: a price
    that keeps the category's middling margin there, inside the ladder of the product's other channels and above the
    brand's margin floor. A draft: nobody is charged it until a person sets it as a price."""
    channel = reads.channel_by_code(session, args.channel)
    priced = {product for product, zone in reads.prices_now(session, channel.id) if not zone}
    drafted = {row.product_id for row in sold.drafts_of(session, channel.id)}
    products = sold.active_products(session)
    wanted = (
        [product for product in products if product.id not in priced and product.id not in drafted] if priced else []
    )
    costs = reads.unit_costs_minor(session, {product.id for product in products})
    comparable = _comparable(session, channel, [product for product in products if product.id in priced], costs)
    view = DraftPrices(
        channel=channel.code,
        title=channel.title,
        currency=brand_of(session).currency,
        horizon=cells.weeks(_HORIZON_WEEKS),
        lines=[
            _line(session, env, channel, product, costs[product.id], comparable.get(product.category, ()))
            for product in wanted
        ],
    )
    ids = [product.id for product in products]
    sources = (
        selected(session, "product_cost", product_id=ids),
        selected(session, "product", id=ids),
        selected(session, "channel", id=channel.id),
        sold_in(session, env, [channel.id]),
    )
    return ToolAnswer(view, sources)


def _comparable(
    session: BrandSession, channel: Channel, products: Sequence[Product], costs: Mapping[UUID, int | None]
) -> dict[str, list[_Comparable]]:
    """Products priced in the channel that sold there in recent weeks, by category."""
    prices = prices_in_force(session, channel.id)
    weekly = sold.weekly_contribution(session, channel.id, _RECENT_WEEKS)
    by_category: dict[str, list[_Comparable]] = {}
    for product in products:
        cost, (units, revenue) = costs[product.id], weekly.get(product.id, (0.0, 0.0))
        if cost is None or not units or not product.category:
            continue
        terms = reads.sale_terms(product, channel)
        margin = terms.margin_bps(prices[product.id, ""].amount_minor, cost)
        contribution = revenue * terms.kept_share - units * cost
        by_category.setdefault(product.category, []).append(_Comparable(margin, contribution))
    return by_category


def _line(
    session: BrandSession,
    env: ToolEnv,
    channel: Channel,
    product: Product,
    cost: int | None,
    comparable: Sequence[_Comparable],
) -> DraftLine:
    lacking = "no_unit_cost" if not cost else "no_comparable" if len(comparable) < LEAST_COMPARABLE else ""
    if lacking or not cost:
        return DraftLine(
            sku=product.sku,
            title=product.title,
            decision="abstained",
            reasons=reason_keys("pricing", [lacking]),
        )
    currency, rules = brand_of(session).currency, rules_of(session)
    usual = median(peer.margin_bps for peer in comparable)
    price, reasons = _price(session, env, channel, product, cost, usual, rules)
    brought = [peer.contribution_minor * _HORIZON_WEEKS for peer in comparable]
    low, high = (min(brought), max(brought)) if len(brought) < 4 else (quantiles(brought)[0], quantiles(brought)[2])
    return DraftLine(
        sku=product.sku,
        title=product.title,
        decision="draft",
        reasons=reason_keys("pricing", reasons),
        unit_cost=cells.money(cost, currency),
        price=cells.money(price, currency),
        margin=cells.margin(reads.sale_terms(product, channel).margin(price, cost)),
        comparable=cells.count(len(comparable)),
        comparable_margin=cells.rate(usual),
        contribution=cells.money(median(brought), currency),
        contribution_low=cells.money(low, currency),
        contribution_high=cells.money(high, currency),
    )


def _price(
    session: BrandSession,
    env: ToolEnv,
    channel: Channel,
    product: Product,
    cost: int,
    usual_margin_bps: float,
    rules: BrandRules,
) -> tuple[int, list[str]]:
    """The category's margin, then the ladder's edges, then the margin floor; in the brand's price steps."""
    terms = reads.sale_terms(product, channel)
    wanted = terms.price_for_margin(cost, usual_margin_bps)
    ladders = ladders_of(session, env)
    rungs = [rung for rung in ladders.rungs.get(product.id, ()) if rung.channel != channel.code]
    reasons = []
    inside = wanted
    if rungs and ladders.usual_markup is not None:
        role = roles_of(session, reads.channels(session))[channel.code]
        own = [Rung(channel.code, role, price, terms, product.vat_bps) for price in (1, 10**12)]
        high = edges([own[0], *rungs], channel.code, ladders.usual_markup)[1]
        low = edges([own[1], *rungs], channel.code, ladders.usual_markup)[0]
        inside = max(min(wanted, high if high is not None and high > 1 else wanted), low or 0)
        reasons = ["held_at_ladder_edge"] if inside != wanted else []
    floor = terms.price_for_margin(cost, rules.min_margin_bps)
    step = max(rules.price_step_minor, 1)
    price = max(round(max(inside, floor) / step), 1) * step
    while terms.margin_bps(price, cost) < rules.min_margin_bps < BPS - terms.fee_bps:
        price += step
    return price, reasons


def propose_price_draft(session: BrandSession, env: ToolEnv, args: DraftArguments) -> ToolAnswer:
    """Propose one of the drafts that draft_prices made in this run: name its receipt and say why. The price is taken
    from the receipt. It goes live by a person only."""
    analysis = receipt_of_tool(session, env, args.analysis_receipt, "draft_prices")
    drafts = DraftPrices.model_validate(analysis.result)
    if drafts.channel != args.channel:
        raise Retry(f"{analysis.id} is about {drafts.channel}, not {args.channel}.")
    line = next((line for line in drafts.lines if line.sku == args.sku), None)
    if line is None or line.decision != "draft" or line.price is None:
        raise GaveUp(f"The analysis drafts no price for {args.sku}.", remedy="Report it as a finding instead.")
    action = PriceDraft(
        sku=line.sku, channel=drafts.channel, price_minor=int(line.price.value), currency=drafts.currency
    )
    prediction = _prediction(session, drafts, line)
    draft = Draft(
        action=action,
        prediction=prediction,
        expected_minor=max(prediction.low, 1),
        rationale=args.rationale,
        receipts=[analysis.id],
        names=frozenset({line.sku, line.title, drafts.channel, drafts.title}),
    )
    row = store_proposal(session, env, "propose_price_draft", args, draft)
    return ToolAnswer(ProposedDraft(proposal=str(row.id), sku=line.sku, channel=drafts.channel, price=line.price))


def _prediction(session: BrandSession, drafts: DraftPrices, line: DraftLine) -> Prediction:
    """The contribution of comparable products once a person lets the draft go live; at the least 0: nobody may."""
    assert line.contribution is not None and line.contribution_high is not None
    days = timedelta(weeks=_HORIZON_WEEKS)
    value = max(int(line.contribution.value), 0)
    return Prediction(
        value=value,
        low=0,
        high=max(int(line.contribution_high.value), value),
        unit=f"{drafts.currency}.minor",
        coverage_bps=5_000,
        horizon_days=days.days,
        check_at=session.ctx.known_until + days,
    )
