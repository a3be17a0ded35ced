"""Action items as documents, their sentences by key: the CLI and the API put them in words."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, select
from sqlmodel import col

from actions.items import action_of, prediction_of
from actions.kinds import handler_of
from actions.seen import tag_of
from actions.standing import differences_since
from domain.action import ACTION_KINDS, ItemStatus
from domain.figure import Cell
from domain.kind import Reversibility
from domain.message import Message, message
from domain.prediction import Prediction
from store.reads.row_version import RowVersion
from store.session import BrandSession
from store.tables import ActionItem, Approval, BrandOwned, Effect, ItemNote, OutcomeRow, Receipt, Run


def item_summary(item: ActionItem) -> dict[str, Any]:
    """One line of an inbox."""
    prediction = prediction_of(item)
    return {
        "id": str(item.id),
        "kind": item.kind,
        "agent": item.proposer.split(":", 1)[1],
        "subject": item.subject,
        "title": item.preview.get("title", item.subject),
        "risk": item.risk,
        "amount_minor": item.preview.get("amount_minor", 0),
        "currency": item.preview.get("currency", ""),
        "status": item.status,
        "status_reason": item.status_message or item.status_reason,
        "created_at": item.created_at.isoformat(),
        "snoozed_until": item.snoozed_until.isoformat() if item.snoozed_until else None,
        "expires_at": item.expires_at.isoformat(),
        "verdict": item.verdict.get("decision"),
        "gates": item.verdict.get("gates", []),
        "predicted": None if prediction is None else predicted_document(prediction),
        "expected": _expected(item, prediction).document(),
        "can_be_undone": _can_be_undone(item),
        "edited_from": str(item.edited_from) if item.edited_from else None,
        "etag": tag_of(item),
    }


def _expected(item: ActionItem, prediction: Prediction | None) -> Message:
    if prediction is not None:
        return expected_sentence(prediction)
    return Message(key="item.no_promise" if item.edited_from else "item.not_predicted")


def predicted_document(prediction: Prediction) -> dict[str, Any]:
    """The prediction's numbers as outside checks read them."""
    return prediction.model_dump(mode="json", include={"value", "low", "high", "unit", "horizon_days", "check_at"})


def expected_sentence(prediction: Prediction) -> Message:
    """`$120.00 ($80.00 to $160.00)`."""
    ends = {"value": prediction.value, "low": prediction.low, "high": prediction.high}
    return message("item.expected", **{name: Cell(value=value, unit=prediction.unit) for name, value in ends.items()})


def item_document(session: BrandSession, policy_version: str, item: ActionItem) -> dict[str, Any]:
    """Everything a person needs to answer: what will change, why, on what grounds, and how to take it back."""
    return {**still_document(session, item), **live_document(session, policy_version, item)}


def still_document(session: BrandSession, item: ActionItem) -> dict[str, Any]:
    """The part of its document that stays as it is for as long as the item's row does."""
    receipts = session.execute(
        select(col(Receipt.id), col(Receipt.tool), col(Receipt.arguments)).where(col(Receipt.id).in_(item.receipts))
    ).all()
    return {
        **item_summary(item),
        "diff": item.preview["changes"],
        "blast_radius": item.preview["blast_radius"],
        "undo": item.preview["undo"],
        "outside": _outside(item.kind),
        "rationale": item.rationale,
        "action": item.action,
        "editable": list(ACTION_KINDS[item.kind].editable),
        "run_id": str(item.run_id) if item.run_id else None,
        "figures": item.figures,
        "facts": item.facts,
        "verdict": item.verdict,
        "policies": item.verdict.get("policies", []),
        "dissent": item.dissent,
        "receipts": [{"id": str(row.id), "tool": row.tool, "arguments": row.arguments} for row in receipts],
    }


@dataclass(frozen=True)
class ItemStamp:
    """An item's version with that of its run's row, and the tables that have rows about the item."""

    id: UUID
    version: tuple[int | None, ...]
    about: frozenset[type[BrandOwned]]


ABOUT_ITEMS: tuple[type[BrandOwned], ...] = (Approval, Effect, OutcomeRow, ItemNote)


def stamp_of(session: BrandSession, item_id: UUID) -> ItemStamp | None:
    """The stamp of an item as it stands in this snapshot; None where the brand has no such item."""
    row = session.execute(_STAMP, {"item_id": item_id}).first()
    if row is None:
        return None
    about = frozenset(table for table, has_any in zip(ABOUT_ITEMS, row[4:], strict=True) if has_any)
    return ItemStamp(row[0], tuple(row[1:4]), about)


_STAMP = (
    select(
        col(ActionItem.id),
        RowVersion(ActionItem),
        col(ActionItem.version),
        RowVersion(Run),
        *(select(table).where(col(table.action_item_id) == col(ActionItem.id)).exists() for table in ABOUT_ITEMS),
    )
    .outerjoin(Run, and_(col(Run.brand_id) == col(ActionItem.brand_id), col(Run.id) == col(ActionItem.run_id)))
    .where(col(ActionItem.id) == bindparam("item_id"))
)


def live_document(
    session: BrandSession,
    policy_version: str,
    item: ActionItem,
    about: Collection[type[BrandOwned]] = ABOUT_ITEMS,
) -> dict[str, Any]:
    """The part of its document that may change while the item's row does not: whether what it showed still stands, and
    the rows about it in these tables."""
    return {
        "changed_since_shown": _changed(session, policy_version, item),
        "approvals": _approvals(session, item) if Approval in about else [],
        "effects": _effects(session, item) if Effect in about else [],
        "outcome": _outcome(session, item) if OutcomeRow in about else None,
    }


def _can_be_undone(item: ActionItem) -> bool:
    """Whether there is an approval to take back, or something was done that its kind can undo."""
    if item.status == ItemStatus.APPROVED:
        return True
    is_final = ACTION_KINDS[item.kind].reversibility is Reversibility.FINAL
    return item.status in (ItemStatus.DONE, ItemStatus.MEASURED) and not is_final


def _outside(kind: str) -> dict[str, Any]:
    """The kind's effect outside the house: message, way, today's practice in both languages, and its event."""
    leaves = ACTION_KINDS[kind].leaves_house
    return {"what": leaves.content, "way": leaves.way, "today": leaves.today._asdict(), "event": leaves.event}


def _changed(session: BrandSession, policy_version: str, item: ActionItem) -> list[dict[str, Any]]:
    if item.status not in (ItemStatus.PROPOSED, ItemStatus.SNOOZED, ItemStatus.APPROVED):
        return []
    look = handler_of(item.kind).look(session, action_of(item), prediction_of(item))
    return [difference.document() for difference in differences_since(item, look, policy_version)]


def _approvals(session: BrandSession, item: ActionItem) -> list[dict[str, Any]]:
    rows = session.scalars(select(Approval).where(col(Approval.action_item_id) == item.id).order_by(col(Approval.id)))
    return [{"by": row.approver, "gates": row.gates, "at": row.created_at.isoformat()} for row in rows]


def _effects(session: BrandSession, item: ActionItem) -> list[dict[str, Any]]:
    rows = session.scalars(select(Effect).where(col(Effect.action_item_id) == item.id).order_by(col(Effect.id)))
    return [
        {"direction": row.direction, "state": row.state, "rows": row.rows, "at": row.created_at.isoformat()}
        for row in rows
    ]


def _outcome(session: BrandSession, item: ActionItem) -> dict[str, Any] | None:
    row = session.scalars(select(OutcomeRow).where(col(OutcomeRow.action_item_id) == item.id)).first()
    return None if row is None else row.detail
