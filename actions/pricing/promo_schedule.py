"""`promo.schedule`: plan a promotion, call it off, and tell what it brought."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from actions.handler import Look, RowChange, ShownFact
from domain.action import Preview, PreviewLine, Told
from domain.errors import Conflict, InvalidInput, NotFound
from domain.figure import Cell, money_cell
from domain.kind import ActionKind
from domain.message import Message, message, number
from domain.money import BPS, LARGEST_MINOR
from domain.prediction import Outcome, Prediction
from domain.pricing import PROMO_SCHEDULE, PromoSchedule, PromoScheduleFacts
from store.leases import lock_row
from store.reads.pricing import prices as reads
from store.reads.pricing import promotions as planned
from store.reads.pricing import sold
from store.reads.settings import brand_of, rules_of
from store.reads.stock import levels as stocked
from store.session import BrandSession
from store.tables import BrandRules, Channel, Product, Promotion

_RECENT_WEEKS = 4


@dataclass(frozen=True)
class _Place:
    """One channel of the promotion, as it stands."""

    channel: Channel
    price: reads.PriceNow
    reference_minor: int
    promoted_minor: int
    margin_bps: int
    margin: float
    weekly_units: int


@dataclass(frozen=True)
class _Situation:
    product: Product
    rules: BrandRules
    unit_cost_minor: int
    places: Sequence[_Place]
    on_hand: int | None
    overlaps: bool

    @property
    def weekly_units(self) -> int:
        return sum(place.weekly_units for place in self.places)

    @property
    def clears_stock(self) -> bool:
        """Whether more lies in the warehouses than sells while the brand keeps stock for."""
        return self.on_hand is not None and self.on_hand > self.weekly_units * self.rules.max_cover_days / 7


class PromoScheduleHandler:
    """The handler of `promo.schedule`."""

    kind: ActionKind = PROMO_SCHEDULE

    def lock(self, session: BrandSession, action: PromoSchedule) -> None:
        lock_row(session, Product, reads.product_by_sku(session, action.sku).id)

    def look(self, session: BrandSession, action: PromoSchedule, prediction: Prediction | None) -> Look:
        now = _situation(session, action)
        facts = _guard_facts(session, now, action, prediction)
        return Look(
            subject=action.subject,
            preview=_preview(now, action, facts),
            shown=_shown(now, facts, action.currency),
            guard_facts=facts,
            risk="high" if facts.amount_minor >= now.rules.owner_gate_minor else "medium",
        )

    def apply(self, session: BrandSession, action: PromoSchedule, source: str) -> Sequence[RowChange]:
        now = _situation(session, action)
        number = f"MH-{source.rpartition(':')[2][-12:].upper()}"
        rows = [
            Promotion(
                id=session.ctx.new_id(),
                number=number,
                product_id=now.product.id,
                channel_id=place.channel.id,
                off_bps=action.off_bps,
                first_day=action.begins,
                last_day=action.ends - timedelta(days=1),
                source=source,
            )
            for place in now.places
        ]
        session.add_all(rows)
        session.flush()
        return [_change(row, None) for row in rows]

    def undo(self, session: BrandSession, changes: Sequence[Mapping[str, Any]], source: str) -> Sequence[RowChange]:
        return [_call_off(session, change) for change in changes]

    def measure(
        self, session: BrandSession, action: PromoSchedule, source: str, since: datetime, until: datetime
    ) -> Outcome:
        from actions.pricing.promotion_outcome import measure_promotion  # brings numpy along, which no other step needs

        return measure_promotion(session, action, until)


def _situation(session: BrandSession, action: PromoSchedule) -> _Situation:
    product, rules = reads.product_by_sku(session, action.sku), rules_of(session)
    currency = brand_of(session).currency
    if action.currency != currency:
        raise InvalidInput(f"Prices are in {currency}, not {action.currency}.")
    cost = reads.unit_cost_minor(session, product.id)
    if cost is None:
        raise InvalidInput(
            f"The unit cost of {action.sku} is not known, so it cannot be told whether a discount keeps the margin.",
            remedy="Import product_costs.csv, or sales with their unit_cost.",
        )
    places = [_place(session, product, code, action.off_bps, cost) for code in action.channels]
    running = planned.promotions_of(session, product.id, [place.channel.id for place in places])
    warehouses = [place.id for place in stocked.warehouses(session)]
    on_hand = stocked.on_hand(session, warehouses).get(product.id) if warehouses else None
    return _Situation(
        product=product,
        rules=rules,
        unit_cost_minor=cost,
        places=places,
        on_hand=on_hand,
        overlaps=any(
            promotion.first_day < action.ends and action.begins < promotion.last_day + timedelta(days=1)
            for promotion in running
        ),
    )


def _place(session: BrandSession, product: Product, code: str, off_bps: int, cost: int) -> _Place:
    channel = reads.channel_by_code(session, code)
    price = reads.price_now(session, product.id, channel.id)
    promoted = price.amount_minor * (BPS - off_bps) // BPS
    terms = reads.sale_terms(product, channel)
    return _Place(
        channel=channel,
        price=price,
        reference_minor=reads.reference_price_minor(session, price.price_id) or price.amount_minor,
        promoted_minor=promoted,
        margin_bps=max(terms.margin_bps(promoted, cost), -LARGEST_MINOR),
        margin=terms.margin(promoted, cost),
        weekly_units=sold.recent_weekly(session, channel.id, product.id, weeks=_RECENT_WEEKS).units,
    )


def _guard_facts(
    session: BrandSession, now: _Situation, action: PromoSchedule, prediction: Prediction | None
) -> PromoScheduleFacts:
    given = sum(place.weekly_units * (place.price.amount_minor - place.promoted_minor) for place in now.places)
    return PromoScheduleFacts(
        off_bps=action.off_bps,
        days=action.days,
        margin_bps=min(place.margin_bps for place in now.places),
        min_margin_bps=now.rules.min_margin_bps,
        leaves_corridor=any(
            place.promoted_minor < place.reference_minor * now.rules.corridor_low_bps // BPS for place in now.places
        ),
        begins_in_the_past=action.begins.date() < session.ctx.now().date(),
        overlaps=now.overlaps,
        clears_stock=now.clears_stock,
        amount_minor=given * action.days // 7,
        owner_gate_minor=now.rules.owner_gate_minor,
        prediction_low_minor=prediction.low if prediction else 0,
    )


def _preview(now: _Situation, action: PromoSchedule, facts: PromoScheduleFacts) -> Preview:
    currency = action.currency
    when = f"{action.first_day:%-d %B} to {action.last_day:%-d %B %Y}"
    return Preview(
        title=f"{now.product.title}: {action.off_bps / 100:g} % off in "
        f"{', '.join(place.channel.title for place in now.places)}, {when}",
        changes=tuple(
            PreviewLine(
                field=message("pricing.preview.promotion", channel=place.channel.title, count=action.days),
                before=number(money_cell(place.price.amount_minor, currency)),
                after=message(
                    "pricing.preview.promoted",
                    price=money_cell(place.promoted_minor, currency),
                    margin=Cell(value=place.margin * BPS, unit="bps"),
                ),
            )
            for place in now.places
        ),
        amount_minor=facts.amount_minor,
        currency=currency,
        blast_radius=message(
            "pricing.preview.promotion_reach",
            channels=message("pricing.preview.channels", count=len(now.places)),
            days=message("pricing.preview.days", count=action.days),
            units=now.weekly_units,
        ),
        undo=Message(key="pricing.preview.promotion_undo"),
        told=Told(
            names={
                "sku": now.product.title,
                **({"place": now.places[0].channel.title} if len(now.places) == 1 else {}),
            }
        ),
        puts_in=message("pricing.preview.promotion_puts_in", amount=money_cell(facts.amount_minor, currency)),
        if_no=Message(key="pricing.preview.promotion_if_no"),
    )


def _shown(now: _Situation, facts: PromoScheduleFacts, currency: str) -> dict[str, ShownFact]:
    cost, units = now.unit_cost_minor, now.weekly_units
    shown = {
        "unit_cost": ShownFact(value=cost, tolerance=cost // 50, unit=f"{currency}.minor", promised=True),
        "margin": ShownFact(value=facts.margin_bps, tolerance=200, unit="bps"),
        "weekly_units": ShownFact(value=units, tolerance=max(units // 3, 1), unit="units/week", promised=True),
    }
    for place in now.places:
        price = place.price.amount_minor
        shown[f"price {place.channel.code}"] = ShownFact(
            value=price, tolerance=price // 50, unit=f"{currency}.minor", promised=True
        )
    return shown


def _change(row: Promotion, before: Mapping[str, Any] | None) -> RowChange:
    cancelled = None if row.cancelled_at is None else row.cancelled_at.isoformat()
    after = {"number": row.number, "off_bps": row.off_bps, "cancelled_at": cancelled, "source": row.source}
    return RowChange(table="promotion", id=row.id, before=before, after=after)


def _call_off(session: BrandSession, change: Mapping[str, Any]) -> RowChange:
    row: Promotion | None = lock_row(session, Promotion, UUID(change["id"]))
    if row is None:
        raise NotFound("The promotion is gone.")
    if row.cancelled_at is not None:
        raise Conflict(f"Promotion {row.number} has been called off already.")
    if row.last_day + timedelta(days=1) <= session.ctx.now():
        raise Conflict(
            f"Promotion {row.number} ended on {row.last_day:%-d %B %Y}, so it cannot be called off any more.",
            remedy="Nothing is left to undo: what was sold stays sold.",
        )
    row.cancelled_at = session.ctx.now()
    session.flush()
    return _change(row, dict(change["after"]))
