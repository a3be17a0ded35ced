"""`price.draft`: write a price down that nobody is charged yet, and take it back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from actions.handler import Look, RowChange, ShownFact
from domain.action import Preview, PreviewLine, Told
from domain.errors import Conflict, InvalidInput, NotFound
from domain.figure import Cell, money_cell
from domain.kind import ActionKind
from domain.message import Message, message, number
from domain.money import BPS, format_minor
from domain.prediction import Outcome, OutcomeStatus, Prediction
from domain.pricing import PRICE_DRAFT, PriceDraftFacts
from domain.pricing import PriceDraft as Draft
from store.leases import lock_row
from store.reads.pricing import prices as reads
from store.reads.settings import brand_of, rules_of
from store.session import BrandSession
from store.tables import PriceDraft, Product


class PriceDraftHandler:
    """The handler of `price.draft`."""

    kind: ActionKind = PRICE_DRAFT

    def lock(self, session: BrandSession, action: Draft) -> None:
        lock_row(session, Product, reads.product_by_sku(session, action.sku).id)

    def look(self, session: BrandSession, action: Draft, prediction: Prediction | None) -> Look:
        product, channel = reads.product_by_sku(session, action.sku), reads.channel_by_code(session, action.channel)
        currency, rules = brand_of(session).currency, rules_of(session)
        if action.currency != currency:
            raise InvalidInput(f"Prices are in {currency}, not {action.currency}.")
        cost = reads.unit_cost_minor(session, product.id)
        if cost is None:
            raise InvalidInput(
                f"The unit cost of {action.sku} is not known, so it cannot be told whether a price keeps the margin.",
                remedy="Import product_costs.csv.",
            )
        terms = reads.sale_terms(product, channel)
        margin = terms.margin_bps(action.price_minor, cost)
        facts = PriceDraftFacts(
            price_minor=action.price_minor,
            margin_bps=margin,
            min_margin_bps=rules.min_margin_bps,
            already_priced=_is_priced(session, product.id, channel.id),
            prediction_low_minor=prediction.low if prediction else 0,
        )
        price = format_minor(action.price_minor, currency)
        return Look(
            subject=action.subject,
            preview=Preview(
                title=f"{product.title}: draft {price} for {channel.title}",
                changes=(
                    PreviewLine(
                        field=Message(key="pricing.preview.draft"),
                        before=Message(key="pricing.preview.no_price"),
                        after=number(money_cell(action.price_minor, currency)),
                    ),
                    PreviewLine(
                        field=Message(key="pricing.preview.margin"),
                        before=Message(key="pricing.preview.no_margin"),
                        after=number(Cell(value=terms.margin(action.price_minor, cost) * BPS, unit="bps")),
                    ),
                ),
                amount_minor=0,
                currency=currency,
                blast_radius=Message(key="pricing.preview.draft_reach"),
                undo=Message(key="pricing.preview.draft_undo"),
                told=Told(
                    names={"sku": product.title, "channel": channel.title},
                    numbers={
                        "shelf_price" if channel.prices_include_vat else "net_price": money_cell(
                            action.price_minor, currency
                        )
                    },
                ),
                puts_in=Message(key="pricing.preview.draft_puts_in"),
                if_no=message("pricing.preview.draft_if_no", product=product.title, channel=channel.title),
            ),
            shown={
                "unit_cost": ShownFact(value=cost, tolerance=cost // 50, unit=f"{currency}.minor", promised=True),
                "margin": ShownFact(value=margin, tolerance=200, unit="bps"),
            },
            guard_facts=facts,
            risk="low",
        )

    def apply(self, session: BrandSession, action: Draft, source: str) -> Sequence[RowChange]:
        product, channel = reads.product_by_sku(session, action.sku), reads.channel_by_code(session, action.channel)
        row = PriceDraft(
            id=session.ctx.new_id(),
            product_id=product.id,
            channel_id=channel.id,
            amount_minor=action.price_minor,
            currency=action.currency,
            drafted_at=session.ctx.now(),
            source=source,
        )
        session.add(row)
        session.flush()
        return [_change(row, None)]

    def undo(self, session: BrandSession, changes: Sequence[Mapping[str, Any]], source: str) -> Sequence[RowChange]:
        return [_withdraw(session, change) for change in changes]

    def measure(self, session: BrandSession, action: Draft, source: str, since: datetime, until: datetime) -> Outcome:
        """Nothing is sold at a draft, so there is nothing to measure; once live, `price.update` is what is measured."""
        product, channel = reads.product_by_sku(session, action.sku), reads.channel_by_code(session, action.channel)
        reason = "first_price" if _is_priced(session, product.id, channel.id) else "only_draft"
        return Outcome(
            status=OutcomeStatus.NOT_MEASURABLE,
            unit=f"{action.currency}.minor",
            reasons=(Message(key=f"pricing.outcome.{reason}"),),
        )


def _is_priced(session: BrandSession, product_id: UUID, channel_id: UUID) -> bool:
    try:
        reads.price_now(session, product_id, channel_id)
    except NotFound:
        return False
    return True


def _change(row: PriceDraft, before: Mapping[str, Any] | None) -> RowChange:
    withdrawn = None if row.withdrawn_at is None else row.withdrawn_at.isoformat()
    after = {"amount_minor": row.amount_minor, "withdrawn_at": withdrawn, "source": row.source}
    return RowChange(table="price_draft", id=row.id, before=before, after=after)


def _withdraw(session: BrandSession, change: Mapping[str, Any]) -> RowChange:
    row: PriceDraft | None = lock_row(session, PriceDraft, UUID(change["id"]))
    if row is None:
        raise NotFound("The draft is gone.")
    if row.withdrawn_at is not None:
        raise Conflict("The draft has been withdrawn already.")
    row.withdrawn_at = session.ctx.now()
    session.flush()
    return _change(row, dict(change["after"]))
