"""A meeting as a document: what the CLI and the API show of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.errors import Conflict
from domain.language import Language
from language.lines import Sources, as_linked_markdown, as_plain
from language.paper import Paper, count_words, write_annex, write_markdown, write_page
from language.speech import prose_of, say
from store.leases import is_alive
from store.reads.models import cost_of_run
from store.session import BrandSession
from store.tables import ActionItem, FigureRow, FindingRow, Run
from virtual_office.meeting.runs import MEETING, RUNNING, WAITING
from virtual_office.meeting.table import table_document
from virtual_office.minutes.document import lay_out_minutes
from virtual_office.minutes.records import findings_of
from virtual_office.minutes.rendering import Figures
from virtual_office.questions.item_view import inbox_line, local_time


def meeting_document(session: BrandSession, run_id: UUID, language: Language = Language.EN) -> dict[str, Any]:
    """The minutes, the findings, and the action items as they stand now; minutes and findings in this language."""
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
        "language": language,
        "definition": {"name": run.definition, "version": run.definition_version} if run.definition else None,
        "findings": _findings(session, run_id, language),
        "dissent": [entry if isinstance(entry, str) else entry["text"] for entry in run.result.get("dissent", [])],
        "limits": run.limits,
        "waits_after": run.manner.get("at") if run.status == WAITING else None,
        "waits_until": run.manner.get("until") if run.status == WAITING else None,
        "waits_until_locally": _waits_until(session, run),
        "points": run.result.get("points", []),
        "challenges": run.result.get("challenges", []),
        **table_document(session, run_id, language),
        "left_out": run.result.get("left_out", []),
        "worth_more": run.result.get("worth_more", []),
        "action_items": [inbox_line(session, item, language) for item in items],
        "models": cost.document() if (cost := cost_of_run(session, run.id)) else None,
        **_minutes(session, run, language),
    }


def _waits_until(session: BrandSession, run: Run) -> str | None:
    until = run.manner.get("until") if run.status == WAITING else None
    return local_time(session, datetime.fromisoformat(until)) if until else None


def minutes_paper(session: BrandSession, run: Run, language: Language) -> Paper:
    """The minutes laid out, for whatever they are to become. Raises Conflict while the meeting is not finished."""
    if "minutes" not in run.result:
        raise Conflict(
            "This meeting is not finished: it has no minutes yet.", remedy=f"mhos meet --resume {str(run.id)[-8:]}"
        )
    return lay_out_minutes(session, run, run.result, language)


def _minutes(session: BrandSession, run: Run, language: Language) -> dict[str, Any]:
    """The page, its words, what stands behind it, and the numbers that can be opened in all of that."""
    if "minutes" not in run.result:
        text = f"_{say('office.minutes.not_finished', language)}_"
        return {"minutes": text, "page": text, "words": count_words(text), "annex": "", "figures": {}, "sources": []}
    return minutes_document(session, lay_out_minutes(session, run, run.result, language))


def minutes_document(session: BrandSession, paper: Paper) -> dict[str, Any]:
    """The minutes as text, and the numbers in them that can be opened."""
    sources = Sources()
    write_markdown(paper, sources.as_markdown)
    page = write_page(paper)
    return {
        "minutes": write_markdown(paper),
        "page": page,
        "words": count_words(page),
        "annex": write_annex(paper),
        "linked": write_markdown(paper, as_linked_markdown),
        "figures": _figures(session, [code for _, _, joined in sources.entries() for code in joined.split("+")]),
        "sources": [
            {"number": number, "text": text, "figures": code.split("+")} for number, text, code in sources.entries()
        ],
    }


def _figures(session: BrandSession, codes: list[str]) -> dict[str, dict[str, Any]]:
    rows = session.scalars(select(FigureRow).where(col(FigureRow.code).in_(sorted(set(codes))))).all()
    return {
        row.code: {"value": row.value, "unit": row.unit, "decimals": row.decimals, "receipt": str(row.receipt_id)}
        for row in rows
    }


def runs_document(session: BrandSession) -> list[dict[str, Any]]:
    """The meetings of the brand by this moment, newest first."""
    known = select(Run).where(col(Run.kind) == MEETING, col(Run.started_at) <= session.ctx.known_until)
    rows = session.scalars(known.order_by(col(Run.started_at).desc(), col(Run.id).desc())).all()
    return [{**run_line(run), "started_locally": local_time(session, run.started_at),
             "interrupted": is_interrupted(session, run)} for run in rows]  # fmt: skip


def is_interrupted(session: BrandSession, run: Run) -> bool:
    """Whether whoever held the meeting is gone: it can be gone on with."""
    return run.status == RUNNING and not is_alive(session, run.lease_pid, run.lease_started)


def run_line(run: Run) -> dict[str, Any]:
    """One line of a list of meetings."""
    return {
        "id": str(run.id),
        "kind": run.kind,
        "status": run.status,
        "agenda": run.agenda,
        "started_by": run.started_by,
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "action_items": len(run.result.get("adopted", [])),
    }


def _agents(run: Run) -> list[dict[str, Any]]:
    reports = run.result.get("reports", {})
    return [
        {"name": name, **{key: reports.get(name, {}).get(key) for key in ("title", "status", "reason", "missing_data")}}
        for name in run.agents
    ]


def _findings(session: BrandSession, run_id: UUID, language: Language) -> list[dict[str, Any]]:
    rows = findings_of(session, run_id)
    figures = Figures(session, (code for row in rows for code in row.figures.values()), language)
    return [finding_document(figures, row, language) for row in rows]


def finding_document(figures: Figures, row: FindingRow, language: Language) -> dict[str, Any]:
    """A finding in this language, its numbers rendered."""
    text = prose_of(row, language) or row.text
    return {
        "agent": row.agent,
        "subject": row.subject,
        "severity": row.severity,
        "text": figures.render(text, row.figures, as_plain),
        "figures": row.figures,
        "label": row.label,
    }
