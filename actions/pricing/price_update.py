"""`price.update`: set a list price, put it back, and tell what it brought."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from actions.handler import Look, RowChange, ShownFact
from actions.pricing.price_words import price_with_vat
from domain.action import Preview, PreviewLine, Told
from domain.errors import Conflict, InvalidInput, NotFound
from domain.figure import Cell, money_cell
from domain.kind import ActionKind
from domain.message import Message, message, number
from domain.money import BPS, LARGEST_MINOR, format_minor, share_bps
from domain.prediction import Outcome, Prediction
from domain.pricing import PRICE_UPDATE, PriceUpdate, PriceUpdateFacts
from store.leases import lock_row
from store.reads.pricing import prices as reads
from store.reads.pricing import sold
from store.reads.pricing.price_line import PriceLine, price_line
from store.reads.settings import rules_of
from store.session import BrandSession
from store.tables import BrandRules, Price, PriceHistory

HORIZON_WEEKS = 8
_NO_COST_MARGIN_BPS = -BPS


@dataclass(frozen=True)
class _Situation:
    line: PriceLine
    rules: BrandRules
    recent: sold.RecentWeekly

    @property
    def price(self) -> reads.PriceNow:
        return self.line.price


class PriceUpdateHandler:
    """The handler of `price.update`."""

    kind: ActionKind = PRICE_UPDATE

    def lock(self, session: BrandSession, action: PriceUpdate) -> None:
        product = reads.product_by_sku(session, action.sku)
        channel = reads.channel_by_code(session, action.channel)
        entry = reads.price_entry(session, product.id, channel.id, action.zone)
        lock_row(session, Price, entry.id)

    def look(self, session: BrandSession, action: PriceUpdate, prediction: Prediction | None) -> Look:
        now = _situation(session, action)
        if action.currency != now.price.currency:
            raise InvalidInput(
                f"{action.sku} is priced in {now.price.currency}, not {action.currency}.",
                remedy=f"Give the price in {now.price.currency}.",
            )
        if now.line.unit_cost_minor is None:
            raise InvalidInput(
                f"The unit cost of {action.sku} is not known, so it cannot be told whether a price keeps the margin.",
                remedy="Import product_costs.csv, or sales with their unit_cost.",
            )
        facts = _guard_facts(now, action, prediction)
        return Look(
            subject=action.subject,
            preview=_preview(now, action, facts),
            shown=_shown(now, facts),
            guard_facts=facts,
            risk=_risk(facts, now.rules),
        )

    def apply(self, session: BrandSession, action: PriceUpdate, source: str) -> Sequence[RowChange]:
        product = reads.product_by_sku(session, action.sku)
        channel = reads.channel_by_code(session, action.channel)
        before = reads.price_now(session, product.id, channel.id, action.zone)
        return [_set_price(session, before, action.price_minor, source)]

    def undo(self, session: BrandSession, changes: Sequence[Mapping[str, Any]], source: str) -> Sequence[RowChange]:
        return [_restore(session, change, source) for change in changes]

    def measure(
        self, session: BrandSession, action: PriceUpdate, source: str, since: datetime, until: datetime
    ) -> Outcome:
        from actions.pricing.price_outcome import measure_price_change  # brings numpy along, which no other step needs

        return measure_price_change(session, action, since, until)


def _situation(session: BrandSession, action: PriceUpdate) -> _Situation:
    line = price_line(session, action.sku, action.channel, action.zone)
    return _Situation(line, rules_of(session), sold.recent_weekly(session, line.channel.id, line.product.id, weeks=4))


def _guard_facts(now: _Situation, action: PriceUpdate, prediction: Prediction | None) -> PriceUpdateFacts:
    change_bps = share_bps(action.price_minor - now.price.amount_minor, now.price.amount_minor)
    reference = now.line.reference_minor or now.price.amount_minor
    return PriceUpdateFacts(
        price_minor=action.price_minor,
        change_bps=change_bps,
        abs_change_bps=abs(change_bps),
        changed_last_day_bps=now.line.changed_last_day_bps,
        margin_bps=_margin_bps(now, action.price_minor),
        min_margin_bps=now.rules.min_margin_bps,
        max_change_bps_per_day=now.rules.max_price_change_bps_per_day,
        corridor_low_minor=reference * now.rules.corridor_low_bps // BPS,
        corridor_high_minor=reference * now.rules.corridor_high_bps // BPS,
        amount_minor=now.recent.units * abs(action.price_minor - now.price.amount_minor) * HORIZON_WEEKS,
        owner_gate_minor=now.rules.owner_gate_minor,
        prediction_low_minor=prediction.low if prediction else 0,
    )


def _margin_bps(now: _Situation, amount_minor: int) -> int:
    """Margin on what the brand keeps, as the guardrails read it; an unknown cost counts as a loss, never as none."""
    if now.line.unit_cost_minor is None:
        return _NO_COST_MARGIN_BPS
    terms = reads.sale_terms(now.line.product, now.line.channel)
    return max(terms.margin_bps(amount_minor, now.line.unit_cost_minor), -LARGEST_MINOR)


def _preview(now: _Situation, action: PriceUpdate, facts: PriceUpdateFacts) -> Preview:
    currency = now.price.currency
    before, after = now.price.amount_minor, action.price_minor
    change = (after - before) / before * 100 if before else 0.0
    revenue = now.recent.channel_revenue_minor
    share = Cell(value=now.recent.units * before / revenue * BPS if revenue else 0.0, unit="bps")
    return Preview(
        title=f"{now.line.product.title}: {format_minor(before, currency)} → {format_minor(after, currency)}"
        f" ({change:+.1f} %) in {now.line.channel.title}",
        changes=(
            PreviewLine(
                field=Message(key="pricing.preview.price"),
                before=number(money_cell(before, currency)),
                after=number(money_cell(after, currency)),
            ),
            PreviewLine(
                field=Message(key="pricing.preview.margin"), before=_margin(now, before), after=_margin(now, after)
            ),
        ),
        amount_minor=facts.amount_minor,
        currency=currency,
        blast_radius=message("pricing.preview.update_reach", count=now.recent.locations, share=share)
        if now.recent.locations
        else message("pricing.preview.update_reach_nowhere", share=share),
        undo=message("pricing.preview.update_undo", list_price=price_with_vat(now.line.channel, before, currency)),
        told=_told(now, action, change),
        puts_in=message("pricing.preview.update_puts_in", before=_margin(now, before), after=_margin(now, after)),
        if_no=message("pricing.preview.update_if_no", list_price=price_with_vat(now.line.channel, before, currency)),
    )


def _told(now: _Situation, action: PriceUpdate, change: float) -> Told:
    """The product and the channel by name, and by how much the price goes down or up."""
    channel, zone = now.line.channel, action.zone
    price = "shelf_price" if channel.prices_include_vat else "net_price"
    share = Cell(value=abs(change) * 100, unit="bps")
    moved = {"cut": share} if change < 0 else {"rise": share} if change > 0 else {}
    return Told(
        names={"sku": now.line.product.title, "place": f"{channel.title}{f' ({zone})' if zone else ''}"},
        numbers={price: money_cell(action.price_minor, now.price.currency), **moved},
    )


def _margin(now: _Situation, amount_minor: int) -> Message:
    """Rounded once, from what is kept and what it costs."""
    if now.line.unit_cost_minor is None:
        return Message(key="pricing.preview.margin_unknown")
    margin = reads.sale_terms(now.line.product, now.line.channel).margin(amount_minor, now.line.unit_cost_minor)
    return (
        number(Cell(value=margin * BPS, unit="bps"))
        if margin >= -1
        else message("pricing.preview.margin_below", floor="-100 %")
    )


def _shown(now: _Situation, facts: PriceUpdateFacts) -> dict[str, ShownFact]:
    currency = f"{now.price.currency}.minor"
    cost = now.line.unit_cost_minor or 0
    return {
        "price_before": ShownFact(value=now.price.amount_minor, unit=currency, promised=True),
        "unit_cost": ShownFact(value=cost, tolerance=cost // 50, unit=currency, promised=True),
        "margin_after": ShownFact(value=facts.margin_bps, tolerance=200, unit="bps"),
        "weekly_units": ShownFact(
            value=now.recent.units, tolerance=max(1, now.recent.units // 3), unit="units/week", promised=True
        ),
        "min_margin": ShownFact(value=facts.min_margin_bps, unit="bps"),
    }


def _risk(facts: PriceUpdateFacts, rules: BrandRules) -> str:
    if facts.amount_minor >= rules.owner_gate_minor or facts.margin_bps < facts.min_margin_bps + 300:
        return "high"
    return "medium" if facts.abs_change_bps * 2 > facts.max_change_bps_per_day else "low"


def _set_price(session: BrandSession, before: reads.PriceNow, amount_minor: int, source: str) -> RowChange:
    now = session.ctx.now()
    session.add(
        PriceHistory(
            price_id=before.price_id,
            amount_minor=amount_minor,
            currency=before.currency,
            valid_from=now,
            source=source,
        )
    )
    entry = lock_row(session, Price, before.price_id)
    if entry.valid_from <= now:
        entry.amount_minor, entry.valid_from = amount_minor, now
    session.flush()
    return RowChange(
        table="price",
        id=before.price_id,
        before={"amount_minor": before.amount_minor, "source": before.source},
        after={"amount_minor": amount_minor, "source": source},
    )


def _restore(session: BrandSession, change: Mapping[str, Any], source: str) -> RowChange:
    entry = lock_row(session, Price, UUID(change["id"]))
    if entry is None:
        raise NotFound("The price list entry is gone.")
    standing = reads.price_now(session, entry.product_id, entry.channel_id, entry.zone)
    if standing.source != change["after"]["source"]:
        raise Conflict(
            f"The price has been changed again since, to {format_minor(standing.amount_minor, standing.currency)}.",
            remedy="Propose the price you want instead of undoing this change.",
        )
    return _set_price(session, standing, change["before"]["amount_minor"], source)
