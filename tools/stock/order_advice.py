"""Advises orders: for each product of a supplier what is asked for, what is there, and whether to order now."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil
from uuid import UUID

from analytics.statistics.errors import InvalidNumbers
from analytics.stock.censored_demand import LEAST_AVAILABILITY
from analytics.stock.lead_time import DemandRate, LeadTime
from analytics.stock.order_quantity import PriceTier, SupplyTerms
from analytics.stock.reorder_plan import StockedProduct, StockTerms
from analytics.stock.replenishment import OrderAdvice, StockPosition, advise_order, gain_together
from domain.figure import Cell
from domain.money import BPS
from domain.stock import MOST_LINES, REVIEW_DAYS
from store.reads.stock import levels as reads
from store.session import BrandSession
from store.tables import Supplier
from tools import cells
from tools.base import ToolAnswer, ToolArguments, ToolEnv
from tools.finance.cash_carried import cash_carries
from tools.reasons import reason_keys
from tools.stock.arguments import SupplierArguments
from tools.stock.book import ProductStock, StockBook, lead_time_of, stock_book
from tools.stock.order_line import OrderLine, line_view, reasons_of
from tools.stock.order_minimum import BELOW_MINIMUM, MINIMUM_UNCLEAR, reaching
from tools.stock.results import (
    OrderAdviceView,
    OrderAlternative,
    SupplierList,
    SupplierView,
)
from tools.stock.sources import TOTALS, sources_of_advice, sources_of_suppliers
from tools.stock.supplier_terms import minimum_of

COVERAGE = 0.80
LEAST_WEEKS = 8
AT_RISK = 0.2
"""From this chance of running out on, a line is one that may run out."""
WAITS_FOR_CASH, WAITS_FOR_CASH_AHEAD = "waits_for_cash", "waits_for_cash_ahead"
WAITS_FOR_LINES = "waits_for_lines"
_HINDERED = frozenset(
    {WAITS_FOR_CASH, WAITS_FOR_CASH_AHEAD, WAITS_FOR_LINES, "minimum_above_shelf_life", BELOW_MINIMUM, MINIMUM_UNCLEAR}
)


def list_suppliers(session: BrandSession, env: ToolEnv, args: ToolArguments) -> ToolAnswer:
    """List the brand's suppliers: what they offer, the lead time they promise and the one they keep, payment terms,
    orders under way; and what the brand's accounts hold."""
    book = stock_book(session, env)
    suppliers = reads.suppliers(session)
    view = SupplierList(
        currency=book.currency,
        cash=None if book.cash_minor is None else cells.money(book.cash_minor, book.currency),
        suppliers=[_supplier_view(session, env, supplier) for supplier in suppliers],
    )
    return ToolAnswer(view, sources_of_suppliers(session, suppliers))


def _supplier_view(session: BrandSession, env: ToolEnv, supplier: Supplier) -> SupplierView:
    lead = _lead_time(session, env, supplier)
    coming = {order.number for order in reads.open_purchase_orders(session) if order.supplier_id == supplier.id}
    promised, payment = supplier.lead_time_days, supplier.payment_days
    return SupplierView(
        supplier=supplier.code,
        title=supplier.title or supplier.code,
        products=cells.count(len(reads.offers_of(session, supplier.id))),
        lead_time_promised=None if promised is None else cells.days(promised),
        lead_time=None if lead is None else cells.days(round(lead.mean_days)),
        lead_time_deviation=None if lead is None else cells.days(round(lead.sd_days)),
        deliveries=cells.count(lead.deliveries if lead else 0),
        payment=None if payment is None else cells.days(payment),
        under_way=cells.count(len(coming)),
    )


def _lead_time(session: BrandSession, env: ToolEnv, supplier: Supplier) -> LeadTime | None:
    try:
        return lead_time_of(session, env, supplier)
    except InvalidNumbers:
        return None


def order_advice(session: BrandSession, env: ToolEnv, args: SupplierArguments) -> ToolAnswer:
    """Work out whether to order from a supplier today: for each of its products what a week asks for (sales that an
    empty shelf lost counted in), stock and orders under way, when it may run out, and the quantity that costs least
    under the supplier's minimum, price breaks and lead time, shelf life, the brand's limit on cover, and what cash
    carries; and what ordering now brings against ordering at the next weekly review, with an 80 % interval. Holidays,
    promotions and peaks of one season come on top of usual demand in their weeks only; what is owed to customers is
    ordered on top. Names a smaller order of just the lines that may run out. Abstains where data are lacking. Where the
    brand's documents say what an order has to come to, the order is brought up to it if that still pays, and waits
    otherwise; `minimum_order` holds the sentences. Where they are unclear or do not agree, it waits for a person."""
    book, view = stock_book(session, env), advise_supplier(session, env, args.supplier)
    supplier = reads.supplier_by_code(session, args.supplier)
    offers = reads.offers_of(session, supplier.id)
    ordered = {line.sku for line in view.lines if line.decision == "order"}
    about = {
        offer.product_id: (f"/lines/{at}", *(TOTALS if offer.sku in ordered else ())) for at, offer in enumerate(offers)
    }
    minimum = minimum_of(session, env, supplier)
    sources = (*sources_of_advice(session, book, supplier, about), *minimum.sources(session, "/minimum_order"))
    return ToolAnswer(view, sources, minimum.label)


