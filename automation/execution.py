"""Carries out approved action items: the job `action.execute`."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from actions.gateway import execute
from actions.items import EXECUTE_JOB
from domain.context import Context
from domain.language import Language
from domain.message import read_message
from guardrails.cedar import PolicyEngine
from language.speech import speak
from store.database import Database


def execute_item(database: Database, engine: PolicyEngine, ctx: Context, payload: Mapping[str, Any]) -> str:
    """Carry out one item through the gateway; the sentence says where the item stands now."""
    item = execute(database, ctx, engine, UUID(payload["item"]))
    why = speak(read_message(item.status_message), Language.EN) if item.status_message else item.status_reason
    return f"{item.kind} {item.subject}: {item.status}" + (f" ({why})" if why else "")


__all__ = ["EXECUTE_JOB", "execute_item"]
