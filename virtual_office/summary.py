"""A meeting as a document: what the CLI and the API show of it."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from actions.documents import item_summary
from store.session import BrandSession
from store.tables import ActionItem, FindingRow, Run
from virtual_office.minutes import findings_of
from virtual_office.rendering import Figures, as_plain


def meeting_document(session: BrandSession, run_id: UUID) -> dict[str, Any]:
    """The minutes, the findings, and the action items as they stand now."""
    run = session.get_one(Run, (session.ctx.brand_id, run_id))
    items = session.scalars(
        select(ActionItem).where(col(ActionItem.run_id) == run_id).order_by(col(ActionItem.ordinal))
    ).all()
    return {
        "meeting_id": str(run.id),
        "status": run.status,
        "agenda": run.agenda,
        "as_of": run.as_of.isoformat() if run.as_of else None,
        "agents": _agents(run),
        "findings": _findings(session, run_id),
        "dissent": run.result.get("dissent", []),
        "left_out": run.result.get("left_out", []),
        "action_items": [item_summary(item) for item in items],
        "minutes": run.result.get("minutes", "_This meeting is not finished: `mhos meet --resume` goes on with it._"),
    }


def runs_document(session: BrandSession) -> list[dict[str, Any]]:
    """The meetings of the brand by this moment, newest first."""
    known = select(Run).where(col(Run.started_at) <= session.ctx.known_until)
    rows = session.scalars(known.order_by(col(Run.started_at).desc(), col(Run.id).desc())).all()
    return [
        {
            "id": str(run.id),
            "kind": run.kind,
            "status": run.status,
            "agenda": run.agenda,
            "started_by": run.started_by,
            "started_at": run.started_at.isoformat(),
            "finished_at": run.finished_at.isoformat() if run.finished_at else None,
            "action_items": len(run.result.get("adopted", [])),
        }
        for run in rows
    ]


def _agents(run: Run) -> list[dict[str, Any]]:
    reports = run.result.get("reports", {})
    return [
        {"name": name, **{key: reports.get(name, {}).get(key) for key in ("title", "status", "reason", "missing_data")}}
        for name in run.agents
    ]


def _findings(session: BrandSession, run_id: UUID) -> list[dict[str, Any]]:
    rows = findings_of(session, run_id)
    figures = Figures(session, (code for row in rows for code in row.figures.values()))
    return [_finding(figures, row) for row in rows]


def _finding(figures: Figures, row: FindingRow) -> dict[str, Any]:
    return {
        "agent": row.agent,
        "subject": row.subject,
        "severity": row.severity,
        "text": figures.render(row.text, row.figures, as_plain),
        "figures": row.figures,
        "label": row.label,
    }
