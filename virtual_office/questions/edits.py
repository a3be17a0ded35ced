"""A person's edit of an action item, with what its new amount should bring recomputed where an analysis can."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from actions.edits import Foreseen, edit
from actions.items import prediction_of
from domain.action import Action
from domain.pricing import PriceUpdate
from guardrails.cedar import PolicyEngine
from store.database import Database
from store.session import BrandSession
from store.tables import ActionItem, ProposalRow
from tools.answers import find_receipt, request_hash, store_receipt
from tools.base import GaveUp, ToolEnv
from tools.pricing.forecast import PRICE_FORECAST, PriceForecastArguments, price_forecast
from tools.pricing.proposal import prediction_from
from tools.pricing.results import BestPrice
from tools.readings import Readings


def edit_item(
    database: Database,
    session: BrandSession,
    engine: PolicyEngine,
    item_id: str,
    changes: Mapping[str, Any],
    reason: str,
    seen: str | None = None,
) -> ActionItem:
    """As `actions.edits.edit`. What cannot be recomputed promises nothing."""
    return edit(session, engine, item_id, changes, reason, partial(foresee, database), seen)


def foresee(database: Database, session: BrandSession, item: ActionItem, action: Action) -> Foreseen:
    """The prediction for a changed price, by the analysis that it was proposed by; empty for other kinds.

    Nor is it where a colleague's recomputation had changed the promise: the analysis alone would take that back.
    """
    run_id, first = _origin(session, item)
    promised = prediction_of(first)
    if not isinstance(action, PriceUpdate) or run_id is None or promised is None or _was_recomputed(session, first):
        return Foreseen()
    weeks = promised.horizon_days // 7
    try:
        asked = PriceForecastArguments(
            sku=action.sku,
            channel=action.channel,
            zone=action.zone,
            price_minor=action.price_minor,
            horizon_weeks=weeks,
        )
        return _forecast(database, session, run_id, asked)
    except (GaveUp, ValidationError):
        return Foreseen()


def _forecast(database: Database, session: BrandSession, run_id: UUID, asked: PriceForecastArguments) -> Foreseen:
    person, readings = session.ctx.actor.label, Readings()
    search = partial(readings.knowledge.search, database, run=run_id)
    env = ToolEnv(run_id, person, readings.once, search)
    known = find_receipt(session, run_id, request_hash(session.ctx, person, PRICE_FORECAST, asked))
    receipt = known or store_receipt(
        session, run_id, person, PRICE_FORECAST, asked, price_forecast(session, env, asked)
    )
    prediction = prediction_from(session, BestPrice.model_validate(receipt.result))
    return Foreseen(prediction, (str(receipt.id),))


def _origin(session: BrandSession, item: ActionItem) -> tuple[UUID | None, ActionItem]:
    """The run that the item began in, and what it was there, before people edited it."""
    while item.edited_from is not None:
        item = session.get_one(ActionItem, (item.brand_id, item.edited_from))
    return item.run_id, item


def _was_recomputed(session: BrandSession, item: ActionItem) -> bool:
    proposal = session.get(ProposalRow, (item.brand_id, item.proposal_id)) if item.proposal_id else None
    return proposal is None or item.prediction != proposal.prediction
