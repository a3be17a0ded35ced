"""A person's edit of an action item, with what its new amount should bring recomputed where an analysis can."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from actions.edits import Foreseen, edit
from actions.items import prediction_of
from domain.action import Action
from domain.finance import InvoiceRemind
from domain.pricing import PriceUpdate
from guardrails.cedar import PolicyEngine
from store.database import Database
from store.session import BrandSession
from store.tables import ActionItem, ProposalRow, Receipt
from tools.answers import find_receipt, request_hash, store_receipt
from tools.base import GaveUp, ToolAnswer, ToolArguments, ToolEnv
from tools.finance.arguments import DebtorsArguments
from tools.finance.proposals import reminder_prediction
from tools.finance.receivables_analysis import reminder_advice
from tools.finance.results import ReminderView
from tools.pricing.forecast import PRICE_FORECAST, PriceForecastArguments, price_forecast
from tools.pricing.proposal import prediction_from
from tools.pricing.results import BestPrice
from tools.readings import Readings

_REMINDERS = "reminder_advice"
ToolFunction = Callable[[BrandSession, ToolEnv, Any], ToolAnswer]


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
    """The prediction for a changed price or list, by the analysis that it was proposed by; empty for other kinds.

    Nor is it where a colleague's recomputation had changed the promise: the analysis alone would take that back.
    """
    run_id, first = _origin(session, item)
    promised = prediction_of(first)
    if run_id is None or promised is None or _was_recomputed(session, first):
        return Foreseen()
    try:
        match action:
            case PriceUpdate():
                asked = PriceForecastArguments(
                    sku=action.sku,
                    channel=action.channel,
                    zone=action.zone,
                    price_minor=action.price_minor,
                    horizon_weeks=promised.horizon_days // 7,
                )
                receipt = _answer(database, session, run_id, PRICE_FORECAST, asked, price_forecast)
                return Foreseen(prediction_from(session, BestPrice.model_validate(receipt.result)), (str(receipt.id),))
            case InvoiceRemind():
                these = DebtorsArguments(debtors=action.debtors, invoices=action.invoices)
                receipt = _answer(database, session, run_id, _REMINDERS, these, reminder_advice)
                return _reminded(session, receipt)
            case _:
                return Foreseen()
    except (GaveUp, ValidationError):
        return Foreseen()


def _reminded(session: BrandSession, receipt: Receipt) -> Foreseen:
    view = ReminderView.model_validate(receipt.result)
    return Foreseen(reminder_prediction(session, view), (str(receipt.id),)) if view.status == "remind" else Foreseen()


def _answer(
    database: Database, session: BrandSession, run_id: UUID, tool: str, asked: ToolArguments, run: ToolFunction
) -> Receipt:
    """The tool's answer, asked by the person who edits; stored once."""
    person, readings = session.ctx.actor.label, Readings()
    search = partial(readings.knowledge.search, database, run=run_id)
    env = ToolEnv(run_id, person, readings.once, search)
    known = find_receipt(session, run_id, request_hash(session.ctx, person, tool, asked))
    return known or store_receipt(session, run_id, person, tool, asked, run(session, env, asked))


def _origin(session: BrandSession, item: ActionItem) -> tuple[UUID | None, ActionItem]:
    """The run that the item began in, and what it was there, before people edited it."""
    while item.edited_from is not None:
        item = session.get_one(ActionItem, (item.brand_id, item.edited_from))
    return item.run_id, item


def _was_recomputed(session: BrandSession, item: ActionItem) -> bool:
    proposal = session.get(ProposalRow, (item.brand_id, item.proposal_id)) if item.proposal_id else None
    return proposal is None or item.prediction != proposal.prediction
