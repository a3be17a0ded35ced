"""Reminders that people refused lately, or took off a list."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from store.session import BrandSession
from store.snapshot import read_once
from store.tables import ActionItem

_KIND = "invoice.remind"


@read_once
def answered_reminders(session: BrandSession, since: datetime) -> Sequence[Sequence[Mapping[str, Any]]]:
    """The lines, debtor and invoice, of items refused after `since`, and those that edits after it left out."""
    now = session.ctx.known_until
    items = session.scalars(
        select(ActionItem)
        .where(col(ActionItem.kind) == _KIND, col(ActionItem.updated_at) > since, col(ActionItem.updated_at) <= now)
        .order_by(col(ActionItem.id))
    ).all()
    refused = [_lines(item) for item in items if item.status == "rejected"]
    edited = [item for item in items if item.edited_from is not None and item.created_at > since]
    before = {
        row.id: _lines(row)
        for row in session.scalars(select(ActionItem).where(col(ActionItem.id).in_([i.edited_from for i in edited])))
    }
    left_out = [
        [line for line in before.get(item.edited_from or item.id, ()) if line["debtor"] not in _debtors(item)]
        for item in edited
    ]
    return [*refused, *left_out]


def _lines(item: ActionItem) -> Sequence[Mapping[str, Any]]:
    """As it is stored now; an older item names its one debtor."""
    return item.action.get("lines") or [{"debtor": item.action.get("debtor", "")}]


def _debtors(item: ActionItem) -> set[str]:
    return {line["debtor"] for line in _lines(item)}
