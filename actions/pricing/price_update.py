"""`price.update`: set a list price, put it back, and tell what it brought."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col

from actions.handler import Look, RowChange, ShownFact
from actions.pricing.price_words import price_with_vat
from domain.action import Preview, PreviewLine, Told
from domain.errors import Conflict, InvalidInput, NotFound
from domain.figure import Cell, money_cell
from domain.kind import ActionKind
from domain.letter import Letter, Sheet
from domain.message import Message, message, number, verbatim
from domain.money import BPS, LARGEST_MINOR, format_minor, plain_minor, share_bps
from domain.prediction import Outcome, Prediction
from domain.pricing import PRICE_UPDATE, PriceUpdate, PriceUpdateFacts, dealer_list_opens
from store.leases import lock_row
from store.reads.pricing import prices as reads
from store.reads.pricing import sold, windows
from store.reads.pricing.charged import TOLERANCE, Shown
from store.reads.pricing.price_line import PriceLine, price_line
from store.reads.settings import brand_of, rules_of
from store.session import BrandSession
from store.tables import ActionItem, BrandRules, Price, PriceHistory, Receipt

HORIZON_WEEKS = 8
_SEEN_DAYS = 7
_HEADS = ("sku", "product", "channel", "zone", "price", "currency", "incl_vat")
PRICE_SET = "price_set"
"""What receipts of prices that were chosen together are named by."""
_NO_COST_MARGIN_BPS = -BPS


@dataclass(frozen=True)
class _Situation:
    line: PriceLine
    rules: BrandRules
    recent: sold.RecentWeekly

    @property
    def price(self) -> reads.PriceNow:
        """The price in force: what is charged, where sales show another than the list's."""
        return replace(self.line.price, amount_minor=self.line.in_force_minor)


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
        facts = _guard_facts(session, now, action, prediction)
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

    def letters(self, session: BrandSession, action: PriceUpdate, source: str | None) -> Sequence[Letter]:
        return [_price_file(session, action, action.price_minor)]

    def recall(self, session: BrandSession, action: PriceUpdate, source: str) -> Letter:
        """The price that stands again."""
        line = price_line(session, action.sku, action.channel, action.zone)
        return _price_file(session, action, line.price.amount_minor)

    def is_seen(self, session: BrandSession, action: PriceUpdate, source: str, since: datetime) -> bool:
        """Whether sales of the last reported days show the price, within one percent."""
        product = reads.product_by_sku(session, action.sku).id
        channel = reads.channel_by_code(session, action.channel).id
        places = [place.id for place in reads.locations_in_zone(session, action.zone)] if action.zone else None
        charged = sold.charged_since(session, channel, product, since, places, most=_SEEN_DAYS)
        near = [100 * abs(price - action.price_minor) <= action.price_minor for price in charged]
        return bool(near) and 2 * sum(near) > len(near)

    def measure(
        self, session: BrandSession, action: PriceUpdate, source: str, since: datetime, until: datetime
    ) -> Outcome:
        from actions.pricing.price_outcome import (  # brings numpy along: no other step needs
            measure_price_change,
            net_of,
        )

        return net_of(measure_price_change(session, action, since, until), _taken_minor(session, action, source))


def _taken_minor(session: BrandSession, action: PriceUpdate, source: str) -> int:
    """What the set that the price was chosen in counts it to take from other products; 0 where it was in none."""
    if not source.startswith(reads.ITEM):
        return 0
    item = session.get(ActionItem, (session.ctx.brand_id, UUID(source.removeprefix(reads.ITEM))))
    cited = [UUID(receipt) for receipt in item.receipts] if item is not None else []
    chosen = select(Receipt).where(col(Receipt.id).in_(cited), col(Receipt.tool) == PRICE_SET)
    own = {"sku": action.sku, "channel": action.channel, "zone": action.zone}
    for receipt in session.scalars(chosen):
        for line in receipt.result["lines"]:
            if line["taken"] and all(line[name] == value for name, value in own.items()):
                return round(line["taken"]["value"])
    return 0


def _situation(session: BrandSession, action: PriceUpdate) -> _Situation:
    line = price_line(session, action.sku, action.channel, action.zone)
    return _Situation(line, rules_of(session), sold.recent_weekly(session, line.channel.id, line.product.id, weeks=4))


def _guard_facts(
    session: BrandSession, now: _Situation, action: PriceUpdate, prediction: Prediction | None
) -> PriceUpdateFacts:
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
        margin_now_bps=_margin_bps(now, now.price.amount_minor),
        not_charged=int(_is_not_charged(now, action)),
        measured_in_days=_measured_in_days(session, now),
        changes_this_week=len(
            windows.set_this_week(session).get(now.line.channel.id, frozenset()) - {now.price.price_id}
        ),
        max_changes_a_week=now.rules.max_price_changes_a_week,
        list_opens_in_days=_list_opens_in_days(session, now),
    )


def _is_not_charged(now: _Situation, action: PriceUpdate) -> bool:
    """Whether an approved price does not show in sales, and another than the one that does is asked for."""
    charged, asked = now.line.charged, action.price_minor
    if charged is None or charged.shown is not Shown.NOT_CHARGED or not now.price.source.startswith(reads.ITEM):
        return False
    return abs(asked - charged.amount_minor) > TOLERANCE * charged.amount_minor


def _measured_in_days(session: BrandSession, now: _Situation) -> int:
    """Days until the change that stands is measured, begun ones counted; 0 where none is open, or it was not charged:
    then there is nothing to measure."""
    ends = windows.open_windows(session).get(now.price.source)
    if ends is None or (now.line.charged is not None and now.line.charged.shown is Shown.NOT_CHARGED):
        return 0
    return ceil((ends - session.ctx.known_until) / timedelta(days=1))


def _list_opens_in_days(session: BrandSession, now: _Situation) -> int:
    if now.line.channel.id not in windows.dealers_lists(session):
        return 0
    today = session.ctx.known_until.astimezone(ZoneInfo(brand_of(session).zone)).date()
    return (dealer_list_opens(today, now.rules.dealer_list_months) - today).days


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


def _price_file(session: BrandSession, action: PriceUpdate, price_minor: int) -> Letter:
    """The price for whoever sets it in the channel."""
    line = price_line(session, action.sku, action.channel, action.zone)
    incl_vat = "yes" if line.channel.prices_include_vat else "no"
    row = (action.sku, line.product.title, line.channel.code, action.zone, plain_minor(price_minor, action.currency),
           action.currency, incl_vat)  # fmt: skip
    return Letter(
        recipient=line.channel.code,
        name=line.channel.title or line.channel.code,
        sheet=Sheet(
            name=f"price-{action.sku}-{line.channel.code}",
            heads=tuple(Message(key=f"pricing.letter.head.{head}") for head in _HEADS),
            rows=(tuple(verbatim(cell) for cell in row),),
        ),
    )


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
