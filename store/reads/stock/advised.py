"""The newest answer of an analysis about something, as its receipt keeps it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from store.session import BrandSession
from store.tables import Receipt


def newest_advice(
    session: BrandSession, tool: str, arguments: Mapping[str, Any], since: datetime
) -> Mapping[str, Any] | None:
    """The result of a tool's newest answer to these arguments as of a moment since then; None without one."""
    return session.scalars(
        select(col(Receipt.result))
        .where(col(Receipt.tool) == tool, col(Receipt.arguments) == dict(arguments))
        .where(col(Receipt.as_of) >= since, col(Receipt.as_of) <= session.ctx.known_until)
        .order_by(col(Receipt.id).desc())
        .limit(1)
    ).first()
