"""The answers that a crew asked of its models in a run, their cost, and how often they failed."""

from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from evals.twin.office import TwinOffice
from store.tables import ModelExchange, ModelSpend, Run


def models_used(twin: TwinOffice) -> dict[str, Any]:
    """Answers by model, tokens, cost in US dollars as the ledger has it, and reports that came to nothing."""
    with twin.database.read(twin.owner) as session:
        answers = session.execute(
            select(col(ModelExchange.model), func.count()).group_by(col(ModelExchange.model))
        ).all()
        tokens, micros = session.execute(
            select(
                func.coalesce(func.sum(col(ModelSpend.input_tokens) + col(ModelSpend.output_tokens)), 0),
                func.coalesce(func.sum(col(ModelSpend.cost_micros)), 0),
            )
        ).one()
        reports = [
            report
            for result in session.scalars(select(col(Run.result)).where(col(Run.result).is_not(None)))
            for report in (result or {}).get("reports", {}).values()
        ]
    degraded = [str(report.get("reason", "")) for report in reports if report.get("status") == "degraded"]
    return {
        "answers": {str(model): int(count) for model, count in answers},
        "tokens": int(tokens),
        "cost_usd": round(int(micros) / 1_000_000, 4),
        "reports": len(reports),
        "degraded": len(degraded),
        "first_reason": degraded[0] if degraded else None,
    }