def advise_supplier(
    session: BrandSession, env: ToolEnv, code: str, factors: Mapping[UUID, float] | None = None
) -> OrderAdviceView:
    """The order to place with a supplier today; `factors` give a product's demand as a multiple of the usual."""
    book, supplier = stock_book(session, env), reads.supplier_by_code(session, code)
    offers, lead = reads.offers_of(session, supplier.id), _lead_time(session, env, supplier)
    if lead is None or not offers:
        return _blank(supplier, book, ["no_lead_time"] if lead is None else ["no_offer"])
    minimum, carried = minimum_of(session, env, supplier), cash_carries(session, env, supplier)

    def advise(least: Mapping[str, int]) -> list[OrderLine]:
        lines = [
            _line(book, lead, offer, (factors or {}).get(offer.product_id, 1.0), least.get(offer.sku, 0))
            for offer in offers
        ]
        return _within_cash(_within_lines(lines), book.cash_minor, carried)

    lines = reaching(advise({}), minimum, advise, lambda line, why: replace(line, lacking=why))
    view = _view(supplier, book, lead, lines)
    least = minimum.amount_minor if minimum.status == "stated" else 0
    return view.model_copy(
        update={
            "minimum_order": minimum.view(book.currency),
            "carried": None if carried is None else cells.money(carried, book.currency),
            "alternative": _alternative(lines, book.currency, least) if view.status == "order" else None,
        }
    )


def _line(book: StockBook, lead: LeadTime, offer: reads.Offer, factor: float, least: int) -> OrderLine:
    stock = book.of(offer.product_id)
    try:
        return _advised(book, lead, offer, stock, factor, least)
    except InvalidNumbers:
        return OrderLine(offer, stock, lacking="cannot_be_computed")


def _advised(
    book: StockBook, lead: LeadTime, offer: reads.Offer, stock: ProductStock, factor: float, least: int
) -> OrderLine:
    """Raises InvalidNumbers."""
    kept = book.kept_minor.get(offer.product_id)
    if not stock.counted:
        return OrderLine(offer, stock, lacking="never_counted")
    if book.derived and not len(stock.used):
        return OrderLine(offer, stock, lacking="no_sales")
    if len(stock.used) < LEAST_WEEKS:
        return OrderLine(offer, stock, lacking="too_few_weeks")
    if not (stock.available >= LEAST_AVAILABILITY).any():
        return OrderLine(offer, stock, lacking="never_in_stock")
    demand = stock.demand(ceil((lead.mean_days + REVIEW_DAYS) / 7)).times(factor)
    if kept is None:
        return OrderLine(offer, stock, demand, lacking="no_sales")
    before = demand.events_within(lead.mean_days)
    position = StockPosition(
        on_hand=float(max(stock.on_hand, 0)),
        on_order=float(stock.under_way),
        reserved=float(stock.owed),
        event_units_before=before,
        event_units_after=max(demand.events_within(lead.mean_days + REVIEW_DAYS) - before, 0.0),
    )
    product = _product(book, lead, offer, demand.rate, kept, least)
    return OrderLine(offer, stock, demand, advise_order(product, position), product=product, position=position)


def _product(
    book: StockBook, lead: LeadTime, offer: reads.Offer, rate: DemandRate, kept: float, least: int
) -> StockedProduct:
    return StockedProduct(
        rate=rate,
        lead=lead,
        supply=SupplyTerms(
            tiers=tuple(PriceTier(tier.from_quantity, float(tier.unit_cost_minor)) for tier in offer.tiers),
            minimum_units=max(offer.minimum, least),
        ),
        terms=StockTerms(
            net_revenue_minor=kept,
            holding_rate_per_year=book.rules.holding_bps_a_year / BPS,
            shelf_life_days=None if offer.shelf_life_days is None else float(offer.shelf_life_days),
            slow_days=float(book.rules.max_cover_days),
            most_cover_days=float(book.rules.max_cover_days),
        ),
        review_days=float(REVIEW_DAYS),
    )


def _within_lines(lines: Sequence[OrderLine]) -> list[OrderLine]:
    """As many lines as an order holds, those first that bring most for their money; the rest waits for the next."""
    ordered = sorted((line for line in lines if line.is_order), key=_gain_per_money, reverse=True)
    waiting = {line.sku for line in ordered[MOST_LINES:]}
    return [replace(line, lacking=WAITS_FOR_LINES) if line.sku in waiting else line for line in lines]


