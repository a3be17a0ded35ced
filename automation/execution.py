"""Carries out approved action items: the job `action.execute`."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from actions.gateway import execute
from actions.items import EXECUTE_JOB
from domain.context import Context
from guardrails.cedar import PolicyEngine
from store.database import Database


def execute_item(database: Database, engine: PolicyEngine, ctx: Context, payload: Mapping[str, Any]) -> str:
    """Carry out one item through the gateway; the sentence says where the item stands now."""
    item = execute(database, ctx, engine, UUID(payload["item"]))
    return f"{item.kind} {item.subject}: {item.status}" + (f" ({item.status_reason})" if item.status_reason else "")


__all__ = ["EXECUTE_JOB", "execute_item"]
