"""Cost of model calls: per run before every call, in one statement without the ORM, and by month for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import distinct, func, select
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from store.session import BrandSession, raw_connection
from store.tables import ModelSpend

_SPENT = """
select coalesce(sum(cost_micros) filter (where run_id = %(run)s), 0),
       coalesce(sum(cost_micros) filter (where created_at >= %(since)s), 0),
       coalesce(sum(input_tokens + output_tokens) filter (where run_id = %(run)s), 0)
from model_spend
where brand_id = %(brand)s and (run_id = %(run)s or created_at >= %(since)s)
"""


def spent(session: BrandSession, run_id: UUID, since: datetime) -> tuple[int, int, int]:
    """Millionths of a dollar in the run, and since a moment; tokens in the run. Reservations count as spent."""
    parameters = {"brand": session.ctx.brand_id, "run": run_id, "since": since}
    in_run, in_time, tokens = raw_connection(session).exec_driver_sql(_SPENT, parameters).one()
    return int(in_run), int(in_time), int(tokens)


@dataclass(frozen=True)
class ModelCost:
    """Cost of model calls; a call that was never settled counts at its worst case."""

    of: str
    """The group: a run, a month, a model, an agent."""
    calls: int
    input_tokens: int
    output_tokens: int
    micros: int
    """Millionths of a US dollar."""
    bounded: bool
    """True if this is an upper bound: uncounted tokens, an unknown price, or an unsettled call."""

    @property
    def dollars(self) -> str:
        """In US dollars, to the cent; to the hundredth of one where it is less than a cent."""
        return f"{self.micros / 1_000_000:.{2 if self.micros >= 10_000 or not self.micros else 4}f}"

    def document(self) -> dict[str, Any]:
        """As the CLI and the API show it."""
        tokens = {"input_tokens": self.input_tokens, "output_tokens": self.output_tokens}
        return {"of": self.of, "calls": self.calls, **tokens, "usd": self.dollars, "at_most": self.bounded}


def cost_of_run(session: BrandSession, run_id: UUID) -> ModelCost | None:
    """Cost of a run's model calls; None where it made none."""
    costs = _costs(session, col(ModelSpend.run_id), col(ModelSpend.run_id) == run_id)
    return costs[0] if costs else None


def costs_since(session: BrandSession, since: datetime) -> dict[str, Sequence[ModelCost]]:
    """Cost of model calls since a moment: by month (UTC), by model, by agent and by run, the dearest first."""
    recent = col(ModelSpend.created_at) >= since
    month = func.to_char(func.timezone("UTC", col(ModelSpend.created_at)), "YYYY-MM")
    by = {"month": month, "model": col(ModelSpend.model), "agent": col(ModelSpend.agent), "run": col(ModelSpend.run_id)}
    return {name: _costs(session, group, recent) for name, group in by.items()}


def _costs(session: BrandSession, by: Any, where: ColumnElement[bool]) -> list[ModelCost]:
    calls, settled = func.count(distinct(col(ModelSpend.call_id))), col(ModelSpend.entry) == "settled"
    guessed = settled & (col(ModelSpend.estimated) | ~col(ModelSpend.price_known))
    tokens = [func.sum(column) for column in (col(ModelSpend.input_tokens), col(ModelSpend.output_tokens))]
    cost = func.sum(col(ModelSpend.cost_micros))
    rows = session.execute(
        select(by, calls, *tokens, cost, func.bool_or(guessed), func.count().filter(settled))
        .select_from(ModelSpend)
        .where(where)
        .group_by(by)
        .order_by(cost.desc(), by)
    ).all()
    return [
        ModelCost(str(row[0]), row[1], int(row[2]), int(row[3]), int(row[4]), bool(row[5]) or row[6] < row[1])
        for row in rows
    ]