def _within_cash(lines: Sequence[OrderLine], held_minor: int | None, carried_minor: float | None) -> list[OrderLine]:
    """Order what brings most for its money first, as far as cash reaches, that of today and that of the weeks ahead.

    What does not fit is ordered as far as it does; the rest waits, and says so.
    """
    limits = [limit for limit in (held_minor, carried_minor) if limit is not None]
    if not limits:
        return list(lines)
    left, done = float(min(limits)), dict[str, OrderLine]()
    ahead = carried_minor is not None and carried_minor < (held_minor or 0)
    for line in sorted((line for line in lines if line.is_order), key=_gain_per_money, reverse=True):
        fitting = line if line.cost_minor <= left else line.costing_at_most(left)
        done[line.sku] = fitting or replace(line, lacking=WAITS_FOR_CASH_AHEAD if ahead else WAITS_FOR_CASH)
        left -= fitting.cost_minor if fitting else 0.0
    return [done.get(line.sku, line) for line in lines]


def _alternative(lines: Sequence[OrderLine], currency: str, least_minor: int) -> OrderAlternative | None:
    """Only the lines that may run out, where the order has others beside them and the supplier takes so little."""
    ordered = [line for line in lines if line.is_order]
    at_risk = [line for line in ordered if line.advice and line.advice.stock_out_without >= AT_RISK]
    if not at_risk:
        at_risk = sorted(ordered, key=lambda line: -(line.advice.stock_out_without if line.advice else 0.0))[:1]
    amount = sum(line.cost_minor for line in at_risk)
    if len(at_risk) == len(ordered) or amount < least_minor:
        return None
    gains = [line.advice.gain for line in at_risk if line.advice and line.advice.gain]
    value, low, high = gain_together(gains, COVERAGE)
    return OrderAlternative(
        skus=[line.sku for line in at_risk],
        units=Cell(value=sum(line.units for line in at_risk), unit="units"),
        amount=cells.money(amount, currency),
        gain=cells.money(value, currency),
        gain_low=cells.money(low, currency),
        gain_high=cells.money(high, currency),
    )


def _gain_per_money(line: OrderLine) -> float:
    return line.gain_minor / max(line.cost_minor, 1.0)


def _blank(supplier: Supplier, book: StockBook, reasons: list[str]) -> OrderAdviceView:
    return OrderAdviceView(
        supplier=supplier.code,
        title=supplier.title or supplier.code,
        currency=book.currency,
        status="abstained",
        reasons=reason_keys("stock", reasons),
        lines=[],
        movements="derived" if book.derived else "kept",
        cover_limit=cells.days(book.rules.max_cover_days),
    )


def _view(supplier: Supplier, book: StockBook, lead: LeadTime, lines: Sequence[OrderLine]) -> OrderAdviceView:
    base = _blank(supplier, book, []).model_copy(
        update={
            "lead_time": cells.days(round(lead.mean_days)),
            "lead_time_is_assumed": lead.assumed,
            "lines": [line_view(line, book.currency) for line in lines],
        }
    )
    ordered = [line.advice for line in lines if line.advice is not None and line.is_order]
    if not ordered:
        advised = any(line.advice is not None for line in lines)
        reasons = sorted({reason for line in lines for reason in reasons_of(line)} & _HINDERED) or ["nothing_is_due"]
        reasons = reasons if advised else sorted({line.lacking for line in lines})
        status = "wait" if advised else "abstained"
        return base.model_copy(update={"status": status, "reasons": reason_keys("stock", reasons)})
    reasons = sorted({str(reason) for advice in ordered for reason in advice.reasons})
    return base.model_copy(
        update={"status": "order", "reasons": reason_keys("stock", reasons), **_totals(ordered, lead, book)}
    )


def _totals(ordered: Sequence[OrderAdvice], lead: LeadTime, book: StockBook) -> dict[str, Cell]:
    gains = [advice.gain for advice in ordered if advice.gain is not None]
    value, low, high = gain_together(gains, COVERAGE)
    amount = sum(advice.units * advice.quantity.unit_cost_minor for advice in ordered)
    lasts = [round(advice.cover_after_days) for advice in ordered if advice.cover_after_days is not None]
    cover = {"cover_shortest": cells.days(min(lasts)), "cover_longest": cells.days(max(lasts))} if lasts else {}
    return {
        **cover,
        "ordered_lines": cells.count(len(ordered)),
        "units": Cell(value=sum(advice.units for advice in ordered), unit="units"),
        "amount": cells.money(amount, book.currency),
        "gain": cells.money(value, book.currency),
        "gain_low": cells.money(low, book.currency),
        "gain_high": cells.money(high, book.currency),
        "coverage": cells.share(COVERAGE),
        "horizon": cells.days(max(ceil(lead.mean_days + 2 * lead.sd_days), 1)),
    }
